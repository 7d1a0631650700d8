// Package duty owns 坐班值班: the monthly roster of every village and community, its published versions, leave, swaps
// and spot checks. The rule behind it: "确保每天至少有1名村(社区)干部或驻村干部在岗值班".
//
// A posted roster and the township's spot checks are all the evidence there is. National rules on 减负 rule out a clock,
// a place or a picture, so nothing here asks a village cadre for an action.
//
// The rules stand apart from storage and pages: this file holds days and people, draft.go who stands on which day.
package duty

import (
	"math/bits"
	"time"
)

// Kind is the kind of a day, as loads are counted: nobody should stand on more holidays than his colleagues.
type Kind int

// The kinds of day. A weekend day that is worked (调休) counts as a workday.
const (
	Workday Kind = iota
	Weekend
	Holiday
	kinds
)

// Title names the kind.
func (k Kind) Title() string { return [...]string{"工作日", "周末", "法定节假日"}[k] }

// Counters say how often somebody stood, per kind of day.
type Counters [kinds]int

// Days is a set of days of one month; day 1 is the lowest bit.
type Days uint32

// Span is the set of the days from first to last, both included.
func Span(first, last int) Days {
	var d Days
	for day := max(first, 1); day <= min(last, 31); day++ {
		d |= 1 << (day - 1)
	}
	return d
}

// Has reports whether the day is in the set.
func (d Days) Has(day int) bool { return day >= 1 && day <= 31 && d&(1<<(day-1)) != 0 }

// Count is the number of days in the set.
func (d Days) Count() int { return bits.OnesCount32(uint32(d)) }

// Person is somebody who may stand in a month, as the draft sees him.
type Person struct {
	ID    int64
	Name  string
	Title string         // the post under which he stands
	Post  Days           // in post on these days
	Away  map[int]string // on leave: day → why, such as 事假
	Wish  Days           // 不便值班日期
	Carry Counters       // how often he stood before this month, within the window that Plan.Window names
	Last  int            // the day he last stood before this month, counted from its first: 0 is the eve, Never if never
	Run   int            // days in a row up to the eve on which he stood
	since time.Time      // first day of service in the village
}

// Never is a Person's Last where he has never stood.
const Never = -1 << 20

// free says whether the person can stand on a day, and if not why.
func (p Person) free(day int) (why string, ok bool) {
	if !p.Post.Has(day) {
		return "不在岗", false
	}
	if why := p.Away[day]; why != "" {
		return why, false
	}
	return "", true
}

// Slot is one place to fill.
type Slot struct {
	Day   int
	Shift string // the code of the shift; "" where a day is one shift
}

// Assignment says who stands, and why it is he.
type Assignment struct {
	Slot
	Person  int64 // 0: of the township's own staff, who have no file
	Name    string
	Title   string
	StandIn bool // 代班, named by the township from outside the team
	Reason  string
}

// Hole is a place that nobody of the team can fill (空岗).
type Hole struct {
	Slot
	Why string
}
