package duty

import (
	"cmp"
	"slices"
)

// Change is one place of a roster before and after; an empty name is an empty place.
type Change struct {
	Slot
	Before, After Assignment
}

// changes compares two states of a roster, place by place.
func changes(before, after []Assignment) []Change {
	was, now := bySlot(before), bySlot(after)
	var list []Change
	for slot, a := range was {
		if b := now[slot]; b.Person != a.Person || b.Name != a.Name {
			list = append(list, Change{slot, a, b})
		}
	}
	for slot, b := range now {
		if _, known := was[slot]; !known {
			list = append(list, Change{slot, Assignment{}, b})
		}
	}
	slices.SortFunc(list, func(a, b Change) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Shift, b.Shift)) })
	return list
}

func bySlot(list []Assignment) map[Slot]Assignment {
	m := make(map[Slot]Assignment, len(list))
	for _, a := range list {
		m[a.Slot] = a
	}
	return m
}

// Words says a change as the wall sheet's record of changes does.
func (c Change) Words() string {
	name := func(a Assignment) string {
		if a.Name == "" {
			return "空岗"
		}
		return a.Name
	}
	return name(c.Before) + "→" + name(c.After)
}

// written is a place as a version keeps it for ever.
type written struct {
	Day     int    `json:"day"`
	Shift   string `json:"shift,omitempty"`
	Name    string `json:"name"`
	Title   string `json:"title,omitempty"`
	StandIn bool   `json:"stand_in,omitempty"`
}

func write(list []Assignment) []written {
	out := make([]written, len(list))
	for i, a := range list {
		out[i] = written{a.Day, a.Shift, a.Name, a.Title, a.StandIn}
	}
	return out
}

// writtenChange is a Change as a version keeps it.
type writtenChange struct {
	Day    int    `json:"day"`
	Shift  string `json:"shift,omitempty"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func writeChanges(list []Change) []writtenChange {
	out := make([]writtenChange, len(list))
	for i, c := range list {
		out[i] = writtenChange{c.Day, c.Shift, c.Before.Name, c.After.Name}
	}
	return out
}

// keptChange is a Change as a roster keeps its last one, whole, so that it can be undone.
type keptChange struct {
	Day    int       `json:"day"`
	Shift  string    `json:"shift"`
	Before keptPlace `json:"before"`
	After  keptPlace `json:"after"`
}

type keptPlace struct {
	Person  int64  `json:"person"`
	Name    string `json:"name"`
	Title   string `json:"title"`
	StandIn bool   `json:"stand_in"`
	Reason  string `json:"reason"`
}

func keepChanges(list []Change) []keptChange {
	place := func(a Assignment) keptPlace { return keptPlace{a.Person, a.Name, a.Title, a.StandIn, a.Reason} }
	out := make([]keptChange, len(list))
	for i, c := range list {
		out[i] = keptChange{c.Day, c.Shift, place(c.Before), place(c.After)}
	}
	return out
}

func (k keptChange) change() Change {
	slot := Slot{k.Day, k.Shift}
	place := func(p keptPlace) Assignment {
		return Assignment{Slot: slot, Person: p.Person, Name: p.Name, Title: p.Title, StandIn: p.StandIn, Reason: p.Reason}
	}
	return Change{slot, place(k.Before), place(k.After)}
}
