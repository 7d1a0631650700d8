package cadre

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// correctionProps is the page that mends an appointment which was entered wrongly.
type correctionProps struct {
	personProps
	Post Appointment
}

func (p correctionProps) path() string { return postPath(p.Person.ID, p.Post.ID) }

func (m *Module) post(r *http.Request, s access.Scope) (p Person, a Appointment, err error) {
	if p, err = m.load(r, s); err != nil {
		return p, a, err
	}
	id, err := httpx.ID(r, "post")
	if err != nil {
		return p, a, err
	}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		a, err = m.Store.Appointment(r.Context(), tx, p.ID, id)
		return err
	})
	return p, a, err
}

func (m *Module) editPost(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, a, err := m.post(r, s)
	if err != nil {
		return err
	}
	f := postForm{Village: a.VillageID, Position: a.PositionCode, Management: a.ManagementType, PayScheme: a.PayScheme,
		From: a.FromOn.Format(time.DateOnly), WayIn: a.WayIn, Doc: a.DocNo, Note: a.Note, WayOut: a.WayOut, OutDoc: a.OutDocNo, Version: a.Version,
		Term: numberText(a.TermNo), Contract: dayText(a.ContractEndsOn), Years: numberText(a.ServiceYears)}
	if a.ToOn != nil {
		f.LastDay = a.ToOn.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return m.correction(w, r, s, p, a, f, nil, http.StatusOK)
}

func (m *Module) correction(w http.ResponseWriter, r *http.Request, s access.Scope, p Person, a Appointment, f postForm, problems []ui.Problem, status int) error {
	c := correctionProps{personProps{Person: p, Form: f, Problems: problems, Today: s.Today(), Grant: s.GrantID()}, a}
	var err error
	if c.Villages, c.Townships, err = units(r, s); err != nil {
		return err
	}
	crumbs := append(listCrumbs[:1:1], ui.Crumb{Title: p.Name, Href: personPath(p.ID)})
	return access.Page(w, r, s, access.View{Title: "更正任职信息", Status: status, Crumbs: crumbs}, correctionPage(c))
}

func numberText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func (m *Module) correctPost(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, a, err := m.post(r, s)
	if err != nil {
		return err
	}
	var f postForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	corrected, problems := f.check(s.Today())
	if strings.TrimSpace(f.Reason) == "" {
		problems = append(problems, ui.Problem{Field: "reason", Sentence: "请填写更正原因"})
	}
	if len(problems) > 0 {
		return m.correction(w, r, s, p, a, f, problems, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		return m.Store.Correct(r.Context(), tx, p, a, corrected, strings.TrimSpace(f.Reason))
	})
	if fault.Is(err, fault.KindConflict) {
		f.Version = a.Version
		return m.correction(w, r, s, p, a, f, []ui.Problem{{Field: "from", Sentence: fault.Of(err).Sentence}}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已更正任职信息")
	return httpx.SeeOther(w, r, personPath(p.ID))
}

func (m *Module) removePost(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, a, err := m.post(r, s)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	if reason == "" {
		return fault.Invalid("请填写删除原因")
	}
	if err := access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.Remove(r.Context(), tx, p, a, reason) }); err != nil {
		return err
	}
	access.Flash(r, s, "success", "已删除误录的任职")
	return httpx.SeeOther(w, r, personPath(p.ID))
}
