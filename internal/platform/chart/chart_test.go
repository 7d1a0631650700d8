package chart_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"touyan/internal/platform/chart"
)

type component interface {
	Render(context.Context, io.Writer) error
}

func draw(t *testing.T, c component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// wellFormed parses the drawing and holds every coordinate within the view box.
func wellFormed(t *testing.T, name, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var width, height float64
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v in %s", name, err, svg)
		}
		start, isStart := token.(xml.StartElement)
		if !isStart {
			continue
		}
		for _, a := range start.Attr {
			switch a.Name.Local {
			case "style":
				t.Errorf("%s: inline style", name)
			case "viewBox":
				if _, err := fmt.Sscanf(a.Value, "0 0 %g %g", &width, &height); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			case "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height":
				v, err := strconv.ParseFloat(a.Value, 64)
				if err != nil || math.IsNaN(v) || v < 0 || v > max(width, height) && width > 0 {
					t.Errorf("%s: %s %s=%q leaves %g×%g", name, start.Name.Local, a.Name.Local, a.Value, width, height)
				}
			}
		}
	}
}

func TestCharts(t *testing.T) {
	t.Parallel()
	many := make([]chart.Item, 40)
	months := make([]string, 13)
	for i := range many {
		many[i] = chart.Item{Label: fmt.Sprintf("第%d个名称很长很长很长很长很长的乡镇人民政府街道办事处", i), Value: float64(i) * 1.37}
	}
	for i := range months {
		months[i] = fmt.Sprintf("2026-%02d", i+1)
	}
	few := []chart.Item{{Label: "安化镇", Value: 98.5}, {Label: "马街镇", Value: 61.25}, {Label: "<b>&\"", Value: 3}}
	bad := []chart.Item{{Label: "a", Value: math.NaN()}, {Label: "b", Value: math.Inf(1)}, {Label: "c", Value: -5}, {Label: "d", Value: math.Inf(-1)}}
	points := []chart.Point{chart.At(88, ""), {}, chart.At(92.5, "92.50"), chart.At(90, "")}
	for name, c := range map[string]struct {
		chart component
		holds []string
	}{
		"bars":           {chart.Bars{Title: "各乡镇平均分", Items: few}, []string{"各乡镇平均分", "安化镇 98.5,马街镇 61.25", "&lt;b&gt;&amp;"}},
		"bars of many":   {chart.Bars{Title: "t", Items: many}, []string{"…", "共40项"}},
		"bars to max":    {chart.Bars{Title: "t", Items: few, Max: 50}, []string{"98.5"}},
		"bars empty":     {chart.Bars{Title: "t"}, []string{"暂无数据"}},
		"bars zero":      {chart.Bars{Title: "t", Items: []chart.Item{{Label: "a"}}}, []string{">0<"}},
		"bars bad":       {chart.Bars{Title: "t", Items: bad, Max: math.NaN()}, nil},
		"columns":        {chart.Columns{Title: "分布", Items: few}, []string{"61.25"}},
		"columns many":   {chart.Columns{Title: "分布", Items: many}, nil},
		"columns empty":  {chart.Columns{Title: "分布"}, []string{"暂无数据"}},
		"columns bad":    {chart.Columns{Title: "分布", Items: bad}, nil},
		"lines":          {chart.Lines{Title: "走势", Labels: months[:4], Low: 80, Series: []chart.Series{{Name: "安化镇", Points: points}}}, []string{"2026-03 92.50", "2026-04"}},
		"lines two":      {chart.Lines{Title: "走势", Labels: months, Series: []chart.Series{{Name: "甲", Points: points}, {Name: "乙", Points: points[2:]}}}, []string{"chart-s2", "乙"}},
		"lines fixed":    {chart.Lines{Title: "走势", Labels: months[:4], Low: 60, High: 110, Series: []chart.Series{{Points: points}}}, []string{">110<", ">60<"}},
		"lines one":      {chart.Lines{Title: "走势", Labels: months[:1], Series: []chart.Series{{Points: points}}}, []string{"circle"}},
		"lines level":    {chart.Lines{Title: "走势", Labels: months[:2], Low: 90, Series: []chart.Series{{Points: []chart.Point{chart.At(90, ""), chart.At(90, "")}}}}, []string{"circle"}},
		"lines below":    {chart.Lines{Title: "走势", Labels: months[:2], Low: 90, Series: []chart.Series{{Points: []chart.Point{chart.At(70, ""), chart.At(95, "")}}}}, []string{"circle"}},
		"lines empty":    {chart.Lines{Title: "走势", Labels: months, Series: []chart.Series{{Name: "甲", Points: []chart.Point{{}}}}}, []string{"暂无数据"}},
		"lines bad":      {chart.Lines{Title: "走势", Labels: months[:2], Low: math.Inf(-1), Series: []chart.Series{{Points: []chart.Point{chart.At(math.NaN(), ""), chart.At(math.Inf(1), "")}}}}, nil},
		"states":         {chart.States{Title: "进度", Segments: []chart.Segment{{"未开始", 5, "draft"}, {"已提交", 30, "submitted"}, {"退回", 0, ""}}}, []string{"chart-state-draft", "合计 35", "退回 0"}},
		"states empty":   {chart.States{Title: "进度", Segments: []chart.Segment{{"未开始", 0, ""}}}, []string{"暂无数据"}},
		"states negated": {chart.States{Title: "进度", Segments: []chart.Segment{{"甲", -3, ""}, {"乙", 3, ""}}}, []string{"合计 3"}},
	} {
		svg := draw(t, c.chart)
		wellFormed(t, name, svg)
		for _, s := range append(c.holds, `role="img"`, "<title id=", "<desc id=", "viewBox") {
			if !strings.Contains(svg, s) {
				t.Errorf("%s lacks %q: %s", name, s, svg)
			}
		}
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s holds no number: %s", name, svg)
		}
	}
}

func TestGapLiftsThePen(t *testing.T) {
	t.Parallel()
	svg := draw(t, chart.Lines{Labels: []string{"1", "2", "3", "4"}, Series: []chart.Series{{Points: []chart.Point{chart.At(1, ""), {}, chart.At(2, ""), chart.At(3, "")}}}})
	path := svg[strings.Index(svg, `<path d="`)+9:]
	path = path[:strings.Index(path, `"`)]
	if strings.Count(path, "M") != 2 || strings.Count(path, "L") != 1 {
		t.Errorf("path %s", path)
	}
}
