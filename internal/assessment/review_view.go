package assessment

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"touyan/web/ui"
)

// canApprove reports whether the page offers the township's approval.
func (p reviewProps) canApprove() bool { return p.Approves && p.State == SheetSubmitted }

// canFile reports whether the page offers the district's approval.
func (p reviewProps) canFile() bool { return p.Files && p.State == SheetTownshipApproved }

// canConfirm reports whether the page offers the department leader's confirmation.
func (p reviewProps) canConfirm() bool {
	return p.Confirms && p.State == SheetDistrictApproved && p.Settings.LeaderConfirms && p.Sheet.ConfirmedAt == nil
}

// canReturn reports whether rows can be given back from this page.
func (p reviewProps) canReturn() bool {
	switch p.State {
	case SheetSubmitted:
		return p.Approves
	case SheetTownshipApproved:
		return p.Approves || p.Files
	case SheetDistrictApproved:
		return p.Files
	}
	return false
}

func (p reviewProps) returnPath() string {
	if p.Files {
		return sheetPath(p.Sheet.ID) + "/file/return"
	}
	return sheetPath(p.Sheet.ID) + "/return"
}

// checks reports whether the reader is the one whose approval the sheet waits for.
func (p reviewProps) checks() bool { return p.canApprove() || p.canFile() || p.canConfirm() }

// bar says why the reader may not check, with who could.
func (p reviewProps) bar() string {
	why := p.barred(p.Hands, p.Person, p.Holder)
	if why == "" && p.canConfirm() && p.Sheet.FiledHolder == p.Holder {
		why = "您备案审核过这张考评表,不能再由您确认"
	}
	if why == "" {
		return ""
	}
	return why + "。" + p.Hands.instead() + "。"
}

// kinds are the reasons to look at a row, each with its number.
func (p reviewProps) kinds() []ui.StatItem {
	count := func(kind string) string {
		n := 0
		for _, r := range p.All {
			if r.is(kind) {
				n++
			}
		}
		return strconv.Itoa(n)
	}
	stat := func(label, kind, note string) ui.StatItem {
		return ui.StatItem{Label: label, Value: count(kind), Unit: "人", Note: note, Href: reviewQuery{Kind: kind}.address(p.Sheet.ID)}
	}
	now, last := p.average()
	list := []ui.StatItem{{Label: "平均分", Value: pointsText(now), Note: "上月同一批人 " + pointsText(last), Href: comparePath(p.Sheet.ID)},
		stat("有扣分", kindDeduct, "含一票否决"), stat("有加分", kindBonus, ""),
		stat("分差较大", kindJump, "与上月相差超过"+p.Scheme.JumpLimit.String()+"分"), stat("不定等次", kindNone, "")}
	if len(p.Before) > 0 {
		label := "退回后重报"
		if p.State == SheetReturned {
			label = "被退回"
		}
		list = append(list, stat(label, kindReturned, "第"+strconv.Itoa(p.Sheet.Round)+"轮"))
	}
	return list
}

// tabs switch between what needs a look and everybody.
func (p reviewProps) tabs() []ui.Tab {
	notable := 0
	for _, r := range p.All {
		if p.notable(r) {
			notable++
		}
	}
	some, all := p.Query, p.Query
	some.Show, all.Show = "", "all"
	some.Kind, some.Grade, all.Kind, all.Grade = "", "", "", ""
	narrowed := p.Query.Kind != "" || p.Query.Grade != ""
	return []ui.Tab{{Title: "需要核对", Badge: strconv.Itoa(notable), Href: some.address(p.Sheet.ID), Active: p.Query.Show != "all" && !narrowed},
		{Title: "全部人员", Badge: strconv.Itoa(len(p.All)), Href: all.address(p.Sheet.ID), Active: p.Query.Show == "all" && !narrowed}}
}

func (p reviewProps) villageOptions() []ui.Option {
	list := []ui.Option{{Value: "", Title: "全部"}}
	seen := map[int64]bool{}
	for _, r := range p.All {
		if !seen[r.VillageID] {
			seen[r.VillageID] = true
			list = append(list, ui.Option{Value: strconv.FormatInt(r.VillageID, 10), Title: r.VillageName, Selected: r.VillageID == p.Query.Village})
		}
	}
	return list
}

// distribution counts the grades as they are or would be.
func (p reviewProps) distribution() []ui.StatItem {
	count, pending := map[Grade]int{}, 0
	for _, r := range p.All {
		if r.Pending {
			pending++
			continue
		}
		count[r.Graded.Grade]++
	}
	var list []ui.StatItem
	for _, g := range []Grade{GradeExcellent, GradeCompetent, GradeBasicallyCompetent, GradeIncompetent, GradeNone} {
		list = append(list, ui.StatItem{Label: g.Title(), Value: strconv.Itoa(count[g]), Unit: "人", Note: p.thresholdNote(g),
			Href: reviewQuery{Grade: gradeCode(g)}.address(p.Sheet.ID)})
	}
	if pending > 0 {
		list = append(list, ui.StatItem{Label: "待定", Value: strconv.Itoa(pending), Unit: "人", Note: "优秀名额同分,待标出", Kind: "warn",
			Href: reviewQuery{Kind: kindTied}.address(p.Sheet.ID)})
	}
	return list
}

func (p reviewProps) thresholdNote(g Grade) string {
	t := p.Scheme.Thresholds
	switch g {
	case GradeExcellent:
		return fmt.Sprintf("%s分及以上,名额%d个", t.Excellent, p.Outcome.Quota)
	case GradeCompetent:
		return t.Competent.String() + "分及以上"
	case GradeBasicallyCompetent:
		return t.BasicallyCompetent.String() + "分及以上"
	case GradeIncompetent:
		return "低于" + t.BasicallyCompetent.String() + "分或一票否决"
	}
	return "任职不足" + strconv.Itoa(p.Scheme.MinDays) + "天等"
}

// quotaLine says how the seats come about.
func (p reviewProps) quotaLine() string {
	return fmt.Sprintf("评定等次%d人,优秀比例%d%%,名额%d个;按分数已确定%d人。", p.Outcome.Graded, p.Scheme.Quota.Percent, p.Outcome.Quota, len(p.Outcome.Certain))
}

// edgeLegend heads the boxes of the tied.
func (p reviewProps) edgeLegend() string {
	e := p.Outcome.Edge
	return fmt.Sprintf("%s分的有%d人,优秀名额还剩%d个,请标出其中%d人", p.row(e.Tied[0]).Normalised, len(e.Tied), e.Seats, e.Seats)
}

// tiedOptions are the boxes of the tied, in the order of the grid: what was typed if the form was refused, else the
// earlier marks.
func (p reviewProps) tiedOptions() []ui.Option {
	marked := map[string]bool{}
	if p.Form.Sent {
		for _, id := range p.Form.Excellent {
			marked[id] = true
		}
	} else {
		for _, id := range p.marks() {
			marked[strconv.FormatInt(id, 10)] = true
		}
	}
	var list []ui.Option
	for _, r := range p.All {
		if !r.Tied {
			continue
		}
		key := strconv.FormatInt(r.ID, 10)
		title := r.PersonName + "(" + r.VillageName + " " + r.PositionTitle
		if r.Last != nil && r.Last.Grade == GradeExcellent {
			title += ",上月优秀"
		}
		list = append(list, ui.Option{Value: key, Title: title + ")", Selected: marked[key]})
	}
	return list
}

func (p reviewProps) meetingValue() string {
	if p.Form.Sent {
		return p.Form.Meeting
	}
	if p.Sheet.MeetingOn != nil {
		return p.Sheet.MeetingOn.Format("2006-01-02")
	}
	return ""
}

func (p reviewProps) minutesValue() string {
	if p.Form.Sent {
		return p.Form.Minutes
	}
	return p.Sheet.MinutesNo
}

// problem is the message beside a field.
func (p reviewProps) problem(field string) string { return ui.ProblemOf(p.Problems, field) }

// picked reports whether a row's box was ticked in a refused form.
func (p reviewProps) picked(r reviewRow) bool {
	for _, id := range p.Form.Rows {
		if id == r.id() {
			return true
		}
	}
	return false
}

func (r reviewRow) id() string { return strconv.FormatInt(r.ID, 10) }

// change is the difference to last month.
func (r reviewRow) change() string {
	if r.Last == nil {
		return "—"
	}
	return (r.Normalised - r.Last.Normalised).Signed()
}

func (r reviewRow) last() string {
	if r.Last == nil {
		return "—"
	}
	return r.Last.Normalised.Fixed()
}

// text is an entry in one line: what, on which ground, and who reported it.
func (e reviewEntry) text() string {
	parts := []string{e.Title}
	if e.Reason != "" && e.Reason != e.Title {
		parts = append(parts, e.Reason)
	}
	if e.Clause != "" {
		parts = append(parts, "依据:"+e.Clause)
	}
	if e.ReportedBy != "" {
		parts = append(parts, "提供:"+e.ReportedBy)
	}
	return strings.Join(parts, ";")
}

func (e reviewEntry) amount(s Scheme) string {
	if item, ok := s.Item(e.Item); ok && item.Kind == ItemVeto {
		return item.VetoEffect.Title()
	}
	return e.Points.Signed()
}

// gradedTitle names a grade for a reader who must know why it is not higher.
func gradedTitle(g Graded) string {
	if g.QuotaCapped {
		return g.Grade.Title() + "(优秀名额已满)"
	}
	return g.Grade.Title()
}

func gradeKind(g Grade) string {
	switch g {
	case GradeExcellent:
		return "good"
	case GradeBasicallyCompetent:
		return "warn"
	case GradeIncompetent:
		return "bad"
	}
	return "plain"
}

func comparePath(id int64) string { return sheetPath(id) + "/compare" }

// tiedRows are the rows at the edge of the quota.
func (p reviewProps) tiedRows() []reviewRow {
	var list []reviewRow
	for _, r := range p.All {
		if r.Tied {
			list = append(list, r)
		}
	}
	return list
}

func gradesNote(p reviewProps) string {
	if !p.approved() {
		return "按目前的分数测算,审核通过后生效"
	}
	return ""
}

// pairs lists the query for hidden fields, in a steady order.
func (q reviewQuery) pairs() [][2]string {
	v := q.values()
	var list [][2]string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		list = append(list, [2]string{name, v.Get(name)})
	}
	return list
}
