package ui_test

import (
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"touyan/web/ui/gallery"
)

// page is a rendered component, asked by CSS selectors.
type page struct {
	t    *testing.T
	root *html.Node
	raw  string
}

func render(t *testing.T, c templ.Component, children ...templ.Component) page {
	t.Helper()
	ctx := t.Context()
	if len(children) > 0 {
		ctx = templ.WithChildren(ctx, templ.Join(children...))
	}
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	n, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return page{t, n, b.String()}
}

func (p page) all(selector string) []*html.Node {
	p.t.Helper()
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.t.Fatal(err)
	}
	return cascadia.QueryAll(p.root, s)
}

func (p page) one(selector string) *html.Node {
	p.t.Helper()
	found := p.all(selector)
	if len(found) != 1 {
		p.t.Fatalf("%d elements %q in\n%s", len(found), selector, p.raw)
	}
	return found[0]
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestEveryPageHolds checks what every page of the gallery must have, whatever stands on it.
func TestEveryPageHolds(t *testing.T) {
	t.Parallel()
	for name, c := range gallery.Pages() {
		p := render(t, c)
		ids := map[string]bool{}
		for _, n := range p.all("[id]") {
			if id := attr(n, "id"); ids[id] {
				t.Errorf("%s: id %q twice", name, id)
			} else {
				ids[id] = true
			}
		}
		for _, n := range p.all("label[for]") {
			if !ids[attr(n, "for")] {
				t.Errorf("%s: label %q belongs to nothing", name, text(n))
			}
		}
		for _, n := range p.all("[aria-describedby]") {
			for _, id := range strings.Fields(attr(n, "aria-describedby")) {
				if !ids[id] {
					t.Errorf("%s: description %q is missing", name, id)
				}
			}
		}
		for _, n := range p.all(`input:not([type=hidden]), select, textarea`) {
			if attr(n, "aria-label") == "" && len(p.all(`label[for="`+attr(n, "id")+`"]`)) != 1 {
				t.Errorf("%s: control %q has no label", name, attr(n, "name"))
			}
		}
		for _, n := range p.all("a[href^='#']") {
			if !ids[attr(n, "href")[1:]] {
				t.Errorf("%s: link to %s leads nowhere", name, attr(n, "href"))
			}
		}
		for _, n := range p.all(".table-wrap") {
			if attr(n, "role") != "region" || attr(n, "tabindex") != "0" || attr(n, "aria-label") == "" {
				t.Errorf("%s: a table cannot be scrolled by keyboard", name)
			}
		}
		for _, n := range p.all("thead th") {
			if attr(n, "scope") != "col" {
				t.Errorf("%s: head %q without scope", name, text(n))
			}
		}
		if attr(p.one("html"), "lang") != "zh-CN" || len(p.all("main#main")) != 1 || len(p.all("h1")) == 0 {
			t.Errorf("%s: language, main or title missing", name)
		}
		if len(p.all("[style], style, script:not([src])")) > 0 || strings.Contains(p.raw, "://") {
			t.Errorf("%s: inline style or script, or another host", name)
		}
	}
}
