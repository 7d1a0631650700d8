package xlsx

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// Entry is a text for one cell of somebody else's sheet, or a whole number, which formulas can reckon with.
type Entry struct {
	Row, Col int
	Text     string
	Number   bool
}

// Remarks is a sheet that is added behind the others, one line a row.
type Remarks struct {
	Sheet string
	Lines [][]string
}

// FillFile returns the user's own workbook with entries written into one of its sheets, and a sheet of remarks. Cells keep their
// format, and what is not written stays as it was; so does a cell with a formula, and of a merged block every cell but the
// first. Entries are never formulas. A CSV file comes back as .xlsx.
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
	var blocks []area
	if b.csv == nil {
		if blocks, err = b.merges(b.part(sheet)); err != nil {
			return nil, err
		}
	}
	hidden := newCover(blocks, entries)
	for _, e := range entries {
		if hidden.has(e) {
			continue
		}
		if err := e.write(f, sheet); err != nil {
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

func (b *Book) part(sheet string) string {
	i := slices.IndexFunc(b.sheets, func(e sheetEntry) bool { return e.name == sheet })
	if i < 0 {
		return ""
	}
	return b.sheets[i].part
}

// write puts an entry into its cell, unless that has a formula.
func (e Entry) write(f *excelize.File, sheet string) error {
	cell := ref(e.Col, e.Row)
	if formula, err := f.GetCellFormula(sheet, cell); err != nil || formula != "" {
		return err
	}
	if n, err := strconv.ParseInt(e.Text, 10, 64); e.Number && err == nil {
		return f.SetCellInt(sheet, cell, n)
	}
	return f.SetCellStr(sheet, cell, e.Text)
}

// cover holds the merged blocks of the columns of entries, from top to bottom.
type cover map[int][]area

func newCover(blocks []area, entries []Entry) cover {
	c := cover{}
	for _, e := range entries {
		c[e.Col] = nil
	}
	for col := range c {
		for _, a := range blocks {
			if a.left <= col && col <= a.right {
				c[col] = append(c[col], a)
			}
		}
		slices.SortFunc(c[col], func(a, b area) int { return a.top - b.top })
	}
	return c
}

// has reports whether an entry's cell lies in a block and is not its first, where a spreadsheet program shows nothing.
func (c cover) has(e Entry) bool {
	list := c[e.Col]
	i, found := slices.BinarySearchFunc(list, e.Row, func(a area, row int) int { return a.top - row })
	if !found {
		i--
	}
	if i < 0 || list[i].bottom < e.Row {
		return false
	}
	return list[i].top != e.Row || list[i].left != e.Col
}
