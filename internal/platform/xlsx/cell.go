package xlsx

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Kind says how the file stores a cell, which decides how far its text can be trusted.
type Kind uint8

// The kinds of cell.
const (
	Empty Kind = iota
	Text
	Number
	DateNumber // a number that the workbook shows as a date
	Bool
	ErrorValue // #REF! and the like
)

// Cell is one cell as read.
type Cell struct {
	Row, Col int // both from 1
	Kind     Kind
	Text     string // normalised; a number exactly, a date as 1985-02-14 or 1985-02
	// Scientific: the text is in scientific notation, so a long number has lost its last digits.
	Scientific bool
	// PrecisionLost: a number of more than 15 digits, of which spreadsheet programs keep 15.
	PrecisionLost bool
	// NoValue: a formula that was saved without its result.
	NoValue bool

	loose    bool // from CSV, where numbers and text look the same
	decimals int
}

// Ref names the cell as the user sees it, such as F12.
func (c Cell) Ref() string { return ref(c.Col, c.Row) }

// Letter names the column, such as F.
func (c Cell) Letter() string { return strings.TrimRight(c.Ref(), "0123456789") }

func ref(col, row int) string {
	s, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return ""
	}
	return s
}

// Trouble says why the cell has no value that can be trusted, whatever its column means; "" if it has.
func (c Cell) Trouble() string {
	switch {
	case c.NoValue:
		return "公式没有计算结果,请选择性粘贴为数值"
	case c.Kind == ErrorValue:
		return "公式出错(" + c.Text + "),请改为数值或文字"
	case c.PrecisionLost:
		return "数字已被表格软件改成科学计数法,末几位丢失,请按文本重填"
	}
	return ""
}

// Blank holds for a cell without text.
func (c Cell) Blank() bool { return c.Text == "" }

var scientific = regexp.MustCompile(`^[-+]?\d(\.\d+)?[Ee]\+?\d{2,3}$`)

func textCell(row, col int, text string, loose bool) Cell {
	c := Cell{Row: row, Col: col, Kind: Text, Text: text, loose: loose, decimals: -1}
	if len(text) >= 5 && len(text) <= 30 && scientific.MatchString(text) {
		c.Scientific, c.PrecisionLost = true, true
	}
	return c
}

// numberCell prints a stored number as it was typed: the 17 digits in the file hold noise beyond the 15 that count.
func numberCell(row, col int, raw string, f numberFormat, d1904 bool) Cell {
	c := Cell{Row: row, Col: col, Kind: Number, decimals: f.decimals}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return textCell(row, col, Normalize(raw), false)
	}
	switch {
	case f.date && v >= 1 && v < 2958466:
		t, err := excelize.ExcelDateToTime(v, d1904)
		if err != nil {
			break
		}
		c.Kind, c.Text = DateNumber, t.Format("2006-01-02")
		if !f.day {
			c.Text = t.Format("2006-01")
		}
		return c
	case math.Abs(v) >= 1e15:
		c.Scientific, c.PrecisionLost = true, true
		c.Text = strconv.FormatFloat(v, 'E', 14, 64)
		return c
	}
	c.Text = strconv.FormatFloat(v, 'f', -1, 64)
	if len(c.Text) > 16 {
		short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
		c.Text = strconv.FormatFloat(short, 'f', -1, 64)
	}
	return c
}
