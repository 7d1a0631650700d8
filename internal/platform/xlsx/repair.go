package xlsx

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// ProblemTitle heads the column that RepairFile adds. Imports ignore it, and a second repair replaces it.
const ProblemTitle = "问题"

// RepairFile returns the user's own workbook with the findings of a report written into it: bad cells are coloured and a
// last column 「问题」 says everything about its row. All other bytes of the workbook stay as they were: styles, widths,
// merged cells, other sheets, pictures.
//
// The file opens with a filter on that column, so it shows the header and the rows with problems only. The good rows are
// hidden by the filter, not removed: an import is all or nothing, so the corrected file must still hold every row, and
// row numbers stay those of the error list. Clearing the filter shows all. A sheet with a table object of its own keeps
// all rows visible, because such a sheet cannot carry a second filter. A CSV file comes back as .xlsx.
func RepairFile(original []byte, report *Report) ([]byte, error) {
	b, err := OpenBytes(original, Limits{})
	if err != nil {
		return nil, err
	}
	if b.csv != nil {
		if original, err = b.csvToWorkbook(); err != nil {
			return nil, err
		}
		if b, err = OpenBytes(original, Limits{}); err != nil {
			return nil, err
		}
		report = &Report{Sheet: b.sheets[0].name, HeaderLast: report.HeaderLast, Findings: report.Findings}
	}
	i := slices.IndexFunc(b.sheets, func(s sheetEntry) bool { return s.name == report.Sheet })
	if i < 0 {
		return nil, problem(nil, "文件中没有工作表「%s」", report.Sheet)
	}
	return b.repair(b.sheets[i].part, report)
}

func (b *Book) repair(part string, report *Report) ([]byte, error) {
	styles, err := b.loadStyles()
	if err != nil {
		return nil, err
	}
	edit := &sheetEdit{styles: styles, headerLast: report.HeaderLast, findings: report.byRow()}
	if edit.column, err = b.problemColumn(part, report.HeaderLast); err != nil {
		return nil, err
	}
	table, err := b.target(path.Join(path.Dir(part), "_rels", path.Base(part)+".rels"), path.Dir(part), "/table")
	if err != nil {
		return nil, err
	}
	edit.filter = table == ""
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for _, f := range b.zip.File {
		switch name := strings.ReplaceAll(f.Name, `\`, "/"); {
		case strings.EqualFold(name, part):
			err = b.rewrite(zw, f.Name, part, edit)
		case strings.EqualFold(name, styles.part):
			// written last, when it is known which styles the sheet needs
		default:
			err = zw.Copy(f)
		}
		if err != nil {
			return nil, readError(err)
		}
	}
	if styles.part != "" {
		w, err := zw.Create(styles.part)
		if err == nil {
			_, err = w.Write(styles.bytes())
		}
		if err != nil {
			return nil, err
		}
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (b *Book) rewrite(zw *zip.Writer, name, part string, edit *sheetEdit) error {
	w, err := zw.Create(name)
	if err != nil {
		return err
	}
	rc, err := b.open(part, b.limits.Unpacked)
	if err != nil {
		return err
	}
	defer rc.Close()
	return edit.run(rc, w)
}

// problemColumn finds the column of an earlier repair, or the one behind the last that holds anything.
func (b *Book) problemColumn(part string, headerLast int) (int, error) {
	r, err := b.sheetRows(part)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	last := 0
	for {
		number, cells, err := r.next()
		if errors.Is(err, io.EOF) {
			return min(last+1, maxCol), nil
		}
		if err != nil {
			return 0, err
		}
		for _, c := range cells {
			if number == headerLast && c.Text == ProblemTitle {
				return c.Col, nil
			}
			last = max(last, c.Col)
		}
	}
}

// csvToWorkbook gives a CSV file the rows and columns of a workbook, every cell as text.
func (b *Book) csvToWorkbook() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	style, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return nil, err
	}
	sw, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	if err := sw.SetColWidth(1, 40, 16); err != nil {
		return nil, err
	}
	rows := b.csvRows()
	for {
		number, cells, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(cells) == 0 {
			continue
		}
		values := make([]any, cells[len(cells)-1].Col)
		for _, c := range cells {
			values[c.Col-1] = excelize.Cell{StyleID: style, Value: quoteFormula(c.Text)}
		}
		if err := sw.SetRow(ref(1, number), values); err != nil {
			return nil, err
		}
	}
	if err := sw.Flush(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = f.WriteTo(&out)
	return out.Bytes(), err
}
