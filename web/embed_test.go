package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"touyan/web"
)

func get(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	web.Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestAddressesCarryTheContent(t *testing.T) {
	t.Parallel()
	url := web.URL("css/app.css")
	if !regexp.MustCompile(`^/static/css/app\.[0-9a-f]{10}\.css$`).MatchString(url) {
		t.Fatalf("address %q", url)
	}
	r := get(t, url)
	for name, want := range map[string]string{
		"Content-Type": "text/css; charset=utf-8", "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding",
		"X-Content-Type-Options": "nosniff",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	for path, kind := range map[string]string{"js/app.js": "text/javascript; charset=utf-8", "icons/touyan.svg": "image/svg+xml"} {
		if got := get(t, web.URL(path)).Header.Get("Content-Type"); got != kind {
			t.Errorf("%s is %q, want %q", path, got, kind)
		}
	}
}

func TestCompressedOnlyForThoseWhoCan(t *testing.T) {
	t.Parallel()
	plain := get(t, web.URL("css/app.css"))
	whole, err := io.ReadAll(plain.Body)
	if err != nil || plain.Header.Get("Content-Encoding") != "" {
		t.Fatalf("plain: %v, encoding %q", err, plain.Header.Get("Content-Encoding"))
	}
	if refused := get(t, web.URL("css/app.css"), "Accept-Encoding", "gzip;q=0, br"); refused.Header.Get("Content-Encoding") != "" {
		t.Error("compressed although the browser refuses gzip")
	}
	packed := get(t, web.URL("css/app.css"), "Accept-Encoding", "br, gzip;q=0.8")
	if packed.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("not compressed")
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := io.ReadAll(z); err != nil || string(same) != string(whole) {
		t.Errorf("unpacked differs: %v", err)
	}
}

func TestKnownAndUnknown(t *testing.T) {
	t.Parallel()
	url := web.URL("css/app.css")
	if r := get(t, url, "If-None-Match", get(t, url).Header.Get("ETag")); r.StatusCode != http.StatusNotModified {
		t.Errorf("known content: %d", r.StatusCode)
	}
	if r := get(t, "/static/js/app.js"); r.StatusCode != http.StatusOK || r.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("plain name of a script: %d, %q", r.StatusCode, r.Header.Get("Cache-Control"))
	}
	for _, path := range []string{"/static/css/", "/static/", "/static/../embed.go", "/static/vendor/.gitkeep", web.URL("css/none.css")} {
		if r := get(t, path); r.StatusCode != http.StatusNotFound || r.Header.Get("Cache-Control") != "" {
			t.Errorf("%s: %d, cached %q", path, r.StatusCode, r.Header.Get("Cache-Control"))
		}
	}
}

func TestTheBrowserLibraryIsEmbedded(t *testing.T) {
	t.Parallel()
	if err := web.Check(); err != nil {
		t.Fatal(err)
	}
}

// TestThePhonePageIsLight leaves most of the 30 KB of a phone page to its words.
func TestThePhonePageIsLight(t *testing.T) {
	t.Parallel()
	sum := 0
	for _, name := range []string{"css/village.css", "icons/touyan.svg"} {
		b, err := io.ReadAll(get(t, web.URL(name), "Accept-Encoding", "gzip").Body)
		if err != nil {
			t.Fatal(err)
		}
		sum += len(b)
	}
	if sum == 0 || sum > 4<<10 {
		t.Errorf("style sheet and icon weigh %d bytes, want at most 4 KB", sum)
	}
}
