package testkit_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"touyan/internal/testkit"
)

// site serves pages by path, under the policy of the program.
func site(t *testing.T, pages map[string]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if strings.HasSuffix(r.URL.Path, ".js") {
			w.Header().Set("Content-Type", "text/javascript")
		} else {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src * data:; style-src 'self' 'unsafe-inline'")
		}
		fmt.Fprint(w, page)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

const head = `<!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">`

func TestBrowserActs(t *testing.T) {
	t.Parallel()
	b := testkit.NewBrowser(t, site(t, map[string]string{
		"/": head + `<p>summary</p><form action="/done"><input name="who"><textarea name="note"></textarea>
			<button>提交</button></form><p id="keys"></p><script src="/a.js"></script>`,
		"/a.js": `document.addEventListener("keydown", e => {
			document.querySelector("#keys").textContent += (e.ctrlKey ? "C-" : "") + (e.shiftKey ? "S-" : "") + e.key + " " })`,
		"/done": head + `<h1>已提交</h1>`,
	}))
	b.Go("/")
	b.Fill("[name=note]", "第一行\n`${x}` \"引号\" \\")
	if got := testkit.EvalAs[string](b, `document.querySelector("textarea").value`); got != "第一行\n`${x}` \"引号\" \\" {
		t.Errorf("the field holds %q", got)
	}
	b.Press("Ctrl+z", "Shift+Tab", "Down", "Escape", "a")
	if got := b.Text("#keys"); got != "C-z S-Tab ArrowDown Escape a" {
		t.Errorf("the page heard %q", got)
	}
	b.Submit("button")
	b.WaitVisible("h1")
	b.WaitText("h1", "已提交")
	if !strings.HasPrefix(b.Path(), "/done?") {
		t.Errorf("at %s", b.Path())
	}
	if all := append(b.Foreign(), b.Complaints()...); len(all) > 0 {
		t.Errorf("a quiet page is blamed for %q", all)
	}
}

func TestBrowserSeesWidth(t *testing.T) {
	t.Parallel()
	b := testkit.NewBrowser(t, site(t, map[string]string{"/": head + `<div class="wide" style="width:500px">宽</div>`}))
	b.Go("/")
	if over := b.Overflow(); over != "" {
		t.Errorf("at 1280: %s", over)
	}
	b.Size(390, 844)
	if over := b.Overflow(); over != "DIV.wide" {
		t.Errorf("at 390: %q", over)
	}
	file := filepath.Join(t.TempDir(), "deep", "shot.png")
	b.Screenshot(file)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if shot, err := png.DecodeConfig(bytes.NewReader(raw)); err != nil || shot.Height < 800 {
		t.Errorf("screenshot %v: %v", shot, err)
	}
	if pdf := b.PDF(); !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("print starts with %q", pdf[:min(len(pdf), 8)])
	}
}

func TestBrowserTellsOnPages(t *testing.T) {
	t.Parallel()
	b := testkit.NewBrowser(t, site(t, map[string]string{
		"/":     head + `<img src="http://127.0.0.1:9/elsewhere.png"><script>document.title = "inline"</script><script src="/a.js"></script>`,
		"/a.js": `throw new Error("broken on purpose")`,
	}))
	b.Go("/")
	if got := b.Foreign(); len(got) != 1 || got[0] != "http://127.0.0.1:9/elsewhere.png" {
		t.Errorf("foreign: %q", got)
	}
	told := strings.Join(b.Complaints(), "\n")
	for _, want := range []string{"Content Security Policy", "broken on purpose"} {
		if !strings.Contains(told, want) {
			t.Errorf("nothing about %q in:\n%s", want, told)
		}
	}
	var loaded int64
	for _, r := range b.Requests() {
		loaded += r.Bytes
	}
	if loaded == 0 {
		t.Error("no bytes were counted")
	}
}

func TestTabsShareNoCookies(t *testing.T) {
	t.Parallel()
	url := site(t, map[string]string{"/": head + `<p>一</p>`})
	one, two := testkit.NewBrowser(t, url), testkit.NewBrowser(t, url)
	one.Go("/")
	two.Go("/")
	one.Eval(`document.cookie = "session=1"`)
	if got := testkit.EvalAs[string](two, `document.cookie`); got != "" {
		t.Errorf("the second tab has %q", got)
	}
}
