package duty

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
)

// ahead are the places that a repair may fill: of a published roster those that are not over.
func (t table) ahead(today time.Time) []Slot {
	return slices.DeleteFunc(slices.Clone(t.Plan.Slots), func(s Slot) bool {
		return t.Published() && month.Day(t.Month.Date(s.Day)).Before(today)
	})
}

// fixed is what a repair did to a roster.
type fixed struct{ filled, left int }

// repair fills what became empty and leaves every other day as it is.
func (st Store) repair(ctx context.Context, tx *access.Tx, t *table) (fixed, error) {
	after, holes := t.Plan.fill(t.Made, t.ahead(tx.Scope().Today()))
	done, err := st.alter(ctx, tx, &t.Roster, t.Plan.Slots, t.Made, after, "补空岗")
	return fixed{len(done), len(holes)}, err
}

// Repair does that for every roster of a month in scope that has an empty day.
func (st Store) Repair(ctx context.Context, tx *access.Tx, at month.Month, township, village int64) (total fixed, rosters int, err error) {
	rows, err := tx.Query(ctx, `select id from duty_rosters where tenant_id = @tenant and month = @month and (@township = 0 or township_id = @township)
		and (@village = 0 or village_id = @village) and empty_days <> 0 order by id for update`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at,
		"township": township, "village": village})
	if err != nil {
		return total, 0, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return total, 0, err
	}
	for _, id := range ids {
		t, err := st.table(ctx, tx, id, true)
		if err != nil {
			return total, 0, err
		}
		one, err := st.repair(ctx, tx, &t)
		if err != nil {
			return total, 0, err
		}
		if total.left += one.left; one.filled > 0 {
			total.filled, rosters = total.filled+one.filled, rosters+1
		}
	}
	return total, rosters, nil
}

func (m *Module) repair(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.act(w, r, s, func(tx *access.Tx, t *table) (string, error) {
		done, err := m.Store.repair(r.Context(), tx, t)
		switch {
		case err != nil:
			return "", err
		case done.filled == 0 && done.left == 0:
			return "没有空岗", nil
		case done.left > 0:
			return fmt.Sprintf("已补%d处;仍有%d处无人可排,请安排代班", done.filled, done.left), nil
		}
		return fmt.Sprintf("已补%d处", done.filled), nil
	})
}

// repairAll fills the empty days of all villages in scope; what nobody of a team can fill stays on the list.
func (m *Module) repairAll(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	if err := mayDraft(at, s); err != nil {
		return err
	}
	var done fixed
	var rosters int
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		done, rosters, err = m.Store.Repair(r.Context(), tx, at, s.Township(), s.Village())
		return err
	})
	if err != nil {
		return err
	}
	if done.filled > 0 {
		access.Flash(r, s, "success", fmt.Sprintf("已为%d个村(社区)补%d处空岗,其他日期不变", rosters, done.filled))
	}
	if done.left > 0 {
		access.Flash(r, s, "warn", fmt.Sprintf("还有%d处空岗本村(社区)无人可排,请指定代班", done.left))
	}
	return httpx.SeeOther(w, r, boardPath(at))
}
