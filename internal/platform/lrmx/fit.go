package lrmx

import (
	"strings"

	"golang.org/x/text/width"
)

// Sizes is the ladder of type sizes of the printed form, in points: a cell takes the largest in which its text fits.
var Sizes = []float64{14, 12, 10.5, 9, 8, 7}

const (
	point   = 25.4 / 72 // in mm
	leading = 1.3       // height of a line, in type sizes
)

// Cell is text as it is set into a cell of the printed form.
type Cell struct {
	Size  float64  // in points
	Lines []string // paragraphs
	Rest  []string // paragraphs, or the end of one, that do not fit in the smallest size, for a further sheet
}

// Class names the size for the style sheet: 10.5 pt is fit-105.
func (c Cell) Class() string {
	whole := int(c.Size * 10)
	const digits = "0123456789"
	return "fit-" + strings.TrimLeft(string([]byte{digits[whole/100%10], digits[whole/10%10], digits[whole%10]}), "0")
}

// Text is the cell as one text.
func (c Cell) Text() string { return strings.Join(c.Lines, "\n") }

// Fit sets text into a cell of a width and height in mm. indent is what each paragraph loses of its line, in characters,
// such as the months in front of a period. Characters are counted, not measured: the printer's fonts are not known here,
// but a Chinese character is as wide as it is high in all of them. largest bounds the size.
func Fit(text string, wide, high, indent, largest float64) Cell {
	if strings.TrimSpace(text) == "" {
		return Cell{Size: largest}
	}
	paragraphs := strings.Split(text, "\n")
	for _, size := range Sizes {
		if size > largest {
			continue
		}
		if lines, room := 0, int(high/(size*point*leading)); room > 0 {
			for _, p := range paragraphs {
				lines += len(wrap(p, perLine(wide, size, indent)))
			}
			if lines <= room {
				return Cell{Size: size, Lines: paragraphs}
			}
		}
	}
	// The smallest size fills the cell; the last line says that there is more.
	c := Cell{Size: Sizes[len(Sizes)-1]}
	room := max(1, int(high/(c.Size*point*leading))) - 1
	for _, p := range paragraphs {
		lines := wrap(p, perLine(wide, c.Size, indent))
		n := min(room, len(lines))
		if room -= n; n > 0 {
			c.Lines = append(c.Lines, strings.Join(lines[:n], ""))
		}
		if n < len(lines) {
			c.Rest = append(c.Rest, strings.Join(lines[n:], ""))
			room = 0 // what follows stays in its order
		}
	}
	c.Lines = append(c.Lines, "(续附页)")
	return c
}

// perLine is how many characters a line holds, less one that a rule on punctuation may push over.
func perLine(wide, size, indent float64) float64 {
	return max(2, wide/(size*point)-indent-1)
}

// wrap cuts a paragraph into lines of so many characters; one of half the width counts half.
func wrap(paragraph string, most float64) []string {
	var lines []string
	start, used := 0, 0.0
	for i, r := range paragraph {
		w := 1.0
		switch width.LookupRune(r).Kind() {
		case width.EastAsianNarrow, width.EastAsianHalfwidth, width.Neutral:
			w = 0.56
		}
		if used+w > most && i > start {
			lines, start, used = append(lines, paragraph[start:i]), i, 0
		}
		used += w
	}
	return append(lines, paragraph[start:])
}
