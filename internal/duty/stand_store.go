package duty

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// Stands reads who really stood, as far as it differs from the roster.
func (Store) Stands(ctx context.Context, tx *access.Tx, roster int64) ([]Stand, error) {
	rows, err := tx.Query(ctx, `select on_day, shift, person_id, person_name, title, reason, recorded_by, recorded_at from duty_stands
		where tenant_id = @tenant and roster_id = @roster order by on_day, shift`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "roster": roster})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Stand])
}

// setStand keeps an entry in the place of an earlier one about the same place; the trail keeps both.
func (Store) setStand(ctx context.Context, tx *access.Tx, r Roster, s Stand) error {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "roster": r.ID, "day": s.OnDay, "shift": s.Shift}
	rows, err := tx.Query(ctx, `delete from duty_stands where tenant_id = @tenant and roster_id = @roster and on_day = @day and shift = @shift returning person_name`, args)
	if err != nil {
		return err
	}
	before, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	scope := tx.Scope()
	_, err = tx.Exec(ctx, `insert into duty_stands (tenant_id, township_id, village_id, roster_id, on_day, shift, person_id, person_name, title, reason,
			recorded_by, recorded_at)
		values (@tenant, @township, @village, @roster, @day, @shift, @person, @name, @title, @reason, @by, @now)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": r.TownshipID, "village": r.VillageID, "roster": r.ID, "day": s.OnDay, "shift": s.Shift, "person": s.PersonID, "name": s.PersonName,
		"title": s.Title, "reason": s.Reason, "by": scope.Name(), "now": scope.Now()})
	tx.Audit(access.Line{Action: "duty.stand", Object: "duty_rosters", ID: r.ID, Reason: s.Reason,
		Summary: fmt.Sprintf("事后补记:%s%s由%s值班", r.VillageName, sayDay(s.OnDay), s.PersonName), Detail: map[string]any{"before": before}})
	return err
}
