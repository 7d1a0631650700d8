// Package money owns amounts of renminbi as whole fen. No float ever holds an amount.
//
// In the database an amount is a bigint of fen, named …_fen. Yuan exist only in what people read and type.
package money

import (
	"math/big"
	"strconv"
	"strings"

	"golang.org/x/text/width"
	"touyan/internal/platform/fault"
)

// Fen is an amount in hundredths of a yuan.
type Fen int64

// Max bounds what Parse accepts in either direction: ten digits of yuan, as NUMERIC(12,2) holds.
const Max Fen = 9_999_999_999_99

// Yuan gives whole yuan.
func Yuan(n int64) Fen { return Fen(n) * 100 }

// Parse reads what people type or paste: 1,531.95, ￥1531.95, 1531.95元, full-width digits, spaces. The error is a
// sentence for the person who typed.
func Parse(text string) (Fen, error) {
	s := strings.Join(strings.Fields(width.Fold.String(text)), "")
	s = strings.NewReplacer("−", "-", "–", "-", "，", ",", "。", ".").Replace(s)
	s = strings.TrimSuffix(s, "元")
	negative := false
	for _, sign := range []string{"-", "+", "¥", "-"} { // -¥5 and ¥-5 are both in use
		if rest, found := strings.CutPrefix(s, sign); found {
			if sign == "-" && negative {
				return 0, malformed()
			}
			negative = negative || sign == "-"
			s = rest
		}
	}
	if s == "" {
		return 0, fault.Invalid("请填写金额")
	}
	whole, frac, dotted := strings.Cut(s, ".")
	whole, grouped := ungroup(whole)
	if !grouped || whole == "" || !digits(whole) || !digits(frac) || (dotted && frac == "") {
		return 0, malformed()
	}
	frac = strings.TrimRight(frac, "0")
	if len(frac) > 2 {
		return 0, fault.Invalid("金额最多精确到分(两位小数)")
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole) > 10 {
		return 0, fault.Invalid("金额过大,请核对")
	}
	var v Fen
	for _, c := range whole + (frac + "00")[:2] {
		v = v*10 + Fen(c-'0')
	}
	if negative {
		v = -v
	}
	return v, nil
}

// MustParse is Parse for constants; it panics on what Parse refuses.
func MustParse(text string) Fen {
	f, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return f
}

func malformed() error {
	return fault.Invalid("金额应为数字,如 1531.95,不能填写文字或科学计数法")
}

// ungroup removes commas between groups of three; another comma is more likely a slip of the decimal point.
func ungroup(s string) (string, bool) {
	parts := strings.Split(s, ",")
	for i, part := range parts[1:] {
		if len(part) != 3 || len(parts[0]) > 3 || (i == 0 && parts[0] == "") {
			return "", false
		}
	}
	return strings.Join(parts, ""), true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String writes plain yuan with two decimals, 1531.95, as files and form fields want it.
func (f Fen) String() string {
	sign, v := f.split()
	return sign + strconv.FormatUint(v/100, 10) + "." + cents(v)
}

// Format writes yuan for people: 1,531.95元.
func (f Fen) Format() string { return f.Grouped() + "元" }

// Grouped writes yuan with commas and without the unit, for table columns whose heading names it.
func (f Fen) Grouped() string {
	sign, v := f.split()
	whole := strconv.FormatUint(v/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + cents(v)
}

func (f Fen) split() (string, uint64) {
	if f < 0 {
		return "-", -uint64(f)
	}
	return "", uint64(f)
}

func cents(v uint64) string { return string([]byte{'0' + byte(v%100/10), '0' + byte(v%10)}) }

// MulRatio gives f × num ÷ den, halves away from zero (四舍五入 to the fen). It panics if den is zero or the result leaves
// int64, both of which are defects of the caller.
func MulRatio(f Fen, num, den int64) Fen {
	n := new(big.Int).Mul(big.NewInt(int64(f)), big.NewInt(num))
	d := big.NewInt(den)
	sign := n.Sign() * d.Sign()
	n.Abs(n).Lsh(n, 1).Add(n, d.Abs(d))
	n.Quo(n, d.Lsh(d, 1))
	if sign < 0 {
		n.Neg(n)
	}
	if !n.IsInt64() {
		panic("money: ratio out of range")
	}
	return Fen(n.Int64())
}

// RoundYuan rounds to whole yuan, halves away from zero, for schemes that pay no jiao and fen.
func (f Fen) RoundYuan() Fen { return MulRatio(f, 1, 100) * 100 }

// Sum adds a list.
func Sum(list []Fen) Fen {
	var total Fen
	for _, f := range list {
		total += f
	}
	return total
}

// Split divides f over the weights so that the parts add up to f exactly: each part is rounded down and the fen left
// over go one each to the largest remainders, earlier ones first. Weights below zero count as zero; if all are zero,
// the parts are.
func Split(f Fen, weights []int64) []Fen {
	parts := make([]Fen, len(weights))
	var total big.Int
	for _, w := range weights {
		total.Add(&total, big.NewInt(max(w, 0)))
	}
	if total.Sign() == 0 {
		return parts
	}
	left := f
	remainders := make([]*big.Int, len(weights))
	for i, w := range weights {
		q := new(big.Int).Mul(big.NewInt(int64(f)), big.NewInt(max(w, 0)))
		remainders[i] = new(big.Int)
		q.DivMod(q, &total, remainders[i]) // Euclidean: the remainder is never negative, also of a negative amount
		parts[i] = Fen(q.Int64())
		left -= parts[i]
	}
	for ; left > 0; left-- {
		best := -1
		for i, r := range remainders {
			if r.Sign() > 0 && (best < 0 || r.Cmp(remainders[best]) > 0) {
				best = i
			}
		}
		parts[best]++
		remainders[best].SetInt64(0)
	}
	return parts
}
