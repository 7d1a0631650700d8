package duty

import (
	"fmt"
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// exchanged gives the roster with the people of two places changed over.
func (t table) exchanged(a, b Assignment) ([]Assignment, error) {
	after := without(t.Made, []Slot{a.Slot, b.Slot})
	for _, x := range []Assignment{{Slot: a.Slot, Person: b.Person}, {Slot: b.Slot, Person: a.Person}} {
		who := t.Plan.person(x.Person)
		if why, ok := who.free(x.Day); !ok {
			return nil, fault.Conflict("%s%s%s,不能对调", who.Name, t.label(x.Slot), why)
		}
		if stands(after, x.Person, x.Slot) {
			return nil, fault.Conflict("%s%d日已值其他班次,不能对调", who.Name, x.Day)
		}
		x.Name, x.Title, x.Reason = who.Name, who.Title, "人工对调"
		after = append(after, x)
	}
	order := bySlot(after)
	after = after[:0]
	for _, s := range t.Plan.Slots {
		if x, ok := order[s]; ok {
			after = append(after, x)
		}
	}
	return after, nil
}

// exchange changes two days over in the editor. A swap that two people have agreed on is recorded as such instead.
func (m *Module) exchange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.act(w, r, s, func(tx *access.Tx, t *table) (string, error) {
		form := r.PostForm
		if form.Get("a") == "" || form.Get("b") == "" {
			return "", fault.Invalid("请选择要对调的两天")
		}
		a, err := t.find(form.Get("a"))
		if err != nil {
			return "", err
		}
		b, err := t.find(form.Get("b"))
		if err != nil {
			return "", err
		}
		if a.Person == b.Person {
			return "两天是同一个人,没有改动", nil
		}
		after, err := t.exchanged(a, b)
		if err != nil {
			return "", err
		}
		if err := t.settled(after, s.Today()); err != nil {
			return "", err
		}
		_, err = m.Store.apply(r.Context(), tx, &t.Roster, t.Plan.Slots, t.Made, after, strings.TrimSpace(form.Get("reason")))
		text := fmt.Sprintf("%d日与%d日已对调", a.Day, b.Day)
		if t.Published() {
			text += fmt.Sprintf(",成为第%d版,请重新打印张贴", t.Number)
		}
		return text, err
	})
}

// movable are the places that can be changed over.
func (p rosterProps) movable() []ui.Option {
	list := []ui.Option{{Value: "", Title: "请选择"}}
	for _, a := range p.Made {
		if p.Plan.person(a.Person) != nil && (!p.Published() || !month.Day(p.Month.Date(a.Day)).Before(p.Today)) {
			list = append(list, ui.Option{Value: a.held(), Title: p.label(a.Slot) + " " + a.Name})
		}
	}
	return list
}
