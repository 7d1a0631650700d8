package duty

import (
	"context"
	"net/http"

	"touyan/internal/access"
	"touyan/internal/platform/month"
	"touyan/internal/platform/xlsx"
)

// overviewExport is what the export of a month's overview needs.
type overviewExport struct {
	Month   month.Month `json:"month"`
	Purpose string      `json:"purpose"`
}

// exportOverview gives one row per village in scope; a district's map is a job.
func (m *Module) exportOverview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	e := overviewExport{at, r.PostForm.Get("purpose")}
	var known []place
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		known, err = m.Store.places(r.Context(), tx, at, 0, 0)
		return err
	})
	if err != nil {
		return err
	}
	file := m.overviewExport(r.Context(), s, e)
	if len(known) > inBackground {
		return m.exportLater(w, r, s, overviewExportJob, file, e)
	}
	return file.Send(w, r, s)
}

func (m *Module) overviewExport(ctx context.Context, s access.Scope, e overviewExport) access.Export {
	now := month.Of(s.Now())
	last := until(e.Month, now, s.Now().Day())
	title := s.Unit() + e.Month.Title() + "值班总览"
	return access.Export{Name: title, Object: "duty_rosters", Purpose: e.Purpose,
		Layout: xlsx.Layout{Title: title, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04") + "  在岗保障率=有人在岗的天数÷应值班天数"},
			Frozen: 2, Columns: []xlsx.Column{{Key: "township", Title: "乡镇(街道)"}, {Key: "village", Title: "村(社区)"}, {Key: "state", Title: "发布情况"},
				{Key: "rate", Title: "在岗保障率"}, {Key: "holes", Title: "空岗日期", Width: 26}, {Key: "checks", Title: "抽查天数"},
				{Key: "absent", Title: "抽查不在岗日期", Width: 26}, {Key: "people", Title: "值班人数"}, {Key: "average", Title: "人均次数"},
				{Key: "least", Title: "最少次数"}, {Key: "most", Title: "最多次数"}}},
		Rows: func(x *xlsx.Writer) error {
			return access.Read(ctx, s, func(tx *access.Tx) error {
				lines, err := m.Store.Lines(ctx, tx, e.Month, 0)
				if err != nil {
					return err
				}
				turns, err := m.Store.Turns(ctx, tx, e.Month, 0)
				if err != nil {
					return err
				}
				return overviewRows(x, lines, turns, last)
			})
		}}
}

func overviewRows(x *xlsx.Writer, lines []Line, turns []Turns, last int) error {
	spread := make(map[int64]Turns, len(turns))
	for _, t := range turns {
		spread[t.VillageID] = t
	}
	for _, l := range lines {
		var c Coverage
		c.Add(l, last)
		_, state := l.State()
		var people, average, least, most any
		if t, ok := spread[l.VillageID]; ok {
			people, average, least, most = t.People, xlsx.Decimal(t.Average()), t.Least, t.Most
		}
		if err := x.Row(l.TownshipName, l.VillageName, state, c.Rate(), dayList(Days(l.EmptyDays)), c.CheckDays, dayList(Days(l.AbsentDays)),
			people, average, least, most); err != nil {
			return err
		}
	}
	return nil
}
