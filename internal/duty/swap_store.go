package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

const swapColumns = `id, township_id, village_id, roster_id, from_person_id, from_name, from_day, from_shift, to_person_id, to_name, to_day, to_shift,
	reason, state, asked_by, asked_at, decided_by, decided_at`

// Swaps lists the swaps of a roster, the latest first.
func (Store) Swaps(ctx context.Context, tx *access.Tx, roster int64) ([]Swap, error) {
	rows, err := tx.Query(ctx, `select `+swapColumns+` from duty_swaps where tenant_id = @tenant and roster_id = @roster order by id desc`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "roster": roster})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Swap])
}

// Swap reads one; lock holds it until the transaction ends.
func (Store) Swap(ctx context.Context, tx *access.Tx, id int64, lock bool) (Swap, error) {
	sql := `select ` + swapColumns + ` from duty_swaps where tenant_id = @tenant and id = @id`
	if lock {
		sql += ` for update`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Swap{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Swap])
}

func (Store) addSwap(ctx context.Context, tx *access.Tx, w *Swap) error {
	s := tx.Scope()
	w.AskedBy, w.AskedAt = s.Name(), s.Now()
	if w.State == swapRecorded {
		w.DecidedBy, w.DecidedAt = w.AskedBy, &w.AskedAt
	}
	err := tx.QueryRow(ctx, `insert into duty_swaps (tenant_id, township_id, village_id, roster_id, from_person_id, from_name, from_day, from_shift,
			to_person_id, to_name, to_day, to_shift, reason, state, asked_by, asked_at, decided_by, decided_at)
		values (@tenant, @township, @village, @roster, @from, @from_name, @from_day, @from_shift, @to, @to_name, @to_day, @to_shift, @reason, @state,
			@by, @at, @decided_by, @decided_at) returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": w.TownshipID, "village": w.VillageID,
		"roster": w.RosterID, "from": w.FromPersonID, "from_name": w.FromName, "from_day": w.FromDay, "from_shift": w.FromShift, "to": w.ToPersonID,
		"to_name": w.ToName, "to_day": w.ToDay, "to_shift": w.ToShift, "reason": w.Reason, "state": w.State, "by": w.AskedBy, "at": w.AskedAt,
		"decided_by": w.DecidedBy, "decided_at": w.DecidedAt}).Scan(&w.ID)
	tx.Audit(access.Line{Action: "duty.swap." + w.State, Object: "duty_swaps", ID: w.ID, Summary: w.Words(), Reason: w.Reason})
	return err
}

// decideSwap ends a swap that waits for its answer.
func (Store) decideSwap(ctx context.Context, tx *access.Tx, w *Swap, state, by string) error {
	if w.State != swapAsked {
		_, text := w.Title(tx.Scope().Today())
		return fault.Conflict("这次换班已经处理过(%s),不能再次处理", text)
	}
	now := tx.Scope().Now()
	w.State, w.DecidedBy, w.DecidedAt = state, by, &now
	_, err := tx.Exec(ctx, `update duty_swaps set state = @state, decided_by = @by, decided_at = @now where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": w.ID, "state": state, "by": by, "now": now})
	tx.Audit(access.Line{Action: "duty.swap." + state, Object: "duty_swaps", ID: w.ID, Summary: w.Words()})
	return err
}

// consent is the purpose of the link by which the second one agrees.
const consent = "duty.swap"

// newConsent makes the link of a swap and ends the ones before it. It outlives the day, so that whoever opens it too late
// reads that it is too late.
func (Store) newConsent(ctx context.Context, tx *access.Tx, w Swap) (string, error) {
	if err := access.RevokeLinks(ctx, tx, consent, w.ID); err != nil {
		return "", err
	}
	last := w.FromDay
	if w.ToDay != nil && w.ToDay.After(last) {
		last = *w.ToDay
	}
	return access.NewLink(ctx, tx, access.Link{Purpose: consent, Township: w.TownshipID, Village: w.VillageID, Subject: w.ID,
		ExpiresAt: last.Add(31 * 24 * time.Hour)})
}

// carryOut makes a swap on its roster, all conditions checked again under lock.
func (st Store) carryOut(ctx context.Context, tx *access.Tx, t *table, w Swap) error {
	after, err := t.carry(w, tx.Scope().Today())
	if err != nil {
		return err
	}
	_, err = st.apply(ctx, tx, &t.Roster, t.Plan.Slots, t.Made, after, w.Words())
	return err
}

// answer takes the second one's answer to a swap that waits, and carries it out if he agrees. The roster is locked first,
// as everybody does who changes it.
func (st Store) answer(ctx context.Context, tx *access.Tx, id, roster int64, answer string) error {
	t, err := st.table(ctx, tx, roster, true)
	if err != nil {
		return err
	}
	asked, err := st.Swap(ctx, tx, id, true)
	if err != nil {
		return err
	}
	if asked.State == swapAsked && asked.over(tx.Scope().Today()) {
		return fault.Conflict("值班日期已过,不能再确认换班")
	}
	if err := st.decideSwap(ctx, tx, &asked, answer, asked.ToName); err != nil || answer == swapDeclined {
		return err
	}
	return st.carryOut(ctx, tx, &t, asked)
}
