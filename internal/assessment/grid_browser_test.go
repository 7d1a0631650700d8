package assessment_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"touyan/internal/access"
	"touyan/web"
)

// browser is a clerk at a real browser, with a policy as strict as the program's.
type browser struct {
	t   *testing.T
	ctx context.Context
	url string
}

func (o *office) browser(t *testing.T) *browser {
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
	limit, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, end := chromedp.NewContext(limit)
	t.Cleanup(end)
	b := &browser{t, ctx, srv.URL}
	b.do(chromedp.EmulateViewport(1366, 768))
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
}

func ask[T any](b *browser, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits for a condition on the page.
func (b *browser) until(condition string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](condition, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		b.t.Fatalf("never true: %s (%v)\n%s", condition, err, ask[string](b, `Array.from(document.querySelectorAll("input"), (i) => i.name + "=" + i.value).join(" ") + document.body.innerText`))
	}
}

func (b *browser) keys(k string) { b.t.Helper(); b.do(chromedp.KeyEvent(k)) }

func (b *browser) login(username, password string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url+"/login"), chromedp.SendKeys("input[name=username]", username), chromedp.SendKeys("input[name=password]", password+kb.Enter))
	b.do(chromedp.WaitReady("form.logout"))
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url + path))
	b.do(chromedp.WaitReady("[data-live]"))
}

// idle waits until the grid has saved everything.
func (b *browser) idle() {
	b.t.Helper()
	b.until(`!document.querySelector("td.saving") && /^已保存/.test(document.querySelector("[data-grid-say]").textContent)`)
}

func (o *office) focus(b *browser, who, dimension string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.getElementsByName("v.%d.%s")[0].focus()`, o.row(who), dimension)))
}

func shot(b *browser, name string) {
	if dir := os.Getenv("GRID_SHOTS"); dir != "" {
		png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(dir+"/"+name+".png", png, 0o600)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
}

func TestDeductionsByKeysAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.Member(access.TownshipClerk, "A")
	b := o.browser(t)
	b.login(m.Username, m.Password)
	b.open(o.sheetPath("A"))
	shot(b, "fresh")
	o.focus(b, "A1/张伟", "party_building")
	b.keys("18" + kb.Enter)
	shot(b, "picker")
	b.keys("1") // the first item; the focus goes down
	b.keys("-1.5" + kb.Enter + kb.ArrowDown + kb.Enter)
	b.keys(" 2") // 王芳: the second item with its own points
	b.idle()
	shot(b, "saved")
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
	b.keys(kb.ArrowRight + kb.ArrowDown)
	if got := ask[string](b, `document.activeElement.name`); got != fmt.Sprintf("v.%d.rural_revitalization", o.row("A1/李娜")) {
		t.Errorf("the arrows led to %s", got)
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(2)))
	if got := ask[string](b, `document.activeElement.name`); got != fmt.Sprintf("v.%d.rural_revitalization", o.row("A2/张伟")) {
		t.Errorf("Ctrl+↓ led to %s", got)
	}
	b.keys("abc" + kb.Enter)
	b.until(`/未通过/.test(document.querySelector("[data-grid-say]").textContent)`)
	shot(b, "refused")
	b.keys(kb.Escape)
	b.idle()
	// the detail: a second entry, and the row above shows it
	b.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)))
	b.until(`document.querySelector(".grid-detail select") !== null`)
	b.do(chromedp.SetValue(".grid-detail select", "governance|petition_county"), chromedp.SendKeys(".grid-detail input[name=points]", "1"))
	b.do(chromedp.Click(".grid-detail button[type=submit]"))
	b.until(fmt.Sprintf(`document.getElementsByName("v.%d.governance")[0].value === "19"`, o.row("A2/张伟")))
	shot(b, "detail")
	if got := ask[float64](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); got > 0 {
		t.Errorf("the page is %v px too wide", got)
	}
}

func TestANumberOutlivesTheSession(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.Member(access.TownshipClerk, "A")
	b := o.browser(t)
	b.login(m.Username, m.Password)
	b.open(o.sheetPath("A") + "?mode=deduct")
	o.Exec(`delete from sessions`)
	o.focus(b, "A1/张伟", "governance")
	b.keys("3" + kb.Enter + "0")
	b.until(`/登录已超时/.test(document.querySelector("[data-grid-say]").textContent)`)
	shot(b, "timeout")
	// the browser is closed and opened again, and somebody logs in
	b.do(chromedp.Evaluate[chromedp.Void](`window.stop(); window.onbeforeunload = null`))
	b.login(m.Username, m.Password)
	b.open(o.sheetPath("A"))
	shot(b, "offer")
	if got := ask[string](b, `Object.entries(localStorage).map((e) => e.join("=")).join()`); len(got) == 0 || containsHan(got) {
		t.Errorf("the store holds %q: numbers alone, no names", got)
	}
	b.do(chromedp.Click("[data-grid-offer] .button-primary"))
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
	m := o.Member(access.TownshipClerk, "A")
	b, other := o.browser(t), o.secondClerk("A")
	b.login(m.Username, m.Password)
	b.open(o.sheetPath("A"))
	o.save(other, "A1/张伟", "learning", "8", "10").Want(http.StatusOK)
	o.focus(b, "A1/张伟", "learning")
	b.keys("7" + kb.Enter + "0")
	b.until(`document.querySelector("[data-said].bad") !== null && /王干事/.test(document.querySelector("[data-said].bad").textContent)`)
	o.focus(b, "A1/张伟", "learning")
	b.keys(kb.ArrowDown + kb.ArrowUp) // looking is not saving
	if got := ask[string](b, `document.activeElement.value`); got != "7" || o.cell("A1/张伟", "learning") != "8" {
		t.Errorf("typed %s, stored %s", got, o.cell("A1/张伟", "learning"))
	}
	b.keys(kb.Enter + "0")
	b.idle()
	if got := o.cell("A1/张伟", "learning"); got != "7" {
		t.Errorf("stored %s", got)
	}
}

// The largest township has 46 villages and some 156 cadres.
func TestTheLargestGridAnswersAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 150 {
		o.hire([]string{"A1", "A2"}[i%2], fmt.Sprintf("干部%d", i), "vc_member", "2024-01-01")
	}
	o.Exec(`insert into assessment_rows (tenant_id, township_id, village_id, sheet_id, month, person_id, person_name, sex, village_name,
			position_code, position_title, pay_position, pay_scheme, days, base, total, normalised)
		select p.tenant_id, p.township_id, p.village_id, $1, '2026-10-01', p.id, p.name, '1', '村' || (p.id % 46), 'vc_member', '委员', 'member',
			'village', 31, 100, 100, 100 from persons p where p.name like '干部%'`, o.sheet("A"))
	m := o.Member(access.TownshipClerk, "A")
	b := o.browser(t)
	b.login(m.Username, m.Password)
	b.open(o.sheetPath("A"))
	if n := ask[int](b, `document.querySelectorAll("tr[data-row]").length`); n != 156 {
		t.Fatalf("%d rows", n)
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
		t.Fatal(err)
	}
	o.focus(b, "A1/张伟", "party_building")
	ask[bool](b, `(window.slow = [], new PerformanceObserver((l) => l.getEntries().forEach((e) => window.slow.push(e.processingEnd - e.processingStart))).observe({type: "event", durationThreshold: 16, buffered: false}), true)`)
	for range 8 {
		for _, k := range "-1" + kb.Enter + "1" + kb.ArrowDown + kb.ArrowDown + kb.ArrowDown {
			b.keys(string(k))
		}
	}
	b.idle()
	if ms := ask[float64](b, `window.slow.sort((a, b) => a - b)[Math.floor(window.slow.length * 0.9)]`); ms > 50 {
		t.Errorf("a key takes %.0f ms", ms)
	}
}
