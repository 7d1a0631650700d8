package xlsx

import (
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// styleSet holds the numbers of the cell styles of one sheet.
type styleSet struct {
	title, line, header int
	text, number        []int // by column
}

func newStyles(f *excelize.File, columns []Column) (styleSet, error) {
	var s styleSet
	var failed error
	cache := map[string]int{}
	add := func(name string, style *excelize.Style) int {
		id, ok := cache[name]
		if !ok && failed == nil {
			id, failed = f.NewStyle(style)
			cache[name] = id
		}
		return id
	}
	border := []excelize.Border{}
	for _, side := range []string{"left", "right", "top", "bottom"} {
		border = append(border, excelize.Border{Type: side, Color: "BFBFBF", Style: 1})
	}
	font := func(size float64, bold bool) *excelize.Font {
		return &excelize.Font{Family: "宋体", Size: size, Bold: bold}
	}
	align := func(h string) *excelize.Alignment {
		return &excelize.Alignment{Horizontal: h, Vertical: "center", WrapText: true}
	}
	s.title = add("title", &excelize.Style{Font: font(16, true), Alignment: align("center")})
	s.line = add("line", &excelize.Style{Font: font(10, false), Alignment: align("left")})
	s.header = add("header", &excelize.Style{Font: font(11, true), Alignment: align("center"), Border: border,
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F2F2F2"}}})
	for _, c := range columns {
		side, numbers := "left", "right"
		if c.Center {
			side, numbers = "center", "center"
		}
		format := 0
		if c.Text {
			format = 49 // @, so that what is typed into the cell stays text as well
		}
		var guard *excelize.Protection
		kind := strconv.Itoa(format)
		if c.Entry {
			guard, kind = &excelize.Protection{Locked: false}, kind+"open"
		}
		s.text = append(s.text, add("text"+side+kind,
			&excelize.Style{Font: font(11, false), Alignment: align(side), Border: border, NumFmt: format, Protection: guard}))
		number := &excelize.Style{Font: font(11, false), Alignment: align(numbers), Border: border, Protection: guard}
		if c.Decimals > 0 {
			code := "0."
			for range c.Decimals {
				code += "0"
			}
			number.CustomNumFmt = &code
		}
		s.number = append(s.number, add("number"+numbers+strconv.Itoa(c.Decimals)+kind, number))
	}
	return s, failed
}

// columns sets widths, formats and hidden columns, which must stand before the first row.
func (w *Writer) columns() error {
	for i, c := range w.layout.Columns {
		width := c.Width
		if width == 0 {
			width = float64(min(max(2*utf8.RuneCountInString(c.Title)+2, 8), 30))
			if c.Text {
				width = 22
			}
		}
		if err := w.stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
		if c.Text {
			if err := w.stream.SetColStyle(i+1, i+1, w.styles.text[i]); err != nil {
				return err
			}
		}
		if c.Hidden {
			if err := w.stream.SetColVisible(i+1, i+1, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// header writes title, lines and the one or two lines of column titles, and freezes the view below them.
func (w *Writer) header() error {
	lines := w.headerLines()
	top := lines + len(w.layout.Lines)
	if w.layout.Title != "" {
		top++
	}
	pane := &excelize.Panes{Freeze: true, YSplit: top, XSplit: w.layout.Frozen,
		TopLeftCell: ref(w.layout.Frozen+1, top+1), ActivePane: "bottomLeft"}
	if w.layout.Frozen > 0 {
		pane.ActivePane = "bottomRight"
	}
	if err := w.stream.SetPanes(pane); err != nil {
		return err
	}
	if w.layout.Title != "" {
		if err := w.line(w.layout.Title, w.styles.title, 32); err != nil {
			return err
		}
	}
	for _, l := range w.layout.Lines {
		if err := w.line(l, w.styles.line, 0); err != nil {
			return err
		}
	}
	first := w.row + 1
	for line := range lines {
		for i, c := range w.layout.Columns {
			title := c.Title
			switch {
			case lines == 1:
				if c.Group != "" {
					title = c.Group + "/" + c.Title
				}
			case line == 0 && c.Group != "":
				title = c.Group
			case line == 1 && c.Group == "":
				title = ""
			}
			w.values[i] = excelize.Cell{StyleID: w.styles.header, Value: title}
		}
		w.row++
		if err := w.stream.SetRow(ref(1, w.row), w.values, excelize.RowOpts{Height: 24}); err != nil {
			return err
		}
	}
	w.first = w.row + 1
	if lines == 2 {
		return w.mergeHeader(first)
	}
	return nil
}

func (w *Writer) headerLines() int {
	for _, c := range w.layout.Columns {
		if c.Group != "" {
			return 2
		}
	}
	return 1
}

// mergeHeader joins the cells of a group, and the two lines of a column without one.
func (w *Writer) mergeHeader(row int) error {
	cols := w.layout.Columns
	for i := 0; i < len(cols); {
		end := i + 1
		if cols[i].Group == "" {
			if err := w.stream.MergeCell(ref(i+1, row), ref(i+1, row+1)); err != nil {
				return err
			}
		} else {
			for end < len(cols) && cols[end].Group == cols[i].Group {
				end++
			}
			if end > i+1 {
				if err := w.stream.MergeCell(ref(i+1, row), ref(end, row)); err != nil {
					return err
				}
			}
		}
		i = end
	}
	return nil
}
