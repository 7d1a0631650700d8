package testkit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

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

// Overflow lists what reaches beyond the right edge of the page, empty if nothing does. A phone shrinks a page that is too
// wide until it fits, and innerWidth with it, so the width that the page was laid out for is the measure.
func (b *Browser) Overflow() string {
	b.t.Helper()
	return EvalAs[string](b, `(() => {
		const page = document.documentElement
		if (page.scrollWidth <= page.clientWidth) return ""
		return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > page.clientWidth + 1)
			.slice(0, 5).map(e => e.tagName + "." + e.className).join(", ") || "page"
	})()`)
}

// Work gives the milliseconds of processor time that the page's main thread has spent on tasks (scripts, styles, layout) so
// far, throttling included. Unlike a clock it does not run while another process has the processor.
func (b *Browser) Work() float64 {
	b.t.Helper()
	if !b.metered {
		if _, err := chromedp.Call(b.ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
			b.t.Fatalf("measure: %v", err)
		}
		b.metered = true
	}
	got, err := chromedp.Call(b.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		b.t.Fatalf("measure: %v", err)
	}
	for _, m := range got.Metrics {
		if m.Name == "TaskDuration" {
			return 1000 * m.Value
		}
	}
	b.t.Fatal("the browser does not tell its TaskDuration")
	return 0
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
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		b.t.Fatalf("print: %v", err)
	}
	return pdf
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

// quote writes a string as JavaScript does.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string has a JSON form
	}
	return string(b)
}

// watch notes what the page asks for and what goes wrong in it.
func (b *Browser) watch() func(ev any) {
	urls := map[network.RequestID]string{}
	return func(ev any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := ev.(type) {
		case *network.EventRequestWillBeSent:
			u := e.Request.URL
			urls[e.RequestID] = u
			if u != b.base && !strings.HasPrefix(u, b.base+"/") && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:"+b.base) {
				b.foreign = append(b.foreign, u)
			}
		case *network.EventLoadingFinished:
			b.requests = append(b.requests, Request{urls[e.RequestID], int64(e.EncodedDataLength)})
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError {
				b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			what := e.ExceptionDetails.Text
			if x := e.ExceptionDetails.Exception; x != nil {
				what += " " + x.Description
			}
			b.complaints = append(b.complaints, what)
		}
	}
}

// Requests gives what was loaded since the last call.
func (b *Browser) Requests() []Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.requests
	b.requests = nil
	return out
}

// Foreign gives the addresses outside the server that the page has asked for since the last call, answered or not.
func (b *Browser) Foreign() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.foreign
	b.foreign = nil
	return out
}

// Complaints gives what the browser objected to since the last call: uncaught exceptions, breaches of the page's policy,
// answers with an error status.
func (b *Browser) Complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.complaints
	b.complaints = nil
	return out
}
