package duty

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

func (m *Module) rosterRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/duty/rosters/{id}", Need: PermRead, Do: m.showRoster},
		{Method: post, Path: "/duty/rosters/{id}", Need: PermArrange, Do: m.saveRoster},
		{Method: post, Path: "/duty/rosters/{id}/exchange", Need: PermArrange, Do: m.exchange},
		{Method: post, Path: "/duty/rosters/{id}/undo", Need: PermArrange, Do: m.undo},
		{Method: post, Path: "/duty/rosters/{id}/repair", Need: PermArrange, Do: m.repair},
		{Method: post, Path: "/duty/rosters/{id}/publish", Need: PermArrange, Do: m.publishOne},
	}
}

func rosterPath(id int64) string { return "/duty/rosters/" + strconv.FormatInt(id, 10) }

// table is a roster with what editing needs of it.
type table struct {
	Roster
	Plan Plan
	Made []Assignment
	Set  Settings
}

// table reads a roster whole. lock holds it against other changes until the transaction ends.
func (st Store) table(ctx context.Context, tx *access.Tx, id int64, lock bool) (table, error) {
	var t table
	var err error
	if t.Roster, err = st.Roster(ctx, tx, id, lock); err != nil {
		return t, err
	}
	if t.Set, err = st.Settings(ctx, tx); err != nil {
		return t, err
	}
	t.Set.Shifts = t.Set.For(t.Month)
	plans, err := st.Plans(ctx, tx, t.Month, []int64{t.VillageID})
	if err != nil {
		return t, err
	}
	t.Plan = plans[t.VillageID]
	elsewhere, err := st.besides(ctx, tx, t.Roster, t.Plan)
	if err != nil {
		return t, err
	}
	elsewhere.block(t.Plan)
	made, err := st.Assignments(ctx, tx, t.ID)
	t.Made = made[t.ID]
	return t, err
}

func (m *Module) showRoster(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := rosterProps{}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.table, err = m.Store.table(r.Context(), tx, id, false); err != nil {
			return err
		}
		p.Last, err = m.Store.lastChange(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	return m.drawRoster(w, r, s, p, http.StatusOK)
}

func (m *Module) drawRoster(w http.ResponseWriter, r *http.Request, s access.Scope, p rosterProps, status int) error {
	p.Today, p.NamesStandIns = s.Today(), s.Can(PermStandIn)
	p.Grant, p.Phone, p.Edits = s.GrantID(), s.Level() == pg.Village, s.Can(PermArrange) && !p.Month.Before(month.Of(s.Now()))
	p.Checks = s.Can(PermCheck) && !s.ReadOnly() && p.Published() && p.Month == month.Of(s.Now())
	v := access.View{Title: p.VillageName + p.Month.Title() + "值班安排", Status: status, AsOf: s.Now().Format("2006-01-02 15:04")}
	if !p.Phone {
		v.Crumbs = []ui.Crumb{{Title: p.Month.Title() + "值班安排", Href: boardPath(p.Month)}, {Title: p.TownshipName}}
		v.Scripts = []string{"js/roster.js"}
	}
	return access.Page(w, r, s, v, rosterPage(p))
}

// saveRoster takes over the choices of the whole page. Only places that differ from what the page was drawn with are
// touched; one that somebody else changed meanwhile is refused with both values, and what was chosen stays chosen.
func (m *Module) saveRoster(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := rosterProps{Reason: strings.TrimSpace(r.PostForm.Get("reason")), Chosen: map[Slot]string{}}
	var done []Change
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if p.table, err = m.Store.table(r.Context(), tx, id, true); err != nil {
			return err
		}
		after, problems, err := p.table.choose(r.PostForm, p.Chosen)
		if err != nil {
			return err
		}
		if p.Problems = problems; len(problems) > 0 {
			return fault.Invalid("有未保存的日期")
		}
		if err := p.settled(after, s.Today()); err != nil {
			return err
		}
		done, err = m.Store.apply(r.Context(), tx, &p.Roster, p.Plan.Slots, p.Made, after, p.Reason)
		return err
	})
	if f := fault.Of(err); err != nil && (f.Kind == fault.KindInvalid || f.Kind == fault.KindConflict) && p.ID != 0 {
		status := http.StatusUnprocessableEntity
		if f.Kind == fault.KindConflict || p.Conflict() {
			status = http.StatusConflict
		}
		if len(p.Problems) == 0 {
			p.Problems = []problem{{Sentence: f.Sentence}}
		}
		return m.drawRoster(w, r, s, p, status)
	}
	if err != nil {
		return err
	}
	switch {
	case len(done) == 0:
		access.Flash(r, s, "info", "没有改动")
	case p.Published():
		access.Flash(r, s, "success", fmt.Sprintf("已调整%d处,成为第%d版,请重新打印张贴", len(done), p.Number))
	default:
		access.Flash(r, s, "success", fmt.Sprintf("已调整%d处", len(done)))
	}
	return httpx.SeeOther(w, r, rosterPath(id))
}

// choose reads the form: d.<day>.<shift> is the key of whoever shall stand, w.<day>.<shift> of whoever stood when the
// page was drawn. chosen keeps what was typed.
func (t table) choose(form url.Values, chosen map[Slot]string) ([]Assignment, []problem, error) {
	now := bySlot(t.Made)
	var problems []problem
	for _, slot := range t.Plan.Slots {
		name := slot.field()
		if !form.Has("d." + name) {
			continue
		}
		typed, was := form.Get("d."+name), form.Get("w."+name)
		chosen[slot] = typed
		if typed == was {
			continue
		}
		present := now[slot]
		if key(present) != was && key(present) != typed {
			problems = append(problems, problem{Slot: slot, Stale: true, Sentence: fmt.Sprintf("刚被改为%s,您选的没有保存", named(present))})
			continue
		}
		if typed == "" {
			delete(now, slot)
			continue
		}
		id, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			return nil, nil, fault.NotFound()
		}
		who := t.Plan.person(id)
		if who == nil {
			return nil, nil, fault.NotFound()
		}
		if why, free := who.free(slot.Day); !free {
			problems = append(problems, problem{Slot: slot, Sentence: who.Name + "当天" + why + ",请另选"})
			continue
		}
		now[slot] = Assignment{Slot: slot, Person: id, Name: who.Name, Title: who.Title, Reason: "人工调整"}
	}
	after := make([]Assignment, 0, len(now))
	twice := map[[2]int64]bool{}
	for _, slot := range t.Plan.Slots {
		a, ok := now[slot]
		if !ok {
			continue
		}
		if k := [2]int64{a.Person, int64(a.Day)}; a.Person != 0 && twice[k] {
			problems = append(problems, problem{Slot: slot, Sentence: a.Name + "当天已值其他班次,一天只能安排一次"})
		} else {
			twice[k] = true
		}
		after = append(after, a)
	}
	return after, problems, nil
}

// field is the place's name in the form.
func (s Slot) field() string { return fmt.Sprintf("%d.%s", s.Day, s.Shift) }

// key is an assignment as the form names it: nobody is empty, a stand-in without a file is 0.
func key(a Assignment) string {
	if a.Name == "" {
		return ""
	}
	return strconv.FormatInt(a.Person, 10)
}

func named(a Assignment) string {
	if a.Name == "" {
		return "空岗"
	}
	return a.Name
}

// act loads a roster locked, changes it, and leads back to its page.
func (m *Module) act(w http.ResponseWriter, r *http.Request, s access.Scope, do func(tx *access.Tx, t *table) (string, error)) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var said string
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		t, err := m.Store.table(r.Context(), tx, id, true)
		if err != nil {
			return err
		}
		if t.Month.Before(month.Of(s.Now())) {
			return fault.Conflict("%s已经过去,值班表不能再改", t.Month.Title())
		}
		said, err = do(tx, &t)
		return err
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", said)
	return httpx.SeeOther(w, r, rosterPath(id))
}

// publishOne publishes a draft; the server refuses it while a day is empty.
func (m *Module) publishOne(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.act(w, r, s, func(tx *access.Tx, t *table) (string, error) {
		if t.Published() {
			return fmt.Sprintf("已发布第%d版", t.Number), nil
		}
		if empty := emptyDays(t.Plan.Slots, t.Made); empty != 0 {
			return "", fault.Conflict("%s空岗,不能发布", dayList(empty))
		}
		_, err := m.Store.publish(r.Context(), tx, []int64{t.ID})
		return "已发布,可以打印上墙", err
	})
}
