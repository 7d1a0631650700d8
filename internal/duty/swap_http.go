package duty

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

func (m *Module) swapRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/duty/rosters/{id}/swaps", Need: PermRead, Do: m.showSwaps},
		{Method: post, Path: "/duty/rosters/{id}/swaps", Need: PermArrange, Do: m.swap},
		{Method: post, Path: "/duty/swaps/{id}/withdraw", Need: PermArrange, Do: m.withdrawSwap},
		{Method: post, Path: "/duty/swaps/{id}/link", Need: PermArrange, Do: m.renewConsent},
	}
}

// swapForm is a swap as it is typed: from is a place (held), with is p and a place, or a person, of the same roster.
type swapForm struct {
	From   string `form:"from"`
	With   string `form:"with"`
	Reason string `form:"reason"`
	How    string `form:"how"` // record, or ask for consent by link
}

type swapsProps struct {
	table
	Scope    access.Scope
	Swaps    []Swap
	Form     swapForm
	Problems []ui.Problem
	Link     string // the link that was just made
	Asked    Swap   // what it is about
}

// Open reports whether days can be swapped: on a published roster that is not over.
func (p swapsProps) Open() bool {
	return p.Published() && p.Scope.Can(PermArrange) && !p.Month.Before(month.Of(p.Scope.Now()))
}

// left are the places that lie before us and are filled by somebody of the team.
func (p swapsProps) left() (list []Assignment) {
	for _, a := range p.Made {
		if !month.Day(p.Month.Date(a.Day)).Before(p.Scope.Today()) && p.Plan.person(a.Person) != nil {
			list = append(list, a)
		}
	}
	return list
}

func swapsPath(roster int64) string { return rosterPath(roster) + "/swaps" }

func (m *Module) fillSwaps(ctx context.Context, tx *access.Tx, id int64, lock bool, p *swapsProps) (err error) {
	if p.table, err = m.Store.table(ctx, tx, id, lock); err != nil {
		return err
	}
	p.Swaps, err = m.Store.Swaps(ctx, tx, id)
	return err
}

func (m *Module) showSwaps(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := swapsProps{}
	p.Form.From = r.URL.Query().Get("from")
	if err := access.Read(r.Context(), s, func(tx *access.Tx) error { return m.fillSwaps(r.Context(), tx, id, false, &p) }); err != nil {
		return err
	}
	return m.drawSwaps(w, r, s, p, http.StatusOK)
}

func (m *Module) drawSwaps(w http.ResponseWriter, r *http.Request, s access.Scope, p swapsProps, status int) error {
	p.Scope = s
	v := access.View{Title: p.VillageName + p.Month.Title() + "换班与替班", Status: status}
	if s.Level() == pg.Village {
		v.Title = p.Month.Title() + "换班与替班"
	}
	v.Crumbs = []ui.Crumb{{Title: p.Month.Title() + "值班安排", Href: rosterPath(p.ID)}}
	return access.Page(w, r, s, v, swapsPage(p))
}

// swap records a swap on which both have agreed, or asks the second one for his consent.
func (m *Module) swap(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := swapsProps{Scope: s}
	if err := httpx.Decode(r, &p.Form); err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if err := m.fillSwaps(r.Context(), tx, id, true, &p); err != nil {
			return err
		}
		if !p.Published() {
			return fault.Conflict("值班表还没有发布,请直接调整")
		}
		if p.Asked, p.Problems, err = p.read(); err != nil || len(p.Problems) > 0 {
			return err
		}
		return m.begin(r.Context(), tx, &p)
	})
	if f := fault.Of(err); err != nil && f.Kind == fault.KindConflict && p.Published() {
		p.Problems = []ui.Problem{{Field: "with", Sentence: f.Sentence}}
		return m.drawSwaps(w, r, s, p, http.StatusConflict)
	}
	switch {
	case err != nil:
		return err
	case len(p.Problems) > 0:
		return m.drawSwaps(w, r, s, p, http.StatusUnprocessableEntity)
	case p.Link != "":
		return m.showConsentLink(w, r, s, p)
	}
	access.Flash(r, s, "success", fmt.Sprintf("已登记:%s。成为第%d版,请重新打印张贴", p.Asked.Words(), p.Number))
	return httpx.SeeOther(w, r, rosterPath(id))
}

// begin carries a recorded swap out, or checks one that is asked for and makes its link.
func (m *Module) begin(ctx context.Context, tx *access.Tx, p *swapsProps) error {
	if p.Asked.State == swapRecorded {
		if err := m.Store.carryOut(ctx, tx, &p.table, p.Asked); err != nil {
			return err
		}
		return m.Store.addSwap(ctx, tx, &p.Asked)
	}
	if _, err := p.carry(p.Asked, tx.Scope().Today()); err != nil {
		return err
	}
	if err := m.Store.addSwap(ctx, tx, &p.Asked); err != nil {
		return err
	}
	token, err := m.Store.newConsent(ctx, tx, p.Asked)
	p.Link = consentPath(token)
	return err
}

// read turns the form into a swap. Places and people that are not of the roster are absent.
func (p swapsProps) read() (Swap, []ui.Problem, error) {
	var problems []ui.Problem
	bad := func(field, sentence string) {
		problems = append(problems, ui.Problem{Field: field, Sentence: sentence})
	}
	w := Swap{TownshipID: p.TownshipID, VillageID: p.VillageID, RosterID: p.ID, Reason: strings.TrimSpace(p.Form.Reason), State: swapAsked}
	if p.Form.How == "record" {
		w.State = swapRecorded
	}
	if n := len([]rune(w.Reason)); n < 2 || n > 200 {
		bad("reason", "请填写原因,2到200个字")
	}
	if p.Form.From == "" {
		bad("from", "请选择要换出的班")
	} else {
		a, err := p.find(p.Form.From)
		if err != nil {
			return w, nil, err
		}
		w.FromPersonID, w.FromName, w.FromDay, w.FromShift = a.Person, a.Name, p.Month.Date(a.Day), a.Shift
	}
	held, isPlace := strings.CutPrefix(p.Form.With, "p")
	switch {
	case p.Form.With == "":
		bad("with", "请选择与谁换班或由谁替班")
	case isPlace:
		a, err := p.find(held)
		if err != nil {
			return w, nil, err
		}
		day := p.Month.Date(a.Day)
		w.ToPersonID, w.ToName, w.ToDay, w.ToShift = a.Person, a.Name, &day, a.Shift
	default:
		id, err := strconv.ParseInt(p.Form.With, 10, 64)
		who := p.Plan.person(id)
		if err != nil || who == nil {
			return w, nil, fault.NotFound()
		}
		w.ToPersonID, w.ToName = who.ID, who.Name
	}
	if w.ToPersonID != 0 && w.ToPersonID == w.FromPersonID {
		bad("with", "换班的两个人不能是同一人")
	}
	return w, problems, nil
}

// held is a place as the form names it, with whoever stood there when the page was drawn: a form that is sent twice must
// not swap back.
func (a Assignment) held() string { return a.field() + "." + strconv.FormatInt(a.Person, 10) }

// find gives the filled place that a form names.
func (t table) find(held string) (Assignment, error) {
	at := strings.LastIndexByte(held, '.')
	if at < 0 {
		return Assignment{}, fault.NotFound()
	}
	id, err := strconv.ParseInt(held[at+1:], 10, 64)
	if err != nil || t.Plan.person(id) == nil {
		return Assignment{}, fault.NotFound()
	}
	for _, a := range t.Made {
		if a.field() != held[:at] {
			continue
		}
		if a.Person != id {
			return a, fault.Conflict("%s已改由%s值班,请重新选择", sayDay(t.Month.Date(a.Day)), a.Name)
		}
		return a, nil
	}
	return Assignment{}, fault.NotFound()
}

func (m *Module) showConsentLink(w http.ResponseWriter, r *http.Request, s access.Scope, p swapsProps) error {
	p.Scope, p.Link = s, m.address(p.Link)
	return access.Page(w, r, s, access.View{Title: "请" + p.Asked.ToName + "确认换班", Crumbs: []ui.Crumb{{Title: "换班与替班", Href: swapsPath(p.Asked.RosterID)}}},
		consentLinkPage(p))
}

// renewConsent makes a new link for a swap that waits; the one before opens nothing any more.
func (m *Module) renewConsent(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := swapsProps{}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if p.Asked, err = m.Store.Swap(r.Context(), tx, id, true); err != nil {
			return err
		}
		if p.Asked.State != swapAsked || p.Asked.over(s.Today()) {
			return fault.Conflict("这次换班已经处理过或日期已过,不能再发链接")
		}
		token, err := m.Store.newConsent(r.Context(), tx, p.Asked)
		p.Link = consentPath(token)
		return err
	})
	if err != nil {
		return err
	}
	return m.showConsentLink(w, r, s, p)
}

func (m *Module) withdrawSwap(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var asked Swap
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if asked, err = m.Store.Swap(r.Context(), tx, id, true); err != nil {
			return err
		}
		return m.Store.decideSwap(r.Context(), tx, &asked, swapWithdrawn, s.Name())
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已撤回:"+asked.Words())
	return httpx.SeeOther(w, r, swapsPath(asked.RosterID))
}
