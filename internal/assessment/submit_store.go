package assessment

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// checkup reads a sheet with everything that its submission depends on.
func (m *Module) checkup(ctx context.Context, tx *access.Tx, id int64, lock bool) (*checkup, error) {
	v, err := m.Store.review(ctx, tx, id, lock)
	if err != nil {
		return nil, err
	}
	c := &checkup{review: v}
	if c.Changes, _, err = m.pending(ctx, tx, c.desk); err != nil {
		return nil, err
	}
	if c.Proposals, err = m.Store.proposals(ctx, tx, c.Sheet, lock); err != nil {
		return nil, err
	}
	c.check()
	return c, nil
}

// explainJumps stores the reasons of rows.
func (Store) explainJumps(ctx context.Context, tx *access.Tx, sheet Sheet, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	ids, reasons := make([]int64, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		ids[i], reasons[i] = r.ID, r.JumpReason
	}
	_, err := tx.Exec(ctx, `update assessment_rows set jump_reason = (@reasons::text[])[array_position(@ids::bigint[], id)], version = version + 1
		where tenant_id = @tenant and township_id = @township and sheet_id = @sheet and id = any(@ids)`, pgx.StrictNamedArgs{
		"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID, "ids": ids, "reasons": reasons})
	tx.Audit(access.Line{Action: "assessment.explain", Object: "assessment_sheets", ID: sheet.ID,
		Summary: fmt.Sprintf("说明分数变化原因:%s%s,%d人", sheet.TownshipName, sheet.Month.Title(), len(rows)), Detail: map[string]any{"rows": ids}})
	return err
}

// submit freezes the rows and hands the sheet to the township's leader. The desk was read under lock and checked.
func (s Store) submit(ctx context.Context, tx *access.Tx, d *desk) error {
	act := d.submitAct()
	next, err := Next(d.State, act)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update assessment_rows set state = 'frozen', version = version + 1 where tenant_id = @tenant
			and township_id = @township and sheet_id = @sheet and removed_at is null and state <> 'frozen'`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": d.Sheet.TownshipID, "sheet": d.Sheet.ID}); err != nil {
		return err
	}
	who, now := tx.Scope(), tx.Scope().Now()
	d.State, d.Sheet.State = next, next.Stored()
	d.Sheet.SubmittedBy, d.Sheet.SubmittedHolder, d.Sheet.SubmittedAt = who.Name(), who.Holder(), &now
	d.Sheet.ReturnRequested, d.Sheet.ReviewOpenedAt = "", nil
	return s.acted(ctx, tx, d, act, "")
}

// withdraw gives the sheet back to the clerk.
func (s Store) withdraw(ctx context.Context, tx *access.Tx, d *desk) error {
	next, err := Next(d.State, ActWithdraw)
	if err != nil {
		return err
	}
	var ids []int64
	var states []string
	for id, state := range d.withdrawn() {
		ids, states = append(ids, id), append(states, string(state))
	}
	if _, err := tx.Exec(ctx, `update assessment_rows r set state = u.state, version = r.version + 1
		from (select * from unnest(@ids::bigint[], @states::text[]) as u (id, state)) u
		where r.tenant_id = @tenant and r.township_id = @township and r.id = u.id and r.state <> u.state`, pgx.StrictNamedArgs{
		"tenant": tx.Tenant(), "township": d.Sheet.TownshipID, "ids": ids, "states": states}); err != nil {
		return err
	}
	d.State, d.Sheet.State = next, next.Stored()
	d.Sheet.SubmittedBy, d.Sheet.SubmittedHolder, d.Sheet.SubmittedAt = "", 0, nil
	return s.acted(ctx, tx, d, ActWithdraw, "")
}

// requestReturn asks the reviewer, who has begun, to give the sheet back.
func (s Store) requestReturn(ctx context.Context, tx *access.Tx, d *desk, reason string) error {
	if _, err := Next(d.State, ActRequestReturn); err != nil {
		return err
	}
	d.Sheet.ReturnRequested = reason
	return s.acted(ctx, tx, d, ActRequestReturn, reason)
}

// acted stores the sheet after an act on the whole of it, with its lines in timeline and trail.
func (s Store) acted(ctx context.Context, tx *access.Tx, d *desk, act Act, reason string) error {
	if err := s.saveSheet(ctx, tx, d.Sheet); err != nil {
		return err
	}
	d.Sheet.Version++
	tx.Audit(access.Line{Action: "assessment." + string(act), Object: "assessment_sheets", ID: d.Sheet.ID, Reason: reason,
		Summary: fmt.Sprintf("%s:%s%s,%d人", act.Title(), d.Sheet.TownshipName, d.Sheet.Month.Title(), len(d.Rows))})
	return s.act(ctx, tx, d.Sheet, 0, act, reason, map[string]any{"rows": len(d.Rows)})
}
