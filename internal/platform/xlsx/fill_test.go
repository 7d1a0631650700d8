package xlsx_test

import (
	"bytes"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/platform/xlsx"
)

func TestFillFileWritesIntoTheUsersOwnWorkbook(t *testing.T) {
	t.Parallel()
	remarks := xlsx.Remarks{Sheet: "填报说明", Lines: [][]string{{"说明"}, {"2", "王建国", "=1+1"}}}
	entries := []xlsx.Entry{{Row: 2, Col: 3, Text: "=HYPERLINK(1)"}, {Row: 2, Col: 4, Text: "621202198502140019"}}
	once, err := xlsx.FillFile([]byte("序号,姓名,性别,身份证号\n1,王建国,,\n"), "whatever a CSV file calls it", entries, remarks)
	if err != nil {
		t.Fatal(err)
	}
	// A second filling replaces the remarks of the first.
	f, err := excelize.OpenReader(bytes.NewReader(once))
	if err != nil {
		t.Fatal(err)
	}
	twice, err := xlsx.FillFile(once, f.GetSheetName(0), nil, xlsx.Remarks{Sheet: "填报说明", Lines: [][]string{{"第二次"}}})
	if err != nil {
		t.Fatal(err)
	}
	g, err := excelize.OpenReader(bytes.NewReader(twice))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(g.GetSheetList()); n != 2 {
		t.Errorf("%d sheets: %v", n, g.GetSheetList())
	}
	for ref, want := range map[string]string{"B2": "王建国", "C2": "=HYPERLINK(1)", "D2": "621202198502140019"} {
		if got, _ := g.GetCellValue(g.GetSheetName(0), ref); got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
		if formula, _ := g.GetCellFormula(g.GetSheetName(0), ref); formula != "" {
			t.Errorf("%s became the formula %s", ref, formula)
		}
	}
	if rows, _ := g.GetRows("填报说明"); len(rows) != 1 || rows[0][0] != "第二次" {
		t.Errorf("remarks: %v", rows)
	}
	if _, err := xlsx.FillFile(once, "没有这张表", entries, remarks); xlsx.ProblemOf(err) == nil {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

func TestFillFileLeavesFormulasAndTheRestOfABlockAlone(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	for _, err := range []error{f.SetCellFormula("Sheet1", "A2", `IF(B2="","",B2)`), f.MergeCell("Sheet1", "B2", "B4"), f.MergeCell("Sheet1", "D2", "E2"), f.SetCellFormula("Sheet1", "F2", "SUM(C2:C4)")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	entries := []xlsx.Entry{{Row: 2, Col: 1, Text: "45"}, {Row: 2, Col: 2, Text: "安化镇"}, {Row: 3, Col: 2, Text: "城关镇"}, {Row: 5, Col: 2, Text: "马街镇"},
		{Row: 2, Col: 3, Text: "45", Number: true}, {Row: 3, Col: 3, Text: "不详", Number: true}, {Row: 2, Col: 4, Text: "左"}, {Row: 2, Col: 5, Text: "右"}}
	out, err := xlsx.FillFile(b.Bytes(), "Sheet1", entries, xlsx.Remarks{Sheet: "说明"})
	if err != nil {
		t.Fatal(err)
	}
	g, err := excelize.OpenReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if formula, _ := g.GetCellFormula("Sheet1", "A2"); formula != `IF(B2="","",B2)` {
		t.Errorf("A2 holds %q", formula)
	}
	if sum, _ := g.CalcCellValue("Sheet1", "F2"); sum != "45" {
		t.Errorf("the sum of numbers is %q", sum)
	}
	for ref, want := range map[string]string{"B2": "安化镇", "B5": "马街镇", "C3": "不详", "D2": "左"} {
		if got, _ := g.GetCellValue("Sheet1", ref); got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
}
