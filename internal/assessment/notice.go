package assessment

import (
	"slices"
	"strings"
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// noticeHead is one publication of a sheet, as its notices are headed.
type noticeHead struct {
	ID          int64
	Number      int
	Kind        string // first, correction
	Reason      string
	Office      string
	Phone       string
	PublishedBy string
	PublishedAt time.Time
}

// corrects reports whether the notice replaces lines of an earlier one.
func (h noticeHead) corrects() bool { return h.Kind == "correction" }

// why is the reason of a correction without the stop at its end, since more follows.
func (h noticeHead) why() string { return strings.TrimRight(h.Reason, "。；;. ") }

// noticeLine is one village's notice: how many stand on it, and since when and until when it hangs.
type noticeLine struct {
	PublicationID int64
	VillageID     int64
	VillageName   string
	Rows          int
	PostedOn      *time.Time
	EndsOn        *time.Time
	PostedBy      string
	Open          int // objections of the village that wait for an answer
	Objections    int
}

// Where a village's notice stands.
const (
	noticeUnposted = "unposted"
	noticeHanging  = "hanging"
	noticeOver     = "over"
)

// state says where the notice stands on a day: its last day still counts.
func (l noticeLine) state(today time.Time) string {
	switch {
	case l.PostedOn == nil || l.EndsOn == nil:
		return noticeUnposted
	case month.Day(today).After(month.Day(*l.EndsOn)):
		return noticeOver
	}
	return noticeHanging
}

// daysLeft counts the calendar days until the notice may come down.
func (l noticeLine) daysLeft(today time.Time) int {
	if l.EndsOn == nil {
		return 0
	}
	return int(month.Day(*l.EndsOn).Sub(month.Day(today)).Hours() / 24)
}

// noticeResult is one cadre on a notice, with what an earlier notice said where this one corrects it.
type noticeResult struct {
	PublicationID int64
	RowID         int64
	VillageID     int64
	VillageName   string
	PersonID      int64
	PersonName    string
	PositionTitle string
	Total         points.Points
	Grade         Grade
	NoGrade       string
	Deductions    []Deduction
	BeforeTotal   *points.Points
	BeforeGrade   *Grade
	BeforeNumber  *int
	Removed       bool // the correction took the person off the list
}

// explained reports whether there is anything to say about how the result came about.
func (r noticeResult) explained() bool { return len(r.Deductions) > 0 || r.NoGrade != "" }

// byVillage cuts results, which come village by village.
func byVillage(list []noticeResult) [][]noticeResult {
	var out [][]noticeResult
	for _, r := range list {
		if n := len(out); n == 0 || out[n-1][0].VillageID != r.VillageID {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], r)
	}
	return out
}

// mayPost says whether posting dates of a sheet can be entered or corrected: from its first publication until it is
// locked, also while a correction of some rows is under way, since the other villages' notices go on hanging.
func mayPost(sheet Sheet) error {
	switch {
	case sheet.State == SheetLocked:
		_, err := Next(SheetLocked, ActPost)
		return err
	case sheet.PublishedAt == nil && sheet.State != SheetPublished:
		return fault.Conflict("考评结果尚未发布公示,不能登记张贴日期")
	}
	return nil
}

// checkPosting refuses a posting date before the publication or in the future.
func checkPosting(on, published, today time.Time) error {
	switch {
	case month.Day(on).After(month.Day(today)):
		return fault.Invalid("张贴日期不能晚于今天(%s)", today.Format(time.DateOnly))
	case month.Day(on).Before(month.Day(published)):
		return fault.Invalid("张贴日期不能早于发布日期(%s)", month.Day(published).Format(time.DateOnly))
	}
	return nil
}

// posting is the date for one village as it is entered; Was is the date that the page showed.
type posting struct {
	Village int64
	Was     string
}

// newPostings picks the villages whose date changes. A date that somebody else entered meanwhile is not overwritten unseen.
func newPostings(lines []noticeLine, wanted []posting, on time.Time) ([]int64, error) {
	var list []int64
	for _, w := range wanted {
		i := slices.IndexFunc(lines, func(l noticeLine) bool { return l.VillageID == w.Village })
		if i < 0 {
			return nil, fault.NotFound()
		}
		stands := dateText(lines[i].PostedOn)
		if stands == on.Format(time.DateOnly) {
			continue
		}
		if stands != w.Was {
			return nil, fault.Stale(fault.Difference{Label: lines[i].VillageName + "张贴日期", Theirs: stands, Yours: on.Format(time.DateOnly)})
		}
		list = append(list, w.Village)
	}
	return list, nil
}

func dateText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// why is the reason of a deduction with the clause that it rests on.
func (d Deduction) why() string {
	switch {
	case d.Clause == "":
		return d.Reason
	case d.Reason == "":
		return "依据:" + d.Clause
	}
	return d.Reason + "(依据:" + d.Clause + ")"
}
