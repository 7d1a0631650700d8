package duty

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

func consentPath(token string) string { return "/duty/consent/" + token }

// address is a path as it is sent to somebody's phone.
func (m *Module) address(path string) string { return m.url + path }

type consentProps struct {
	Swap    Swap
	Village string
	Path    string
	Over    bool
	Today   time.Time
}

// Waits reports whether the question can still be answered.
func (p consentProps) Waits() bool { return p.Swap.State == swapAsked && !p.Over }

// AskConsent shows a colleague what he is asked, without a log-in: the link names him. Opening it changes nothing.
func (m *Module) AskConsent(w http.ResponseWriter, r *http.Request) error {
	s, id, err := m.core.FromLink(r.Context(), chi.URLParam(r, "token"), consent)
	if err != nil {
		return err
	}
	return m.drawConsent(w, r, s, id)
}

func (m *Module) drawConsent(w http.ResponseWriter, r *http.Request, s access.Scope, id int64) error {
	p := consentProps{Path: consentPath(chi.URLParam(r, "token")), Today: s.Today()}
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Swap, err = m.Store.Swap(r.Context(), tx, id, false); err != nil {
			return err
		}
		roster, err := m.Store.Roster(r.Context(), tx, p.Swap.RosterID, false)
		p.Village, p.Over = roster.VillageName, p.Swap.over(s.Today())
		return err
	})
	if err != nil {
		return err
	}
	return httpx.HTML(w, r, http.StatusOK, ui.BarePage(ui.Bare{Title: "换班确认", Lead: p.Village}, consentPage(p)))
}

// GiveConsent takes the answer, once. Everything is checked again in the transaction that changes the roster.
func (m *Module) GiveConsent(w http.ResponseWriter, r *http.Request) error {
	if err := httpx.ParseForm(w, r, false); err != nil {
		return err
	}
	s, id, err := m.core.FromConsent(r.Context(), chi.URLParam(r, "token"), consent)
	if err != nil {
		return err
	}
	answer := map[string]string{"agree": swapAgreed, "decline": swapDeclined}[r.PostForm.Get("answer")]
	if answer == "" {
		return fault.Invalid("请选择同意或不同意")
	}
	var asked Swap
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		asked, err = m.Store.Swap(r.Context(), tx, id, false)
		return err
	})
	if err != nil {
		return err
	}
	err = access.InScope(r.Context(), s.HeldBy(asked.ToName), func(tx *access.Tx) error {
		return m.Store.answer(r.Context(), tx, id, asked.RosterID, answer)
	})
	if err != nil {
		return err
	}
	return m.drawConsent(w, r, s, id)
}
