package duty

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// What a spot check (抽查) found.
const (
	foundInPost     = "in_post"
	foundAbsent     = "absent"
	foundSubstitute = "substitute"
	foundExcused    = "excused" // nobody there, but whoever should have been is on leave: the day was empty, nobody is to blame
)

// findings and ways are the choices of a check with their words, in the order of the form.
var (
	findings = []string{foundInPost, "在岗", foundAbsent, "不在岗", foundSubstitute, "他人代班", foundExcused, "请假,无人在岗"}
	ways     = []string{"visit", "实地走访", "landline", "座机电话"}
)

// wordOf finds the words of a choice.
func wordOf(pairs []string, value string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == value {
			return pairs[i+1]
		}
	}
	return ""
}

// findingKind is the kind of tag that a finding gets.
func findingKind(result string) string {
	switch result {
	case foundInPost:
		return "good"
	case foundAbsent:
		return "bad"
	case foundExcused:
		return "warn"
	}
	return "info"
}

// checkDaysBack is how late a check may be entered: the township's clerk does so from the notes of a round.
const checkDaysBack = 31

// Spot is a check as it is reported: where, when, how, and what was found. Who should have been there is not asked: the
// roster knows.
type Spot struct {
	Village int64
	At      time.Time
	Way     string
	Result  string
	Found   string // who was there instead
	Note    string
	Checker string
}

// problems says what is wrong with a report, by field.
func (s Spot) problems(now time.Time) []ui.Problem {
	var list []ui.Problem
	bad := func(wrong bool, field, sentence string) {
		if wrong {
			list = append(list, ui.Problem{Field: field, Sentence: sentence})
		}
	}
	bad(wordOf(ways, s.Way) == "", "way", "请选择抽查方式")
	bad(wordOf(findings, s.Result) == "", "result", "请选择抽查结果")
	bad(s.Checker == "", "checker", "请填写抽查人")
	bad(utf8.RuneCountInString(s.Checker) > 40, "checker", "抽查人最多40个字")
	bad(s.Result == foundSubstitute && s.Found == "", "found", "请填写实际在岗的人")
	bad(utf8.RuneCountInString(s.Found) > 40, "found", "实际在岗的人最多40个字")
	bad(utf8.RuneCountInString(s.Note) > 200, "note", "备注最多200个字")
	switch {
	case s.At.IsZero():
		bad(true, "time", "请填写抽查的日期和时间,如 09:30")
	case s.At.After(now):
		bad(true, "time", "抽查时间还没有到")
	case month.Day(s.At).Before(month.Day(now).AddDate(0, 0, -checkDaysBack)):
		bad(true, "day", fmt.Sprintf("只能补登最近%d天内的抽查", checkDaysBack))
	}
	return list
}

// momentOf reads a day and a time of day as forms hold them; the zero time if either cannot be read.
func momentOf(day, clock string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", strings.TrimSpace(day)+" "+strings.TrimSpace(clock), month.Zone)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Check is a spot check as it is kept.
type Check struct {
	ID          int64
	VillageID   int64
	VillageName string
	Township    string
	RosterID    int64
	OnDay       time.Time
	Shift       string
	CheckedAt   time.Time
	Way         string
	Result      string
	PersonID    *int64
	PersonName  string
	FoundName   string
	Note        string
	Checker     string
	RecordedBy  string
	RecordedAt  time.Time
	VoidedAt    *time.Time
	VoidedBy    string
	VoidReason  string
	Corrects    *int64
	Proposal    string
}

// Month is the month whose sheet an absence belongs to.
func (c Check) Month() month.Month { return month.Of(c.OnDay) }

// Clock writes when the check took place.
func (c Check) Clock() string { return clock(c.CheckedAt) }

// origin names an absence for ever towards the sheet that it is proposed to.
func (c Check) origin() string { return fmt.Sprintf("duty.check:%d", c.ID) }

// Words say the finding in one line: 张伟 不在岗, or 李娜代张伟 where somebody else was there.
func (c Check) Words() string {
	who := c.PersonName
	if who == "" {
		who = "(当天空岗)"
	}
	if c.Result == foundSubstitute {
		return fmt.Sprintf("%s 他人代班(%s)", who, c.FoundName)
	}
	return who + " " + wordOf(findings, c.Result)
}

// spot is the report that this check was made from, for its correction.
func (c Check) spot() Spot {
	return Spot{Village: c.VillageID, At: c.CheckedAt.In(month.Zone), Way: c.Way, Result: c.Result, Found: c.FoundName, Note: c.Note, Checker: c.Checker}
}

// at finds the shift of a moment. A day without shifts is one place; between two shifts nobody has to be there.
func (list Shifts) at(when time.Time) (Slot, bool) {
	when = when.In(month.Zone)
	clock := when.Format("15:04")
	for _, s := range list.Slots(month.Of(when)) {
		if s.Day != when.Day() {
			continue
		}
		if s.Shift == "" {
			return s, true
		}
		for _, one := range list {
			if one.Code == s.Shift && one.covers(clock) {
				return s, true
			}
		}
	}
	return Slot{}, false
}

// covers reports whether a shift runs at a time of day; a night shift ends on the next morning.
func (s Shift) covers(clock string) bool {
	if s.Start <= s.End {
		return s.Start <= clock && clock <= s.End
	}
	return clock >= s.Start || clock <= s.End
}

// clock writes a moment in China.
func clock(t time.Time) string { return t.In(month.Zone).Format("2006-01-02 15:04") }

func monthOfDay(day time.Time) month.Month { return month.Of(day) }
