package xlsx

import (
	"encoding/xml"
	"strings"
)

// numberFormat is what reading needs to know of a cell style: whether a number is a date and to which precision it is
// shown, or how many decimals it shows.
type numberFormat struct {
	date     bool
	day      bool // the date shows its day
	decimals int  // -1 if the format does not fix them
}

func (b *Book) readStyles(name string) error {
	if b.parts[strings.ToLower(name)] == nil {
		return nil
	}
	codes := map[int]string{}
	inCells := false
	return b.elements(name, smallPart, func(el xml.StartElement, _ *xml.Decoder) error {
		switch el.Name.Local {
		case "numFmt":
			if _, known := codes[intAttr(el, "numFmtId")]; !known { // differential styles repeat the ids
				codes[intAttr(el, "numFmtId")] = attr(el, "formatCode")
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				id := intAttr(el, "numFmtId")
				b.styles = append(b.styles, formatOf(id, codes[id]))
			}
		}
		return nil
	})
}

func (b *Book) format(style int) numberFormat {
	if style < 0 || style >= len(b.styles) {
		return numberFormat{decimals: -1}
	}
	return b.styles[style]
}

// formatOf reads a format code; the ids 14 to 58 have codes that a Chinese program does not write out.
func formatOf(id int, code string) numberFormat {
	if code == "" {
		switch {
		case id == 17, id == 27, id == 36, id == 52, id == 55, id == 57: // year and month
			return numberFormat{date: true, decimals: -1}
		case id >= 14 && id <= 16, id == 22, id >= 28 && id <= 31, id >= 50 && id <= 58:
			return numberFormat{date: true, day: true, decimals: -1}
		case id == 2, id == 4, id == 10, id == 39, id == 40:
			return numberFormat{decimals: 2}
		case id == 1, id == 3, id == 9:
			return numberFormat{}
		}
		return numberFormat{decimals: -1}
	}
	bare := strings.ToLower(stripLiterals(code))
	if strings.ContainsRune(bare, 'y') || strings.ContainsRune(bare, 'd') {
		return numberFormat{date: true, day: strings.ContainsRune(bare, 'd'), decimals: -1}
	}
	if strings.ContainsAny(bare, "hsge@?") || !strings.ContainsAny(bare, "0#") {
		return numberFormat{decimals: -1}
	}
	_, fraction, _ := strings.Cut(bare, ".")
	return numberFormat{decimals: strings.Count(fraction, "0")}
}

// stripLiterals removes quoted and escaped text, bracketed colours and locales, and all sections but the first.
func stripLiterals(code string) string {
	var out strings.Builder
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"', '[':
			end := byte('"')
			if code[i] == '[' {
				end = ']'
			}
			n := strings.IndexByte(code[i+1:], end)
			if n < 0 {
				return out.String()
			}
			i += n + 1
		case '\\', '_', '*':
			i++
		case ';':
			return out.String()
		default:
			out.WriteByte(code[i])
		}
	}
	return out.String()
}
