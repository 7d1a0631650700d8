package ui_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"touyan/web/ui/gallery"
)

var (
	classAttr = regexp.MustCompile(`class="([^"]*)"`)
	classRule = regexp.MustCompile(`\.([a-z][a-z0-9-]*)`)
)

// bare names mark an element for tests or for a neighbour's rule and have no look of their own.
var bare = map[string]bool{"no-js": true, "landscape": true, "button-plain": true, "fact": true, "form": true, "logout": true}

// TestEveryClassHasALook finds misspelt classes: what a page uses stands in one of its style sheets.
func TestEveryClassHasALook(t *testing.T) {
	t.Parallel()
	sheet := func(names ...string) map[string]bool {
		known := map[string]bool{}
		for _, n := range names {
			b, err := os.ReadFile("../static/css/" + n)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range classRule.FindAllStringSubmatch(string(b), -1) {
				known[m[1]] = true
			}
		}
		return known
	}
	app, phone, paper := sheet("app.css", "table.css", "media.css"), sheet("village.css"), sheet("print.css")
	for name, c := range gallery.Pages() {
		known := app
		switch name {
		case "phone":
			known = phone
		case "print":
			known = paper
		}
		for _, m := range classAttr.FindAllStringSubmatch(render(t, c).raw, -1) {
			for _, class := range strings.Fields(m[1]) {
				if !known[class] && !bare[class] {
					t.Errorf("%s: class %q has no look", name, class)
				}
			}
		}
	}
}
