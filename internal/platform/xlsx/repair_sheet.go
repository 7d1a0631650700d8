package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// sheetEdit writes findings into one work sheet while copying it. Bytes that need no change pass through untouched.
type sheetEdit struct {
	styles     *styleSheet
	headerLast int
	findings   map[int][]Finding
	column     int  // of the problem texts
	filter     bool // hide the good rows behind a filter

	dec      *xml.Decoder
	seen     bytes.Buffer // input that the decoder took and that was not yet copied
	taken    int64
	out      io.Writer
	prefix   string
	depth    int
	colsTo   int // last column with a width of its own
	lastRow  int // last row stored
	filtered bool
	err      error
}

// before the filter in the order of the schema of work sheets
var beforeFilter = map[string]bool{"sheetCalcPr": true, "sheetProtection": true, "protectedRanges": true, "scenarios": true}

func (e *sheetEdit) run(in io.Reader, out io.Writer) error {
	e.dec, e.out = xml.NewDecoder(io.TeeReader(in, &e.seen)), out
	inData := false
	for {
		tok, raw, err := e.token()
		if errors.Is(err, io.EOF) {
			return e.err
		}
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			name := t.Name.Local
			switch {
			case name == "row" && inData:
				err = e.row(t, raw)
				raw = ""
			case name == "sheetData":
				inData = true
				if t.Name.Space != "" {
					e.prefix = t.Name.Space + ":"
				}
				if e.colsTo == 0 {
					e.put(e.tag(`<%scols><%scol min="%d" max="%d" width="48" customWidth="1"/></%scols>`, e.column, e.column))
				}
			case name == "col":
				e.colsTo = max(e.colsTo, intAttr(t, "max"))
			case name == "dimension" || e.filter && (name == "autoFilter" || name == "sortState") && e.depth == 2:
				err = e.drop(name)
				raw = ""
			case e.lastRow > 0 && !inData && e.depth == 2 && !beforeFilter[name]:
				e.putFilter()
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "cols":
				if e.colsTo < e.column {
					e.put(e.tag(`<%scol min="%d" max="%d" width="48" customWidth="1"/>`, e.column, e.column))
				}
			case "sheetData":
				inData = false
			case "worksheet":
				e.putFilter()
			}
		}
		if err != nil {
			return err
		}
		e.put(raw)
	}
}

// token gives the next token with its bytes.
func (e *sheetEdit) token() (xml.Token, string, error) {
	tok, err := e.dec.RawToken()
	if err != nil {
		return nil, "", err
	}
	switch tok.(type) {
	case xml.StartElement:
		e.depth++
	case xml.EndElement:
		e.depth--
	}
	at := e.dec.InputOffset()
	raw := string(e.seen.Next(int(at - e.taken)))
	e.taken = at
	return tok, raw, nil
}

func (e *sheetEdit) put(text string) {
	if e.err == nil && text != "" {
		_, e.err = io.WriteString(e.out, text)
	}
}

// tag fills in the name space prefix of the sheet at each %s.
func (e *sheetEdit) tag(format string, args ...any) string {
	return fmt.Sprintf(strings.ReplaceAll(format, "%s", e.prefix), args...)
}

// drop reads past an element.
func (e *sheetEdit) drop(name string) error {
	for {
		tok, _, err := e.token()
		if err != nil {
			return unexpected(err)
		}
		if t, ok := tok.(xml.EndElement); ok && t.Name.Local == name {
			return nil
		}
	}
}

// putFilter stands behind the rows once: everything in the problem column that is not blank.
func (e *sheetEdit) putFilter() {
	if e.filtered || !e.filter || e.lastRow <= e.headerLast {
		return
	}
	e.filtered = true
	e.put(e.tag(`<%sautoFilter ref="`) + ref(1, e.headerLast) + ":" + ref(e.column, e.lastRow) + `">` +
		e.tag(`<%sfilterColumn colId="%d"><%scustomFilters><%scustomFilter operator="notEqual" val=" "/>`+
			`</%scustomFilters></%sfilterColumn></%sautoFilter>`, e.column-1))
}
