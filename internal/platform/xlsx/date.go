package xlsx

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Precision is how much of a date was given.
type Precision uint8

// The precisions of a date in a roster.
const (
	ToYear Precision = iota + 1
	ToMonth
	ToDay
)

// Date is a date as precise as it was written; Month and Day are 0 where they were not.
type Date struct {
	Year, Month, Day int
	Precision        Precision
}

// First is the date's first day, at midnight UTC.
func (d Date) First() time.Time {
	return time.Date(d.Year, time.Month(max(d.Month, 1)), max(d.Day, 1), 0, 0, 0, 0, time.UTC)
}

var (
	packed    = regexp.MustCompile(`^(\d{4})(\d{2})?(\d{2})?$`)
	separated = regexp.MustCompile(`^(\d{4})[-./年](?:(\d{1,2})(?:[-./月](?:(\d{1,2})日?)?)?)?$`)
	clockTime = regexp.MustCompile(`[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?Z?$`)
	serial    = regexp.MustCompile(`^\d{5}(\.\d+)?$`)
)

// ParseDate reads 1985.02, 198502, 1985年2月, 1985-02-14, 19850214, a year alone, and the day numbers of spreadsheet
// programs. The error is a sentence for the user.
func ParseDate(c Cell) (Date, error) {
	if c.Blank() {
		return Date{}, errors.New("日期没有填写")
	}
	text := clockTime.ReplaceAllString(c.Text, "")
	text = squeeze(text)
	if c.Kind == Number && c.decimals == 2 && strings.HasSuffix(text, ".1") {
		text += "0" // the cell shows 1985.10
	}
	if (c.Kind == Number || c.loose) && losesZero(text) {
		return Date{}, fmt.Errorf("「%s」可能是1月,也可能是被表格软件去掉末尾0的10月,请写成%s.01或%s.10并设为文本格式",
			text, text[:4], text[:4])
	}
	if serial.MatchString(text) {
		return fromSerial(text)
	}
	m := packed.FindStringSubmatch(text)
	if m == nil {
		m = separated.FindStringSubmatch(text)
	}
	if m == nil {
		return Date{}, fmt.Errorf("「%s」不是日期,请写成1985.02或1985-02-14", clip(c.Text))
	}
	return newDate(m[1], m[2], m[3])
}

// losesZero holds for the number 1985.1, which is also what a typed 1985.10 becomes.
func losesZero(text string) bool { return len(text) == 6 && strings.HasSuffix(text, ".1") }

func fromSerial(text string) (Date, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v < 7306 || v > 73415 { // 1920 to 2100
		return Date{}, fmt.Errorf("「%s」不是日期,请写成1985.02或1985-02-14", text)
	}
	t, err := excelize.ExcelDateToTime(v, false)
	if err != nil {
		return Date{}, fmt.Errorf("「%s」不是日期,请写成1985.02或1985-02-14", text)
	}
	return Date{t.Year(), int(t.Month()), t.Day(), ToDay}, nil
}

func newDate(year, month, day string) (Date, error) {
	d := Date{Precision: ToYear}
	d.Year, _ = strconv.Atoi(year)
	if d.Year < 1900 || d.Year > 2100 {
		return Date{}, fmt.Errorf("年份%d不在1900至2100之间", d.Year)
	}
	if month == "" {
		return d, nil
	}
	d.Month, _ = strconv.Atoi(month)
	d.Precision = ToMonth
	if d.Month < 1 || d.Month > 12 {
		return Date{}, fmt.Errorf("没有%d月", d.Month)
	}
	if day == "" {
		return d, nil
	}
	d.Day, _ = strconv.Atoi(day)
	d.Precision = ToDay
	if d.Day < 1 || d.First().Day() != d.Day {
		return Date{}, fmt.Errorf("%d年%d月没有%d日", d.Year, d.Month, d.Day)
	}
	return d, nil
}

// clip keeps a message short when a cell holds a paragraph.
func clip(text string) string {
	if r := []rune(text); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return text
}
