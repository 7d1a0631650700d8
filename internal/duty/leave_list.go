package duty

import (
	"net/http"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// leavesPerPage is the length of a page of the list.
const leavesPerPage = 50

// leaveQuery is what the list is narrowed to.
type leaveQuery struct {
	Text    string `form:"q"`
	Month   string `form:"month"`
	Village int64  `form:"village"`
	Page    int    `form:"page"`
}

type leavesProps struct {
	Query    leaveQuery
	Month    month.Month
	List     []Leave
	Pager    ui.Pager
	Villages []place // to record for, where the scope has few
	Scope    access.Scope
}

func (m *Module) listLeaves(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := leavesProps{Scope: s}
	httpx.DecodeQuery(r, &p.Query)
	p.Query.Text = strings.TrimSpace(p.Query.Text)
	var err error
	var notes []string
	if p.Month, err = month.Parse(p.Query.Month); err != nil {
		if p.Month = month.Of(s.Now()); p.Query.Month != "" {
			notes = append(notes, month.NoSuch("月份", p.Query.Month)+",已显示"+p.Month.Title())
		}
	}
	err = access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		f := leaveFilter{Village: p.Query.Village, From: p.Month.First(), Next: p.Month.Next().First(), Text: p.Query.Text}
		total, err := m.Store.countLeaves(r.Context(), tx, f)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(r.URL, p.Query.Page, total, leavesPerPage)
		if p.List, err = m.Store.Leaves(r.Context(), tx, f, leavesPerPage, p.Pager.Offset()); err != nil || s.Level() == pg.District {
			return err
		}
		p.Villages, err = m.Store.places(r.Context(), tx, month.Of(s.Now()), s.Township(), s.Village())
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "请假登记", Notes: notes, AsOf: s.Now().Format("2006-01-02 15:04"), Print: true}, leavesPage(p))
}

// exportLeaves sends the list as a workbook.
func (m *Module) exportLeaves(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var q leaveQuery
	if err := httpx.Decode(r, &q); err != nil {
		return err
	}
	at, err := month.Parse(q.Month)
	if err != nil {
		return err
	}
	f := leaveFilter{Village: q.Village, From: at.First(), Next: at.Next().First(), Text: strings.TrimSpace(q.Text)}
	title := s.Unit() + at.Title() + "请假登记"
	return access.Export{Name: title, Object: "duty_leaves", Purpose: r.PostForm.Get("purpose"), Filter: searched(f.Text),
		Layout: xlsx.Layout{Title: title, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04")}, Frozen: 2,
			Columns: []xlsx.Column{{Key: "no", Title: "序号"}, {Key: "township", Title: "乡镇(街道)"}, {Key: "village", Title: "村(社区)"}, {Key: "name", Title: "姓名"}, {Key: "kind", Title: "类型"},
				{Key: "first", Title: "开始日期"}, {Key: "last", Title: "结束日期"}, {Key: "days", Title: "天数"}, {Key: "state", Title: "状态"},
				{Key: "note", Title: "说明", Width: 30}, {Key: "by", Title: "登记人"}}},
		Rows: func(x *xlsx.Writer) error {
			return access.Read(r.Context(), s, func(tx *access.Tx) error {
				list, err := m.Store.Leaves(r.Context(), tx, f, 1<<20, 0)
				if err != nil {
					return err
				}
				for i, l := range list {
					_, state := l.State(s.Today())
					if err := x.Row(i+1, l.TownshipName, l.VillageName, l.PersonName, l.Title(), l.First.Format(time.DateOnly), l.Last.Format(time.DateOnly), l.Days(), state,
						l.Note, l.RecordedBy); err != nil {
						return err
					}
				}
				return nil
			})
		}}.Send(w, r, s)
}

// searched is a search as the trail says it.
func searched(text string) string {
	if text == "" {
		return ""
	}
	return "搜索:" + text
}
