package web_test

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// refusal is a pattern that must not stand in a source file, and why.
type refusal struct{ pattern, why string }

// Offices run Chromium 86 kernels: what came later must not be relied on. The list names what one is tempted to use.
var sheetRefusals = []refusal{
	{`:(has|is|where|not\([^)]*,)`, "selector newer than Chromium 86"},
	{`@(container|layer|scope|starting-style|property)\b`, "rule newer than Chromium 86"},
	{`(?m)^\s*&|;\s*[.#&>][^;{}]*\{`, "nesting"},
	{`color-mix\(|oklch\(|oklab\(|\blab\(|\blch\(|light-dark\(`, "colour function newer than Chromium 86"},
	{`\bsubgrid\b|\baspect-ratio\s*:|\baccent-color\b|[{;\s]inset\s*:`, "property newer than Chromium 86"},
	{`\d(d|s|l)v(h|w)\b|\bcq[wh]\b`, "unit newer than Chromium 86"},
	{`text-wrap\s*:|overflow\s*:\s*clip|scrollbar-gutter|translate\s*:|rotate\s*:|scale\s*:`, "property newer than Chromium 86"},
	{`https?://|@import|url\(`, "something fetched from elsewhere"},
}

var scriptRefusals = []refusal{
	{`\?\?=|\|\|=|&&=`, "logical assignment: kernels called 86 differ in it"},
	{`\.at\(|\.findLast|\.toSorted|\.toReversed|\.toSpliced|\.with\(|\.groupBy`, "array method newer than Chromium 86"},
	{`structuredClone|Object\.hasOwn|Object\.groupBy|Promise\.withResolvers|randomUUID|AbortSignal\.(timeout|any)`, "function newer than Chromium 86"},
	{`Array\.fromAsync|\)\.(union|intersection|difference)\(`, "function newer than Chromium 86"},
	{`\bstatic\s*\{|#[a-z]\w*\s+in\s`, "class syntax newer than Chromium 86"},
	{`(?m)^(await|(const|let)\s[^=]+=\s*await)\b`, "await at the top of a module"},
	{`\beval\(|new Function|innerHTML\s*=|outerHTML\s*=|insertAdjacentHTML|document\.write`, "markup or code out of text"},
	{`\bconfirm\(|\balert\(|\bprompt\(`, "a dialog where a page should ask"},
	{`https?://`, "something fetched from elsewhere"},
	{`\.style\.|\.cssText|setAttribute\(["']style`, "style by script: use classes"},
}

var templRefusals = []refusal{
	{`\sstyle\s*=|<style\b`, "inline style: the policy refuses it"},
	{`\son[a-z]+\s*=`, "inline script: the policy refuses it"},
	{`<script(>|\s+[^>]*>)\s*[^<\s]`, "inline script: the policy refuses it"},
	{`^\s*(script|css)\s+\w+\(`, "templ script or css block: the policy refuses it"},
	{`(src|href|action)\s*=\s*[{"\s]*"?https?://`, "an address of another host"},
	{`@templ\.Raw\(`, "unescaped text; put generated SVG through a component of its own package"},
	{`javascript:`, "script in an address"},
}

var comment = regexp.MustCompile(`(?s)/\*.*?\*/|(?m)(^|\s)//[^\n]*`)

func find(text string, refusals []refusal) (found, why string) {
	text = comment.ReplaceAllString(text, " ")
	for _, r := range refusals {
		if found := regexp.MustCompile(r.pattern).FindString(text); found != "" {
			return strings.TrimSpace(found), r.why
		}
	}
	return "", ""
}

func lint(t *testing.T, root, ext string, refusals []refusal) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "vendor") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ext {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		if found, why := find(string(b), refusals); why != "" {
			t.Errorf("%s: %q: %s", path, found, why)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Fatalf("no %s file below %s", ext, root)
	}
}

func TestSheetsStayWithinOldBrowsers(t *testing.T) {
	t.Parallel()
	lint(t, "static/css", ".css", sheetRefusals)
}

func TestScriptsStayWithinOldBrowsers(t *testing.T) {
	t.Parallel()
	lint(t, "static/js", ".js", scriptRefusals)
}

func TestPagesKeepTheContentSecurityPolicy(t *testing.T) {
	t.Parallel()
	lint(t, ".", ".templ", templRefusals)
	lint(t, "../internal", ".templ", templRefusals)
}

// TestTheLintSees proves that the patterns find what they are for, and pass what looks like it.
func TestTheLintSees(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		refusals []refusal
		bad      bool
	}{
		{"a:has(b) { color: red; }", sheetRefusals, true},
		{".a { color: red; .b { color: blue; } }", sheetRefusals, true},
		{".a { inset: 0; }", sheetRefusals, true},
		{".a { height: 100dvh; }", sheetRefusals, true},
		{".a { background: url(//x); }", sheetRefusals, true},
		{".a { box-shadow: inset 3px 0 0 red; } @media print { .b { color: red; } .c { color: red; } }", sheetRefusals, false},
		{"const x = list.at(-1);", scriptRefusals, true},
		{"a ??= 1;", scriptRefusals, true},
		{"const x = await fetch(y);", scriptRefusals, true},
		{"  const x = await fetch(y);\n// https://example.org", scriptRefusals, false},
		{`<p style="color:red">`, templRefusals, true},
		{`<a onclick="x()">`, templRefusals, true},
		{"<script>go()</script>", templRefusals, true},
		{`<script src="/x.js"></script>`, templRefusals, false},
		{`<a href="https://example.org">`, templRefusals, true},
		{`<span class="style" data-on="1">`, templRefusals, false},
	} {
		if _, why := find(c.text, c.refusals); (why != "") != c.bad {
			t.Errorf("%s: refused %q, want refusal %v", c.text, why, c.bad)
		}
	}
}

// TestColoursCanBeRead holds text to 4.5:1 and the edges of controls to 3:1 (WCAG 2.2 AA).
func TestColoursCanBeRead(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("static/css/app.css")
	if err != nil {
		t.Fatal(err)
	}
	token := map[string]string{"white": "#ffffff", "heat-5": "#6f9fd2", "off": "#66707d", "placeholder": "#667180"}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9a-f]{6})`).FindAllStringSubmatch(string(b), -1) {
		if _, ok := token[m[1]]; !ok {
			token[m[1]] = m[2]
		}
	}
	for _, pair := range []struct {
		front, back string
		least       float64
	}{
		{"ink", "paper", 7}, {"ink", "shade", 7}, {"ink", "picked", 7}, {"ink", "heat-5", 4.5},
		{"ink-2", "paper", 4.5}, {"ink-2", "ground", 4.5}, {"ink-2", "shade", 4.5}, {"ink-2", "picked", 4.5},
		{"act", "paper", 4.5}, {"act", "ground", 4.5}, {"act", "act-soft", 4.5}, {"act", "picked", 4.5}, {"act", "bad-soft", 4.5}, {"act", "warn-soft", 4.5},
		{"white", "act", 4.5}, {"white", "act-strong", 4.5}, {"white", "brand", 4.5}, {"brand", "brand-soft", 4.5},
		{"good", "good-soft", 4.5}, {"warn", "warn-soft", 4.5}, {"warn", "paper", 4.5}, {"bad", "bad-soft", 4.5}, {"bad", "paper", 4.5},
		{"info", "info-soft", 4.5}, {"off", "ground", 4.5}, {"placeholder", "paper", 4.5},
		{"edge", "paper", 3}, {"edge", "ground", 3},
	} {
		front, back := token[pair.front], token[pair.back]
		if front == "" || back == "" {
			t.Fatalf("no colour for %s on %s", pair.front, pair.back)
		}
		if got := contrast(front, back); got < pair.least {
			t.Errorf("%s on %s: %.2f, want %.1f", pair.front, pair.back, got, pair.least)
		}
	}
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
