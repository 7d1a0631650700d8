package xlsx_test

import (
	"testing"

	"touyan/internal/platform/xlsx"
)

// FuzzSheet: whatever a work sheet holds, reading ends with rows or a Problem, and what could be read can be repaired
// and read again with the same number of rows.
func FuzzSheet(f *testing.F) {
	f.Add(wpsRoster().parts()["xl/worksheets/sheet1.xml"])
	f.Add(`<worksheet><sheetData><row><c t="inlineStr"><is><t>姓名</t></is></c><c t="str"><v>身份证号</v></c></row><row/><row><c><v>1</v></c><c t="b"><v>1</v></c></row></sheetData></worksheet>`)
	f.Add(`<x:worksheet><x:cols/><x:sheetData><x:row r="2"><x:c r="B2" t="s"><x:v>3</x:v></x:c></x:row></x:sheetData><x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells></x:worksheet>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		p := wpsRoster().parts()
		p["xl/worksheets/sheet1.xml"] = sheet
		data := pack(t, p)
		n, rep, err := readAll(data)
		if err != nil {
			if xlsx.ProblemOf(err) == nil {
				t.Fatalf("not a Problem: %v", err)
			}
			return
		}
		fixed, err := xlsx.RepairFile(data, rep)
		if xlsx.ProblemOf(err) != nil {
			return // damage behind the rows, which reading does not come to
		}
		if err != nil {
			t.Fatalf("repair: %v", err)
		}
		if m, _, err := readAll(fixed); err != nil || m != n {
			t.Fatalf("%d rows before, %d after: %v", n, m, err)
		}
	})
}

func readAll(data []byte) (int, *xlsx.Report, error) {
	b, err := xlsx.OpenBytes(data, xlsx.Limits{})
	if err != nil {
		return 0, nil, err
	}
	tab, err := b.Table(roster, nil)
	if err != nil {
		return 0, nil, err
	}
	rep, n := tab.Report(), 0
	for r, err := range tab.Rows() {
		if err != nil {
			return 0, nil, err
		}
		n++
		rep.Cell(r, "id", "核对")
		rep.Cell(r, "phone", "核对")
	}
	return n, rep, nil
}
