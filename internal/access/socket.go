package access

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// Task is one thing that waits for the actor: on the first page of his role, and in 交接 of an account.
type Task struct {
	Title  string    // 月考评待审核
	Detail string    // 2026年10月 · 安化镇
	Count  int       // how many; 0 hides the number
	Total  int       // of how many; 0 hides it
	Href   string    // where it is done
	Act    string    // 去办理, 催办, 查看
	Due    time.Time // zero: no deadline
}

// Progress is how many, and of how many where that is known.
func (t Task) Progress() string {
	if t.Total > 0 {
		return strconv.Itoa(t.Count) + "/" + strconv.Itoa(t.Total)
	}
	return strconv.Itoa(t.Count)
}

// TaskSource lists what a module asks of the actor of a scoped transaction.
type TaskSource func(ctx context.Context, tx *Tx) ([]Task, error)

// Tasks lists what all modules of the house ask of the actor, in the order in which they are mounted.
func Tasks(ctx context.Context, tx *Tx) ([]Task, error) {
	var all []Task
	for _, m := range tx.Scope().core.modules {
		if m.Tasks == nil {
			continue
		}
		list, err := m.Tasks(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("tasks of %s: %w", m.Name, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// Panel is what one module shows on the page of another. Without a body it is left out.
type Panel struct {
	Title string
	Body  templ.Component
}

// PersonPanel shows what a module knows of a person, on the person's page.
type PersonPanel func(ctx context.Context, tx *Tx, person int64) (Panel, error)

// VillagePanel shows what a module has for the village of the transaction, on the one screen that it opens on a phone. The
// whole screen weighs less than 30 KB and needs no script.
type VillagePanel func(ctx context.Context, tx *Tx) (Panel, error)

// PersonPanels collects what all modules of the house show of a person, in the order in which they are mounted.
func PersonPanels(ctx context.Context, tx *Tx, person int64) ([]Panel, error) {
	return collect(tx, func(m Module) (Panel, error) {
		if m.Person == nil {
			return Panel{}, nil
		}
		return m.Person(ctx, tx, person)
	})
}

// VillagePanels collects what all modules show to the village of the transaction, in the order in which they are mounted.
func VillagePanels(ctx context.Context, tx *Tx) ([]Panel, error) {
	return collect(tx, func(m Module) (Panel, error) {
		if m.Village == nil {
			return Panel{}, nil
		}
		return m.Village(ctx, tx)
	})
}

func collect(tx *Tx, ask func(Module) (Panel, error)) ([]Panel, error) {
	var list []Panel
	for _, m := range tx.Scope().core.modules {
		p, err := ask(m)
		if err != nil {
			return nil, fmt.Errorf("panel of %s: %w", m.Name, err)
		}
		if p.Body != nil {
			list = append(list, p)
		}
	}
	return list, nil
}

// Span is the time that figures are about: counts of what happened from a day on, and the state of things on the last day.
type Span struct{ From, On time.Time }

// Figure is a number that a module has for the report about the work as a whole (工作综述), with the way to what it counts.
type Figure struct {
	Group    string // 队伍结构
	Order    int    // figures and groups stand in the order of the smallest number
	Title    string // 专业化管理的村党组织书记
	Value    string // 183, 70.2%
	Unit     string
	Note     string // what is counted, of how many, and when
	Href     string
	Sentence string // as the document says it, without a full stop
}

// FigureSource gives the figures of a module within the transaction's scope.
type FigureSource func(ctx context.Context, tx *Tx, span Span) ([]Figure, error)

// Figures collects what all modules of the house have, in their order.
func Figures(ctx context.Context, tx *Tx, span Span) ([]Figure, error) {
	var all []Figure
	for _, m := range tx.Scope().core.modules {
		if m.Figures == nil {
			continue
		}
		list, err := m.Figures(ctx, tx, span)
		if err != nil {
			return nil, fmt.Errorf("figures of %s: %w", m.Name, err)
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b Figure) int { return a.Order - b.Order })
	return all, nil
}

// Listener follows an act of another module in the transaction of that act: what it refuses does not happen.
type Listener func(ctx context.Context, tx *Tx, l Line) error

// tell hands the lines of the transaction to the modules that listen to such acts, also those that listeners add.
func (tx *Tx) tell(ctx context.Context) error {
	for i := 0; i < len(tx.lines); i++ {
		for _, m := range tx.scope.core.modules {
			hear := m.Hears[tx.lines[i].Action]
			if hear == nil {
				continue
			}
			if err := hear(ctx, tx, tx.lines[i]); err != nil {
				return fmt.Errorf("%s after %s: %w", m.Name, tx.lines[i].Action, err)
			}
		}
	}
	return nil
}
