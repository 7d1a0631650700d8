package ui

// Frame is what surrounds every page of a logged-in user. Package access builds it once.
type Frame struct {
	Title     string
	Crumbs    []Crumb
	Menu      []MenuGroup
	User      string
	Role      string
	Unit      string
	CanSwitch bool
	Flash     []Flash
	Demo      bool   // the data is invented
	GrantID   string // the grant under which the page was drawn; forms carry it
	AsOf      string
	Scripts   []string // modules of static/js
}

// Crumb is a step of the way back.
type Crumb struct{ Title, Href string }

// MenuGroup is a heading of the navigation with its entries.
type MenuGroup struct {
	Title string
	Items []MenuItem
}

// MenuItem is one page of the navigation.
type MenuItem struct {
	Title  string
	Href   string
	Active bool
	Badge  string
}

// Flash is a message that is shown once. Kinds: success, info, warn, error.
type Flash struct{ Kind, Text string }

// Bare is a page without navigation: log-in, refusals, public pages.
type Bare struct {
	Title   string
	Scripts []string
}

// Print is a page for paper.
type Print struct {
	Title     string
	Landscape bool
}
