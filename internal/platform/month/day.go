package month

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"
	"touyan/internal/platform/fault"
)

var dayForms = []*regexp.Regexp{
	regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$`),
	regexp.MustCompile(`^(\d{4})年(\d{1,2})月(\d{1,2})日?$`),
	regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`),
}

// ParseDay reads 2026-10-31, 2026/10/31, 2026.10.31, 20261031 and 2026年10月31日, also in full-width digits and with spaces,
// as midnight in Zone. A day that the calendar does not have is refused, never moved into the next month.
func ParseDay(text string) (time.Time, error) {
	s := strings.Join(strings.Fields(width.Fold.String(text)), "")
	for _, form := range dayForms {
		found := form.FindStringSubmatch(s)
		if found == nil {
			continue
		}
		y, _ := strconv.Atoi(found[1]) // digits by the pattern
		m, _ := strconv.Atoi(found[2])
		d, _ := strconv.Atoi(found[3])
		t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, Zone)
		if t.Month() == time.Month(m) && t.Day() == d && y >= minYear && y <= maxYear {
			return t, nil
		}
	}
	return time.Time{}, fault.Invalid("%s", NoSuch("日期", text))
}

// NoSuch says that a day or month that somebody typed, or an address holds, is none.
func NoSuch(what, typed string) string {
	shown := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, typed)
	if long := []rune(shown); len(long) > 20 {
		shown = string(long[:20]) + "…"
	}
	return what + "“" + shown + "”不存在"
}
