package xlsx_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"touyan/internal/platform/xlsx"
)

// check reports every ID that is no text of 18 characters.
func check(t testing.TB, tab *xlsx.Table) *xlsx.Report {
	t.Helper()
	rep := tab.Report()
	for _, r := range rows(t, tab) {
		switch c := r.Cell("id"); {
		case c.PrecisionLost:
			rep.Cell(r, "id", "该身份证号已被表格软件改成科学计数法,末几位丢失,请按文本重填")
		case len(c.Text) != 18:
			rep.Cell(r, "id", "身份证号应为18位")
		}
		if r.Text("phone") == "138" {
			rep.Cell(r, "phone", "手机号应为11位")
		}
	}
	return rep
}

func open(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func value(t testing.TB, f *excelize.File, sheet, cell string) string {
	t.Helper()
	v, err := f.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func fill(t testing.TB, f *excelize.File, sheet, cell string) string {
	t.Helper()
	id, err := f.GetCellStyle(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.GetStyle(id); err != nil { // loads the style part
		t.Fatal(err)
	}
	pattern := f.Styles.Fills.Fill[*f.Styles.CellXfs.Xf[id].FillID].PatternFill
	if pattern.FgColor == nil {
		return ""
	}
	return pattern.FgColor.RGB
}

func TestRepairKeepsTheLayout(t *testing.T) {
	t.Parallel()
	original := wpsRoster().bytes(t)
	rep := check(t, table(t, original))
	if rep.OK() || rep.BadRows() != 1 || len(rep.Findings) != 2 || rep.Findings[0].Ref != "D6" || rep.Findings[0].Column != "公民身份号码" {
		t.Fatalf("report %+v", rep)
	}
	stored, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	var back xlsx.Report
	if err := json.Unmarshal(stored, &back); err != nil {
		t.Fatal(err)
	}
	fixed, err := xlsx.RepairFile(original, &back)
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, fixed)
	const s = "花名册"
	if got := value(t, f, s, "J6"); got != "公民身份号码(D6):该身份证号已被表格软件改成科学计数法,末几位丢失,请按文本重填;联系电话(H6):手机号应为11位" {
		t.Errorf("note %q", got)
	}
	if value(t, f, s, "J4") != "问题" || value(t, f, s, "J5") != "" || value(t, f, s, "C6") != "阿卜杜拉·买买提" {
		t.Error("a cell is wrong")
	}
	for cell, want := range map[string]string{"D6": "FFFFC7CE", "H6": "FFFFC7CE", "C6": "", "D5": ""} {
		if got := fill(t, f, s, cell); got != want {
			t.Errorf("fill of %s: %q", cell, got)
		}
	}
	merged, err := f.GetMergeCells(s)
	if err != nil || len(merged) != 11 {
		t.Errorf("%d merged blocks, %v", len(merged), err)
	}
	for row, want := range map[int]bool{1: true, 4: true, 5: false, 6: true, 8: false, 9: false} {
		if v, err := f.GetRowVisible(s, row); err != nil || v != want {
			t.Errorf("row %d visible %v %v", row, v, err)
		}
	}
	if w, err := f.GetColWidth(s, "A"); err != nil || w != 9 {
		t.Errorf("width %v %v", w, err)
	}
	// corrected and sent again, it holds every row; repaired again, it keeps one such column
	again := table(t, fixed)
	if got := rows(t, again); len(got) != 3 || len(again.Match.Unknown) != 0 {
		t.Errorf("%d rows, unknown %+v", len(got), again.Match.Unknown)
	}
	twice, err := xlsx.RepairFile(fixed, check(t, again))
	if err != nil {
		t.Fatal(err)
	}
	if f := open(t, twice); value(t, f, s, "K4") != "" || value(t, f, s, "J4") != "问题" {
		t.Error("a second column was added")
	}
}

func TestThreeThousandRowsFourHundredErrors(t *testing.T) {
	t.Parallel()
	m := &sheetMaker{extra: `<autoFilter ref="A1:C3001"/>`}
	m.row(1, "姓名", "身份证号", "手机号")
	for i := range 3000 {
		id := "621202198502140019"
		if i%15 == 0 {
			id = "6212021985"
		} else if i%15 == 1 {
			id = "n:6.2120219850214003E+17"
		}
		m.row(i+2, fmt.Sprint("张", i), id, "13812345678")
	}
	original := m.bytes(t)
	rep := check(t, table(t, original))
	if len(rep.Findings) != 400 {
		t.Fatalf("%d findings", len(rep.Findings))
	}
	fixed, err := xlsx.RepairFile(original, rep)
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, fixed)
	visible := 0
	for r := 2; r <= 3001; r++ {
		if v, err := f.GetRowVisible("花名册", r); err == nil && v {
			visible++
		}
	}
	if visible != 400 || value(t, f, "花名册", "D2") == "" {
		t.Errorf("%d rows visible", visible)
	}
	if len(rows(t, table(t, fixed))) != 3000 {
		t.Error("rows were lost")
	}
}

func TestRepairOfCSV(t *testing.T) {
	t.Parallel()
	original := []byte("姓名,身份证号,备注\n张三,621202198502140019,=1+1\n\n李四,6.21E+17,\n")
	fixed, err := xlsx.RepairFile(original, check(t, table(t, original)))
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, fixed)
	if value(t, f, "Sheet1", "B2") != "621202198502140019" || !strings.Contains(value(t, f, "Sheet1", "D4"), "科学计数法") {
		t.Error("cells differ")
	}
	if got := rows(t, table(t, fixed)); len(got) != 2 || got[1].Number != 4 {
		t.Errorf("rows %+v", got)
	}
}

func TestRepairLeavesTablesUnfiltered(t *testing.T) {
	t.Parallel()
	p := wpsRoster().parts()
	p["xl/worksheets/_rels/sheet1.xml.rels"] = `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/table" Target="../tables/table1.xml"/></Relationships>`
	original := pack(t, p)
	fixed, err := xlsx.RepairFile(original, check(t, table(t, original)))
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, fixed)
	if v, err := f.GetRowVisible("花名册", 5); err != nil || !v {
		t.Error("a good row is hidden without a filter to show it")
	}
}
