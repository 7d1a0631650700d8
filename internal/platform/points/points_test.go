package points_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"
	"touyan/internal/platform/points"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"98.5": "98.5", "100": "100", "-2": "-2", "＋1.5": "1.5", "９８．５": "98.5", " 9 8 ": "98", "98.50": "98.5",
		"98.500": "98.5", "0": "0", "-0": "0", "007": "7", "0.25": "0.25", "−3": "-3", "－３": "-3", "85分": "85",
		"9999.99": "9999.99", "98。5": "98.5", "\u300098": "98", "00001": "1",
	} {
		got, err := points.Parse(in)
		if err != nil || got.String() != want {
			t.Errorf("Parse(%q) = %s, %v; want %s", in, got, err, want)
		}
	}
	for in, sentence := range map[string]string{
		"": "请填写", "  ": "请填写", "1e309": "科学计数法", "1E2": "科学计数法", "NaN": "数字", "Inf": "数字", "0x1F": "数字",
		"98.555": "两位小数", "优秀": "数字", "98.5.1": "数字", ".5": "数字", "5.": "数字", "--2": "数字", "1,000": "数字", "-": "数字",
		"10000": "过大", "99999999999999999999999": "过大", "９８ａ": "数字", "½": "数字", "٣": "数字",
	} {
		if got, err := points.Parse(in); err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("Parse(%q) = %s, %v; want a sentence with %s", in, got, err, sentence)
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p                    points.Points
		short, fixed, signed string
	}{
		{points.Of(100), "100", "100.00", "+100"}, {9850, "98.5", "98.50", "+98.5"}, {-25, "-0.25", "-0.25", "-0.25"},
		{0, "0", "0.00", "0"}, {5, "0.05", "0.05", "+0.05"}, {-1000, "-10", "-10.00", "-10"},
	} {
		if c.p.String() != c.short || c.p.Fixed() != c.fixed || c.p.Signed() != c.signed {
			t.Errorf("%d: %s %s %s", int64(c.p), c.p, c.p.Fixed(), c.p.Signed())
		}
	}
}

func TestArithmetic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ p, num, den, want int64 }{
		{10000, 1, 3, 3333}, {10000, 2, 3, 6667}, {1, 1, 2, 1}, {-1, 1, 2, -1}, {5, -1, 2, -3}, {105, 100, 110, 95}, {0, 7, 9, 0},
	} {
		if got := points.Points(c.p).MulRatio(c.num, c.den); int64(got) != c.want {
			t.Errorf("%d × %d/%d = %d, want %d", c.p, c.num, c.den, int64(got), c.want)
		}
	}
	if avg, ok := points.Average([]points.Points{100, 101}); !ok || avg != 101 {
		t.Errorf("average %d", int64(avg))
	}
	if _, ok := points.Average(nil); ok {
		t.Error("nothing has no average")
	}
	if got := points.Of(120).Clamp(0, points.Of(110)); got != points.Of(110) {
		t.Errorf("clamp %s", got)
	}
}

func TestPostgresForms(t *testing.T) {
	t.Parallel()
	types := pgtype.NewMap()
	for _, want := range []points.Points{0, 1, -1, 100, 9850, -25, 999999, 10000, 1000000} {
		for _, format := range []int16{pgtype.BinaryFormatCode, pgtype.TextFormatCode} {
			buf, err := types.Encode(pgtype.NumericOID, format, want, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got points.Points
			if err := types.Scan(pgtype.NumericOID, format, buf, &got); err != nil || got != want {
				t.Errorf("numeric %d: %s, %v; want %s", format, got, err, want)
			}
			var optional *points.Points
			if err := types.Scan(pgtype.NumericOID, format, nil, &optional); err != nil || optional != nil {
				t.Errorf("NULL: %v, %v", optional, err)
			}
			list, err := types.Encode(pgtype.NumericArrayOID, format, []points.Points{want, 7}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var back []points.Points
			if err := types.Scan(pgtype.NumericArrayOID, format, list, &back); err != nil || len(back) != 2 || back[0] != want {
				t.Errorf("array: %v, %v", back, err)
			}
		}
		v, err := want.Value()
		var got points.Points
		if err != nil || got.Scan(v) != nil || got != want {
			t.Errorf("database/sql: %v, %v", v, err)
		}
	}
	if _, err := types.Encode(pgtype.Int4OID, pgtype.BinaryFormatCode, points.Points(9850), nil); err == nil {
		t.Error("98.5 went into an integer")
	}
	var p points.Points
	for _, bad := range []string{"98.555", "NaN", "Infinity", "x"} {
		if err := p.Scan(bad); err == nil {
			t.Errorf("scan of %s was accepted", bad)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	out, err := json.Marshal(map[string]points.Points{"v": 9850})
	if err != nil || string(out) != `{"v":98.5}` {
		t.Fatalf("%s, %v", out, err)
	}
	for in, want := range map[string]points.Points{`98.5`: 9850, `"９８"`: 9800, `-2`: -200} {
		var p points.Points
		if err := json.Unmarshal([]byte(in), &p); err != nil || p != want {
			t.Errorf("%s: %s, %v", in, p, err)
		}
	}
	var p points.Points
	if err := json.Unmarshal([]byte(`1e309`), &p); err == nil {
		t.Error("1e309 was accepted")
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := points.Points(rapid.Int64Range(-int64(points.Max), int64(points.Max)).Draw(t, "p"))
		for _, text := range []string{p.String(), p.Fixed(), p.Signed()} {
			if back, err := points.Parse(text); err != nil || back != p {
				t.Fatalf("Parse(%q) = %s, %v", text, back, err)
			}
		}
		n := rapid.Int64Range(1, 1000).Draw(t, "n")
		if p.MulRatio(n, n) != p || (-p).MulRatio(1, n) != -p.MulRatio(1, n) {
			t.Fatalf("ratio of %s by %d", p, n)
		}
		if diff := p.MulRatio(1, n)*points.Points(2*n) - 2*p; diff > points.Points(n) || diff < -points.Points(n) {
			t.Fatalf("%s / %d is further than half a hundredth away", p, n)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if p, err := points.Parse(text); err == nil && (p > points.Max || p < -points.Max) {
			t.Fatalf("Parse(%q) = %s", text, p)
		}
	})
}
