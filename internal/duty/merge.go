package duty

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// merged follows two files of the register that became one (疑似重复人员), or one that became two again: what is still to
// come goes with the posts. What is over keeps the file and the name under which it was recorded.
func (m *Module) merged(ctx context.Context, tx *access.Tx, l access.Line) error {
	kept, ok := l.Detail["kept"].(int64)
	merged, also := l.Detail["merged"].(int64)
	if !ok || !also {
		return fmt.Errorf("%s names no two files", l.Action)
	}
	from, to := merged, kept
	if l.Action == "cadre.unmerge" {
		from, to = kept, merged
	}
	if err := m.Store.handOver(ctx, tx, from, to); err != nil {
		return err
	}
	// Who stood twice on one day under two files stands once, and the other place is empty and reported.
	_, err := m.Store.Vacate(ctx, tx, from)
	return err
}

// handOver gives the places, leaves, wishes and open swaps that are still to come from one file to another, in the villages
// that the other one serves by now and the first one does not.
func (Store) handOver(ctx context.Context, tx *access.Tx, from, to int64) error {
	const serves = ` exists (select from appointments k where k.tenant_id = @tenant and k.person_id = @to and k.village_id = x.village_id
			and (upper_inf(k.during) or upper(k.during) > @today))
		and not exists (select from appointments o where o.tenant_id = @tenant and o.person_id = @from and o.village_id = x.village_id
			and (upper_inf(o.during) or upper(o.during) > @today))`
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "from": from, "to": to, "today": tx.Scope().Today()}
	var moved int64
	for _, sql := range []string{
		// A stand-in serves any village of the township: he goes with the file where that has no post left.
		`update duty_assignments x set person_id = @to where x.tenant_id = @tenant and x.person_id = @from and x.on_day >= @today
			and (` + serves + ` or x.stand_in and not exists (select from appointments o where o.tenant_id = @tenant and o.person_id = @from
				and (upper_inf(o.during) or upper(o.during) > @today)))
			and not exists (select from duty_assignments y where y.tenant_id = @tenant and y.person_id = @to and y.on_day = x.on_day)`,
		`update duty_leaves x set person_id = @to, version = version + 1 where x.tenant_id = @tenant and x.person_id = @from and x.cancelled_at is null
			and upper(x.during) > @today and` + serves + `
			and not exists (select from duty_leaves y where y.tenant_id = @tenant and y.person_id = @to and y.cancelled_at is null and y.during && x.during)`,
		`insert into duty_wishes (tenant_id, township_id, village_id, person_id, on_day, recorded_by, recorded_at)
			select tenant_id, township_id, village_id, @to, on_day, recorded_by, recorded_at from duty_wishes x
			where x.tenant_id = @tenant and x.person_id = @from and x.on_day >= @today and` + serves + ` on conflict do nothing`,
		`delete from duty_wishes x where x.tenant_id = @tenant and x.person_id = @from and x.on_day >= @today and` + serves,
		`update duty_swaps x set from_person_id = case when from_person_id = @from then @to else from_person_id end,
				to_person_id = case when to_person_id = @from then @to else to_person_id end
			where x.tenant_id = @tenant and x.state = 'asked' and @from in (x.from_person_id, x.to_person_id) and` + serves,
	} {
		tag, err := tx.Exec(ctx, sql, args)
		if err != nil {
			return err
		}
		moved += tag.RowsAffected()
	}
	if moved > 0 {
		tx.Audit(access.Line{Action: "duty.hand_over", Object: "duty_assignments", Person: to, Summary: "档案合并或撤销合并,今后的值班、请假随档案转移",
			Detail: map[string]any{"from": from, "to": to, "rows": moved}})
	}
	return nil
}
