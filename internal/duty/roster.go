package duty

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// problem is a place that was not saved.
type problem struct {
	Slot
	Stale    bool
	Sentence string
}

type rosterProps struct {
	table
	Grant         string
	Phone         bool // drawn for a phone: a village
	Edits         bool
	Today         time.Time
	Last          []Change // what the last change did, which can be undone
	NamesStandIns bool
	Checks        bool // may record a spot check now
	Reason        string
	Chosen        map[Slot]string // what was chosen on a page that could not be saved
	Problems      []problem
}

// Conflict reports whether somebody else changed one of the places meanwhile.
func (p rosterProps) Conflict() bool {
	for _, b := range p.Problems {
		if b.Stale {
			return true
		}
	}
	return false
}

func (p rosterProps) summary() []ui.Problem {
	var list []ui.Problem
	for _, b := range p.Problems {
		if b.Day == 0 {
			list = append(list, ui.Problem{Field: "reason", Sentence: b.Sentence})
			continue
		}
		list = append(list, ui.Problem{Field: "d." + b.field(), Sentence: fmt.Sprintf("%d日%s:%s", b.Day, p.shift(b.Slot), b.Sentence)})
	}
	return list
}

func (p rosterProps) state() (kind, text string) {
	id := p.ID
	return Line{RosterID: &id, Number: p.Number, EmptyDays: int32(emptyDays(p.Plan.Slots, p.Made))}.State()
}

// over reports whether a place of a published roster is behind us: what was printed then stays.
func (p rosterProps) over(s Slot) bool {
	return p.Published() && month.Day(p.Month.Date(s.Day)).Before(p.Today)
}

// lastWords says the last change, to be undone.
func (p rosterProps) lastWords() string {
	var parts []string
	for _, c := range p.Last {
		parts = append(parts, fmt.Sprintf("%d日%s%s", c.Day, p.shift(c.Slot), c.Words()))
	}
	if n := len(parts); n > 4 {
		return strings.Join(parts[:4], "、") + fmt.Sprintf("等%d处", n)
	}
	return strings.Join(parts, "、")
}

// holes are the places that nobody fills, with the reason.
func (p rosterProps) holes() []Hole { return p.Plan.Gaps(p.Made) }

// at is who stands in a place now.
func (p rosterProps) at(s Slot) Assignment {
	for _, a := range p.Made {
		if a.Slot == s {
			return a
		}
	}
	return Assignment{Slot: s}
}

// chosen is what the page shows as chosen: what was typed, else who stands.
func (p rosterProps) chosen(s Slot) string {
	if typed, ok := p.Chosen[s]; ok {
		return typed
	}
	return key(p.at(s))
}

// outside are people who stand although they are not of the team: stand-ins and people who left their post.
func (p rosterProps) outside() []Assignment {
	var list []Assignment
	seen := map[string]bool{}
	for _, a := range p.Made {
		if k := key(a) + a.Name; p.Plan.person(a.Person) == nil && !seen[k] {
			seen[k] = true
			list = append(list, a)
		}
	}
	return list
}

func (p rosterProps) weekday(day int) string {
	return weekday(p.Month.Date(day))
}

func (p rosterProps) shift(s Slot) string {
	if s.Shift == "" {
		return ""
	}
	return p.Set.Shifts.Title(s.Shift)
}

func (p rosterProps) dayClass(s Slot) string {
	return [...]string{"roster-workday", "roster-weekend", "roster-holiday"}[p.Plan.Kinds[s.Day-1]]
}

// title explains a cell: why this person stands, or why he cannot.
func (p rosterProps) title(s Slot, one Person, why string) string {
	a := p.at(s)
	switch {
	case a.Person == one.ID:
		return a.Reason
	case why != "":
		return why
	case one.Wish.Has(s.Day):
		return "不便值班日期"
	}
	return ""
}

// load counts a person's days of this month by kind.
func (p rosterProps) load(one Person) string {
	var c Counters
	for _, a := range p.Made {
		if a.Person == one.ID {
			c[p.Plan.Kinds[a.Day-1]]++
		}
	}
	return fmt.Sprintf("%d/%d/%d", c[Workday], c[Weekend], c[Holiday])
}

// options are the choices of a place on a phone.
func (p rosterProps) options(s Slot) []option {
	chosen := p.chosen(s)
	list := []option{{"", "空岗", chosen == ""}}
	for _, one := range p.Plan.People {
		value := strconv.FormatInt(one.ID, 10)
		if _, free := one.free(s.Day); free || chosen == value {
			list = append(list, option{value, one.Name, chosen == value})
		}
	}
	if a := p.at(s); a.Name != "" && p.Plan.person(a.Person) == nil {
		list = append(list, option{key(a), a.Name + "(代班)", chosen == key(a)})
	}
	return list
}

type option struct {
	Value, Title string
	Selected     bool
}
