package cadre

import (
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// formProps is the form of a file, new or changed.
type formProps struct {
	ID        int64
	Name      string // of the file as it is registered
	Form      PersonForm
	Problems  []ui.Problem
	Conflict  []fault.Difference // what another user saved meanwhile
	Stale     bool
	Locked    Person  // the file as it is registered: key fields that have a value are shown, not asked
	Details   Details // of that file
	CanAsk    bool    // the number stands elsewhere in the district: 调入
	Villages  []org.Village
	Townships []org.Township
	Grant     string
}

func (m *Module) load(r *http.Request, s access.Scope) (Person, error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return Person{}, err
	}
	var p Person
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		p, err = m.Store.Get(r.Context(), tx, id, s.Today())
		return err
	})
	return p, err
}

func units(r *http.Request, s access.Scope) (list []org.Village, towns []org.Township, err error) {
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if list, err = (org.Store{}).Villages(r.Context(), tx, 0, s.Today()); err != nil {
			return err
		}
		towns, err = (org.Store{}).Townships(r.Context(), tx, s.Today())
		return err
	})
	return list, towns, err
}

func (m *Module) newPerson(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.form(w, r, s, formProps{Form: PersonForm{Ethnic: "01", Political: "13"}}, http.StatusOK)
}

func (m *Module) form(w http.ResponseWriter, r *http.Request, s access.Scope, p formProps, status int) error {
	var err error
	if p.Villages, p.Townships, err = units(r, s); err != nil {
		return err
	}
	p.Grant = s.GrantID()
	title, crumbs := "新增干部", listCrumbs
	if p.ID != 0 {
		title, crumbs = "修改 "+p.Name, append(crumbs[:1:1], ui.Crumb{Title: p.Name, Href: personPath(p.ID)})
	}
	return access.Page(w, r, s, access.View{Title: title, Status: status, Crumbs: crumbs}, formPage(p))
}

func (m *Module) create(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f PersonForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	values, problems := f.check(s.Today(), nil)
	if f.Village == 0 {
		problems = append(problems, ui.Problem{Field: "village", Sentence: "请选择村(社区)"})
	}
	if len(problems) > 0 {
		return m.form(w, r, s, formProps{Form: f, Problems: problems}, http.StatusUnprocessableEntity)
	}
	var id int64
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		v, err := org.Store{}.Village(r.Context(), tx, f.Village)
		if err != nil {
			return err
		}
		id, err = m.Store.Create(r.Context(), tx, values, v.TownshipID, v.ID)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return m.taken(w, r, s, f, values.ID.Number, err)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已新增,请继续登记任职")
	if warning := values.ID.Warning(); warning != "" {
		access.Flash(r, s, "warn", warning)
	}
	return httpx.SeeOther(w, r, personPath(id))
}

// taken answers a number that is registered: in the own unit by the name of the file, elsewhere by nothing but the way.
func (m *Module) taken(w http.ResponseWriter, r *http.Request, s access.Scope, f PersonForm, number string, cause error) error {
	sentence, elsewhere := fault.Of(cause).Sentence, true
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		_, name, err := m.Store.ByIDNumber(r.Context(), tx, number)
		if err == nil {
			sentence, elsewhere = "该身份证号在本单位已登记为“"+name+"”,请在花名册中查找后修改", false
		}
		return err
	})
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return err
	}
	return m.form(w, r, s, formProps{Form: f, CanAsk: elsewhere && s.Can(PermTransfer),
		Problems: []ui.Problem{{Field: "id_number", Sentence: sentence}}}, http.StatusConflict)
}

func (m *Module) edit(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	d, err := m.details(r, s, p.ID)
	if err != nil {
		return err
	}
	f := PersonForm{Name: p.Name, FormerName: p.FormerName, Ethnic: p.Ethnic, Political: p.Political, Education: p.Education,
		PartyJoin: monthText(p.PartyJoin), Version: p.Version, FileForm: d.form()}
	return m.form(w, r, s, formProps{ID: p.ID, Name: p.Name, Locked: p, Details: d, Form: f}, http.StatusOK)
}

func (m *Module) details(r *http.Request, s access.Scope, person int64) (d Details, err error) {
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		d, err = m.Store.Details(r.Context(), tx, person)
		return err
	})
	return d, err
}

func (m *Module) update(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	d, err := m.details(r, s, p.ID)
	if err != nil {
		return err
	}
	var f PersonForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	problems := f.keepKeys(p, d)
	values, more := f.check(s.Today(), &p.BirthDate)
	page := formProps{ID: p.ID, Name: p.Name, Locked: p, Details: d, Form: f, Problems: append(problems, more...)}
	if len(page.Problems) > 0 {
		return m.form(w, r, s, page, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.Update(r.Context(), tx, p.ID, values, f.Version) })
	if fault.Is(err, fault.KindConflict) {
		// The form comes back with both values, and now carries the version that the user has seen.
		if p, err := m.load(r, s); err == nil {
			page.Form.Version = p.Version
		}
		page.Stale, page.Conflict = true, fault.Of(err).Differences
		return m.form(w, r, s, page, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存")
	if values.Details.warning != "" {
		access.Flash(r, s, "warn", values.Details.warning)
	}
	return httpx.SeeOther(w, r, personPath(p.ID))
}

func (m *Module) void(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	if reason == "" {
		return m.person(w, r, s, personProps{Person: p, Problems: []ui.Problem{{Field: "void-reason", Sentence: "请填写作废原因"}}}, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		used, err := m.results.HasResults(r.Context(), tx, p.ID)
		if err != nil {
			return err
		}
		if used {
			return fault.Conflict("%s已在月考评表中,不能作废", p.Name)
		}
		return m.Store.Void(r.Context(), tx, p, reason)
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已作废"+p.Name+"的档案")
	return httpx.SeeOther(w, r, "/cadres")
}
