package xlsx

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Layout is what a written sheet looks like around its rows.
type Layout struct {
	Sheet   string   // name of the tab; default 名册
	Title   string   // first line over the whole width
	Lines   []string // below the title, such as 填报单位
	Columns []Column
	Footer  []string // below the rows and at the foot of every printed page: 导出人, 导出时间, 用途
	Frozen  int      // columns that stay in view beside the header
	Upright bool     // A4 upright instead of landscape
	Empty   int      // rows prepared for entry below the last: formats and drop-down lists
	Locked  bool     // only columns with Entry take input, without a password: a guard against slips, not against people
}

// Formula is what a cell computes, without the equals sign; NextRow names its row.
type Formula string

// Decimal is a number given by its digits, such as 1531.95, and stored as a number.
type Decimal string

// Writer writes one sheet row by row; memory does not grow with the rows, beyond 16 MB they wait in a temporary file.
type Writer struct {
	layout Layout
	file   *excelize.File
	stream *excelize.StreamWriter
	styles styleSet
	row    int // last row written
	first  int // first row of data
	values []any
	lists  *int // columns of the hidden sheet of options, shared by the sheets of a workbook
}

const maxText = 32767 // characters that a cell may hold

// NewWriter starts a sheet with title and header. Call Finish, or Discard if the export is abandoned.
func NewWriter(layout Layout) (*Writer, error) {
	if layout.Sheet == "" {
		layout.Sheet = "名册"
	}
	w := &Writer{layout: layout, file: newFile(), values: make([]any, len(layout.Columns)), lists: new(int)}
	err := w.file.SetSheetName("Sheet1", layout.Sheet)
	if err == nil {
		err = w.start()
	}
	if err != nil {
		w.Discard()
		return nil, fmt.Errorf("start sheet: %w", err)
	}
	return w, nil
}

// newFile starts a workbook that is packed quickly rather than tightly: at the default level packing is a quarter of the
// work of an export, for a file that is a fifth smaller.
func newFile() *excelize.File {
	return excelize.NewFile().SetZipWriter(func(out io.Writer) excelize.ZipWriter {
		z := zip.NewWriter(out)
		z.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
		return z
	})
}

func (w *Writer) start() error {
	fit := true
	if err := w.file.SetSheetProps(w.layout.Sheet, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	var err error
	if w.styles, err = newStyles(w.file, w.layout.Columns); err != nil {
		return err
	}
	if w.stream, err = w.file.NewStreamWriter(w.layout.Sheet); err != nil {
		return err
	}
	if err := w.columns(); err != nil {
		return err
	}
	return w.header()
}

// Row writes the values of one row in the order of the columns: string, Decimal, Formula, integers, float64, bool,
// time.Time (its day), nil for a blank cell.
func (w *Writer) Row(values ...any) error {
	if len(values) != len(w.layout.Columns) {
		return fmt.Errorf("row of %d values for %d columns", len(values), len(w.layout.Columns))
	}
	for i, v := range values {
		cell, err := w.cell(i, v)
		if err != nil {
			return fmt.Errorf("column %s: %w", w.layout.Columns[i].Key, err)
		}
		w.values[i] = cell
	}
	w.row++
	return w.stream.SetRow(ref(1, w.row), w.values)
}

func (w *Writer) cell(i int, value any) (excelize.Cell, error) {
	style := w.styles.text[i]
	switch v := value.(type) {
	case nil:
		return excelize.Cell{StyleID: style}, nil
	case string:
		return textValue(style, v)
	case Decimal:
		n, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return excelize.Cell{}, fmt.Errorf("decimal: %w", err)
		}
		return excelize.Cell{StyleID: w.styles.number[i], Value: n}, nil
	case int, int8, int16, int32, int64, uint8, uint16, uint32, float64:
		return excelize.Cell{StyleID: w.styles.number[i], Value: v}, nil
	case Formula:
		return excelize.Cell{StyleID: w.styles.number[i], Formula: string(v)}, nil
	case bool:
		if v {
			return excelize.Cell{StyleID: style, Value: "是"}, nil
		}
		return excelize.Cell{StyleID: style, Value: "否"}, nil
	case time.Time:
		if v.IsZero() {
			return excelize.Cell{StyleID: style}, nil
		}
		return excelize.Cell{StyleID: style, Value: v.Format("2006-01-02")}, nil
	}
	return excelize.Cell{}, fmt.Errorf("value of type %T", value)
}

func textValue(style int, v string) (excelize.Cell, error) {
	if v == "" {
		return excelize.Cell{StyleID: style}, nil
	}
	if len(v) >= maxText && utf8.RuneCountInString(v) >= maxText {
		return excelize.Cell{}, fmt.Errorf("text of %d bytes does not fit a cell", len(v))
	}
	return excelize.Cell{StyleID: style, Value: quoteFormula(v)}, nil
}

// NextRow is the number of the row that the next call of Row writes, as the spreadsheet program shows it.
func (w *Writer) NextRow() int { return w.row + 1 }

// Rows counts the rows of data written so far.
func (w *Writer) Rows() int { return w.row - w.first + 1 }

// Finish completes the sheet and writes the workbook.
func (w *Writer) Finish(out io.Writer) error {
	defer w.Discard()
	if err := w.end(); err != nil {
		return err
	}
	if err := w.file.Write(out); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// end completes the sheet: rows for entry, foot, lists, page layout.
func (w *Writer) end() error {
	last := w.row
	for range w.layout.Empty {
		for i := range w.values {
			w.values[i] = excelize.Cell{StyleID: w.styles.text[i]}
		}
		w.row++
		if err := w.stream.SetRow(ref(1, w.row), w.values); err != nil {
			return fmt.Errorf("finish sheet: %w", err)
		}
	}
	last = max(last, w.row, w.first)
	for _, line := range w.layout.Footer {
		if err := w.line(line, w.styles.line, 0); err != nil {
			return fmt.Errorf("finish sheet: %w", err)
		}
	}
	if err := w.validations(last); err != nil {
		return fmt.Errorf("drop-down lists: %w", err)
	}
	if err := w.print(); err != nil {
		return fmt.Errorf("page layout: %w", err)
	}
	if w.layout.Locked {
		if err := w.protect(); err != nil {
			return fmt.Errorf("protect sheet: %w", err)
		}
	}
	if err := w.stream.Flush(); err != nil {
		return fmt.Errorf("finish sheet: %w", err)
	}
	return nil
}

// Discard gives up temporary files; after Finish it does nothing.
func (w *Writer) Discard() {
	if w.file != nil {
		_ = w.file.Close() // only removes temporary files
		w.file = nil
	}
}

// line writes text over the whole width.
func (w *Writer) line(text string, style int, height float64) error {
	w.row++
	var opts []excelize.RowOpts
	if height > 0 {
		opts = append(opts, excelize.RowOpts{Height: height})
	}
	cell := []any{excelize.Cell{StyleID: style, Value: quoteFormula(strings.TrimSpace(text))}}
	if err := w.stream.SetRow(ref(1, w.row), cell, opts...); err != nil {
		return err
	}
	if len(w.layout.Columns) < 2 {
		return nil
	}
	return w.stream.MergeCell(ref(1, w.row), ref(len(w.layout.Columns), w.row))
}
