package duty

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

const checkColumns = `c.id, c.village_id, r.village_name, r.township_name as township, c.roster_id, c.on_day, c.shift, c.checked_at, c.way, c.result, c.person_id,
	c.person_name, c.found_name, c.note, c.checker, c.recorded_by, c.recorded_at, c.voided_at, c.voided_by, c.void_reason, c.corrects, c.proposal
	from duty_checks c join duty_rosters r on r.tenant_id = c.tenant_id and r.id = c.roster_id`

// Check reads one check in scope; lock holds it until the transaction ends.
func (Store) Check(ctx context.Context, tx *access.Tx, id int64, lock bool) (Check, error) {
	sql := `select ` + checkColumns + ` where c.tenant_id = @tenant and c.id = @id`
	if lock {
		sql += ` for update of c`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Check{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Check])
}

// expected reads who should stand on a day, by roster: the assignment, or whoever 事后补记 names.
func (Store) expected(ctx context.Context, tx *access.Tx, day time.Time, rosters []int64) (map[int64][]Assignment, error) {
	rows, err := tx.Query(ctx, `select a.roster_id, a.on_day, a.shift, a.person_id, a.person_name, a.title, a.stand_in, a.reason from `+stood+` a
		where a.tenant_id = @tenant and a.roster_id = any(@rosters) and a.on_day = @day order by a.roster_id, a.shift`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "rosters": rosters, "day": day})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Standing])
	out := make(map[int64][]Assignment, len(rosters))
	for _, s := range list {
		out[s.RosterID] = append(out[s.RosterID], s.assignment())
	}
	return out, err
}

// posted finds the published roster of a village and day; lock holds it. A village out of scope does not exist.
func (st Store) posted(ctx context.Context, tx *access.Tx, village int64, day time.Time, lock bool) (Roster, error) {
	m := month.Of(day)
	places, err := st.places(ctx, tx, m, 0, village)
	if err != nil {
		return Roster{}, err
	}
	if len(places) == 0 {
		return Roster{}, fault.NotFound()
	}
	sql := `select ` + rosterColumns + ` from duty_rosters where tenant_id = @tenant and village_id = @village and month = @month and number > 0`
	if lock {
		sql += ` for update`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "village": village, "month": m})
	if err != nil {
		return Roster{}, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Roster])
	if err == nil && len(list) == 0 {
		err = fault.Conflict("%s%s没有发布值班表,不能登记抽查", places[0].VillageName, m.Title())
	}
	if err != nil {
		return Roster{}, err
	}
	return list[0], nil
}

// Record keeps a check. The same report sent twice is kept once, which made tells; another report of the same moment is
// refused. corrects is the struck-out check in whose place it stands.
func (st Store) Record(ctx context.Context, tx *access.Tx, s Spot, corrects *Check) (c Check, made bool, err error) {
	r, err := st.posted(ctx, tx, s.Village, s.At, true)
	if err != nil {
		return c, false, err
	}
	set, err := st.Settings(ctx, tx)
	if err != nil {
		return c, false, err
	}
	slot, open := set.For(month.Of(s.At.In(month.Zone))).at(s.At)
	if !open {
		return c, false, fault.Invalid("%s不在值班时间内", s.At.Format("15:04"))
	}
	day := month.Day(s.At)
	stand, err := st.expected(ctx, tx, day, []int64{r.ID})
	if err != nil {
		return c, false, err
	}
	due := bySlot(stand[r.ID])[slot]
	by := tx.Scope()
	if due.Person != 0 && due.Person == by.Person() {
		return c, false, fault.Conflict("不能登记对本人的抽查,请其他同志登记")
	}
	c = Check{VillageID: r.VillageID, VillageName: r.VillageName, Township: r.TownshipName, RosterID: r.ID, OnDay: day, Shift: slot.Shift, CheckedAt: s.At, Way: s.Way,
		Result: s.Result, PersonName: due.Name, Note: s.Note, Checker: s.Checker, RecordedBy: by.Name(), RecordedAt: by.Now()}
	if due.Person != 0 {
		c.PersonID = &due.Person
	}
	if s.Result == foundSubstitute {
		c.FoundName = s.Found
	}
	if corrects != nil {
		c.Corrects = &corrects.ID
	}
	if made, err = st.insertCheck(ctx, tx, r, &c); err != nil || !made {
		return c, made, err
	}
	tx.Audit(access.Line{Action: "duty.check", Object: "duty_checks", ID: c.ID, Person: due.Person,
		Summary: "登记值班抽查:" + c.VillageName + c.Clock() + " " + c.Words(), Detail: map[string]any{"result": c.Result, "way": c.Way, "corrects": c.Corrects}})
	return c, true, st.mark(ctx, tx, r)
}

func (st Store) insertCheck(ctx context.Context, tx *access.Tx, r Roster, c *Check) (bool, error) {
	err := tx.QueryRow(ctx, `insert into duty_checks (tenant_id, township_id, village_id, roster_id, on_day, shift, checked_at, way, result, person_id,
			person_name, found_name, note, checker, recorded_by, recorded_at, corrects)
		values (@tenant, @township, @village, @roster, @day, @shift, @at, @way, @result, @person, @name, @found, @note, @checker, @by, @now, @corrects)
		on conflict (tenant_id, village_id, checked_at) where voided_at is null do nothing returning id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": r.TownshipID, "village": r.VillageID, "roster": r.ID, "day": c.OnDay, "shift": c.Shift,
			"at": c.CheckedAt, "way": c.Way, "result": c.Result, "person": c.PersonID, "name": c.PersonName, "found": c.FoundName, "note": c.Note,
			"checker": c.Checker, "by": c.RecordedBy, "now": c.RecordedAt, "corrects": c.Corrects}).Scan(&c.ID)
	if !errors.Is(err, pgx.ErrNoRows) {
		return err == nil, err
	}
	rows, err := tx.Query(ctx, `select `+checkColumns+` where c.tenant_id = @tenant and c.village_id = @village and c.checked_at = @at and c.voided_at is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "village": r.VillageID, "at": c.CheckedAt})
	if err != nil {
		return false, err
	}
	there, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Check])
	if err != nil {
		return false, err
	}
	if there.Result != c.Result || there.FoundName != c.FoundName || there.Way != c.Way {
		return false, fault.Conflict("%s%s已登记过一次抽查(%s);登记有误的,请在抽查记录中更正", c.VillageName, c.Clock(), there.Words())
	}
	*c = there
	return false, nil
}

// mark brings the roster's days up to date: those with a check, and those on which nobody was found.
func (Store) mark(ctx context.Context, tx *access.Tx, r Roster) error {
	_, err := tx.Exec(ctx, `update duty_rosters r set checked_days = coalesce(c.checked, 0), absent_days = coalesce(c.absent, 0)
		from (select bit_or(1 << (extract(day from on_day)::int - 1)) as checked,
				bit_or(1 << (extract(day from on_day)::int - 1)) filter (where result in ('absent', 'excused')) as absent
			from duty_checks where tenant_id = @tenant and township_id = @township and village_id = @village and roster_id = @roster and voided_at is null) c
		where r.tenant_id = @tenant and r.id = @roster`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": r.TownshipID, "village": r.VillageID, "roster": r.ID})
	return err
}

// strike marks a check as recorded wrongly. c must be held by the caller's transaction.
func (st Store) strike(ctx context.Context, tx *access.Tx, c Check, reason string) error {
	if c.VoidedAt != nil {
		return fault.Conflict("这条抽查记录已被更正或作废")
	}
	if n := len([]rune(strings.TrimSpace(reason))); n < 2 || n > 200 {
		return fault.Invalid("请填写更正原因,2到200个字")
	}
	r, err := st.Roster(ctx, tx, c.RosterID, true)
	if err != nil {
		return err
	}
	s := tx.Scope()
	if c.PersonID != nil && *c.PersonID == s.Person() {
		return fault.Conflict("不能更正对本人的抽查,请其他同志办理")
	}
	if _, err := tx.Exec(ctx, `update duty_checks set voided_at = @now, voided_by = @by, void_reason = @reason where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": c.ID, "now": s.Now(), "by": s.Name(), "reason": reason}); err != nil {
		return err
	}
	line := access.Line{Action: "duty.check.void", Object: "duty_checks", ID: c.ID, Reason: reason,
		Summary: fmt.Sprintf("更正值班抽查:%s%s %s", c.VillageName, c.Clock(), c.Words())}
	if c.PersonID != nil {
		line.Person = *c.PersonID
	}
	tx.Audit(line)
	return st.mark(ctx, tx, r)
}
