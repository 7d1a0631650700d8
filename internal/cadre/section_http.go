package cadre

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// sectionProps is the page that maintains one section of a file; Entry is the row that is being changed, 0 for a new one.
type sectionProps struct {
	Person   Person
	Section  section
	Entries  []Entry
	Entry    int64
	Version  int
	Values   map[string]string
	Problems []ui.Problem
	Conflict []fault.Difference
	Grant    string
}

func (m *Module) sectionRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/cadres/{id}/file/{section}", Need: PermWrite, Do: m.showSection},
		{Method: http.MethodPost, Path: "/cadres/{id}/file/{section}", Need: PermWrite, Do: m.addEntry},
		{Method: http.MethodGet, Path: "/cadres/{id}/file/{section}/{entry}", Need: PermWrite, Do: m.editEntry},
		{Method: http.MethodPost, Path: "/cadres/{id}/file/{section}/{entry}", Need: PermWrite, Do: m.changeEntry},
		{Method: http.MethodPost, Path: "/cadres/{id}/file/{section}/{entry}/remove", Need: PermWrite, Do: m.removeEntry},
	}
}

func sectionPath(person int64, key string) string { return personPath(person) + "/file/" + key }

func entryPath(person int64, key string, entry int64) string {
	return sectionPath(person, key) + "/" + strconv.FormatInt(entry, 10)
}

// atSection reads what the path names: a person that is neither void nor merged, and a section.
func (m *Module) atSection(r *http.Request, s access.Scope) (sectionProps, error) {
	p := sectionProps{Grant: s.GrantID()}
	var known bool
	if p.Section, known = sectionOf(chi.URLParam(r, "section")); !known {
		return p, fault.NotFound()
	}
	var err error
	if p.Person, err = m.load(r, s); err != nil {
		return p, err
	}
	if p.Person.VoidedAt != nil {
		return p, fault.Conflict("%s的档案已作废,不能维护", p.Person.Name)
	}
	return p, nil
}

// atEntry reads one row of a section too.
func (m *Module) atEntry(r *http.Request, s access.Scope) (sectionProps, Entry, error) {
	p, err := m.atSection(r, s)
	if err != nil {
		return p, Entry{}, err
	}
	if p.Entry, err = httpx.ID(r, "entry"); err != nil {
		return p, Entry{}, err
	}
	var e Entry
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		e, err = m.Store.entry(r.Context(), tx, p.Section, p.Person.ID, p.Entry)
		return err
	})
	return p, e, err
}

func (m *Module) section(w http.ResponseWriter, r *http.Request, s access.Scope, p sectionProps, status int) error {
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		p.Entries, err = m.Store.entries(r.Context(), tx, p.Section.Key, p.Person.ID)
		return err
	})
	if err != nil {
		return err
	}
	crumbs := append(listCrumbs[:1:1], ui.Crumb{Title: p.Person.Name, Href: personPath(p.Person.ID)})
	return access.Page(w, r, s, access.View{Title: p.Person.Name + "的" + p.Section.Title, Status: status, Crumbs: crumbs}, sectionPage(p))
}

func (m *Module) showSection(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.atSection(r, s)
	if err != nil {
		return err
	}
	p.Values = map[string]string{}
	for _, f := range p.Section.Fields {
		p.Values[f.Name] = f.Default
	}
	return m.section(w, r, s, p, http.StatusOK)
}

func (m *Module) addEntry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.atSection(r, s)
	if err != nil {
		return err
	}
	p.Values = p.Section.typed(r)
	var values map[string]any
	if values, p.Problems = p.Section.checked(p.Person, s.Today(), p.Values); len(p.Problems) > 0 {
		return m.section(w, r, s, p, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		_, err := m.Store.addEntry(r.Context(), tx, p.Section, p.Person, values, p.Values)
		return err
	})
	if fault.Is(err, fault.KindConflict) { // a second grade of one year
		p.Problems = []ui.Problem{{Field: p.Section.Fields[0].Name, Sentence: fault.Of(err).Sentence}}
		return m.section(w, r, s, p, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已登记")
	return httpx.SeeOther(w, r, sectionPath(p.Person.ID, p.Section.Key))
}

func (m *Module) editEntry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, e, err := m.atEntry(r, s)
	if err != nil {
		return err
	}
	p.Values, p.Version = e.Values, e.Version
	return m.section(w, r, s, p, http.StatusOK)
}

func (m *Module) changeEntry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, e, err := m.atEntry(r, s)
	if err != nil {
		return err
	}
	p.Values = p.Section.typed(r)
	if p.Version, err = strconv.Atoi(r.PostForm.Get("version")); err != nil {
		p.Version = 0 // whoever changed the form sees both values
	}
	var values map[string]any
	if values, p.Problems = p.Section.checked(p.Person, s.Today(), p.Values); len(p.Problems) > 0 {
		return m.section(w, r, s, p, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		return m.Store.changeEntry(r.Context(), tx, p.Section, p.Person, e, values, p.Values, p.Version)
	})
	if fault.Is(err, fault.KindConflict) {
		p.Version, p.Conflict = e.Version, fault.Of(err).Differences
		p.Problems = []ui.Problem{{Sentence: fault.Of(err).Sentence}}
		return m.section(w, r, s, p, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存")
	return httpx.SeeOther(w, r, sectionPath(p.Person.ID, p.Section.Key))
}

func (m *Module) removeEntry(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, e, err := m.atEntry(r, s)
	if err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		return m.Store.removeEntry(r.Context(), tx, p.Section, p.Person, e)
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已删除")
	return httpx.SeeOther(w, r, sectionPath(p.Person.ID, p.Section.Key))
}

// typed takes the section's fields from the form.
func (s section) typed(r *http.Request) map[string]string {
	out := map[string]string{}
	for _, f := range s.Fields {
		out[f.Name] = strings.TrimSpace(r.PostForm.Get(f.Name))
		if f.Name == "name" {
			out[f.Name] = TidyName(out[f.Name])
		}
	}
	return out
}
