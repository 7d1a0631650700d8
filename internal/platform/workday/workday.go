// Package workday owns the working-day calendar: weekends, public holidays and the make-up days (调休) of the yearly
// notice of the State Council, from which due dates and publication periods are counted.
//
// The years known at build time are embedded from NateScarlet/holiday-cn (MIT, see holidays/LICENSE); a district loads
// later years itself. A year without days is not published yet: Monday to Friday are counted, and Known tells the caller
// to say 节假日未公布 beside the date.
package workday

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"touyan/internal/platform/month"
)

//go:embed holidays/*.json
var holidays embed.FS

// Kind says what a day is.
type Kind int

// The kinds of day.
const (
	Workday Kind = iota
	Weekend
	Holiday
	Makeup // a weekend day that is worked
)

// Name is the word of calendars.
func (k Kind) Name() string {
	return [...]string{"工作日", "周末", "节假日", "调休上班"}[k]
}

// Info is a day as the calendar sees it.
type Info struct {
	Kind Kind
	Name string // of the holiday, also on its make-up days: 国庆节
}

// Calendar answers questions about days. It is immutable and safe for concurrent use.
type Calendar struct {
	years map[int]Year
	days  map[time.Time]Day // by midnight in month.Zone
}

// Embedded is the calendar of the years known at build time.
var Embedded = sync.OnceValue(func() *Calendar {
	entries, err := holidays.ReadDir("holidays")
	if err != nil {
		panic(fmt.Sprintf("workday: embedded years: %v", err))
	}
	var years []Year
	for _, e := range entries {
		data, err := holidays.ReadFile("holidays/" + e.Name())
		if err != nil {
			panic(fmt.Sprintf("workday: embedded years: %v", err))
		}
		y, err := Parse(data, 0)
		if err != nil {
			panic(fmt.Sprintf("workday: %s: %v", e.Name(), err))
		}
		years = append(years, y)
	}
	return New(years...)
})

// New makes a calendar of the given years.
func New(years ...Year) *Calendar {
	return (&Calendar{}).With(years...)
}

// With gives a calendar in which the given years replace those of the same number.
func (c *Calendar) With(years ...Year) *Calendar {
	merged := maps.Clone(c.years)
	if merged == nil {
		merged = map[int]Year{}
	}
	for _, y := range years {
		merged[y.Year] = y
	}
	days := map[time.Time]Day{}
	// In order, so that the days of a December that the next year's notice arranges stand as that later notice has them.
	for _, number := range slices.Sorted(maps.Keys(merged)) {
		for _, d := range merged[number].Days {
			days[month.Day(d.Date)] = d
		}
	}
	return &Calendar{years: merged, days: days}
}

// Known reports whether the holidays of the year are published.
func (c *Calendar) Known(year int) bool { return len(c.years[year].Days) > 0 }

// Years lists the published years.
func (c *Calendar) Years() []int {
	var list []int
	for number := range c.years {
		if c.Known(number) {
			list = append(list, number)
		}
	}
	slices.Sort(list)
	return list
}

// Year gives the days of a year as published.
func (c *Calendar) Year(number int) (Year, bool) {
	y, found := c.years[number]
	return y, found && len(y.Days) > 0
}

// Kind says what the day is on which t lies in month.Zone.
func (c *Calendar) Kind(t time.Time) Info {
	day := month.Day(t)
	weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
	if d, listed := c.days[day]; listed {
		if d.Off {
			return Info{Kind: Holiday, Name: d.Name}
		}
		if weekend {
			return Info{Kind: Makeup, Name: d.Name}
		}
		return Info{Kind: Workday}
	}
	if weekend {
		return Info{Kind: Weekend}
	}
	return Info{Kind: Workday}
}

// IsWorkday reports whether the day is worked.
func (c *Calendar) IsWorkday(t time.Time) bool {
	k := c.Kind(t).Kind
	return k == Workday || k == Makeup
}

// NthWorkday is the n-th working day counted from the first day of a month, n from 1. A month has at least fifteen; a
// larger n runs into the next.
func (c *Calendar) NthWorkday(m month.Month, n int) time.Time {
	return c.AddWorkdays(m.First().AddDate(0, 0, -1), max(n, 1))
}

// AddWorkdays is the n-th working day after the day, which is not counted itself, or before it if n is negative. For n = 0
// it is the day itself or the next working day.
func (c *Calendar) AddWorkdays(t time.Time, n int) time.Time {
	day, step := month.Day(t), 1
	if n < 0 {
		n, step = -n, -1
	}
	if n == 0 {
		for !c.IsWorkday(day) {
			day = day.AddDate(0, 0, 1)
		}
	}
	for n > 0 {
		day = day.AddDate(0, 0, step)
		if c.IsWorkday(day) {
			n--
		}
	}
	return day
}

// Count is the number of working days from the first to the last day, both included.
func (c *Calendar) Count(from, to time.Time) int {
	n := 0
	for day := month.Day(from); !day.After(to); day = day.AddDate(0, 0, 1) {
		if c.IsWorkday(day) {
			n++
		}
	}
	return n
}
