package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"touyan/internal/app"
)

// posts is how many malformed ones are sent.
const posts = 10_000

// canary stands in paths, queries and fields, and must never reach the log.
const canary = "kanarienvogel"

// nasty are values that no form expects.
var nasty = []string{"", " ", "\x00", "a\x00b", "\xff\xfe", "😀👨‍👩‍👧‍👦", "1e309", "-1e309", "NaN", "∞", "12.5", "-2", "1.234", "1,5", "٣", "99999999999999999999999999",
	"9223372036854775807", "9223372036854775808", "-1", "0", "0x10", "2026-02-31", "2026-13", "0000-00-00", "9999-12-31", "31.02.2026", "2026-10", "on", "true", "null", "undefined",
	"[]", "{}", "<script>alert(1)</script>", "' or 1=1 --", "\"; drop table persons; --", "%00", "%s%n", "../../etc/passwd", "=cmd|' /C calc'!A0", "\u202e反", "\u200b",
	strings.Repeat("很", 5000), strings.Repeat("9", 400), "\r\nSet-Cookie: a=b", canary, "赵\n钱", "http://evil.example/", "|", "|||", "a|b", "learning|", "district_admin", "王建国"}

// secrets are what an answer must never hold: states of SQL, paths, stacks.
var secrets = regexp.MustCompile(`SQLSTATE|pgconn|pgx\.|ERROR: |goroutine \d|\.go:\d|runtime error|/internal/|/home/|/root/|violates .* constraint|relation "|column "`)

// mutant makes a malformed post of a line.
func mutant(dice *rand.Rand, l line, keys map[variable]string) *http.Request {
	pick := func() string {
		v := nasty[dice.IntN(len(nasty))]
		if dice.IntN(8) == 0 { // full-width digits of something plausible
			v = strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r - '0' + '0'
				}
				return r
			}, fmt.Sprint(dice.IntN(200)))
		}
		return v
	}
	for v := range keys {
		if dice.IntN(6) == 0 {
			keys[v] = url.PathEscape([]string{"0", "-1", "abc", "9223372036854775807", "99999999999999999999", "1e3", "9", "%", canary, "2026-10", " 1"}[dice.IntN(11)])
		}
	}
	path, form := l.fill(keys)
	names := slices.Sorted(func(yield func(string) bool) {
		for n := range form {
			if !yield(n) {
				return
			}
		}
	})
	for _, n := range names {
		switch dice.IntN(4) {
		case 0:
			form.Del(n)
		case 1, 2:
			form[n] = []string{pick()}
		}
		if dice.IntN(10) == 0 {
			form.Add(n, pick())
		}
	}
	for range dice.IntN(3) {
		form.Add([]string{"_grant", "village", "township", "tenant_id", "version", "sheet", "sheet[999999999]", "sheet[0].x", "rows[-1]", "v.1.learning", "v.x.y", "was.1", "month", "id",
			"column", "query", "mode", "choice", "page", strings.Repeat("x", 300), "a[b][c]"}[dice.IntN(21)], pick())
	}
	form.Del("_grant")
	r := newRequest(http.MethodPost, path+"?"+canary+"="+canary, form, nil)
	switch body := form.Encode(); dice.IntN(12) {
	case 0:
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(`{"a":[1,2`))
		r.Header.Set("Content-Type", "application/json")
	case 1:
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "multipart/form-data")
	case 2:
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\nPK\x03\x04"+body))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	case 3:
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader("a=%zz&"+body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case 4:
		up := upload{"file", pick() + ".xlsx", []byte(pick())}
		r = newRequest(http.MethodPost, path, form, &up)
	}
	return r
}

// Ten thousand malformed posts to every door: never a fault of ours, never a word about our inside, nothing changed by a
// refusal, and a log without paths.
func TestMalformedPosts(t *testing.T) {
	t.Parallel()
	var lines []line
	for _, l := range readMatrix(t) {
		// The log-in pages hash a password for a tenth of a second each: they have tests of their own.
		if l.method == http.MethodPost && l.public == 0 {
			lines = append(lines, l)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	work := make(chan line, len(lines))
	for _, l := range lines {
		work <- l
	}
	close(work)
	var wait sync.WaitGroup
	for range 2 {
		s := newStage(t, "", nil)
		wait.Go(func() {
			for l := range work {
				s.pelt(t, rand.New(rand.NewPCG(seed, uint64(l.number))), l, posts/len(lines)+1)
			}
			s.checkLog(t)
		})
	}
	wait.Wait()
}

// pelt sends n malformed posts to one line.
func (s *stage) pelt(t testing.TB, dice *rand.Rand, l line, n int) {
	t.Helper()
	var able []int
	for m, denied := range l.denied {
		if !denied {
			able = append(able, m)
		}
	}
	before := s.fingerprint(t)
	if before != s.clean {
		s.restore(t, s.changed(t))
		before = s.clean
	}
	stored := false
	for i := range n {
		member := able[dice.IntN(len(able))]
		_, own := s.shots(t, l, member)
		r := mutant(dice, l, own[0].keys)
		a := send(s.app.Handler, s.cookies[memberKey(member)], r)
		if a.Code >= 500 {
			t.Errorf("%s as %s: %d for %s %v%s", l, members[member].column, a.Code, r.URL, r.PostForm, brief(a.Body.String()))
		}
		if m := secrets.FindString(a.Body.String()); m != "" && !strings.Contains(a.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s as %s: the answer holds %q for %v", l, members[member].column, m, r.PostForm)
		}
		stored = stored || a.Code < 400
		if i%20 < 19 && i < n-1 {
			continue
		}
		if after := s.fingerprint(t); stored {
			before, stored = after, false
		} else if changed := different(before, after); len(changed) > 0 && l.path != "/account/password" { // a wrong one is on the trail
			t.Errorf("%s: refused posts have changed %v", l, changed)
			before = after
		}
	}
}

// different lists the tables in which two fingerprints differ, but for the counter of wrong passwords.
func different(before, after string) (list []string) {
	now := strings.Split(after, "\n")
	for i, was := range strings.Split(before, "\n") {
		if name := strings.Fields(was)[0]; now[i] != was && name != "public.credentials" {
			list = append(list, name)
		}
	}
	return list
}

// checkLog holds every line to patterns: a path can carry a link's secret, a query or field what somebody typed.
func (s *stage) checkLog(t testing.TB) {
	t.Helper()
	mounted, err := app.Routes(config(nil))
	if err != nil {
		t.Error(err)
		return
	}
	known := map[string]bool{"": true, "(unmatched)": true}
	for _, m := range mounted {
		known[m.Pattern] = true
	}
	n := 0
	for _, text := range bytes.Split(s.log.Bytes(), []byte("\n")) {
		if len(text) == 0 {
			continue
		}
		var record struct{ Level, Msg, Route string }
		if err := json.Unmarshal(text, &record); err != nil {
			t.Errorf("log: %s", text)
			continue
		}
		n++
		if !known[record.Route] || bytes.Contains(text, []byte(canary)) {
			t.Errorf("the log holds a path or something typed: %s", text)
		}
		if record.Level == "ERROR" {
			t.Errorf("logged as our defect: %.600s", text)
		}
	}
	if n < 1000 {
		t.Errorf("only %d lines were logged", n)
	}
}
