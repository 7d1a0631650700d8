// Package workbench owns the first page of every role: what there is to do for the own unit, with number and due date.
//
// It knows no module. Each one declares its tasks; the steps of the start list, for a district that starts from nothing,
// are handed over by app.
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
	steps []StepSource
}

// New makes the module of the start list's steps, in the order of the page.
func New(steps []StepSource) *Module { return &Module{steps} }

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
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Tasks, err = access.Tasks(r.Context(), tx); err != nil {
			return err
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
	slices.SortStableFunc(p.Tasks, func(a, b access.Task) int {
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
	Tasks []access.Task
	Steps []Step
}

// starting reports whether the district has not finished its start list.
func (p props) starting() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return !s.Done })
}

// daysLeft tells how long a task may wait; negative when it is late.
func (p props) daysLeft(t access.Task) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(t.Due).Sub(day(p.Now)).Hours() / 24)
}
