package report

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/xlsx"
)

// listing is a list as it leaves the page, as a workbook or on paper: the same rows under the same heads.
type listing struct {
	Title   string
	Unit    string
	Day     string
	Lines   []string // what the list answers and by which definition
	Object  string   // the table whose rows it shows
	Upright bool     // few columns, for which a workbook prints upright
	Frozen  int      // columns that stay beside the rest, the running number among them
	Columns []xlsx.Column
	Rows    []listed
}

// listed is a row: a number stays one in a workbook.
type listed struct {
	Person int64 // 0: the row names nobody
	Cells  []any
}

// searched adds a search to what a list answers, for the trail.
func searched(words, text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return words
	}
	return strings.TrimSuffix(words, "。") + ";搜索:" + text
}

// workbook is the listing as a file, for a purpose as somebody typed it, with what it was narrowed to in words.
func (l listing) workbook(purpose, filter string) access.Export {
	held := access.PeopleOf()
	layout := xlsx.Layout{Title: l.Title, Lines: l.Lines, Frozen: l.Frozen, Upright: l.Upright,
		Columns: append([]xlsx.Column{{Key: "no", Title: "序号"}}, l.Columns...)}
	return access.Export{Name: l.Title + l.Day, Object: l.Object, Purpose: purpose, Filter: filter, Layout: layout, People: held, Rows: func(x *xlsx.Writer) error {
		for i, r := range l.Rows {
			held.Add(r.Person)
			if err := x.Row(append([]any{i + 1}, r.Cells...)...); err != nil {
				return err
			}
		}
		return nil
	}}
}

// mostOnPaper is how many rows one print may hold.
const mostOnPaper = 1000

// print answers with the listing on sheets of A4, each with the mark of who printed it.
func (l listing) print(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if len(l.Rows) > mostOnPaper {
		return fault.Invalid("名单有%d行,一次最多打印%d行。请缩小范围,或改用导出", len(l.Rows), mostOnPaper)
	}
	p := l.paper()
	return access.PrintPage(w, r, s, l.Title, p.wide, listingPaper(l, p, s.Mark("打印", l.Title)))
}

// A sheet of A4 within its margins and the table on it, in tenths of a millimetre. See web/static/css/print.css.
const (
	uprightWidth, uprightHeight = 1860, 2730
	wideWidth, wideHeight       = 2730, 1860
	aroundTable                 = 480 // title, line above, head of two lines, mark, number of the sheet
	lineHeight, rowPadding      = 56, 24
	smallLine                   = 48
	halfChar, smallHalf         = 19, 16
	cellPadding                 = 36
	widest                      = 26 // halves of a character before a text goes on in the next line
)

// paper is how a listing lies on its sheets: columns as wide as their texts, in small print where they are many.
type paper struct {
	wide, small bool
	columns     []int // widths, the running number first
	across      int   // their sum
}

func (l listing) paper() (p paper) {
	texts := []int{width(strconv.Itoa(len(l.Rows)))}
	for i, c := range l.Columns {
		most := max(4, (width(c.Title)+1)/2)
		for _, r := range l.Rows {
			most = max(most, min(width(cellText(r.Cells[i])), widest))
		}
		texts = append(texts, most)
	}
	natural := func(half int) (list []int, sum int) {
		for _, n := range texts {
			list, sum = append(list, (n+1)*half+cellPadding), sum+(n+1)*half+cellPadding
		}
		return list, sum
	}
	p.columns, p.across = natural(halfChar)
	p.wide, p.small = p.across > uprightWidth, p.across > wideWidth
	if p.small {
		p.columns, p.across = natural(smallHalf)
	}
	return p
}

// percent is the width of a column as its share of the sheet.
func (p paper) percent(i int) string {
	return strconv.Itoa((p.columns[i]*100+p.across/2)/p.across) + "%"
}

// tall is the height of a row: that of its longest text.
func (p paper) tall(r listed) int {
	across, half, line := uprightWidth, halfChar, lineHeight
	if p.wide {
		across = wideWidth
	}
	if p.small {
		half, line = smallHalf, smallLine
	}
	lines := 1
	for i, v := range r.Cells {
		room := max((across*p.columns[i+1]/p.across-cellPadding)/half, 2)
		lines = max(lines, (width(cellText(v))+room-1)/room)
	}
	return lines*line + rowPadding
}

// width counts a text in halves of a Chinese character.
func width(text string) (n int) {
	for _, r := range text {
		if n++; utf8.RuneLen(r) > 2 {
			n++
		}
	}
	return n
}

// sheets cuts the rows so that each sheet of paper holds its own; the last one leaves room for the lines that explain.
func (l listing) sheets(p paper) [][]listed {
	if p.wide {
		return cut(l.Rows, p.tall, wideHeight-aroundTable, noteHeight(l.note(), wideWidth))
	}
	return cut(l.Rows, p.tall, uprightHeight-aroundTable, noteHeight(l.note(), uprightWidth))
}

// cut fills sheets of one height with rows; below the rows of the last one there is room for a note.
func cut[R any](rows []R, tall func(R) int, height, note int) (out [][]R) {
	from, used := 0, 0
	for i, r := range rows {
		if used += tall(r); used > height && i > from {
			out, from, used = append(out, rows[from:i]), i, tall(r)
		}
	}
	last := rows[from:]
	if used+note > height && len(last) > 1 { // the end of the list goes with its note
		at := len(last) - max(len(last)/4, 1)
		return append(out, last[:at], last[at:])
	}
	return append(out, last)
}

// noteHeight is the room that a note takes below a table.
func noteHeight(text string, across int) int { return (width(text)*20/across + 1) * lineHeight }

// cellText is a cell as paper shows it.
func cellText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	}
	return ""
}

// age is a number of years as a cell: blank where it is unknown.
func age(n int) any {
	if n < 0 {
		return nil
	}
	return n
}
