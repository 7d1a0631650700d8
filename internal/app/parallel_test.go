package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"touyan/internal/access"
)

// crowd makes n further clerks of township A, each logged in. They share the password of the first clerk, since hashing
// fifty would take longer than the test.
func (s *stage) crowd(t testing.TB, n int) (cookies []string) {
	t.Helper()
	ctx := context.Background()
	a := s.units["A"]
	err := access.InScope(ctx, s.app.Core.System("test", a.tenant), func(tx *access.Tx) error {
		for i := range n {
			if _, err := s.app.Core.CreateAccount(ctx, tx, access.NewAccount{Username: fmt.Sprintf("crowd-%d", i), Name: fmt.Sprintf("干事%d", i),
				Role: access.TownshipClerk, Township: a.township}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.owner.Exec(ctx, `update credentials set must_change = false, password_hash = (select password_hash from credentials where username = 'user-1')
		where username like 'crowd-%'`); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		r := newRequest(http.MethodPost, "/login", url.Values{"username": {fmt.Sprintf("crowd-%d", i)}, "password": {matrixPassword}}, nil)
		w := send(s.app.Handler, "", r)
		cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
		if w.Code != http.StatusSeeOther || cookie == "" {
			t.Fatalf("log-in of crowd-%d: %d", i, w.Code)
		}
		cookies = append(cookies, cookie)
	}
	return cookies
}

// at fires the same moment's requests and counts the statuses.
func (s *stage) at(cookies []string, path string, form func(i int) url.Values) (count map[int]int, bodies []string) {
	count = map[int]int{}
	bodies = make([]string, len(cookies))
	var mu sync.Mutex
	var wait sync.WaitGroup
	gate := make(chan struct{})
	for i, cookie := range cookies {
		wait.Go(func() {
			<-gate
			a := request(s.app.Handler, cookie, http.MethodPost, path, form(i), nil)
			mu.Lock()
			defer mu.Unlock()
			count[a.Code]++
			bodies[i] = a.Body.String()
		})
	}
	close(gate)
	wait.Wait()
	return count, bodies
}

// Fifty people save one cell at the same moment, each from the page with full marks: one wins, forty-nine are told whose
// value stands there, and nothing of theirs is stored.
func TestFiftyPeopleSaveOneCell(t *testing.T) {
	t.Parallel()
	s := newStage(t, "", nil)
	row := s.ids["row_draft"]["A1"]
	values := make([]string, 50)
	count, bodies := s.at(s.crowd(t, 50), "/assessment/rows/"+row+"/cells", func(i int) url.Values {
		values[i] = fmt.Sprintf("%d.%02d", i%10, i+10)
		return url.Values{"dimension": {"learning"}, "text": {values[i]}, "mode": {"score"}, "was": {"10"}}
	})
	if count[http.StatusOK] != 1 || count[http.StatusConflict] != 49 {
		t.Fatalf("answers %v, want one 200 and 49 409", count)
	}
	var stored string
	var entries int
	if err := s.owner.QueryRow(context.Background(), `select value::text, (select count(*) from assessment_entries where row_id = $1 and dimension = 'learning')
		from assessment_cells where row_id = $1 and dimension = 'learning'`, row).Scan(&stored, &entries); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(values, stored) || entries != 1 {
		t.Errorf("the cell holds %s with %d entries", stored, entries)
	}
	for i, b := range bodies {
		var told struct{ Theirs, Sentence string }
		if err := json.Unmarshal([]byte(b), &told); err != nil {
			t.Fatal(err)
		}
		if values[i] == stored != (told.Sentence == "") || told.Sentence != "" && told.Theirs == "" {
			t.Errorf("answer %d (%s) says %s", i, values[i], b)
		}
	}
}

// Twenty clicks on 开启月份 at once open one month; on 发布公示, one publication.
func TestManyClicksActOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, "", nil)
	officer := slices.Repeat([]string{s.cookies["district_officer@甲"]}, 20)
	count, _ := s.at(officer, "/assessment/open", func(int) url.Values { return url.Values{"month": {"2026-11"}} })
	if count[http.StatusSeeOther] != 1 || count[http.StatusUnprocessableEntity]+count[http.StatusConflict] != 19 {
		t.Errorf("opening answered %v", count)
	}
	sheet := s.ids["sheet_filed"]["A"]
	count, _ = s.at(officer, "/assessment/2026-06/publish", func(int) url.Values { return url.Values{"sheet": {sheet}} })
	var publications, results, rows int
	if err := s.owner.QueryRow(context.Background(), `select (select count(*) from assessment_publications where sheet_id = $1),
		(select count(*) from assessment_results r join assessment_publications p on p.tenant_id = r.tenant_id and p.id = r.publication_id where p.sheet_id = $1),
		(select count(*) from assessment_rows where sheet_id = $1 and removed_at is null)`, sheet).Scan(&publications, &results, &rows); err != nil {
		t.Fatal(err)
	}
	if publications != 1 || results != rows || count[http.StatusInternalServerError] > 0 {
		t.Errorf("%d publications with %d results of %d rows; answers %v", publications, results, rows, count)
	}
}
