package report

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/platform/chart"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

const structureRoot = "/reports/structure"

func (m *Module) structureRoutes() []access.Route {
	return []access.Route{
		get(structureRoot, m.showStructure),
		get(structureRoot+"/print", m.printStructure),
		post(structureRoot+"/export", PermRead, m.exportStructure),
		get(structureRoot+"/list", m.listStructure),
		get(structureRoot+"/list/print", m.printStructureList),
		post(structureRoot+"/list/export", PermExport, m.exportStructureList),
		get(structureRoot+"/compare", m.compareStructure),
		post(structureRoot+"/compare/export", PermRead, m.exportCompare),
	}
}

// answer reads the ask of an address. Lines count the measures given, or the chosen columns where none are.
func (m *Module) answer(ctx context.Context, s access.Scope, query string, of ...*Measure) (p structure, err error) {
	var q ask
	httpx.DecodeAddress(query, &q)
	if len(of) == 0 {
		of = columnSetOf(q.Set).measures()
	}
	err = access.Read(ctx, s, func(tx *access.Tx) error {
		p, err = m.load(ctx, tx, q, true, of)
		return err
	})
	return p, err
}

// structureProps is the page of an answered ask.
type structureProps struct {
	structure
	Grant   string
	Publish bool // the figures can be published
}

func (m *Module) showStructure(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.answer(r.Context(), s, r.URL.RawQuery)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "结构统计", AsOf: p.day(), Notes: misread(r, s, "on", countedToday), Scripts: []string{"js/copy.js"}}, structurePage(structureProps{p, s.GrantID(), s.Can(PermPublish) && !p.On.After(p.Today)}))
}

func (m *Module) printStructure(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.answer(r.Context(), s, r.URL.RawQuery)
	if err != nil {
		return err
	}
	return access.PrintPage(w, r, s, p.title(), true, structurePaper(p))
}

// title names the table on paper and in the workbook.
func (p structure) title() string { return p.Unit + p.Caliber.Title + "结构统计表" }

// link leads from a figure to the rows behind it.
func (p structure) link(line string, m *Measure) string {
	if line == "" {
		return p.list + "col=" + m.Key
	}
	return p.list + "row=" + line + "&col=" + m.Key
}

func (p structure) stats() []ui.StatItem {
	item := func(key, label string) ui.StatItem {
		c := p.total(key)
		return ui.StatItem{Label: label, Value: c.Ratio().Percent(), Note: c.Ratio().Fraction(), Href: p.link("", measureOf(key))}
	}
	people, age := p.total("people"), p.total("age_mean")
	return []ui.StatItem{
		{Label: "总数", Value: strconv.Itoa(people.N), Unit: p.unitWord(), Href: p.link("", measures[0])},
		{Label: "平均年龄", Value: age.text(measureOf("age_mean")), Unit: "岁", Note: strconv.Itoa(age.Sum) + "÷" + strconv.Itoa(age.N), Href: p.link("", measureOf("age_mean"))},
		item("age_35", "35岁及以下"), item("college_up", "大专及以上"), item("women", "女性"), item("minority", "少数民族"), item("party", "中共党员"),
	}
}

// drawn is a chart with the measures whose figures it draws; the table beside it says the same.
type drawn struct {
	Title    string
	Measures []*Measure
	Bars     bool
}

func (p structure) charts() []drawn {
	pick := func(keys ...string) (out []*Measure) {
		for _, k := range keys {
			out = append(out, measureOf(k))
		}
		return out
	}
	var origins []*Measure
	for _, k := range keysWith("origin_") {
		if m := measureOf(k); p.Table.Total.Cell(m).N > 0 && m.Key != "origin_lost" {
			origins = append(origins, m)
		}
	}
	return []drawn{
		{Title: "年龄结构", Measures: pick("age_35", "age_45", "age_55", "age_56")},
		{Title: "学历结构", Measures: pick("postgraduate", "bachelor", "college", "senior", "junior", "primary")},
		{Title: "党龄结构", Measures: pick("party_0", "party_5", "party_10", "party_20", "party_30")},
		{Title: "来源结构", Measures: origins, Bars: true},
	}
}

func (p structure) items(d drawn) (items []chart.Item) {
	for _, m := range d.Measures {
		items = append(items, chart.Item{Label: m.Title, Value: float64(p.Table.Total.Cell(m).N)})
	}
	return items
}

// exportStructure gives all columns of the table; it names no person.
func (m *Module) exportStructure(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	query := r.PostForm.Get("query")
	p, err := m.answer(r.Context(), s, query, measures...)
	if err != nil {
		return err
	}
	columns := p.columns()
	layout := xlsx.Layout{Sheet: "结构统计", Title: p.title(), Lines: []string{p.defined(), p.leftOutWords()}, Frozen: 1,
		Columns: []xlsx.Column{{Key: "line", Title: p.byTitle(), Width: 20}}}
	for _, c := range columns {
		layout.Columns = append(layout.Columns, c.Column)
	}
	return access.Export{Name: p.title() + p.day(), Object: "persons", Purpose: "结构统计表", Filter: p.defined(), Layout: layout,
		Rows: func(x *xlsx.Writer) error {
			for _, l := range append(p.Table.Lines, p.Table.Total) {
				values := []any{l.Title}
				for _, c := range columns {
					values = append(values, c.value(l))
				}
				if err := x.Row(values...); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}

// bookColumn is a column of the workbook.
type bookColumn struct {
	xlsx.Column
	value func(l Line) any
}

// columns are all measures with the number of those they could be asked of, and shares with the parts that people quote.
func (p structure) columns() (out []bookColumn) {
	add := func(key, group, title string, decimals int, value func(l Line) any) {
		out = append(out, bookColumn{xlsx.Column{Key: key, Group: group, Title: title, Decimals: decimals, Width: 12}, value})
	}
	quoted := map[string]bool{"women": true, "minority": true, "party": true, "age_35": true, "college_up": true, "bachelor_up": true}
	group := ""
	for _, one := range measures {
		under := one.Group
		if under == "" {
			under = "基本情况"
		}
		if under != group && one.lost != "" && one.Group != "" {
			add(one.Key+".of", under, "可统计数", 0, func(l Line) any { return l.Cell(one).Of })
		}
		group = under
		title := one.Title
		if born := one.Born(p.On); born != "" {
			title += "(" + born + ")"
		}
		if one.Mean() {
			add(one.Key+".sum", under, "年龄合计", 0, func(l Line) any { return l.Cell(one).Sum })
			add(one.Key, under, title, 1, func(l Line) any { return decimal(l.Cell(one).text(one)) })
			continue
		}
		add(one.Key, under, title, 0, func(l Line) any { return l.Cell(one).N })
		if quoted[one.Key] {
			add(one.Key+".share", under, one.Title+"占比(%)", 1, func(l Line) any { return percent(l.Cell(one).Ratio()) })
		}
	}
	return out
}

// decimal is a figure as a cell, empty where there is none.
func decimal(text string) any {
	if text == "—" {
		return nil
	}
	return xlsx.Decimal(text)
}

func percent(r Ratio) any {
	if r.Of == 0 {
		return nil
	}
	return xlsx.Decimal(tenths(r.N*1000, r.Of))
}

// addressOf is the address of a page whose query a form carries along.
func addressOf(path, query string) *url.URL { return &url.URL{Path: path, RawQuery: query} }
