// Package chart draws small diagrams as SVG on the server: bars, columns, lines over months, a bar of states.
//
// Every chart is a component (Render writes it) for use in pages and in print. It carries a title and a description that
// says the same in words, since a screen reader sees nothing else. Colours are presentation attributes with classes
// beside them (chart-s1 …), never inline styles, which the content security policy forbids; a style sheet may override
// them. Values that are no numbers are drawn as zero, and an empty chart says 暂无数据.
package chart

import (
	"fmt"
	"hash/fnv"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Item is one labelled value. Text is the value as printed; if empty, the value with at most two decimals.
type Item struct {
	Label string
	Value float64
	Text  string
}

func (i Item) text() string {
	if i.Text != "" {
		return i.Text
	}
	return number(i.Value)
}

// palette holds colours of at least 3:1 on white that also differ in lightness, for print in grey.
var palette = []string{"#1f5fa8", "#c2571a", "#2f7d4f", "#8a3ffc", "#8c6d1f", "#5b6770"}

const (
	ink     = "#24292f"
	quiet   = "#57606a"
	grid    = "#d0d7de"
	nothing = "暂无数据"
	wide    = 640.0
	letters = 12.0 // font size of all text
)

// canvas collects the elements of one drawing.
type canvas struct {
	strings.Builder
}

// emit writes the whole SVG around what was drawn.
func (c *canvas) emit(w io.Writer, title, description string, width, height float64) error {
	h := fnv.New64a()
	_, _ = h.Write([]byte(title + "\x00" + description + "\x00" + c.String()))
	id := "chart-" + strconv.FormatUint(h.Sum64(), 36) // two equal charts on a page may share their names
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="%[1]s-t %[1]s-d" viewBox="0 0 %[2]s %[3]s" width="%[2]s" height="%[3]s" font-size="%[4]s" font-family="sans-serif"><title id="%[1]s-t">%[5]s</title><desc id="%[1]s-d">%[6]s</desc>%[7]s</svg>`,
		id, at(width), at(height), at(letters), html.EscapeString(title), html.EscapeString(description), c.String())
	return err
}

// empty draws the sentence of a chart without data.
func empty(w io.Writer, title string) error {
	var c canvas
	c.text(wide/2, 36, "middle", "chart-empty", quiet, nothing)
	return c.emit(w, title, nothing, wide, 64)
}

func (c *canvas) rect(x, y, width, height float64, class, fill string) {
	fmt.Fprintf(c, `<rect x="%s" y="%s" width="%s" height="%s" class="%s" fill="%s"/>`, at(x), at(y), at(max(width, 0)), at(max(height, 0)), class, fill)
}

func (c *canvas) line(x1, y1, x2, y2 float64, class, stroke string) {
	fmt.Fprintf(c, `<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s" stroke="%s"/>`, at(x1), at(y1), at(x2), at(y2), class, stroke)
}

func (c *canvas) text(x, y float64, anchor, class, fill, text string) {
	fmt.Fprintf(c, `<text x="%s" y="%s" text-anchor="%s" class="%s" fill="%s">%s</text>`, at(x), at(y), anchor, class, fill, html.EscapeString(text))
}

// at writes a coordinate with one decimal.
func at(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(finite(v), 'f', 1, 64), ".0")
}

// finite turns what is no number into zero and keeps the rest within what a drawing can hold.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return max(-1e12, min(v, 1e12))
}

// number writes a value with at most two decimals.
func number(v float64) string {
	s := strings.TrimRight(strconv.FormatFloat(finite(v), 'f', 2, 64), "0")
	if s = strings.TrimSuffix(s, "."); s == "-0" {
		return "0"
	}
	return s
}

// measure estimates the width of a text: Chinese characters are square, others about half as wide.
func measure(text string) float64 {
	w := 0.0
	for _, r := range text {
		if r < 0x2e80 {
			w += letters * 0.58
		} else {
			w += letters
		}
	}
	return w
}

// shorten cuts a label to a width.
func shorten(text string, width float64) string {
	if measure(text) <= width {
		return text
	}
	for text != "" && measure(text)+letters > width {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text + "…"
}

// describe says the items in words; of a long list the first twelve.
func describe(items []Item) string {
	var parts []string
	for i, item := range items {
		if i == 12 {
			parts = append(parts, fmt.Sprintf("共%d项", len(items)))
			break
		}
		parts = append(parts, item.Label+" "+item.text())
	}
	return strings.Join(parts, ",")
}

// ceiling is the round number at or above v on which an axis ends: 1, 2 or 5 times a power of ten.
func ceiling(v float64) float64 {
	v = finite(v)
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 2, 5, 10} {
		if v <= step*power*(1+1e-9) {
			return step * power
		}
	}
	return 10 * power
}

// series gives the class and colour of the i-th series.
func series(i int) (class, colour string) {
	i %= len(palette)
	return "chart-s" + strconv.Itoa(i+1), palette[i]
}
