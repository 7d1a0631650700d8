package assessment

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// Opened says what opening a month made.
type Opened struct {
	Townships int
	Rows      int
	Due       DueDates
	Unknown   bool // the deadlines fall into a year whose holidays are not published
}

// Open makes a month: its three dates on the working-day calendar, a sheet per township, and a row per cadre from the
// register, all with full marks. Opening twice is refused by the month's key.
func (m *Module) Open(ctx context.Context, tx *access.Tx, at month.Month) (Opened, error) {
	var o Opened
	scheme, err := m.Store.SchemeFor(ctx, tx, at)
	if err != nil {
		return o, err
	}
	cal, err := org.Store{}.Calendar(ctx, tx)
	if err != nil {
		return o, err
	}
	o.Due = scheme.Content.DueDates(cal, at)
	o.Unknown = !cal.Known(o.Due.File.Year())
	posts, err := m.Store.Posts(ctx, tx, at, m.title)
	if err != nil {
		return o, err
	}
	rows := scheme.Content.Roster(at, posts)
	if len(rows) == 0 {
		return o, fault.Conflict("花名册中%s没有应参加考评的村(社区)干部,请先完善花名册", at.Title())
	}
	townships, err := org.Store{}.Townships(ctx, tx, at.Last())
	if err != nil {
		return o, err
	}
	if err := m.Store.createMonth(ctx, tx, at, scheme.ID, o.Due); err != nil {
		return o, err
	}
	sheets, err := m.Store.createSheets(ctx, tx, at, townships)
	if err != nil {
		return o, err
	}
	o.Townships, o.Rows = len(sheets), len(rows)
	if err := m.Store.addRows(ctx, tx, at, scheme.Content, sheets, rows); err != nil {
		return o, err
	}
	tx.Audit(access.Line{Action: "assessment.open", Object: "assessment_months", Summary: "开启月考评:" + at.Title(),
		Detail: map[string]any{"rows": o.Rows, "townships": o.Townships}})
	return o, nil
}

func (Store) createMonth(ctx context.Context, tx *access.Tx, at month.Month, scheme int64, due DueDates) error {
	_, err := tx.Exec(ctx, `insert into assessment_months (tenant_id, month, scheme_id, fill_due, review_due, file_due, opened_by, opened_at)
		values (@tenant, @month, @scheme, @fill, @review, @file, @by, @now)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"month": at, "scheme": scheme, "fill": due.Fill, "review": due.Review, "file": due.File, "by": tx.Scope().Name(),
		"now": tx.Scope().Now()})
	return err
}

// createSheets makes a sheet per township in one statement and returns their keys by township.
func (Store) createSheets(ctx context.Context, tx *access.Tx, at month.Month, townships []org.Township) (map[int64]int64, error) {
	b := &pgx.Batch{}
	sheets := make(map[int64]int64, len(townships))
	for _, t := range townships {
		b.Queue(`insert into assessment_sheets (tenant_id, township_id, month, township_name) values ($1, $2, $3, $4) returning id`,
			tx.Tenant(), t.ID, at, t.Name).QueryRow(func(r pgx.Row) error {
			var id int64
			err := r.Scan(&id)
			sheets[t.ID] = id
			return err
		})
	}
	return sheets, tx.SendBatch(ctx, b).Close()
}

// addRows puts persons on the sheets with full marks.
func (Store) addRows(ctx context.Context, tx *access.Tx, at month.Month, scheme Scheme, sheets map[int64]int64, rows []RosterRow) error {
	full := scheme.Score(nil)
	b := &pgx.Batch{}
	for _, r := range rows {
		sheet, ok := sheets[r.TownshipID]
		if !ok {
			return fmt.Errorf("township %d of person %d has no sheet", r.TownshipID, r.PersonID)
		}
		b.Queue(`insert into assessment_rows (tenant_id, township_id, village_id, sheet_id, month, person_id, person_name, sex,
				village_name, position_code, position_title, pay_position, pay_scheme, days, base, bonus, total, normalised, no_grade)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
			tx.Tenant(), r.TownshipID, r.VillageID, sheet, at, r.PersonID, r.PersonName, r.Sex, r.VillageName, r.PositionCode,
			r.PositionTitle, string(r.PayPosition), r.PayScheme, r.Days, full.Base, full.Bonus, full.Total, full.Normalised,
			scheme.NoGrade(r.Days, false))
	}
	return tx.SendBatch(ctx, b).Close()
}
