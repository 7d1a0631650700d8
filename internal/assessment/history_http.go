package assessment

import (
	"net/http"
	"net/url"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

func (m *Module) historyRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/assessment/sheets/{id}/history", Need: PermRead, Do: m.showHistory},
		{Method: http.MethodPost, Path: "/assessment/sheets/{id}/history/export", Need: PermRead, Do: m.exportHistory},
	}
}

func historyPath(id int64) string { return sheetPath(id) + "/history" }

type historyProps struct {
	Sheet  Sheet
	Events []Event
	Query  eventQuery
	URL    *url.URL
	Pager  ui.Pager
	Grant  string
}

// showHistory lists every act on a sheet with who, when and why.
func (m *Module) showHistory(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := historyProps{URL: r.URL, Grant: s.GrantID()}
	httpx.DecodeAddress(p.URL.RawQuery, &p.Query)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Sheet, err = m.Store.Sheet(r.Context(), tx, id, false); err != nil {
			return err
		}
		total, err := m.Store.countEvents(r.Context(), tx, id, p.Query)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(p.URL, p.Query.Page, total, eventsPerPage)
		p.Events, err = m.Store.events(r.Context(), tx, id, p.Query, eventsPerPage, p.Pager.Offset())
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "办理记录", Crumbs: sheetCrumbs(p.Sheet, true), Print: true,
		AsOf: s.Now().Format("2006-01-02 15:04")}, historyPage(p))
}

// exportHistory gives exactly the acts that the filter shows.
func (m *Module) exportHistory(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	at := addressOf(historyPath(id), r.PostForm.Get("query"))
	p := historyProps{URL: at}
	httpx.DecodeAddress(at.RawQuery, &p.Query)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Sheet, err = m.Store.Sheet(r.Context(), tx, id, false); err != nil {
			return err
		}
		p.Events, err = m.Store.events(r.Context(), tx, id, p.Query, 0, 0)
		return err
	})
	if err != nil {
		return err
	}
	title := p.Sheet.TownshipName + p.Sheet.Month.Title() + "考评办理记录"
	return access.Export{Name: title, Object: "assessment_acts", Purpose: r.PostForm.Get("purpose"), Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: title, Frozen: 2, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04")},
			Columns: []xlsx.Column{{Key: "at", Title: "时间", Width: 18}, {Key: "act", Title: "办理", Width: 16}, {Key: "person", Title: "涉及人员"},
				{Key: "actor", Title: "办理人", Width: 24}, {Key: "round", Title: "轮次"}, {Key: "reason", Title: "理由", Width: 48}}},
		Rows: func(x *xlsx.Writer) error {
			for _, e := range p.Events {
				if err := x.Row(clockTime(e.At), e.Act.Title(), e.PersonName, e.Actor, strconv.Itoa(e.Round), e.Reason); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}

// addressOf is a list under the conditions that a form on it carries along; what cannot be read filters nothing.
func addressOf(path, query string) *url.URL {
	q, _ := url.ParseQuery(query)
	return &url.URL{Path: path, RawQuery: q.Encode()}
}
