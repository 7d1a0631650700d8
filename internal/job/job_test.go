package job_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/testkit"
)

// desk is a house with the pages of background work and the works given.
type desk struct {
	*testkit.World
	jobs *job.Runner
}

func open(t *testing.T, works map[string]job.Work) desk {
	t.Helper()
	var d desk
	d.World = testkit.NewWorld(t, func(*crypt.Keys) []access.Module { return nil })
	d.jobs = job.New(d.Pool, d.Keys, slog.New(slog.DiscardHandler))
	for kind, w := range works {
		d.jobs.Register(kind, w)
	}
	core, err := access.New(access.Config{Pool: d.Pool, Keys: d.Keys, Clock: func() time.Time { return testkit.Now }, Log: slog.New(slog.DiscardHandler),
		URL: "http://localhost"}, d.jobs.Module())
	if err != nil {
		t.Fatal(err)
	}
	d.Core = core
	d.jobs.Bind(core)
	d.Serve()
	if err := d.jobs.Open(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.jobs.Close(context.Background()) })
	return d
}

// start queues a run as a role at a unit would.
func (d desk) start(role access.Role, unit, kind string, params any) int64 {
	d.T.Helper()
	var id int64
	err := access.InScope(context.Background(), d.Scope(role, unit), func(tx *access.Tx) error {
		var err error
		id, err = d.jobs.Start(context.Background(), tx, kind, "导入花名册", params)
		return err
	})
	if err != nil {
		d.T.Fatal(err)
	}
	return id
}

// ends waits until a run has ended and gives its state.
func (d desk) ends(id int64) (state string) {
	d.T.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-time.After(50 * time.Millisecond) {
		var finished bool
		err := d.Owner.QueryRow(context.Background(), `select state, finished_at is not null from job_runs where id = $1`, id).Scan(&state, &finished)
		if err != nil {
			d.T.Fatal(err)
		}
		if finished {
			return state
		}
	}
	d.T.Fatalf("run %d does not end, it is %s", id, state)
	return ""
}

func at(id int64, rest string) string { return "/jobs/" + strconv.FormatInt(id, 10) + rest }

func TestARunCanBeLeftAndFoundAgain(t *testing.T) {
	t.Parallel()
	half, go_on := make(chan bool), make(chan bool)
	d := open(t, map[string]job.Work{"export": func(ctx context.Context, run *job.Run) error {
		var p struct{ Rows int }
		if err := run.Decode(&p); err != nil {
			return err
		}
		if err := run.Progress(ctx, p.Rows/2, p.Rows); err != nil {
			return err
		}
		close(half)
		<-go_on
		run.Say("共导出2383人", "/cadres")
		run.Leave(job.File{Name: "花名册.xlsx", ContentType: access.XLSX, Content: []byte(run.Scope.Unit())})
		return nil
	}})
	id := d.start(access.TownshipClerk, "A", "export", map[string]int{"Rows": 2383})
	clerk := d.As(access.TownshipClerk, "A")
	<-half
	page := clerk.Get(at(id, "")).Want(http.StatusOK)
	if page.Header.Get("Refresh") == "" || !strings.Contains(page.Doc().Text("main"), "1191") {
		t.Errorf("the page of a running task shows no progress or does not reload: %s", page.Doc().Text("main"))
	}
	if list := clerk.Get("/jobs?state=running&mine=1").Doc().Text("tbody"); !strings.Contains(list, "1191/2383") {
		t.Errorf("the list shows %q", list)
	}
	tasks(t, d, access.TownshipClerk, "A", "后台任务进行中")
	close(go_on)
	if state := d.ends(id); state != "done" {
		t.Fatalf("the run is %s", state)
	}
	done := clerk.Get(at(id, "")).Want(http.StatusOK)
	if done.Header.Get("Refresh") != "" || !strings.Contains(done.Doc().Text("main"), "共导出2383人") {
		t.Error("the page of a finished task reloads for ever or does not say what was done")
	}
	// What may hold personal data lies sealed: the file, and the parameters.
	if n := d.Count(`select count(*) from job_files f join job_runs r on r.tenant_id = f.tenant_id and r.id = f.run_id where f.run_id = $1
		and (position('安河镇'::bytea in f.content) > 0 or r.params::text like '%2383%')`, id); n != 0 {
		t.Error("the file or the parameters lie in clear")
	}
	if got := string(clerk.Get(at(id, "/file")).Want(http.StatusOK).Body); got != "安河镇" {
		t.Errorf("the file holds %q: not made under the starter's scope", got)
	}
	tasks(t, d, access.TownshipClerk, "A", "文件可以下载")
	// The leader of the same township sees the run and not the file; the sibling township and the other district see neither.
	leader := d.As(access.TownshipLeader, "A")
	leader.Get(at(id, "")).Want(http.StatusOK)
	leader.Get(at(id, "/file")).Want(http.StatusNotFound)
	for _, unit := range []string{"B", "C"} {
		other := d.As(access.TownshipClerk, unit)
		other.Get(at(id, "")).Want(http.StatusNotFound)
		other.Get(at(id, "/file")).Want(http.StatusNotFound)
		if other.Get("/jobs").Doc().Has("tbody tr") {
			t.Errorf("the clerk of %s sees the run in the list", unit)
		}
	}
}

// tasks checks that the starter's first page names the run.
func tasks(t *testing.T, d desk, role access.Role, unit, title string) {
	t.Helper()
	err := access.Read(context.Background(), d.Scope(role, unit), func(tx *access.Tx) error {
		list, err := d.jobs.Tasks(context.Background(), tx)
		if len(list) != 1 || list[0].Title != title {
			t.Errorf("the first page lists %+v, want %s", list, title)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFailedRunSaysWhyAndCanBeRunAgain(t *testing.T) {
	t.Parallel()
	var mended atomic.Bool
	d := open(t, map[string]job.Work{"import": func(_ context.Context, run *job.Run) error {
		if mended.Load() {
			run.Say("新增3人", "")
			return nil
		}
		return fault.Conflict("第12行的身份证号已被他人登记")
	}})
	id := d.start(access.TownshipClerk, "A", "import", nil)
	if state := d.ends(id); state != "failed" {
		t.Fatalf("a refused run is %s", state)
	}
	clerk := d.As(access.TownshipClerk, "A")
	if text := clerk.Get(at(id, "")).Doc().Text("main"); !strings.Contains(text, "第12行的身份证号已被他人登记") {
		t.Errorf("the page says %q", text)
	}
	tasks(t, d, access.TownshipClerk, "A", "后台任务未完成")
	d.As(access.TownshipLeader, "A").Post(at(id, "/retry"), url.Values{}).Want(http.StatusNotFound) // not his
	d.As(access.TownshipClerk, "B").Post(at(id, "/retry"), url.Values{}).Want(http.StatusNotFound)
	mended.Store(true)
	clerk.Post(at(id, "/retry"), url.Values{}).Want(http.StatusSeeOther)
	if state := d.ends(id); state != "done" {
		t.Fatalf("the second run is %s", state)
	}
	clerk.Post(at(id, "/retry"), url.Values{}).Want(http.StatusConflict)
}

func TestADefectIsNotShownToTheUser(t *testing.T) {
	t.Parallel()
	d := open(t, map[string]job.Work{"broken": func(context.Context, *job.Run) error { return errors.New("pq: relation missing") }})
	id := d.start(access.DistrictOfficer, "甲", "broken", nil)
	// The last attempt is made at once instead of after the library's pauses.
	d.Exec(`update jobs.river_job set max_attempts = 1 where kind = 'run'`)
	for range 40 {
		if d.Count(`select count(*) from job_runs where state = 'failed'`) == 1 {
			break
		}
		d.Exec(`update jobs.river_job set scheduled_at = now(), state = 'available', max_attempts = attempt + 1 where state in ('retryable', 'scheduled')`)
		<-time.After(100 * time.Millisecond)
	}
	if state := d.ends(id); state != "failed" {
		t.Fatalf("the run is %s", state)
	}
	text := d.As(access.DistrictOfficer, "甲").Get(at(id, "")).Doc().Text("main")
	if strings.Contains(text, "pq:") || !strings.Contains(text, "系统出现错误") {
		t.Errorf("the page says %q", text)
	}
}

func TestTheRunOfSomebodyWhoHasLeftIsNotDone(t *testing.T) {
	t.Parallel()
	var ran atomic.Bool
	d := open(t, map[string]job.Work{"late": func(context.Context, *job.Run) error {
		ran.Store(true)
		return nil
	}})
	s := d.Scope(access.TownshipClerk, "A")
	var id int64
	err := access.InScope(context.Background(), s, func(tx *access.Tx) error {
		var err error
		id, err = d.jobs.Start(context.Background(), tx, "late", "导入花名册", nil)
		if err != nil {
			return err
		}
		d.Exec(`update credentials set disabled = true where account_id = $1`, s.Account()) // before the run can begin
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if state := d.ends(id); state != "failed" || ran.Load() {
		t.Errorf("the run is %s, done: %v", state, ran.Load())
	}
}

func TestALargeFileIsLeftInParts(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	line := strings.Repeat("头雁", 50_000)
	d := open(t, map[string]job.Work{"export": func(ctx context.Context, run *job.Run) error {
		return run.Stream(ctx, "表.zip", "application/zip", func(w io.Writer) error {
			if _, err := io.WriteString(w, strings.Repeat(line, 11)); err != nil {
				return err
			}
			if tries.Add(1) == 1 {
				return errors.New("the first try breaks off")
			}
			return nil
		})
	}})
	id := d.start(access.TownshipClerk, "A", "export", nil)
	if state := d.ends(id); state != "done" {
		t.Fatalf("the run is %s", state)
	}
	file := d.As(access.TownshipClerk, "A").Get(at(id, "/file")).Want(http.StatusOK)
	if string(file.Body) != strings.Repeat(line, 11) || file.Header.Get("Content-Type") != "application/zip" {
		t.Errorf("%d bytes came back", len(file.Body))
	}
	if n := d.Count(`select count(*) from job_file_parts where position('头雁'::bytea in content) > 0`); n != 0 {
		t.Errorf("%d parts lie in clear", n)
	}
	if parts := d.Count(`select count(*) from job_file_parts`); parts != 4 {
		t.Errorf("%d parts", parts)
	}
	d.As(access.TownshipLeader, "A").Get(at(id, "/file")).Want(http.StatusNotFound)
	d.As(access.TownshipClerk, "B").Get(at(id, "/file")).Want(http.StatusNotFound)
	d.Exec(`update job_file_parts set created_at = created_at - interval '8 days'`)
	if err := d.jobs.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	if parts := d.Count(`select count(*) from job_file_parts`); parts != 0 {
		t.Errorf("%d parts are left after a week", parts)
	}
}
