package duty

import (
	"fmt"
	"slices"
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// Swap is two people of one roster changing days (换班), or one taking the other's day without giving one back (替班).
type Swap struct {
	ID           int64
	TownshipID   int64
	VillageID    int64
	RosterID     int64
	FromPersonID int64
	FromName     string
	FromDay      time.Time
	FromShift    string
	ToPersonID   int64
	ToName       string
	ToDay        *time.Time // nil: nothing is given back
	ToShift      string
	Reason       string
	State        string
	AskedBy      string
	AskedAt      time.Time
	DecidedBy    string
	DecidedAt    *time.Time
}

// The states of a swap. recorded is one that both had agreed on the phone.
const (
	swapAsked     = "asked"
	swapAgreed    = "agreed"
	swapDeclined  = "declined"
	swapWithdrawn = "withdrawn"
	swapRecorded  = "recorded"
)

// Title names the state on a day, with the kind of its tag.
func (s Swap) Title(today time.Time) (kind, text string) {
	switch s.State {
	case swapAsked:
		if s.over(today) {
			return "plain", "已过期"
		}
		return "warn", "待对方确认"
	case swapAgreed:
		return "good", "对方已同意"
	case swapDeclined:
		return "plain", "对方不同意"
	case swapWithdrawn:
		return "plain", "已撤回"
	}
	return "good", "已登记"
}

// Words says who changes what with whom.
func (s Swap) Words() string {
	if s.ToDay == nil {
		return fmt.Sprintf("%s的%s由%s替班", s.FromName, sayDay(s.FromDay), s.ToName)
	}
	return fmt.Sprintf("%s的%s与%s的%s换班", s.FromName, sayDay(s.FromDay), s.ToName, sayDay(*s.ToDay))
}

// from and to are the places; the second one only where a day is given back.
func (s Swap) from() Slot { return Slot{s.FromDay.Day(), s.FromShift} }

func (s Swap) to() (Slot, bool) {
	if s.ToDay == nil {
		return Slot{}, false
	}
	return Slot{s.ToDay.Day(), s.ToShift}, true
}

// over reports whether one of the days is behind us, so that nothing can be changed any more.
func (s Swap) over(today time.Time) bool {
	return month.Day(s.FromDay).Before(today) || s.ToDay != nil && month.Day(*s.ToDay).Before(today)
}

// carry gives the roster as it is after the swap. Both must still stand where the swap found them, and each must be able
// to stand where he goes: in post, not on leave, in no other place of that day.
func (t table) carry(s Swap, today time.Time) ([]Assignment, error) {
	if s.over(today) {
		return nil, fault.Conflict("日期已过,不能再换班;实际值班情况请用“事后补记”")
	}
	now := bySlot(t.Made)
	from := s.from()
	if now[from].Person != s.FromPersonID {
		return nil, fault.Conflict("%s已不是%s值班,换班不再成立", sayDay(s.FromDay), s.FromName)
	}
	moved := []Slot{from}
	back, gives := s.to()
	if gives {
		if now[back].Person != s.ToPersonID {
			return nil, fault.Conflict("%s已不是%s值班,换班不再成立", sayDay(*s.ToDay), s.ToName)
		}
		moved = append(moved, back)
	}
	after := without(t.Made, moved)
	put := func(person int64, slot Slot, reason string) error {
		who := t.Plan.person(person)
		if who == nil {
			return fault.Conflict("只能与本村(社区)的值班人员换班;其他村(社区)的人员请由乡镇(街道)指定代班")
		}
		if why, ok := who.free(slot.Day); !ok {
			return fault.Conflict("%s%d日%s,不能换班", who.Name, slot.Day, why)
		}
		if stands(after, person, slot) {
			return fault.Conflict("%s%d日已值其他班次,不能换班", who.Name, slot.Day)
		}
		after = append(after, Assignment{Slot: slot, Person: person, Name: who.Name, Title: who.Title, Reason: reason})
		return nil
	}
	reason := "替" + s.FromName + "值班"
	if gives {
		reason = "与" + s.FromName + "换班"
	}
	if err := put(s.ToPersonID, from, reason); err != nil {
		return nil, err
	}
	if gives {
		if err := put(s.FromPersonID, back, "与"+s.ToName+"换班"); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(after, func(a, b Assignment) int { return t.place(a.Slot) - t.place(b.Slot) })
	return after, nil
}

// place is where a place stands in the month.
func (t table) place(s Slot) int { return slices.Index(t.Plan.Slots, s) }
