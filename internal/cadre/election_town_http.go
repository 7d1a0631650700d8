package cadre

import (
	"net/http"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// townProps is a township within a round.
type townProps struct {
	Round    Round
	Township org.Township
	Ballots  []ballot
	Found    []remark
	Outcome  outcome
	Grant    string
	District bool
	CanFill  bool
	CanApply bool
	Own      bool // the actor filled in a village himself
	Refused  string
}

func (m *Module) townOf(r *http.Request, s access.Scope) (p townProps, err error) {
	if p.Round, err = m.roundOf(r, s); err != nil {
		return p, err
	}
	id, err := httpx.ID(r, "township")
	if err != nil {
		return p, err
	}
	p.Grant, p.District, p.CanFill, p.CanApply = s.GrantID(), s.Level() == pg.District, s.Can(PermElectionFill), s.Can(PermElectionApply)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Township, err = (org.Store{}).Township(r.Context(), tx, id); err != nil {
			return err
		}
		if p.Ballots, err = m.Store.ballots(r.Context(), tx, p.Round, p.Township.ID, 0, false); err != nil {
			return err
		}
		known, err := m.Store.facts(r.Context(), tx, p.Ballots)
		p.Found = check(p.Round, p.Township.ID, p.Ballots, known, s.Today())
		return err
	})
	p.Outcome = outcomeOf(p.Ballots)
	for _, b := range p.Ballots {
		p.Own = p.Own || b.Draft != nil && b.Draft.SavedHolder == s.Holder()
	}
	return p, err
}

func (p townProps) path() string { return roundTownPath(p.Round.ID, p.Township.ID) }

// crumbs lead back; a township has no board of all townships.
func (p townProps) crumbs(crumbs ...ui.Crumb) []ui.Crumb {
	if p.District {
		return p.Round.under(crumbs...)
	}
	return append(electionCrumbs[:1:1], crumbs...)
}

func (m *Module) electionTownship(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.townOf(r, s)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: p.Round.Name + ":" + p.Township.Name, Crumbs: p.crumbs(), AsOf: s.Today().Format(time.DateOnly), Print: true}, townPage(p))
}

func (m *Module) checkElection(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.checkPage(w, r, s, "", http.StatusOK)
}

// checkPage draws the township as it stands; refused is why it was not applied.
func (m *Module) checkPage(w http.ResponseWriter, r *http.Request, s access.Scope, refused string, status int) error {
	p, err := m.townOf(r, s)
	if err != nil {
		return err
	}
	p.Refused = refused
	return access.Page(w, r, s, access.View{Title: "换届检查:" + p.Township.Name, Status: status, Crumbs: p.crumbs(ui.Crumb{Title: p.Township.Name, Href: p.path()}),
		AsOf: s.Today().Format(time.DateOnly), Print: true}, checkPage(p))
}

func (m *Module) applyElection(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.townOf(r, s)
	if err != nil {
		return err
	}
	var done outcome
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		done, err = m.Store.applyRound(r.Context(), tx, p.Round, p.Township)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return m.checkPage(w, r, s, fault.Of(err).Sentence, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", p.Township.Name+"的换届任免已应用。"+done.String())
	return httpx.SeeOther(w, r, p.path())
}
