package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/platform/month"
)

// The province that is made where BENCH_DIVISIONS names no list of real divisions.
const (
	provinceVillages  = 17_684
	provinceTownships = 15        // of each district
	firstDistrict     = 3_000_000 // beside those that the search fills with people
)

// years is how many years of rosters the province has.
var years = 3

// province: the pages of a village and of a district again, with the rosters of a whole province beside them and years of
// their own behind them.
func (b *bench) province() error {
	alone, err := b.villagePage()
	if err != nil {
		return err
	}
	if err := b.loadProvince(); err != nil {
		return err
	}
	var villages, assignments int64
	if err := b.db.QueryRow(b.ctx, `select (select count(*) from villages where tenant_id >= $1), (select count(*) from duty_assignments)`, firstDistrict).
		Scan(&villages, &assignments); err != nil {
		return err
	}
	village, err := b.villagePage()
	if err != nil {
		return err
	}
	coverage, err := b.coveragePage()
	if err != nil {
		return err
	}
	among := fmt.Sprintf("among %.1f million assignments", float64(assignments)/1e6)
	b.share("village's phone page "+among, village, villageShare)
	b.add(figure{name: "the same page, time of one among the demonstration's", ours: inMS(connections / village.page), bare: inMS(connections / alone.page),
		value: alone.page / village.page, target: 1.5, unitWord: " ×"})
	b.share("coverage page "+among, coverage, coverageShare)
	if err := b.draftsOf("drafts of %d villages × %d days, years behind them, of the bare inserts"); err != nil {
		return err
	}
	return b.dutyWeight()
}

// dutyWeight says what a million assignments weigh, with their rosters, and with the versions that hung on the walls.
func (b *bench) dutyWeight() error {
	var perMillion, assignments, versions float64
	if err := b.db.QueryRow(b.ctx, `with n as (select count(*)::float8 / 1e6 as millions from duty_assignments), r as (select count(*)::float8 as rosters from duty_rosters)
		select pg_total_relation_size('duty_assignments') / 1048576 / millions,
			(pg_total_relation_size('duty_assignments') + pg_total_relation_size('duty_rosters')) / 1048576 / millions,
			(select pg_total_relation_size('duty_versions') / 1048576.0 / count(distinct roster_id) from duty_versions) * rosters / millions
		from n, r`).Scan(&assignments, &perMillion, &versions); err != nil {
		return err
	}
	b.add(figure{name: "a million assignments with their rosters", ours: fmt.Sprintf("%.0f MB", assignments), bare: "", value: perMillion, target: 450, unitWord: " MB"})
	fmt.Fprintf(os.Stderr, "the versions of a million assignments weigh %.0f MB more\n", versions)
	return nil
}

// loadProvince makes districts with years of published rosters, and as many years for the demonstration. It goes past the
// foreign keys (the people are only numbers) and past nothing else: every index is kept up as rows come.
func (b *bench) loadProvince() error {
	begin := time.Now()
	for _, sql := range []string{`alter system set max_wal_size = '8GB'`, `select pg_reload_conf()`, `set session_replication_role = replica`,
		`create temp table divisions (district bigint, township bigint, village bigint, name text)`,
		`create temp table teams (tenant_id bigint, township_id bigint, village_id bigint, township_name text, village_name text, people bigint[], names text[])`} {
		if _, err := b.super.Exec(b.ctx, sql); err != nil {
			return err
		}
	}
	defer func() { _, _ = b.super.Exec(context.WithoutCancel(b.ctx), `set session_replication_role = default`) }()
	if err := b.divisions(os.Getenv("BENCH_DIVISIONS")); err != nil {
		return err
	}
	for _, sql := range []string{
		`insert into tenants (id, code, name) overriding system value
			select district, (district - 2300000)::text, '区' || district from divisions group by 1`,
		`insert into townships (tenant_id, id, code, name, official_name, kind) overriding system value
			select district, township, lpad((township - 1000000)::text, 9, '7'), '乡' || township, '乡' || township, 'town' from divisions group by 1, 2`,
		`insert into villages (tenant_id, township_id, id, code, name, official_name, kind) overriding system value
			select district, township, village, lpad(village::text, 12, '7'), name, name, 'village' from divisions`,
		`insert into teams select district, township, village, '乡' || township, name, array[village * 10, village * 10 + 1, village * 10 + 2, village * 10 + 3],
			array['张建国', '李秀英', '王芳', '赵永强'] from divisions`,
		`insert into teams select v.tenant_id, v.township_id, v.id, t.name, v.name, array_agg(a.person_id order by a.person_id), array_agg(a.person_name order by a.person_id)
			from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id
				join (select distinct on (tenant_id, person_id) tenant_id, village_id, person_id, person_name from appointments
					where upper_inf(during) order by tenant_id, person_id, village_id) a on a.tenant_id = v.tenant_id and a.village_id = v.id
			where v.tenant_id < 1000000 group by v.tenant_id, v.township_id, v.id, t.name, v.name`,
		`create index on teams (tenant_id, village_id)`, `analyze teams`,
	} {
		if _, err := b.super.Exec(b.ctx, sql); err != nil {
			return fmt.Errorf("%.60s: %w", sql, err)
		}
	}
	rows, err := b.super.Query(b.ctx, `select distinct tenant_id from teams order by 1`)
	if err != nil {
		return err
	}
	tenants, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for i, t := range tenants {
		if err := b.loadRosters(t); err != nil {
			return fmt.Errorf("rosters of district %d: %w", t, err)
		}
		if (i+1)%10 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d districts loaded, %s\n", i+1, len(tenants), time.Since(begin).Round(time.Second))
		}
	}
	_, err = b.super.Exec(b.ctx, `vacuum analyze`)
	fmt.Fprintf(os.Stderr, "loaded in %s\n", time.Since(begin).Round(time.Second))
	return err
}

// divisions fills the list of villages, from a file (code,name,town_code,town_name,county_code,county_name,…) or by counting.
func (b *bench) divisions(file string) error {
	if file == "" {
		_, err := b.super.Exec(b.ctx, `insert into divisions select $1 + n % $2, $1 + (n % $2) * $3 + (n / $2) % $3, $1 + n, '村' || n
			from generate_series(0, $4::bigint - 1) n`, int64(firstDistrict), int64(province), int64(provinceTownships), int64(provinceVillages))
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil || len(lines) < 2 || len(lines[0]) < 6 {
		return fmt.Errorf("%s is not a list of divisions: %w", file, err)
	}
	keys := map[string]int64{} // official code → our key
	key := func(kind, code string) int64 {
		if keys[kind+code] == 0 {
			keys[kind]++
			keys[kind+code] = firstDistrict + keys[kind] - 1
		}
		return keys[kind+code]
	}
	list := make([][]any, 0, len(lines)-1)
	for i, l := range lines[1:] {
		list = append(list, []any{key("county", l[4]), key("town", l[2]), int64(firstDistrict + i), l[1]})
	}
	_, err = b.super.CopyFrom(b.ctx, pgx.Identifier{"divisions"}, []string{"district", "township", "village", "name"}, pgx.CopyFromRows(list))
	return err
}

// loadRosters hangs the years of one district on the wall, up to this month; what it has already stays.
func (b *bench) loadRosters(tenant int64) error {
	this := month.Of(b.app.Core.Now())
	_, err := b.super.Exec(b.ctx, `with made as (
			insert into duty_rosters (tenant_id, township_id, village_id, month, township_name, village_name, places, filled, number,
				published_at, drafted_by, drafted_at)
			select t.tenant_id, t.township_id, t.village_id, m, t.township_name, t.village_name, n, n, 1, m, '系统', m
			from generate_series($2::date, $3::date, '1 month') m, teams t, extract(day from m + interval '1 month - 1 day') n
			where t.tenant_id = $1 and not exists (select from duty_rosters r where r.tenant_id = $1 and r.month = m)
			order by m, t.village_id
			returning id, township_id, village_id, month, places)
		insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, person_id, person_name, title, reason)
		select $1, r.township_id, r.village_id, r.id, r.month + d, t.people[1 + w.at], t.names[1 + w.at], '村委会副主任',
			'近12个月工作日值班' || d || '次,与' || t.names[1] || '同为最少,距上次值班' || w.at + 2 || '天,更久'
		from made r join teams t on t.tenant_id = $1 and t.village_id = r.village_id
			cross join generate_series(0, 30) d
			cross join lateral (select (r.month + d - date '2020-01-01') % cardinality(t.people) as at) w
		where d < r.places`, tenant, this.Add(1-12*years).First(), this.First())
	return err
}
