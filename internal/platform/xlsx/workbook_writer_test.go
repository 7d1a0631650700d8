package xlsx_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"touyan/internal/platform/xlsx"
)

// A row may go to any sheet at any time, and each sheet is read back by the name of its tab.
func TestSheetsOfOneWorkbookAreWrittenTogether(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 200 {
		many = append(many, fmt.Sprintf("村%d", i))
	}
	people := xlsx.Schema{Columns: []xlsx.Column{{Key: "name", Title: "姓名", Required: true}, {Key: "village", Title: "村", Options: many}}}
	posts := xlsx.Schema{Columns: []xlsx.Column{{Key: "who", Title: "姓名", Required: true}, {Key: "unit", Title: "任职村", Options: many}, {Key: "id", Title: "身份证号", Text: true}}}
	b, err := xlsx.NewBookWriter(xlsx.Layout{Sheet: "人员", Title: "档案", Columns: people.Columns, Footer: []string{"导出人:甲"}},
		xlsx.Layout{Sheet: "任职", Title: "档案", Columns: posts.Columns, Footer: []string{"导出人:甲"}, Empty: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Discard()
	for i := range 3 {
		if err := b.Sheet(0).Row(fmt.Sprintf("㛃%d", i), "村1"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := b.Sheet(1).Row(fmt.Sprintf("㛃%d", i), "村1", "621202198502140019"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if b.Sheet(0).Rows() != 3 || b.Sheet(1).Rows() != 6 {
		t.Errorf("%d and %d rows", b.Sheet(0).Rows(), b.Sheet(1).Rows())
	}
	var out bytes.Buffer
	if err := b.Finish(&out); err != nil {
		t.Fatal(err)
	}
	book, err := xlsx.OpenBytes(out.Bytes(), xlsx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(book.Sheets(), " "); got != "人员 任职" { // the lists stand on a hidden sheet
		t.Errorf("the sheets are %s", got)
	}
	for sheet, x := range map[string]struct {
		schema xlsx.Schema
		rows   int
	}{"人员": {people, 3}, "任职": {posts, 6}} {
		table, err := book.TableOn(sheet, x.schema, nil)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, err := range table.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != x.rows || table.Match.Sheet != sheet {
			t.Errorf("%s has %d rows", sheet, n)
		}
	}
	if _, err := book.TableOn("没有", people, nil); xlsx.ProblemOf(err) == nil {
		t.Errorf("a sheet that is not there: %v", err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string]bool{}
	for _, sheet := range []string{"人员", "任职"} {
		rules, err := f.GetDataValidations(sheet)
		if err != nil || len(rules) == 0 {
			t.Fatalf("%s has no list: %v", sheet, err)
		}
		lists[rules[0].Formula1] = true
		if foot, err := f.GetHeaderFooter(sheet); err != nil || !strings.Contains(foot.OddFooter, "导出人") {
			t.Errorf("%s has no mark at the foot of its pages: %v", sheet, err)
		}
	}
	if len(lists) != 2 {
		t.Errorf("two sheets write their lists over each other: %v", lists)
	}
}
