package xlsx

import (
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// BookWriter writes a workbook of several sheets, all open at once: a row may go to any of them at any time, so that what
// belongs to one record can be read and written together.
type BookWriter struct {
	file   *excelize.File
	sheets []*Writer
}

// NewBookWriter starts a workbook with the sheets in their order. Call Finish, or Discard if the export is abandoned.
func NewBookWriter(layouts ...Layout) (*BookWriter, error) {
	b := &BookWriter{file: newFile()}
	lists := new(int)
	for i, layout := range layouts {
		w := &Writer{layout: layout, file: b.file, values: make([]any, len(layout.Columns)), lists: lists}
		var err error
		if i == 0 {
			err = b.file.SetSheetName("Sheet1", layout.Sheet)
		} else {
			_, err = b.file.NewSheet(layout.Sheet)
		}
		if err == nil {
			err = w.start()
		}
		if err != nil {
			b.Discard()
			return nil, fmt.Errorf("start sheet %s: %w", layout.Sheet, err)
		}
		b.sheets = append(b.sheets, w)
	}
	return b, nil
}

// Sheet is the writer of one sheet, by the order of the layouts. Only Row, Rows and NextRow are for the caller.
func (b *BookWriter) Sheet(i int) *Writer { return b.sheets[i] }

// Finish completes all sheets and writes the workbook.
func (b *BookWriter) Finish(out io.Writer) error {
	defer b.Discard()
	for _, w := range b.sheets {
		if err := w.end(); err != nil {
			return fmt.Errorf("sheet %s: %w", w.layout.Sheet, err)
		}
	}
	if err := b.file.Write(out); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// Discard gives up temporary files; after Finish it does nothing.
func (b *BookWriter) Discard() {
	if b.file != nil {
		_ = b.file.Close() // only removes temporary files
		b.file = nil
	}
}
