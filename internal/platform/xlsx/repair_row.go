package xlsx

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// rawCell is a cell with its bytes.
type rawCell struct {
	col, style int
	number     float64
	text       string
}

// row copies one row; up to the header only the title of the new column is added.
func (e *sheetEdit) row(el xml.StartElement, raw string) error {
	number, err := rowNumber(el, e.lastRowSeen(el))
	if err != nil {
		return err
	}
	var cells []rawCell
	for col := 0; ; {
		tok, inner, err := e.token()
		if err != nil {
			return unexpected(err)
		}
		if t, ok := tok.(xml.EndElement); ok && t.Name.Local == "row" {
			break
		}
		if t, ok := tok.(xml.StartElement); ok && t.Name.Local == "c" {
			if col, err = columnNumber(attr(t, "r"), col); err != nil {
				return err
			}
			c, err := e.cell(t, inner, col)
			if err != nil {
				return err
			}
			cells = append(cells, c)
		}
	}
	e.putRow(el, strings.TrimSuffix(strings.TrimSuffix(raw, "/>"), ">"), number, cells)
	return nil
}

// lastRowSeen is only asked where a writer leaves the numbers of rows out; such rows count on without gaps.
func (e *sheetEdit) lastRowSeen(el xml.StartElement) int {
	if attr(el, "r") != "" {
		return 0
	}
	return e.lastRow
}

func (e *sheetEdit) cell(el xml.StartElement, raw string, col int) (rawCell, error) {
	c := rawCell{col: col, style: intAttr(el, "s")}
	text := []byte(raw)
	inValue := false
	for {
		tok, inner, err := e.token()
		if err != nil {
			return c, unexpected(err)
		}
		text = append(text, inner...)
		switch t := tok.(type) {
		case xml.StartElement:
			inValue = t.Name.Local == "v"
		case xml.CharData:
			if inValue && attr(el, "t") == "" {
				c.number, _ = strconv.ParseFloat(string(t), 64)
			}
		case xml.EndElement:
			inValue = false
			if t.Name.Local == "c" {
				c.text = string(text)
				return c, nil
			}
		}
	}
}

// putRow writes a row: hidden if it is good, with colours and its text if it is not.
func (e *sheetEdit) putRow(el xml.StartElement, tag string, number int, cells []rawCell) {
	e.lastRow = number
	findings := e.findings[number]
	tag += ">"
	if number > e.headerLast && e.filter { // empty rows too, or they would stand between the bad ones
		hidden := "1"
		if len(findings) > 0 {
			hidden = ""
		}
		tag = setAttr(tag, "hidden", hidden)
	}
	e.put(setAttr(tag, "spans", ""))
	bad := map[int]bool{}
	for _, f := range findings {
		if col, err := columnNumber(f.Ref, 0); f.Ref != "" && err == nil {
			bad[col] = true
		}
	}
	own := number >= e.headerLast
	stored := make(map[int]rawCell, len(cells))
	cols := []int{}
	for _, c := range cells {
		stored[c.col] = c
		cols = append(cols, c.col)
	}
	for col := range bad {
		cols = append(cols, col)
	}
	if own {
		cols = append(cols, e.column)
	}
	slices.Sort(cols)
	for _, col := range slices.Compact(cols) {
		c, exists := stored[col]
		switch {
		case own && col == e.column:
			e.putNote(number, findings, cells)
		case exists && bad[col]:
			e.put(setAttr(c.text, "s", strconv.Itoa(e.styles.bad(c.style, c.number >= 1e11))))
		case exists:
			e.put(c.text)
		default:
			e.put(e.tag(`<%sc r="`) + ref(col, number) + fmt.Sprintf(`" s="%d"/>`, e.styles.bad(intAttr(el, "s"), false)))
		}
	}
	e.put(e.tag(`</%srow>`))
}

// putNote writes the cell of the new column: its title in the last line of the header, the findings of a bad row, and
// nothing in a good one.
func (e *sheetEdit) putNote(number int, findings []Finding, cells []rawCell) {
	text, style := rowText(findings), e.styles.note()
	if number == e.headerLast {
		text = ProblemTitle
		if len(cells) > 0 {
			style = cells[len(cells)-1].style
		}
	}
	if text == "" {
		return
	}
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text)) // a Builder does not fail
	e.put(e.tag(`<%sc r="`) + ref(e.column, number) + fmt.Sprintf(`" s="%d" t="inlineStr">`, style) +
		e.tag(`<%sis><%st xml:space="preserve">`) + escaped.String() + e.tag(`</%st></%sis></%sc>`))
}
