package duty

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// lastChange reads what the last change of a roster did.
func (Store) lastChange(ctx context.Context, tx *access.Tx, roster int64) ([]Change, error) {
	var kept []keptChange
	err := tx.QueryRow(ctx, `select last_change from duty_rosters where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": roster}).Scan(&kept)
	list := make([]Change, len(kept))
	for i, k := range kept {
		list[i] = k.change()
	}
	return list, err
}

// undone gives the roster without its last change. Whoever is put back must be able to stand there still.
func (t table) undone(last []Change) ([]Assignment, error) {
	now := bySlot(t.Made)
	for _, c := range last {
		if a := now[c.Slot]; a.Person != c.After.Person || a.Name != c.After.Name {
			return nil, fault.Conflict("%s已再次变动,不能撤销", t.label(c.Slot))
		}
		delete(now, c.Slot)
		if c.Before.Name == "" {
			continue
		}
		if who := t.Plan.person(c.Before.Person); who != nil {
			if why, ok := who.free(c.Day); !ok {
				return nil, fault.Conflict("%s%s%s,不能撤销", who.Name, t.label(c.Slot), why)
			}
		} else if !c.Before.StandIn {
			return nil, fault.Conflict("%s已不在本村(社区)任职,不能撤销", c.Before.Name)
		}
		now[c.Slot] = c.Before
	}
	after := make([]Assignment, 0, len(now))
	for _, s := range t.Plan.Slots {
		if a, ok := now[s]; ok {
			after = append(after, a)
		}
	}
	return after, nil
}

// settled refuses to rewrite what is over: a past month, and the past days of a roster that hangs on the wall.
func (t table) settled(after []Assignment, today time.Time) error {
	if t.Month.Before(month.Of(today)) {
		return fault.Conflict("%s已经过去,值班表不能再改;实际值班情况请用“事后补记”", t.Month.Title())
	}
	for _, c := range changes(t.Made, after) {
		if t.Published() && month.Day(t.Month.Date(c.Day)).Before(today) {
			return fault.Conflict("%s已过,发布的安排不能再改;实际值班情况请用“事后补记”", sayDay(t.Month.Date(c.Day)))
		}
	}
	return nil
}

// undo takes back the last change: of a draft at once, of a published roster as its next version. Undoing twice brings
// the change back.
func (m *Module) undo(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.act(w, r, s, func(tx *access.Tx, t *table) (string, error) {
		if version, err := strconv.Atoi(r.PostForm.Get("version")); err != nil || version != t.Version {
			return "", errMoved
		}
		last, err := m.Store.lastChange(r.Context(), tx, t.ID)
		if err != nil {
			return "", err
		}
		if len(last) == 0 {
			return "", fault.Conflict("没有可以撤销的调整")
		}
		after, err := t.undone(last)
		if err != nil {
			return "", err
		}
		if err := t.settled(after, s.Today()); err != nil {
			return "", err
		}
		done, err := m.Store.apply(r.Context(), tx, &t.Roster, t.Plan.Slots, t.Made, after, strings.TrimSpace(r.PostForm.Get("reason")))
		if t.Published() {
			return fmt.Sprintf("已撤销%d处,成为第%d版,请重新打印张贴", len(done), t.Number), err
		}
		return fmt.Sprintf("已撤销%d处", len(done)), err
	})
}
