package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// target is a village as the round of a day shows it: who should be there, and what was found on that day already.
type target struct {
	VillageID   int64
	VillageName string
	RosterID    int64
	Phone       string
	LastOn      *time.Time // the last check before the day
	LastResult  string
	TodayResult string // what the last check of the day itself found; empty if there was none
}

// candidate is the target as the suggestion sees it.
func (t target) candidate() Candidate {
	c := Candidate{Village: t.VillageID}
	if t.LastOn != nil {
		c.Last = *t.LastOn
	}
	return c
}

// targets lists the villages in scope that have a published roster for a day, in the order of the tree.
func (Store) targets(ctx context.Context, tx *access.Tx, day time.Time) ([]target, error) {
	rows, err := tx.Query(ctx, `select r.village_id, r.village_name, r.id as roster_id, r.phone, b.on_day as last_on, coalesce(b.result, '') as last_result,
			coalesce(n.result, '') as today_result
		from duty_rosters r join villages v on v.tenant_id = r.tenant_id and v.id = r.village_id
			left join lateral (select c.on_day, c.result from duty_checks c where c.tenant_id = r.tenant_id and c.township_id = r.township_id
				and c.village_id = r.village_id and c.on_day < @day and c.voided_at is null order by c.on_day desc, c.checked_at desc limit 1) b on true
			left join lateral (select c.result from duty_checks c where c.tenant_id = r.tenant_id and c.township_id = r.township_id
				and c.village_id = r.village_id and c.on_day = @day and c.voided_at is null order by c.checked_at desc limit 1) n on true
		where r.tenant_id = @tenant and r.month = @month and r.number > 0 order by v.code`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": month.Of(day), "day": day})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[target])
}
