package ui

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// WaitingFile is an upload that waits for its sender's word.
type WaitingFile struct {
	Name, When string
	Of         string // what it is for, where the page takes several kinds
	Rows, Bad  string
	Wrong      bool   // some of it is wrong
	Href, Drop string // where it goes on, and where it is given up
}

func anyOf(list []WaitingFile) bool {
	return slices.ContainsFunc(list, func(f WaitingFile) bool { return f.Of != "" })
}

// Pager is the way through a list that the server cuts into pages.
type Pager struct {
	Page, Pages, Total, From, To int
	First, Previous, Next, Last  string // addresses; empty where there is none
}

// PagerOf makes the pager of a list at its present address, whose filters it keeps. A page outside the list counts as
// the nearest one inside.
func PagerOf(at *url.URL, page, total, size int) Pager {
	size, total = max(size, 1), max(total, 0)
	p := Pager{Total: total, Pages: max(1, (total+size-1)/size)}
	p.Page = min(max(page, 1), p.Pages)
	p.From, p.To = min(total, (p.Page-1)*size+1), min(total, p.Page*size)
	link := func(n int) string {
		q := at.Query()
		q.Set("page", strconv.Itoa(n))
		if n == 1 {
			q.Del("page")
		}
		return address(at, q)
	}
	if p.Page > 1 {
		p.First, p.Previous = link(1), link(p.Page-1)
	}
	if p.Page < p.Pages {
		p.Next, p.Last = link(p.Page+1), link(p.Pages)
	}
	return p
}

// Offset is the number of rows before the page.
func (p Pager) Offset() int { return max(p.From-1, 0) }

// With gives the address with one value of the query changed, or taken out if empty; paging starts again.
func With(at *url.URL, key, value string) string {
	q := at.Query()
	q.Del("page")
	if value == "" {
		q.Del(key)
	} else {
		q.Set(key, value)
	}
	return address(at, q)
}

// Without gives the address with one of several values of a key taken out, such as one ticked box; paging starts again.
func Without(at *url.URL, key, value string) string {
	q := at.Query()
	q.Del("page")
	var rest []string
	for _, v := range q[key] {
		if v != value {
			rest = append(rest, v)
		}
	}
	q.Del(key)
	for _, v := range rest {
		q.Add(key, v)
	}
	return address(at, q)
}

func address(at *url.URL, q url.Values) string {
	if len(q) == 0 {
		return at.Path
	}
	return at.Path + "?" + q.Encode()
}

// Sort is a column by which a list can be ordered.
type Sort struct {
	Title string
	Href  string // the address of the other order
	Order string // ascending, descending, or empty: aria-sort
	Num   bool   // the column holds numbers
}

// SortBy makes a sortable column of a list at its present address. The order stands in the query as sort=key or
// sort=-key; the reader of the query decides which keys exist.
func SortBy(at *url.URL, title, key string) Sort {
	s := Sort{Title: title, Href: With(at, "sort", key)}
	switch at.Query().Get("sort") {
	case key:
		s.Order, s.Href = "ascending", With(at, "sort", "-"+key)
	case "-" + key:
		s.Order = "descending"
	}
	return s
}

// Numeric is the column with its title above right-aligned numbers.
func (s Sort) Numeric() Sort {
	s.Num = true
	return s
}

// Chip is one condition that is in force; Href is the list without it.
type Chip struct{ Title, Href string }

// ChipOf makes a chip for the value of a key of the present address.
func ChipOf(at *url.URL, key, value, title string) Chip {
	return Chip{Title: title, Href: Without(at, key, value)}
}

// InWords says conditions in one line, as their chips do, for whoever reads of the list later.
func InWords(chips []Chip) string {
	words := make([]string, len(chips))
	for i, c := range chips {
		words[i] = c.Title
	}
	return strings.Join(words, ";")
}

// Filter says what surrounds the fields of a list's search form. Empty addresses leave their button out.
type Filter struct {
	Action string // the list
	Reset  string // the list without conditions; Action if empty
	Export string // the page that asks for purpose and columns
	Print  string // the page for paper
	Chips  []Chip
	Keep   url.Values // what a new search keeps, such as the order
}

// Export says what an export of a list is, for ExportFold.
type Export struct {
	Action, Grant string
	Title         string // on the fold; 导出 if empty
	Submit        string // on the button; 导出 if empty
	Note          string // what the file holds
	Placeholder   string // a purpose as an example
}

func (e Export) title() string { return cmp.Or(e.Title, "导出") }

func (e Export) submit() string { return cmp.Or(e.Submit, "导出") }

func (e Export) hint() string {
	if e.Note == "" {
		return "记入操作日志"
	}
	return e.Note + ";记入操作日志"
}

func (f Filter) reset() string {
	if f.Reset == "" {
		return f.Action
	}
	return f.Reset
}

// kept lists what a new search keeps, in a steady order.
func (f Filter) kept() [][2]string {
	var out [][2]string
	for _, key := range slices.Sorted(maps.Keys(f.Keep)) {
		for _, v := range f.Keep[key] {
			out = append(out, [2]string{key, v})
		}
	}
	return out
}

// Pick is the box that selects one row of a list.
type Pick struct {
	Group    string // rows of one table share it, see SelectAll
	Name     string
	Value    string
	Label    string // what the row is, for a screen reader
	Form     string // id of the form, if the table stands outside
	Checked  bool
	Disabled bool
}
