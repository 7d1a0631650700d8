package demo_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/demo"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/pg"
	"touyan/internal/testkit"
)

// loader opens a fresh database with the program's core at a fixed moment.
func loader(t *testing.T, now time.Time) (*demo.Loader, *access.Core, *crypt.Keys, testkit.Database) {
	t.Helper()
	db := testkit.DB(t)
	pool, err := pg.Open(t.Context(), db.AppURL, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	keys, err := crypt.Generate(crypt.AES)
	if err != nil {
		t.Fatal(err)
	}
	core, err := access.New(access.Config{Pool: pool, Keys: keys, Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)},
		org.New().Module(), assessment.New(title).Module())
	if err != nil {
		t.Fatal(err)
	}
	return demo.New(core, keys, title), core, keys, db
}

func TestLoad(t *testing.T) {
	t.Parallel()
	s := specs[0]
	now := s.Anchor.Date(23).Add(10 * time.Hour)
	l, core, keys, db := loader(t, now)
	ctx := t.Context()
	if wanted, err := l.Wanted(ctx); err != nil || !wanted {
		t.Fatalf("an empty database: %t, %v", wanted, err)
	}
	if _, err := l.Accounts(ctx); !fault.Is(err, fault.KindConflict) {
		t.Errorf("accounts before the load: %v", err)
	}
	done, err := l.Load(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", done)
	if done.Districts != 2 || done.Months != 2*(demo.Past+1) {
		t.Errorf("%+v", done)
	}
	if _, err := l.Load(ctx, s); !fault.Is(err, fault.KindConflict) {
		t.Errorf("a second load: %v", err)
	}
	if wanted, err := l.Wanted(ctx); err != nil || wanted {
		t.Errorf("a full database: %t, %v", wanted, err)
	}
	owner := db.Owner(t)
	if _, err := owner.Exec(ctx, `analyze`); err != nil {
		t.Fatal(err)
	}
	storedFigures(t, owner, s)
	storedRules(t, owner)
	storedDuty(t, owner, s)
	loadedAccounts(t, l, keys, owner)
	tenants, err := core.Tenants(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, tenant := range append([]int64{0}, tenants...) {
		if _, err := core.VerifyAudit(ctx, tenant); err != nil {
			t.Errorf("audit trail of %d: %v", tenant, err)
		}
	}
}

// storedFigures counts the figures of the practice from the tables.
func storedFigures(t *testing.T, owner *pgx.Conn, s demo.Spec) {
	t.Helper()
	day := s.Anchor.Last()
	for name, q := range map[string]struct{ sql, want string }{
		"paid": {`select count(distinct a.person_id)::text from appointments a join tenants t on t.id = a.tenant_id
			where t.code = '621202' and a.is_paid and a.during @> $1::date`, "2383"},
		"secretaries": {`select count(*)::text from appointments a join tenants t on t.id = a.tenant_id
			where t.code = '621202' and a.position_code = 'party_secretary' and a.during @> $1::date`, "701"},
		"mean age": {`select round(avg(date_part('year', age($1::date, p.birth_date)))::numeric, 1)::text from appointments a
			join tenants t on t.id = a.tenant_id join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id
			where t.code = '621202' and a.position_code = 'party_secretary' and a.during @> $1::date`, "41.8"},
		"college": {`select round(100.0 * count(*) filter (where p.education < '40') / count(*), 1)::text from appointments a
			join tenants t on t.id = a.tenant_id join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id
			where t.code = '621202' and a.position_code = 'party_secretary' and a.during @> $1::date`, "70.2"},
		"professional": {`select count(distinct a.person_id)::text from appointments a join tenants t on t.id = a.tenant_id
			where t.code = '621202' and a.management_type = 'professional' and a.during @> $1::date`, "183"},
		"resident": {`select count(distinct a.person_id)::text from appointments a join tenants t on t.id = a.tenant_id
			where t.code = '621202' and a.pay_scheme = 'sending_unit' and a.during @> $1::date`, "954"},
		"villages": {`select count(*)::text from villages v join tenants t on t.id = v.tenant_id
			where t.code = '621202' and v.valid_from <= $1::date and (v.valid_to is null or v.valid_to > $1::date)`, "701"},
		"merged": {`select count(*)::text from unit_successions u join villages v on v.tenant_id = u.tenant_id
			and v.id = u.old_village_id where v.valid_to = u.effective_on and u.effective_on < $1::date`, "1"},
		"demonstrations": {`select count(*)::text from tenants where is_demo and $1::date is not null`, "2"},
	} {
		var got string
		if err := owner.QueryRow(context.Background(), q.sql, day).Scan(&got); err != nil || got != q.want {
			t.Errorf("%s: %s, want %s (%v)", name, got, q.want, err)
		}
	}
}

// storedDuty looks for what the pages of duty want to show: every month for every village, and a few of each trouble.
func storedDuty(t *testing.T, owner *pgx.Conn, s demo.Spec) {
	t.Helper()
	for name, q := range map[string]struct {
		sql         string
		least, most int
	}{
		"rosters of last month":      {`select count(*) from duty_rosters where month = $1::date - interval '1 month'`, 743, 743},
		"rosters of the month":       {`select count(*) from duty_rosters where month = $1`, 743, 743},
		"rosters to come":            {`select count(*) from duty_rosters where month = $1::date + interval '1 month'`, 743, 743},
		"an old month":               {`select count(*) from duty_rosters where month = $1::date - interval '3 months' and number > 0`, 46, 46},
		"villages that hang nothing": {`select count(*) from duty_rosters where month = $1 and number = 0`, 1, 20},
		"days empty after a change":  {`select count(*) from duty_rosters where month = $1 and number > 1 and empty_days <> 0`, 1, 10},
		"swaps":                      {`select count(*) from duty_swaps where from_day >= $1`, 10, 100},
		"leaves":                     {`select count(*) from duty_leaves where lower(during) >= $1`, 30, 400},
		"absences":                   {`select count(*) from duty_checks where result = 'absent' and on_day < $1`, 2, 40},
		"late entries":               {`select count(*) from duty_stands where on_day < $1`, 1, 40},
	} {
		var got int
		if err := owner.QueryRow(context.Background(), q.sql, s.Anchor.First()).Scan(&got); err != nil || got < q.least || got > q.most {
			t.Errorf("%s: %d, want %d to %d (%v)", name, got, q.least, q.most, err)
		}
	}
}

// storedRules looks for rows that no use of the program could have made.
func storedRules(t *testing.T, owner *pgx.Conn) {
	t.Helper()
	for name, sql := range map[string]string{
		"the dead hold posts": `select count(*) from appointments a join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id
			where upper_inf(a.during) and p.died_on is not null`,
		"the dead are on later sheets": `select count(*) from assessment_rows r join persons p on p.tenant_id = r.tenant_id and p.id = r.person_id
			where p.died_on is not null and r.month > p.died_on`,
		"totals beyond base and bonus": `select count(*) from assessment_rows where total > base + bonus`,
		"published without results": `select count(*) from assessment_sheets s where s.state in ('published', 'locked') and not exists
			(select from assessment_publications p where p.tenant_id = s.tenant_id and p.sheet_id = s.id)`,
		"two results in force": `select count(*) from (select 1 from assessment_results where replaced_by is null group by tenant_id, row_id having count(*) > 1) x`,
		"rows of published sheets without result": `select count(*) from assessment_rows r join assessment_sheets s on s.tenant_id = r.tenant_id
			and s.id = r.sheet_id where s.state in ('published', 'locked') and not exists (select from assessment_results p
			where p.tenant_id = r.tenant_id and p.row_id = r.id and p.replaced_by is null and p.total = r.total and p.grade = r.grade)`,
		"rosters that hang with an empty day which no change left": `select count(*) from duty_rosters where number = 1 and empty_days <> 0`,
		"people on duty while on leave": `select count(*) from duty_assignments a join duty_leaves l on l.tenant_id = a.tenant_id
			and l.person_id = a.person_id and l.during @> a.on_day and l.cancelled_at is null`,
		"people on duty out of post": `select count(*) from duty_assignments a where a.person_id is not null and not a.stand_in and not exists
			(select from appointments x where x.tenant_id = a.tenant_id and x.person_id = a.person_id and x.village_id = a.village_id and x.during @> a.on_day)`,
		"rosters whose places are counted wrongly": `select count(*) from duty_rosters r where r.filled <> (select count(*) from duty_assignments a
			where a.tenant_id = r.tenant_id and a.roster_id = r.id) or r.places - r.filled <> length(replace(r.empty_days::bit(31)::text, '0', ''))`,
		"rosters without each of their versions": `select count(*) from duty_rosters r where r.number <> (select count(*) from duty_versions v
			where v.tenant_id = r.tenant_id and v.roster_id = r.id)`,
		"versions from before their draft or after today": `select count(*) from duty_versions v join duty_rosters r on r.tenant_id = v.tenant_id
			and r.id = v.roster_id where v.made_at < r.drafted_at`,
		"checked days that are not marked": `select count(*) from duty_checks c join duty_rosters r on r.tenant_id = c.tenant_id and r.id = c.roster_id
			where r.checked_days >> (extract(day from c.on_day)::int - 1) & 1 = 0
				or (c.result in ('absent', 'excused')) <> (r.absent_days >> (extract(day from c.on_day)::int - 1) & 1 = 1)`,
		"locked with an open objection": `select count(*) from assessment_objections o join assessment_sheets s on s.tenant_id = o.tenant_id
			and s.id = o.sheet_id where o.state = 'open' and s.state = 'locked'`,
		"maker is checker": `select count(*) from assessment_sheets where submitted_holder <> 0 and submitted_holder in (approved_holder, filed_holder)`,
		"cells that differ from their entries": `select count(*) from (
			select c.value, d.max + sum(e.points) as want from assessment_cells c
				join assessment_entries e on e.tenant_id = c.tenant_id and e.row_id = c.row_id and e.dimension = c.dimension
				join (values ('party_building', 20), ('rural_revitalization', 20), ('governance', 20), ('duty_attendance', 15),
					('learning', 10), ('integrity', 15), ('bonus', 0)) d (code, max) on d.code = c.dimension
			group by c.tenant_id, c.row_id, c.dimension, c.value, d.max) x where value <> want`,
		"work in the future": `select count(*) from assessment_acts where at > timestamptz '2026-11-23 10:00+08'`,
		"final months still open": `select count(*) from assessment_sheets s join assessment_months m on m.tenant_id = s.tenant_id
			and m.month = s.month where m.state = 'closed' and s.state <> 'locked'`,
	} {
		var n int
		if err := owner.QueryRow(context.Background(), sql).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s: %d rows (%v)", name, n, err)
		}
	}
	var board string
	err := owner.QueryRow(context.Background(), `select string_agg(state || ' ' || n, ', ' order by state) from (
		select s.state, count(*) as n from assessment_sheets s join tenants t on t.id = s.tenant_id
		where t.code = '621202' and s.month = date '2026-11-01' group by s.state) x`).Scan(&board)
	if want := "district_approved 4, draft 13, not_started 8, published 4, submitted 6, township_approved 5"; err != nil || board != want {
		t.Errorf("board %q (%v)", board, err)
	}
}

func loadedAccounts(t *testing.T, l *demo.Loader, keys *crypt.Keys, owner *pgx.Conn) {
	t.Helper()
	list, err := l.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	roles, names := map[string]int{}, map[string]bool{}
	for _, a := range list {
		roles[a.District+"/"+a.Role]++
		if names[a.Username] || a.Password != keys.DemoPassword(a.Username) {
			t.Errorf("account %s", a.Username)
		}
		names[a.Username] = true
		if (len(a.Township) != 0 && len(a.Township) != 9) || (len(a.Village) != 0 && !strings.HasPrefix(a.Village, a.Township)) {
			t.Errorf("account %s: %s %s", a.Username, a.Township, a.Village)
		}
		var role, township, village string
		err := owner.QueryRow(context.Background(), `select g.role, coalesce(t.code, ''), coalesce(v.code, '') from credentials c
			join grants g on g.tenant_id = c.tenant_id and g.account_id = c.account_id
			left join townships t on t.tenant_id = g.tenant_id and t.id = g.township_id
			left join villages v on v.tenant_id = g.tenant_id and v.id = g.village_id
			where c.username = $1 and not c.must_change and c.password_hash <> ''`, a.Username).Scan(&role, &township, &village)
		if err != nil || role != a.Role || township != a.Township || village != a.Village {
			t.Errorf("account %s: stored as %s %s %s (%v)", a.Username, role, township, village, err)
		}
	}
	for role, n := range map[string]int{"/platform_admin": 1, "621202/district_admin": 1, "621202/district_officer": 1,
		"621202/district_leader": 1, "621202/district_finance": 1, "621202/auditor": 1, "621202/township_clerk": 40,
		"621202/township_leader": 40, "621202/township_finance": 1, "621202/village_secretary": 5, "621202/village_clerk": 1,
		"620122/district_officer": 1, "620122/township_clerk": 4, "620122/village_secretary": 2} {
		if roles[role] != n {
			t.Errorf("%d accounts of %s, want %d", roles[role], role, n)
		}
	}
	if !names["wd-admin"] || !names["anhua-clerk"] || !names["anhua-leader"] || !names["platform"] {
		t.Error(fmt.Sprint(names))
	}
}

func TestLoadRefusesWhatIsNotEmpty(t *testing.T) {
	t.Parallel()
	l, core, _, _ := loader(t, specs[0].Anchor.Date(10))
	err := access.InScope(t.Context(), core.Platform("test"), func(tx *access.Tx) error {
		_, err := (org.Store{}).CreateDistrict(t.Context(), tx, "620102", "城关区", false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Load(t.Context(), specs[0]); !fault.Is(err, fault.KindConflict) {
		t.Errorf("loaded beside a real district: %v", err)
	}
	if wanted, err := l.Wanted(t.Context()); err != nil || wanted {
		t.Errorf("wanted: %t, %v", wanted, err)
	}
}
