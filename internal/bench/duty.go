package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/duty"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pgserver"
)

// dutyDistrict is the district whose duty is measured, with a month of 31 days of which there is no roster yet.
func (b *bench) dutyDistrict() (tenant int64, at month.Month, err error) {
	at = month.Of(b.app.Core.Now()).Add(2) // the demonstration ends with the next month
	for at.Days() < 31 {
		at = at.Next()
	}
	return tenant, at, b.db.QueryRow(b.ctx, `select id from tenants where code = '621202'`).Scan(&tenant)
}

// drafts: a district's month from nothing, by the module's own code, beside the bare inserts of the very same rows.
func (b *bench) drafts() error {
	return b.draftsOf("drafts of %d villages × %d days, of the bare inserts")
}

func (b *bench) draftsOf(name string) error {
	tenant, at, err := b.dutyDistrict()
	if err != nil {
		return err
	}
	store := duty.New("", cadre.PositionOrder(), cadre.PositionTitle).Store
	made := duty.Made{}
	draft := func() error {
		return access.InScope(b.ctx, b.app.Core.System("bench", tenant), func(tx *access.Tx) (err error) {
			made, err = store.MakeMissing(b.ctx, tx, at, 0, 0)
			return err
		})
	}
	forget := func(sql string) func() error {
		return func() error {
			for _, from := range []string{"duty_assignments a using duty_rosters r where r.tenant_id = a.tenant_id and r.id = a.roster_id",
				"duty_rosters r where true"} {
				if _, err := b.db.Exec(b.ctx, `delete from `+from+sql, tenant, at.First()); err != nil {
					return err
				}
			}
			_, err := b.super.Exec(b.ctx, `vacuum analyze duty_rosters, duty_assignments`)
			return err
		}
	}
	const whole, quarter = ` and r.tenant_id = $1 and r.month = $2`, ` and r.tenant_id = $1 and r.month = $2 and r.village_id % 4 = 0`
	all, err := b.record(b.ctx, draft)
	if err != nil {
		return err
	}
	bare := transactions(all, func(tx []string) bool { return strings.Contains(strings.Join(tx, " "), "insert into duty_assignments") })
	if len(bare) == 0 {
		return fmt.Errorf("the statements of the draft were not found among %d", len(all))
	}
	inserts, err := b.assignmentInserts(tenant, at)
	if err != nil {
		return err
	}
	app, err := pgx.Connect(b.ctx, b.pg.URL(pgserver.AppRole))
	if err != nil {
		return err
	}
	defer app.Close(context.WithoutCancel(b.ctx))
	inserts = append(append([]string{bare[0]}, inserts...), "commit") // the settings of the scope come with begin
	floor, err := secondsAfter(func() error {
		if _, err := b.db.Exec(b.ctx, `delete from duty_assignments a using duty_rosters r where r.tenant_id = a.tenant_id and r.id = a.roster_id`+whole, tenant, at.First()); err != nil {
			return err
		}
		_, err := b.super.Exec(b.ctx, `vacuum analyze duty_rosters, duty_assignments`)
		return err
	}, func() error { return replay(b.ctx, app, inserts) })
	if err != nil {
		return err
	}
	mine, err := secondsAfter(forget(whole), draft)
	if err != nil {
		return err
	}
	villages := made.Drafted
	part, err := secondsAfter(forget(quarter), draft)
	if err != nil {
		return err
	}
	b.add(figure{name: fmt.Sprintf(name, villages, at.Days()), ours: inMS(mine), bare: inMS(floor),
		value: mine / floor, target: 5, unitWord: " ×"})
	each, quarterEach := mine/float64(villages), part/float64(made.Drafted)
	b.add(figure{name: fmt.Sprintf("a village's draft among %d, of one among %d", villages, made.Drafted), ours: inMS(each), bare: inMS(quarterEach),
		value: each / quarterEach, target: 1.5, unitWord: " ×"})
	return forget(whole)()
}

// assignmentInserts writes what was drafted as bare inserts of many rows.
func (b *bench) assignmentInserts(tenant int64, at month.Month) ([]string, error) {
	rows, err := b.db.Query(b.ctx, `select 'insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, shift, person_id, person_name,
			title, stand_in, reason) values ' || string_agg(line, ', ')
		from (select format('(%s, %s, %s, %s, %L, %L, %s, %L, %L, %L, %L)', a.tenant_id, a.township_id, a.village_id, a.roster_id, a.on_day, a.shift,
				coalesce(a.person_id::text, 'null'), a.person_name, a.title, a.stand_in, a.reason) as line,
			row_number() over (order by a.roster_id, a.on_day, a.shift) / 1000 as part
			from duty_assignments a join duty_rosters r on r.tenant_id = a.tenant_id and r.id = a.roster_id where r.tenant_id = $1 and r.month = $2) x
		group by part order by part`, tenant, at.First())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// shown is a page under load beside its own statements.
type shown struct {
	page, bare float64 // a second
}

func (s shown) share() float64 { return s.page / s.bare * 100 }

// hammered measures a page that reads rosters beside pgbench with the statements that keep names of that transaction.
func (b *bench) hammered(user, path string, keep func(sql string) bool) (s shown, err error) {
	v, err := b.login(user)
	if err != nil {
		return s, err
	}
	if _, _, err := hammer(v, path, time.Second); err != nil { // connections, plans, caches
		return s, err
	}
	all, err := b.record(b.ctx, func() error { return want(http.StatusOK)(v.get(path)) })
	if err != nil {
		return s, err
	}
	bare := transactions(all, func(tx []string) bool { return strings.Contains(strings.Join(tx, " "), "duty_rosters") })
	bare = slices.DeleteFunc(bare, func(sql string) bool { return !strings.HasPrefix(sql, "begin") && sql != "commit" && !keep(sql) })
	if len(bare) < 3 {
		return s, fmt.Errorf("the statements of %s were not found among %q", path, all)
	}
	var ours, theirs []float64
	for range runs {
		rate, _, err := hammer(v, path, 2*time.Second)
		if err != nil {
			return s, err
		}
		floor, err := b.pgbench(b.ctx, bare, connections)
		if err != nil {
			return s, err
		}
		ours, theirs = append(ours, rate), append(theirs, floor)
	}
	return shown{middle(ours), middle(theirs)}, nil
}

func (b *bench) share(name string, s shown, target float64) {
	b.add(figure{name: name, ours: fmt.Sprintf("%.0f/s", s.page), bare: fmt.Sprintf("%.0f/s", s.bare), value: s.share(), target: target,
		atLeast: true, unitWord: " %"})
}

const (
	dutyOfficer   = "wd-officer"
	coverageShare = 30
	villageShare  = 40
)

// coveragePage: the map of every village and day of a district, from one indexed query.
func (b *bench) coveragePage() (shown, error) {
	return b.hammered(dutyOfficer, "/duty/overview/"+month.Of(b.app.Core.Now()).String(), func(sql string) bool { return strings.Contains(sql, "duty_rosters") })
}

func (b *bench) coverage() error {
	s, err := b.coveragePage()
	if err == nil {
		b.share("coverage page of a district, of pgbench's rate", s, coverageShare)
	}
	return err
}

// villagePage: the one screen of a village on the phone, with everything that it asks in its transaction.
func (b *bench) villagePage() (shown, error) {
	user := ""
	for name, a := range b.accounts {
		if a.Village != "" && a.District == "621202" && (user == "" || name < user) {
			user = name
		}
	}
	return b.hammered(user, "/village", func(string) bool { return true })
}

func (b *bench) village() error {
	s, err := b.villagePage()
	if err == nil {
		b.share("village's phone page, of pgbench's rate", s, villageShare)
	}
	return err
}
