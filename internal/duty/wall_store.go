package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
	"touyan/internal/platform/workday"
)

// Version is a published state of a roster, as it is kept for ever.
type Version struct {
	Number  int
	Reason  string
	Days    []written
	Changes []writtenChange
	Phone   string
	MadeBy  string
	MadeAt  time.Time
}

// Made is who stood, as the version wrote it.
func (v Version) Made() []Assignment {
	list := make([]Assignment, len(v.Days))
	for i, d := range v.Days {
		list[i] = Assignment{Slot: Slot{d.Day, d.Shift}, Name: d.Name, Title: d.Title, StandIn: d.StandIn}
	}
	return list
}

// Versions lists the published states of a roster, the latest first.
func (Store) Versions(ctx context.Context, tx *access.Tx, roster int64) ([]Version, error) {
	rows, err := tx.Query(ctx, `select number, reason, days, changes, phone, made_by, made_at from duty_versions
		where tenant_id = @tenant and roster_id = @roster order by number desc`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "roster": roster})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Version])
}

// published lists the published rosters of a month, of one township or (0) all, in the order of the tree.
func (Store) published(ctx context.Context, tx *access.Tx, m month.Month, township int64) ([]Roster, error) {
	rows, err := tx.Query(ctx, `select `+rosterColumns+` from duty_rosters where tenant_id = @tenant and month = @month and number > 0
		and (@township::bigint = 0 or township_id = @township)
		order by (select code from villages v where v.tenant_id = duty_rosters.tenant_id and v.id = duty_rosters.village_id)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": m, "township": township})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Roster])
}

// since tells when the version that hangs was made, by roster.
func (Store) since(ctx context.Context, tx *access.Tx, rosters []int64) (map[int64]time.Time, error) {
	rows, err := tx.Query(ctx, `select distinct on (roster_id) roster_id, made_at from duty_versions
		where tenant_id = @tenant and roster_id = any(@rosters) order by roster_id, number desc`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "rosters": rosters})
	if err != nil {
		return nil, err
	}
	out := make(map[int64]time.Time, len(rosters))
	var id int64
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &at}, func() error { out[id] = at; return nil })
	return out, err
}

// walls makes the sheets of rosters of one month: one question per table, whatever their number.
func (st Store) walls(ctx context.Context, tx *access.Tx, m month.Month, list []Roster) ([]wall, Settings, error) {
	set, err := st.Settings(ctx, tx)
	if err != nil {
		return nil, set, err
	}
	cal, err := st.calendar(ctx, tx)
	if err != nil {
		return nil, set, err
	}
	ids := make([]int64, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	made, err := st.Assignments(ctx, tx, ids...)
	if err != nil {
		return nil, set, err
	}
	since, err := st.since(ctx, tx, ids)
	days := make([]workday.Info, m.Days())
	for i := range days {
		days[i] = cal.Kind(m.Date(i + 1))
	}
	walls := make([]wall, len(list))
	for i, r := range list {
		walls[i] = wall{Township: r.TownshipName, Village: r.VillageName, Month: m, Number: r.Number, Since: since[r.ID], Phone: r.Phone, Made: made[r.ID],
			Empty: r.Empty(), Shifts: set.For(m), Calendar: days, Known: cal.Known(m.Year()), Present: r.Number}
	}
	return walls, set, err
}

// pastWalls makes the sheet of one version, from what that version wrote.
func (st Store) pastWalls(ctx context.Context, tx *access.Tx, r Roster, v Version) ([]wall, error) {
	list, _, err := st.walls(ctx, tx, r.Month, []Roster{r})
	if err != nil {
		return nil, err
	}
	w := &list[0]
	w.Number, w.Since, w.Phone, w.Made, w.Empty = v.Number, v.MadeAt, v.Phone, v.Made(), Span(1, r.Month.Days())
	for _, a := range w.Made {
		w.Empty &^= Span(a.Day, a.Day)
	}
	return list, nil
}
