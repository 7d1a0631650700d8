package report

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// actsProps is the rows behind a figure that personnel files give.
type actsProps struct {
	scope  access.Scope
	URL    *url.URL
	Ask    overviewAsk
	Span   access.Span
	Kind   counted
	Found  []act
	Shown  []act
	People int
	Pager  ui.Pager
	Export bool
	Files  bool
}

func (m *Module) actsBehind(ctx context.Context, s access.Scope, at *url.URL) (p actsProps, err error) {
	p = actsProps{scope: s, URL: at, Export: s.Can(PermExport), Files: s.Can(cadre.PermRead)}
	httpx.DecodeAddress(at.RawQuery, &p.Ask)
	p.Span = p.Ask.span(s.Today())
	var known bool
	if p.Kind, known = countedOf(p.Ask.Figure); !known {
		p.Kind = countedKinds[0]
	}
	err = access.Read(ctx, s, func(tx *access.Tx) error {
		p.Found, err = m.Store.actsOf(ctx, tx, p.Span, p.Kind.Code)
		return err
	})
	if text := strings.TrimSpace(p.Ask.Text); text != "" {
		p.Found = slices.DeleteFunc(p.Found, func(a act) bool { return !strings.Contains(a.TownshipName+a.VillageName+" "+a.Name+" "+a.what(), text) })
	}
	seen := map[int64]bool{}
	for _, a := range p.Found {
		seen[a.PersonID] = true
	}
	p.People = len(seen)
	p.Pager = ui.PagerOf(at, p.Ask.Page, len(p.Found), pageSize)
	p.Shown = p.Found[p.Pager.Offset():max(p.Pager.To, p.Pager.Offset())]
	return p, err
}

// what says an act in words.
func (a act) what() string {
	if a.Kind == "delegates" {
		return wordOf(levelWords, a.Level) + wordOf(cadre.RepresentativeKinds, a.What)
	}
	if a.Level != "" {
		return wordOf(levelWords, a.Level) + " " + a.What
	}
	return a.What
}

func (p actsProps) defined() string {
	when := p.Span.From.Format(time.DateOnly) + "至" + p.Span.On.Format(time.DateOnly)
	if p.Kind.Code == "delegates" {
		when = "截至" + p.Span.On.Format(time.DateOnly)
	}
	return p.Kind.Note + ";" + when + ";范围:" + p.scope.Unit() + "。共" + strconv.Itoa(p.People) + "人、" + strconv.Itoa(len(p.Found)) + "人次。"
}

func (m *Module) listActs(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.actsBehind(r.Context(), s, r.URL)
	if err != nil {
		return err
	}
	back := overviewRoot
	if v := spanValues(p.Span, s.Today()); len(v) > 0 {
		back += "?" + v.Encode()
	}
	return access.Page(w, r, s, access.View{Title: p.Kind.Title, AsOf: p.Span.On.Format(time.DateOnly), Notes: misreadSpan(r, s, p.Span), Crumbs: []ui.Crumb{{Title: "工作综述", Href: back}}}, actsPage(p))
}

func (m *Module) exportActs(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.actsBehind(r.Context(), s, addressOf(overviewRoot+"/list", r.PostForm.Get("query")))
	if err != nil {
		return err
	}
	return p.listing().workbook(r.PostForm.Get("purpose"), searched(p.defined(), p.Ask.Text)).Send(w, r, s)
}

func (m *Module) printActs(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.actsBehind(r.Context(), s, r.URL)
	if err != nil {
		return err
	}
	return p.listing().print(w, r, s)
}

func (p actsProps) listing() listing {
	l := listing{Title: p.Kind.Title + "名单", Unit: p.scope.Unit(), Day: p.Span.On.Format(time.DateOnly), Object: p.Kind.from, Frozen: 4, Lines: []string{p.defined()},
		Columns: []xlsx.Column{{Key: "township", Title: "乡镇(街道)", Width: 12}, {Key: "village", Title: "村(社区)", Width: 12}, {Key: "name", Title: "姓名", Width: 9},
			{Key: "what", Title: "内容", Width: 46}, {Key: "doc", Title: "文号、届次", Width: 22}, {Key: "on", Title: "日期", Width: 11}}}
	for _, a := range p.Found {
		l.Rows = append(l.Rows, listed{a.PersonID, []any{a.TownshipName, a.VillageName, a.Name, a.what(), a.Doc, a.On.Format(time.DateOnly)}})
	}
	return l
}
