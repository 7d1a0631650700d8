package ui

// Frame is what surrounds every page of a logged-in user. Package access builds it once.
type Frame struct {
	Title     string
	Crumbs    []Crumb // the way here, without the page itself; the first ones name the scope
	Menu      []MenuGroup
	User      string
	Role      string
	Unit      string
	CanSwitch bool
	Flash     []Flash
	Demo      bool     // the data is invented
	GrantID   string   // the grant under which the page was drawn; forms carry it
	AsOf      string   // shown beside the title
	Scripts   []string // modules below static, such as js/grid.js
	Print     bool     // offers the browser's print beside the title
	Contact   string   // whom to ask; at the foot of the phone page
}

// Crumb is a step of the way back. Without an address it is plain text.
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
	Lead    string // a few words beside the brand
	Wide    bool   // for public tables and notices
	Scripts []string
}

// Print is a page for paper.
type Print struct {
	Title     string
	Landscape bool
	Back      string   // where the link on the screen leads
	Still     bool     // no script at all: the page of a village on a slow line
	Paper     string   // what to put into the printer, A4 if empty
	Sheets    []string // style sheets of this form, loaded last
}

func (p Print) scripts() []string {
	if p.Still {
		return nil
	}
	return []string{"js/print.js"}
}

func (p Print) sheets() []string {
	sheets := []string{"print.css"}
	if p.Landscape {
		sheets = append(sheets, "landscape.css")
	}
	return append(sheets, p.Sheets...)
}

func (p Print) paper() string {
	if p.Paper == "" {
		return "A4"
	}
	return p.Paper
}

func (f Frame) scripts() []string { return append([]string{"js/app.js"}, f.Scripts...) }

// back is the nearest step of the way back that has an address.
func (f Frame) back() (Crumb, bool) {
	for i := len(f.Crumbs) - 1; i >= 0; i-- {
		if f.Crumbs[i].Href != "" {
			return f.Crumbs[i], true
		}
	}
	return Crumb{}, false
}

// urgency is the live region role of a message: refusals interrupt, the rest waits.
func urgency(kind string) string {
	if kind == "error" {
		return "alert"
	}
	return "status"
}
