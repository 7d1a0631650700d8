// Package contact owns the personal identifiers beside the identity number: mobile numbers, bank cards, names. It reads,
// checks and masks them; how a masked value looks is decided here and in idcard, nowhere else.
package contact

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
	"touyan/internal/platform/fault"
)

var (
	mobile     = regexp.MustCompile(`^1[3-9]\d{9}$`)
	card       = regexp.MustCompile(`^\d{16,19}$`)
	digits     = regexp.MustCompile(`^\d+$`)
	scientific = regexp.MustCompile(`^\d(\.\d+)?[Ee]\+?\d+$`)
)

// normalise folds full-width characters and drops spaces, dashes, apostrophes and invisible characters, all of which
// people use to group digits or spreadsheets leave behind.
func normalise(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("'’‘`", r) {
			return -1
		}
		return r
	}, width.Fold.String(text))
}

// ParsePhone reads a mainland mobile number, with or without +86. The error is a sentence.
func ParsePhone(text string) (string, error) {
	s := normalise(text)
	if rest, found := strings.CutPrefix(strings.TrimPrefix(s, "+"), "86"); found && len(rest) == 11 {
		s = rest
	}
	switch {
	case s == "":
		return "", fault.Invalid("请填写手机号码")
	case scientific.MatchString(s):
		return "", fault.Invalid("该手机号码已被表格软件改成科学计数法,请按文本重填")
	case !digits.MatchString(s):
		return "", fault.Invalid("手机号码应为11位数字")
	case len(s) != 11:
		return "", fault.Invalid("手机号码应为11位,现为%d位", len(s))
	case !mobile.MatchString(s):
		return "", fault.Invalid("手机号码应以13至19开头")
	}
	return s, nil
}

// MaskPhone is 138****5678. What is no mobile number is hidden altogether.
func MaskPhone(phone string) string {
	if phone == "" {
		return ""
	}
	if !mobile.MatchString(phone) {
		return strings.Repeat("*", 11)
	}
	return phone[:3] + "****" + phone[7:]
}

// long is a number in free text that may be a phone, an ID number or a card.
var long = regexp.MustCompile(`[0-9０-９]{11,}[XxＸｘ]?`)

// HideNumbers masks them, since people type into a search, a purpose or the name of a file what every page masks: the first
// three and the last four characters stay.
func HideNumbers(text string) string {
	return long.ReplaceAllStringFunc(text, func(found string) string {
		r := []rune(found)
		return string(r[:3]) + strings.Repeat("*", len(r)-7) + string(r[len(r)-4:])
	})
}

// ParseBankCard reads the number of a bank card or 一卡通. The warning is a sentence and does not refuse: some rural
// passbook accounts have no check digit.
func ParseBankCard(text string) (number, warning string, err error) {
	s := normalise(text)
	switch {
	case s == "":
		return "", "", fault.Invalid("请填写银行卡号")
	case scientific.MatchString(s):
		return "", "", fault.Invalid("该银行卡号已被表格软件改成科学计数法,末几位丢失,请按文本重填")
	case !digits.MatchString(s):
		return "", "", fault.Invalid("银行卡号应全部为数字")
	case !card.MatchString(s):
		return "", "", fault.Invalid("银行卡号应为16至19位,现为%d位", len(s))
	case !luhn(s):
		return s, "银行卡号校验位不符,请逐位核对", nil
	}
	return s, "", nil
}

// luhn is the check of ISO/IEC 7812-1.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// MaskBankCard shows the last four digits only: **** **** **** 1234.
func MaskBankCard(number string) string {
	if number == "" {
		return ""
	}
	if len(number) < 12 {
		return "**** **** **** ****"
	}
	return "**** **** **** " + number[len(number)-4:]
}

// MaskName keeps the surname and, of three characters or more, the last one: 张*, 张*明. It is for notices outside
// appointment and appraisal, where the full name is a legal duty.
func MaskName(name string) string {
	n := utf8.RuneCountInString(name)
	if n <= 1 {
		return strings.Repeat("*", n)
	}
	r := []rune(name)
	if n == 2 {
		return string(r[0]) + "*"
	}
	return string(r[0]) + strings.Repeat("*", n-2) + string(r[n-1])
}
