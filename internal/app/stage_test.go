package app_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/app"
	"touyan/internal/platform/pg"
	"touyan/internal/testkit"
)

// stage is a copy of the world with the program on it.
type stage struct {
	*world
	db      testkit.Database
	app     *app.App
	owner   *pgx.Conn
	keeper  *pgx.Conn         // past triggers and foreign keys, to put rows back
	print   string            // the query of the fingerprint
	clean   string            // the fingerprint of the untouched copy
	columns map[string]string // by table: what is stored, and not computed
	log     lines             // what the program logged
}

// lines is a log that several requests write.
type lines struct {
	sync.Mutex
	bytes.Buffer
}

// Write appends a line.
func (l *lines) Write(p []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.Buffer.Write(p)
}

// unwatched are the tables that a refused act may write: the session's flash and last visit, the counter of log-ins.
var unwatched = []string{"public.sessions", "public.login_failures"}

// newStage copies the world. defects are put into the schema and the modules first.
func newStage(t testing.TB, schema string, change func([]access.Module) []access.Module) *stage {
	t.Helper()
	w := matrixWorld(t)
	s := &stage{world: w, db: testkit.Clone(t, w.db.Name)}
	s.owner = s.db.Owner(t)
	ctx := context.Background()
	if schema != "" {
		if _, err := s.owner.Exec(ctx, schema); err != nil {
			t.Fatalf("%s: %v", schema, err)
		}
	}
	pool, err := pg.Open(ctx, s.db.AppURL, 4)
	if err != nil {
		t.Fatal(err)
	}
	if change == nil {
		change = func(m []access.Module) []access.Module { return m }
	}
	cfg := config(func() time.Time { return today })
	cfg.Log = slog.New(slog.NewJSONHandler(&s.log, nil))
	if s.app, err = app.NewChanged(cfg, pool, w.keys, change); err != nil {
		t.Fatal(err)
	}
	if err := s.app.Jobs.Open(ctx, false); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.app.Close(ctx) })
	s.remember(t)
	s.clean = s.fingerprint(t)
	return s
}

// remember copies every table beside itself, for restore, and writes the query of the fingerprint.
func (s *stage) remember(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	s.keeper = s.db.Keeper(t)
	rows, err := s.keeper.Query(ctx, `select table_schema || '.' || table_name, string_agg(quote_ident(column_name), ', ' order by ordinal_position)
			filter (where is_generated = 'NEVER')
		from information_schema.tables join information_schema.columns using (table_schema, table_name)
		where table_schema in ('public', 'jobs') and table_type = 'BASE TABLE' group by table_schema, table_name order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	s.columns = map[string]string{}
	var name, columns string
	var parts, copies []string
	if _, err := pgx.ForEachRow(rows, []any{&name, &columns}, func() error {
		s.columns[name] = columns
		copies = append(copies, fmt.Sprintf(`create table untouched.%q as table %s`, name, name))
		if !slices.Contains(unwatched, name) {
			parts = append(parts, fmt.Sprintf(`select '%[1]s' as t, count(*) as n, coalesce(sum(hashtextextended(x::text, 0)), 0) as h from %[1]s x`, name))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.keeper.Exec(ctx, `create schema untouched; `+strings.Join(copies, "; ")); err != nil {
		t.Fatal(err)
	}
	s.print = `select string_agg(t || ' ' || n || ' ' || h, E'\n' order by t) from (` + strings.Join(parts, " union all ") + `) x`
}

// fingerprint tells two states of all tables apart.
func (s *stage) fingerprint(t testing.TB) (f string) {
	t.Helper()
	if err := s.owner.QueryRow(context.Background(), s.print).Scan(&f); err != nil {
		t.Fatalf("fingerprint: %v", err)
	}
	return f
}

// changed lists the tables that differ from the untouched copy.
func (s *stage) changed(t testing.TB) (list []string) {
	t.Helper()
	now := strings.Split(s.fingerprint(t), "\n")
	for i, was := range strings.Split(s.clean, "\n") {
		if now[i] != was {
			list = append(list, strings.Fields(was)[0])
		}
	}
	return list
}

// restore puts tables back as they were in the untouched copy, and those that are not watched.
func (s *stage) restore(t testing.TB, changed []string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(`set session_replication_role = replica; begin; `)
	for _, name := range slices.Concat(changed, unwatched) {
		fmt.Fprintf(&b, `delete from %[1]s where ctid in (select x.ctid from %[1]s x where not exists (select from untouched.%[2]q c where c::text = x::text)); `, name, name)
		fmt.Fprintf(&b, `insert into %[1]s (%[3]s) overriding system value select %[3]s from untouched.%[2]q c
			where not exists (select from %[1]s x where x::text = c::text); `, name, name, s.columns[name])
	}
	b.WriteString(`commit`)
	if _, err := s.keeper.Exec(context.Background(), b.String()); err != nil {
		t.Fatalf("restore %v: %v", changed, err)
	}
}
