package idcard_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
	"touyan/internal/platform/idcard"
)

var today = time.Date(2026, 10, 15, 0, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in, number, birth string
		sex               idcard.Sex
		area              string
	}{
		{"621202198502140019", "621202198502140019", "1985-02-14", idcard.Male, "武都区"},
		{"622621197203051021", "622621197203051021", "1972-03-05", idcard.Female, "武都县"},
		{" 621202 19901130 0035\u200b", "621202199011300035", "1990-11-30", idcard.Male, "武都区"},
		{"'６２１２０２１９８５０２１４００１９", "621202198502140019", "1985-02-14", idcard.Male, "武都区"},
		{"11010519491231002x", "11010519491231002X", "1949-12-31", idcard.Female, "朝阳区"},
		{"11010519491231002ｘ", "11010519491231002X", "1949-12-31", idcard.Female, "朝阳区"},
	} {
		got, err := idcard.Parse(c.in, today)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		if got.Number != c.number || got.Birth.Format(time.DateOnly) != c.birth || got.Sex != c.sex || got.AreaName != c.area || got.Warning() != "" {
			t.Errorf("Parse(%q) = %+v, %q", c.in, got, got.Warning())
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	later := idcard.Make("621202", today.AddDate(0, 0, 1), 1, idcard.Male)
	for in, sentence := range map[string]string{
		"": "请填写", "6.21202E+17": "科学计数法,末几位丢失,请按文本重填", "6.21202198502140E+17": "科学计数法", "6E17": "科学计数法",
		"621202850214001": "15位旧号", "62120219850214001": "现为17位", "6212021985021400190": "现为19位",
		"62120219850214001A": "末位数字或X", "身份证": "末位数字或X", "X21202198502140019": "末位数字或X",
		"621202198502300015": "不是真实日期", "621202189902140019": "不是真实日期", later: "晚于今天",
		"621202198502140018": "校验位不符", "621202198502150000": "按数字截断",
	} {
		_, err := idcard.Parse(in, today)
		if err == nil || !strings.Contains(err.Error(), sentence) {
			t.Errorf("Parse(%q): %v; want a sentence with %s", in, err, sentence)
		} else if len(in) >= 15 && strings.Contains(err.Error(), in) {
			t.Errorf("the sentence repeats the number: %v", err)
		}
	}
}

func TestUnknownAreaWarns(t *testing.T) {
	t.Parallel()
	c, err := idcard.Parse(idcard.Make("629999", today.AddDate(-40, 0, 0), 3, idcard.Female), today)
	if err != nil || c.Warning() == "" || c.AreaCode != "629999" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	c, err := idcard.Parse("621202198502140019", today)
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]int{"2026-02-13": 40, "2026-02-14": 41, "2026-10-15": 41} {
		day, _ := time.Parse(time.DateOnly, on)
		if got := c.Age(day); got != want {
			t.Errorf("age on %s = %d, want %d", on, got, want)
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][3]string{
		"621202198502140019": {"621202********0019", "621************019", "0019"},
		"":                   {"", "", ""},
		"62120219850214":     {strings.Repeat("*", 18), strings.Repeat("*", 18), ""},
	} {
		if got := [3]string{idcard.Mask(in), idcard.MaskStrict(in), idcard.LastFour(in)}; got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

func TestNear(t *testing.T) {
	t.Parallel()
	const a = "621202198502140019"
	for b, want := range map[string]bool{
		a: false, "621202198502140018": true, "621202198502140091": true, "621202198512140118": false, "62120219850214001": false, "": false,
	} {
		if idcard.Near(a, b) != want {
			t.Errorf("Near(%s) = %v", b, !want)
		}
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		birth := time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 34000).Draw(t, "day"))
		sex := rapid.SampledFrom([]idcard.Sex{idcard.Male, idcard.Female}).Draw(t, "sex")
		number := idcard.Make(rapid.SampledFrom([]string{"621202", "622621", "110105"}).Draw(t, "area"), birth, rapid.IntRange(0, 499).Draw(t, "seq"), sex)
		card, err := idcard.Parse(number, today)
		if err != nil || card.Number != number || card.Sex != sex || !card.Birth.Equal(birth) {
			t.Fatalf("Parse(%s) = %+v, %v", number, card, err)
		}
		// One wrong character is always found, by the checksum or by an earlier rule.
		i := rapid.IntRange(0, 17).Draw(t, "i")
		wrong := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		if number[i] != wrong {
			changed := number[:i] + string(wrong) + number[i+1:]
			if _, err := idcard.Parse(changed, today); err == nil {
				t.Fatalf("%s was accepted beside %s", changed, number)
			}
			if !idcard.Near(number, changed) {
				t.Fatalf("%s and %s are near", changed, number)
			}
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		_, _ = idcard.Parse(rapid.String().Draw(t, "text"), today) // must not panic
	})
}
