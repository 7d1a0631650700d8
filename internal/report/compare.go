package report

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// two names the days to compare and the measure that is compared unit by unit.
type two struct {
	From string `form:"from"` // the earlier day; a year before the later one if empty
	Col  string `form:"col"`
}

// compareProps is one caliber at two days.
type compareProps struct {
	Before, After structure
	Measure       *Measure
	URL           *url.URL
	Grant         string
}

// compared answers the same ask at two days with three questions: townships of the later day, and the facts of both.
func (m *Module) compared(r *http.Request, s access.Scope, at *url.URL) (p compareProps, err error) {
	var q ask
	var t two
	httpx.DecodeAddress(at.RawQuery, &q)
	httpx.DecodeAddress(at.RawQuery, &t)
	p = compareProps{URL: at, Grant: s.GrantID(), Measure: measureOf(t.Col)}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.After, err = m.load(r.Context(), tx, q, false, []*Measure{p.Measure}); err != nil {
			return err
		}
		from := dayOf(t.From, s.Today())
		if t.From == "" || !from.Before(p.After.On) {
			from = p.After.On.AddDate(-1, 0, 0)
		}
		p.Before = p.After
		p.Before.On, p.Before.Ask.On = from, from.Format(time.DateOnly)
		p.Before.Facts, err = m.Store.Facts(r.Context(), tx, p.Before.Caliber, q.Count == "post", from, p.Before.Township)
		p.Before.Table = Tabulate(p.Before.Facts, []*Measure{p.Measure}, p.Before.group, p.Before.headings)
		p.Before.linked()
		return err
	})
	return p, err
}

func (m *Module) compareStructure(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.compared(r, s, r.URL)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "两期对比", Notes: misread(r, s, "from", "已与"+p.Before.day()+"对比", "on", countedToday), AsOf: p.Before.day() + "与" + p.After.day(), Print: true,
		Crumbs: []ui.Crumb{{Title: "结构统计", Href: p.After.Ask.address(structureRoot)}}}, comparePage(p))
}

// units are the rows of both days.
func (p compareProps) units() (out []pair) {
	at := map[string]int{}
	for _, l := range p.After.Table.Lines {
		at[l.Key] = len(out)
		out = append(out, pair{Title: l.Title, Before: newLine(Heading{}), After: l})
	}
	for _, l := range p.Before.Table.Lines {
		if i, ok := at[l.Key]; ok {
			out[i].Before = l
		} else {
			out = append(out, pair{Title: l.Title, Before: l, After: newLine(Heading{Key: l.Key})})
		}
	}
	return append(out, p.total())
}

func (p compareProps) total() pair { return pair{"合计", p.Before.Table.Total, p.After.Table.Total} }

// pair is a line at two days.
type pair struct {
	Title         string
	Before, After Line
}

func (l pair) key() string {
	if l.After.Key != "" {
		return l.After.Key
	}
	return l.Before.Key
}

// change is the difference of a figure: of a number in people, of a mean in years.
func (l pair) change(m *Measure) string {
	a, b := l.Before.Cell(m), l.After.Cell(m)
	if m.Mean() {
		if a.N == 0 || b.N == 0 {
			return "—"
		}
		return signedTenths(tenthsOf(b.Sum*10, b.N) - tenthsOf(a.Sum*10, a.N))
	}
	return signed(b.N - a.N)
}

// points is the difference of the shares in percentage points, of the shares as they are printed.
func (l pair) points(m *Measure) string {
	a, b := l.Before.Cell(m), l.After.Cell(m)
	if !m.share || a.Of == 0 || b.Of == 0 {
		return ""
	}
	return signedTenths(tenthsOf(b.N*1000, b.Of) - tenthsOf(a.N*1000, a.Of))
}

func signed(n int) string {
	if n > 0 {
		return "+" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func signedTenths(t int) string {
	sign := ""
	switch {
	case t > 0:
		sign = "+"
	case t < 0:
		sign, t = "-", -t
	}
	return sign + strconv.Itoa(t/10) + "." + strconv.Itoa(t%10)
}

// exportCompare gives all measures at both days, then the chosen one by unit; it names no person.
func (m *Module) exportCompare(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.compared(r, s, addressOf(structureRoot+"/compare", r.PostForm.Get("query")))
	if err != nil {
		return err
	}
	a, b := p.Before.day(), p.After.day()
	title := p.After.Unit + p.After.Caliber.Title + "两期对比"
	return access.Export{Name: title + a + "与" + b, Object: "persons", Purpose: "两期对比", Filter: p.After.defined() + ";与" + a + "对比",
		Layout: xlsx.Layout{Sheet: "两期对比", Title: title, Lines: []string{p.After.defined() + ";与" + a + "对比"}, Frozen: 1, Columns: []xlsx.Column{
			{Key: "what", Title: "项目", Width: 30}, {Key: "a", Title: a}, {Key: "a.of", Title: a + "可统计数"}, {Key: "a.share", Title: a + "占比(%)", Decimals: 1},
			{Key: "b", Title: b}, {Key: "b.of", Title: b + "可统计数"}, {Key: "b.share", Title: b + "占比(%)", Decimals: 1}, {Key: "change", Title: "变化"},
			{Key: "points", Title: "占比变化(百分点)"}}},
		Rows: func(x *xlsx.Writer) error {
			for _, one := range measures {
				if err := compareRow(x, one.sentence(), p.total(), one); err != nil {
					return err
				}
			}
			for _, l := range p.units() {
				if err := compareRow(x, l.Title+":"+p.Measure.sentence(), l, p.Measure); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}

func compareRow(x *xlsx.Writer, title string, l pair, m *Measure) error {
	values := []any{title}
	for _, c := range []Cell{l.Before.Cell(m), l.After.Cell(m)} {
		switch {
		case m.Mean():
			values = append(values, decimal(c.text(m)), c.Of, nil)
		case m.share:
			values = append(values, c.N, c.Of, percent(c.Ratio()))
		default:
			values = append(values, c.N, c.Of, nil)
		}
	}
	return x.Row(append(values, asNumber(l.change(m)), asNumber(l.points(m)))...)
}

// asNumber is a change as a cell, which a spreadsheet adds up.
func asNumber(text string) any {
	if text == "" || text == "—" {
		return nil
	}
	return xlsx.Decimal(strings.TrimPrefix(text, "+"))
}

func itoa(n int) string { return strconv.Itoa(n) }
