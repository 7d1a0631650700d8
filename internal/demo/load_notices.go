package demo

import (
	"context"
	"time"

	"touyan/internal/assessment"
	"touyan/internal/platform/money"
)

// acts writes the timeline of a sheet.
func (w *loading) acts(ctx context.Context, q *queue, s *written) error {
	note := func(a assessment.Act, u user, at time.Time, round int, row *Row, reason string) error {
		if at.IsZero() {
			return nil
		}
		var id int64
		if row != nil {
			id = s.rows[row]
		}
		return q.add(ctx, `insert into assessment_acts (tenant_id, township_id, sheet_id, row_id, act, round, reason, actor,
				account_id, holder_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)`, w.tx.Tenant(), s.township, s.id,
			id, string(a), round, reason, u.name, u.id, at)
	}
	system := user{name: "系统"}
	course := func(t Times, round int, submit assessment.Act) error {
		posted := t.PostedOn
		if !posted.IsZero() {
			posted = t.PublishedAt.Add(20 * time.Minute)
		}
		for _, step := range []struct {
			act assessment.Act
			who user
			at  time.Time
		}{{submit, s.clerk, t.SubmittedAt}, {assessment.ActApproveTownship, s.leader, t.ApprovedAt},
			{assessment.ActApproveDistrict, s.officer, t.FiledAt}, {assessment.ActPublish, s.officer, t.PublishedAt},
			{assessment.ActPost, s.clerk, posted}} {
			if err := note(step.act, step.who, step.at, round, nil, ""); err != nil {
				return err
			}
		}
		return nil
	}
	if err := course(s.Times, 1, assessment.ActSubmit); err != nil {
		return err
	}
	for _, r := range s.Rows {
		if r.State == assessment.RowReturned {
			if err := note(assessment.ActReturnRows, s.officer, s.ApprovedAt.Add(time.Hour), 2, r, r.ReturnReason); err != nil {
				return err
			}
		}
	}
	round := 1
	if c := s.Correction; c != nil {
		round = 2
		if err := note(assessment.ActCorrect, s.officer, c.SubmittedAt.Add(-30*time.Minute), round, c.Row, c.Reason); err != nil {
			return err
		}
		if err := course(c.Times, round, assessment.ActResubmit); err != nil {
			return err
		}
	}
	return note(assessment.ActLock, system, s.LockedAt, round, nil, "")
}

// publications writes the heads of the notices: the first one, and the one that corrected a row.
func (w *loading) publications(ctx context.Context, q *queue, s *written) error {
	if s.PublishedAt.IsZero() {
		return nil
	}
	head := func(id *int64, number int, kind, reason string, at time.Time) error {
		return q.addID(ctx, id, `insert into assessment_publications (tenant_id, township_id, sheet_id, month, number, kind, reason,
				office, phone, published_by, published_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id`,
			w.tx.Tenant(), s.township, s.id, s.month, number, kind, reason, w.office(), objectionPhone, s.officer.name, at)
	}
	if err := head(&s.first, 1, "first", "", s.PublishedAt); err != nil || s.Correction == nil {
		return err
	}
	return head(&s.second, 2, "correction", s.Correction.Reason, s.Correction.PublishedAt)
}

const objectionPhone = "0939-0000000"

func (w *loading) office() string { return "中共" + w.d.Name + "委组织部干部监督室" }

// postings writes when each village put its notice up.
func (w *loading) postings(ctx context.Context, q *queue, s *written) error {
	put := func(publication int64, village int, t Times) error {
		return q.add(ctx, `insert into assessment_postings (tenant_id, township_id, village_id, publication_id, posted_on, ends_on,
				posted_by) values ($1, $2, $3, $4, $5, $6, $7)`, w.tx.Tenant(), s.township, w.villages[village], publication,
			t.PostedOn, t.EndsOn, s.clerk.name)
	}
	if s.first != 0 {
		for _, rows := range s.byVillage() {
			if err := put(s.first, rows[0].Village, s.Times); err != nil {
				return err
			}
		}
	}
	if s.second != 0 {
		return put(s.second, s.Correction.Row.Village, s.Correction.Times)
	}
	return nil
}

// deduction is an entry as a published result shows it.
type deduction struct {
	Dimension string `json:"dimension"`
	Points    string `json:"points"`
	Clause    string `json:"clause"`
	Reason    string `json:"reason"`
}

// results writes what the notices say, with the pay that follows.
func (w *loading) results(ctx context.Context, q *queue, s *written) error {
	if s.first == 0 {
		return nil
	}
	for _, r := range s.Rows {
		published, by := r, (*int64)(nil)
		if s.Correction != nil && s.Correction.Row == r {
			if err := w.result(ctx, q, s, s.second, r, s.rows[r], nil); err != nil {
				return err
			}
			published, by = &s.Correction.Before, &s.second
		}
		if err := w.result(ctx, q, s, s.first, published, s.rows[r], by); err != nil {
			return err
		}
	}
	return nil
}

func (w *loading) result(ctx context.Context, q *queue, s *written, publication int64, r *Row, row int64, replacedBy *int64) error {
	deductions := []deduction{}
	for _, e := range r.Entries {
		d, _ := w.scheme.Dimension(e.Dimension)
		deductions = append(deductions, deduction{d.Title, e.Points.Signed(), e.Clause, e.Reason})
	}
	var base, amount *money.Fen
	if r.Pay.Paid {
		base, amount = &r.Pay.Base, &r.Pay.Amount
	}
	return q.add(ctx, `insert into assessment_results (tenant_id, township_id, village_id, publication_id, row_id, month,
			person_id, person_name, village_name, position_title, total, normalised, grade, quota_capped, veto, no_grade,
			deductions, base_fen, amount_fen, rule, replaced_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		w.tx.Tenant(), s.township, w.villages[r.Village], publication, row, s.month, w.people[r.Person], r.PersonName,
		r.VillageName, r.PositionTitle, r.Score.Total, r.Score.Normalised, string(r.Graded.Grade), r.Graded.QuotaCapped,
		string(r.Score.Veto), r.NoGrade, deductions, base, amount, r.Pay.Rule, replacedBy)
}

// objections writes who objected and what was answered, by the township's leader, who scored nobody.
func (w *loading) objections(ctx context.Context, q *queue, s *written) error {
	for _, o := range s.Objections {
		answerer, holder := by(s.leader, o.At)
		err := q.add(ctx, `insert into assessment_objections (tenant_id, township_id, village_id, sheet_id, row_id, source, content,
				state, filed_by, filed_holder, filed_at, answer, answered_by, answered_holder, answered_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, w.tx.Tenant(), s.township,
			w.villages[o.Row.Village], s.id, s.rows[o.Row], o.Source, o.Content, o.State, s.clerk.name, s.clerk.id, o.FiledAt,
			o.Answer, answerer, holder, when(o.At))
		if err != nil {
			return err
		}
	}
	return nil
}
