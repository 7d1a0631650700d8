package duty

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/platform/workday"
)

// Shift is a part of the day that needs somebody, at least within its season.
type Shift struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Start string `json:"start"` // 08:30
	End   string `json:"end"`
	From  string `json:"from"` // 05-01, the first day of its season; empty: all year
	To    string `json:"to"`   // 09-30, the last one
}

var (
	clockForm  = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
	seasonForm = regexp.MustCompile(`^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)
)

// Check refuses a shift that no calendar could hold.
func (s Shift) Check() error {
	switch {
	case strings.TrimSpace(s.Title) == "" || len([]rune(s.Title)) > 10:
		return fault.Invalid("班次名称应为1到10个字")
	case !clockForm.MatchString(s.Start) || !clockForm.MatchString(s.End):
		return fault.Invalid("起止时间应写成 08:30 的形式")
	case (s.From == "") != (s.To == ""):
		return fault.Invalid("季节的起止日期应同时填写,或都不填")
	case s.From != "" && (!seasonForm.MatchString(s.From) || !seasonForm.MatchString(s.To)):
		return fault.Invalid("季节的起止日期应写成 05-01 的形式")
	}
	return nil
}

// Hours writes the shift's times.
func (s Shift) Hours() string { return s.Start + "—" + s.End }

// on reports whether the season holds a day, written 01-02. A season may run over the turn of the year.
func (s Shift) on(day string) bool {
	switch {
	case s.From == "":
		return true
	case s.From <= s.To:
		return s.From <= day && day <= s.To
	}
	return day >= s.From || day <= s.To
}

// Shifts are a district's shifts, from the earliest; none means that a day is one shift.
type Shifts []Shift

// Slots are the places of a month, in order.
func (list Shifts) Slots(m month.Month) []Slot {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b Shift) int { return cmp.Compare(a.Start, b.Start) })
	var slots []Slot
	for day := 1; day <= m.Days(); day++ {
		before := len(slots)
		for _, s := range sorted {
			if s.on(fmt.Sprintf("%02d-%02d", int(m.Month()), day)) {
				slots = append(slots, Slot{day, s.Code})
			}
		}
		if len(slots) == before { // no shift in season: the day still needs somebody
			slots = append(slots, Slot{day, ""})
		}
	}
	return slots
}

// find gives the shift of a code, nil where a day is one shift or the settings have lost the code.
func (list Shifts) find(code string) *Shift {
	for i := range list {
		if code != "" && list[i].Code == code {
			return &list[i]
		}
	}
	return nil
}

// Title names a shift by its code; a code that the settings have lost keeps its letters.
func (list Shifts) Title(code string) string {
	if code == "" {
		return "全天"
	}
	for _, s := range list {
		if s.Code == code {
			return s.Title
		}
	}
	return code
}

// Kinds are the kinds of a month's days, and whether its holidays are published at all (else 节假日未公布).
func Kinds(c *workday.Calendar, m month.Month) (kinds []Kind, known bool) {
	for day := 1; day <= m.Days(); day++ {
		kinds = append(kinds, KindOf(c.Kind(m.Date(day))))
	}
	return kinds, c.Known(m.Year())
}

// KindOf is a calendar day as loads are counted.
func KindOf(i workday.Info) Kind {
	switch i.Kind {
	case workday.Holiday:
		return Holiday
	case workday.Weekend:
		return Weekend
	}
	return Workday
}
