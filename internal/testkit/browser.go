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
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Browser is one tab of a headless Chromium with cookies of its own. Its methods fail the test instead of returning errors.
type Browser struct {
	t    testing.TB
	ctx  context.Context
	base string

	metered bool

	mu         sync.Mutex
	requests   []Request
	foreign    []string
	complaints []string
}

// Request is one that the page made, with the bytes that travelled.
type Request struct {
	URL   string
	Bytes int64
}

// installBrowser is what to do where Chromium is missing.
const installBrowser = "headless Chromium does not run; make browser installs it (apt-get install -y chromium fonts-noto-cjk)"

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
	dir, err := runFolder() // its profile goes when the run has ended
	if err != nil {
		return nil, err
	}
	// As root the library adds --no-sandbox by itself.
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(dir, "browser")))
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
	if err := chromedp.Listen(ctx, b.watch()); err != nil {
		t.Fatalf("listen to the browser: %v", err)
	}
	if err := chromedp.Listen(ctx, b.leave); err != nil {
		t.Fatalf("listen to the browser: %v", err)
	}
	b.Size(1280, 800)
	return b
}

// leave answers a page that asks whether it may really be left: a test that goes elsewhere means it.
func (b *Browser) leave(ev any) {
	if e, ok := ev.(*page.EventJavascriptDialogOpening); ok && e.Type == page.DialogTypeBeforeunload {
		go func() { // a listener must not wait for an answer
			if _, err := chromedp.Call(b.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}); err != nil {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.complaints = append(b.complaints, "leave the page: "+err.Error())
			}
		}()
	}
}

func (b *Browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
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

// ClearCache makes the next page load everything anew, as on a first visit.
func (b *Browser) ClearCache() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, network.ClearBrowserCache, cdp.Empty{}); err != nil {
		b.t.Fatalf("clear the cache: %v", err)
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
	b.do("click "+selector, chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
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
	b.do("find "+selector, chromedp.WaitReady(chromedp.CSS(selector)))
	b.Eval(`const e = document.querySelector(` + quote(selector) + `); e.focus(); e.value = ` + quote(value) + `;
		e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true}))`)
}

// Upload gives a file to a field.
func (b *Browser) Upload(selector, path string) {
	b.t.Helper()
	b.do("upload "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path}))
}

// Keys types into whatever has the focus.
func (b *Browser) Keys(keys string) {
	b.t.Helper()
	b.do("keys", chromedp.KeyEvent(keys))
}

// named are the keys that Press knows besides characters.
var named = map[string]string{"Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape, "Backspace": kb.Backspace, "Delete": kb.Delete,
	"Up": kb.ArrowUp, "Down": kb.ArrowDown, "Left": kb.ArrowLeft, "Right": kb.ArrowRight, "Home": kb.Home, "End": kb.End, "Space": " "}

var modifiers = map[string]chromedp.KeyOption{"Shift": chromedp.KeyModifiers(chromedp.ModifierShift),
	"Ctrl": chromedp.KeyModifiers(chromedp.ModifierCtrl), "Alt": chromedp.KeyModifiers(chromedp.ModifierAlt)}

// Press presses keys one after the other: "Down", "Enter", "a", "Shift+Tab", "Ctrl+z".
func (b *Browser) Press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		var held []chromedp.KeyOption
		last := k
		if with, key, ok := strings.Cut(k, "+"); ok && modifiers[with] != nil {
			held, last = append(held, modifiers[with]), key
		}
		if code, ok := named[last]; ok {
			last = code
		} else if utf8.RuneCountInString(last) != 1 {
			b.t.Fatalf("no key %q", k)
		}
		b.do("press "+k, chromedp.KeyEvent(last, held...))
	}
}

// WaitVisible waits until an element can be seen.
func (b *Browser) WaitVisible(selector string) {
	b.t.Helper()
	b.do("see "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// WaitText waits until an element says something.
func (b *Browser) WaitText(selector, words string) {
	b.t.Helper()
	b.Wait(`(document.querySelector(` + quote(selector) + `) || {innerText: ""}).innerText.includes(` + quote(words) + `)`)
}

// Wait waits until a condition holds, at most a minute: a machine that runs other tests may be slow.
func (b *Browser) Wait(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
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
