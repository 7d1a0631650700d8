package month_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"
	"touyan/internal/platform/month"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-10": "2026-10", "2026-1": "2026-01", " 2026年10月 ": "2026-10", "2026年1月份": "2026-01",
		"２０２６年１０月": "2026-10", "２０２６－１０": "2026-10", "2026/10": "2026-10", "2026.02": "2026-02",
		"202612": "2026-12", "2026 年 3 月": "2026-03",
		"": "", "2026-13": "", "2026-00": "", "10月": "", "0026-10": "", "2026-10-01": "", "2026": "", "十月": "",
	} {
		got, err := month.Parse(in)
		if (err != nil) != (want == "") || got.String() != want {
			t.Errorf("Parse(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestEdges(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"2024-02": 29, "2026-02": 28, "2026-12": 31, "2026-04": 30, "2000-02": 29, "1900-02": 28} {
		if got := month.MustParse(in).Days(); got != want {
			t.Errorf("Days(%s) = %d, want %d", in, got, want)
		}
	}
	m := month.MustParse("2026-10")
	if m.Title() != "2026年10月" || m.Last().Format(time.RFC3339) != "2026-10-31T00:00:00+08:00" {
		t.Errorf("title %s, last %s", m.Title(), m.Last())
	}
	if (month.Month{}).String() != "" || !(month.Month{}).IsZero() || (month.Month{}).Title() != "" {
		t.Error("the zero value must read as nothing")
	}
	if n := len(month.Span(m, m.Add(2))); n != 3 {
		t.Errorf("span of three months has %d", n)
	}
	if n := len(month.Span(m, m.Prev())); n != 0 {
		t.Errorf("span backwards has %d", n)
	}
}

func TestZone(t *testing.T) {
	t.Parallel()
	// Half past midnight on 1 November in Shanghai is still October in UTC.
	instant := time.Date(2026, 10, 31, 16, 30, 0, 0, time.UTC)
	if got := month.Of(instant).String(); got != "2026-11" {
		t.Errorf("Of = %s", got)
	}
	if month.MustParse("2026-10").In(instant) {
		t.Error("the instant belongs to November")
	}
	fromDatabase := time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)
	if !month.MustParse("2026-10").In(fromDatabase) || !month.Day(fromDatabase).Equal(month.MustParse("2026-10").Last()) {
		t.Error("a date of the database must keep its day")
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	type row struct {
		M month.Month `json:"m"`
	}
	out, err := json.Marshal(row{M: month.MustParse("2026-10")})
	if err != nil || string(out) != `{"m":"2026-10"}` {
		t.Fatalf("%s, %v", out, err)
	}
	var back row
	if err := json.Unmarshal(out, &back); err != nil || back.M.String() != "2026-10" {
		t.Fatalf("%v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"m":"x"}`), &back); err == nil {
		t.Fatal("nonsense was accepted")
	}
}

func TestPostgresForms(t *testing.T) {
	t.Parallel()
	types := pgtype.NewMap()
	want := month.MustParse("2026-10")
	for _, format := range []int16{pgtype.BinaryFormatCode, pgtype.TextFormatCode} {
		buf, err := types.Encode(pgtype.DateOID, format, want, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got month.Month
		if err := types.Scan(pgtype.DateOID, format, buf, &got); err != nil || got != want {
			t.Errorf("format %d: %v, %v", format, got, err)
		}
		var optional *month.Month
		if err := types.Scan(pgtype.DateOID, format, buf, &optional); err != nil || *optional != want {
			t.Errorf("format %d: %v, %v", format, optional, err)
		}
		if err := types.Scan(pgtype.DateOID, format, nil, &optional); err != nil || optional != nil {
			t.Errorf("NULL: %v, %v", optional, err)
		}
		list, err := types.Encode(pgtype.DateArrayOID, format, []month.Month{want, want.Next()}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var back []month.Month
		if err := types.Scan(pgtype.DateArrayOID, format, list, &back); err != nil || len(back) != 2 || back[1] != want.Next() {
			t.Errorf("array: %v, %v", back, err)
		}
	}
	if buf, err := types.Encode(pgtype.DateOID, pgtype.BinaryFormatCode, month.Month{}, nil); buf != nil || err != nil {
		t.Errorf("no month must be NULL: %v, %v", buf, err)
	}
	var m month.Month
	if err := m.Scan(time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC)); err == nil {
		t.Error("the second day of a month was accepted")
	}
	v, err := want.Value()
	if err != nil || m.Scan(v) != nil || m != want {
		t.Errorf("value %v, %v", v, err)
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.IntRange(1900, 2199).Draw(t, "year")
		m := month.New(y, time.Month(rapid.IntRange(1, 12).Draw(t, "month")))
		n := rapid.IntRange(-600, 600).Draw(t, "n")
		if m.Year() != y || m.Add(n).Add(-n) != m || m.Add(n).Sub(m) != n || m.Next().Prev() != m {
			t.Fatalf("arithmetic of %s by %d", m, n)
		}
		if back, err := month.Parse(m.String()); err != nil || back != m {
			t.Fatalf("Parse(String) = %v, %v", back, err)
		}
		if back, err := month.Parse(m.Title()); err != nil || back != m {
			t.Fatalf("Parse(Title) = %v, %v", back, err)
		}
		if !m.Last().AddDate(0, 0, 1).Equal(m.Next().First()) || !m.In(m.Last()) || !m.In(m.First()) || m.In(m.Next().First()) {
			t.Fatalf("edges of %s", m)
		}
		if want := time.Date(m.Year(), m.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day(); m.Days() != want {
			t.Fatalf("days of %s = %d", m, m.Days())
		}
	})
}
