package duty

import (
	"net/http"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

func versionsPath(roster int64) string { return rosterPath(roster) + "/versions" }

type versionsProps struct {
	Roster Roster
	List   []Version
	Shifts Shifts
}

// place says where a change happened: 12月5日, and the shift where a day has several.
func (p versionsProps) place(c writtenChange) string {
	at := sayDay(p.Roster.Month.Date(c.Day))
	if c.Shift != "" {
		at += " " + p.Shifts.Title(c.Shift)
	}
	return at
}

func orEmpty(name string) string {
	if name == "" {
		return "空岗"
	}
	return name
}

// showVersions lists every published version with its changes and their reason.
func (m *Module) showVersions(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var p versionsProps
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Roster, err = m.hung(r.Context(), tx, id); err != nil {
			return err
		}
		set, err := m.Store.Settings(r.Context(), tx)
		if err != nil {
			return err
		}
		p.Shifts = set.All()
		p.List, err = m.Store.Versions(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	v := access.View{Title: p.Roster.VillageName + p.Roster.Month.Title() + "值班表历次版本", AsOf: s.Now().Format("2006-01-02 15:04"), Print: true,
		Crumbs: []ui.Crumb{{Title: "值班安排", Href: rosterPath(id)}}}
	return access.Page(w, r, s, v, versionsPage(p))
}

// showVersion is the sheet of one version as it hung, without the code, which leads to the present one.
func (m *Module) showVersion(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	number, err := httpx.ID(r, "number")
	if err != nil {
		return err
	}
	var list []wall
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		roster, err := m.hung(r.Context(), tx, id)
		if err != nil {
			return err
		}
		versions, err := m.Store.Versions(r.Context(), tx, id)
		if err != nil {
			return err
		}
		for _, v := range versions {
			if v.Number == int(number) {
				list, err = m.Store.pastWalls(r.Context(), tx, roster, v)
				return err
			}
		}
		return fault.NotFound()
	})
	if err != nil {
		return err
	}
	return drawWalls(w, r, s, list[0].Title(), versionsPath(id), list)
}
