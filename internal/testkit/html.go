package testkit

import (
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Doc is a parsed page, asked by CSS selectors.
type Doc struct {
	t    testing.TB
	root *html.Node
}

// ParseHTML reads a page.
func ParseHTML(t testing.TB, r io.Reader) Doc {
	t.Helper()
	n, err := html.Parse(r)
	if err != nil {
		t.Fatalf("parse page: %v", err)
	}
	return Doc{t, n}
}

// All gives every element that the selector finds.
func (d Doc) All(selector string) []Node {
	d.t.Helper()
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		d.t.Fatalf("selector %q: %v", selector, err)
	}
	var out []Node
	for _, n := range cascadia.QueryAll(d.root, s) {
		out = append(out, Node{d.t, n})
	}
	return out
}

// One gives the first element that the selector finds, which must exist.
func (d Doc) One(selector string) Node {
	d.t.Helper()
	all := d.All(selector)
	if len(all) == 0 {
		d.t.Fatalf("no element %q on the page:\n%s", selector, d.Text("body"))
	}
	return all[0]
}

// Has reports whether the selector finds anything.
func (d Doc) Has(selector string) bool { d.t.Helper(); return len(d.All(selector)) > 0 }

// Text gives the words of what the selector finds, with single spaces.
func (d Doc) Text(selector string) string {
	d.t.Helper()
	var parts []string
	for _, n := range d.All(selector) {
		parts = append(parts, n.Text())
	}
	return strings.Join(parts, " ")
}

// Node is one element.
type Node struct {
	t testing.TB
	n *html.Node
}

// Text gives the words within, with single spaces.
func (n Node) Text() string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			b.WriteString(" ")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n.n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// Attr gives an attribute, empty if absent.
func (n Node) Attr(name string) string {
	for _, a := range n.n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// Doc asks within the element.
func (n Node) Doc() Doc { return Doc{n.t, n.n} }

// Fields gives the values that a browser would send with a form, as the page was drawn.
func (n Node) Fields() map[string][]string {
	out := map[string][]string{}
	for _, e := range n.Doc().All("input, textarea, select") {
		name, kind := e.Attr("name"), e.Attr("type")
		if name == "" || hasAttr(e.n, "disabled") || kind == "submit" || kind == "file" ||
			(kind == "checkbox" || kind == "radio") && !hasAttr(e.n, "checked") {
			continue
		}
		switch e.n.Data {
		case "textarea":
			out[name] = append(out[name], rawText(e.n))
		case "select":
			for i, o := range e.Doc().All("option") {
				if hasAttr(o.n, "selected") || i == 0 && !e.Doc().Has("option[selected]") {
					out[name] = append(out[name], o.Attr("value"))
				}
			}
		default:
			out[name] = append(out[name], e.Attr("value"))
		}
	}
	return out
}

func hasAttr(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func rawText(n *html.Node) string {
	if n.FirstChild != nil {
		return n.FirstChild.Data
	}
	return ""
}
