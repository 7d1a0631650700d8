package xlsx

import (
	"strings"
	"unicode"
)

// Normalize makes text from a cell comparable without changing what it says: full-width digits, letters and the signs
// of numbers become narrow, no-break and ideographic spaces become spaces, marks without width disappear, ends are
// trimmed. Chinese punctuation, the dot of minority names (·), emoji and line breaks within stay.
func Normalize(text string) string {
	if plain(text) {
		return text
	}
	return strings.TrimSpace(strings.Map(narrow, text))
}

// plain holds for the common case, text that needs no work.
func plain(text string) bool {
	if text == "" {
		return true
	}
	for i := range len(text) {
		if c := text[i]; c >= 0x80 || c < 0x20 {
			return false
		}
	}
	return text[0] != ' ' && text[len(text)-1] != ' '
}

func narrow(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case r > 0xff00 && r <= 0xff5e: // the full-width twins of ASCII
		n := r - 0xfee0
		if n >= '0' && n <= '9' || unicode.IsLetter(n) || strings.ContainsRune(".-/+%_@#*", n) {
			return n
		}
		return r
	case r == 0x2212: // minus sign
		return '-'
	case r == 0x200b, r == 0xfeff, r == 0x2060, r == 0x200e, r == 0x200f,
		r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return -1
	case unicode.Is(unicode.Zs, r):
		return ' '
	}
	return r
}

// squeeze removes every space and line break, for comparing titles and marks such as 合 计.
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// formulaSigns begin what a spreadsheet program might take for a formula.
const formulaSigns = "=+-@\t\r"

// quoteFormula puts an apostrophe before text that a spreadsheet program might run as a formula once the export is
// saved as CSV; unquoteFormula takes it off again, so that an export comes back unchanged.
func quoteFormula(text string) string {
	if startsFormula(text) {
		return "'" + text
	}
	return text
}

func unquoteFormula(text string) string {
	if strings.HasPrefix(text, "'") && startsFormula(text) {
		return text[1:]
	}
	return text
}

// startsFormula looks behind apostrophes, so that quoted text can be quoted again and comes back as it was.
func startsFormula(text string) bool {
	text = strings.TrimLeft(text, "'")
	return text != "" && strings.IndexByte(formulaSigns, text[0]) >= 0
}
