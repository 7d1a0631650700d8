package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// connections is how many work at once on the register.
const connections = 16

// hammer fetches a page over all connections for a while and gives the rate and the sorted times.
func hammer(v *visitor, path string, long time.Duration) (rate float64, times []time.Duration, err error) {
	var mu sync.Mutex
	var wait sync.WaitGroup
	until := time.Now().Add(long)
	for range connections {
		wait.Go(func() {
			var own []time.Duration
			for time.Now().Before(until) {
				begin := time.Now()
				status, _, body, failed := v.get(path)
				own = append(own, time.Since(begin))
				if failed == nil && status != http.StatusOK {
					failed = fmt.Errorf("%s: %d %.300s", path, status, body)
				}
				if failed != nil {
					mu.Lock()
					err = failed
					mu.Unlock()
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			times = append(times, own...)
		})
	}
	wait.Wait()
	slices.Sort(times)
	return float64(len(times)) / long.Seconds(), times, err
}

// register: 50 rows of one township, filtered, logged in, everything on.
func (b *bench) register() error {
	officer, err := b.login("wd-officer")
	if err != nil {
		return err
	}
	var township int64
	if err := b.db.QueryRow(b.ctx, `select township_id from persons where tenant_id = (select id from tenants where code = '621202')
		group by 1 order by count(*) desc limit 1`).Scan(&township); err != nil {
		return err
	}
	path := fmt.Sprintf("/cadres?township=%d", township)
	if _, _, err := hammer(officer, path, time.Second); err != nil { // connections, plans, caches
		return err
	}
	all, err := b.record(b.ctx, func() error { return want(http.StatusOK)(officer.get(path)) })
	if err != nil {
		return err
	}
	// BEGIN, settings, count, page, COMMIT: what else the page reads is ours to pay for.
	bare := transactions(all, func(tx []string) bool { return strings.Contains(strings.Join(tx, " "), "from persons") })
	bare = slices.DeleteFunc(bare, func(s string) bool {
		return !strings.HasPrefix(s, "begin") && s != "commit" && !strings.Contains(s, "persons p")
	})
	if len(bare) < 4 {
		return fmt.Errorf("the register's statements were not found among %q", all)
	}
	var ours, theirs []float64
	var spread []float64
	for range runs {
		rate, times, err := hammer(officer, path, 2*time.Second)
		if err != nil {
			return err
		}
		floor, err := b.pgbench(b.ctx, bare, connections)
		if err != nil {
			return err
		}
		ours, theirs = append(ours, rate), append(theirs, floor)
		spread = append(spread, times[len(times)*99/100].Seconds()/times[len(times)/2].Seconds())
	}
	mine, floor := middle(ours), middle(theirs)
	b.add(figure{name: "register page, 16 connections, of pgbench's rate", ours: fmt.Sprintf("%.0f/s", mine), bare: fmt.Sprintf("%.0f/s", floor),
		value: mine / floor * 100, target: 30, atLeast: true, unitWord: " %"})
	b.add(figure{name: "register page, p99 of p50", ours: "", bare: "", value: middle(spread), target: 5, unitWord: " ×"})
	return nil
}

func middle(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	return s[len(s)/2]
}

// save: 60 scores in one request, and one cell by itself, each with its line of the trail.
func (b *bench) save() error {
	const user = "anhua-clerk"
	clerk, err := b.login(user)
	if err != nil {
		return err
	}
	rows, sheet, err := b.openRows(b.accounts[user].Township, 60)
	if err != nil {
		return err
	}
	n := 0
	sixty := func() error {
		n++
		form := url.Values{"mode": {"score"}}
		for _, r := range rows {
			form.Set(fmt.Sprintf("v.%d.learning", r), fmt.Sprintf("%d.%d", 5+n%4, 1+n%7))
			form.Set(fmt.Sprintf("was.%d", r), ",,,,10,,")
		}
		return want(http.StatusSeeOther)(clerk.post(fmt.Sprintf("/assessment/sheets/%d", sheet), form))
	}
	cell := func() error {
		n++
		return want(http.StatusOK)(clerk.post(fmt.Sprintf("/assessment/rows/%d/cells", rows[0]),
			url.Values{"dimension": {"learning"}, "mode": {"score"}, "text": {fmt.Sprintf("%d.%d", 5+n%4, 1+n%7)}, "was": {"10"}}))
	}
	for _, x := range []struct {
		name string
		do   func() error
		many int
	}{{"60 scores in one request, of pgbench's rate", sixty, 20}, {"one cell, of pgbench's rate", cell, 150}} {
		for range 3 {
			if err := x.do(); err != nil {
				return err
			}
		}
		all, err := b.record(b.ctx, x.do)
		if err != nil {
			return err
		}
		bare := transactions(all, func(tx []string) bool { return strings.Contains(strings.Join(tx, " "), "insert into audit_steps") })
		if len(bare) < 5 {
			return fmt.Errorf("the statements of the save were not found among %q", all)
		}
		var ours, theirs []float64
		for range runs {
			begin := time.Now()
			for range x.many {
				if err := x.do(); err != nil {
					return err
				}
			}
			ours = append(ours, float64(x.many)/time.Since(begin).Seconds())
			floor, err := b.pgbench(b.ctx, bare, 1)
			if err != nil {
				return err
			}
			theirs = append(theirs, floor)
		}
		mine, floor := middle(ours), middle(theirs)
		b.add(figure{name: x.name, ours: fmt.Sprintf("%.0f/s (%s)", mine, inMS(1/mine)), bare: fmt.Sprintf("%.0f/s", floor), value: mine / floor * 100, target: 30,
			atLeast: true, unitWord: " %"})
	}
	return nil
}

// openRows gives rows of a township's sheet in the open month, and opens the sheet for entering.
func (b *bench) openRows(code string, n int) (rows []int64, sheet int64, err error) {
	ctx := context.WithoutCancel(b.ctx)
	err = b.db.QueryRow(ctx, `select s.id from assessment_sheets s join townships t on t.tenant_id = s.tenant_id and t.id = s.township_id
		where t.code = $1 order by s.month desc limit 1`, code).Scan(&sheet)
	if err != nil {
		return nil, 0, err
	}
	if _, err = b.db.Exec(ctx, `update assessment_sheets set state = 'draft', submitted_holder = 0 where id = $1`, sheet); err != nil {
		return nil, 0, err
	}
	if _, err = b.db.Exec(ctx, `update assessment_rows set state = 'editable' where sheet_id = $1`, sheet); err != nil {
		return nil, 0, err
	}
	err = b.db.QueryRow(ctx, `select array_agg(id) from (select id from assessment_rows r where sheet_id = $1 and removed_at is null
		and (select count(*) from assessment_entries e where e.tenant_id = r.tenant_id and e.row_id = r.id and e.dimension = 'learning') < 2 order by id limit $2) x`, sheet, n).Scan(&rows)
	if err == nil && len(rows) < n {
		err = fmt.Errorf("only %d rows on the sheet", len(rows))
	}
	return rows, sheet, err
}
