package app_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// sittings are the scopes in which testdata/tables.txt looks at every table, as access sends them.
var sittings = []struct{ name, unit, level string }{{"platform", "", "platform"}, {"platform in 甲", "甲", "platform"}, {"district", "甲", "district"}, {"township", "A", "township"}, {"village", "A1", "village"}}

// begin opens a transaction of the serving role with the settings of a sitting.
func (s *stage) begin(t testing.TB, tx pgx.Tx, unitName, level string) pgx.Tx {
	t.Helper()
	ctx := context.Background()
	sub, err := tx.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	u := s.units[unitName]
	_, err = sub.Exec(ctx, fmt.Sprintf(`set local role touyan_app; set local app.tenant_id = '%d'; set local app.township_id = '%d';
		set local app.village_id = '%d'; set local app.person_id = '0'; set local app.level = '%s'`, u.tenant, u.township, u.village, level))
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

// seen tells where the rows stand that a sitting reads, or changes: w within the own unit, a of a unit above, b beside it in
// the same district, ! in another district.
func (s *stage) seen(t testing.TB, tx pgx.Tx, table, unitName, level string, update bool) string {
	t.Helper()
	ctx := context.Background()
	columns := tableColumns(t, s.owner, table)
	place := "tenant_id"
	for _, c := range []string{"township_id", "village_id"} {
		if slices.Contains(columns, c) {
			place += ", " + c
		} else {
			place += ", 0::bigint"
		}
	}
	sub := s.begin(t, tx, unitName, level)
	defer func() { _ = sub.Rollback(ctx) }() // nothing is to stay
	sql := "select distinct " + place + " from " + table
	if update {
		sql = "update " + table + " set tenant_id = tenant_id returning " + place
	}
	rows, err := sub.Query(ctx, sql)
	var list []unit
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (u unit, err error) {
			return u, row.Scan(&u.tenant, &u.township, &u.village)
		})
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "42501" && strings.Contains(refused.Message, "permission denied") {
		return "-"
	}
	if err != nil {
		t.Fatalf("%s in %s: %v", table, level, err)
	}
	home, found := s.units[unitName], map[string]bool{}
	for _, u := range list {
		switch {
		case u.tenant != home.tenant:
			found["!"] = true
		case home.holds(u):
			found["w"] = true
		case u.holds(home):
			found["a"] = true
		default:
			found["b"] = true
		}
	}
	out := ""
	for _, c := range []string{"w", "a", "b", "!"} {
		if found[c] {
			out += c
		}
	}
	if out == "" {
		return "-"
	}
	return out
}

func tableColumns(t testing.TB, c *pgx.Conn, table string) []string {
	t.Helper()
	rows, err := c.Query(context.Background(), `select attname::text from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`, table)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// scoped lists the tables with a tenant that obey policies.
func scoped(t testing.TB, c *pgx.Conn) (list []string) {
	t.Helper()
	for _, table := range tables(t, c) {
		if _, ok := exempt[table]; !ok {
			list = append(list, table)
		}
	}
	return list
}

// readTables reads testdata/tables.txt: table → what each sitting reads and changes.
func readTables(t testing.TB) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/tables.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, text := range strings.Split(string(raw), "\n") {
		if words := strings.Fields(text); len(words) > 1 && words[0] != "#" {
			out[words[0]] = strings.Join(words[1:], " ")
		}
	}
	return out
}

// line gives what all sittings read and change of a table, in the form of the file.
func (s *stage) line(t testing.TB, tx pgx.Tx, table string) string {
	t.Helper()
	var words []string
	for _, sit := range sittings {
		words = append(words, s.seen(t, tx, table, sit.unit, sit.level, false)+"/"+s.seen(t, tx, table, sit.unit, sit.level, true))
	}
	return strings.Join(words, " ")
}

// Every table shows each level what testdata/tables.txt says and no more; without its policies it would show more, which
// the same comparison notices, table by table; and without settings nobody sees anything.
func TestTablesObeyTheirScope(t *testing.T) {
	t.Parallel()
	s := newStage(t, "", nil)
	ctx := context.Background()
	want := readTables(t)
	tx, err := s.owner.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	list := scoped(t, s.owner)
	for _, table := range list {
		got := s.line(t, tx, table)
		if got != want[table] {
			t.Errorf("%s: the levels read and change %q, testdata/tables.txt says %q.\n"+
				"Write there what product.md §1 allows, and rows for every unit into matrix_world_test.go.", table, got, want[table])
		}
		if strings.Contains(got, "!") {
			t.Errorf("%s shows rows of another district", table)
		}
		if !strings.Contains(got, "w") {
			t.Errorf("%s has no row that anybody sees: plant some in matrix_world_test.go, at each unit", table)
		}
		open, err := tx.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open.Exec(ctx, `alter table `+table+` disable row level security`); err != nil {
			t.Fatal(err)
		}
		if s.line(t, open, table) == got {
			t.Errorf("%s: without its policies nothing would change: the rows of the test world do not show them", table)
		}
		_ = open.Rollback(ctx)
	}
	for table := range want {
		if !slices.Contains(list, table) {
			t.Errorf("testdata/tables.txt names %s, which is no table with a scope", table)
		}
	}
	sub := s.begin(t, tx, "甲", "platform")
	var others int
	if err := sub.QueryRow(ctx, `select count(*) from accounts where kind <> 'district_admin'`).Scan(&others); err != nil || others > 0 {
		t.Errorf("the platform sees %d accounts of a district besides its administrators (%v)", others, err)
	}
	app := s.db.App(t)
	for _, table := range list {
		var n int
		if err := app.QueryRow(ctx, `select count(*) from `+table).Scan(&n); err == nil && n > 0 {
			t.Errorf("%s shows %d rows to a connection without scope", table, n)
		}
	}
}
