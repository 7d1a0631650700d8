package app_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// killRounds is how often each process is killed.
const killRounds = 20

// act is something that must happen wholly or not at all, whatever dies meanwhile.
type act struct {
	name    string
	prepare func(n int)        // puts the database where the act can begin
	do      func(n int) bool   // true: the program said that it is done
	state   func(n int) string // none, whole, or what is wrong
}

// acts are the ones that take longest: an import, a publication.
func (in *instance) acts() []act {
	in.t.Helper()
	ctx := context.Background()
	ids := in.world.ids
	tenant := in.world.units["甲"].tenant
	exec := func(sql string, args ...any) {
		in.t.Helper()
		if _, err := in.db.Exec(ctx, sql, args...); err != nil {
			in.t.Fatalf("%s: %v", sql, err)
		}
	}
	count := func(sql string, args ...any) (n int) {
		in.t.Helper()
		if err := in.db.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
			in.t.Fatalf("%s: %v", sql, err)
		}
		return n
	}
	whole := func(got, want int) string {
		switch got {
		case 0:
			return "none"
		case want:
			return "whole"
		}
		return "half"
	}
	const people = 60
	var batch string
	sheet := ids["sheet_filed"]["A"]
	return []act{{
		name: "import of a roster",
		prepare: func(n int) {
			if a := in.do("township_clerk@A", http.MethodPost, "/cadres/import", url.Values{}, roster(n, people)); a.status == http.StatusSeeOther {
				batch = a.location
			} else {
				in.t.Fatalf("upload: %d %s", a.status, brief(a.body))
			}
		},
		do: func(int) bool {
			return in.do("township_clerk@A", http.MethodPost, batch+"/confirm", url.Values{}, nil).status == http.StatusSeeOther
		},
		state: func(n int) string {
			persons := whole(count(`select count(*) from persons where tenant_id = $1 and name = $2`, tenant, "批次"+chinese(n)), people)
			posts := whole(count(`select count(*) from appointments where tenant_id = $1 and person_name = $2`, tenant, "批次"+chinese(n)), people)
			batches := count(`select count(*) from import_batches where tenant_id = $1 and id = $2 and state = 'done'`, tenant, strings.TrimPrefix(batch, "/cadres/import/"))
			if persons != posts || (persons == "whole") != (batches == 1) {
				return "half: persons " + persons + ", posts " + posts
			}
			return persons
		},
	}, {
		name: "publication of a month",
		prepare: func(int) {
			exec(`delete from assessment_results r using assessment_publications p where p.tenant_id = r.tenant_id and p.id = r.publication_id and p.sheet_id = $1`, sheet)
			exec(`delete from assessment_postings r using assessment_publications p where p.tenant_id = r.tenant_id and p.id = r.publication_id and p.sheet_id = $1`, sheet)
			exec(`delete from assessment_publications where sheet_id = $1`, sheet)
			exec(`update assessment_sheets set state = 'district_approved', published_at = null where id = $1`, sheet)
		},
		do: func(int) bool {
			return in.do("district_officer@甲", http.MethodPost, "/assessment/2026-06/publish", url.Values{"sheet": {sheet}}, nil).status == http.StatusSeeOther
		},
		state: func(int) string {
			rows := count(`select count(*) from assessment_rows where sheet_id = $1 and removed_at is null`, sheet)
			results := whole(count(`select count(*) from assessment_results r join assessment_publications p on p.tenant_id = r.tenant_id and p.id = r.publication_id
				where p.sheet_id = $1`, sheet), rows)
			published := count(`select count(*) from assessment_sheets where id = $1 and state = 'published'`, sheet)
			if (results == "whole") != (published == 1) {
				return "half: results " + results
			}
			return results
		},
	}}
}

// kill -9 of the program and of the database, at random moments under load: what was acknowledged is there, nothing is
// half applied, and work goes on within five seconds.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	in := newInstance(t)
	in.start()
	in.ready()
	in.connect()
	var savers []*saver
	for _, place := range []string{"A1", "A2"} {
		for _, d := range []string{"learning", "governance"} {
			savers = append(savers, &saver{row: in.world.ids["row_draft"][place], dimension: d})
		}
	}
	for _, v := range savers { // whatever the cells hold, the first save starts from it
		if a := in.do("township_clerk@A", http.MethodPost, "/assessment/rows/"+v.row+"/cells",
			url.Values{"dimension": {v.dimension}, "text": {"10"}, "mode": {"score"}, "was": {map[string]string{"learning": "10", "governance": "20"}[v.dimension]}}, nil); a.status != http.StatusOK {
			t.Fatalf("first save: %d %s", a.status, a.body)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	acts := in.acts()
	last := make([]time.Duration, len(acts)) // how long each act takes when nothing is killed
	for i, a := range acts {
		n := 2*killRounds + i
		a.prepare(n)
		begin := time.Now()
		if done, state := a.do(n), a.state(n); !done || state != "whole" {
			t.Fatalf("%s without a kill: acknowledged %t, state %s", a.name, done, state)
		}
		last[i] = time.Since(begin)
	}
	saved, slow := 0, time.Duration(0)
	outcomes, states := map[string]int{}, map[string]int{}
	for n := range 2 * killRounds {
		a := acts[n/2%len(acts)]
		a.prepare(n)
		l := in.load(savers)
		acknowledged := make(chan bool, 1)
		go func() { acknowledged <- a.do(n) }()
		time.Sleep(time.Duration(dice.Int64N(int64(last[n/2%len(acts)]) * 4))) // the random moment is the test
		victim := "program"
		if n%2 == 0 {
			in.killServer()
		} else {
			victim = "database"
			if pid := in.postmaster(); pid > 0 {
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
			in.unready()
		}
		took := in.ready()
		slow = max(slow, took)
		done := <-acknowledged
		in.connect()
		state := a.state(n)
		if state != "none" && state != "whole" || done && state != "whole" {
			t.Errorf("round %d, %s killed during %s: acknowledged %t, state %s", n, victim, a.name, done, state)
		}
		t.Logf("round %d: %s, %s killed: %s, %t, ready after %v", n, a.name, victim, state, done, took)
		outcomes[a.name+" "+state]++
		states[state]++
		l.settle(t, in.db)
	}
	for _, v := range savers {
		saved += v.saved
	}
	t.Logf("%d cells saved, slowest return %v, %v", saved, slow, outcomes)
	if states["none"] == 0 || states["whole"] == 0 {
		t.Errorf("the kills all fell before or all after the acts: %v", outcomes)
	}
	if saved < killRounds {
		t.Errorf("only %d cells were saved: there was no load", saved)
	}
	if slow > 5*time.Second {
		t.Errorf("ready only after %v", slow)
	}
	verify := exec.Command(program(t), "verify")
	verify.Env = in.cmd.Env
	if out, err := verify.CombinedOutput(); err != nil {
		t.Errorf("touyan verify: %v\n%s", err, out)
	}
}
