package ui

import "github.com/a-h/templ"

// Step is one stage of a course of work. States: done, now, late, or empty for what lies ahead.
type Step struct{ Title, State, Note, Href string }

// inWords says the state for those who do not see the colour.
func (s Step) inWords() string {
	switch s.State {
	case "done":
		return "已完成"
	case "now":
		return "进行中"
	case "late":
		return "已逾期"
	}
	return "未开始"
}

// FactItem is a term with its value; with an address the value is a link.
type FactItem struct{ Term, Value, Href string }

// StatItem is a figure that leads to what it counts. Kinds: empty, good, warn, bad.
type StatItem struct {
	Label, Value, Unit string
	Note               string // the definition, the as-of date, the denominator
	Href               string
	Kind               string
}

// Tab is one of several views of the same thing, each a page of its own.
type Tab struct {
	Title, Href string
	Active      bool
	Badge       string
}

// Event is one entry of a history. Kinds: empty, info, good, warn, bad.
type Event struct {
	When, Title, Text string
	Kind              string
}

// PanelProps says more about a panel than its title.
type PanelProps struct {
	Title   string
	ID      string // so that a link can lead here
	Note    string
	Actions templ.Component // links or forms beside the title
	Flush   bool            // no inner margin: a table fills it
}
