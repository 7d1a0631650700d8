package job_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/job"
)

// titled queues a run of the kind note under a title of its own.
func (d desk) titled(unit, title string) {
	d.T.Helper()
	err := access.InScope(context.Background(), d.Scope(access.TownshipClerk, unit), func(tx *access.Tx) error {
		_, err := d.jobs.Start(context.Background(), tx, "note", title, nil)
		return err
	})
	if err != nil {
		d.T.Fatal(err)
	}
}

func TestAmongThousandsOfRunsTheOneLookedForIsFoundAndExported(t *testing.T) {
	t.Parallel()
	d := open(t, map[string]job.Work{"note": func(context.Context, *job.Run) error { return nil }})
	d.titled("A", "导出花名册")
	d.titled("A", "导入2026年9月考评结果")
	d.titled("B", "导入2026年9月考评结果") // the sibling township's own
	d.ends(int64(d.Count(`select max(id) from job_runs`)))
	d.Exec(`insert into job_runs (tenant_id, township_id, village_id, kind, title, params, account_id, grant_id, started_by, created_at, state, message, finished_at)
		select tenant_id, township_id, village_id, kind, '导出考评表', params, account_id, grant_id, started_by, created_at - n * interval '1 hour', 'done', '共' || n || '行', created_at
		from job_runs, generate_series(1, 3000) n where title = '导出花名册'`)
	clerk := d.As(access.TownshipClerk, "A")
	page := clerk.Get("/jobs").Want(http.StatusOK).Doc()
	if n := len(page.All("tbody tr")); n != 50 || !strings.Contains(page.Text("nav.pager"), "共 3002 条") {
		t.Fatalf("%d runs on a page, %q", n, page.Text("nav.pager"))
	}
	if last := clerk.Get("/jobs?page=61").Want(http.StatusOK).Doc().All("tbody tr"); len(last) != 2 {
		t.Errorf("%d runs on the last page", len(last))
	}
	query := "q=" + url.QueryEscape("9月考评")
	found := clerk.Get("/jobs?" + query).Want(http.StatusOK).Doc()
	if n := len(found.All("tbody tr")); n != 1 || found.One("a.chip").Attr("href") != "/jobs" {
		t.Errorf("%d runs found, chip %q", n, found.One("a.chip").Attr("href"))
	}
	none := clerk.Get("/jobs?q=" + url.QueryEscape("查无此项")).Want(http.StatusOK).Doc()
	if !strings.Contains(none.Text(".empty"), "没有符合条件") || none.One(".empty a").Attr("href") != "/jobs" {
		t.Errorf("nothing found says %q", none.Text(".empty"))
	}
	var rows []string
	f, err := excelize.OpenReader(bytes.NewReader(clerk.Post("/jobs/export", url.Values{"query": {query}}).Want(http.StatusOK).Body))
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if len(r) > 1 && strings.HasPrefix(r[0], "导") && !strings.HasPrefix(r[0], "导出人") {
			rows = append(rows, r[0])
		}
	}
	if len(rows) != 1 || rows[0] != "导入2026年9月考评结果" {
		t.Errorf("the export holds %v", rows)
	}
	if d.Count(`select count(*) from audit_log where action = 'export' and object = 'job_runs'`) != 1 {
		t.Error("the export leaves no line")
	}
}
