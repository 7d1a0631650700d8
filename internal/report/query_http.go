package report

import (
	"net/http"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/xlsx"
)

const queryRoot = "/reports/query"

func (m *Module) queryRoutes() []access.Route {
	return []access.Route{
		get(queryRoot, m.showQuery),
		post(queryRoot+"/export", PermExport, m.exportQuery),
	}
}

func (m *Module) showQuery(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.asked(r.Context(), s, r.URL, pageSize)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "即时查询", AsOf: p.day(), Print: true, Scripts: []string{"js/copy.js"}}, queryPage(p))
}

// exportQuery gives the 花名册 with the columns chosen. Whole numbers leave only with those who may export the register.
func (m *Module) exportQuery(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.asked(r.Context(), s, addressOf(queryRoot, r.PostForm.Get("query")), 1<<20)
	if err != nil {
		return err
	}
	columns := p.Question.columns()
	layout := xlsx.Layout{Title: p.Caliber.Title + "花名册", Lines: []string{p.asks(), p.answers(), p.defined()}, Frozen: 2,
		Columns: []xlsx.Column{{Key: "no", Title: "序号"}, {Key: "name", Title: "姓名"}}}
	for _, c := range columns {
		if c.sealed != nil && !s.Can(cadre.PermExport) {
			return fault.Forbidden("您当前的身份不能导出%s", c.Title)
		}
		layout.Columns = append(layout.Columns, c.Column)
	}
	held := access.PeopleOf()
	return access.Export{Name: p.Caliber.Title + "花名册" + p.day(), Object: "persons", Purpose: r.PostForm.Get("purpose"), Filter: p.answers(), Layout: layout, People: held,
		Rows: func(x *xlsx.Writer) error {
			for i := range p.Listed {
				held.Add(p.Listed[i].PersonID)
				values := []any{strconv.Itoa(i + 1), p.Listed[i].Name}
				for _, c := range columns {
					v, err := p.open(c, &p.Listed[i])
					if err != nil {
						return err
					}
					values = append(values, v)
				}
				if err := x.Row(values...); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
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
