package cadre

import (
	"net/http"
	"slices"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
)

// emptyRows are prepared for entry on each sheet of a template.
const emptyRows = 300

// rosterTemplate gives the empty 花名册 with its drop-down lists.
func (m *Importer) rosterTemplate(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	columns := slices.DeleteFunc(slices.Clone(roster.Columns), func(c xlsx.Column) bool {
		return slices.ContainsFunc(detailColumns, func(d xlsx.Column) bool { return d.Key == c.Key })
	})
	return m.template(w, r, s, "村(社区)干部花名册模板", xlsx.Layout{Title: "村(社区)干部花名册", Columns: columns, Frozen: 3})
}

// bookTemplate gives the empty workbook of whole files.
func (m *Importer) bookTemplate(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var columns []xlsx.Column
	for _, c := range people.Columns {
		if c.Key != "tail" {
			columns = append(columns, c)
		}
	}
	layouts := []xlsx.Layout{{Sheet: peopleSheet, Title: "村(社区)干部档案:" + peopleSheet, Columns: columns, Frozen: 3},
		{Sheet: postSheet, Title: "村(社区)干部档案:" + postSheet, Columns: append([]xlsx.Column{whoColumn, whoNumber}, postColumns...), Frozen: 2}}
	for _, b := range bookSheets {
		layouts = append(layouts, xlsx.Layout{Sheet: b.Name, Title: "村(社区)干部档案:" + b.Name, Columns: append([]xlsx.Column{whoColumn, whoNumber}, b.Columns...), Frozen: 2})
	}
	return m.template(w, r, s, "村(社区)干部全部档案模板", layouts...)
}

// template sends empty sheets with the lists of codes and the villages of the scope.
func (m *Importer) template(w http.ResponseWriter, r *http.Request, s access.Scope, name string, layouts ...xlsx.Layout) error {
	var villages, towns []string
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		list, err := org.Store{}.Villages(r.Context(), tx, 0, s.Today())
		if err != nil {
			return err
		}
		for _, v := range list {
			if !slices.Contains(villages, v.Name) {
				villages = append(villages, v.Name)
			}
		}
		all, err := org.Store{}.Townships(r.Context(), tx, s.Today())
		for _, t := range all {
			if s.Level() == pg.District || t.ID == s.Township() {
				towns = append(towns, t.Name)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := range layouts {
		layouts[i].Lines, layouts[i].Empty = []string{"填报单位:" + s.Unit()}, emptyRows
		layouts[i].Columns = withOptions(layouts[i].Columns, villages, towns)
	}
	x, err := xlsx.NewBookWriter(named(layouts)...)
	if err != nil {
		return err
	}
	defer x.Discard()
	httpx.Attachment(w, name+".xlsx", access.XLSX)
	return x.Finish(w)
}

// named gives a lone sheet the name that rosters have.
func named(layouts []xlsx.Layout) []xlsx.Layout {
	if layouts[0].Sheet == "" {
		layouts[0].Sheet = "花名册"
	}
	return layouts
}
