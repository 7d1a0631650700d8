package app_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"touyan/internal/testkit"
)

// purposeless are purposes that say nothing, or too much, with what stands beside the field.
var purposeless = map[string]string{
	"":                          "请填写用途",
	" \t":                       "请填写用途",
	"  ":                        "请填写用途",
	"\u200b\u202e":              "请填写用途",
	strings.Repeat("用", 101):    "用途最多100个字,现在有101个字",
	strings.Repeat("年报 核对", 40): "用途最多100个字,现在有200个字",
}

// leaving are the routes of the matrix by which something leaves or is shown in full: those that are sent a purpose, and
// every export. The matrix holds every route, and a form that its own role gets answered, so a new one is among them.
func leaving(t testing.TB) (list []line) {
	for _, l := range readMatrix(t) {
		if l.form.Has("purpose") || strings.HasSuffix(l.path, "/export") && l.method == http.MethodPost {
			list = append(list, l)
		}
	}
	return list
}

// leave posts a form of the line as the first who may, on a list that was searched.
func (s *stage) leave(t testing.TB, l line, change func(url.Values)) (*httptest.ResponseRecorder, string, url.Values) {
	t.Helper()
	member := slices.IndexFunc(l.own, func(status int) bool { return status < 400 })
	_, own := s.shots(t, l, member)
	path, form := l.fill(own[0].keys)
	form.Set("q", "王")
	form.Set("query", strings.TrimPrefix(form.Get("query")+"&q=王", "&"))
	change(form)
	return request(s.app.Handler, s.cookies[memberKey(member)], l.method, path, form, l.file), path, form
}

// refused finds the form in which a purpose was refused.
func refused(t testing.TB, page testkit.Doc) (form, field testkit.Node) {
	t.Helper()
	for _, f := range page.All("main form") {
		if list := f.Doc().All(`input[name="purpose"][aria-invalid="true"]`); len(list) == 1 {
			return f, list[0]
		}
	}
	t.Fatalf("no field for the purpose is marked:\n%s", page.Text("main"))
	return form, field
}

// Whoever exports, prints or reveals without a purpose is asked for it at its field, with all that he posted, and can go
// on from there; nothing leaves, and nothing is noted, before.
func TestAPurposeIsAskedForWhereverItIsMissing(t *testing.T) {
	t.Parallel()
	s, asked := newStage(t, "", nil), 0
	for _, l := range leaving(t) {
		if !l.form.Has("purpose") {
			continue
		}
		asked++
		t.Run(l.pattern(), func(t *testing.T) {
			var next testkit.Node
			before := s.fingerprint(t)
			for typed, sentence := range purposeless {
				a, path, sent := s.leave(t, l, func(f url.Values) { f.Set("purpose", typed) })
				if a.Code != http.StatusUnprocessableEntity {
					t.Fatalf("%q: %d%s", typed, a.Code, brief(a.Body.String()))
				}
				page := testkit.ParseHTML(t, a.Body)
				form, field := refused(t, page)
				if got := page.Text("#" + strings.Fields(field.Attr("aria-describedby"))[0]); got != sentence {
					t.Errorf("%q: beside the field stands %q, want %q", typed, got, sentence)
				}
				if action, _ := url.PathUnescape(form.Attr("action")); action != path {
					t.Errorf("the form leads to %s, want %s", action, path)
				}
				kept := form.Fields()
				for name := range l.form {
					if name != "purpose" && !slices.Equal(kept[name], sent[name]) {
						t.Errorf("%q: %s was %q and is %q", typed, name, sent[name], kept[name])
					}
				}
				if got := strings.TrimSpace(typed); field.Attr("value") != typed && field.Attr("value") != got {
					t.Errorf("the field holds %q, want %q", field.Attr("value"), typed)
				}
				next = form
			}
			if changed := different(before, s.fingerprint(t)); len(changed) > 0 {
				t.Fatalf("without a purpose, %v were changed", changed)
			}
			a, _, _ := s.leave(t, l, func(f url.Values) {
				maps.Copy(f, next.Fields())
				f.Del("_grant")
				f.Set("purpose", "年报\t核对\n2026 ")
			})
			if a.Code >= 400 {
				t.Fatalf("with a purpose: %d%s", a.Code, brief(a.Body.String()))
			}
			var reason string
			if err := s.owner.QueryRow(context.Background(), `select reason from audit_log order by at desc, step desc, line desc limit 1`).Scan(&reason); err != nil || reason != "年报 核对 2026" {
				t.Errorf("the trail keeps %q (%v)", reason, err)
			}
		})
	}
	if asked < 20 {
		t.Errorf("only %d routes take a purpose", asked)
	}
}

// rawQuery is a condition as an address holds it, which no auditor reads.
var rawQuery = regexp.MustCompile(`[a-z_]+=|%[0-9A-F]{2}|&`)

// The trail says in words under which conditions rows have left.
func TestTheTrailSaysTheConditionsOfAnExportInWords(t *testing.T) {
	t.Parallel()
	s, searched := newStage(t, "", nil), 0
	for _, l := range leaving(t) {
		a, _, _ := s.leave(t, l, func(url.Values) {})
		if a.Code >= 400 {
			t.Errorf("%s: %d%s", l, a.Code, brief(a.Body.String()))
		}
		rows, err := s.owner.Query(context.Background(), `select coalesce(detail->>'filter', '') from audit_log where action = 'export' order by at desc, step desc limit 1`)
		if err != nil {
			t.Fatal(err)
		}
		words, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range words {
			if rawQuery.MatchString(text) {
				t.Errorf("%s: the trail says %q", l, text)
			}
			if strings.Contains(text, "搜索:王") {
				searched++
			}
		}
	}
	if searched < 15 {
		t.Errorf("only %d exports say what was searched for", searched)
	}
}

// An export that is too long for an answer asks before its job starts.
func TestALongExportAsksForItsPurposeToo(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	c := h.client("wd-officer")
	for _, path := range []string{"/assessment/pay/2026-10/export", "/duty/overview/2026-11/export", "/cadres/export", "/cadres/export/file", "/cadres/forms/export"} {
		form := url.Values{"purpose": {"  "}, "column": {"name"}, "sheet": {"people"}}
		_, field := refused(t, c.Post(path, form).Want(http.StatusUnprocessableEntity).Doc())
		if field.Attr("value") != strings.TrimSpace(form.Get("purpose")) && field.Attr("value") != form.Get("purpose") {
			t.Errorf("%s: the field holds %q", path, field.Attr("value"))
		}
		var runs int
		if err := h.owner().QueryRow(context.Background(), `select count(*) from job_runs where title like '导出%'`).Scan(&runs); err != nil || runs != 0 {
			t.Fatalf("%s: %d jobs (%v)", path, runs, err)
		}
	}
	if a := c.Post("/assessment/pay/2026-10/export", url.Values{"purpose": {"核对"}}).Want(http.StatusSeeOther); !strings.HasPrefix(a.Location(), "/jobs/") {
		t.Errorf("the pay sheet of a district is no job but %s", a.Location())
	}
}
