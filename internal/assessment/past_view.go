package assessment

import (
	"strconv"

	"touyan/web/ui"
)

func problemIf(p ui.Problem, field string) string {
	if p.Field == field {
		return p.Sentence
	}
	return ""
}

// stats are the figures above the preview.
func (p pastProps) stats() []ui.StatItem {
	towns := map[int64]bool{}
	for _, l := range p.File.Lines {
		if l.Township.ID != 0 {
			towns[l.Township.ID] = true
		}
	}
	bad := ui.StatItem{Label: "有误", Value: strconv.Itoa(p.File.Report.BadRows()), Unit: "行"}
	if !p.File.Report.OK() {
		bad.Kind = "bad"
	}
	return []ui.StatItem{{Label: "月份", Value: p.At.Title()}, {Label: "乡镇(街道)", Value: strconv.Itoa(len(towns))},
		{Label: "人数", Value: strconv.Itoa(len(p.File.Lines))}, bad}
}

func (l pastLine) title() string {
	title, _, _, _, _ := l.post()
	return title
}

func (l pastLine) gradeTitle() string {
	if l.NoGrade == gradeNotGiven {
		return "未填"
	}
	return l.Grade.Title()
}

func (l pastLine) amountText() string {
	if l.Amount == nil {
		return ""
	}
	return l.Amount.Grouped()
}

func importedGrade(r Row) string {
	if r.NoGrade == gradeNotGiven {
		return "未填"
	}
	return Grade(r.Grade).Title()
}
