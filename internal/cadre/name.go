package cadre

import (
	"strings"
	"unicode"

	"touyan/internal/platform/fault"
)

// TidyName brings a name to the one way in which it is kept: no spaces between Chinese characters (rosters pad two of them
// to the width of three), and one kind of dot.
func TidyName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("•・.‧∙⋅．", r):
			return '·'
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.TrimSpace(name))
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return strings.Join(strings.Fields(name), "")
	}
	return strings.Join(strings.Fields(name), " ")
}

// CheckName holds a name to what files carry: 2 to 25 characters, Chinese or letters, with 「·」 between the parts of a
// name of another nation. Rare characters beyond the basic plane count as one.
func CheckName(name string) error {
	if name == "" {
		return fault.Invalid("请填写姓名")
	}
	runes := []rune(name)
	if len(runes) < 2 || len(runes) > 25 {
		return fault.Invalid("姓名应为2到25个字")
	}
	for i, r := range runes {
		dot := r == '·' || r == ' '
		if dot && (i == 0 || i == len(runes)-1) || !dot && !unicode.Is(unicode.Han, r) && !unicode.IsLetter(r) {
			return fault.Invalid("姓名中有不能识别的字符,只能使用汉字、字母和间隔号「·」")
		}
	}
	return nil
}
