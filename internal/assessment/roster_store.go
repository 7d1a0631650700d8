package assessment

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// register reads what the register says now about everyone whom the sheet concerns. Days and posts of a person add up over
// the district, so this looks beyond the township; what it finds there is only counted, never shown.
func (m *Module) register(ctx context.Context, tx *access.Tx, sheet Sheet, scheme Scheme) (register, error) {
	r := register{died: map[int64]bool{}, elsewhere: map[int64]int64{}, published: map[int64]bool{}}
	if sheet.PublishedAt != nil {
		return r, nil
	}
	err := tx.Wide(ctx, "核对名单变动", func(wide *access.Tx) error {
		posts, err := m.Store.postsAround(ctx, wide, sheet, m.title)
		if err != nil {
			return err
		}
		r.wanted = scheme.Roster(sheet.Month, posts)
		return m.Store.standing(ctx, wide, sheet, &r)
	})
	return r, err
}

// pending reads the differences between register and sheet on which the clerk has not decided.
func (m *Module) pending(ctx context.Context, tx *access.Tx, d *desk) ([]pendingChange, []rosterDecision, error) {
	reg, err := m.register(ctx, tx, d.Sheet, d.Scheme)
	if err != nil {
		return nil, nil, err
	}
	decided, err := m.Store.rosterDecisions(ctx, tx, d.Sheet)
	return reg.changes(d, decided), decided, err
}

// standing reads on which sheets of the month the persons stand, who of them died, and which lists are final.
func (Store) standing(ctx context.Context, wide *access.Tx, sheet Sheet, r *register) error {
	persons := make([]int64, len(r.wanted))
	for i, w := range r.wanted {
		persons[i] = w.PersonID
	}
	args := pgx.StrictNamedArgs{"tenant": wide.Tenant(), "month": sheet.Month, "sheet": sheet.ID, "persons": persons}
	rows, err := wide.Query(ctx, `select r.person_id, r.township_id, p.died_on is not null as died
			from assessment_rows r join persons p on p.tenant_id = r.tenant_id and p.id = r.person_id
			where r.tenant_id = @tenant and r.sheet_id = @sheet and r.removed_at is null
		union all select r.person_id, r.township_id, false from assessment_rows r
			where r.tenant_id = @tenant and r.person_id = any(@persons) and r.month = @month and r.sheet_id <> @sheet and r.removed_at is null`, args)
	if err != nil {
		return err
	}
	type place struct {
		PersonID, TownshipID int64
		Died                 bool
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[place])
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.TownshipID != sheet.TownshipID {
			r.elsewhere[f.PersonID] = f.TownshipID
		} else if f.Died {
			r.died[f.PersonID] = true
		}
	}
	rows, err = wide.Query(ctx, `select township_id from assessment_sheets where tenant_id = @tenant and month = @month
		and published_at is not null`, pgx.StrictNamedArgs{"tenant": wide.Tenant(), "month": sheet.Month})
	if err != nil {
		return err
	}
	townships, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	for _, t := range townships {
		r.published[t] = true
	}
	return err
}

// rosterDecisions reads what was decided about a sheet's roster.
func (Store) rosterDecisions(ctx context.Context, tx *access.Tx, sheet Sheet) ([]rosterDecision, error) {
	rows, err := tx.Query(ctx, `select person_id, kind, fingerprint, decision, reason from assessment_roster_decisions
		where tenant_id = @tenant and township_id = @township and sheet_id = @sheet order by id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[rosterDecision])
}

// decide records a decision; the same change may be decided again after it has come back.
func (Store) decide(ctx context.Context, tx *access.Tx, sheet Sheet, k rosterDecision) error {
	_, err := tx.Exec(ctx, `insert into assessment_roster_decisions (tenant_id, township_id, sheet_id, person_id, kind, fingerprint,
			decision, reason, decided_by, decided_at)
		values (@tenant, @township, @sheet, @person, @kind, @fingerprint, @decision, @reason, @by, @now)
		on conflict (tenant_id, sheet_id, person_id, fingerprint) do update set decision = excluded.decision, reason = excluded.reason,
			decided_by = excluded.decided_by, decided_at = excluded.decided_at`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": sheet.TownshipID, "sheet": sheet.ID, "person": k.PersonID, "kind": string(k.Kind), "fingerprint": k.Fingerprint,
		"decision": k.Decision, "reason": k.Reason, "by": tx.Scope().Name(), "now": tx.Scope().Now()})
	return err
}

// applyChange brings the sheet to what the register says of one person, and returns his row.
func (s Store) applyChange(ctx context.Context, tx *access.Tx, d *desk, c RosterChange) (int64, error) {
	if c.Leaves() {
		_, err := tx.Exec(ctx, `update assessment_rows set removed_at = @now, version = version + 1
			where tenant_id = @tenant and township_id = @township and sheet_id = @sheet and id = @row and removed_at is null`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": d.Sheet.TownshipID, "sheet": d.Sheet.ID, "row": c.RowID, "now": tx.Scope().Now()})
		return c.RowID, err
	}
	row, err := s.rowToChange(ctx, tx, d, c)
	if err != nil {
		return 0, err
	}
	if row == 0 {
		if err := s.addRows(ctx, tx, d.Sheet.Month, d.Scheme, map[int64]int64{d.Sheet.TownshipID: d.Sheet.ID}, []RosterRow{*c.After}); err != nil {
			return 0, err
		}
		if row, err = s.rowOf(ctx, tx, d.Sheet, c.PersonID); err != nil {
			return 0, err
		}
	}
	return row, s.moveRow(ctx, tx, d, row, c)
}

// rowToChange finds the row that stays with the person: the present one, or one that left this sheet earlier.
func (s Store) rowToChange(ctx context.Context, tx *access.Tx, d *desk, c RosterChange) (row int64, err error) {
	if c.RowID != 0 {
		return c.RowID, nil
	}
	err = tx.QueryRow(ctx, `select coalesce(max(id), 0) from assessment_rows where tenant_id = @tenant and township_id = @township
		and sheet_id = @sheet and person_id = @person and removed_at is not null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": d.Sheet.TownshipID, "sheet": d.Sheet.ID, "person": c.PersonID}).Scan(&row)
	return row, err
}

func (Store) rowOf(ctx context.Context, tx *access.Tx, sheet Sheet, person int64) (row int64, err error) {
	err = tx.QueryRow(ctx, `select id from assessment_rows where tenant_id = @tenant and township_id = @township and sheet_id = @sheet
		and person_id = @person and removed_at is null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID,
		"sheet": sheet.ID, "person": person}).Scan(&row)
	return row, err
}

// moveRow gives a row the village and post of the register. Its scores stay and go with it, in the same statement, since
// they name the village too. On a returned sheet the row is unlocked, so that it passes the review again.
func (Store) moveRow(ctx context.Context, tx *access.Tx, d *desk, id int64, c RosterChange) error {
	w := c.After
	noGrade := d.Scheme.NoGrade(w.Days, false)
	if noGrade == "" && d.holds(id) && d.row(id).NoGrade == d.Scheme.NoGrade(w.Days, true) {
		noGrade = d.row(id).NoGrade // leave granted does not end with a change of post
	}
	_, err := tx.Exec(ctx, `with cells as (update assessment_cells set village_id = @village
				where tenant_id = @tenant and township_id = @township and row_id = @row and village_id <> @village),
			entries as (update assessment_entries set village_id = @village
				where tenant_id = @tenant and township_id = @township and row_id = @row and village_id <> @village)
		update assessment_rows set village_id = @village, village_name = @village_name, position_code = @position,
			position_title = @title, pay_position = @pay, pay_scheme = @scheme, days = @days, no_grade = @no_grade,
			state = case when @returned then 'returned' when removed_at is not null then 'editable' else state end,
			return_reason = case when @returned and state <> 'returned' then @reason else return_reason end,
			returned_total = case when @returned and state <> 'returned' then total else returned_total end,
			removed_at = null, version = version + 1
		where tenant_id = @tenant and township_id = @township and sheet_id = @sheet and id = @row`, pgx.StrictNamedArgs{
		"tenant": tx.Tenant(), "township": d.Sheet.TownshipID, "sheet": d.Sheet.ID, "row": id, "village": w.VillageID,
		"village_name": w.VillageName, "position": w.PositionCode, "title": w.PositionTitle, "pay": string(w.PayPosition),
		"scheme": w.PayScheme, "days": w.Days, "no_grade": noGrade, "returned": d.State == SheetReturned, "reason": "名单变动:" + c.Sentence})
	return err
}

// nobodyDied refuses to carry sheets on while somebody stands on one of them whose death was entered since: he is in no
// list made after that day. Sheets whose list was published keep it.
func (Store) nobodyDied(ctx context.Context, tx *access.Tx, sheets ...int64) error {
	rows, err := tx.Query(ctx, `select s.township_name || r.person_name from assessment_rows r
			join assessment_sheets s on s.tenant_id = r.tenant_id and s.id = r.sheet_id
			join persons p on p.tenant_id = r.tenant_id and p.id = r.person_id
		where r.tenant_id = @tenant and r.sheet_id = any(@sheets) and r.removed_at is null and s.published_at is null
			and p.died_on is not null order by r.sheet_id, r.id limit 5`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "sheets": sheets})
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && len(names) > 0 {
		err = fault.Conflict("%s已登记去世,不能再列入名单。请退回该行,由填报人在“名单变动”中移出后重新提交", strings.Join(names, "、"))
	}
	return err
}
