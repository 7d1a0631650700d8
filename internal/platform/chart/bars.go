package chart

import (
	"context"
	"html"
	"io"
	"math"
)

// Bars are horizontal bars, one line each: for names of any length, such as townships.
type Bars struct {
	Title string
	Items []Item
	Max   float64 // the full width; if zero, the largest value
}

// Render writes the SVG.
func (b Bars) Render(_ context.Context, w io.Writer) error {
	if len(b.Items) == 0 {
		return empty(w, b.Title)
	}
	const row, gap = 24.0, 8.0
	left, right, largest := 0.0, 0.0, finite(b.Max)
	for _, item := range b.Items {
		left, right = max(left, measure(item.Label)), max(right, measure(item.text()))
		if b.Max <= 0 {
			largest = max(largest, finite(item.Value))
		}
	}
	left = min(left, wide*0.35) + gap
	room := max(wide-left-right-gap, 40)
	var c canvas
	for i, item := range b.Items {
		y := float64(i) * row
		length := 0.0
		if largest > 0 {
			length = room * max(0, min(finite(item.Value)/largest, 1))
		}
		c.WriteString("<g><title>" + html.EscapeString(item.Label+" "+item.text()) + "</title>")
		c.text(left-gap, y+16, "end", "chart-label", ink, shorten(item.Label, left-gap))
		c.rect(left, y+4, length, row-8, "chart-bar chart-s1", palette[0])
		c.text(left+length+gap/2, y+16, "start", "chart-value", quiet, item.text())
		c.WriteString("</g>")
	}
	return c.emit(w, b.Title, describe(b.Items), wide, float64(len(b.Items))*row)
}

// Columns are upright columns side by side: distributions by band, or counts by month.
type Columns struct {
	Title string
	Items []Item
}

// Render writes the SVG.
func (k Columns) Render(_ context.Context, w io.Writer) error {
	if len(k.Items) == 0 {
		return empty(w, k.Title)
	}
	const top, height, foot = 20.0, 160.0, 24.0
	largest := 0.0
	for _, item := range k.Items {
		largest = max(largest, finite(item.Value))
	}
	step := wide / float64(len(k.Items))
	width := min(step*0.7, 56)
	label, value := 0.0, 0.0
	for _, item := range k.Items {
		label, value = max(label, measure(item.Label)), max(value, measure(item.text()))
	}
	every := max(1, int(math.Ceil((min(label, 84)+6)/step))) // of crowded labels every second, third …
	var c canvas
	c.line(0, top+height, wide, top+height, "chart-axis", grid)
	for i, item := range k.Items {
		middle := (float64(i) + 0.5) * step
		tall := 0.0
		if largest > 0 {
			tall = height * max(0, finite(item.Value)/largest)
		}
		c.WriteString("<g><title>" + html.EscapeString(item.Label+" "+item.text()) + "</title>")
		c.rect(middle-width/2, top+height-tall, width, tall, "chart-bar chart-s1", palette[0])
		if value <= step {
			c.text(middle, top+height-tall-5, "middle", "chart-value", quiet, item.text())
		}
		if i%every == 0 {
			c.text(middle, top+height+16, "middle", "chart-label", ink, shorten(item.Label, max(step*float64(every)-4, 24)))
		}
		c.WriteString("</g>")
	}
	return c.emit(w, k.Title, describe(k.Items), wide, top+height+foot)
}
