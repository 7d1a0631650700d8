package workday_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"touyan/internal/platform/month"
	"touyan/internal/platform/workday"
)

func date(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation(time.DateOnly, s, month.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestKind(t *testing.T) {
	t.Parallel()
	c := workday.Embedded()
	for day, want := range map[string]workday.Info{
		"2026-10-01": {Kind: workday.Holiday, Name: "国庆节"},
		"2026-10-10": {Kind: workday.Makeup, Name: "国庆节"},
		"2026-10-11": {Kind: workday.Weekend},
		"2026-10-12": {Kind: workday.Workday},
		"2026-01-04": {Kind: workday.Makeup, Name: "元旦"},
		"2022-12-31": {Kind: workday.Holiday, Name: "元旦"}, // stands in the file of 2023
		"2025-01-26": {Kind: workday.Makeup, Name: "春节"},
		"2027-10-01": {Kind: workday.Workday}, // not published: the plain week
		"2027-10-02": {Kind: workday.Weekend},
	} {
		if got := c.Kind(date(t, day)); got != want {
			t.Errorf("%s: %+v, want %+v", day, got, want)
		}
	}
	// A date column arrives as midnight UTC and must keep its day.
	if got := c.Kind(time.Date(2026, 10, 10, 0, 0, 0, 0, time.UTC)).Kind; got.Name() != "调休上班" {
		t.Errorf("midnight UTC: %s", got.Name())
	}
}

func TestMakeupDays(t *testing.T) {
	t.Parallel()
	for year, list := range map[int]string{
		2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
		2025: "01-26 02-08 04-27 09-28 10-11",
		2026: "01-04 02-14 02-28 05-09 09-20 10-10",
	} {
		var got []string
		y, known := workday.Embedded().Year(year)
		for _, d := range y.Days {
			if !d.Off {
				got = append(got, d.Date.Format("01-02"))
			}
		}
		if !known || strings.Join(got, " ") != list {
			t.Errorf("%d: %v", year, got)
		}
	}
}

func TestKnown(t *testing.T) {
	t.Parallel()
	c := workday.Embedded()
	for year, want := range map[int]bool{2022: false, 2023: true, 2024: true, 2025: true, 2026: true, 2027: false, 2028: false} {
		if c.Known(year) != want {
			t.Errorf("Known(%d) = %v", year, !want)
		}
	}
	if got := fmt.Sprint(c.Years()); got != "[2023 2024 2025 2026]" {
		t.Errorf("years %s", got)
	}
}

func TestCounting(t *testing.T) {
	t.Parallel()
	c := workday.Embedded()
	for _, x := range []struct {
		month string
		n     int
		want  string
	}{
		{"2026-11", 3, "2026-11-04"}, {"2026-10", 1, "2026-10-08"}, {"2026-10", 3, "2026-10-10"}, {"2026-10", 4, "2026-10-12"},
		{"2026-02", 1, "2026-02-02"}, {"2026-10", 0, "2026-10-08"}, {"2026-10", 19, "2026-11-02"},
	} {
		if got := c.NthWorkday(month.MustParse(x.month), x.n).Format(time.DateOnly); got != x.want {
			t.Errorf("working day %d of %s = %s, want %s", x.n, x.month, got, x.want)
		}
	}
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-09-30", 1, "2026-10-08"}, {"2026-10-09", 1, "2026-10-10"}, {"2026-10-08", -1, "2026-09-30"},
		{"2026-10-01", 0, "2026-10-08"}, {"2026-10-12", 0, "2026-10-12"}, {"2026-10-12", 5, "2026-10-19"},
	} {
		if got := c.AddWorkdays(date(t, x.from), x.n).Format(time.DateOnly); got != x.want {
			t.Errorf("%s %+d = %s, want %s", x.from, x.n, got, x.want)
		}
	}
	if got := c.Count(date(t, "2026-10-01"), date(t, "2026-10-31")); got != 18 {
		t.Errorf("October 2026 has %d working days", got)
	}
	if got := c.Count(date(t, "2026-10-02"), date(t, "2026-10-01")); got != 0 {
		t.Errorf("backwards %d", got)
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	y, err := workday.Parse([]byte(`{"year":2027,"papers":[],"days":[
		{"name":"元旦","date":"2026-12-31","isOffDay":true},{"name":"元旦","date":"2027-01-01","isOffDay":true},
		{"name":"元旦","date":"2027-01-03","isOffDay":false}]}`), 2027)
	if err != nil {
		t.Fatal(err)
	}
	c := workday.Embedded().With(y)
	if !c.Known(2027) || workday.Embedded().Known(2027) || !c.Known(2026) {
		t.Error("the override must stand beside the embedded years, and not in them")
	}
	if c.IsWorkday(date(t, "2026-12-31")) || !c.IsWorkday(date(t, "2027-01-03")) || !workday.Embedded().IsWorkday(date(t, "2026-12-31")) {
		t.Error("days of the override")
	}
}

func TestParseRefusals(t *testing.T) {
	t.Parallel()
	day := func(s string) string { return `{"year":2027,"papers":[],"days":[` + s + `]}` }
	for in, sentence := range map[string]string{
		`<html>`:                              "JSON",
		`{}`:                                  "缺少 year 或 days",
		`{"year":2026,"papers":[],"days":[]}`: "应为2027年",
		`{"year":27,"days":[]}`:               "年份27不正确",
		day(`{"name":"元旦","date":"2027-01-01"}`):                                                                   "isOffDay",
		day(`{"name":"元旦","date":"2027-02-30","isOffDay":true}`):                                                   "不是真实日期",
		day(`{"name":"元旦","date":"2027/1/1","isOffDay":true}`):                                                     "不是真实日期",
		day(`{"name":"元旦","date":"2026-11-30","isOffDay":true}`):                                                   "不在2027年内",
		day(`{"name":"元旦","date":"2028-01-01","isOffDay":true}`):                                                   "不在2027年内",
		day(`{"name":"","date":"2027-01-01","isOffDay":true}`):                                                     "名称为空",
		day(`{"name":"元旦","date":"2027-01-04","isOffDay":false}`):                                                  "不是周末",
		day(`{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"春节","date":"2027-01-01","isOffDay":true}`): "重复出现",
	} {
		if _, err := workday.Parse([]byte(in), 2027); err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("%s: %v; want a sentence with %s", in, err, sentence)
		}
	}
	empty, err := workday.Parse([]byte("\xef\xbb\xbf"+day("")), 2027)
	if err != nil || workday.New(empty).Known(2027) {
		t.Errorf("a year without days is no data: %v", err)
	}
}
