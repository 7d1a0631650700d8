package assessment_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
)

// exported reads the rows of a workbook that was sent.
func exported(t *testing.T, body []byte) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// named counts the rows that hold a word in any cell.
func named(rows [][]string, word string) (n int) {
	for _, r := range rows {
		if strings.Contains(strings.Join(r, "|"), word) {
			n++
		}
	}
	return n
}

func TestDifferencesAreFoundPagedAndExportedAsTheFilterShowsThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.finish()
	o.dismiss("A1", "李娜", "2026-10-16")
	o.dismiss("B1", "李娜", "2026-10-16") // of the same name in the sibling township
	o.compare()
	o.Exec(`insert into assessment_differences (tenant_id, township_id, village_id, month, person_id, person_name, origin, reason, paid_fen, due_fen, state)
		select tenant_id, township_id, village_id, month, person_id, '赵' || n, 'old' || n, '早已办结', 100, 200, 'accepted'
		from assessment_differences, generate_series(1, 3000) n`)
	o.Exec(`insert into assessment_differences (tenant_id, township_id, village_id, month, person_id, person_name, origin, reason, paid_fen, due_fen)
		select tenant_id, township_id, village_id, month, $1, '李娜', 'sibling', '邻镇同名', 100, 200
		from (select tenant_id, township_id, village_id, date '2026-10-01' as month from assessment_rows where id = $2) r`, o.people["B1/李娜"], o.row("B1/李娜"))
	c := o.As(access.TownshipClerk, "A")
	if last := c.Get("/assessment/differences?state=accepted&page=9999").Want(http.StatusOK).Doc(); len(last.All("tbody tr")) == 0 {
		t.Error("a page beyond the end is empty")
	}
	if last := c.Get("/assessment/pay/2026-10?page=9999&q=" + url.QueryEscape("李娜")).Want(http.StatusOK).Doc(); !strings.Contains(last.Text("[aria-label^=绩效核算表]"), "李娜") {
		t.Error("a page of the pay sheet beyond the end is empty")
	}
	query := "q=" + url.QueryEscape("李娜") + "&state=open"
	found := c.Get("/assessment/differences?" + query).Want(http.StatusOK).Doc()
	if n := len(found.All("tbody tr")); n != 1 || len(found.All("a.chip")) != 2 {
		t.Errorf("%d differences found, %d chips", n, len(found.All("a.chip")))
	}
	none := c.Get("/assessment/differences?q=" + url.QueryEscape("查无此人")).Want(http.StatusOK).Doc()
	if none.One(".empty a").Attr("href") != "/assessment/differences" {
		t.Error("nothing found offers no way back")
	}
	again := c.Post("/assessment/differences/export", url.Values{"query": {query}}).Want(http.StatusUnprocessableEntity).Doc()
	if text := again.Text("main p"); !strings.Contains(text, "条件:待确认;搜索:李娜") || again.One("main .actions a").Attr("href") != "/assessment/differences?"+query {
		t.Errorf("a refused export loses the filter: %q", text)
	}
	rows := exported(t, c.Post("/assessment/differences/export", url.Values{"query": {query}, "purpose": {"报财政所"}}).Want(http.StatusOK).Body)
	if named(rows, "李娜") != 1 || named(rows, "赵") != 0 || named(rows, "邻镇同名") != 0 || named(rows, "-304.98") != 1 {
		t.Errorf("the export holds %v", rows)
	}
	// An answer without reason leaves the clerk where he was.
	id, _, _ := o.difference("A1/李娜", "open")
	path := fmt.Sprintf("/assessment/differences/%d", id)
	refused := c.Post(path, url.Values{"decision": {"refused"}, "query": {query}}).Want(http.StatusUnprocessableEntity).Doc()
	if len(refused.All("tbody tr")) != 1 || !strings.Contains(refused.Text(".field-error"), "请填写理由") {
		t.Error("a refused answer loses the filter or the message")
	}
	if to := c.Post(path, url.Values{"decision": {"refused"}, "reason": {"已另行补发"}, "query": {query}}).Want(http.StatusSeeOther).Location(); !strings.Contains(to, "state=open") {
		t.Errorf("the answer leads to %s", to)
	}
}
