package duty_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
)

// working starts the runner.
func (p *patrol) working() {
	p.T.Helper()
	if err := p.jobs.Open(context.Background(), true); err != nil {
		p.T.Fatal(err)
	}
	p.T.Cleanup(func() { _ = p.jobs.Close(context.Background()) })
}

// ended waits until so many runs have ended.
func (p *patrol) ended(n int) {
	p.T.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-time.After(30 * time.Millisecond) {
		if p.Count(`select count(*) from job_runs where finished_at is not null`) >= n {
			return
		}
	}
	p.T.Fatalf("%d runs have not ended", n)
}

func TestNextMonthIsDraftedFromThe25thOn(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.working()
	due := func() {
		t.Helper()
		if err := p.module.DraftsDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	due() // the 23rd
	if n := p.Count(`select count(*) from job_runs`); n != 0 {
		t.Fatalf("%d runs before the 25th", n)
	}
	p.Tick(48 * time.Hour)
	own := p.post("A1", "2026-12", 0) // somebody was earlier
	p.Exec(`update duty_assignments set reason = '人工调整' where roster_id = $1`, own)
	due()
	due() // an hour later, or a second process
	p.ended(2)
	if n := p.Count(`select count(*) from job_runs where state = 'done' and account_id = 0 and kind = 'duty.draft' and done = total and message like '已排班%'`); n != 2 {
		t.Errorf("%d runs, one per district expected", n)
	}
	for _, v := range []string{"A2", "B1", "C1"} {
		u := p.Units[v]
		if n := p.Count(`select count(*) from duty_rosters where tenant_id = $1 and village_id = $2 and month = '2026-12-01' and number = 0`, u.Tenant, u.Village); n != 1 {
			t.Errorf("%s has %d drafts", v, n)
		}
		if n := p.Count(`select count(*) from duty_assignments where tenant_id = $1 and village_id = $2 and on_day >= '2026-12-01'`, u.Tenant, u.Village); n != 31 {
			t.Errorf("in %s somebody stands on %d days", v, n)
		}
	}
	if n := p.Count(`select count(*) from duty_assignments where roster_id = $1 and reason = '人工调整'`, own); n != 30 {
		t.Errorf("what was made by hand has %d of 30 days left", n)
	}
	due()
	if n := p.Count(`select count(*) from job_runs`); n != 2 {
		t.Errorf("%d runs although nothing is missing", n)
	}
	page := p.As(access.DistrictOfficer, "甲").Get("/jobs").Doc()
	if rows := page.All("tbody tr"); len(rows) != 1 || !strings.Contains(rows[0].Text(), "2026年12月自动排班") {
		t.Errorf("the district finds %s", page.Text("tbody"))
	}
}

func TestARunThatWasKilledGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.Tick(48 * time.Hour)
	broken := true
	p.Exec(`create function duty_break() returns trigger language plpgsql as $$ begin
		if new.township_id = ` + fmt.Sprint(p.Units["B"].Township) + ` then raise exception 'broken'; end if; return new; end $$`)
	p.Exec(`create trigger duty_break before insert on duty_rosters for each row execute function duty_break()`)
	p.working()
	if err := p.module.DraftsDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); broken && time.Now().Before(deadline); <-time.After(30 * time.Millisecond) {
		if p.Count(`select count(*) from jobs.river_job where state = 'retryable'`) == 1 {
			if n := p.Count(`select count(*) from duty_rosters where month = '2026-12-01' and tenant_id = $1`, p.Units["甲"].Tenant); n != 2 {
				t.Errorf("%d villages of A are drafted", n)
			}
			p.Exec(`drop trigger duty_break on duty_rosters`)
			p.Exec(`update jobs.river_job set state = 'available', scheduled_at = now() where state = 'retryable'`) // its time has come
			broken = false
		}
	}
	p.ended(2)
	if n := p.Count(`select count(*) from duty_rosters where month = '2026-12-01' and tenant_id = $1`, p.Units["甲"].Tenant); n != 3 {
		t.Errorf("%d of 3 villages are drafted", n)
	}
	if n := p.Count(`select count(*) from job_runs where state = 'done'`); n != 2 {
		t.Errorf("%d runs are done", n)
	}
}

func TestTheDistrictDraftsAsARunWithItsProgress(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.working()
	c := p.As(access.DistrictOfficer, "甲")
	c.Post("/duty/2026-10/draft", nil).Want(http.StatusConflict)
	a := c.Post("/duty/2026-12/draft", nil).Want(http.StatusSeeOther)
	p.ended(1)
	page := c.Get(a.Location()).Want(http.StatusOK).Doc()
	if !strings.Contains(page.Text("main"), "已排班3个村(社区)") || !page.Has(`a[href="/duty/2026-12"]`) {
		t.Errorf("the run says %s", page.Text("main"))
	}
	if n := p.Count(`select count(*) from duty_rosters where month = '2026-12-01' and tenant_id <> $1`, p.Units["甲"].Tenant); n != 0 {
		t.Errorf("%d rosters in another district", n)
	}
}

func TestAnExportOfADistrictIsLeftToBeFetched(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.working()
	var id int64
	err := access.InScope(t.Context(), p.Scope(access.DistrictOfficer, "甲"), func(tx *access.Tx) (err error) {
		id, err = p.jobs.Start(t.Context(), tx, "duty.overview", "导出值班总览", map[string]string{"month": "2026-11", "purpose": "值班通报"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.ended(1)
	a := p.As(access.DistrictOfficer, "甲").Get(fmt.Sprintf("/jobs/%d/file", id)).Want(http.StatusOK)
	if rows := cells(t, a.Body); len(rows) < 6 {
		t.Errorf("the workbook holds %q", rows)
	}
	if n := p.Count(`select count(*) from audit_log where action = 'export'`); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
}

func TestTasksSayWhereNobodyStandsTomorrow(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.Exec(`update duty_rosters set empty_days = 1 << 23, number = 2 where village_id = $1`, p.Units["A2"].Village) // the 24th
	tasks := func(role access.Role, unit string) (list []string) {
		t.Helper()
		err := access.Read(t.Context(), p.Scope(role, unit), func(tx *access.Tx) error {
			all, err := p.module.Tasks(t.Context(), tx)
			for _, x := range all {
				list = append(list, fmt.Sprintf("%s %s %s %s", x.Title, x.Progress(), x.Act, x.Href))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	want := func(who string, got []string, want ...string) {
		t.Helper()
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", who, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	want("clerk of A", tasks(access.TownshipClerk, "A"), "明日无人值班的村(社区) 1/2 去安排 /duty/2026-11?day=24", "值班表变更后有空岗 2/2 去补岗 /duty/2026-11?state=ahead")
	want("leader of A", tasks(access.TownshipLeader, "A"), "明日无人值班的村(社区) 1/2 查看 /duty/2026-11?day=24")
	want("clerk of B", tasks(access.TownshipClerk, "B"), "值班表变更后有空岗 1/1 去补岗 /duty/2026-11?state=ahead")
	want("secretary", tasks(access.VillageSecretary, "A2"))
	want("finance", tasks(access.TownshipFinance, "A"))
	rows := p.As(access.TownshipClerk, "A").Get("/duty/2026-11?day=24").Doc().All("tbody tr")
	if len(rows) != 1 || !strings.Contains(rows[0].Text(), "马家沟2村") {
		t.Errorf("the task leads to %d villages", len(rows))
	}
	rows = p.As(access.TownshipClerk, "A").Get("/duty/2026-11?state=ahead").Doc().All("tbody tr")
	if len(rows) != 2 {
		t.Errorf("%d villages with days to fill", len(rows))
	}
	p.Tick(2 * 24 * time.Hour) // the 25th: what was empty yesterday cannot be filled any more
	want("clerk of A on the 25th", tasks(access.TownshipClerk, "A"), "值班表变更后有空岗 1/2 去补岗 /duty/2026-11?state=ahead",
		"值班表未发布 2/2 去发布 /duty/2026-12?state=unpublished")
	p.Tick(5 * 24 * time.Hour) // the 30th: tomorrow is in December, of which nothing is made
	want("clerk of B on the 30th", tasks(access.TownshipClerk, "B"), "值班表变更后有空岗 1/1 去补岗 /duty/2026-11?state=ahead",
		"明日无人值班的村(社区) 1/1 去安排 /duty/2026-12?day=1", "值班表未发布 1/1 去发布 /duty/2026-12?state=unpublished")
}
