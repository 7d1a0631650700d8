package duty

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// Past is a village's roster as it came about before it is written here, with all its versions.
type Past struct {
	TownshipID, VillageID     int64
	TownshipName, VillageName string
	Phone                     string
	Plan                      Plan         // of its places
	Draft                     []Assignment // who stands where nothing was published
	Versions                  []PastVersion
	By                        string
	At                        time.Time // when it was drafted
}

// PastVersion is a published state of a roster.
type PastVersion struct {
	Days   []Assignment
	Reason string
	By     string
	At     time.Time
}

// made is who stands now.
func (p Past) made() []Assignment {
	if n := len(p.Versions); n > 0 {
		return p.Versions[n-1].Days
	}
	return p.Draft
}

// ImportPast writes rosters of one month with the times and names of their own days, whatever their number, with one
// statement per table, and gives their keys by village. Nothing that is there already is touched: the month must be new.
func (st Store) ImportPast(ctx context.Context, tx *access.Tx, m month.Month, list []Past) (map[int64]int64, error) {
	ids, err := st.pastRosters(ctx, tx, m, list)
	if err != nil {
		return nil, err
	}
	var rosters, townships, villages []int64
	var numbers []int32
	var reasons, days, changed, phones, by []string
	var at []time.Time
	var c columns
	for _, p := range list {
		id := ids[p.VillageID]
		for _, a := range p.made() {
			c.add(m, p.TownshipID, p.VillageID, id, a)
		}
		var before []Assignment
		for i, v := range p.Versions {
			var list []Change
			if i > 0 {
				list = changes(before, v.Days)
			}
			state, err := json.Marshal(write(v.Days))
			if err != nil {
				return nil, err
			}
			difference, err := json.Marshal(writeChanges(list))
			if err != nil {
				return nil, err
			}
			rosters, townships, villages = append(rosters, id), append(townships, p.TownshipID), append(villages, p.VillageID)
			numbers, reasons, days, changed = append(numbers, int32(i+1)), append(reasons, v.Reason), append(days, string(state)), append(changed, string(difference))
			phones, by, at = append(phones, p.Phone), append(by, v.By), append(at, v.At)
			before = v.Days
		}
	}
	if err := c.insert(ctx, tx); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `insert into duty_versions (tenant_id, township_id, village_id, roster_id, number, reason, days, changes, phone, made_by, made_at)
		select @tenant, u.township, u.village, u.roster, u.number, u.reason, u.days::jsonb, u.changes::jsonb, u.phone, u.by, u.at
		from unnest(@townships::bigint[], @villages::bigint[], @rosters::bigint[], @numbers::int[], @reasons::text[], @days::text[],
			@changes::text[], @phones::text[], @by::text[], @at::timestamptz[])
			as u (township, village, roster, number, reason, days, changes, phone, by, at)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "townships": townships, "villages": villages, "rosters": rosters, "numbers": numbers,
			"reasons": reasons, "days": days, "changes": changed, "phones": phones, "by": by, "at": at})
	return ids, err
}

func (Store) pastRosters(ctx context.Context, tx *access.Tx, m month.Month, list []Past) (map[int64]int64, error) {
	var townships, villages []int64
	var tNames, vNames, phones, by []string
	var places, filled, empty, numbers []int32
	var at []time.Time
	var published []*time.Time
	for _, p := range list {
		made := p.made()
		townships, villages = append(townships, p.TownshipID), append(villages, p.VillageID)
		tNames, vNames, phones, by = append(tNames, p.TownshipName), append(vNames, p.VillageName), append(phones, p.Phone), append(by, p.By)
		places, filled = append(places, int32(len(p.Plan.Slots))), append(filled, int32(len(made)))
		empty, numbers, at = append(empty, int32(emptyDays(p.Plan.Slots, made))), append(numbers, int32(len(p.Versions))), append(at, p.At)
		var first *time.Time
		if len(p.Versions) > 0 {
			first = &p.Versions[0].At
		}
		published = append(published, first)
	}
	rows, err := tx.Query(ctx, `insert into duty_rosters (tenant_id, township_id, village_id, month, township_name, village_name, places, filled,
			empty_days, phone, number, published_at, drafted_by, drafted_at)
		select @tenant, u.township, u.village, @month, u.tname, u.vname, u.places, u.filled, u.empty, u.phone, u.number, u.published, u.by, u.at
		from unnest(@townships::bigint[], @villages::bigint[], @tnames::text[], @vnames::text[], @places::int[], @filled::int[], @empty::int[],
			@phones::text[], @numbers::int[], @published::timestamptz[], @by::text[], @at::timestamptz[])
			as u (township, village, tname, vname, places, filled, empty, phone, number, published, by, at)
		returning village_id, id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": m, "townships": townships, "villages": villages,
		"tnames": tNames, "vnames": vNames, "places": places, "filled": filled, "empty": empty, "phones": phones, "numbers": numbers,
		"published": published, "by": by, "at": at})
	if err != nil {
		return nil, err
	}
	ids := make(map[int64]int64, len(list))
	var village, id int64
	_, err = pgx.ForEachRow(rows, []any{&village, &id}, func() error { ids[village] = id; return nil })
	return ids, err
}
