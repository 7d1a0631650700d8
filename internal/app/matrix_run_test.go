package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"touyan/internal/access"
)

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

// try fires all requests of a line and returns what went wrong: first everything that must be refused, of which no table
// may keep a trace, then what may be done.
func (s *stage) try(t testing.TB, l line) (wrong []string) {
	t.Helper()
	fire := func(list ...*shot) {
		for _, x := range list {
			if !s.fire(x) {
				wrong = append(wrong, x.String()+brief(x.page))
			}
		}
	}
	if l.public != 0 {
		fire(&shot{line: l, member: -1, want: l.public, what: "as a guest"})
		s.restore(t, s.changed(t))
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
	refused, own := []*shot{guest}, []*shot{}
	for member := range members {
		no, yes := s.shots(t, l, member)
		refused, own = append(refused, no...), append(own, yes...)
	}
	fire(refused...)
	if changed := s.changed(t); len(changed) > 0 {
		wrong = append(wrong, fmt.Sprintf("%s: a refused request has changed %v", l, changed))
		s.restore(t, changed)
	}
	for _, x := range own {
		fire(x)
		if l.method != http.MethodGet {
			s.restore(t, s.changed(t))
		}
	}
	return wrong
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
