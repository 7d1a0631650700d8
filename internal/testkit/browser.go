package testkit

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Browser is one tab of a headless Chromium with cookies of its own. Its methods fail the test instead of returning errors.
type Browser struct {
	t    testing.TB
	ctx  context.Context
	base string

	mu       sync.Mutex
	requests []Request
}

// Request is one that the page made, with the bytes that travelled.
type Request struct {
	URL   string
	Bytes int64
}

// installBrowser is what to do where Chromium is missing.
const installBrowser = "headless Chromium is missing: apt-get install -y chromium fonts-noto-cjk"

// chromium is one process per test binary.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path := ""
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); name != "" && err == nil {
			path = p
			break
		}
	}
	if path == "" {
		return nil, exec.ErrNotFound
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Getuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	alloc, _ := chromedp.NewExecAllocator(context.Background(), opts...) // ends with the process
	ctx, _ := chromedp.NewContext(alloc)                                 // likewise
	return ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
})

// NewBrowser opens a tab for a server at the base address.
func NewBrowser(t testing.TB, base string) *Browser {
	t.Helper()
	root, err := chromium()
	if err != nil {
		t.Fatalf("%s (%v)", installBrowser, err)
	}
	ctx, cancel := chromedp.NewContext(root, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stop)
	b := &Browser{t: t, ctx: ctx, base: base}
	urls := map[network.RequestID]string{}
	err = chromedp.Listen(ctx, func(ev any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := ev.(type) {
		case *network.EventRequestWillBeSent:
			urls[e.RequestID] = e.Request.URL
		case *network.EventLoadingFinished:
			b.requests = append(b.requests, Request{urls[e.RequestID], int64(e.EncodedDataLength)})
		}
	})
	if err != nil {
		t.Fatalf("listen to the browser: %v", err)
	}
	b.Size(1280, 800)
	return b
}

func (b *Browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v\nat %s:\n%s", what, err, b.where(), b.snapshot())
	}
}

func (b *Browser) where() string {
	u, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	return u
}

func (b *Browser) snapshot() string {
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 1500)`))
	if err != nil {
		return err.Error()
	}
	return text
}

// Size sets the viewport; below 600 pixels it is a phone.
func (b *Browser) Size(width, height int64) {
	b.t.Helper()
	if width < 600 {
		b.do("viewport", chromedp.EmulateViewport(width, height, chromedp.EmulateMobile))
		return
	}
	b.do("viewport", chromedp.EmulateViewport(width, height))
}

// Throttle slows the processor by a factor; 1 ends it.
func (b *Browser) Throttle(factor float64) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: factor})
	if err != nil {
		b.t.Fatalf("throttle: %v", err)
	}
}

// Go opens a page of the server.
func (b *Browser) Go(path string) {
	b.t.Helper()
	b.do("open "+path, chromedp.Navigate(b.base+path))
}

// Login logs in.
func (b *Browser) Login(username, password string) {
	b.t.Helper()
	b.Go("/login")
	b.Fill(`[name=username]`, username)
	b.Fill(`[name=password]`, password)
	b.Submit(`form button[type=submit]`)
	if strings.HasSuffix(b.Path(), "/login") {
		b.t.Fatalf("log-in of %s refused: %s", username, b.Text("[role=alert]"))
	}
}

// Path is the path of the present page with its query.
func (b *Browser) Path() string { return strings.TrimPrefix(b.where(), b.base) }

// Click clicks an element.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.ScrollIntoView(selector), chromedp.Click(selector))
}

// Submit clicks an element that leads to another page and waits until that is there.
func (b *Browser) Submit(selector string) {
	b.t.Helper()
	b.Eval(`window.__leaving = true`)
	b.Click(selector)
	b.Wait(`window.__leaving === undefined && document.readyState === "complete"`)
}

// Fill sets what a field holds, as a user who leaves it does.
func (b *Browser) Fill(selector, value string) {
	b.t.Helper()
	b.do("find "+selector, chromedp.WaitReady(selector))
	b.Eval(`const e = document.querySelector(` + quote(selector) + `); e.focus(); e.value = ` + quote(value) + `;
		e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true}))`)
}

// Upload gives a file to a field.
func (b *Browser) Upload(selector, path string) {
	b.t.Helper()
	b.do("upload "+selector, chromedp.SetUploadFiles(selector, []string{path}))
}

// Keys types into whatever has the focus.
func (b *Browser) Keys(keys string) {
	b.t.Helper()
	b.do("keys", chromedp.KeyEvent(keys))
}

// Text gives the words of the first element.
func (b *Browser) Text(selector string) string {
	b.t.Helper()
	return EvalAs[string](b, `(document.querySelector(`+quote(selector)+`) || {innerText: ""}).innerText`)
}

// Count counts elements.
func (b *Browser) Count(selector string) int {
	b.t.Helper()
	return EvalAs[int](b, `document.querySelectorAll(`+quote(selector)+`).length`)
}

// Eval runs a script for its effect.
func (b *Browser) Eval(script string) {
	b.t.Helper()
	EvalAs[any](b, `(()=>{`+script+`;return null})()`)
}

// EvalAs runs a script and gives its value.
func EvalAs[T any](b *Browser, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("script %s: %v\nat %s", script, err, b.where())
	}
	return v
}

// Wait waits until a condition holds, at most twenty seconds.
func (b *Browser) Wait(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!!(`+condition+`)`))
		if err == nil && ok {
			return
		}
		if ctx.Err() != nil {
			b.t.Fatalf("%s never held\nat %s:\n%s", condition, b.where(), b.snapshot())
		}
		_ = chromedp.Do(ctx, chromedp.Sleep(15*time.Millisecond)) // a page between two addresses has no context yet
	}
}

// Overflow lists what reaches beyond the right edge of the window, empty if nothing does.
func (b *Browser) Overflow() string {
	b.t.Helper()
	return EvalAs[string](b, `document.documentElement.scrollWidth <= innerWidth ? "" :
		[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
		.slice(0, 5).map(e => e.tagName + "." + e.className).join(", ") || "page"`)
}

// Screenshot writes the window to a file.
func (b *Browser) Screenshot(path string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, png, 0o644)
	}
	if err != nil {
		b.t.Fatalf("screenshot: %v", err)
	}
}

// PDF prints the page as a printer would get it.
func (b *Browser) PDF() []byte {
	b.t.Helper()
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF())
	if err != nil {
		b.t.Fatalf("print: %v", err)
	}
	return pdf
}

// Requests gives what was loaded since the last call.
func (b *Browser) Requests() []Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.requests
	b.requests = nil
	return out
}

func quote(s string) string {
	return "`" + strings.ReplaceAll(strings.ReplaceAll(s, "\\", "\\\\"), "`", "\\`") + "`"
}

// EvalIsolated runs a script of the test's own, such as a checker, past the page's policy.
func (b *Browser) EvalIsolated(script string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](script+";null")); err != nil {
		b.t.Fatalf("script: %v", err)
	}
}

// EvalAsync is EvalAs for a promise.
func EvalAsync[T any](b *Browser, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("script: %v\nat %s", err, b.where())
	}
	return v
}
