// Package workbench owns the first page of every role: what there is to do for the own unit, with number and due date.
//
// It knows no module. Each one hands in a source of tasks and, for a district that starts from nothing, a step of the
// start list; app wires them.
package workbench

import (
	"context"
	"net/http"
	"slices"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
)

// Todo is one thing to do.
type Todo struct {
	Title  string    // 月考评待审核
	Detail string    // 2026年10月 · 安化镇
	Count  int       // how many; 0 hides the number
	Total  int       // of how many; 0 hides it
	Href   string    // where it is done
	Act    string    // 去办理, 催办, 查看
	Due    time.Time // zero: no deadline
}

// Source lists what the actor has to do, within one scoped transaction.
type Source func(ctx context.Context, tx *access.Tx) ([]Todo, error)

// Step is a step of the start list of an empty district.
type Step struct {
	Title string
	Hint  string
	Href  string // empty where somebody else does it
	Who   string // who that is
	Done  bool
}

// StepSource tells how one step stands.
type StepSource func(ctx context.Context, tx *access.Tx) (Step, error)

// Module is the first page as the house mounts it.
type Module struct {
	sources []Source
	steps   []StepSource
}

// New makes the module of its modules' sources and steps, each in the order of the page.
func New(sources []Source, steps []StepSource) *Module { return &Module{sources, steps} }

// PermRead opens the first page; every role has it.
const PermRead access.Permission = "workbench.read"

// Module declares permission, menu and route.
func (m *Module) Module() access.Module {
	return access.Module{
		Name:        "workbench",
		Permissions: []access.Grantable{{Key: PermRead, Title: "工作台", Roles: access.Roles()}},
		Menu:        []access.MenuEntry{{Group: "工作台", Title: "我的待办", Href: "/", Need: PermRead, Order: 1}},
		Routes:      []access.Route{{Method: http.MethodGet, Path: "/", Need: PermRead, Do: m.show}},
	}
}

func (m *Module) show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	switch s.Level() {
	case pg.Platform:
		return httpx.SeeOther(w, r, "/districts")
	case pg.Village:
		return httpx.SeeOther(w, r, "/village")
	}
	p := props{Now: s.Now(), Name: s.Name(), Role: s.Role().Title()}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		for _, source := range m.sources {
			list, err := source(r.Context(), tx)
			if err != nil {
				return err
			}
			p.Todos = append(p.Todos, list...)
		}
		if s.Role() != access.DistrictAdmin && s.Role() != access.DistrictOfficer {
			return nil
		}
		for _, step := range m.steps {
			one, err := step(r.Context(), tx)
			if err != nil {
				return err
			}
			p.Steps = append(p.Steps, one)
		}
		return nil
	})
	if err != nil {
		return err
	}
	// What is due first stands first; what has no deadline stands last.
	slices.SortStableFunc(p.Todos, func(a, b Todo) int {
		switch {
		case a.Due.IsZero() == b.Due.IsZero():
			return a.Due.Compare(b.Due)
		case a.Due.IsZero():
			return 1
		}
		return -1
	})
	return access.Page(w, r, s, access.View{Title: "工作台", AsOf: s.Now().Format("2006-01-02 15:04")}, page(p))
}

type props struct {
	Now   time.Time
	Name  string
	Role  string
	Todos []Todo
	Steps []Step
}

// starting reports whether the district has not finished its start list.
func (p props) starting() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return !s.Done })
}

// daysLeft tells how long a task may wait; negative when it is late.
func (p props) daysLeft(t Todo) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(t.Due).Sub(day(p.Now)).Hours() / 24)
}
