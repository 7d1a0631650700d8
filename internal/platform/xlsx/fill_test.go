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
