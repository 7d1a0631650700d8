// Package month owns the calendar month in which assessments, pay and rosters are counted.
//
// A Month is "2026-10" in addresses and JSON and the first day of the month (type date) in the database. Which day and
// month it is depends on Zone, never on the zone of the machine: a deadline at midnight must not move with a container
// that runs in UTC.
package month

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"
	"touyan/internal/platform/fault"
)

// Zone is Asia/Shanghai. A fixed zone suffices, since China has not moved its clocks after 1991, and needs no zone files.
var Zone = time.FixedZone("CST", 8*3600)

const (
	minYear = 1900
	maxYear = 2199
)

// Month is one month of one year. Values compare with ==; the zero value is no month, which is NULL in the database.
type Month struct {
	index int32 // months since January of year 0, plus one, so that zero stays free
}

// New gives the month of a year; like time.Date it carries months beyond 1..12 into the year.
func New(year int, m time.Month) Month { return Month{index: int32(year*12 + int(m))} }

// Of gives the month in which the instant lies in Zone. Dates read from the database (midnight UTC) keep their day.
func Of(t time.Time) Month {
	y, m, _ := t.In(Zone).Date()
	return New(y, m)
}

// Day gives midnight in Zone of the day on which the instant lies there: the form in which days compare with Equal.
func Day(t time.Time) time.Time {
	y, m, d := t.In(Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Zone)
}

var forms = []*regexp.Regexp{
	regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})$`),
	regexp.MustCompile(`^(\d{4})年(\d{1,2})月?份?$`),
	regexp.MustCompile(`^(\d{4})(\d{2})$`),
}

// Parse reads 2026-10, 2026/10, 2026.10, 202610 and 2026年10月, also in full-width digits and with spaces.
func Parse(text string) (Month, error) {
	s := strings.Join(strings.Fields(width.Fold.String(text)), "")
	for _, form := range forms {
		found := form.FindStringSubmatch(s)
		if found == nil {
			continue
		}
		y, _ := strconv.Atoi(found[1]) // four digits by the pattern
		m, _ := strconv.Atoi(found[2])
		if m < 1 || m > 12 {
			return Month{}, fault.Invalid("月份应在1到12之间")
		}
		if y < minYear || y > maxYear {
			return Month{}, fault.Invalid("年份应在%d到%d之间", minYear, maxYear)
		}
		return New(y, time.Month(m)), nil
	}
	return Month{}, fault.Invalid("月份格式不正确,请填写如 2026-10 或 2026年10月")
}

// MustParse is Parse for constants; it panics on what Parse refuses.
func MustParse(text string) Month {
	m, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return m
}

// IsZero reports whether m is no month.
func (m Month) IsZero() bool { return m.index == 0 }

// Year is the calendar year.
func (m Month) Year() int { return (int(m.index) - 1) / 12 }

// Month is the month within the year.
func (m Month) Month() time.Month { return time.Month((int(m.index)-1)%12 + 1) }

// First is midnight in Zone of the first day.
func (m Month) First() time.Time { return m.Date(1) }

// Last is midnight in Zone of the last day.
func (m Month) Last() time.Time { return m.Date(m.Days()) }

// Date is midnight in Zone of a day of the month.
func (m Month) Date(day int) time.Time {
	return time.Date(m.Year(), m.Month(), day, 0, 0, 0, 0, Zone)
}

// Days is the number of days in the month.
func (m Month) Days() int { return m.Next().Date(0).Day() }

// Add gives the month n months later, or earlier if n is negative.
func (m Month) Add(n int) Month { return Month{index: m.index + int32(n)} }

// Next is the following month.
func (m Month) Next() Month { return m.Add(1) }

// Prev is the preceding month.
func (m Month) Prev() Month { return m.Add(-1) }

// Sub is the number of months from other to m, negative if other is later.
func (m Month) Sub(other Month) int { return int(m.index - other.index) }

// Compare orders months for slices.SortFunc.
func (m Month) Compare(other Month) int { return int(m.index) - int(other.index) }

// Before reports whether m lies before other.
func (m Month) Before(other Month) bool { return m.index < other.index }

// After reports whether m lies after other.
func (m Month) After(other Month) bool { return m.index > other.index }

// In reports whether the day or instant lies in the month.
func (m Month) In(t time.Time) bool { return Of(t) == m }

// Span lists the months from from to to, both included; nothing if to lies before from.
func Span(from, to Month) []Month {
	var list []Month
	for m := from; !m.After(to); m = m.Next() {
		list = append(list, m)
	}
	return list
}

// String is the form of addresses and JSON, 2026-10; empty for no month.
func (m Month) String() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year(), m.Month())
}

// Title is the form of headings, 2026年10月; empty for no month.
func (m Month) Title() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月", m.Year(), m.Month())
}
