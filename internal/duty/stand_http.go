package duty

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

func (m *Module) standRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/duty/rosters/{id}/stands", Need: PermRead, Do: m.showStands},
		{Method: http.MethodPost, Path: "/duty/rosters/{id}/stands", Need: PermArrange, Do: m.recordStand},
		{Method: http.MethodPost, Path: "/duty/rosters/{id}/stands/{stand}/withdraw", Need: PermArrange, Do: m.withdrawStand},
	}
}

func standsPath(roster int64) string { return rosterPath(roster) + "/stands" }

func standPath(roster, stand int64) string {
	return standsPath(roster) + "/" + strconv.FormatInt(stand, 10) + "/withdraw"
}

type standsProps struct {
	table
	Grant    string
	Today    time.Time
	Writes   bool
	Stands   []Stand
	Form     standForm
	Undo     int64  // the entry that was to be withdrawn
	Why      string // as it was typed for it
	Problems []ui.Problem
}

func (m *Module) fillStands(ctx context.Context, tx *access.Tx, id int64, lock bool, p *standsProps) (err error) {
	if p.table, err = m.Store.table(ctx, tx, id, lock); err != nil {
		return err
	}
	p.Stands, err = m.Store.Stands(ctx, tx, id)
	return err
}

func (m *Module) showStands(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := standsProps{}
	if err := access.Read(r.Context(), s, func(tx *access.Tx) error { return m.fillStands(r.Context(), tx, id, false, &p) }); err != nil {
		return err
	}
	return m.drawStands(w, r, s, p, http.StatusOK)
}

func (m *Module) drawStands(w http.ResponseWriter, r *http.Request, s access.Scope, p standsProps, status int) error {
	p.Grant, p.Today, p.Writes = s.GrantID(), s.Today(), s.Can(PermArrange) && !s.ReadOnly() && p.Published()
	return access.Page(w, r, s, access.View{Title: p.VillageName + p.Month.Title() + "事后补记", Status: status,
		Crumbs: []ui.Crumb{{Title: p.Month.Title() + "值班安排", Href: rosterPath(p.ID)}}}, standsPage(p))
}

// recordStand enters who really stood, up to seven days later.
func (m *Module) recordStand(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := standsProps{}
	if err := httpx.Decode(r, &p.Form); err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if err := m.fillStands(r.Context(), tx, id, true, &p); err != nil {
			return err
		}
		if !p.Published() {
			return errNotPosted
		}
		made, problems, err := p.stand(p.Form, s.Today(), p.Stands)
		if err != nil {
			return err
		}
		if p.Problems = problems; len(problems) > 0 {
			return errForm
		}
		return m.Store.setStand(r.Context(), tx, p.Roster, made)
	})
	if len(p.Problems) > 0 && fault.Is(err, fault.KindInvalid) {
		return m.drawStands(w, r, s, p, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已补记;发布过的值班表不变,值班次数按实际计算")
	return httpx.SeeOther(w, r, standsPath(id))
}

// withdrawStand takes a mistaken entry back, within the days in which it could be made.
func (m *Module) withdrawStand(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := standsProps{Why: r.PostForm.Get("why")}
	if p.Undo, err = httpx.ID(r, "stand"); err != nil {
		return err
	}
	reason, wrong := reasonOf(p.Why)
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if err := m.fillStands(r.Context(), tx, id, true, &p); err != nil {
			return err
		}
		at := slices.IndexFunc(p.Stands, func(one Stand) bool { return one.ID == p.Undo })
		switch {
		case at < 0:
			return fault.NotFound()
		case p.Stands[at].WithdrawnAt != nil:
			return fault.Conflict("这条补记已经撤销")
		case !stillOpen(p.Stands[at].OnDay, s.Today()):
			return fault.Conflict("只能撤销今天和之前%d天的补记", standDaysBack)
		case wrong != "":
			p.Problems = []ui.Problem{{Field: whyField(p.Undo), Sentence: wrong}}
			return errForm
		}
		return m.Store.withdrawStand(r.Context(), tx, p.Roster, p.Stands[at], reason)
	})
	if len(p.Problems) > 0 && fault.Is(err, fault.KindInvalid) {
		return m.drawStands(w, r, s, p, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已撤销补记,仍按值班表计算值班次数")
	return httpx.SeeOther(w, r, standsPath(id))
}

func whyField(stand int64) string { return "why-" + strconv.FormatInt(stand, 10) }
