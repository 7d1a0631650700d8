package chart

import (
	"context"
	"fmt"
	"html"
	"io"
)

// States is one bar divided by how many stand in which state, with a legend that names the counts.
type States struct {
	Title    string
	Segments []Segment
}

// Segment is one state. Class names its colour in the style sheet, as chart-state-<class>; without it the palette counts.
type Segment struct {
	Label string
	Count int
	Class string
}

// Render writes the SVG.
func (s States) Render(_ context.Context, w io.Writer) error {
	total := 0
	for _, segment := range s.Segments {
		total += max(segment.Count, 0)
	}
	if total == 0 {
		return empty(w, s.Title)
	}
	const bar = 22.0
	var c canvas
	var items []Item
	x, lx, ly := 0.0, 0.0, bar+8
	for n, segment := range s.Segments {
		count := max(segment.Count, 0)
		class, colour := series(n)
		if segment.Class != "" {
			class = "chart-state-" + html.EscapeString(segment.Class)
		}
		text := fmt.Sprintf("%s %d", segment.Label, count)
		items = append(items, Item{Label: segment.Label, Value: float64(count)})
		if count > 0 {
			width := wide * float64(count) / float64(total)
			c.WriteString("<g><title>" + html.EscapeString(text) + "</title>")
			c.rect(x, 0, width, bar, class, colour)
			if x > 0 { // neighbours must differ in print too
				c.line(x, 0, x, bar, "chart-gap", "#ffffff")
			}
			c.WriteString("</g>")
			x += width
		}
		need := measure(text) + 34
		if lx > 0 && lx+need > wide {
			lx, ly = 0, ly+20
		}
		c.rect(lx, ly+2, 12, 12, class, colour)
		c.text(lx+18, ly+13, "start", "chart-label", ink, text)
		lx += need
	}
	return c.emit(w, s.Title, describe(items)+fmt.Sprintf(",合计 %d", total), wide, ly+22)
}
