package chart

import (
	"context"
	"fmt"
	"html"
	"io"
	"math"
	"strings"
)

// Lines are values over a row of months, one line per series.
type Lines struct {
	Title  string
	Labels []string // of the x axis, usually months
	Series []Series
	Low    float64 // where the y axis begins; it ends at a round number at or above the largest value
	High   float64 // where the y axis ends, if above Low
}

// Series is one line. A point without value leaves a gap.
type Series struct {
	Name   string
	Points []Point
}

// Point is a value, or the lack of one: the zero Point is a gap.
type Point struct {
	Known bool
	Value float64
	Text  string
}

// At makes a known point.
func At(value float64, text string) Point { return Point{Known: true, Value: value, Text: text} }

func (p Point) text() string { return Item{Value: p.Value, Text: p.Text}.text() }

// Render writes the SVG.
func (l Lines) Render(_ context.Context, w io.Writer) error {
	low, high := finite(l.Low), finite(l.High)
	if high <= low {
		high = low
	}
	known := false
	for _, s := range l.Series {
		for i, p := range s.Points {
			if p.Known && i < len(l.Labels) {
				known = true
				low, high = min(low, finite(p.Value)), max(high, finite(p.Value))
			}
		}
	}
	if !known {
		return empty(w, l.Title)
	}
	if finite(l.High) <= finite(l.Low) || high > finite(l.High) {
		high = low + ceiling(high-low)
	}
	const top, height, foot, ticks = 12.0, 160.0, 24.0, 4
	left := 8 + max(measure(number(low)), measure(number(high)), measure(number((low+high)/2)))
	step := (wide - left - 12) / float64(max(len(l.Labels)-1, 1))
	x := func(i int) float64 {
		if len(l.Labels) == 1 {
			return left + (wide-left)/2
		}
		return left + float64(i)*step
	}
	y := func(v float64) float64 { return top + height*(1-(finite(v)-low)/(high-low)) }
	var c canvas
	for i := range ticks + 1 {
		v := low + (high-low)*float64(i)/ticks
		c.line(left, y(v), wide, y(v), "chart-grid", grid)
		c.text(left-6, y(v)+4, "end", "chart-tick", quiet, number(v))
	}
	widest := 0.0
	for _, label := range l.Labels {
		widest = max(widest, measure(label))
	}
	every := max(1, int(math.Ceil((widest+8)/step)))
	for i, label := range l.Labels {
		if (len(l.Labels)-1-i)%every == 0 { // the last month is always named
			anchor := "middle"
			if i == len(l.Labels)-1 && i > 0 {
				anchor = "end"
			}
			c.text(min(x(i), wide), top+height+18, anchor, "chart-label", ink, label)
		}
	}
	for n, s := range l.Series {
		l.trace(&c, n, s, x, y)
	}
	bottom := top + height + foot
	if len(l.Series) > 1 {
		bottom = l.legend(&c, bottom)
	}
	return c.emit(w, l.Title, l.describe(), wide, bottom)
}

// trace draws one series: a path that is lifted at gaps, and a dot with its value at every point.
func (l Lines) trace(c *canvas, n int, s Series, x func(int) float64, y func(float64) float64) {
	class, colour := series(n)
	var path strings.Builder
	pen := "M"
	for i, p := range s.Points {
		if i >= len(l.Labels) {
			break
		}
		if !p.Known {
			pen = "M"
			continue
		}
		path.WriteString(pen + at(x(i)) + " " + at(y(p.Value)))
		pen = "L"
	}
	fmt.Fprintf(c, `<path d="%s" class="chart-line %s" fill="none" stroke="%s" stroke-width="2"/>`, path.String(), class, colour)
	for i, p := range s.Points {
		if p.Known && i < len(l.Labels) {
			fmt.Fprintf(c, `<circle cx="%s" cy="%s" r="3" class="chart-dot %s" fill="%s"><title>%s</title></circle>`,
				at(x(i)), at(y(p.Value)), class, colour, html.EscapeString(strings.TrimSpace(s.Name+" "+l.Labels[i]+" "+p.text())))
		}
	}
}

func (l Lines) legend(c *canvas, y float64) float64 {
	x := 0.0
	for n, s := range l.Series {
		need := measure(s.Name) + 34
		if x > 0 && x+need > wide {
			x, y = 0, y+20
		}
		class, colour := series(n)
		c.rect(x, y+3, 12, 12, class, colour)
		c.text(x+18, y+14, "start", "chart-label", ink, s.Name)
		x += need
	}
	return y + 22
}

func (l Lines) describe() string {
	var all []string
	for _, s := range l.Series {
		var items []Item
		for i, p := range s.Points {
			if p.Known && i < len(l.Labels) {
				items = append(items, Item{Label: l.Labels[i], Value: p.Value, Text: p.Text})
			}
		}
		all = append(all, strings.TrimPrefix(s.Name+":"+describe(items), ":"))
	}
	return strings.Join(all, ";")
}
