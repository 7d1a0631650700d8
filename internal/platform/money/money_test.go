package money_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"
	"touyan/internal/platform/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]money.Fen{
		"1,531.95": 153195, "1531.95": 153195, "１，５３１．９５": 153195, "￥1531.95": 153195, "¥ 1,531.95元": 153195,
		"0": 0, "-5": -500, "-¥5": -500, "¥-5": -500, "+3.1": 310, "100元": 10000, "1.50": 150, "1.500": 150, "9999999999.99": money.Max,
		"1,000,000": 100000000, " 1 531.95 ": 153195, "001": 100,
	} {
		got, err := money.Parse(in)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v; want %d", in, int64(got), err, int64(want))
		}
	}
	for in, sentence := range map[string]string{
		"": "请填写", "元": "请填写", "1e3": "科学计数法", "NaN": "数字", "1.555": "两位小数", "一百": "数字", "1,5": "数字", "1531,95": "数字",
		",531": "数字", "1.5.5": "数字", "5.": "数字", ".5": "数字", "10000000000": "过大", "--5": "数字", "-¥-5": "数字", "1,,000": "数字",
	} {
		if got, err := money.Parse(in); err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("Parse(%q) = %s, %v; want a sentence with %s", in, got, err, sentence)
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	for f, want := range map[money.Fen][2]string{
		153195: {"1531.95", "1,531.95元"}, 0: {"0.00", "0.00元"}, 5: {"0.05", "0.05元"}, -123456789: {"-1234567.89", "-1,234,567.89元"},
		money.Yuan(100): {"100.00", "100.00元"}, money.Yuan(1000): {"1000.00", "1,000.00元"},
	} {
		if f.String() != want[0] || f.Format() != want[1] {
			t.Errorf("%d: %s %s", int64(f), f, f.Format())
		}
	}
	if out, err := json.Marshal(map[string]money.Fen{"v": 153195}); err != nil || string(out) != `{"v":"1531.95"}` {
		t.Errorf("%s, %v", out, err)
	}
}

func TestArithmetic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ f, num, den, want int64 }{
		{10000, 1, 3, 3333}, {10000, 2, 3, 6667}, {1, 1, 2, 1}, {-1, 1, 2, -1}, {153195, 17, 31, 84010}, {100, 1, -3, -33}, {0, 5, 7, 0},
	} {
		if got := money.MulRatio(money.Fen(c.f), c.num, c.den); int64(got) != c.want {
			t.Errorf("%d × %d/%d = %d, want %d", c.f, c.num, c.den, int64(got), c.want)
		}
	}
	if money.Fen(150).RoundYuan() != 200 || money.Fen(149).RoundYuan() != 100 || money.Fen(-150).RoundYuan() != -200 {
		t.Error("rounding to yuan")
	}
	parts := money.Split(10000, []int64{1, 1, 1})
	if parts[0] != 3334 || parts[1] != 3333 || money.Sum(parts) != 10000 {
		t.Errorf("split %v", parts)
	}
	if got := money.Sum(money.Split(100, []int64{0, -1})); got != 0 {
		t.Errorf("split over nothing %d", int64(got))
	}
}

func TestPostgresForms(t *testing.T) {
	t.Parallel()
	types := pgtype.NewMap()
	for _, want := range []money.Fen{0, 1, -1, 153195, -500, money.Max, 10000} {
		for _, format := range []int16{pgtype.BinaryFormatCode, pgtype.TextFormatCode} {
			for _, oid := range []uint32{pgtype.Int8OID, pgtype.NumericOID} {
				buf, err := types.Encode(oid, format, want, nil)
				if err != nil {
					t.Fatal(err)
				}
				var got money.Fen
				if err := types.Scan(oid, format, buf, &got); err != nil || got != want {
					t.Errorf("oid %d format %d: %s, %v; want %s", oid, format, got, err, want)
				}
				var optional *money.Fen
				if err := types.Scan(oid, format, nil, &optional); err != nil || optional != nil {
					t.Errorf("NULL: %v, %v", optional, err)
				}
			}
			list, err := types.Encode(pgtype.Int8ArrayOID, format, []money.Fen{want, 7}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var plain []int64
			if err := types.Scan(pgtype.Int8ArrayOID, format, list, &plain); err != nil || plain[0] != int64(want) {
				t.Errorf("bigint[]: %v, %v", plain, err)
			}
		}
	}
	var f money.Fen
	if err := f.ScanNumeric(pgtype.Numeric{Int: big.NewInt(153195), Exp: -2, Valid: true}); err == nil {
		t.Error("yuan with a fraction were taken for fen")
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	amount := rapid.Int64Range(-int64(money.Max), int64(money.Max))
	rapid.Check(t, func(t *rapid.T) {
		f := money.Fen(amount.Draw(t, "f"))
		for _, text := range []string{f.String(), f.Format(), f.Grouped()} {
			if back, err := money.Parse(text); err != nil || back != f {
				t.Fatalf("Parse(%q) = %s, %v", text, back, err)
			}
		}
		n := rapid.Int64Range(1, 10000).Draw(t, "n")
		if money.MulRatio(f, n, n) != f || money.MulRatio(-f, 1, n) != -money.MulRatio(f, 1, n) {
			t.Fatalf("ratio of %s by %d", f, n)
		}
		if diff := int64(money.MulRatio(f, 1, n))*2*n - 2*int64(f); diff > n || diff < -n {
			t.Fatalf("%s / %d is further than half a fen away", f, n)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		f := money.Fen(amount.Draw(t, "f"))
		weights := rapid.SliceOfN(rapid.Int64Range(0, 400), 1, 40).Draw(t, "weights")
		var total int64
		for _, w := range weights {
			total += w
		}
		parts := money.Split(f, weights)
		if total > 0 && money.Sum(parts) != f {
			t.Fatalf("parts of %s add up to %s", f, money.Sum(parts))
		}
		for i, p := range parts {
			if total > 0 {
				if exact := money.MulRatio(f, weights[i], total); p-exact > 1 || exact-p > 1 {
					t.Fatalf("part %d is %s, near %s", i, p, exact)
				}
			}
		}
	})
}
