package ui_test

import (
	"net/url"
	"testing"

	"touyan/web/ui"
)

func at(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPagerStaysWithinTheList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page, total, size          int
		here, pages, from, to, off int
	}{
		{1, 0, 50, 1, 1, 0, 0, 0},
		{1, 50, 50, 1, 1, 1, 50, 0},
		{2, 51, 50, 2, 2, 51, 51, 50},
		{9, 51, 50, 2, 2, 51, 51, 50},
		{0, 51, 50, 1, 2, 1, 50, 0},
		{-3, 10, 0, 1, 10, 1, 1, 0},
		{5, 0, 50, 1, 1, 0, 0, 0},
	} {
		p := ui.PagerOf(at(t, "/x"), c.page, c.total, c.size)
		if p.Page != c.here || p.Pages != c.pages || p.From != c.from || p.To != c.to || p.Offset() != c.off {
			t.Errorf("%+v gives %+v", c, p)
		}
	}
}

func TestPagerKeepsTheFilters(t *testing.T) {
	t.Parallel()
	p := ui.PagerOf(at(t, "/x?q=%E7%94%B2&state=a&state=b&page=2"), 2, 150, 50)
	if p.Previous != "/x?q=%E7%94%B2&state=a&state=b" || p.Next != "/x?page=3&q=%E7%94%B2&state=a&state=b" || p.First != p.Previous || p.Last != p.Next {
		t.Errorf("%+v", p)
	}
	links := render(t, ui.PageLinks(p))
	if len(links.all("nav a")) != 4 || attr(links.all("nav a")[2], "href") != p.Next {
		t.Error(links.raw)
	}
	first := render(t, ui.PageLinks(ui.PagerOf(at(t, "/x"), 1, 150, 50)))
	if len(first.all("nav a")) != 2 || len(first.all("[aria-disabled=true]")) != 2 {
		t.Error(first.raw)
	}
	if none := render(t, ui.PageLinks(ui.PagerOf(at(t, "/x"), 1, 0, 50))); text(none.one("nav")) != "共 0 条" {
		t.Error(none.raw)
	}
}

func TestAddressesOfConditions(t *testing.T) {
	t.Parallel()
	here := at(t, "/x?state=a&state=b&q=1&page=4")
	for got, want := range map[string]string{
		ui.With(here, "q", "2"):              "/x?q=2&state=a&state=b",
		ui.With(here, "q", ""):               "/x?state=a&state=b",
		ui.Without(here, "state", "a"):       "/x?q=1&state=b",
		ui.With(at(t, "/x?q=1"), "q", ""):    "/x",
		ui.Without(at(t, "/x"), "q", "none"): "/x",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if here.RawQuery != "state=a&state=b&q=1&page=4" {
		t.Error("the present address was changed")
	}
}

func TestColumnsSortBothWays(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][2]string{
		"/x?page=2":     {"", "/x?sort=name"},
		"/x?sort=name":  {"ascending", "/x?sort=-name"},
		"/x?sort=-name": {"descending", "/x?sort=name"},
		"/x?sort=other": {"", "/x?sort=name"},
	} {
		s := ui.SortBy(at(t, address), "名称", "name")
		if s.Order != want[0] || s.Href != want[1] {
			t.Errorf("%s: %+v", address, s)
		}
	}
	// A th outside a table is dropped by the parser, so the piece is put where it belongs.
	p := render(t, ui.Table("表"), ui.SortHead(ui.SortBy(at(t, "/x?sort=-name"), "名称", "name").Numeric()))
	if th := p.one("th"); attr(th, "aria-sort") != "descending" || attr(th, "class") != "num" || attr(p.one("th a"), "href") != "/x?sort=name" {
		t.Error(p.raw)
	}
}

func TestFilterBar(t *testing.T) {
	t.Parallel()
	here := at(t, "/x?state=a&sort=name")
	p := render(t, ui.FilterBar(ui.Filter{Action: "/x", Export: "/x/export", Chips: []ui.Chip{ui.ChipOf(here, "state", "a", "状态:<甲>")},
		Keep: url.Values{"sort": {"name"}}}), ui.Input(ui.Field{Name: "q", Label: "名称"}))
	if attr(p.one("form"), "method") != "get" || attr(p.one("form input[type=hidden]"), "value") != "name" {
		t.Error(p.raw)
	}
	if len(p.all("form input[name=q]")) != 1 || len(p.all(".filters-actions a")) != 2 {
		t.Error("fields, 重置 and 导出 only")
	}
	if chip := p.one(".chip"); attr(chip, "href") != "/x?sort=name" || text(chip) != "状态:<甲> × ,去掉这个条件" {
		t.Errorf("%q %q", attr(chip, "href"), text(chip))
	}
	if len(p.all("input[name=_grant]")) != 0 {
		t.Error("a search carries no grant")
	}
}

func TestSelection(t *testing.T) {
	t.Parallel()
	p := render(t, ui.Table("表"), ui.SelectAll("rows"), ui.SelectRow(ui.Pick{Group: "rows", Name: "id", Value: "7", Label: "甲<乙>", Form: "f", Disabled: true}))
	box := p.one("td input[name=id]")
	if attr(box, "aria-label") != "选择 甲<乙>" || attr(box, "form") != "f" || attr(box, "data-select") != "rows" || len(p.all("[disabled]")) != 1 {
		t.Error(p.raw)
	}
	if attr(p.one("[data-select-all]"), "aria-label") == "" {
		t.Error(p.raw)
	}
}
