package report_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
)

// Every list prints whole, not only the page that is shown: numbered through, with its definition and the mark of who printed it.
func TestListsPrintWhole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 60 {
		id := o.add(person{at: "A1", name: fmt.Sprintf("第%d号人", i+1), post: "vc_member", since: "2021-01-10", education: "61"})
		o.honour(id, "A1", "notice", "2025-07-10")
	}
	o.add(person{at: "B1", name: "外镇的", post: "vc_member"})
	clerk := o.As(access.TownshipClerk, "A")
	for path, defined := range map[string]string{"/reports/structure/list/print?caliber=committee": "统计口径:村“两委”成员", "/reports/query/print?caliber=committee&column=sex&column=id": "共有多少名村“两委”成员",
		"/reports/lists/print?list=missing&field=joined": "有缺项的60人", "/reports/overview/list/print?figure=notice": "共60人、60人次"} {
		paper := clerk.Get(path).Want(http.StatusOK).Doc()
		sheets, rows := paper.All(".sheet"), paper.All(".paper tbody tr")
		if len(sheets) < 2 || len(rows) != 60 {
			t.Errorf("%s: %d rows on %d sheets", path, len(rows), len(sheets))
			continue
		}
		for i, tr := range rows {
			if got := tr.Doc().Text("td.center"); got != fmt.Sprint(i+1) {
				t.Errorf("%s: row %d is numbered %s", path, i+1, got)
			}
		}
		for i, s := range sheets {
			if got := s.Text(); !strings.Contains(got, "打印人:") || !strings.Contains(got, fmt.Sprintf("第%d页 共%d页", i+1, len(sheets))) {
				t.Errorf("%s, sheet %d: %s", path, i+1, got)
			}
		}
		text := paper.Text("main")
		if strings.Contains(text, "外镇的") || !strings.Contains(text, "第60号人") || strings.Count(text, defined) != 1 || strings.Contains(text, "62262119800515") {
			t.Errorf("%s: %s", path, text)
		}
	}
	empty := clerk.Get("/reports/lists/print?list=contracts").Want(http.StatusOK).Doc()
	if got := empty.Text("main"); !strings.Contains(got, "名单上一个也没有") || !strings.Contains(got, "打印人:") {
		t.Errorf("an empty list: %s", got)
	}
	// What prints is what is searched for.
	if rows := clerk.Get("/reports/structure/list/print?caliber=committee&q=第7号人").Want(http.StatusOK).Doc().All(".paper tbody tr"); len(rows) != 1 {
		t.Errorf("%d rows were searched for", len(rows))
	}
}

// Ages and years leave as numbers, on which a spreadsheet can reckon.
func TestNumbersLeaveAsNumbers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	clerk := o.As(access.TownshipClerk, "A")
	for path, query := range map[string]string{"/reports/structure/list/export": "sort=age", "/reports/query/export": "column=age&column=post_years", "/reports/lists/export": "list=aged&age=30"} {
		f := book(t, clerk.Post(path, url.Values{"query": {query}, "purpose": {"核对"}}).Want(http.StatusOK).Body)
		kinds := map[string]bool{}
		rows, _ := f.GetRows(f.GetSheetName(0))
		for i, row := range rows {
			for j, text := range row {
				if text == "35" || text == "56" {
					kind, _ := f.GetCellType(f.GetSheetName(0), fmt.Sprintf("%c%d", 'A'+j, i+1))
					kinds[fmt.Sprint(kind)] = true
				}
			}
		}
		if len(kinds) != 1 || !kinds["0"] && !kinds["6"] {
			t.Errorf("%s: kinds of cell %v in %v", path, kinds, rows)
		}
	}
}
