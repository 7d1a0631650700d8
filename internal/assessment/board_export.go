package assessment

import (
	"net/http"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// exportBoard gives the lines of the month's board that the filter shows, with the page's own purpose: it names townships, no person.
func (m *Module) exportBoard(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	var p boardProps
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Period, err = m.Store.Period(r.Context(), tx, at); err != nil {
			return err
		}
		p.All, err = m.Store.Board(r.Context(), tx, at)
		return err
	})
	if err != nil {
		return err
	}
	p.Now = s.Now()
	p.URL = addressOf(p.path(), r.PostForm.Get("query"))
	httpx.DecodeAddress(p.URL.RawQuery, &p.Query)
	return access.Export{Name: at.Title() + "月考评进度", Object: "assessment_sheets", Purpose: "月考评调度", Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: s.District() + at.Title() + "月考评进度", Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04")},
			Frozen: 1, Columns: []xlsx.Column{{Key: "township", Title: "乡镇(街道)"}, {Key: "state", Title: "状态"}, {Key: "touched", Title: "已填"},
				{Key: "rows", Title: "人数"}, {Key: "returned", Title: "被退回"}, {Key: "due", Title: "截止"}, {Key: "late", Title: "逾期天数"},
				{Key: "average", Title: "平均分", Decimals: 2}, {Key: "excellent", Title: "优秀"}, {Key: "objections", Title: "待答复异议"}}},
		Rows: func(x *xlsx.Writer) error {
			for _, l := range p.Query.keep(p.All) {
				due, late := p.due(l)
				if err := x.Row(l.TownshipName, l.State.Title(ViewerDistrict), l.Touched, l.Rows, l.Returned, due, late, mark(l.Average),
					count(l.Excellent), l.Objections); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}
