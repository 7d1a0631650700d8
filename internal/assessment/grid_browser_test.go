package assessment_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"touyan/internal/access"
	"touyan/internal/testkit"
	"touyan/web"
)

// browser is a clerk at a real browser, with a policy as strict as the program's.
type browser struct {
	*testkit.Browser
	t testing.TB
}

func (o *office) browser(t testing.TB) *browser {
	t.Helper()
	if err := web.Check(); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", web.Handler())
	mux.Handle("/", o.Handler)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'")
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	b := &browser{testkit.NewBrowser(t, srv.URL), t}
	b.Size(1366, 768)
	return b
}

// clerk is a browser in which a township's clerk looks at the grid.
func (o *office) clerk(t testing.TB, township, query string) *browser {
	t.Helper()
	b := o.browser(t)
	m := o.Member(access.TownshipClerk, township)
	b.Login(m.Username, m.Password)
	b.open(o.sheetPath(township) + query)
	return b
}

func ask[T any](b *browser, script string) T {
	b.t.Helper()
	return testkit.EvalAs[T](b.Browser, script)
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.Go(path)
	b.Wait(`document.querySelector("[data-live]")`)
}

// idle waits until the grid has saved everything.
func (b *browser) idle() {
	b.t.Helper()
	b.Wait(`!document.querySelector("td.saving") && /^已保存/.test(document.querySelector("[data-grid-say]").textContent)`)
}

func (o *office) focus(b *browser, who, dimension string) {
	b.t.Helper()
	b.Eval(fmt.Sprintf(`document.getElementsByName("v.%d.%s")[0].focus()`, o.row(who), dimension))
}

func (b *browser) shot(name string) {
	b.t.Helper()
	if dir := os.Getenv("GRID_SHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, name+".png"))
	}
}

func TestDeductionsByKeysAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := o.clerk(t, "A", "")
	b.shot("fresh")
	o.focus(b, "A1/张伟", "party_building")
	b.Keys("18" + kb.Enter)
	b.shot("picker")
	b.Keys("1") // the first item; the focus goes down
	b.Keys("-1.5" + kb.Enter + kb.ArrowDown + kb.Enter)
	b.Keys(" 2") // 王芳: the second item with its own points
	b.idle()
	b.shot("saved")
	for who, want := range map[string]string{"A1/张伟": "18", "A1/李娜": "18.5", "A1/王芳": "19.5"} {
		if got := o.cell(who, "party_building"); got != want {
			t.Errorf("%s: %s, want %s", who, got, want)
		}
	}
	if n := o.Count(`select count(*) from assessment_entries where item in ('meetings_missed', 'records_missing') and clause <> ''`); n != 3 {
		t.Errorf("%d entries cite an item", n)
	}
	// arrows and the next village
	o.focus(b, "A1/张伟", "party_building")
	b.Keys(kb.ArrowRight + kb.ArrowDown)
	if got := ask[string](b, `document.activeElement.name`); got != fmt.Sprintf("v.%d.rural_revitalization", o.row("A1/李娜")) {
		t.Errorf("the arrows led to %s", got)
	}
	b.Press("Ctrl+Down")
	if got := ask[string](b, `document.activeElement.name`); got != fmt.Sprintf("v.%d.rural_revitalization", o.row("A2/张伟")) {
		t.Errorf("Ctrl+↓ led to %s", got)
	}
	b.Keys("abc" + kb.Enter)
	b.Wait(`/未通过/.test(document.querySelector("[data-grid-say]").textContent)`)
	b.shot("refused")
	b.Keys(kb.Escape)
	b.idle()
	// the detail: a second entry, and the row above shows it
	b.Press("Ctrl+Enter")
	b.Wait(`document.querySelector(".grid-detail select") !== null`)
	b.Fill(".grid-detail select", "governance|petition_county")
	b.Fill(".grid-detail input[name=points]", "1")
	b.Click(".grid-detail button[type=submit]")
	b.Wait(fmt.Sprintf(`document.getElementsByName("v.%d.governance")[0].value === "19"`, o.row("A2/张伟")))
	b.shot("detail")
	if got := ask[float64](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); got > 0 {
		t.Errorf("the page is %v px too wide", got)
	}
}

func TestANumberOutlivesTheSession(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.Member(access.TownshipClerk, "A")
	b := o.clerk(t, "A", "?mode=deduct")
	o.Exec(`delete from sessions`)
	o.focus(b, "A1/张伟", "governance")
	b.Keys("3" + kb.Enter + "0")
	b.Wait(`/登录已超时/.test(document.querySelector("[data-grid-say]").textContent)`)
	b.shot("timeout")
	// the browser is closed and opened again, and somebody logs in
	b.Login(m.Username, m.Password)
	b.open(o.sheetPath("A"))
	b.shot("offer")
	if got := ask[string](b, `Object.entries(localStorage).map((e) => e.join("=")).join()`); len(got) == 0 || containsHan(got) {
		t.Errorf("the store holds %q: numbers alone, no names", got)
	}
	b.Click("[data-grid-offer] .button-primary")
	b.idle()
	if got := o.cell("A1/张伟", "governance"); got != "17" {
		t.Errorf("stored %s", got)
	}
	if n := ask[int](b, `localStorage.length`); n != 0 {
		t.Errorf("%d numbers are still kept", n)
	}
}

func containsHan(s string) bool {
	for _, r := range s {
		if r >= 0x4e00 && r <= 0x9fff {
			return true
		}
	}
	return false
}

func TestAConflictShowsBothValues(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b, other := o.clerk(t, "A", ""), o.secondClerk("A")
	o.save(other, "A1/张伟", "learning", "8", "10").Want(http.StatusOK)
	o.focus(b, "A1/张伟", "learning")
	b.Keys("7" + kb.Enter + "0")
	b.Wait(`document.querySelector("[data-said].bad") !== null && /王干事/.test(document.querySelector("[data-said].bad").textContent)`)
	o.focus(b, "A1/张伟", "learning")
	b.Keys(kb.ArrowDown + kb.ArrowUp) // looking is not saving
	if got := ask[string](b, `document.activeElement.value`); got != "7" || o.cell("A1/张伟", "learning") != "8" {
		t.Errorf("typed %s, stored %s", got, o.cell("A1/张伟", "learning"))
	}
	b.Keys(kb.Enter + "0")
	b.idle()
	if got := o.cell("A1/张伟", "learning"); got != "7" {
		t.Errorf("stored %s", got)
	}
}
