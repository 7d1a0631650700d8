package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/app"
	"touyan/internal/platform/crypt"
	"touyan/internal/testkit"
)

// unseen are GET routes that are no page to look at, each with what it is.
var unseen = map[string]string{
	"/healthz":                               "an answer for a watchdog",
	"/readyz":                                "an answer for a watchdog",
	"/static/*":                              "the parts of all pages",
	"/assessment":                            "leads to the newest month",
	"/duty/overview":                         "leads to the month that runs",
	"/duty":                                  "leads to the month in work",
	"/login/totp":                            "only between password and session; tested with the log-in",
	"/jobs/{id}":                             "a run that is there only after somebody started one; tested with the runs",
	"/duty/feed/{token}":                     "a calendar file",
	"/jobs/{id}/file":                        "a file",
	"/cadres/{id}/photo":                     "a picture",
	"/cadres/import/template":                "a file",
	"/cadres/import/template/file":           "a file",
	"/assessment/import/template":            "a file",
	"/assessment/import/{upload}":            "the preview of an upload; tested with the import of past months",
	"/cadres/forms/import/{id}":              "the preview of an upload; tested with the import of forms",
	"/cadres/import/{id}":                    "the preview of an upload; tested with the import",
	"/assessment/sheets/{id}/notice.docx":    "a file",
	"/elections/uploads/{id}":                "the preview of an upload; tested with the workbook",
	"/assessment/sheets/{id}/excel/{upload}": "the preview of an upload; tested with the workbooks",
	"/assessment/sheets/{id}/return-request": "only for a sheet that its leader has begun to review; tested with the acts",
}

// Every page of the program has a visitor, so that no page escapes axe and the narrow window.
func TestEveryPageIsVisited(t *testing.T) {
	t.Parallel()
	mounted, err := app.Routes(config(nil))
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for _, m := range mounted {
		if m.Method == http.MethodGet {
			patterns = append(patterns, m.Pattern)
		}
	}
	for pattern := range unseen {
		if !slices.Contains(patterns, pattern) {
			t.Errorf("unseen names %s, which is no GET route", pattern)
		}
	}
	seen := map[string]bool{}
	for _, v := range visitors {
		for _, path := range v.paths {
			path, _, _ = strings.Cut(path, "?")
			seen[served(patterns, path)] = true
		}
	}
	for _, p := range patterns {
		if !seen[p] && unseen[p] == "" {
			t.Errorf("nobody visits %s: give it a visitor in pages_test.go, filled and, with a filter that finds nothing, empty", p)
		}
	}
}

// served gives the pattern that answers a path: of those that fit, the one with the fewest parameters.
func served(patterns []string, path string) (best string) {
	for _, p := range patterns {
		form := "^" + regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(p), `[^/]+`) + "$"
		if regexp.MustCompile(form).MatchString(path) && (best == "" || strings.Count(p, "{") < strings.Count(best, "{")) {
			best = p
		}
	}
	return best
}

// The first page of a desktop, everything that it loads included, with an empty cache.
func TestFirstPageIsLight(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	b := testkit.NewBrowser(t, h.URL)
	b.Login("wd-officer", h.accounts["wd-officer"].Password)
	fresh := testkit.NewBrowser(t, h.URL)
	fresh.Go("/login")
	fresh.Requests()
	fresh.Login("wd-officer", h.accounts["wd-officer"].Password)
	total := int64(0)
	for _, r := range fresh.Requests() {
		total += r.Bytes
	}
	t.Logf("first page: %d bytes", total)
	if total > 60<<10 {
		t.Errorf("the first desktop page weighs %d bytes, want at most 60 KB", total)
	}
}

// A district in which nothing has been entered yet: every page that needs no key, as the first role that may open it.
func TestEmptyDistrictFits(t *testing.T) {
	t.Parallel()
	keys, err := crypt.Generate(crypt.AES)
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{t: t, world: &world{db: testkit.DB(t), keys: keys, units: map[string]unit{}, cookies: map[string]string{}, grants: map[string]string{},
		ids: map[string]map[string]string{}}}
	b.app = open(t, b.db, keys, func() time.Time { return today })
	t.Cleanup(func() { b.app.Close(context.Background()) })
	b.owner = b.db.Owner(t)
	b.plantUnits()
	b.plantAccounts()
	pages := map[string]string{} // path → member
	mounted, err := app.Routes(config(nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range access.Roles() {
		for _, m := range members {
			if m.role != role {
				continue
			}
			member := string(m.role) + "@" + m.unit
			for _, r := range mounted {
				_, taken := pages[r.Pattern]
				if r.Method != http.MethodGet || strings.ContainsAny(r.Pattern, "{*") || taken || r.Public || unseen[r.Pattern] != "" {
					continue
				}
				if a := request(b.app.Handler, b.cookies[member], http.MethodGet, r.Pattern, nil, nil); a.Code == http.StatusOK {
					pages[r.Pattern] = member
				} else if a.Code >= 500 {
					t.Errorf("%s as %s in an empty district: %d%s", r.Pattern, member, a.Code, brief(a.Body.String()))
				}
			}
		}
	}
	if len(pages) < 15 {
		t.Fatalf("only %d pages answered", len(pages))
	}
	look(t, b.app.Handler, func(add func(what string, page *httptest.ResponseRecorder)) {
		for path, member := range pages {
			add(path+" of an empty district as "+member, request(b.app.Handler, b.cookies[member], http.MethodGet, path, nil, nil))
		}
	})
}

// Every form with nothing in it, and with nonsense in it: what the program shows again is as accessible as the form was.
func TestRefusedFormsFit(t *testing.T) {
	t.Parallel()
	s := newStage(t, "", nil)
	look(t, s.app.Handler, func(add func(what string, page *httptest.ResponseRecorder)) {
		for _, l := range readMatrix(t) {
			member := slices.IndexFunc(l.denied, func(d bool) bool { return !d })
			if l.method != http.MethodPost || member < 0 {
				continue
			}
			_, own := s.shots(t, l, member)
			path, form := l.fill(own[0].keys)
			for _, text := range []string{"", "２０２６-02-31 " + strings.Repeat("很长", 40)} {
				bad := url.Values{}
				for name := range form {
					bad.Set(name, text)
				}
				a := request(s.app.Handler, s.cookies[memberKey(member)], http.MethodPost, path, bad, nil)
				if a.Code == http.StatusUnprocessableEntity || a.Code == http.StatusConflict {
					add(fmt.Sprintf("the refusal (%d) of %s", a.Code, l), a)
					break
				}
				if a.Code < 400 {
					s.restore(t, s.changed(t))
				}
			}
		}
	})
}

// look shows stored pages in a browser, from the origin that their parts come from, and inspects each at both widths.
func look(t *testing.T, h http.Handler, collect func(add func(what string, page *httptest.ResponseRecorder))) {
	t.Helper()
	type stored struct {
		what string
		page *httptest.ResponseRecorder
	}
	var pages []stored
	seen := map[string]bool{}
	collect(func(what string, page *httptest.ResponseRecorder) {
		if body := page.Body.String(); strings.Contains(body, "<main") && !seen[body] {
			seen[body] = true
			pages = append(pages, stored{what, page})
		}
	})
	if len(pages) < 10 {
		t.Fatalf("only %d pages to look at", len(pages))
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/stored/"))
		if err != nil || n < 0 || n >= len(pages) {
			h.ServeHTTP(w, r)
			return
		}
		for name, values := range pages[n].page.Header() {
			if name != "Set-Cookie" && name != "Content-Length" && name != "Refresh" {
				w.Header()[name] = values
			}
		}
		_, _ = w.Write(pages[n].page.Body.Bytes())
	}))
	t.Cleanup(srv.Close)
	script := axe(t)
	b := testkit.NewBrowser(t, srv.URL)
	for n, p := range pages {
		for _, f := range inspect(b, "/stored/"+strconv.Itoa(n), script) {
			t.Errorf("%s %s", p.what, f)
		}
	}
	t.Logf("%d pages looked at", len(pages))
}
