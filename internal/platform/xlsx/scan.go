package xlsx

import (
	"errors"
	"io"
	"strconv"
	"strings"
)

// The library's row reader gives texts only. Whether a cell holds a number, and in which format it is shown, decides
// if an ID number has lost digits and what 1985.1 means, so sheets are read here, as a stream of tokens.

const maxRow, maxCol = 1 << 20, 1 << 14

// sheetRows reads the rows of one work sheet.
type sheetRows struct {
	book  *Book
	rc    io.Closer
	in    *tokens
	row   int
	cells []Cell // reused
	raw   []byte // reused
}

func (b *Book) sheetRows(part string) (*sheetRows, error) {
	rc, err := b.open(part, b.limits.Unpacked)
	if err != nil {
		return nil, err
	}
	return &sheetRows{book: b, rc: rc, in: newTokens(rc)}, nil
}

func (s *sheetRows) Close() error { return s.rc.Close() }

// next gives the number and the filled cells of the next stored row, io.EOF after the last. The slice is reused.
func (s *sheetRows) next() (int, []Cell, error) {
	for {
		if err := s.in.next(); err != nil {
			return 0, nil, readError(unexpected(err))
		}
		switch {
		case s.in.start("row"):
			n, err := rowNumber(s.in.attr("r"), s.row)
			if err != nil {
				return 0, nil, damaged(err)
			}
			s.row = n
			if err := s.readRow(); err != nil {
				return 0, nil, readError(err)
			}
			return s.row, s.cells, nil
		case s.in.end("sheetData"), s.in.end("worksheet"):
			return 0, nil, io.EOF
		}
	}
}

// rowNumber takes the row's own number; a writer may leave it out, then rows count on.
func rowNumber(r string, previous int) (int, error) {
	n := previous + 1
	if r != "" {
		var err error
		if n, err = strconv.Atoi(r); err != nil {
			return 0, err
		}
	}
	if n <= previous || n > maxRow {
		return 0, errors.New("row numbers are out of order")
	}
	return n, nil
}

func (s *sheetRows) readRow() error {
	s.cells = s.cells[:0]
	col := 0
	for {
		if err := s.in.next(); err != nil {
			return unexpected(err)
		}
		switch {
		case s.in.start("c"):
			var err error
			if col, err = columnNumber(s.in.attr("r"), col); err != nil {
				return err
			}
			c, err := s.readCell(col)
			if err != nil {
				return err
			}
			if c.Text != "" || c.NoValue {
				s.cells = append(s.cells, c)
			}
		case s.in.end("row"):
			return nil
		}
	}
}

// columnNumber reads the letters of a reference; without one, cells count on.
func columnNumber(ref string, previous int) (int, error) {
	if ref == "" {
		return previous + 1, nil
	}
	n := 0
	for i := 0; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		if n = n*26 + int(ref[i]-'A') + 1; n > maxCol {
			break
		}
	}
	if n == 0 || n > maxCol || n <= previous {
		return 0, errors.New("cell references are out of order")
	}
	return n, nil
}

// readCell reads a cell whose start tag was read.
func (s *sheetRows) readCell(col int) (Cell, error) {
	kind, style := s.in.attr("t"), s.in.intAttr("s")
	raw := s.raw[:0]
	var inValue, formula bool
	for {
		if err := s.in.next(); err != nil {
			return Cell{}, unexpected(err)
		}
		switch {
		case s.in.start("v"):
			inValue = true
		case s.in.start("f"):
			formula = true
		case s.in.start("is"):
			value, err := richText(s.in, "is")
			if err != nil {
				return Cell{}, err
			}
			raw = append(raw[:0], value...)
		case s.in.kind == textToken:
			if inValue {
				raw = append(raw, s.in.text...)
			}
		case s.in.end("v"):
			inValue = false
		case s.in.end("c"):
			s.raw = raw
			c := s.cell(col, kind, style, string(raw))
			c.NoValue = formula && len(raw) == 0 && kind != "str"
			return c, nil
		}
	}
}

func (s *sheetRows) cell(col int, kind string, style int, value string) Cell {
	text := func(v string) Cell { return textCell(s.row, col, Normalize(unquoteFormula(v)), false) }
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || i < 0 || i >= len(s.book.shared) {
			return Cell{Row: s.row, Col: col}
		}
		return text(s.book.shared[i])
	case "inlineStr":
		return text(value)
	case "str":
		return text(unescape(value))
	case "b":
		c := Cell{Row: s.row, Col: col, Kind: Bool, Text: "否"}
		if value == "1" || value == "true" {
			c.Text = "是"
		}
		return c
	case "e":
		return Cell{Row: s.row, Col: col, Kind: ErrorValue, Text: value}
	case "d":
		day, _, _ := strings.Cut(value, "T")
		return Cell{Row: s.row, Col: col, Kind: DateNumber, Text: day}
	}
	if value = strings.TrimSpace(value); value == "" {
		return Cell{Row: s.row, Col: col}
	}
	return numberCell(s.row, col, value, s.book.format(style), s.book.d1904)
}
