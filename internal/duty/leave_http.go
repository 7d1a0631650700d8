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

func (m *Module) leaveRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/duty/leaves", Need: PermRead, Do: m.listLeaves},
		{Method: post, Path: "/duty/leaves/export", Need: PermOverview, Do: m.exportLeaves},
		{Method: get, Path: "/duty/leaves/villages/{id}", Need: PermArrange, Do: m.askLeave},
		{Method: post, Path: "/duty/leaves/villages/{id}", Need: PermArrange, Do: m.recordLeave},
		{Method: post, Path: "/duty/leaves/{id}/end", Need: PermArrange, Do: m.endLeave},
	}
}

func leavesPath(village int64) string {
	return "/duty/leaves/villages/" + strconv.FormatInt(village, 10)
}

// relief is a place that a leave empties, and who could take it.
type relief struct {
	Slot
	Month    month.Month
	Roster   int64
	Label    string
	Team     []Person
	Others   []outsider
	Chosen   string
	Staff    string
	Sentence string // what is wrong with the choice
}

func (r relief) field() string { return fmt.Sprintf("s.%d.%s", r.Roster, r.Slot.field()) }

// staffField is the name of somebody of the township's own staff.
func (r relief) staffField() string { return fmt.Sprintf("n.%d.%s", r.Roster, r.Slot.field()) }

type leaveProps struct {
	At       place
	Team     []Person
	Now      []Leave // leaves of the village from last month on
	Form     leaveForm
	Relief   []relief
	Problems []ui.Problem
	Scope    access.Scope
	said     []string // what the record did to the rosters
	twice    bool     // the same leave stands already
}

// Township reports whether stand-ins from outside the village may be named.
func (p leaveProps) Township() bool { return p.Scope.Can(PermStandIn) }

func (m *Module) fillLeave(ctx context.Context, tx *access.Tx, village int64, p *leaveProps) (err error) {
	if p.At, err = m.Store.village(ctx, tx, village); err != nil {
		return err
	}
	if p.Team, err = m.Store.members(ctx, tx, village); err != nil {
		return err
	}
	now := month.Of(tx.Scope().Now())
	p.Now, err = m.Store.Leaves(ctx, tx, leaveFilter{Village: village, From: now.First(), Next: now.Add(longestLeave / 28).First()}, leavesPerPage, 0)
	return err
}

func (m *Module) askLeave(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := leaveProps{}
	if err := access.Read(r.Context(), s, func(tx *access.Tx) error { return m.fillLeave(r.Context(), tx, id, &p) }); err != nil {
		return err
	}
	return m.drawLeave(w, r, s, p, http.StatusOK)
}

func (m *Module) drawLeave(w http.ResponseWriter, r *http.Request, s access.Scope, p leaveProps, status int) error {
	p.Scope = s
	v := access.View{Title: p.At.VillageName + "请假登记", Status: status, Crumbs: []ui.Crumb{{Title: "请假登记", Href: "/duty/leaves"}}}
	if s.Level() == pg.Village {
		v.Title, v.Crumbs = "请假登记", []ui.Crumb{{Title: "值班安排", Href: "/duty"}}
	}
	return access.Page(w, r, s, v, leavePage(p))
}

// recordLeave registers a leave. Where it empties places of published rosters, the same form names who takes each.
func (m *Module) recordLeave(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := leaveProps{Scope: s}
	if err := httpx.Decode(r, &p.Form); err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if err := m.fillLeave(r.Context(), tx, id, &p); err != nil {
			return err
		}
		return m.register(r.Context(), tx, &p, r.PostForm)
	})
	if len(p.Problems) > 0 && fault.Is(err, fault.KindInvalid) {
		return m.drawLeave(w, r, s, p, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if p.twice {
		access.Flash(r, s, "info", "这次请假已经登记过,没有重复登记")
	} else {
		access.Flash(r, s, "success", strings.Join(append([]string{"已登记请假"}, p.said...), ";"))
	}
	return httpx.SeeOther(w, r, leavesPath(id))
}

// errForm takes back what a refused form has begun.
var errForm = fault.Invalid("填写有误")

func (m *Module) register(ctx context.Context, tx *access.Tx, p *leaveProps, form url.Values) error {
	today := tx.Scope().Today()
	l, problems, err := p.Form.check(today, p.Team)
	if err != nil {
		return err
	}
	if p.Problems = problems; len(problems) > 0 {
		return errForm
	}
	rosters, err := m.Store.touched(ctx, tx, p.At.VillageID, l, month.Of(today))
	if err != nil {
		return err
	}
	known, err := m.Store.overlapping(ctx, tx, l)
	if err != nil {
		return err
	}
	if known != nil {
		if p.twice = known.VillageID == p.At.VillageID && known.Kind == l.Kind && known.Span() == l.Span(); p.twice {
			return nil
		}
		p.Problems = []ui.Problem{{Field: "from", Sentence: fmt.Sprintf("与已登记的%s(%s)重叠", known.Title(), known.Span())}}
		return errForm
	}
	if _, err := m.Store.addLeave(ctx, tx, p.At, l); err != nil {
		return err
	}
	for _, id := range rosters {
		if err := m.relieve(ctx, tx, id, l, p, form); err != nil {
			return err
		}
	}
	if len(p.Problems) > 0 {
		return errForm
	}
	return nil
}

// relieve takes somebody on leave out of one roster. Places of a draft go to whom the draft would choose now; places of a
// published roster to whom the form names.
func (m *Module) relieve(ctx context.Context, tx *access.Tx, roster int64, l Leave, p *leaveProps, form url.Values) error {
	t, err := m.Store.table(ctx, tx, roster, true)
	if err != nil {
		return err
	}
	var gone []Slot
	for _, a := range t.Made {
		if a.Person == l.PersonID && l.covers(t.Month.Date(a.Day), tx.Scope().Today()) {
			gone = append(gone, a.Slot)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	kept := without(t.Made, gone)
	after, holes := t.Plan.fill(kept, gone)
	if t.Published() {
		var others []outsider
		if p.Township() {
			if others, err = m.Store.outsiders(ctx, tx, t, gone); err != nil {
				return err
			}
		}
		bad := len(p.Problems)
		if after, err = t.named(gone, kept, after, others, l, p, form); err != nil || len(p.Problems) > bad {
			return err
		}
	}
	done, err := m.Store.apply(ctx, tx, &t.Roster, t.Plan.Slots, t.Made, after, l.PersonName+"请假("+l.Span()+")")
	if err != nil {
		return err
	}
	p.said = append(p.said, sayRelief(t, done, len(holes)))
	return nil
}

// named gives the emptied places of a published roster to whom the form names. A place without a name is a problem, and
// the page proposes whom the draft would choose.
func (t table) named(gone []Slot, kept, proposed []Assignment, others []outsider, l Leave, p *leaveProps, form url.Values) ([]Assignment, error) {
	after, would := kept, bySlot(proposed)
	for _, slot := range gone {
		r := relief{Slot: slot, Month: t.Month, Roster: t.ID, Label: t.label(slot), Team: t.available(after, slot)}
		if t.VillageID != p.At.VillageID {
			r.Label = t.VillageName + "代班 " + r.Label
		}
		for _, o := range others {
			if o.Day == slot.Day && o.Why == "" {
				r.Others = append(r.Others, o)
			}
		}
		r.Chosen, r.Staff = form.Get(r.field()), form.Get(r.staffField())
		if r.Chosen != "" && (p.Township() || !strings.HasPrefix(r.Chosen, "x") && r.Chosen != "staff") {
			a, err := t.substitute(after, slot, r.Chosen, r.Staff, others)
			if fault.Is(err, fault.KindNotFound) {
				return nil, err
			}
			if err == nil {
				a.Reason = "替" + l.PersonName + "(请假)"
				after = append(after, a)
			} else {
				r.Sentence = fault.Of(err).Sentence
			}
		} else if r.Sentence = "请确认替班人员:已推荐值班次数最少的,可以另选"; len(r.Team) == 0 && !p.Township() {
			r.Sentence = "本村(社区)当天没有可以替班的人员,请联系乡镇(街道)指定代班"
		} else {
			r.Chosen = key(would[slot])
		}
		p.Relief = append(p.Relief, r)
		if r.Sentence != "" {
			p.Problems = append(p.Problems, ui.Problem{Field: r.field(), Sentence: r.Label + ":" + r.Sentence})
		}
	}
	return after, nil
}

// label names a place with its weekday.
func (t table) label(s Slot) string {
	text := sayDay(t.Month.Date(s.Day)) + " 周" + string([]rune("日一二三四五六")[t.Month.Date(s.Day).Weekday()])
	if s.Shift != "" {
		text += " " + t.Set.Shifts.Title(s.Shift)
	}
	return text
}

func sayRelief(t table, done []Change, holes int) string {
	var days []string
	for _, c := range done {
		days = append(days, fmt.Sprintf("%d日%s", c.Day, named(c.After)))
	}
	text := t.Month.Title() + "值班已调整:" + strings.Join(days, "、")
	if t.Published() {
		return text + fmt.Sprintf(",成为第%d版,请重新打印张贴", t.Number)
	}
	if holes > 0 {
		text += fmt.Sprintf("(草稿中%d处空岗,发布前需安排代班)", holes)
	}
	return text
}

func (m *Module) endLeave(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.PostForm.Get("version")) // without one it is stale
	var l Leave
	var cancelled bool
	err = access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		if l, err = m.Store.leave(r.Context(), tx, id); err != nil {
			return err
		}
		cancelled, err = m.Store.endLeave(r.Context(), tx, l, version)
		return err
	})
	if err != nil {
		return err
	}
	text := l.PersonName + "的请假提前结束,从今天起可以排班"
	if cancelled {
		text = "已撤销" + l.PersonName + "的请假"
	}
	access.Flash(r, s, "success", text+"。已安排的替班不变,需要时请在值班表中调整")
	return httpx.SeeOther(w, r, leavesPath(l.VillageID))
}
