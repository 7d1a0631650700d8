package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"touyan/internal/platform/xlsx"
)

var exported = xlsx.Schema{Columns: []xlsx.Column{
	{Key: "code", Title: "行号码", Hidden: true, Text: true},
	{Key: "name", Title: "姓名", Required: true, Note: "与身份证一致"},
	{Key: "id", Title: "身份证号", Required: true, Text: true},
	{Key: "full", Title: "学历", Group: "全日制教育", Options: []string{"大专", "本科"}},
	{Key: "part", Title: "学历", Group: "在职教育", Options: long()},
	{Key: "card", Title: "银行卡号", Text: true},
	{Key: "score", Title: "得分", Decimals: 2},
	{Key: "remark", Title: "说明事项"},
}}

func long() []string {
	var out []string
	for i := range 60 {
		out = append(out, fmt.Sprintf("第%d个很长的选项", i))
	}
	return out
}

func write(t testing.TB, l xlsx.Layout, values ...[]any) []byte {
	t.Helper()
	w, err := xlsx.NewWriter(l)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	for _, v := range values {
		if err := w.Row(v...); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := w.Finish(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var layout = xlsx.Layout{
	Title: "村(社区)干部花名册", Lines: []string{"填报单位:安化镇"}, Columns: exported.Columns, Frozen: 2, Empty: 20,
	Footer: []string{"导出人:张三  导出时间:2026-10-31 09:30  用途:A&B年报"},
}

func TestExportComesBackUnchanged(t *testing.T) {
	t.Parallel()
	texts := []string{
		"阿卜杜拉·买买提", "李四😀", "两\n行", "=1+1", "+86 138", "-", "@sum", "<b>&\"'", "_x0041_", "'quoted", "'=1", "''-", "00123", "1E5", "二〇二六",
	}
	var values [][]any
	for i, s := range texts {
		values = append(values, []any{fmt.Sprint("r", i), s, "621202198502140019", "大专", nil, "6217001234567890123", xlsx.Decimal("95.50"), s})
	}
	data := write(t, layout, values...)
	book, err := xlsx.OpenBytes(data, xlsx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tab, err := book.Table(exported, nil)
	if err != nil || tab.Match.Err() != nil || len(tab.Match.Columns) != 8 || tab.Match.HeaderRow != 3 || tab.Match.HeaderLast != 4 {
		t.Fatalf("%v %+v", err, tab)
	}
	got := rows(t, tab)
	if len(got) != len(texts) {
		t.Fatalf("%d rows", len(got))
	}
	for i, r := range got {
		if r.Text("name") != texts[i] || r.Text("remark") != texts[i] || r.Text("id") != "621202198502140019" ||
			r.Text("card") != "6217001234567890123" || r.Cell("card").PrecisionLost || r.Text("score") != "95.5" ||
			r.Text("code") != fmt.Sprint("r", i) || r.Text("full") != "大专" || !r.Cell("part").Blank() {
			t.Errorf("row %d: %q %q %q %q", i, r.Text("name"), r.Text("id"), r.Text("card"), r.Text("score"))
		}
	}
	if s := tab.Skipped(); len(s) != 1 || len(book.Sheets()) != 1 {
		t.Errorf("skipped %+v, sheets %v", s, book.Sheets())
	}
}

func TestWrittenSheet(t *testing.T) {
	t.Parallel()
	data := write(t, layout, []any{"r1", "=cmd|' /C calc'!A0", "621202198502140019", "大专", "本科", "6217001234567890123", 98, time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)})
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(b)
	}
	sheet := parts["xl/worksheets/sheet1.xml"]
	for _, want := range []string{
		`orientation="landscape"`, `paperSize="9"`, `fitToPage="true"`, `fitToHeight="0"`, `第&amp;P页 共&amp;N页`, "用途:A&amp;&amp;B年报",
		`ySplit="4"`, `xSplit="2"`, `state="frozen"`, `hidden="1"`, `mergeCell ref="A1:H1"`, `mergeCell ref="B3:B4"`,
		`type="list"`, "大专,本科", "选项!$A$1:$A$60", "与身份证一致", `sqref="D5:D25"`,
	} {
		if !strings.Contains(sheet, want) {
			t.Errorf("sheet lacks %s", want)
		}
	}
	if strings.Contains(sheet, "<f>") || !strings.Contains(sheet, "&#39;=cmd|") {
		t.Error("a formula was not neutralised")
	}
	if book := parts["xl/workbook.xml"]; !strings.Contains(book, "$3:$4") || !strings.Contains(book, "veryHidden") {
		t.Errorf("workbook %s", book)
	}
	f := open(t, data)
	id, err := f.GetCellStyle("名册", "C5")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := f.GetStyle(id); err != nil || s.NumFmt != 49 {
		t.Errorf("ID column has format %d %v", s.NumFmt, err)
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	w, err := xlsx.NewWriter(xlsx.Layout{Columns: roster.Columns[:2]})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	for name, v := range map[string][]any{
		"too few": {"a"}, "kind": {"a", struct{}{}}, "decimal": {"a", xlsx.Decimal("x")}, "length": {"a", strings.Repeat("长", 40000)},
	} {
		if w.Row(v...) == nil {
			t.Errorf("%s passed", name)
		}
	}
}

// The heap that is in use while rows go by must not grow with their number. It runs alone, since others use the heap too.
func TestMemoryStaysFlat(t *testing.T) {
	const n = 10_000
	columns := make([]xlsx.Column, 20)
	for i := range columns {
		columns[i] = xlsx.Column{Key: fmt.Sprint("c", i), Title: fmt.Sprintf("第%d列", i)}
	}
	w, err := xlsx.NewWriter(xlsx.Layout{Columns: columns})
	if err != nil {
		t.Fatal(err)
	}
	values := make([]any, 20)
	for r := range n {
		for i := range values {
			values[i] = fmt.Sprintf("621202%012d", r*20+i)
		}
		if err := w.Row(values...); err != nil {
			t.Fatal(err)
		}
	}
	writing := heap()
	var out bytes.Buffer
	if err := w.Finish(&out); err != nil {
		t.Fatal(err)
	}
	data := out.Bytes()
	w, values = nil, nil
	before := heap()
	book, err := xlsx.OpenBytes(data, xlsx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tab, err := book.Table(xlsx.Schema{Columns: columns}, nil)
	if err != nil {
		t.Fatal(err)
	}
	count, most := 0, uint64(0)
	for r, err := range tab.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("621202%012d", count*20+19); r.Text("c19") != want {
			t.Fatalf("row %d: %s", r.Number, r.Text("c19"))
		}
		if count++; count%2500 == 0 {
			most = max(most, heap())
		}
	}
	if count != n {
		t.Errorf("%d rows", count)
	}
	if writing > 60<<20 || most > before+8<<20 {
		t.Errorf("in use: writing %d MB, reading %d MB above %d MB", writing>>20, (most-before)>>20, before>>20)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestALockedSheetTakesInputInEntryColumnsOnly(t *testing.T) {
	t.Parallel()
	layout := xlsx.Layout{Locked: true, Columns: []xlsx.Column{{Key: "name", Title: "姓名"}, {Key: "a", Title: "甲", Entry: true},
		{Key: "b", Title: "乙", Entry: true}, {Key: "sum", Title: "合计"}}}
	w, err := xlsx.NewWriter(layout)
	if err != nil {
		t.Fatal(err)
	}
	row := w.NextRow()
	if err := w.Row("王芳", xlsx.Decimal("18.5"), 2, xlsx.Formula(fmt.Sprintf("SUM(B%d:C%d)", row, row))); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := w.Finish(&out); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if p, err := f.GetSheetProtection("名册"); err != nil || !p.SelectUnlockedCells {
		t.Errorf("protection: %+v %v", p, err)
	}
	for cell, open := range map[string]bool{"A1": false, "B1": false, "A2": false, "B2": true, "C2": true, "D2": false} {
		id, err := f.GetCellStyle("名册", cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := style.Protection != nil && !style.Protection.Locked; got != open {
			t.Errorf("%s takes input: %v", cell, got)
		}
	}
	if sum, err := f.CalcCellValue("名册", "D2"); err != nil || sum != "20.5" {
		t.Errorf("sum %q %v", sum, err)
	}
}
