package access

import (
	"fmt"
	"net/http"
	"strings"

	"touyan/internal/platform/pg"
)

// Permission names one act, such as "cadre.read".
type Permission string

// Grantable is a permission as its module declares it.
type Grantable struct {
	Key   Permission
	Title string // for the page that shows who may do what
	Roles []Role // the roles that have it
}

// MenuEntry is a page that a role finds in the navigation, if it holds the permission.
type MenuEntry struct {
	Group string
	Title string
	Href  string
	Need  Permission
	Order int // groups and entries stand in the order of the smallest number
}

// Handler answers a request that has passed the Gate.
type Handler func(w http.ResponseWriter, r *http.Request, s Scope) error

// Route is a page or act behind a permission.
type Route struct {
	Method string
	Path   string
	Need   Permission
	Do     Handler
	// Upload lets a POST carry files up to 20 MB. Other posts end at 1 MB.
	Upload bool
}

// PublicRoute answers without a session. All of them stand in a public.go, each with the reason.
type PublicRoute struct {
	Method string
	Path   string
	Why    string
	Do     func(w http.ResponseWriter, r *http.Request) error
}

// Module is what a module of the product offers to the house.
type Module struct {
	Name        string
	Permissions []Grantable
	Menu        []MenuEntry
	Routes      []Route
	Public      []PublicRoute
	Sentences   pg.Sentences // constraint name → what the user reads
	Sealed      []Sealed     // where its tables keep what is encrypted
	Bind        func(*Core)  // hands over the core, which is made after the modules; nil where nothing needs it

	// What it shows on pages of others; nil where it shows nothing.
	Tasks   TaskSource
	Person  PersonPanel
	Village VillagePanel
	Figures FigureSource

	// Hears are the acts of others that it follows, by the action of their audit line, such as cadre.leave.
	Hears map[string]Listener
}

// Own marks what every logged-in user may do with his own account and session.
const Own Permission = "own"

func (c *Core) register(modules []Module) error {
	c.modules = modules
	declared := map[Permission]bool{}
	for _, m := range modules {
		for _, p := range m.Permissions {
			if declared[p.Key] {
				return fmt.Errorf("permission %s is declared twice", p.Key)
			}
			declared[p.Key] = true
			if len(p.Roles) == 0 {
				return fmt.Errorf("permission %s can be used by no role", p.Key)
			}
			for _, r := range p.Roles {
				if !r.Known() {
					return fmt.Errorf("permission %s names the unknown role %s", p.Key, r)
				}
				if c.can[r] == nil {
					c.can[r] = map[Permission]bool{}
				}
				c.can[r][p.Key] = true
			}
		}
		for name, sentence := range m.Sentences {
			c.sentences[name] = sentence
		}
	}
	for _, m := range modules {
		for _, r := range m.Routes {
			if !declared[r.Need] {
				return fmt.Errorf("route %s %s needs %q, which no module declares", r.Method, r.Path, r.Need)
			}
			if r.Do == nil || !strings.HasPrefix(r.Path, "/") {
				return fmt.Errorf("route %s %q of %s is not complete", r.Method, r.Path, m.Name)
			}
		}
		for _, e := range m.Menu {
			if !declared[e.Need] {
				return fmt.Errorf("menu entry %s needs %q, which no module declares", e.Title, e.Need)
			}
		}
	}
	return nil
}
