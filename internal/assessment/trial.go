package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// trialLine is one cadre of the last final month under the scheme that made it and under the one that is tried.
type trialLine struct {
	Township, Village, Name, Title string
	OldScore, NewScore             points.Points // normalised
	OldGrade, NewGrade             Grade
	OldAmount, NewAmount           money.Fen
}

func (t trialLine) differs() bool {
	return t.OldGrade != t.NewGrade || t.OldAmount != t.NewAmount || t.OldScore != t.NewScore
}

// trial is the 试算 of a scheme on the last final month. Where a tie crosses the quota under the new scheme, the tied are
// shown as 称职, since nobody has decided among them.
type trial struct {
	Month              month.Month
	Lines              []trialLine
	Changed            int
	OldTotal, NewTotal money.Fen
	OldGrades          map[Grade]int
	NewGrades          map[Grade]int
	Missing            int // entries whose item or dimension the new scheme does not have
}

// lastFinal is the newest month whose sheets are all locked.
func (Store) lastFinal(ctx context.Context, tx *access.Tx) (at month.Month, err error) {
	rows, err := tx.Query(ctx, `select m.month from assessment_months m where m.tenant_id = $1
		and exists (select from assessment_results r where r.tenant_id = m.tenant_id and r.month = m.month)
		and not exists (select from assessment_sheets s where s.tenant_id = m.tenant_id and s.month = m.month and s.state <> 'locked')
		order by m.month desc limit 1`, tx.Tenant())
	if err != nil {
		return at, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[month.Month])
	if err == nil && len(list) == 0 {
		err = fault.Conflict("还没有已归档的月份,暂时不能试算")
	}
	if err != nil {
		return at, err
	}
	return list[0], nil
}

func (st Store) trial(ctx context.Context, tx *access.Tx, scheme Scheme) (trial, error) {
	t := trial{OldGrades: map[Grade]int{}, NewGrades: map[Grade]int{}}
	var err error
	if t.Month, err = st.lastFinal(ctx, tx); err != nil {
		return t, err
	}
	sheets, err := st.Board(ctx, tx, t.Month)
	if err != nil {
		return t, err
	}
	for _, b := range sheets {
		if err := st.tryTownship(ctx, tx, scheme, b, &t); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (st Store) tryTownship(ctx context.Context, tx *access.Tx, scheme Scheme, b BoardLine, t *trial) error {
	rows, err := st.Rows(ctx, tx, Sheet{ID: b.SheetID, TownshipID: b.TownshipID}, scheme)
	if err != nil {
		return err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	entries, err := st.Entries(ctx, tx, b.TownshipID, ids)
	if err != nil {
		return err
	}
	paid, err := st.amounts(ctx, tx, b.TownshipID, t.Month)
	if err != nil {
		return err
	}
	byRow := map[int64][]Entry{}
	for _, e := range entries {
		if _, ok := scheme.Dimension(e.Dimension); !ok {
			t.Missing++
			continue
		}
		byRow[e.RowID] = append(byRow[e.RowID], e.Entry())
	}
	grading := make([]GradeRow, len(rows))
	scores := make([]Score, len(rows))
	for i, r := range rows {
		scores[i] = scheme.Score(byRow[r.ID])
		grading[i] = GradeRow{ID: r.ID, Score: scores[i].Normalised, Veto: scores[i].Veto, NoGrade: scheme.NoGrade(r.Days, false)}
	}
	graded, _ := scheme.Grade(grading, nil) // an undecided edge is shown as it stands
	for i, r := range rows {
		line := trialLine{Township: b.TownshipName, Village: r.VillageName, Name: r.PersonName, Title: r.PositionTitle,
			OldScore: r.Normalised, NewScore: scores[i].Normalised, OldGrade: Grade(r.Grade), NewGrade: graded.Grades[r.ID].Grade,
			OldAmount: paid[r.ID]}
		line.NewAmount = scheme.Pay.Pay(PayInput{Position: PayPosition(r.PayPosition), PayScheme: r.PayScheme, Total: scores[i].Total,
			Normalised: scores[i].Normalised, Grade: line.NewGrade, Veto: scores[i].Veto, Days: r.Days, MonthDays: t.Month.Days()}).Amount
		t.OldTotal += line.OldAmount
		t.NewTotal += line.NewAmount
		t.OldGrades[line.OldGrade]++
		t.NewGrades[line.NewGrade]++
		if line.differs() {
			t.Changed++
			t.Lines = append(t.Lines, line)
		}
	}
	return nil
}

// amounts reads what a township's rows of a month were awarded, by row.
func (Store) amounts(ctx context.Context, tx *access.Tx, township int64, at month.Month) (map[int64]money.Fen, error) {
	rows, err := tx.Query(ctx, `select row_id, coalesce(amount_fen, 0) as amount from assessment_results
		where tenant_id = @tenant and township_id = @township and month = @month and replaced_by is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "month": at})
	if err != nil {
		return nil, err
	}
	out := map[int64]money.Fen{}
	var id int64
	var amount money.Fen
	_, err = pgx.ForEachRow(rows, []any{&id, &amount}, func() error { out[id] = amount; return nil })
	return out, err
}
