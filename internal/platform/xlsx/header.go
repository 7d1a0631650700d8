package xlsx

import (
	"errors"
	"io"
	"slices"
	"strings"
)

const (
	headerWithin = 10 // rows in which a header is looked for
	probeRows    = headerWithin + 6
)

// rowReader is a source of rows: a work sheet or a CSV file.
type rowReader interface {
	next() (int, []Cell, error)
	Close() error
}

type storedRow struct {
	number int
	cells  []Cell
}

func (r storedRow) at(col int) Cell {
	for _, c := range r.cells {
		if c.Col == col {
			return c
		}
	}
	return Cell{}
}

func (r storedRow) filled() int {
	n := 0
	for _, c := range r.cells {
		if !c.Blank() {
			n++
		}
	}
	return n
}

// head reads the first rows of a source.
func head(r rowReader) ([]storedRow, error) {
	var rows []storedRow
	for len(rows) < probeRows {
		n, cells, err := r.next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		if len(cells) > 0 {
			rows = append(rows, storedRow{n, slices.Clone(cells)})
		}
	}
	return rows, nil
}

// bestHeader tries every row, alone and with the one below it, and takes what matches most; of equals the earlier one,
// and two lines only where the second cannot be data.
func (s Schema) bestHeader(rows []storedRow, remembered map[string]string) (best Match, score int) {
	ix := s.index()
	for i, row := range rows {
		if i >= headerWithin || row.number > headerWithin+2 {
			break
		}
		for lines := 1; lines <= 2 && i+lines <= len(rows); lines++ {
			titles := oneLine(row)
			last := row.number
			if lines == 2 {
				titles, last = twoLines(row, rows[i+1]), rows[i+1].number
				if last != row.number+1 || row.filled() < 2 {
					continue // a lone text above the header is a title or a remark
				}
			}
			m := s.compare(ix, titles, remembered)
			m.HeaderRow, m.HeaderLast = row.number, last
			n := 4*len(m.Columns) + m.resembling()
			if n == 1 {
				continue // one title that resembles one of ours is chance
			}
			if n > score || n == score && n > 0 && lines == 2 && best.HeaderRow == row.number && subHeader(m, rows[i+1]) {
				best, score = m, n
			}
		}
	}
	for i := range best.Unknown {
		best.Unknown[i].Samples = samples(rows, best.HeaderLast, best.Unknown[i].Col)
	}
	return best, score
}

func (m Match) resembling() int {
	n := 0
	for _, u := range m.Unknown {
		if u.Like != "" {
			n++
		}
	}
	return n
}

func oneLine(row storedRow) []headerTitle {
	var out []headerTitle
	for _, c := range row.cells {
		out = append(out, headerTitle{c.Col, []string{shown(c.Text)}})
	}
	return out
}

// twoLines joins a header such as 教育情况 over 全日制 and 在职. The upper title stands in the first cell of its block
// only, so a lower title without one takes the nearest to its left that also has a lower line.
func twoLines(upper, lower storedRow) []headerTitle {
	times := map[string]int{}
	for _, c := range lower.cells {
		times[titleKey(c.Text)]++
	}
	cols := make([]int, 0, len(upper.cells)+len(lower.cells))
	for _, c := range append(slices.Clone(upper.cells), lower.cells...) {
		cols = append(cols, c.Col)
	}
	slices.Sort(cols)
	var out []headerTitle
	parent := ""
	for _, col := range slices.Compact(cols) {
		top, bottom := shown(upper.at(col).Text), shown(lower.at(col).Text)
		if top != "" {
			parent = top
		}
		switch {
		case bottom == "":
			out = append(out, headerTitle{col, []string{top}})
			parent = ""
		case parent == "":
			out = append(out, headerTitle{col, []string{bottom}})
		default:
			t := headerTitle{col, []string{parent + "/" + bottom}}
			if times[titleKey(bottom)] == 1 { // 学历 under both 全日制 and 在职 says nothing alone
				t.variants = append(t.variants, bottom)
			}
			out = append(out, t)
		}
	}
	return out
}

// subHeader holds if a row below a header gives only texts, and nothing in any column that was matched by the line
// above alone: it continues the header even where none of its titles is known.
func subHeader(m Match, row storedRow) bool {
	for _, c := range row.cells {
		if c.Kind != Text || len([]rune(c.Text)) > 12 {
			return false
		}
		for _, col := range m.Columns {
			if col.Col == c.Col && !strings.Contains(col.Title, "/") {
				return false
			}
		}
	}
	return true
}

// shown is a title without the line breaks of its narrow cell.
func shown(title string) string { return squeeze(title) }

func samples(rows []storedRow, after, col int) []string {
	var out []string
	for _, r := range rows {
		if c := r.at(col); r.number > after && !c.Blank() && len(out) < 3 {
			out = append(out, c.Text)
		}
	}
	return out
}
