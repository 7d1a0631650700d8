package duty

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// apply brings a roster from one state to another and is the only way to change one: editing, leave and swaps all end here. A published roster becomes the next version, for which it wants a reason, and never gets an empty place
// that it did not have. roster must be locked by the caller's transaction; it is brought up to date.
func (st Store) apply(ctx context.Context, tx *access.Tx, r *Roster, slots []Slot, before, after []Assignment, reason string) ([]Change, error) {
	r.Edited = true
	return st.alter(ctx, tx, r, slots, before, after, reason)
}

// alter is apply for what no person chose: the filling of empty places.
func (st Store) alter(ctx context.Context, tx *access.Tx, r *Roster, slots []Slot, before, after []Assignment, reason string) ([]Change, error) {
	list := changes(before, after)
	if len(list) == 0 {
		return nil, nil
	}
	empty := emptyDays(slots, after)
	if r.Published() {
		if strings.TrimSpace(reason) == "" {
			return nil, fault.Invalid("已发布的值班表每次变更都要写明原因")
		}
		if added := empty &^ r.Empty(); added != 0 {
			return nil, fault.Conflict("%s将成为空岗,请先安排人员", dayList(added))
		}
	}
	return list, st.write(ctx, tx, r, empty, after, list, reason)
}

// write stores a change whatever it leaves empty: apply refuses what somebody chose, vacate follows what has happened.
func (st Store) write(ctx context.Context, tx *access.Tx, r *Roster, empty Days, after []Assignment, list []Change, reason string) error {
	var removed []time.Time
	var shifts []string
	var c columns
	for _, ch := range list {
		if ch.Before.Name != "" {
			removed, shifts = append(removed, r.Month.Date(ch.Day)), append(shifts, ch.Shift)
		}
		if ch.After.Name != "" {
			c.add(r.Month, r.TownshipID, r.VillageID, r.ID, ch.After)
		}
	}
	if _, err := tx.Exec(ctx, `delete from duty_assignments a using unnest(@days::date[], @shifts::text[]) as u (day, shift)
		where a.tenant_id = @tenant and a.roster_id = @roster and a.on_day = u.day and a.shift = u.shift`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "roster": r.ID, "days": removed, "shifts": shifts}); err != nil {
		return err
	}
	if err := c.insert(ctx, tx); err != nil {
		return err
	}
	if r.Published() {
		r.Number++
		if err := st.addVersion(ctx, tx, *r, after, list, reason); err != nil {
			return err
		}
	}
	r.EmptyDays, r.Filled = int32(empty), len(after)
	tag, err := tx.Exec(ctx, `update duty_rosters set empty_days = @empty, filled = @filled, number = @number, last_change = @last,
			edited = @edited, version = version + 1
		where tenant_id = @tenant and id = @id and version = @version`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": r.ID,
		"empty": r.EmptyDays, "filled": r.Filled, "number": r.Number, "version": r.Version, "last": keepChanges(list), "edited": r.Edited})
	if err == nil && tag.RowsAffected() == 0 {
		err = errMoved
	}
	r.Version++
	tx.Audit(access.Line{Action: "duty.change", Object: "duty_rosters", ID: r.ID,
		Summary: fmt.Sprintf("调整值班安排:%s%s,%d处", r.VillageName, r.Month.Title(), len(list)),
		Detail:  map[string]any{"reason": reason, "number": r.Number, "changes": writeChanges(list)}})
	return err
}

func (Store) addVersion(ctx context.Context, tx *access.Tx, r Roster, days []Assignment, list []Change, reason string) error {
	s := tx.Scope()
	_, err := tx.Exec(ctx, `insert into duty_versions (tenant_id, township_id, village_id, roster_id, number, reason, days, changes, phone, made_by, made_at)
		values (@tenant, @township, @village, @roster, @number, @reason, @days, @changes, @phone, @by, @now)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": r.TownshipID, "village": r.VillageID, "roster": r.ID, "number": r.Number,
			"reason": reason, "days": write(days), "changes": writeChanges(list), "phone": r.Phone, "by": s.Name(), "now": s.Now()})
	return err
}

// publish makes version 1 of every draft without an empty place among the rosters, in one statement per table.
func (Store) publish(ctx context.Context, tx *access.Tx, rosters []int64) (int, error) {
	s := tx.Scope()
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "rosters": rosters, "by": s.Name(), "now": s.Now()}
	tag, err := tx.Exec(ctx, `insert into duty_versions (tenant_id, township_id, village_id, roster_id, number, reason, days, changes, phone, made_by, made_at)
		select r.tenant_id, r.township_id, r.village_id, r.id, 1, '首次发布', jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
				'day', extract(day from a.on_day)::int, 'shift', nullif(a.shift, ''), 'name', a.person_name, 'title', a.title,
				'stand_in', nullif(a.stand_in, false))) order by a.on_day, a.shift), '[]', r.phone, @by, @now
		from duty_rosters r join duty_assignments a on a.tenant_id = r.tenant_id and a.roster_id = r.id
		where r.tenant_id = @tenant and r.id = any(@rosters) and r.number = 0 and r.empty_days = 0
		group by r.tenant_id, r.id`, args)
	if err != nil || tag.RowsAffected() == 0 {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `update duty_rosters r set number = 1, published_at = @now, version = version + 1
		where r.tenant_id = @tenant and r.id = any(@rosters) and r.number = 0 and r.empty_days = 0`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "rosters": rosters, "now": s.Now()}); err != nil {
		return 0, err
	}
	n := int(tag.RowsAffected())
	tx.Audit(access.Line{Action: "duty.publish", Object: "duty_rosters", Summary: fmt.Sprintf("发布值班表%d份", n), Detail: map[string]any{"rosters": rosters}})
	return n, nil
}

// emptyDays are the days with a place that nobody fills.
func emptyDays(slots []Slot, made []Assignment) (days Days) {
	taken := bySlot(made)
	for _, s := range slots {
		if _, ok := taken[s]; !ok {
			days |= Span(s.Day, s.Day)
		}
	}
	return days
}

// dayList writes days as people say them: 3日、5日至8日.
func dayList(days Days) string {
	var parts []string
	for day := 1; day <= 31; day++ {
		if !days.Has(day) {
			continue
		}
		last := day
		for days.Has(last + 1) {
			last++
		}
		switch {
		case last >= day+2:
			parts = append(parts, fmt.Sprintf("%d日至%d日", day, last))
		case last == day+1:
			parts = append(parts, fmt.Sprintf("%d日、%d日", day, last))
		default:
			parts = append(parts, fmt.Sprintf("%d日", day))
		}
		day = last
	}
	return strings.Join(parts, "、")
}
