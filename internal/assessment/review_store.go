package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/points"
)

// review reads a sheet for its reviewers. lock holds it against other acts until the transaction ends.
func (s Store) review(ctx context.Context, tx *access.Tx, id int64, lock bool) (*review, error) {
	d, err := s.desk(ctx, tx, id, lock)
	if err != nil {
		return nil, err
	}
	v := &review{desk: d, Last: map[int64]lastMonth{}, Published: map[int64]Graded{}, Before: map[int64]unlocked{}}
	if v.Period, err = s.Period(ctx, tx, d.Sheet.Month); err != nil {
		return nil, err
	}
	if v.Settings, err = s.Settings(ctx, tx); err != nil {
		return nil, err
	}
	township, err := org.Store{}.Township(ctx, tx, d.Sheet.TownshipID)
	if err != nil {
		return nil, err
	}
	v.Committee = township.Committee()
	b := &pgx.Batch{}
	s.queueLast(b, tx, v)
	s.queuePublished(b, tx, v)
	s.queueUnlocked(b, tx, v)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	v.grade(v.marks(), "")
	return v, nil
}

// queueLast asks for what the same persons scored in the month before. A sheet that is still being filled in says
// nothing yet, so only approved ones count.
func (Store) queueLast(b *pgx.Batch, tx *access.Tx, v *review) {
	persons := make([]int64, len(v.Rows))
	for i, r := range v.Rows {
		persons[i] = r.PersonID
	}
	b.Queue(`select r.person_id, r.normalised, r.grade from assessment_rows r
			join assessment_sheets s on s.tenant_id = r.tenant_id and s.township_id = r.township_id and s.id = r.sheet_id
		where r.tenant_id = @tenant and r.month = @month and r.person_id = any(@persons) and r.removed_at is null
			and s.state in ('township_approved', 'district_approved', 'published', 'locked')`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": v.Sheet.Month.Prev(), "persons": persons}).
		Query(func(rows pgx.Rows) error {
			list, err := pgx.CollectRows(rows, pgx.RowToStructByName[lastMonth])
			for _, l := range list {
				v.Last[l.PersonID] = l
			}
			return err
		})
}

// queuePublished asks for the grades in force and for the rows that were unlocked since the last publication.
func (Store) queuePublished(b *pgx.Batch, tx *access.Tx, v *review) {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": v.Sheet.TownshipID, "sheet": v.Sheet.ID}
	b.Queue(`select r.row_id, r.grade, r.quota_capped from assessment_results r
			join assessment_publications p on p.tenant_id = r.tenant_id and p.township_id = r.township_id and p.id = r.publication_id
		where r.tenant_id = @tenant and r.township_id = @township and p.sheet_id = @sheet and r.replaced_by is null`, args).
		Query(func(rows pgx.Rows) error {
			var row int64
			var g Graded
			_, err := pgx.ForEachRow(rows, []any{&row, &g.Grade, &g.QuotaCapped}, func() error {
				v.Published[row] = g
				return nil
			})
			return err
		})
	b.Queue(`select distinct row_id from assessment_acts a
		where a.tenant_id = @tenant and a.sheet_id = @sheet and a.row_id <> 0 and a.act in ('return_rows', 'correct', 'reopen')
			and a.at >= (select max(p.published_at) from assessment_publications p where p.tenant_id = @tenant
				and p.township_id = @township and p.sheet_id = @sheet) order by row_id`, args).
		Query(func(rows pgx.Rows) (err error) {
			v.Reopened, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
}

// queueUnlocked asks what the returned rows of this round stood at.
func (Store) queueUnlocked(b *pgx.Batch, tx *access.Tx, v *review) {
	b.Queue(`select row_id, detail from assessment_acts where tenant_id = @tenant and sheet_id = @sheet and round = @round
			and row_id <> 0 and act in ('return_rows', 'correct', 'reopen') order by id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "sheet": v.Sheet.ID, "round": v.Sheet.Round}).
		Query(func(rows pgx.Rows) error {
			var row int64
			var u unlocked
			_, err := pgx.ForEachRow(rows, []any{&row, &u}, func() error {
				v.Before[row] = u
				u = unlocked{}
				return nil
			})
			return err
		})
}

// handsOn says whose hands were on a sheet, and who else there is.
type handsOn struct {
	Entered bool     // the reviewer typed into this sheet, under whatever account or grant
	Sent    bool     // the reviewer submitted it
	Others  []string // colleagues of the same unit who did neither and could be appointed 代理
}

// handsOn looks for the natural person of the scope among those who entered or submitted the sheet, in any round.
func (Store) handsOn(ctx context.Context, tx *access.Tx, sheet Sheet) (h handsOn, err error) {
	s := tx.Scope()
	args := func(name string, value int64) pgx.StrictNamedArgs {
		return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID, "holder": s.Holder(), name: value}
	}
	b := &pgx.Batch{}
	b.Queue(makers+`select exists (select from makers where account = @account or account in (select id from accounts
			where tenant_id = @tenant and (id = @holder or holder_id = @holder))),
		exists (select from assessment_acts where tenant_id = @tenant and sheet_id = @sheet and act in ('submit', 'resubmit')
			and holder_id = @holder)`, args("account", s.Account())).QueryRow(func(r pgx.Row) error { return r.Scan(&h.Entered, &h.Sent) })
	b.Queue(makers+`select distinct a.name from accounts a
		where a.tenant_id = @tenant and a.township_id = @at and a.village_id = 0 and a.kind = 'staff' and a.disabled_at is null
			and case when a.holder_id = 0 then a.id else a.holder_id end not in (
				select case when h.holder_id = 0 then h.id else h.holder_id end from makers m
					join accounts h on h.tenant_id = @tenant and h.id = m.account
				union select holder_id from assessment_acts where tenant_id = @tenant and sheet_id = @sheet
					and act in ('submit', 'resubmit', 'approve_township', 'approve_district')
				union select @holder)
		order by a.name limit 8`, args("at", s.Township())).Query(func(rows pgx.Rows) (err error) {
		h.Others, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	err = tx.SendBatch(ctx, b).Close()
	h.Sent = h.Sent || sheet.SubmittedHolder != 0 && sheet.SubmittedHolder == s.Holder()
	return h, err
}

// makers are the accounts that made an entry or changed a cell of a sheet.
const makers = `with own as (select id from assessment_rows where tenant_id = @tenant and township_id = @township and sheet_id = @sheet),
	makers as (select e.created_by as account from assessment_entries e join own on own.id = e.row_id
			where e.tenant_id = @tenant and e.township_id = @township
		union select c.changed_by from assessment_cells c join own on own.id = c.row_id
			where c.tenant_id = @tenant and c.township_id = @township)
	`

// storeGrades writes the grades of all rows in one statement.
func (Store) storeGrades(ctx context.Context, tx *access.Tx, v *review) error {
	ids, grades, capped := make([]int64, len(v.Rows)), make([]string, len(v.Rows)), make([]bool, len(v.Rows))
	for i, r := range v.Rows {
		g := v.Outcome.Grades[r.ID]
		ids[i], grades[i], capped[i] = r.ID, string(g.Grade), g.QuotaCapped
	}
	_, err := tx.Exec(ctx, `update assessment_rows r set grade = u.grade, quota_capped = u.capped, version = r.version + 1
		from (select * from unnest(@ids::bigint[], @grades::text[], @capped::boolean[]) as u (id, grade, capped)) u
		where r.tenant_id = @tenant and r.township_id = @township and r.id = u.id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": v.Sheet.TownshipID, "ids": ids, "grades": grades, "capped": capped})
	return err
}

// note saves what an act changed on the sheet, with its lines in the timeline and in the trail.
func (s Store) note(ctx context.Context, tx *access.Tx, sheet Sheet, act Act, reason string, detail map[string]any) error {
	if err := s.saveSheet(ctx, tx, sheet); err != nil {
		return err
	}
	tx.Audit(access.Line{Action: "assessment." + string(act), Object: "assessment_sheets", ID: sheet.ID,
		Summary: act.Title() + ":" + sheet.TownshipName + sheet.Month.Title(), Reason: reason, Detail: detail})
	return s.act(ctx, tx, sheet, 0, act, reason, detail)
}

// average is the mean of the rows and of what the same persons had last month; ok is false where there is none.
func (v *review) average() (now, last *points.Points) {
	var these, before []points.Points
	for _, r := range v.Rows {
		these = append(these, r.Normalised)
		if l, ok := v.Last[r.PersonID]; ok {
			before = append(before, l.Normalised)
		}
	}
	if p, ok := points.Average(these); ok {
		now = &p
	}
	if p, ok := points.Average(before); ok {
		last = &p
	}
	return now, last
}
