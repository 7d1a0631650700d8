package gallery_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"touyan/web"
	"touyan/web/ui/gallery"
)

// policy is the one under which the program serves: a page that needs more shows here.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func serve(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/static/", web.Handler())
	for name, page := range gallery.Pages() {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if err := page.Render(r.Context(), w); err != nil {
				t.Error(err)
			}
		})
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// browser is one for all tests of the package; each test has a tab of its own.
var browser context.Context

func TestMain(m *testing.M) {
	ctx, cancel := chromedp.NewContext(context.Background())
	browser = ctx
	code := m.Run()
	cancel()
	os.Exit(code)
}

var started = sync.OnceValue(func() error { return chromedp.Do(browser, chromedp.Navigate("about:blank")) })

func tab(t *testing.T) context.Context {
	t.Helper()
	if err := web.Check(); err != nil {
		t.Fatal(err)
	}
	if err := started(); err != nil {
		t.Fatalf("headless Chromium: %v (apt-get install chromium fonts-noto-cjk)", err)
	}
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	return ctx
}

// TestNothingOverflows looks at every page of the gallery in every width. With GALLERY_SHOTS naming a folder it leaves
// pictures there, to be looked at.
func TestNothingOverflows(t *testing.T) {
	t.Parallel()
	root, ctx := serve(t), tab(t)
	shots := os.Getenv("GALLERY_SHOTS")
	for _, width := range []int64{1280, 820, 390, 360} {
		for name := range gallery.Pages() {
			if name == "print" && width < 1280 {
				continue // paper has its own width
			}
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(root+"/"+name)); err != nil {
				t.Fatal(err)
			}
			over, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
			if err != nil {
				t.Fatal(err)
			}
			if over > 0 {
				t.Errorf("%s at %d px is %.0f px too wide", name, width, over)
			}
			if shots != "" {
				shot := chromedp.FullScreenshot(100)
				if name == "list" {
					shot = chromedp.CaptureScreenshot()
				}
				png, err := chromedp.Run(ctx, shot)
				if err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(shots, name+"-"+strconv.FormatInt(width, 10)+".png")
				if err := os.WriteFile(file, png, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestPaperIsCutByTheServer prints: two sheets are two pages of A4 landscape, and a list leaves the screen's furniture out.
func TestPaperIsCutByTheServer(t *testing.T) {
	t.Parallel()
	root, ctx := serve(t), tab(t)
	for name, want := range map[string]string{"print": "2 pages of 841 x 594", "list": "2 pages of 595 x 841"} {
		if err := chromedp.Do(ctx, chromedp.Navigate(root+"/"+name)); err != nil {
			t.Fatal(err)
		}
		pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPaper(chromedp.PaperA4)))
		if err != nil {
			t.Fatal(err)
		}
		pages := regexp.MustCompile(`/Type /Page\b[^s]`).FindAll(pdf, -1)
		box := regexp.MustCompile(`/MediaBox \[0 0 (\d+)[.\d]* (\d+)`).FindSubmatch(pdf)
		if len(box) == 0 {
			t.Fatal("no page in the PDF")
		}
		if got := fmt.Sprintf("%d pages of %s x %s", len(pages), box[1], box[2]); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if shots := os.Getenv("GALLERY_SHOTS"); shots != "" {
			if err := os.WriteFile(filepath.Join(shots, name+".pdf"), pdf, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestScriptComforts drives what app.js adds: select all, the count, the focus on what must be mended.
func TestScriptComforts(t *testing.T) {
	t.Parallel()
	root, ctx := serve(t), tab(t)
	ask := func(page, script, want string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(root+"/"+page)); err != nil {
			t.Fatal(err)
		}
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(got) != want {
			t.Errorf("%s: %s = %q, want %q", page, script, got, want)
		}
	}
	ask("list", `document.querySelector("[data-select-all]").click(), document.querySelector("[data-select-count]").textContent`, "已选 50 行")
	ask("list", `document.querySelector("[data-select]").click(), String(document.querySelector("[data-select-all]").indeterminate)`, "true")
	ask("problems", `document.activeElement.getAttribute("role") || ""`, "alert")
	ask("list", `typeof window.htmx`, "object")
}
