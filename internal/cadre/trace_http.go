package cadre

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

func (m *Module) traceRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/audit/people", Need: PermTrace, Do: m.trace},
		{Method: http.MethodPost, Path: "/audit/people/export", Need: PermTrace, Do: m.exportTrace},
	}
}

// traceFilter asks who saw or took away what belongs to a person.
type traceFilter struct {
	Text   string `form:"q"`
	Person int64  `form:"person"`
	From   string `form:"from"`
	To     string `form:"to"`
	Kind   string `form:"kind"`
	Page   int    `form:"page"`
}

// sightings are the words for the ways of seeing, by access.Sightings.
var sightings = []Word{{"reveal", "查看完整信息"}, {"open", "打开附件"}, {"export", "导出"}, {"print", "打印"}, {"history", "查看历史记录"}}

// traceProps is the page of the auditor: who saw or exported this person between two days.
type traceProps struct {
	URL     *url.URL
	Filter  traceFilter
	Found   []Person // to choose from
	Person  *Person
	Number  string // masked
	Numbers []string
	Lines   []access.Trail
	Total   int
	Pager   ui.Pager
	Grant   string
	Notes   []string // which days of the address are none
}

func (m *Module) trace(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := traceProps{URL: r.URL, Grant: s.GrantID()}
	httpx.DecodeQuery(r, &p.Filter)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Filter.Person == 0 {
			return m.offer(r.Context(), tx, &p)
		}
		seen, err := m.about(r.Context(), tx, &p)
		if err != nil {
			return err
		}
		if p.Total, err = access.CountSeen(r.Context(), tx, seen); err != nil {
			return err
		}
		p.Pager = ui.PagerOf(p.URL, p.Filter.Page, p.Total, PageSize)
		p.Lines, err = access.Seen(r.Context(), tx, seen, PageSize, p.Pager.Offset())
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "谁看过、导出过", Notes: p.Notes, Print: p.Person != nil, AsOf: s.Now().Format("2006-01-02 15:04")}, tracePage(p))
}

// offer lists whom the search may mean, with masked numbers.
func (m *Module) offer(ctx context.Context, tx *access.Tx, p *traceProps) (err error) {
	if strings.TrimSpace(p.Filter.Text) == "" {
		return nil
	}
	p.Found, err = m.Store.traced(ctx, tx, p.Filter.Text)
	for _, one := range p.Found {
		p.Numbers = append(p.Numbers, m.Store.MaskedID(tx.Tenant(), one))
	}
	return err
}

// about reads whom the page is about and says what to look for: his file, and those that were merged into it.
func (m *Module) about(ctx context.Context, tx *access.Tx, p *traceProps) (f access.SeenFilter, err error) {
	one, err := m.Store.Get(ctx, tx, p.Filter.Person, tx.Scope().Today())
	if err != nil {
		return f, err
	}
	p.Person, p.Number = &one, m.Store.MaskedID(tx.Tenant(), one)
	files, err := m.Store.mergedFiles(ctx, tx, one.ID)
	if err != nil {
		return f, err
	}
	today := tx.Scope().Today()
	f = access.SeenFilter{Persons: append(files, one.ID), Kind: p.Filter.Kind, From: today.AddDate(0, -1, 0), To: today}
	for _, day := range []struct {
		typed *string
		to    *time.Time
	}{{&p.Filter.From, &f.From}, {&p.Filter.To, &f.To}} {
		if t, err := month.ParseDay(*day.typed); err == nil {
			*day.to = t
		} else if *day.typed != "" {
			p.Notes = append(p.Notes, fault.Of(err).Sentence+",已按"+day.to.Format(time.DateOnly)+"查询")
		}
	}
	if f.From.After(f.To) {
		f.From, f.To = f.To, f.From // whichever was typed first, the days between them are meant
	}
	p.Filter.From, p.Filter.To = f.From.Format(time.DateOnly), f.To.Format(time.DateOnly)
	return f, nil
}

// exportTrace writes the answer, for a purpose of its own.
func (m *Module) exportTrace(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := traceProps{URL: &url.URL{Path: "/audit/people", RawQuery: r.PostForm.Get("query")}}
	httpx.DecodeAddress(p.URL.RawQuery, &p.Filter)
	var lines []access.Trail
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		seen, err := m.about(r.Context(), tx, &p)
		if err != nil {
			return err
		}
		lines, err = access.Seen(r.Context(), tx, seen, 0, 0)
		return err
	})
	if err != nil {
		return err
	}
	layout := xlsx.Layout{Title: p.Person.Name + "个人信息查看和导出记录", Lines: []string{p.says()}, Frozen: 1, Columns: []xlsx.Column{{Key: "at", Title: "时间", Width: 20},
		{Key: "actor", Title: "操作人"}, {Key: "role", Title: "身份"}, {Key: "unit", Title: "单位"}, {Key: "address", Title: "地址", Text: true}, {Key: "kind", Title: "方式"},
		{Key: "summary", Title: "操作", Width: 36}, {Key: "reason", Title: "用途", Width: 24}, {Key: "rows", Title: "行数"}, {Key: "filter", Title: "导出条件", Width: 30},
		{Key: "sha256", Title: "文件指纹(SHA-256)", Width: 30}}}
	return access.Export{Name: "个人信息查看和导出记录", Object: "audit_log", Purpose: r.PostForm.Get("purpose"), Filter: p.says(), Layout: layout, People: access.PeopleOf(p.Person.ID),
		Rows: func(x *xlsx.Writer) error {
			for _, l := range lines {
				d := detailOf(l)
				if err := x.Row(l.At.In(s.Now().Location()).Format("2006-01-02 15:04:05"), l.Actor, l.Role.Title(), l.Unit, l.Address, sightingOf(l), l.Summary, l.Reason,
					d.rows(), d.Filter, d.SHA256); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}

// says is the question in words.
func (p traceProps) says() string {
	text := p.Person.Name + "(" + p.Number + "),从" + p.Filter.From + "到" + p.Filter.To
	if p.Filter.Kind != "" {
		text += "," + wordOf(sightings, p.Filter.Kind)
	}
	return text
}

// traceDetail is what the trail keeps of a file that left.
type traceDetail struct {
	Rows   *int   `json:"rows"`
	Filter string `json:"filter"`
	SHA256 string `json:"sha256"`
}

func detailOf(l access.Trail) (d traceDetail) {
	_ = json.Unmarshal(l.Detail, &d) // another kind of line has another detail
	return d
}

func (d traceDetail) rows() string {
	if d.Rows == nil {
		return ""
	}
	return strconv.Itoa(*d.Rows)
}

// sightingOf names the way in which a line's actor saw the data.
func sightingOf(l access.Trail) string {
	return wordOf(sightings, l.Action[strings.LastIndexByte(l.Action, '.')+1:])
}
