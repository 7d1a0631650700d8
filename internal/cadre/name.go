package cadre

import (
	"unicode"

	"touyan/internal/platform/fault"
)

// CheckName holds a name to what files carry: 2 to 25 characters, Chinese or letters, with 「·」 between the parts of a
// name of another nation. Rare characters beyond the basic plane count as one.
func CheckName(name string) error {
	runes := []rune(name)
	if len(runes) < 2 || len(runes) > 25 {
		return fault.Invalid("姓名应为2到25个字")
	}
	for i, r := range runes {
		dot := r == '·' || r == '•' || r == '・'
		if dot && (i == 0 || i == len(runes)-1) || !dot && !unicode.Is(unicode.Han, r) && !unicode.IsLetter(r) {
			return fault.Invalid("姓名中有不能识别的字符,只能使用汉字、字母和间隔号「·」")
		}
	}
	return nil
}
