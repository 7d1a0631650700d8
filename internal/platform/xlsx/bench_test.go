package xlsx_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"touyan/internal/platform/xlsx"
)

const benchRows, benchCols = 2400, 20

func benchColumns() []xlsx.Column {
	columns := make([]xlsx.Column, benchCols)
	for i := range columns {
		columns[i] = xlsx.Column{Key: fmt.Sprint("c", i), Title: fmt.Sprintf("第%d列", i), Text: i < 3, Required: i < 2}
	}
	return columns
}

func benchCell(row, col int) string { return fmt.Sprintf("6212021985%08d", row*benchCols+col) }

func ours(b *testing.B) []byte {
	w, err := xlsx.NewWriter(xlsx.Layout{Title: "花名册", Columns: benchColumns()})
	if err != nil {
		b.Fatal(err)
	}
	values := make([]any, benchCols)
	for r := range benchRows {
		for c := range values {
			values[c] = benchCell(r, c)
		}
		if err := w.Row(values...); err != nil {
			b.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := w.Finish(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// alone writes the same cells with the library and nothing else.
func alone(b *testing.B) []byte {
	f := excelize.NewFile()
	defer f.Close()
	sw, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	values := make([]any, benchCols)
	for c := range values {
		values[c] = fmt.Sprintf("第%d列", c)
	}
	for r := range benchRows + 1 {
		if r > 0 {
			for c := range values {
				values[c] = benchCell(r-1, c)
			}
		}
		if err := sw.SetRow(fmt.Sprint("A", r+1), values); err != nil {
			b.Fatal(err)
		}
	}
	if err := sw.Flush(); err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkWrite2400x20 reports how many times as long as the library alone an export takes.
func BenchmarkWrite2400x20(b *testing.B) {
	var lib time.Duration
	for b.Loop() {
		b.StopTimer()
		start := time.Now()
		alone(b)
		lib += time.Since(start)
		b.StartTimer()
		ours(b)
	}
	b.ReportMetric(float64(b.Elapsed())/float64(lib), "×excelize")
}

// BenchmarkRead2400x20 reports the same for reading with header match and cell types.
func BenchmarkRead2400x20(b *testing.B) {
	data := alone(b)
	schema := xlsx.Schema{Columns: benchColumns()}
	var lib time.Duration
	for b.Loop() {
		b.StopTimer()
		start := time.Now()
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			b.Fatal(err)
		}
		rows, err := f.Rows("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
				b.Fatal(err)
			}
		}
		lib += time.Since(start)
		b.StartTimer()
		book, err := xlsx.OpenBytes(data, xlsx.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		tab, err := book.Table(schema, nil)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range tab.Rows() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchRows {
			b.Fatalf("%d rows", n)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(lib), "×excelize")
}

// BenchmarkRepair3000 marks 400 bad rows of 3,000.
func BenchmarkRepair3000(b *testing.B) {
	m := &sheetMaker{}
	m.row(1, "姓名", "身份证号", "手机号")
	for i := range 3000 {
		id := "621202198502140019"
		if i%15 < 2 {
			id = "6212021985"
		}
		m.row(i+2, fmt.Sprint("张", i), id, "13812345678")
	}
	data := m.bytes(b)
	rep := check(b, table(b, data))
	for b.Loop() {
		if _, err := xlsx.RepairFile(data, rep); err != nil {
			b.Fatal(err)
		}
	}
}
