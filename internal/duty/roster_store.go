package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// place is a village of which a roster is made.
type place struct {
	TownshipID   int64
	TownshipName string
	VillageID    int64
	VillageName  string
}

// places lists the villages in scope that exist in the month, in the order of the tree. township 0 means all of them.
func (Store) places(ctx context.Context, tx *access.Tx, m month.Month, township, village int64) ([]place, error) {
	rows, err := tx.Query(ctx, `select v.township_id, t.name as township_name, v.id as village_id, v.name as village_name
		from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id
		where v.tenant_id = @tenant and (@township::bigint = 0 or v.township_id = @township) and (@village::bigint = 0 or v.id = @village)
			and v.valid_from < @next and (v.valid_to is null or v.valid_to >= @next)
		order by t.code, v.code`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "village": village, "next": m.Next().First()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[place])
}

// missing lists the villages in scope that have no roster of the month yet, or with blank a draft in which nobody stands.
func (Store) missing(ctx context.Context, tx *access.Tx, m month.Month, township, village int64, blank bool) ([]place, error) {
	rows, err := tx.Query(ctx, `select v.township_id, t.name as township_name, v.id as village_id, v.name as village_name
		from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id
		where v.tenant_id = @tenant and (@township::bigint = 0 or v.township_id = @township) and (@village::bigint = 0 or v.id = @village)
			and v.valid_from < @next and (v.valid_to is null or v.valid_to >= @next)
			and not exists (select from duty_rosters r where r.tenant_id = v.tenant_id and r.village_id = v.id and r.month = @month
				and not (@blank and r.number = 0 and r.filled = 0))
		order by t.code, v.code`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "village": village, "month": m,
		"next": m.Next().First(), "blank": blank})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[place])
}

// drafted is a village's draft on its way to the database.
type drafted struct {
	place
	places int
	made   []Assignment
	holes  []Hole
}

func (d drafted) empty() (days Days) {
	for _, h := range d.holes {
		days |= Span(h.Day, h.Day)
	}
	return days
}

// saveDrafts writes rosters and their assignments, whatever their number, with one statement per table. A draft that is
// there already is replaced, one that people changed only if edited says so; a published roster is never touched. What
// stayed is not in the answer.
func (Store) saveDrafts(ctx context.Context, tx *access.Tx, m month.Month, list []drafted, edited bool) (map[int64]int64, error) {
	var townships, villages []int64
	var tNames, vNames []string
	var places, filled, empty []int32
	for _, d := range list {
		townships, villages = append(townships, d.TownshipID), append(villages, d.VillageID)
		tNames, vNames = append(tNames, d.TownshipName), append(vNames, d.VillageName)
		places, filled, empty = append(places, int32(d.places)), append(filled, int32(len(d.made))), append(empty, int32(d.empty()))
	}
	s := tx.Scope()
	rows, err := tx.Query(ctx, `insert into duty_rosters (tenant_id, township_id, village_id, month, township_name, village_name, places, filled,
			empty_days, drafted_by, drafted_at, phone)
		select @tenant, u.township, u.village, @month, u.tname, u.vname, u.places, u.filled, u.empty, @by, @now,
			coalesce((select nullif(p.phone, '') from duty_rosters p where p.tenant_id = @tenant and p.village_id = u.village and p.month < @month
				order by p.month desc limit 1), (select d.phone from duty_phones d where d.tenant_id = @tenant and d.township_id = u.township), '')
		from unnest(@townships::bigint[], @villages::bigint[], @tnames::text[], @vnames::text[], @places::int[], @filled::int[], @empty::int[])
			as u (township, village, tname, vname, places, filled, empty)
		on conflict on constraint duty_rosters_month_key do update set places = excluded.places, filled = excluded.filled,
			empty_days = excluded.empty_days, drafted_by = excluded.drafted_by, drafted_at = excluded.drafted_at, last_change = '[]', edited = false, version = duty_rosters.version + 1
		where duty_rosters.number = 0 and (@edited or not duty_rosters.edited or duty_rosters.filled = 0)
		returning village_id, id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": m, "by": s.Name(), "now": s.Now(), "townships": townships,
		"villages": villages, "tnames": tNames, "vnames": vNames, "places": places, "filled": filled, "empty": empty, "edited": edited})
	if err != nil {
		return nil, err
	}
	ids := make(map[int64]int64, len(list))
	var village, id int64
	if _, err := pgx.ForEachRow(rows, []any{&village, &id}, func() error { ids[village] = id; return nil }); err != nil {
		return nil, err
	}
	rosters := make([]int64, 0, len(ids))
	for _, id := range ids {
		rosters = append(rosters, id)
	}
	if _, err := tx.Exec(ctx, `delete from duty_assignments where tenant_id = @tenant and roster_id = any(@rosters)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "rosters": rosters}); err != nil {
		return nil, err
	}
	var c columns
	for _, d := range list {
		if id, ok := ids[d.VillageID]; ok {
			for _, a := range d.made {
				c.add(m, d.TownshipID, d.VillageID, id, a)
			}
		}
	}
	return ids, c.insert(ctx, tx)
}

// columns are rows of duty_assignments as columns for unnest.
type columns struct {
	townships, villages, rosters  []int64
	days                          []time.Time
	shifts, names, titles, reason []string
	persons                       []*int64
	standIn                       []bool
}

func (c *columns) add(m month.Month, township, village, roster int64, a Assignment) {
	c.townships, c.villages, c.rosters = append(c.townships, township), append(c.villages, village), append(c.rosters, roster)
	c.days, c.shifts = append(c.days, m.Date(a.Day)), append(c.shifts, a.Shift)
	var person *int64
	if a.Person != 0 {
		person = &a.Person
	}
	c.persons, c.names, c.titles = append(c.persons, person), append(c.names, a.Name), append(c.titles, a.Title)
	c.standIn, c.reason = append(c.standIn, a.StandIn), append(c.reason, a.Reason)
}

func (c *columns) insert(ctx context.Context, tx *access.Tx) error {
	if len(c.rosters) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, shift, person_id, person_name,
			title, stand_in, reason)
		select @tenant, u.township, u.village, u.roster, u.day, u.shift, u.person, u.name, u.title, u.stand_in, u.reason
		from unnest(@townships::bigint[], @villages::bigint[], @rosters::bigint[], @days::date[], @shifts::text[], @persons::bigint[],
			@names::text[], @titles::text[], @stand::bool[], @reasons::text[])
			as u (township, village, roster, day, shift, person, name, title, stand_in, reason)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "townships": c.townships, "villages": c.villages, "rosters": c.rosters, "days": c.days,
			"shifts": c.shifts, "persons": c.persons, "names": c.names, "titles": c.titles, "stand": c.standIn, "reasons": c.reason})
	return err
}
