// Package points owns scores: decimals with two places, NUMERIC(5,2) or NUMERIC(6,2) in the database.
//
// They are kept as whole hundredths, so that 0.1 + 0.2 is 0.3 and a total that is compared with a threshold is the one
// that is printed.
package points

import (
	"math/big"
	"strconv"
	"strings"

	"golang.org/x/text/width"
	"touyan/internal/platform/fault"
)

// Points is a score in hundredths: Points(9850) is 98.5. Use Of for whole points.
type Points int64

// Max bounds what Parse accepts in either direction; it fits NUMERIC(6,2).
const Max Points = 9999_99

// Of gives whole points.
func Of(whole int) Points { return Points(whole) * 100 }

// Parse reads what people type or paste into a score cell: 98.5, -2, ＋1.5, full-width digits, spaces, a trailing 分.
// The error is a sentence for the person who typed.
func Parse(text string) (Points, error) {
	s := strings.Join(strings.Fields(width.Fold.String(text)), "")
	s = strings.TrimSuffix(s, "分")
	s = strings.NewReplacer("−", "-", "–", "-", "。", ".").Replace(s)
	if s == "" {
		return 0, fault.Invalid("请填写分值")
	}
	negative := false
	switch s[0] {
	case '-':
		negative, s = true, s[1:]
	case '+':
		s = s[1:]
	}
	whole, frac, dotted := strings.Cut(s, ".")
	if !digits(whole) || !digits(frac) || whole == "" || (dotted && frac == "") {
		return 0, fault.Invalid("分值应为数字,如 98.5,不能填写文字或科学计数法")
	}
	frac = strings.TrimRight(frac, "0") // a spreadsheet may send 98.500
	if len(frac) > 2 {
		return 0, fault.Invalid("分值最多保留两位小数")
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 4 {
		return 0, fault.Invalid("分值过大,应在-%s到%s之间", Max, Max)
	}
	var v Points
	for _, c := range whole + (frac + "00")[:2] {
		v = v*10 + Points(c-'0')
	}
	if negative {
		v = -v
	}
	return v, nil
}

// MustParse is Parse for constants; it panics on what Parse refuses.
func MustParse(text string) Points {
	p, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return p
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String writes the shortest exact form: 98.5, 100, -0.25.
func (p Points) String() string {
	s := p.Fixed()
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Fixed writes two decimals always, for columns of a printed table.
func (p Points) Fixed() string {
	sign, v := "", uint64(p)
	if p < 0 {
		sign, v = "-", -v
	}
	return sign + strconv.FormatUint(v/100, 10) + "." + string([]byte{'0' + byte(v%100/10), '0' + byte(v%10)})
}

// Signed writes a plus before what is above zero, for bonus and deduction columns.
func (p Points) Signed() string {
	if p > 0 {
		return "+" + p.String()
	}
	return p.String()
}

// Clamp keeps p within lo and hi.
func (p Points) Clamp(lo, hi Points) Points { return max(lo, min(p, hi)) }

// MulRatio gives p × num ÷ den rounded to two decimals, halves away from zero (四舍五入). It panics if den is zero or the
// result leaves int64, both of which are defects of the caller.
func (p Points) MulRatio(num, den int64) Points {
	product := new(big.Int).Mul(big.NewInt(int64(p)), big.NewInt(num))
	return Points(roundQuo(product, big.NewInt(den)))
}

// Average is the mean of a list, rounded likewise; false if there is none.
func Average(list []Points) (Points, bool) {
	if len(list) == 0 {
		return 0, false
	}
	var sum int64
	for _, p := range list {
		sum += int64(p)
	}
	return Points(roundQuo(big.NewInt(sum), big.NewInt(int64(len(list))))), true
}

// roundQuo divides, halves away from zero: (2|n| + |d|) / 2|d| with the sign of the quotient.
func roundQuo(n, d *big.Int) int64 {
	sign := n.Sign() * d.Sign()
	twice := new(big.Int).Abs(n)
	twice.Lsh(twice, 1).Add(twice, new(big.Int).Abs(d))
	q := twice.Quo(twice, new(big.Int).Lsh(new(big.Int).Abs(d), 1))
	if sign < 0 {
		q.Neg(q)
	}
	if !q.IsInt64() {
		panic("points: ratio out of range")
	}
	return q.Int64()
}
