package xlsx

import (
	"encoding/xml"
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
	dec   *xml.Decoder
	row   int
	cells []Cell // reused
}

func (b *Book) sheetRows(part string) (*sheetRows, error) {
	rc, err := b.open(part, b.limits.Unpacked)
	if err != nil {
		return nil, err
	}
	return &sheetRows{book: b, rc: rc, dec: xml.NewDecoder(rc)}, nil
}

func (s *sheetRows) Close() error { return s.rc.Close() }

// next gives the number and the filled cells of the next stored row, io.EOF after the last. The slice is reused.
func (s *sheetRows) next() (int, []Cell, error) {
	for {
		tok, err := s.dec.RawToken()
		if err != nil {
			return 0, nil, readError(unexpected(err))
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local == "row" {
				n, err := rowNumber(t, s.row)
				if err != nil {
					return 0, nil, damaged(err)
				}
				s.row = n
				if err := s.readRow(); err != nil {
					return 0, nil, readError(err)
				}
				return s.row, s.cells, nil
			}
		case xml.EndElement:
			if t.Name.Local == "sheetData" || t.Name.Local == "worksheet" {
				return 0, nil, io.EOF
			}
		}
	}
}

// rowNumber takes the row's own number; a writer may leave it out, then rows count on.
func rowNumber(el xml.StartElement, previous int) (int, error) {
	n := previous + 1
	if r := attr(el, "r"); r != "" {
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
		tok, err := s.dec.RawToken()
		if err != nil {
			return unexpected(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			if col, err = columnNumber(attr(t, "r"), col); err != nil {
				return err
			}
			c, err := s.readCell(t, col)
			if err != nil {
				return err
			}
			if c.Text != "" || c.NoValue {
				s.cells = append(s.cells, c)
			}
		case xml.EndElement:
			if t.Name.Local == "row" {
				return nil
			}
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

func (s *sheetRows) readCell(el xml.StartElement, col int) (Cell, error) {
	kind, style := attr(el, "t"), intAttr(el, "s")
	var raw []byte
	var inValue, formula bool
	for {
		tok, err := s.dec.RawToken()
		if err != nil {
			return Cell{}, unexpected(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				inValue = true
			case "f":
				formula = true
			case "is":
				value, err := richText(s.dec, "is")
				if err != nil {
					return Cell{}, err
				}
				raw = append(raw[:0], value...)
			}
		case xml.CharData:
			if inValue {
				raw = append(raw, t...)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v":
				inValue = false
			case "c":
				c := s.cell(col, kind, style, string(raw))
				c.NoValue = formula && len(raw) == 0 && kind != "str"
				return c, nil
			}
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
