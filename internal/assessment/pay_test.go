package assessment_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"touyan/internal/assessment"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

func paidChief(score string, grade assessment.Grade) assessment.PayInput {
	pt := points.MustParse(score)
	return assessment.PayInput{Position: assessment.PayChief, PayScheme: "village", Total: pt, Normalised: pt, Grade: grade, Days: 31, MonthDays: 31}
}

func TestCalculators(t *testing.T) {
	t.Parallel()
	linear := assessment.DefaultScheme().Pay
	coeff, band, fixed, perPoint := linear, linear, linear, linear
	coeff.Calculator, band.Calculator, perPoint.Calculator = assessment.CalcGradeCoeff, assessment.CalcBand, assessment.CalcPerPoint
	fixed.Calculator, fixed.BandsFixed, fixed.FullMark = assessment.CalcBand, true, points.Of(500) // 500 points in five bands
	fixed.Bands = []assessment.Band{{From: points.Of(450), Amount: money.Yuan(600)}, {From: points.Of(400), Amount: money.Yuan(450)},
		{From: points.Of(350), Amount: money.Yuan(300)}, {From: points.Of(300), Amount: money.Yuan(150)}, {}}
	perPoint.FullMark = points.Of(90)
	half := func(in assessment.PayInput) assessment.PayInput { in.Days, in.MonthDays = 15, 30; return in }
	veto := paidChief("95", incompetent)
	veto.Veto = assessment.VetoGradeIncompetent
	for _, c := range []struct {
		name   string
		rule   assessment.PayRule
		in     assessment.PayInput
		amount string
		text   string
	}{
		{"LINEAR 86", linear, paidChief("86", competent), "564.63", "基数656.55元×86÷100=564.63元"},
		{"LINEAR above 100", linear, paidChief("107", excellent), "656.55", "基数656.55元×100÷100=656.55元"},
		{"LINEAR half a month", linear, half(paidChief("86", competent)), "282.32", "基数656.55元×86÷100=564.63元;在岗15天,564.63元×15÷30=282.32元"},
		{"GRADE_COEFF excellent", coeff, paidChief("95", excellent), "722.21", "优秀,基数656.55元×110%=722.21元"},
		{"GRADE_COEFF incompetent", coeff, paidChief("50", incompetent), "0.00", "不称职,基数656.55元×0%=0.00元"},
		{"GRADE_COEFF no grade", coeff, paidChief("95", ""), "656.55", "不定等次,基数656.55元×100%=656.55元"},
		{"BAND per cent", band, paidChief("85.5", competent), "492.41", "85.5分(满分100分)达到80分档,基数656.55元×75%=492.41元"},
		{"BAND lowest", band, paidChief("10", incompetent), "0.00", "10分(满分100分)达到0分档"},
		{"BAND fixed", fixed, paidChief("449.99", competent), "450.00", "449.99分(满分500分)达到400分档,450.00元"},
		{"PER_POINT", perPoint, paidChief("86.5", competent), "639.05", "基数656.55元-低于90分的3.5分×5.00元=639.05元"},
		{"PER_POINT above the full mark", perPoint, paidChief("99", excellent), "656.55", "低于90分的0分"},
		{"veto", linear, veto, "0.00", "一票否决,当月绩效报酬为0元"},
	} {
		got := c.rule.Pay(c.in)
		if !got.Paid || got.Amount.String() != c.amount || !strings.Contains(got.Rule, c.text) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	poor := perPoint
	poor.PerPoint = money.Yuan(50)
	if got := poor.Pay(paidChief("60", basically)); got.Amount != 0 || !strings.HasSuffix(got.Rule, "(扣完为止)") {
		t.Errorf("%+v", got)
	}
}

func TestNoLine(t *testing.T) {
	t.Parallel()
	rule := assessment.DefaultScheme().Pay
	for _, scheme := range []string{"institution", "sending_unit", "none"} {
		in := paidChief("100", excellent)
		in.PayScheme = scheme
		if got := rule.Pay(in); got.Paid || got.Base != 0 || got.Amount != 0 || got.Rule == "" {
			t.Errorf("%s: %+v", scheme, got)
		}
	}
}

func TestFitPool(t *testing.T) {
	t.Parallel()
	line := func(base, amount money.Fen) assessment.PayLine {
		return assessment.PayLine{Paid: true, Base: base, Amount: amount}
	}
	lines := []assessment.PayLine{line(10000, 11000), line(10000, 10000), {Rule: "不列"}, line(10000, 9500), line(10000, 11000)}
	fitted, over := assessment.FitPool(lines)
	if over != 1500 || fitted[0].Amount != 10250 || fitted[4].Amount != 10250 || fitted[3].Amount != 9500 || fitted[2] != lines[2] {
		t.Errorf("over %s: %+v", over, fitted)
	}
	if !strings.Contains(fitted[0].Rule, "超基数部分由10.00元压缩为2.50元,实为102.50元") || lines[0].Amount != 11000 {
		t.Errorf("%s", fitted[0].Rule)
	}
	if same, over := assessment.FitPool(lines[1:4]); over != 0 || same[0] != lines[1] {
		t.Error("within the pool nothing changes")
	}
}

func TestPayDifferences(t *testing.T) {
	t.Parallel()
	sep, oct := month.MustParse("2026-09"), month.MustParse("2026-10")
	got := assessment.PayDifferences(
		[]assessment.PayFact{{oct, 1, 60000}, {oct, 2, 50000}, {sep, 3, 40000}, {sep, 3, 5000}},
		[]assessment.PayFact{{oct, 1, 60000}, {oct, 2, 45000}, {sep, 3, 45000}, {sep, 4, 100}},
	)
	want := []assessment.PayDifference{{Month: sep, PersonID: 4, Due: 100}, {Month: oct, PersonID: 2, Paid: 50000, Due: 45000}}
	if !slices.Equal(got, want) {
		t.Fatalf("%+v", got)
	}
	if s := got[1].Sentence(); s != "2026年10月绩效报酬应为450.00元,已核定500.00元,扣回50.00元" {
		t.Error(s)
	}
	if s := got[0].Sentence(); !strings.HasSuffix(s, "补发1.00元") {
		t.Error(s)
	}
}

func TestPayProperties(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	calculators := []assessment.Calculator{assessment.CalcLinear, assessment.CalcGradeCoeff, assessment.CalcBand, assessment.CalcPerPoint}
	rapid.Check(t, func(t *rapid.T) {
		rule := s.Pay
		rule.Calculator = rapid.SampledFrom(calculators).Draw(t, "calculator")
		rule.PerPoint = money.Fen(rapid.Int64Range(0, 5000).Draw(t, "per point"))
		days := rapid.IntRange(0, 30).Draw(t, "days")
		at := func(score points.Points) assessment.PayLine {
			return rule.Pay(assessment.PayInput{Position: assessment.PayMember, PayScheme: "village", Total: score, Normalised: score,
				Grade: s.ByThreshold(score), Days: days, MonthDays: 30})
		}
		low := points.Points(rapid.Int64Range(0, 11000).Draw(t, "low"))
		high := low + points.Points(rapid.Int64Range(0, 3000).Draw(t, "more"))
		if at(low).Amount < 0 || at(high).Amount < at(low).Amount {
			t.Fatalf("%s pays %s for %s, %s for %s", rule.Calculator, at(low).Amount, low, at(high).Amount, high)
		}
		if days == 0 && at(high).Amount != 0 {
			t.Fatal("paid without a day in post")
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		whole := money.Fen(rapid.Int64Range(0, 1000000).Draw(t, "whole"))
		of := rapid.IntRange(28, 31).Draw(t, "month")
		days := rapid.IntRange(0, of).Draw(t, "days")
		sum := assessment.ProRata(whole, days, of) + assessment.ProRata(whole, of-days, of)
		if sum < whole || sum > whole+1 || assessment.ProRata(whole, of, of) != whole {
			t.Fatalf("%d and %d days of %s come to %s", days, of-days, whole, sum)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) assessment.PayLine {
			return assessment.PayLine{
				Paid: rapid.IntRange(0, 5).Draw(t, "paid") > 0,
				Base: money.Fen(rapid.Int64Range(0, 90000).Draw(t, "base")), Amount: money.Fen(rapid.Int64Range(0, 120000).Draw(t, "amount")),
			}
		}), 0, 40).Draw(t, "lines")
		for i, l := range lines {
			if !l.Paid {
				lines[i].Base, lines[i].Amount = 0, 0
			}
		}
		fitted, over := assessment.FitPool(lines)
		var pool, sum money.Fen
		raised := 0
		for i, l := range fitted {
			pool += l.Base
			sum += l.Amount
			if lines[i].Amount > lines[i].Base {
				raised++
			}
			if l.Amount > lines[i].Amount || l.Amount < min(lines[i].Amount, l.Base) {
				t.Fatalf("line %d: %+v became %+v", i, lines[i], l)
			}
		}
		if sum > pool || over > 0 && pool-sum > money.Fen(raised) {
			t.Fatalf("%s of a pool of %s", sum, pool)
		}
	})
}
