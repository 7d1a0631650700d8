package xlsx

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"
)

// Entry is a text for one cell of somebody else's sheet.
type Entry struct {
	Row, Col int
	Text     string
}

// Remarks is a sheet that is added behind the others, one line a row.
type Remarks struct {
	Sheet string
	Lines [][]string
}

// FillFile returns the user's own workbook with entries written into one of its sheets, and a sheet of remarks. Cells keep their
// format, and what is not written stays as it was. Entries are texts and never formulas. A CSV file comes back as .xlsx.
func FillFile(original []byte, sheet string, entries []Entry, remarks Remarks) ([]byte, error) {
	b, err := OpenBytes(original, Limits{}) // refuses what excelize must not unpack
	if err != nil {
		return nil, err
	}
	if b.csv != nil {
		if original, err = b.csvToWorkbook(); err != nil {
			return nil, err
		}
	}
	f, err := excelize.OpenReader(bytes.NewReader(original))
	if err != nil {
		return nil, damaged(err)
	}
	defer f.Close()
	if b.csv != nil {
		sheet = f.GetSheetName(0)
	}
	if !slices.Contains(f.GetSheetList(), sheet) {
		return nil, problem(nil, "文件中没有工作表「%s」", sheet)
	}
	for _, e := range entries {
		if err := f.SetCellStr(sheet, ref(e.Col, e.Row), e.Text); err != nil {
			return nil, fmt.Errorf("fill %s: %w", ref(e.Col, e.Row), err)
		}
	}
	if err := remarks.write(f); err != nil {
		return nil, fmt.Errorf("remarks: %w", err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}

// write adds the sheet; one of the same name, from an earlier filling, is replaced.
func (r Remarks) write(f *excelize.File) error {
	if len(f.GetSheetList()) > 1 {
		if err := f.DeleteSheet(r.Sheet); err != nil {
			return err
		}
	}
	if _, err := f.NewSheet(r.Sheet); err != nil {
		return err
	}
	for i, line := range r.Lines {
		for j, text := range line {
			if err := f.SetCellStr(r.Sheet, ref(j+1, i+1), text); err != nil {
				return err
			}
		}
	}
	return f.SetColWidth(r.Sheet, "A", "D", 24)
}
