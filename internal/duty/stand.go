package duty

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// standDaysBack is how late it may be entered who really stood (事后补记).
const standDaysBack = 7

// Stand says who really stood in a place. It stands beside the published version, which it never rewrites; loads follow it.
type Stand struct {
	ID             int64
	OnDay          time.Time
	Shift          string
	PersonID       int64
	PersonName     string
	Title          string
	Reason         string
	RecordedBy     string
	RecordedAt     time.Time
	WithdrawnAt    *time.Time
	WithdrawnBy    string
	WithdrawReason string
	replaces       []Stand
}

func (s Stand) slot() Slot { return Slot{s.OnDay.Day(), s.Shift} }

// standForm is an entry as it is typed: a place of the last days, who stood there, and why it was not whom the roster names.
type standForm struct {
	Place  string `form:"place"`
	Person int64  `form:"person"`
	Reason string `form:"reason"`
}

// late are the places about which an entry may still be made.
func (t table) late(today time.Time) (list []Slot) {
	for _, s := range t.Plan.Slots {
		if stillOpen(t.Month.Date(s.Day), today) {
			list = append(list, s)
		}
	}
	return list
}

// stillOpen reports whether an entry about a day may be made or withdrawn: on the day itself and seven days after.
func stillOpen(day, today time.Time) bool {
	age := int(month.Day(today).Sub(month.Day(day)).Hours() / 24)
	return age >= 0 && age <= standDaysBack
}

// reasonOf reads why, as it is typed.
func reasonOf(typed string) (reason, wrong string) {
	reason = strings.TrimSpace(typed)
	if n := utf8.RuneCountInString(reason); n < 2 || n > 200 {
		return reason, "请写明原因,2到200个字"
	}
	return reason, ""
}

// stand reads an entry against the roster. Whoever is not of the team is absent like any row out of scope.
func (t table) stand(f standForm, today time.Time, already []Stand) (Stand, []ui.Problem, error) {
	bad := func(field, sentence string) (Stand, []ui.Problem, error) {
		return Stand{}, []ui.Problem{{Field: field, Sentence: sentence}}, nil
	}
	one := t.Plan.person(f.Person)
	if f.Person != 0 && one == nil {
		return Stand{}, nil, fault.NotFound() // nobody of this village
	}
	var slot *Slot
	for _, s := range t.late(today) {
		if placeKey(s) == f.Place {
			slot = &s
		}
	}
	if slot == nil {
		return bad("place", fmt.Sprintf("只能补记今天和之前%d天的值班", standDaysBack))
	}
	if one == nil || !one.Post.Has(slot.Day) {
		return bad("person", "请选择当天在岗的人员")
	}
	if why := one.Away[slot.Day]; why != "" {
		return bad("person", one.Name+"当天"+why)
	}
	for _, a := range t.Made {
		switch {
		case a.Person != one.ID || a.Day != slot.Day:
		case a.Slot == *slot:
			return bad("person", "值班表上就是"+one.Name+",不用补记")
		default:
			return bad("person", one.Name+"当天值另一班")
		}
	}
	reason, wrong := reasonOf(f.Reason)
	var replaces []Stand
	for _, s := range already {
		switch {
		case s.WithdrawnAt != nil:
		case s.slot() == *slot && s.PersonID == one.ID && s.Reason == reason:
			return s, nil, nil // the same form again
		case s.slot() == *slot:
			replaces = append(replaces, s)
		case s.PersonID == one.ID && s.OnDay.Day() == slot.Day:
			return bad("person", one.Name+"当天已补记在另一班")
		}
	}
	if wrong != "" {
		return bad("reason", wrong)
	}
	return Stand{OnDay: t.Month.Date(slot.Day), Shift: slot.Shift, PersonID: one.ID, PersonName: one.Name, Title: one.Title, Reason: reason,
		replaces: replaces}, nil, nil
}

// placeKey names a place in a form.
func placeKey(s Slot) string { return strconv.Itoa(s.Day) + "." + s.Shift }

var errNotPosted = fault.Conflict("值班表没有发布过,不用补记")
