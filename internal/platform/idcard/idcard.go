// Package idcard owns the citizen identity number of GB 11643-1999: reading, checking, masking.
//
// The number carries an address code, a birth date and the sex. Address codes are those of the place and day of
// registration and never change afterwards, so they are compared with every code ever in force (GB/T 2260 since 1980);
// one that is not among them is a warning, since such people exist. The other rules are arithmetic and refuse.
package idcard

import (
	"regexp"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"
	"touyan/internal/platform/fault"
)

// Sex as coded in GB/T 2261.1.
type Sex string

// The sexes that a number can express.
const (
	Male   Sex = "1"
	Female Sex = "2"
)

// Name is 男 or 女.
func (s Sex) Name() string {
	if s == Male {
		return "男"
	}
	return "女"
}

// Card is what a valid number says.
type Card struct {
	Number   string // normalised: 18 characters, X in upper case
	Birth    time.Time
	Sex      Sex
	AreaCode string
	AreaName string // the name of the area while the code was in force, empty if the code is unknown
}

// Warning is a sentence on what should be looked at but does not refuse, empty if there is none.
func (c Card) Warning() string {
	if c.AreaName == "" {
		return "身份证号前六位不在历年行政区划代码中,请核对"
	}
	return ""
}

// Age is the age in full years on a day.
func (c Card) Age(on time.Time) int {
	by, bm, bd := c.Birth.Date()
	y, m, d := on.Date()
	age := y - by
	if m < bm || (m == bm && d < bd) {
		age--
	}
	return age
}

var (
	scientific = regexp.MustCompile(`^\d(\.\d+)?[Ee]\+?\d+$`)
	old        = regexp.MustCompile(`^\d{15}$`)
	full       = regexp.MustCompile(`^\d{17}[\dX]$`)
	digitsOnly = regexp.MustCompile(`^[\dX]+$`)
)

// Normalise folds full-width characters, drops spaces, invisible characters and the apostrophe that spreadsheets keep
// before text, and raises the x. It does not check.
func Normalise(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\'', r == '’', r == '‘', r == '`', unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
			return -1
		case r == 'x':
			return 'X'
		}
		return r
	}, width.Fold.String(text))
}

// Parse reads and checks a number. Birth dates after today are refused, so today comes from the caller's clock. The
// error is a sentence that never repeats the number.
func Parse(text string, today time.Time) (Card, error) {
	s := Normalise(text)
	switch {
	case s == "":
		return Card{}, fault.Invalid("请填写身份证号")
	case scientific.MatchString(s):
		return Card{}, fault.Invalid("该身份证号已被表格软件改成科学计数法,末几位丢失,请按文本重填")
	case old.MatchString(s):
		return Card{}, fault.Invalid("该身份证号为15位旧号,请填写18位身份证号")
	case full.MatchString(s):
	case digitsOnly.MatchString(s) && len(s) != 18:
		return Card{}, fault.Invalid("身份证号应为18位,现为%d位", len(s))
	default:
		return Card{}, fault.Invalid("身份证号应由17位数字和末位数字或X组成")
	}
	birth, err := time.ParseInLocation("20060102", s[6:14], today.Location())
	if err != nil || birth.Year() < 1900 {
		return Card{}, fault.Invalid("身份证号中的出生日期(第7至14位)不是真实日期")
	}
	if birth.After(today) {
		return Card{}, fault.Invalid("身份证号中的出生日期晚于今天")
	}
	if CheckDigit(s[:17]) != s[17] {
		if strings.HasSuffix(s, "000") { // a spreadsheet keeps fifteen digits of a number
			return Card{}, fault.Invalid("身份证号末三位为000且校验不符,可能已被表格软件按数字截断,请按文本重填")
		}
		return Card{}, fault.Invalid("身份证号校验位不符,请逐位核对")
	}
	sex := Female
	if (s[16]-'0')%2 == 1 {
		sex = Male
	}
	return Card{Number: s, Birth: birth, Sex: sex, AreaCode: s[:6], AreaName: AreaName(s[:6])}, nil
}

// CheckDigit computes the last character from the first seventeen digits.
func CheckDigit(first17 string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(first17[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// Near reports whether two numbers of equal length differ in one or two characters: a slip of the finger or a swap of
// neighbours, hence perhaps the same person.
func Near(a, b string) bool {
	a, b = Normalise(a), Normalise(b)
	if len(a) != len(b) {
		return false
	}
	different := 0
	for i := range len(a) {
		if a[i] != b[i] {
			different++
		}
	}
	return different == 1 || different == 2
}
