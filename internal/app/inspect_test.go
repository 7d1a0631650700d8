package app_test

import (
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

// inspect opens a page on a desktop and makes the window as narrow as a phone's, and holds it at both to what every page
// must be: nothing overflows, no request leaves, axe finds nothing.
func inspect(t *testing.T, base string, b *testkit.Browser, path, what, script string) {
	t.Helper()
	widths := []int64{1280, 360}
	b.Requests()
	b.Size(widths[0], 800)
	b.Go(path)
	for _, width := range widths {
		b.Size(width, 800)
		if o := b.Overflow(); o != "" {
			t.Errorf("%s at %d: %s reaches beyond the window", what, width, o)
		}
	}
	b.EvalIsolated(fewOfAKind)
	b.EvalIsolated(script)
	for _, width := range widths {
		b.Size(width, 800)
		found := testkit.EvalAsync[string](b, `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"]})
			.then(r => r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")).join("\n"))`)
		if found != "" {
			t.Errorf("%s at %d:\n%s", what, width, found)
		}
	}
	for _, r := range b.Requests() {
		if !strings.HasPrefix(r.URL, base) && !strings.HasPrefix(r.URL, "data:") {
			t.Errorf("%s: loads %s", what, r.URL)
		}
	}
}
