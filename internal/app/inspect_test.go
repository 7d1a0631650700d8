package app_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"touyan/internal/testkit"
)

// axe is the accessibility checker, fetched with the other browser code.
func axe(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(repository(t), "web/node_modules/axe-core/axe.min.js"))
	if err != nil {
		t.Fatalf("axe-core is missing: run make assets (%v)", err)
	}
	return string(b)
}

// fewOfAKind takes out of a page what is there a fourth time and alike but for its words: rows, entries and options that a
// template repeated. To check each of 156 rows would take seconds and find in the last what it found in the first. Two are
// alike if their elements, classes, states and named attributes are, and the same of them are empty.
const fewOfAKind = `(() => {
	const shape = e => {
		const kinds = {}, parts = []
		for (const c of [...e.children]) {
			const s = shape(c)
			if (/^(TR|TBODY|LI|OPTION|SECTION|ARTICLE)$/.test(c.tagName) && !c.selected && (kinds[s] = (kinds[s] || 0) + 1) > 3) c.remove()
			else parts.push(s)
		}
		const names = [...e.attributes].map(a => /^(class|type|role|aria-(current|pressed|expanded|invalid|sort|hidden)|scope|style)$/.test(a.name) ? a.name + "=" + a.value
			: a.name + (a.value ? "" : "="))
		return e.tagName + "[" + names.sort() + "]" + (e.textContent.trim() ? "t" : "") + "(" + parts + ")"
	}
	shape(document.body)
})()`

// inspect opens a page on a desktop and makes the window as narrow as a phone's, and says what breaks at either that every
// page must keep: nothing overflows, no request leaves, axe finds nothing, no script fails.
func inspect(b *testkit.Browser, path, script string) (found []string) {
	widths := []int64{1280, 360}
	b.Foreign()
	b.Complaints()
	b.Size(widths[0], 800)
	b.Go(path)
	for _, width := range widths {
		b.Size(width, 800)
		if o := b.Overflow(); o != "" {
			found = append(found, fmt.Sprintf("at %d: %s reaches beyond the window", width, o))
		}
	}
	b.EvalIsolated(fewOfAKind)
	b.EvalIsolated(script)
	for _, width := range widths {
		b.Size(width, 800)
		found = append(found, testkit.EvalAsync[[]string](b, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"]})
			.then(r => r.violations.map(v => "at " + innerWidth + ": " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")))`)...)
	}
	for _, u := range b.Foreign() {
		found = append(found, "loads "+u)
	}
	for _, c := range b.Complaints() {
		found = append(found, "the browser objects: "+c)
	}
	return found
}

// The inspection sees what it is there for: one row of its own kind among hundreds, what is too wide for a phone, a
// script that breaks, a picture from elsewhere.
func TestInspectionFinds(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(elsewhere.Close)
	row := func(attributes string, n int) string {
		return fmt.Sprintf(`<tr><td>%d</td><td><span%s>第%d人</span></td></tr>`, n, attributes, n)
	}
	page := func(rows, more string) string {
		return `<!doctype html><html lang="zh-CN"><title>名单</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
			<main><h1>名单</h1><table><tbody>` + rows + `</tbody></table>` + more + `</main></html>`
	}
	var rows [2]string // all alike, and with one that can hardly be read
	for n := range 300 {
		rows[0] += row("", n)
		rows[1] += row(map[bool]string{true: ` style="color:#ddd"`}[n == 150], n)
	}
	pages := map[string]struct{ body, want string }{
		"/clean":  {page(rows[0], ""), ""},
		"/pale":   {page(rows[1], ""), "color-contrast"},
		"/wide":   {page(rows[0], `<div style="width:700px">宽</div>`), "at 360: DIV. reaches beyond the window"},
		"/broken": {page(rows[0], `<script>throw new Error("broken on purpose")</script>`), "broken on purpose"},
		"/away":   {page(rows[0], `<img alt="图" src="`+elsewhere.URL+`/a.png">`), "loads " + elsewhere.URL},
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, pages[r.URL.Path].body)
	}))
	t.Cleanup(srv.Close)
	b, script := testkit.NewBrowser(t, srv.URL), axe(t)
	for path, p := range pages {
		found := strings.Join(inspect(b, path, script), "\n")
		if p.want == "" && found != "" || !strings.Contains(found, p.want) {
			t.Errorf("%s: found %q, want %q", path, found, p.want)
		}
	}
}
