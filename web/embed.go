// Package web owns what the browser loads besides pages: style sheets, scripts and icons, embedded in the program,
// compressed once at start and served under addresses that change with their content.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed all:static
var static embed.FS

// kinds is written down because the tables of the operating system differ.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".png": "image/png", ".txt": "text/plain; charset=utf-8",
}

type asset struct {
	url, kind, tag string
	plain          []byte
	packed         func() []byte // compressed at the first call; nil where it would not help
}

// assets reads every file once.
var assets = sync.OnceValues(func() (byName, byURL map[string]*asset) {
	byName, byURL = map[string]*asset{}, map[string]*asset{}
	err := fs.WalkDir(static, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		b, err := static.ReadFile(p)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		name := strings.TrimPrefix(p, "static/")
		ext := path.Ext(name)
		a := &asset{tag: `"` + hex.EncodeToString(sum[:8]) + `"`, plain: b, kind: kinds[ext]}
		if a.kind == "" {
			return fmt.Errorf("%s: no content type for %q", p, ext)
		}
		a.url = "/static/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		if ext != ".png" {
			a.packed = sync.OnceValue(func() []byte { return pack(b) })
		}
		byName[name], byURL[a.url], byURL["/static/"+name] = a, a, a
		return nil
	})
	if err != nil {
		panic(err) // the embedded files cannot be read: the program is broken
	}
	return byName, byURL
})

func pack(b []byte) []byte {
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression) // the level exists
	_, _ = w.Write(b)                                     // into memory
	_ = w.Close()
	return z.Bytes()
}

// URL gives the address of a file of static, such as css/app.css. It changes with the content, so the browser may keep
// the file for ever.
func URL(name string) string {
	byName, _ := assets()
	if a, ok := byName[name]; ok {
		return a.url
	}
	return "/static/missing/" + name
}

// Check says what is missing before the program can serve.
func Check() error {
	byName, _ := assets()
	if _, ok := byName["vendor/htmx.min.js"]; !ok {
		return errors.New("the browser library is not embedded: run make assets, then make build")
	}
	return nil
}

// Handler serves the files under their addresses.
func Handler() http.Handler {
	_, byURL := assets()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byURL[r.URL.Path]
		if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		if r.URL.Path == a.url {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache") // a plain name, by which one script imports another: ask again each time
		}
		h.Set("ETag", a.tag)
		h.Set("Vary", "Accept-Encoding")
		h.Set("X-Content-Type-Options", "nosniff")
		if r.Header.Get("If-None-Match") == a.tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		body := a.plain
		if a.packed != nil && takesGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = a.packed()
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // the client may have gone
	})
}

func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";")
		if name == "gzip" {
			return weight == "" || strings.Trim(weight, "q=0.") != "" // q=0 and q=0.000 refuse it
		}
	}
	return false
}
