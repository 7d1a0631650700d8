package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// personPanelProps is what duty knows of a person: how often he stood, when he stands next, and when he is away.
type personPanelProps struct {
	Load   Counters // of the last twelve months, today included
	Total  int
	Month  Counters // of this month
	Next   []personDay
	Leaves []Leave
	Today  time.Time
}

type personDay struct {
	RosterID    int64
	OnDay       time.Time
	VillageName string
	StandIn     bool
}

// PersonPanel shows duty on a person's page, as far as the transaction sees it.
func (m *Module) PersonPanel(ctx context.Context, tx *access.Tx, person int64) (access.Panel, error) {
	if !tx.Scope().Can(PermRead) {
		return access.Panel{}, nil
	}
	p := personPanelProps{Today: tx.Scope().Today()}
	cal, err := m.Store.calendar(ctx, tx)
	if err != nil {
		return access.Panel{}, err
	}
	now := month.Of(p.Today)
	days, err := m.Store.stoodOn(ctx, tx, person, p.Today.AddDate(-1, 0, 0), p.Today)
	if err != nil {
		return access.Panel{}, err
	}
	for _, d := range days {
		p.Load[KindOf(cal.Kind(d))]++
		if now.In(d) {
			p.Month[KindOf(cal.Kind(d))]++
		}
		p.Total++
	}
	if p.Next, err = m.Store.standsNext(ctx, tx, person, 5); err != nil {
		return access.Panel{}, err
	}
	if p.Leaves, err = m.Store.leavesOf(ctx, tx, person, now.Add(-windowMonths).First()); err != nil {
		return access.Panel{}, err
	}
	return access.Panel{Title: "值班", Body: personPanel(p)}, nil
}

// stoodOn gives the days of published rosters on which a person really stood.
func (Store) stoodOn(ctx context.Context, tx *access.Tx, person int64, from, to time.Time) ([]time.Time, error) {
	rows, err := tx.Query(ctx, `select a.on_day from `+stood+` a join duty_rosters r on r.tenant_id = a.tenant_id and r.id = a.roster_id
		where a.tenant_id = @tenant and a.person_id = @person and a.on_day between @from and @to
			and r.number > 0 and r.absent_days >> (extract(day from a.on_day)::int - 1) & 1 = 0 order by 1`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person, "from": from, "to": to})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[time.Time])
}

func (Store) standsNext(ctx context.Context, tx *access.Tx, person int64, limit int) ([]personDay, error) {
	rows, err := tx.Query(ctx, `select a.roster_id, a.on_day, r.village_name, a.stand_in from duty_assignments a
			join duty_rosters r on r.tenant_id = a.tenant_id and r.id = a.roster_id
		where a.tenant_id = @tenant and a.person_id = @person and a.on_day >= @today and r.number > 0 order by a.on_day limit @limit`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person, "today": tx.Scope().Today(), "limit": limit})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[personDay])
}

// leavesOf lists a person's leaves in force from a day on, the latest first.
func (Store) leavesOf(ctx context.Context, tx *access.Tx, person int64, from time.Time) ([]Leave, error) {
	rows, err := tx.Query(ctx, `select `+leaveColumns+` from duty_leaves l
			join villages v on v.tenant_id = l.tenant_id and v.township_id = l.township_id and v.id = l.village_id
			join townships t on t.tenant_id = l.tenant_id and t.id = l.township_id
		where l.tenant_id = @tenant and l.person_id = @person and l.cancelled_at is null and upper(l.during) > @from
		order by lower(l.during) desc limit 10`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person, "from": from})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Leave])
}
