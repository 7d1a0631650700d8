package assessment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// Calculator is one of the four ways from a final result to an amount.
type Calculator string

// The calculators. Each gives an amount for the whole month; days in post are applied afterwards.
const (
	CalcLinear     Calculator = "LINEAR"      // base × min(normalised, 100) ÷ 100
	CalcGradeCoeff Calculator = "GRADE_COEFF" // base × the grade's coefficient
	CalcBand       Calculator = "BAND"        // what the band of the score pays
	CalcPerPoint   Calculator = "PER_POINT"   // base less so much for every point below the full mark
)

// Title names the calculator.
func (c Calculator) Title() string {
	switch c {
	case CalcLinear:
		return "按得分比例"
	case CalcGradeCoeff:
		return "按等次系数"
	case CalcBand:
		return "按分数段"
	case CalcPerPoint:
		return "按分扣减"
	}
	return ""
}

// PaySchemeVillage is the one pay scheme of an appointment that brings performance pay from the village's budget.
const PaySchemeVillage = "village"

// PayInput is a final result as the calculators read it.
type PayInput struct {
	Position   PayPosition
	PayScheme  string
	Total      points.Points // as scored: BAND and PER_POINT
	Normalised points.Points // to 100: LINEAR
	Grade      Grade
	Veto       VetoEffect
	Days       int // in post
	MonthDays  int
}

// PayLine is a line of the 绩效核算表, or the reason why there is none.
type PayLine struct {
	Paid   bool      // false: no line at all
	Base   money.Fen // performance base for the days in post; the sum of a township is its pool
	Amount money.Fen
	Rule   string // how the amount came about, for the reader
}

// Pay calculates one cadre's performance pay.
func (r PayRule) Pay(in PayInput) PayLine {
	switch in.PayScheme {
	case PaySchemeVillage:
	case "institution":
		return PayLine{Rule: "按事业单位待遇发放工资,参加考评,不列绩效报酬"}
	case "sending_unit":
		return PayLine{Rule: "报酬由派出单位发放,参加考评,不列绩效报酬"}
	default:
		return PayLine{Rule: "不领取村级报酬,不列绩效报酬"}
	}
	base := r.Base[in.Position]
	line := PayLine{Paid: true, Base: ProRata(base, in.Days, in.MonthDays)}
	if in.Veto == VetoGradeIncompetent {
		line.Rule = "一票否决,当月绩效报酬为0元"
		return line
	}
	full, rule := r.fullMonth(base, in)
	line.Amount = ProRata(full, in.Days, in.MonthDays)
	if in.Days < in.MonthDays {
		rule += fmt.Sprintf(";在岗%d天,%s×%d÷%d=%s", in.Days, full.Format(), in.Days, in.MonthDays, line.Amount.Format())
	}
	line.Rule = rule
	return line
}

// fullMonth applies the calculator as if the cadre had been in post all month.
func (r PayRule) fullMonth(base money.Fen, in PayInput) (money.Fen, string) {
	switch r.Calculator {
	case CalcLinear:
		score := in.Normalised.Clamp(0, points.Of(100))
		amount := money.MulRatio(base, int64(score), int64(points.Of(100)))
		return amount, fmt.Sprintf("基数%s×%s÷100=%s", base.Format(), score, amount.Format())
	case CalcGradeCoeff:
		p := r.GradeCoeff.of(in.Grade)
		amount := money.MulRatio(base, int64(p), 100)
		return amount, fmt.Sprintf("%s,基数%s×%d%%=%s", in.Grade.Title(), base.Format(), p, amount.Format())
	case CalcBand:
		score := in.Total.Clamp(0, r.FullMark)
		for _, b := range r.Bands {
			if score < b.From {
				continue
			}
			where := fmt.Sprintf("%s分(满分%s分)达到%s分档", score, r.FullMark, b.From)
			if r.BandsFixed {
				return b.Amount, where + "," + b.Amount.Format()
			}
			amount := money.MulRatio(base, int64(b.Percent), 100)
			return amount, fmt.Sprintf("%s,基数%s×%d%%=%s", where, base.Format(), b.Percent, amount.Format())
		}
		return 0, fmt.Sprintf("%s分未达到最低分数段,0.00元", score)
	case CalcPerPoint:
		below := max(0, r.FullMark-in.Total)
		loss := money.MulRatio(r.PerPoint, int64(below), int64(points.Of(1)))
		amount := max(0, base-loss)
		rule := fmt.Sprintf("基数%s-低于%s分的%s分×%s=%s", base.Format(), r.FullMark, below, r.PerPoint.Format(), amount.Format())
		if loss > base {
			rule += "(扣完为止)"
		}
		return amount, rule
	}
	return 0, "考评方案未设定绩效计算方式"
}

func (g GradeCoeff) of(grade Grade) int {
	switch grade {
	case GradeExcellent:
		return g.Excellent
	case GradeCompetent:
		return g.Competent
	case GradeBasicallyCompetent:
		return g.BasicallyCompetent
	case GradeIncompetent:
		return g.Incompetent
	}
	return g.NoGrade
}

// ProRata is the share of a monthly amount for some of its calendar days, to the fen.
func ProRata(whole money.Fen, days, monthDays int) money.Fen {
	if monthDays <= 0 || days <= 0 {
		return 0
	}
	return money.MulRatio(whole, int64(min(days, monthDays)), int64(monthDays))
}

// FitPool keeps a township's performance pay within its pool, the sum of the bases of its lines. What exceeds it is
// taken from the parts above the base alone, in proportion, rounded down, so that equal cadres stay equal. It gives the
// lines in their order, and by how much they exceeded.
func FitPool(lines []PayLine) ([]PayLine, money.Fen) {
	var over, excess money.Fen
	for _, l := range lines {
		if l.Paid {
			over += l.Amount - l.Base
			excess += max(0, l.Amount-l.Base)
		}
	}
	if over <= 0 {
		return lines, 0
	}
	fitted := slices.Clone(lines)
	for i, l := range fitted {
		if part := l.Amount - l.Base; l.Paid && part > 0 {
			kept := floorRatio(part, excess-over, excess)
			fitted[i].Amount = l.Base + kept
			fitted[i].Rule += fmt.Sprintf(";全乡镇合计超出绩效总额,超基数部分由%s压缩为%s,实为%s", part.Format(), kept.Format(), fitted[i].Amount.Format())
		}
	}
	return fitted, over
}

// floorRatio is f × num ÷ den rounded down, for num ≤ den and f ≥ 0. A half-up share is at most one fen above it.
func floorRatio(f, num, den money.Fen) money.Fen {
	share := money.MulRatio(f, int64(num), int64(den))
	if int64(share)*int64(den) > int64(f)*int64(num) {
		share--
	}
	return share
}

// PayFact is an amount of one person and month: what was paid, or what would be due today.
type PayFact struct {
	Month    month.Month
	PersonID int64
	Amount   money.Fen
}

// PayDifference is what a change of a final month comes to. The month is never rewritten; a later one carries Delta.
type PayDifference struct {
	Month     month.Month
	PersonID  int64
	Paid, Due money.Fen
}

// Delta is what has to be paid in addition, or taken back if negative.
func (d PayDifference) Delta() money.Fen { return d.Due - d.Paid }

// Sentence says it for the sheet that carries it.
func (d PayDifference) Sentence() string {
	verb := "补发"
	if d.Delta() < 0 {
		verb = "扣回"
	}
	amount := strings.TrimPrefix(d.Delta().Format(), "-")
	return fmt.Sprintf("%s绩效报酬应为%s,已核定%s,%s%s", d.Month.Title(), d.Due.Format(), d.Paid.Format(), verb, amount)
}

// PayDifferences compares what was paid with what is due, by month and person; someone absent on one side counts as 0
// there. Several facts of the same person and month add up, so that earlier differences count as paid.
func PayDifferences(paid, due []PayFact) []PayDifference {
	type key struct {
		month  month.Month
		person int64
	}
	found := map[key]*PayDifference{}
	at := func(f PayFact) *PayDifference {
		k := key{f.Month, f.PersonID}
		if found[k] == nil {
			found[k] = &PayDifference{Month: f.Month, PersonID: f.PersonID}
		}
		return found[k]
	}
	for _, f := range paid {
		at(f).Paid += f.Amount
	}
	for _, f := range due {
		at(f).Due += f.Amount
	}
	var list []PayDifference
	for _, d := range found {
		if d.Delta() != 0 {
			list = append(list, *d)
		}
	}
	slices.SortFunc(list, func(a, b PayDifference) int {
		return cmp.Or(a.Month.Compare(b.Month), cmp.Compare(a.PersonID, b.PersonID))
	})
	return list
}
