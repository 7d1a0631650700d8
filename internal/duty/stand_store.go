package duty

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// Who really stood is the assignment (a), unless 事后补记 (s) names somebody else there, and whom it names in a place that
// the roster leaves empty. A query over many villages joins each half by itself; stood is both halves as one table, for a
// query that narrows it to one person or to one day: joined to many rosters, no index would serve it.
const (
	insteadOf = ` left join duty_stands s on s.tenant_id = a.tenant_id and s.roster_id = a.roster_id and s.on_day = a.on_day and s.shift = a.shift
		and s.withdrawn_at is null `
	inEmptyPlace = ` s.withdrawn_at is null and not exists (select from duty_assignments a where a.tenant_id = s.tenant_id and a.roster_id = s.roster_id
		and a.on_day = s.on_day and a.shift = s.shift) `
)

const stood = `(select a.tenant_id, a.township_id, a.village_id, a.roster_id, a.on_day, a.shift, a.person_id, a.person_name, a.title, a.stand_in, a.reason
		from duty_assignments a where not exists (select from duty_stands s where s.tenant_id = a.tenant_id and s.roster_id = a.roster_id
			and s.on_day = a.on_day and s.shift = a.shift and s.withdrawn_at is null)
	union all select s.tenant_id, s.township_id, s.village_id, s.roster_id, s.on_day, s.shift, s.person_id, s.person_name, s.title, false, s.reason
		from duty_stands s where s.withdrawn_at is null)`

// Stands reads who really stood, as far as it differs from the roster, with the entries that were withdrawn.
func (Store) Stands(ctx context.Context, tx *access.Tx, roster int64) ([]Stand, error) {
	rows, err := tx.Query(ctx, `select id, on_day, shift, person_id, person_name, title, reason, recorded_by, recorded_at, withdrawn_at, withdrawn_by,
			withdraw_reason from duty_stands
		where tenant_id = @tenant and roster_id = @roster order by on_day, shift, id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "roster": roster})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Stand])
}

// setStand keeps an entry in the place of an earlier one about the same place, which stays on record as withdrawn.
func (st Store) setStand(ctx context.Context, tx *access.Tx, r Roster, s Stand) error {
	if s.ID != 0 { // it stands there already
		return nil
	}
	var before []string
	for _, old := range s.replaces {
		if err := st.endStand(ctx, tx, old, "另行补记:"+s.PersonName); err != nil {
			return err
		}
		before = append(before, old.PersonName)
	}
	scope := tx.Scope()
	_, err := tx.Exec(ctx, `insert into duty_stands (tenant_id, township_id, village_id, roster_id, on_day, shift, person_id, person_name, title, reason,
			recorded_by, recorded_at)
		values (@tenant, @township, @village, @roster, @day, @shift, @person, @name, @title, @reason, @by, @now)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": r.TownshipID, "village": r.VillageID, "roster": r.ID, "day": s.OnDay, "shift": s.Shift, "person": s.PersonID, "name": s.PersonName,
		"title": s.Title, "reason": s.Reason, "by": scope.Name(), "now": scope.Now()})
	tx.Audit(access.Line{Action: "duty.stand", Object: "duty_rosters", ID: r.ID, Reason: s.Reason,
		Summary: fmt.Sprintf("事后补记:%s%s由%s值班", r.VillageName, sayDay(s.OnDay), s.PersonName), Detail: map[string]any{"before": before}})
	return err
}

// withdrawStand takes an entry back: the roster holds again.
func (st Store) withdrawStand(ctx context.Context, tx *access.Tx, r Roster, s Stand, reason string) error {
	tx.Audit(access.Line{Action: "duty.stand.withdraw", Object: "duty_rosters", ID: r.ID, Reason: reason, Person: s.PersonID,
		Summary: fmt.Sprintf("撤销事后补记:%s%s由%s值班", r.VillageName, sayDay(s.OnDay), s.PersonName)})
	return st.endStand(ctx, tx, s, reason)
}

func (Store) endStand(ctx context.Context, tx *access.Tx, s Stand, reason string) error {
	scope := tx.Scope()
	_, err := tx.Exec(ctx, `update duty_stands set withdrawn_at = @now, withdrawn_by = @by, withdraw_reason = @reason
		where tenant_id = @tenant and id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": s.ID, "now": scope.Now(), "by": scope.Name(), "reason": reason})
	return err
}
