package cadre

import (
	"net/http"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// promote enters a promotion, and what becomes of the posts in the village.
func (m *Module) promote(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	var f promoteForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	pr, problems := f.check(s.Today())
	if len(problems) > 0 {
		return m.person(w, r, s, personProps{Person: p, Promotion: f, Problems: problems}, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if pr.professional() {
			if _, err := (org.Store{}).Village(r.Context(), tx, pr.Village); err != nil {
				return err
			}
		}
		all, err := m.Store.Appointments(r.Context(), tx, p.ID)
		if err != nil {
			return err
		}
		var open []Appointment
		for _, a := range all {
			if a.ToOn == nil {
				open = append(open, a)
			}
		}
		return m.Store.Promote(r.Context(), tx, p, open, pr)
	})
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		status := http.StatusConflict
		if fault.Is(err, fault.KindInvalid) {
			status = http.StatusUnprocessableEntity
		}
		return m.person(w, r, s, personProps{Person: p, Promotion: f, Problems: []ui.Problem{{Field: "promote-on", Sentence: fault.Of(err).Sentence}}}, status)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已登记提拔使用")
	return httpx.SeeOther(w, r, personPath(p.ID))
}
