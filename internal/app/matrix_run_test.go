package app_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
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
	db    testkit.Database
	app   *app.App
	owner *pgx.Conn
	print string // the query of the fingerprint
	clean string // the fingerprint of the untouched copy
	log   lines  // what the program logged
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
	rows, err := s.owner.Query(ctx, `select format('select %L as t, count(*) as n, coalesce(sum(hashtextextended(x::text, 0)), 0) as h from %I.%I x',
			table_name, table_schema, table_name) from information_schema.tables
		where table_schema in ('public', 'jobs') and table_type = 'BASE TABLE' and table_schema || '.' || table_name <> all ($1) order by 1`, unwatched)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	s.print = `select string_agg(t || ' ' || n || ' ' || h, E'\n' order by t) from (` + strings.Join(parts, " union all ") + `) x`
	s.clean = s.fingerprint(t)
	return s
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

// restore puts the database back to the untouched copy, under the same name, so that the program goes on.
func (s *stage) restore(t testing.TB) {
	t.Helper()
	_ = s.owner.Close(context.Background()) // its database goes
	s.app.Pool.Raw().Reset()
	s.db.Renew(t, s.world.db.Name)
	s.owner = s.db.Owner(t)
}

// shot is one request of the matrix with what must come back.
type shot struct {
	line   line
	member int // -1: a guest
	keys   map[variable]string
	want   int
	or     int // another status that is as good
	what   string
	page   string // the answer, for messages
	got    int
}

func (x shot) String() string {
	who := "guest"
	if x.member >= 0 {
		who = members[x.member].column
	}
	return fmt.Sprintf("%s as %s, %s: %d, want %d", x.line, who, x.what, x.got, x.want)
}

func (s *stage) fire(x *shot) bool {
	cookie := ""
	if x.member >= 0 {
		cookie = s.cookies[memberKey(x.member)]
	}
	path, form := x.line.fill(x.keys)
	a := request(s.app.Handler, cookie, x.line.method, path, form, x.line.file)
	x.got, x.page = a.Code, a.Body.String()
	return x.got == x.want || x.got == x.or
}

func memberKey(i int) string { return string(members[i].role) + "@" + members[i].unit }

// missing is a key that no row has.
func missing(kind string) string {
	if ofDistrict(kind) {
		return "2019-01"
	}
	return "9000000000"
}

// personal are the kinds that belong to one account: a colleague's is foreign too.
var personal = map[string]bool{"filter": true, "batch": true, "formbatch": true, "termsheet": true, "badtermsheet": true, "runfile": true, "owngrant": true, "session": true}

// ofDistrict are the kinds that the district makes and everybody below it reads.
func ofDistrict(kind string) bool {
	return strings.HasPrefix(kind, "month_") || kind == "version" || kind == "round" || kind == "section"
}

// places tells, for a member, which keys of a kind are his own (the nearest first) and which are foreign.
func (s *stage) places(t testing.TB, member int, kind string) (own, foreign map[string]string, nearest string) {
	t.Helper()
	all, ok := s.ids[kind]
	if !ok {
		t.Fatalf("no kind %q: name it in plantKeys of matrix_world_test.go", kind)
	}
	m := members[member]
	home := s.units[m.unit]
	own, foreign = map[string]string{}, map[string]string{}
	for place, key := range all {
		role, at, byAccount := strings.Cut(place, "@")
		if !byAccount {
			at = place
		}
		in := home.holds(s.units[at]) || ofDistrict(kind) && s.units[at].holds(home)
		if m.role == access.PlatformAdmin {
			in = at == "" || s.units[at].tenant == s.units["甲"].tenant // the district that his paths name
		}
		switch {
		case in && (!personal[kind] || role == string(m.role) && at == m.unit):
			own[place] = key
		default:
			foreign[place] = key
		}
	}
	foreign["missing"] = missing(kind)
	// The nearest is the member's own row, or that of his own unit, or the first below it: A before B, A1 before A2.
	for _, place := range []string{memberKey(member), m.unit, "甲", "A", "A1", string(access.DistrictOfficer) + "@甲"} {
		if _, ok := own[place]; ok {
			return own, foreign, place
		}
	}
	for _, place := range []string{"B1", "A2", "B"} {
		if _, ok := own[place]; ok {
			return own, foreign, place
		}
	}
	return own, foreign, ""
}

// shots lists what a member fires at a line: at all foreign places first, then at his own.
func (s *stage) shots(t testing.TB, l line, member int) (refused, own []*shot) {
	t.Helper()
	vars := l.variables()
	near := map[variable]string{}
	all := make([]map[string]string, len(vars))
	far := make([]map[string]string, len(vars))
	for i, v := range vars {
		var nearest string
		all[i], far[i], nearest = s.places(t, member, v.kind)
		near[v] = all[i][nearest]
		if nearest == "" {
			near[v] = missing(v.kind)
		}
	}
	with := func(i int, key string) map[variable]string {
		keys := map[variable]string{}
		for v, k := range near {
			keys[v] = k
		}
		keys[vars[i]] = key
		return keys
	}
	want := l.own[member]
	for i, v := range vars {
		for place, key := range far[i] {
			status := 404
			if other, ok := l.foreign[v.name]; ok && place != "missing" {
				status = other
			}
			if l.denied[member] {
				status = http.StatusForbidden
			}
			x := &shot{line: l, member: member, keys: with(i, key), want: status, what: v.name + " of " + place}
			if i > 0 && want == http.StatusForbidden {
				x.or = want // refused for an earlier key, before this one is looked at
			}
			if status < 400 { // an exception that the file gives a reason for
				own = append(own, x)
				continue
			}
			refused = append(refused, x)
		}
	}
	first := &shot{line: l, member: member, keys: near, want: want, what: "own"}
	if l.denied[member] {
		return append(refused, first), nil
	}
	own = append(own, first)
	if l.method != http.MethodGet || len(vars) == 0 {
		return refused, own
	}
	for place := range all[0] { // every other place of the own subtree answers likewise
		keys, whole := map[variable]string{}, true
		for i, v := range vars {
			keys[v] = all[i][place]
			whole = whole && keys[v] != ""
		}
		if whole {
			own = append(own, &shot{line: l, member: member, keys: keys, want: want, what: "own, at " + place})
		}
	}
	return refused, own
}

// try fires all requests of a line and returns what went wrong.
func (s *stage) try(t testing.TB, l line) (wrong []string) {
	t.Helper()
	judge := func(list []*shot, mayWrite bool) {
		for _, x := range list {
			if !s.fire(x) {
				wrong = append(wrong, x.String()+brief(x.page))
			}
		}
		if l.method == http.MethodGet && mayWrite || len(list) == 0 {
			return
		}
		changed := s.changed(t)
		if len(changed) == 0 {
			return
		}
		if !mayWrite {
			wrong = append(wrong, fmt.Sprintf("%s as %s: a refused request has changed %v", l, s.who(list), changed))
		}
		s.restore(t)
	}
	if l.public != 0 {
		judge([]*shot{{line: l, member: -1, want: l.public, what: "as a guest"}}, true)
		return wrong
	}
	guest := &shot{line: l, member: -1, keys: map[variable]string{}, want: http.StatusUnauthorized, what: "without a session"}
	if l.method == http.MethodGet {
		guest.want = http.StatusSeeOther
	}
	for _, v := range l.variables() {
		for _, key := range s.ids[v.kind] {
			guest.keys[v] = key
		}
	}
	judge([]*shot{guest}, false)
	for member := range members {
		refused, own := s.shots(t, l, member)
		judge(refused, false)
		for _, x := range own {
			judge([]*shot{x}, true)
		}
	}
	return wrong
}

func (s *stage) who(list []*shot) string {
	if len(list) == 0 || list[0].member < 0 {
		return "guest"
	}
	return members[list[0].member].column
}

// brief is the sentence of a page that surprised.
func brief(page string) string {
	if i := strings.Index(page, `role="alert"`); i >= 0 {
		page = page[i:]
	} else if i := strings.Index(page, "<main"); i >= 0 {
		page = page[i:]
	}
	var b strings.Builder
	in := false
	for _, r := range page {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
			b.WriteByte(' ')
		case !in:
			b.WriteRune(r)
		}
	}
	text := []rune(strings.Join(strings.Fields(b.String()), " "))
	return " (" + string(text[:min(len(text), 100)]) + ")"
}
