package report

import (
	"net/http"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/xlsx"
)

const queryRoot = "/reports/query"

func (m *Module) queryRoutes() []access.Route {
	return []access.Route{
		get(queryRoot, m.showQuery),
		get(queryRoot+"/print", m.printQuery),
		post(queryRoot+"/export", PermExport, m.exportQuery),
	}
}

func (m *Module) showQuery(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.asked(r.Context(), s, r.URL, pageSize)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "即时查询", AsOf: p.day(), Notes: misread(r, s, "on", countedToday), Scripts: []string{"js/copy.js"}}, queryPage(p))
}

// exportQuery gives the 花名册 with the columns chosen. Whole numbers leave only with those who may export the register.
func (m *Module) exportQuery(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.asked(r.Context(), s, addressOf(queryRoot, r.PostForm.Get("query")), everyRow)
	if err != nil {
		return err
	}
	for _, c := range p.Question.columns() {
		if c.sealed != nil && !s.Can(cadre.PermExport) {
			return fault.Forbidden("您当前的身份不能导出%s", c.Title)
		}
	}
	l, err := p.listing(p.open)
	if err != nil {
		return err
	}
	return l.workbook(r.PostForm.Get("purpose"), p.answers()).Send(w, r, s)
}

// printQuery puts the 花名册 on paper as the page shows it: sealed values masked.
func (m *Module) printQuery(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.asked(r.Context(), s, r.URL, everyRow)
	if err != nil {
		return err
	}
	l, err := p.listing(func(c rosterColumn, f *Fact) (string, error) { return p.cell(c, f), nil })
	if err != nil {
		return err
	}
	return l.print(w, r, s)
}

// everyRow is a page that holds all rows.
const everyRow = 1 << 20

// listing is the 花名册 with the values that one way of reading them gives.
func (p queryProps) listing(value func(c rosterColumn, f *Fact) (string, error)) (listing, error) {
	l := listing{Title: p.Caliber.Title + "花名册", Unit: p.Unit, Day: p.day(), Object: "persons", Frozen: 2, Lines: []string{p.asks(), p.answers(), p.defined()},
		Columns: []xlsx.Column{{Key: "name", Title: "姓名", Width: 8}}}
	columns := p.Question.columns()
	for _, c := range columns {
		l.Columns = append(l.Columns, c.Column)
	}
	for i := range p.Listed {
		f := &p.Listed[i]
		row := listed{f.PersonID, []any{f.Name}}
		for _, c := range columns {
			text, err := value(c, f)
			if err != nil {
				return l, err
			}
			row.Cells = append(row.Cells, c.typed(text))
		}
		l.Rows = append(l.Rows, row)
	}
	return l, nil
}

// open is a value as a file holds it.
func (p queryProps) open(c rosterColumn, f *Fact) (string, error) {
	if c.sealed == nil {
		return c.value(f), nil
	}
	one, ok := p.Sealed[f.PersonID]
	if !ok {
		return "", nil
	}
	_, open := c.sealed(p.store, p.scope.Tenant(), one)
	return open()
}
