package xlsx

import (
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
)

// Table is the part of a book that matches a schema: one sheet from its header down.
type Table struct {
	Match  Match
	schema Schema
	book   *Book
	part   string
	skip   []Skipped
	titles map[int]string
}

// Row is one row of data.
type Row struct {
	Number int // as the spreadsheet program shows it
	cells  []Cell
	index  map[string]int
	cols   []Matched
}

const maxSheets = 20 // sheets that are looked at for a header

// Table finds the sheet and the header that match the schema best. remembered maps titles to keys as a user once
// decided, "" for a column to leave out; it goes before the schema's own titles. The error is a Problem if nothing looks
// like a header; a header that lacks columns is no error here, see Match.Err.
func (b *Book) Table(s Schema, remembered map[string]string) (*Table, error) {
	return b.table(s, remembered, b.sheets)
}

// TableOn is Table on one sheet alone, by the name of its tab.
func (b *Book) TableOn(sheet string, s Schema, remembered map[string]string) (*Table, error) {
	var one []sheetEntry
	for _, e := range b.sheets {
		if e.name == sheet {
			one = append(one, e)
		}
	}
	return b.table(s, remembered, one)
}

func (b *Book) table(s Schema, remembered map[string]string, sheets []sheetEntry) (*Table, error) {
	known := make(map[string]string, len(remembered))
	for title, key := range remembered {
		if _, ok := s.Column(key); ok || key == "" {
			known[titleKey(title)] = key
		}
	}
	var best *Table
	top := 0
	var others []string
	for i, sheet := range sheets {
		if i >= maxSheets {
			break
		}
		r, err := b.reader(sheet.part)
		if err != nil {
			return nil, err
		}
		rows, err := head(r)
		r.Close()
		if err != nil {
			return nil, err
		}
		m, score := s.bestHeader(rows, known)
		m.Sheet = sheet.name
		if len(m.Columns) > 0 && len(m.Missing) == 0 && len(rows) > 0 && rows[len(rows)-1].number > m.HeaderLast {
			others = append(others, sheet.name)
		}
		if score > top {
			best, top = &Table{Match: m, schema: s, book: b, part: sheet.part}, score
		}
	}
	if best == nil {
		return nil, problem(nil, "前%d行没有找到表头;表头应有:%s", headerWithin, strings.Join(s.required(), "、"))
	}
	best.Match.OtherSheet = slices.DeleteFunc(others, func(n string) bool { return n == best.Match.Sheet })
	return best, nil
}

func (s Schema) required() []string {
	var out []string
	for _, c := range s.Columns {
		if c.Required {
			out = append(out, c.Title)
		}
	}
	if len(out) == 0 {
		for _, c := range s.Columns {
			out = append(out, c.Title)
		}
	}
	return out
}

func (b *Book) reader(part string) (rowReader, error) {
	if b.csv != nil {
		return b.csvRows(), nil
	}
	return b.sheetRows(part)
}

// Rows streams the rows of data. Rows without content end nothing and are left out, as are sums, signatures, repeated
// headers and captions between groups; those are listed by Skipped afterwards. A blank cell of a vertically merged block
// has the block's value. The sequence stops at the first error, which is a Problem.
func (t *Table) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		t.skip = nil
		if err := t.each(func(r Row) bool { return yield(r, nil) }); err != nil {
			yield(Row{}, err)
		}
	}
}

// Skipped lists the rows that the last run of Rows left out on purpose.
func (t *Table) Skipped() []Skipped { return t.skip }

func (t *Table) each(yield func(Row) bool) error {
	var blocks []area
	var err error
	if t.book.csv == nil {
		if blocks, err = t.book.merges(t.part); err != nil {
			return err
		}
	}
	r, err := t.book.reader(t.part)
	if err != nil {
		return err
	}
	defer r.Close()
	fill := newFiller(blocks, t.Match.Columns)
	index := make(map[string]int, len(t.Match.Columns))
	position := make(map[int]int, len(t.Match.Columns))
	for i, c := range t.Match.Columns {
		index[c.Key], position[c.Col] = i, i
	}
	for {
		number, cells, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if number <= t.Match.HeaderLast || len(cells) == 0 {
			continue
		}
		if why := t.leaveOut(number, cells, blocks); why != "" {
			t.skip = append(t.skip, Skipped{number, why})
			continue
		}
		row := Row{Number: number, cells: make([]Cell, len(t.Match.Columns)), index: index, cols: t.Match.Columns}
		used := false
		for i, c := range t.Match.Columns {
			row.cells[i] = Cell{Row: number, Col: c.Col}
		}
		for _, c := range cells {
			if i, ok := position[c.Col]; ok {
				row.cells[i], used = c, true
			}
		}
		if !used {
			continue // only columns that nobody reads, such as a running number drawn down too far
		}
		fill.row(number, row.cells)
		if !yield(row) {
			return nil
		}
	}
}

// Cell gives the cell of a column, an empty one if the file has no such column.
func (r Row) Cell(key string) Cell {
	if i, ok := r.index[key]; ok {
		return r.cells[i]
	}
	return Cell{Row: r.Number}
}

// Text gives the text of a column.
func (r Row) Text(key string) string { return r.Cell(key).Text }

// Has reports whether the file has the column at all, which is not the same as an empty cell.
func (r Row) Has(key string) bool { _, ok := r.index[key]; return ok }
