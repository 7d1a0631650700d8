package demo

import (
	"context"
	"time"

	"touyan/internal/assessment"
	"touyan/internal/platform/month"
)

// assessment writes the scheme, the settings and the months. What the module's rules say was computed by them; the rows
// are written here directly, because its own functions act at the present moment under a user's session, while these
// are acts of a year by a hundred people.
func (w *loading) assessment(ctx context.Context) ([]*Month, error) {
	id, err := w.enable(ctx)
	if err != nil {
		return nil, err
	}
	months, err := w.d.Months(w.scheme, w.title, w.now)
	if err != nil {
		return nil, err
	}
	for _, m := range months {
		if err := w.month(ctx, m, id); err != nil {
			return nil, err
		}
	}
	return months, nil
}

// enable puts the default scheme in force from before the first month on, by the module's own functions.
func (w *loading) enable(ctx context.Context) (int64, error) {
	var store assessment.Store
	id, err := store.CreateScheme(ctx, w.tx, w.d.Name+"村(社区)干部月考评方案", w.d.Spec.Anchor.Add(-Past), w.scheme, nil)
	if err != nil {
		return 0, err
	}
	if err := store.EnableScheme(ctx, w.tx, id, 1); err != nil {
		return 0, err
	}
	err = store.SaveSettings(ctx, w.tx, assessment.Settings{MinutesRequired: true, ObjectionOffice: w.office(), ObjectionPhone: objectionPhone})
	return id, err
}

func (w *loading) month(ctx context.Context, m *Month, scheme int64) error {
	officer := w.users[w.d.head()+"-officer"]
	state, opened := "closed", m.Month.Date(20).Add(9*time.Hour)
	if m.Month == w.d.Spec.Anchor {
		state, opened = "open", m.Month.First().Add(8*time.Hour+30*time.Minute)
	}
	if opened.After(w.now) && m.Month == w.d.Spec.Anchor {
		opened = w.now
	}
	_, err := w.tx.Exec(ctx, `insert into assessment_months (tenant_id, month, state, scheme_id, fill_due, review_due, file_due,
		opened_by, opened_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.tx.Tenant(), m.Month, state, scheme, m.Due.Fill,
		m.Due.Review, m.Due.File, officer.name, opened)
	if err != nil {
		return err
	}
	sheets := make([]*written, len(m.Sheets))
	q := &queue{tx: w.tx}
	for i, s := range m.Sheets {
		sheets[i] = &written{Sheet: s, month: m.Month, township: w.townships[s.Township], rows: map[*Row]int64{},
			clerk: w.users[w.d.desk(s.Township)+"-clerk"], leader: w.users[w.d.desk(s.Township)+"-leader"], officer: officer}
		if err := w.sheet(ctx, q, sheets[i]); err != nil {
			return err
		}
	}
	if err := q.send(ctx); err != nil { // the keys of the sheets
		return err
	}
	keys := make([][]int64, len(sheets))
	for i, s := range sheets {
		keys[i] = make([]int64, len(s.Rows))
		for j, row := range s.Rows {
			if err := w.row(ctx, q, s, row, &keys[i][j]); err != nil {
				return err
			}
		}
	}
	if err := q.send(ctx); err != nil { // the keys of the rows
		return err
	}
	for i, s := range sheets {
		for j, row := range s.Rows {
			s.rows[row] = keys[i][j]
		}
	}
	if err := w.all(ctx, q, sheets, w.marked, w.entries, w.acts, w.publications); err != nil {
		return err
	}
	return w.all(ctx, q, sheets, w.postings, w.results, w.objections)
}

// all writes parts of all sheets and sends them, so that the keys that were asked for are there.
func (w *loading) all(ctx context.Context, q *queue, sheets []*written, parts ...func(context.Context, *queue, *written) error) error {
	for _, s := range sheets {
		for _, part := range parts {
			if err := part(ctx, q, s); err != nil {
				return err
			}
		}
	}
	return q.send(ctx)
}

// written is a sheet with the keys that it got.
type written struct {
	*Sheet
	month                  month.Month
	township               int64
	id                     int64
	rows                   map[*Row]int64
	clerk, leader, officer user
	first, second          int64 // publications
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func by(u user, at time.Time) (string, int64) {
	if at.IsZero() {
		return "", 0
	}
	return u.name, u.id
}

func (w *loading) sheet(ctx context.Context, q *queue, s *written) error {
	last := s.Times
	round := 1
	if s.Correction != nil {
		last = s.Correction.Times
		last.LockedAt = s.LockedAt
		round = 2
	}
	if s.State == assessment.SheetReturned {
		round = 2
	}
	submitter, submitterID := by(s.clerk, last.SubmittedAt)
	approver, approverID := by(s.leader, last.ApprovedAt)
	filer, filerID := by(s.officer, last.FiledAt)
	var meeting *time.Time
	if s.Minutes != "" {
		meeting = when(month.Day(last.ApprovedAt))
	}
	return q.addID(ctx, &s.id, `insert into assessment_sheets (tenant_id, township_id, month, township_name, state,
			review_opened_at, submitted_by, submitted_holder, submitted_at, meeting_on, minutes_no, approved_by, approved_holder,
			approved_at, filed_by, filed_holder, filed_at, published_at, locked_at, round)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) returning id`,
		w.tx.Tenant(), s.township, s.month, w.d.Townships[s.Township].Name, string(s.State.Stored()), when(last.ApprovedAt),
		submitter, submitterID, when(last.SubmittedAt), meeting, s.Minutes, approver, approverID, when(last.ApprovedAt),
		filer, filerID, when(last.FiledAt), when(s.PublishedAt), when(s.LockedAt), round)
}

func (w *loading) row(ctx context.Context, q *queue, s *written, r *Row, id *int64) error {
	return q.addID(ctx, id, `insert into assessment_rows (tenant_id, township_id, village_id, sheet_id, month, person_id,
			person_name, sex, village_name, position_code, position_title, pay_position, pay_scheme, days, state, base, bonus,
			total, normalised, veto, no_grade, jump_reason, grade, quota_capped, return_reason, returned_total)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
			$25, $26) returning id`,
		w.tx.Tenant(), s.township, w.villages[r.Village], s.id, s.month, w.people[r.Person], r.PersonName, r.Sex, r.VillageName,
		r.PositionCode, r.PositionTitle, string(r.PayPosition), r.PayScheme, r.Days, string(r.State), r.Score.Base, r.Score.Bonus,
		r.Score.Total, r.Score.Normalised, string(r.Score.Veto), r.NoGrade, r.JumpReason, string(r.Graded.Grade),
		r.Graded.QuotaCapped, r.ReturnReason, r.ReturnedTotal)
}

// marked notes whom the leader chose among the tied.
func (w *loading) marked(ctx context.Context, q *queue, s *written) error {
	if len(s.Excellent) == 0 {
		return nil
	}
	var ids []int64
	for _, r := range s.Excellent {
		ids = append(ids, s.rows[r])
	}
	return q.add(ctx, `update assessment_sheets set excellent = $3 where tenant_id = $1 and id = $2`, w.tx.Tenant(), s.id, ids)
}

// entries writes what the clerk entered: the entries and the cells that they touch.
func (w *loading) entries(ctx context.Context, q *queue, s *written) error {
	cell := func(r *Row, dimension string) error {
		return q.add(ctx, `insert into assessment_cells (tenant_id, township_id, village_id, row_id, dimension, value, changed_by,
				changed_name, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, w.tx.Tenant(), s.township,
			w.villages[r.Village], s.rows[r], dimension, r.Score.Cells[dimension], s.clerk.id, s.clerk.name, s.EnteredAt)
	}
	for _, r := range s.Rows {
		touched := map[string]bool{}
		for _, e := range r.Entries {
			source := "grid"
			if item, known := w.scheme.Item(e.Item); known && item.VillageWide {
				source = "village"
			}
			err := q.add(ctx, `insert into assessment_entries (tenant_id, township_id, village_id, row_id, dimension, item, points,
					clause, reason, reported_by, source, created_by, created_name, created_at)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, w.tx.Tenant(), s.township,
				w.villages[r.Village], s.rows[r], e.Dimension, e.Item, e.Points, e.Clause, e.Reason, e.ReportedBy, source,
				s.clerk.id, s.clerk.name, s.EnteredAt)
			if err != nil {
				return err
			}
			if !touched[e.Dimension] {
				touched[e.Dimension] = true
				if err := cell(r, e.Dimension); err != nil {
					return err
				}
			}
		}
		// In the open month the clerk has confirmed the full marks of whoever got neither deduction nor bonus: that is
		// what the board counts as progress.
		if s.month == w.d.Spec.Anchor && r.Entered && len(r.Entries) == 0 {
			if err := cell(r, w.scheme.Dimensions[0].Code); err != nil {
				return err
			}
		}
	}
	return nil
}
