package testkit_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"touyan/internal/testkit"
)

func TestClientKeepsCookiesAndStaysAtRedirects(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("password") != "right" {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "who", Value: r.FormValue("username")})
		http.Redirect(w, r, "/home", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /home", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("who")
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `<h1>%s</h1>`, c.Value)
	})
	mux.HandleFunc("POST /upload", func(w http.ResponseWriter, r *http.Request) {
		f, h, err := r.FormFile("sheet")
		if err != nil {
			t.Error(err)
			return
		}
		b, err := io.ReadAll(f)
		if err != nil {
			t.Error(err)
		}
		fmt.Fprintf(w, `<p>%s %s %s</p>`, r.FormValue("month"), h.Filename, b)
	})
	c := testkit.NewClient(t, mux)
	if a := c.Post("/login", url.Values{"username": {"clerk"}, "password": {"right"}}); a.Status != http.StatusSeeOther || a.Location() != "/home" {
		t.Errorf("log-in: %d to %q", a.Status, a.Location())
	}
	if got := c.Get("/home").Want(http.StatusOK).Doc().Text("h1"); got != "clerk" {
		t.Errorf("greets %q", got)
	}
	c.Another().Get("/home").Want(http.StatusUnauthorized)
	a := c.PostFile("/upload", url.Values{"month": {"2026-10"}}, "sheet", "花名册.xlsx", []byte("rows"))
	if got := a.Doc().Text("p"); got != "2026-10 花名册.xlsx rows" {
		t.Errorf("uploaded %q", got)
	}
}

func TestPageQueries(t *testing.T) {
	t.Parallel()
	doc := testkit.ParseHTML(t, strings.NewReader(`<table id="list"><tr class="row late"><td>甲</td><td>  两 个
		词 </td></tr><tr class="row"><td data-state="done">乙</td></tr></table>
		<form><input name="a" value="1"><input type="checkbox" name="b" value="2" checked><input type="checkbox" name="b" value="3">
		<input type="submit" name="go"><input name="off" disabled value="x"><textarea name="t">多
行</textarea><select name="s"><option value="x">X</option><option value="y" selected>Y</option></select>
		<select name="first"><option value="p">P</option><option value="q">Q</option></select></form>`))
	if got := doc.Text("#list .late td"); got != "甲 两 个 词" {
		t.Errorf("text %q", got)
	}
	if got := len(doc.All("tr.row")); got != 2 {
		t.Errorf("%d rows", got)
	}
	if got := doc.One("[data-state=done]"); got.Text() != "乙" || got.Attr("data-state") != "done" || got.Attr("none") != "" {
		t.Errorf("cell %q %q", got.Text(), got.Attr("data-state"))
	}
	if doc.Has("tr.row .late") || !doc.Has("table td") {
		t.Error("descendants are not told from the element itself")
	}
	want := map[string][]string{"a": {"1"}, "b": {"2"}, "t": {"多\n行"}, "s": {"y"}, "first": {"p"}}
	if got := doc.One("form").Fields(); !reflect.DeepEqual(got, want) {
		t.Errorf("a browser would send %v, got %v", want, got)
	}
}
