package duty

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

func (m *Module) standInRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/duty/rosters/{id}/stand-ins", Need: PermStandIn, Do: m.askStandIn},
		{Method: http.MethodPost, Path: "/duty/rosters/{id}/stand-ins", Need: PermStandIn, Do: m.nameStandIn},
	}
}

func standInPath(roster int64) string { return rosterPath(roster) + "/stand-ins" }

// vacancy is a place for which the township may name a stand-in.
type vacancy struct {
	Hole
	Label    string
	Now      string // who stands there, empty for 空岗
	Team     []Person
	Others   []outsider
	Chosen   string
	Staff    string
	Sentence string
}

func (v vacancy) choice() string { return "c." + v.Slot.field() }

func (v vacancy) staff() string { return "n." + v.Slot.field() }

type standInProps struct {
	table
	Scope    access.Scope
	Day      string // a place beyond the empty ones
	Places   []vacancy
	Reason   string
	Problems []ui.Problem
}

// options are the days ahead that somebody fills, of which one can be given to a stand-in too.
func (p standInProps) options() []ui.Option {
	list := []ui.Option{{Value: "", Title: "请选择"}}
	for _, a := range p.Made {
		if !month.Day(p.Month.Date(a.Day)).Before(p.Scope.Today()) {
			list = append(list, ui.Option{Value: a.field(), Title: p.label(a.Slot) + " " + a.Name, Selected: a.field() == p.Day})
		}
	}
	return list
}

// vacancies are the empty places ahead, and the one that day names.
func (m *Module) vacancies(ctx context.Context, tx *access.Tx, p *standInProps) error {
	today := tx.Scope().Today()
	var slots []Slot
	for _, h := range p.Plan.Gaps(p.Made) {
		if !p.Published() || !month.Day(p.Month.Date(h.Day)).Before(today) {
			p.Places = append(p.Places, vacancy{Hole: h})
		}
	}
	for _, a := range p.Made {
		if a.field() == p.Day && !month.Day(p.Month.Date(a.Day)).Before(today) {
			p.Places = append(p.Places, vacancy{Hole: Hole{Slot: a.Slot, Why: "现由" + a.Name + "值班"}, Now: a.Name})
		}
	}
	for i := range p.Places {
		v := &p.Places[i]
		v.Label, v.Team, slots = p.label(v.Slot), p.available(p.Made, v.Slot), append(slots, v.Slot)
	}
	others, err := m.Store.outsiders(ctx, tx, p.table, slots)
	for i := range p.Places {
		for _, o := range others {
			if o.Day == p.Places[i].Day {
				p.Places[i].Others = append(p.Places[i].Others, o)
			}
		}
	}
	return err
}

func (m *Module) askStandIn(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := standInProps{Day: r.URL.Query().Get("day"), Scope: s}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.table, err = m.Store.table(r.Context(), tx, id, false); err != nil {
			return err
		}
		return m.vacancies(r.Context(), tx, &p)
	})
	if err != nil {
		return err
	}
	return m.drawStandIn(w, r, s, p, http.StatusOK)
}

func (m *Module) drawStandIn(w http.ResponseWriter, r *http.Request, s access.Scope, p standInProps, status int) error {
	return access.Page(w, r, s, access.View{Title: p.VillageName + p.Month.Title() + "指定代班", Status: status,
		Crumbs: []ui.Crumb{{Title: p.Month.Title() + "值班安排", Href: boardPath(p.Month)}, {Title: p.VillageName, Href: rosterPath(p.ID)}}}, standInPage(p))
}

// nameStandIn fills places with people from outside of the village, or of it where somebody is free.
func (m *Module) nameStandIn(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := standInProps{Day: r.PostForm.Get("day"), Reason: strings.TrimSpace(r.PostForm.Get("reason")), Scope: s}
	var done []Change
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if p.table, err = m.Store.table(r.Context(), tx, id, true); err != nil {
			return err
		}
		if err := m.vacancies(r.Context(), tx, &p); err != nil {
			return err
		}
		after, err := p.choose(r.PostForm)
		if err != nil {
			return err
		}
		if err := p.settled(after, s.Today()); err != nil {
			return err
		}
		done, err = m.Store.apply(r.Context(), tx, &p.Roster, p.Plan.Slots, p.Made, after, p.Reason)
		return err
	})
	if err != nil && fault.Is(err, fault.KindInvalid) && p.ID != 0 {
		if len(p.Problems) == 0 {
			p.Problems = []ui.Problem{{Field: "reason", Sentence: fault.Of(err).Sentence}}
		}
		return m.drawStandIn(w, r, s, p, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	text := fmt.Sprintf("已安排%d天", len(done))
	if p.Published() {
		text += fmt.Sprintf(",成为第%d版,请重新打印张贴", p.Number)
	}
	access.Flash(r, s, "success", text)
	return httpx.SeeOther(w, r, rosterPath(id))
}

// choose fills the places that the form names. A place that was filled meanwhile is not offered any more and left alone.
func (p *standInProps) choose(form url.Values) ([]Assignment, error) {
	after, chosen := p.Made, 0
	for i := range p.Places {
		v := &p.Places[i]
		v.Chosen, v.Staff = form.Get(v.choice()), form.Get(v.staff())
		if v.Chosen == "" {
			continue
		}
		after = without(after, []Slot{v.Slot})
		a, err := p.substitute(after, v.Slot, v.Chosen, v.Staff, v.Others)
		if fault.Is(err, fault.KindNotFound) {
			return nil, err
		}
		if err != nil {
			v.Sentence = fault.Of(err).Sentence
			p.Problems = append(p.Problems, ui.Problem{Field: v.choice(), Sentence: v.Label + ":" + v.Sentence})
			continue
		}
		a.Reason = "乡镇(街道)指定"
		after, chosen = append(after, a), chosen+1
	}
	if chosen == 0 && len(p.Problems) == 0 {
		p.Problems = []ui.Problem{{Field: "c", Sentence: "请至少为一天选择人员"}}
	}
	if len(p.Problems) > 0 {
		return nil, errForm
	}
	return after, nil
}
