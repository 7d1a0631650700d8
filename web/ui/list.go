package ui

import (
	"net/url"
	"strconv"
)

// Pager is the way through a list that the server cuts into pages.
type Pager struct {
	Page, Pages, Total, From, To int
	First, Previous, Next, Last  string // addresses; empty where there is none
}

// PagerOf makes the pager of a list at its present address, whose filters it keeps.
func PagerOf(at *url.URL, page, total, size int) Pager {
	p := Pager{Page: page, Total: total, Pages: max(1, (total+size-1)/size)}
	p.From, p.To = min(total, (page-1)*size+1), min(total, page*size)
	link := func(n int) string {
		q := at.Query()
		q.Set("page", strconv.Itoa(n))
		if n == 1 {
			q.Del("page")
		}
		if len(q) == 0 {
			return at.Path
		}
		return at.Path + "?" + q.Encode()
	}
	if page > 1 {
		p.First, p.Previous = link(1), link(min(page-1, p.Pages))
	}
	if page < p.Pages {
		p.Next, p.Last = link(page+1), link(p.Pages)
	}
	return p
}

// With gives the address with one value of the query changed, or taken out if empty; paging starts again.
func With(at *url.URL, key, value string) string {
	q := at.Query()
	q.Del("page")
	if value == "" {
		q.Del(key)
	} else {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return at.Path
	}
	return at.Path + "?" + q.Encode()
}

// Option is one choice of a select or of a set of boxes.
type Option struct {
	Value, Title string
	Selected     bool
}

// Options makes choices of (value, title) pairs and marks the selected value.
func Options(selected string, pairs ...string) []Option {
	var out []Option
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Option{pairs[i], pairs[i+1], pairs[i] == selected})
	}
	return out
}

// Field is one labelled control of a form.
type Field struct {
	Name        string
	Label       string
	Value       string
	Type        string // text (default), password, date, month, number, tel, search, file, textarea, select
	Hint        string
	Error       string
	Options     []Option
	Required    bool
	Wide        bool
	ReadOnly    bool
	Mode        string // inputmode
	Auto        string // autocomplete
	Accept      string // of a file
	Placeholder string
}

func (f Field) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f Field) describedBy() string {
	d := ""
	if f.Hint != "" {
		d = f.Name + "-hint"
	}
	if f.Error != "" {
		if d != "" {
			d += " "
		}
		d += f.Name + "-error"
	}
	return d
}
