package assessment

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

func (m *Module) rowRoutes() []access.Route {
	post := http.MethodPost
	return []access.Route{
		{Method: http.MethodGet, Path: "/assessment/rows/{id}", Need: PermRead, Do: m.showRow},
		{Method: post, Path: "/assessment/rows/{id}/entries", Need: PermEnter, Do: m.addEntry},
		{Method: post, Path: "/assessment/rows/{id}/entries/{entry}", Need: PermEnter, Do: m.changeEntry},
		{Method: post, Path: "/assessment/rows/{id}/entries/{entry}/remove", Need: PermEnter, Do: m.removeEntry},
	}
}

// rowProps is the detail of one cadre's row: below its line in the grid, or a page of its own without script.
type rowProps struct {
	*desk
	Row      gridRow
	Mode     EntryMode
	Grant    string
	Problems []ui.Problem
	Form     entryForm // as typed, if it was refused
	Refused  int64     // the entry whose form was refused; 0 is the new one
	Fragment bool
}

func (m *Module) showRow(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := rowProps{}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		d, err := m.Store.deskOfRow(r.Context(), tx, id, false)
		p.desk = d
		return err
	})
	if err != nil {
		return err
	}
	return m.drawRow(w, r, s, p, gridQuery{Mode: r.URL.Query().Get("mode")}.mode(), http.StatusOK)
}

func (m *Module) drawRow(w http.ResponseWriter, r *http.Request, s access.Scope, p rowProps, mode EntryMode, status int) error {
	g := gridProps{desk: p.desk, Query: gridQuery{Mode: string(mode)}, Enters: s.Can(PermEnter)}
	g.arrange(s.Person())
	p.Row, p.Mode, p.Grant = g.Groups[0].Rows[0], mode, s.GrantID()
	p.Fragment = r.Header.Get("HX-Request") == "true"
	if p.Fragment {
		return httpx.HTML(w, r, status, rowDetail(p))
	}
	return access.Page(w, r, s, access.View{Title: p.Row.PersonName + "的明细", Status: status, Crumbs: sheetCrumbs(p.Sheet, true)}, rowPage(p))
}

func (m *Module) addEntry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.editRow(w, r, s, 0, false)
}

func (m *Module) changeEntry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	entry, err := httpx.ID(r, "entry")
	if err != nil {
		return err
	}
	return m.editRow(w, r, s, entry, false)
}

func (m *Module) removeEntry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	entry, err := httpx.ID(r, "entry")
	if err != nil {
		return err
	}
	return m.editRow(w, r, s, entry, true)
}

// editRow adds (entry 0), changes or removes one entry of a row and shows the row again.
func (m *Module) editRow(w http.ResponseWriter, r *http.Request, s access.Scope, entry int64, remove bool) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := rowProps{Refused: entry}
	if err := httpx.Decode(r, &p.Form); err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		d, err := m.Store.deskOfRow(r.Context(), tx, id, true)
		if err != nil {
			return err
		}
		p.desk = d
		l := newLedger(d, s, sourceGrid)
		if p.Problems, err = l.edit(p.Form, entry, remove); err != nil || len(p.Problems) > 0 {
			return err
		}
		if err := m.saveOne(r, tx, l); err != nil {
			return err
		}
		p.desk, err = m.Store.deskOfRow(r.Context(), tx, id, false)
		return err
	})
	if err != nil {
		return err
	}
	mode := gridQuery{Mode: p.Form.Mode}.mode()
	if len(p.Problems) > 0 {
		return m.drawRow(w, r, s, p, mode, http.StatusUnprocessableEntity)
	}
	if r.Header.Get("HX-Request") != "true" {
		access.Flash(r, s, "success", "已保存")
		return httpx.SeeOther(w, r, rowPath(id)+"?mode="+string(mode))
	}
	p.Form = entryForm{}
	return m.drawRow(w, r, s, p, mode, http.StatusOK)
}

// edit changes the ledger by one form of the detail.
func (l *ledger) edit(f entryForm, entry int64, remove bool) ([]ui.Problem, error) {
	row := l.Rows[0]
	if entry != 0 && l.find(row.ID, entry) < 0 {
		return nil, fault.NotFound()
	}
	if why := l.closed(row); why != "" {
		return nil, fault.Conflict("%s", why)
	}
	if !remove {
		return l.applyForm(row, f, entry), nil
	}
	old := l.entries[row.ID][l.find(row.ID, entry)]
	if why := l.stale(row, f.Was, []string{old.Dimension}); why != "" {
		return []ui.Problem{{Sentence: why}}, nil
	}
	l.drop(row.ID, entry)
	return nil, nil
}

// form is what an entry's form shows: what was typed if it was refused, else the entry; 0 is the empty form.
func (p rowProps) form(e StoredEntry) entryForm {
	if len(p.Problems) > 0 && p.Refused == e.ID {
		return p.Form
	}
	if e.ID == 0 {
		return entryForm{}
	}
	return formOf(e)
}

// problem is the message beside a field of the form that was refused.
func (p rowProps) problem(entry int64, field string) string {
	if p.Refused != entry {
		return ""
	}
	return ui.ProblemOf(p.Problems, field)
}

func (p rowProps) action(entry int64) string {
	path := rowPath(p.Row.ID) + "/entries"
	if entry == 0 {
		return path
	}
	return path + "/" + strconv.FormatInt(entry, 10)
}

// entryFormProps posts the form of one entry; with script only the detail is drawn anew.
func (p rowProps) entryFormProps(entry int64) ui.FormProps {
	return ui.FormProps{Action: p.action(entry), Grant: p.Grant, Plain: true, Attrs: templ.Attributes{"hx-post": p.action(entry),
		"hx-target": "closest .entries", "hx-swap": "outerHTML"}}
}

// itemTitle names what an entry cites.
func (s Scheme) itemTitle(e Entry) string {
	if item, ok := s.Item(e.Item); ok {
		return item.Title
	}
	return "待补依据"
}
