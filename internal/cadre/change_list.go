package cadre

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// changesProps is the list of requests, on the screen or on paper.
type changesProps struct {
	scope     access.Scope
	URL       *url.URL
	Filter    changeFilter
	List      []Change
	Total     int
	Pager     ui.Pager
	Townships []org.Township // to choose from, in the district
	Grant     string
}

func (p changesProps) district() bool { return p.scope.Level() == pg.District }

func (m *Module) listChanges(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.foundChanges(r, s, r.URL, PageSize)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "更正申请", AsOf: s.Now().Format("2006-01-02 15:04")}, changesPage(p))
}

// foundChanges reads the requests that an address asks for: a page, or up to size of them on paper.
func (m *Module) foundChanges(r *http.Request, s access.Scope, at *url.URL, size int) (changesProps, error) {
	p := changesProps{scope: s, URL: at, Grant: s.GrantID()}
	httpx.DecodeQuery(&http.Request{URL: at}, &p.Filter)
	p.Filter.Text = strings.TrimSpace(p.Filter.Text)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Total, err = m.Store.changeCount(r.Context(), tx, p.Filter); err != nil {
			return err
		}
		p.Pager = ui.PagerOf(at, p.Filter.Page, p.Total, size)
		if p.List, err = m.Store.changes(r.Context(), tx, p.Filter, size, p.Pager.Offset()); err != nil || !p.district() {
			return err
		}
		p.Townships, err = (org.Store{}).Townships(r.Context(), tx, s.Today())
		return err
	})
	return p, err
}

// printChanges is the list for paper, masked like the page.
func (m *Module) printChanges(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.foundChanges(r, s, r.URL, onPaper)
	if err != nil {
		return err
	}
	if p.Total > onPaper {
		return fault.Invalid("符合条件的有%d份,一次最多打印%d份。请增加条件,或改用导出", p.Total, onPaper)
	}
	return access.PrintPage(w, r, s, "更正申请登记表", true, changesPaper(p))
}

// exportChanges writes the requests that the filter shows, masked like the page.
func (m *Module) exportChanges(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.foundChanges(r, s, &url.URL{Path: "/changes", RawQuery: r.PostForm.Get("query")}, 1)
	if err != nil {
		return err
	}
	var list []Change
	err = access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		list, err = m.Store.changes(r.Context(), tx, p.Filter, 0, 0)
		return err
	})
	if err != nil {
		return err
	}
	layout := xlsx.Layout{Title: "更正申请登记表", Lines: []string{"填报单位:" + s.Unit() + "  统计截至:" + s.Now().Format("2006-01-02")}, Frozen: 3}
	for _, title := range []string{"乡镇(街道)", "村(社区)", "姓名", "项目", "原值", "新值", "理由", "状态", "申请人", "申请时间", "乡镇核对", "核对时间", "区级办理", "办理时间", "退回原因"} {
		layout.Columns = append(layout.Columns, xlsx.Column{Key: title, Title: title})
	}
	held := access.PeopleOf()
	return access.Export{Name: "更正申请登记表", Object: "change_requests", Purpose: "更正申请登记", Filter: ui.InWords(p.chips()), Layout: layout, People: held, Rows: func(x *xlsx.Writer) error {
		for _, c := range list {
			held.Add(c.PersonID)
			if err := x.Row(c.TownshipName, c.VillageName, c.PersonName, c.Title(), c.OldText, c.NewText, c.Reason, wordOf(changeStates, c.State),
				c.RequestedBy, minute(&c.RequestedAt), c.CheckedBy, minute(c.CheckedAt), c.DecidedBy, minute(c.DecidedAt), c.Answer); err != nil {
				return err
			}
		}
		return nil
	}}.Send(w, r, s)
}

// minute is a time as pages show it, empty where there is none.
func minute(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(month.Zone).Format("2006-01-02 15:04")
}
