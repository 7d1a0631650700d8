package assessment_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
	"touyan/internal/assessment"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

func TestParseTyped(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	base, _ := s.Dimension("governance") // of 20
	bonus, _ := s.Dimension("bonus")     // to 10
	score, deduct := assessment.ModeScore, assessment.ModeDeduct
	for _, c := range []struct {
		text string
		mode assessment.EntryMode
		d    assessment.Dimension
		want string // the difference, or the refusal
	}{
		{"18", score, base, "-2"}, {"20", score, base, "0"}, {"0", score, base, "-20"}, {"", score, base, "0"}, {" ", deduct, base, "0"},
		{"2", deduct, base, "-2"}, {"0", deduct, base, "0"}, {"-2", deduct, base, "-2"}, {"-2", score, base, "-2"},
		{"－２", score, base, "-2"}, {"−0.5", deduct, base, "-0.5"}, {"１８．５", score, base, "-1.5"}, {"-20", score, base, "-20"},
		{"-0", score, base, "0"}, {"18分", score, base, "-2"},
		{"+1", score, bonus, "1"}, {"1", deduct, bonus, "1"}, {"＋1.5", score, bonus, "1.5"}, {"0", score, bonus, "0"},
		{"20.01", score, base, "满分20分,不能填20.01"}, {"21", deduct, base, "最多扣20分,不能扣21"}, {"-21", score, base, "最多扣20分"},
		{"+1", score, base, "加分请填在加分栏"}, {"+1", deduct, base, "加分请填在加分栏"}, {"-1", score, bonus, "加分栏不能填负数"},
		{"11", score, bonus, "最多10分"}, {"1e309", score, base, "科学计数法"}, {"优", deduct, base, "数字"}, {"1.234", deduct, base, "两位小数"},
		{"99999", score, base, "过大"},
	} {
		got, err := assessment.ParseTyped(c.text, c.mode, c.d)
		if err != nil {
			if !strings.Contains(fault.Of(err).Sentence, c.want) {
				t.Errorf("%q (%s, %s): %v; want %s", c.text, c.mode, c.d.Code, err, c.want)
			}
			continue
		}
		if got.String() != c.want {
			t.Errorf("%q (%s, %s): %s; want %s", c.text, c.mode, c.d.Code, got, c.want)
		}
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	minus := func(dimension, item, pt string) assessment.Entry {
		return assessment.Entry{Dimension: dimension, Item: item, Points: points.MustParse(pt)}
	}
	for _, c := range []struct {
		name               string
		entries            []assessment.Entry
		base, bonus, total string
		veto               assessment.VetoEffect
	}{
		{"untouched", nil, "100", "0", "100", ""},
		{"two deductions, one open", []assessment.Entry{minus("governance", "", "-2"), minus("learning", "training_absence", "-2")}, "96", "0", "96", ""},
		{"a cell stops at 0", []assessment.Entry{minus("learning", "", "-8"), minus("learning", "training_absence", "-6")}, "90", "0", "90", ""},
		{"a capped item stops at its cap", []assessment.Entry{minus("governance", "accident", "-1.5"), minus("governance", "accident", "-1.5")}, "98", "0", "98", ""},
		{"the bonus stops at its cap", []assessment.Entry{minus("bonus", "commended_city", "6"), minus("bonus", "commended_city", "6")}, "100", "10", "110", ""},
		{"no excellent", []assessment.Entry{minus("integrity", "disciplined", "0")}, "100", "0", "100", assessment.VetoNoExcellent},
		{"the stronger veto wins", []assessment.Entry{minus("integrity", "judicial_case", "0"), minus("integrity", "disciplined", "0")}, "100", "0", "100", assessment.VetoGradeIncompetent},
	} {
		got := s.Score(c.entries)
		if got.Base.String() != c.base || got.Bonus.String() != c.bonus || got.Total.String() != c.total || got.Veto != c.veto || got.Normalised != got.Total {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestEntriesForTyped(t *testing.T) {
	t.Parallel()
	d, _ := assessment.DefaultScheme().Dimension("learning")
	absent := assessment.Entry{Dimension: "learning", Item: "training_absence", Points: points.Of(-2), Clause: "学习管理", Reason: "10月9日培训"}
	open := assessment.Entry{Dimension: "learning", Points: points.Of(-1)}
	veto := assessment.Entry{Dimension: "learning", Item: "some_veto"}

	got, err := assessment.EntriesForTyped(nil, d, points.Of(-3))
	if err != nil || len(got) != 1 || got[0].Points != points.Of(-3) || got[0].Grounded() {
		t.Errorf("a new deduction is one open entry: %+v, %v", got, err)
	}
	got, err = assessment.EntriesForTyped([]assessment.Entry{absent, veto}, d, points.Of(-4))
	if err != nil || len(got) != 2 || got[1].Points != points.Of(-4) || got[1].Reason != absent.Reason || got[0] != veto {
		t.Errorf("the one entry keeps its ground: %+v, %v", got, err)
	}
	if _, err = assessment.EntriesForTyped([]assessment.Entry{absent, open}, d, points.Of(-4)); err == nil {
		t.Error("with two entries nobody knows which is meant")
	}
	if got, err = assessment.EntriesForTyped([]assessment.Entry{absent, open}, d, points.Of(-3)); err != nil || len(got) != 2 {
		t.Errorf("confirming the sum changes nothing: %+v, %v", got, err)
	}
	if got, err = assessment.EntriesForTyped([]assessment.Entry{absent, open}, d, 0); err != nil || len(got) != 0 {
		t.Errorf("full marks remove the entries: %+v, %v", got, err)
	}
}

func TestCheckEntry(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	entry := func(dimension, item, pt string) assessment.Entry {
		return assessment.Entry{Dimension: dimension, Item: item, Points: points.MustParse(pt)}
	}
	for _, c := range []struct {
		e        assessment.Entry
		sentence string
	}{
		{entry("learning", "training_absence", "-2"), ""},
		{entry("learning", "", "-2"), ""},
		{entry("bonus", "contest_rank", "3"), ""},
		{entry("integrity", "judicial_case", "0"), ""},
		{entry("gone", "", "-2"), "没有这个维度"},
		{entry("learning", "", "0"), "请填写分值"},
		{entry("learning", "", "2"), "加分请填在加分栏"},
		{entry("bonus", "", "-2"), "加分栏不能填负数"},
		{entry("learning", "contest_rank", "3"), "没有这项考评内容"},
		{entry("learning", "training_absence", "2"), "是扣分项"},
		{entry("bonus", "contest_rank", "-1"), "是加分项"},
		{entry("integrity", "judicial_case", "-1"), "一票否决项"},
		{entry("learning", "training_absence", "-11"), "最多10分"},
		{entry("party_building", "no_new_member", "0"), "不适用于该职务"},
	} {
		got, err := s.CheckEntry(c.e, "clerk")
		if c.sentence == "" && (err != nil || (c.e.Item != "") != got.Grounded()) {
			t.Errorf("%+v: %+v, %v", c.e, got, err)
		}
		if c.sentence != "" && (err == nil || !strings.Contains(fault.Of(err).Sentence, c.sentence)) {
			t.Errorf("%+v: %v; want %s", c.e, err, c.sentence)
		}
	}
}

func TestTypedNumbersMeanWhatTheCellShows(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(s.Dimensions).Draw(t, "dimension")
		value := points.Points(rapid.Int64Range(0, int64(d.Max)).Draw(t, "value"))
		mode := rapid.SampledFrom([]assessment.EntryMode{assessment.ModeScore, assessment.ModeDeduct}).Draw(t, "mode")
		text := value.String()
		if d.Kind == assessment.DimensionBase && mode == assessment.ModeDeduct {
			text = (d.Max - value).String()
		}
		difference, err := assessment.ParseTyped(text, mode, d)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := assessment.EntriesForTyped(nil, d, difference)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Score(entries).Cells[d.Code]; got != value {
			t.Fatalf("%s typed as %q in mode %s became %s", value, text, mode, got)
		}
	})
}

func TestScoresStayInRange(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	rapid.Check(t, func(t *rapid.T) {
		entries := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) assessment.Entry {
			item := rapid.SampledFrom(s.Items).Draw(t, "item")
			pt := points.Points(rapid.Int64Range(1, 1000).Draw(t, "points"))
			if item.Kind == assessment.ItemDeduct {
				pt = -pt
			}
			return assessment.Entry{Dimension: item.Dimension, Item: item.Code, Points: pt}
		}), 0, 30).Draw(t, "entries")
		got := s.Score(entries)
		if got.Total < 0 || got.Total > s.TotalCap || got.Bonus > s.BonusCap || got.Base > s.FullMarks() {
			t.Fatalf("%+v", got)
		}
		reversed := make([]assessment.Entry, 0, len(entries))
		for i := len(entries) - 1; i >= 0; i-- {
			reversed = append(reversed, entries[i])
		}
		if again := s.Score(reversed); again.Total != got.Total || again.Veto != got.Veto {
			t.Fatalf("the order of entries matters: %+v, %+v", got, again)
		}
	})
}

func TestBonusCapHoldsOverAllBonusDimensions(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	s.Dimensions = append(s.Dimensions, assessment.Dimension{Code: "bonus_town", Title: "乡镇加分", Max: points.Of(10), Kind: assessment.DimensionBonus})
	got := s.Score([]assessment.Entry{{Dimension: "bonus", Points: points.Of(8)}, {Dimension: "bonus_town", Points: points.Of(7)}, {Dimension: "learning", Points: points.Of(-6)}})
	if got.Bonus != points.Of(10) || got.Total != points.Of(104) {
		t.Errorf("%+v", got)
	}
}
