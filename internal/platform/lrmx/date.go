package lrmx

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"
)

var (
	digits = regexp.MustCompile(`^\d+$`)
	spoken = regexp.MustCompile(`^(\d{4})[.年/-](\d{1,2})月?(?:[./-]?(\d{1,2})日?)?$`)
)

// tidyDate gives a date as yyyyMM, or as yyyyMMdd where the day is kept and known; a year alone stays a year. The second
// result is a sentence about what could not be read, in which case the text stays as it is.
func tidyDate(text string, keepDay bool) (string, string) {
	s := strings.Join(strings.Fields(width.Fold.String(text)), "")
	if s == "" {
		return "", ""
	}
	year, mon, dom := "", "", ""
	if d := strings.ReplaceAll(s, ".", ""); digits.MatchString(d) && (len(d) == 4 || len(d) == 6 || len(d) == 8) {
		d += "    "
		year, mon, dom = d[:4], strings.TrimSpace(d[4:6]), strings.TrimSpace(d[6:min(8, len(d))])
	} else if found := spoken.FindStringSubmatch(s); found != nil {
		year, mon, dom = found[1], found[2], found[3]
	} else {
		return text, "日期无法识别,应为6位年月"
	}
	y, _ := strconv.Atoi(year) // digits by the patterns
	m, _ := strconv.Atoi(mon)
	d, _ := strconv.Atoi(dom)
	switch {
	case y < 1900 || y > 2199:
		return text, "年份不在1900至2199之间"
	case mon == "":
		return year, "只有年份,没有月份"
	case m < 1 || m > 12:
		return text, "月份不在1至12之间"
	case !keepDay || d == 0:
		return time.Date(y, time.Month(m), 1, 0, 0, 0, 0, time.UTC).Format("200601"), ""
	}
	on := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if on.Month() != time.Month(m) {
		return text, "不是真实的日期"
	}
	return on.Format("20060102"), ""
}

// tidyJoined tidies 入党时间, which may name a democratic party beside or instead of the month.
func tidyJoined(text string) (string, string) {
	if d, problem := tidyDate(text, false); problem == "" || digits.MatchString(d) {
		return d, problem
	}
	var parts []string
	for _, p := range strings.FieldsFunc(text, func(r rune) bool { return r == '；' || r == ';' }) {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		if d, problem := tidyDate(p, false); problem == "" {
			p = d
		}
		parts = append(parts, p)
	}
	return strings.Join(parts, "；"), ""
}

// MonthOf reads the month of a date on a form, of four, six or eight digits; a year alone has none.
func MonthOf(text string) (time.Time, bool) {
	s, problem := tidyDate(text, false)
	if s == "" || problem != "" {
		return time.Time{}, false
	}
	t, err := time.Parse("200601", s)
	return t, err == nil
}

// Dotted is how the form shows a date: 1985.02, with the day 1985.02.14. Text stays as it is.
func Dotted(text string) string {
	switch {
	case !digits.MatchString(text):
		return text
	case len(text) == 6:
		return text[:4] + "." + text[4:]
	case len(text) == 8:
		return text[:4] + "." + text[4:6] + "." + text[6:]
	}
	return text
}

// Age is the age in full years by months, as personnel files count it.
func Age(birth, on time.Time) int {
	n := on.Year() - birth.Year()
	if on.Month() < birth.Month() {
		n--
	}
	return n
}

// BirthAndAge is the cell 出生年月 of the form: 1985.02 (39岁).
func BirthAndAge(text string, on time.Time) string {
	born, ok := MonthOf(text)
	if !ok || born.After(on) {
		return Dotted(text)
	}
	return Dotted(text) + " (" + strconv.Itoa(Age(born, on)) + "岁)"
}
