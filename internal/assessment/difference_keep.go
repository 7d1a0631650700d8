package assessment

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// standing is a result of a row: the one that was paid, or the one in force today.
type standing struct {
	RowID         int64
	PublicationID int64
	Number        int
	AmountFen     *money.Fen
	Total         points.Points
	Normalised    points.Points
	Grade         string
	Veto          string
}

// finals reads the rows of the sheets of a month that were locked, in the order of townships. Rows and results are put
// together here: under row level security the planner expects one row and would join thousands by nested loops.
func (Store) finals(ctx context.Context, tx *access.Tx, at month.Month) (finals, error) {
	f := finals{kept: kept{}, known: map[int64]bool{}, done: map[int64]bool{}}
	var rows []Row
	paid, now := map[int64]standing{}, map[int64]standing{}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at}
	b := &pgx.Batch{}
	b.Queue(paidResults+` select pay.row_id, pay.publication_id, pay.number, pay.amount_fen, pay.total, pay.normalised, pay.grade, pay.veto
		from pay where pay.final`, args).Query(into(paid))
	b.Queue(`select r.row_id, r.publication_id, p.number, r.amount_fen, r.total, r.normalised, r.grade, r.veto
		from assessment_results r join assessment_publications p on p.tenant_id = r.tenant_id and p.id = r.publication_id
		where r.tenant_id = @tenant and r.month = @month and r.replaced_by is null`, args).Query(into(now))
	b.Queue(`select `+rowColumnsOfR+` from assessment_rows r where r.tenant_id = @tenant and r.month = @month and r.sheet_id in (
			select a.sheet_id from assessment_acts a join assessment_sheets s on s.tenant_id = a.tenant_id and s.id = a.sheet_id
			where a.tenant_id = @tenant and s.tenant_id = @tenant and s.month = @month and a.act = 'lock')
		order by r.township_id, r.id`, args).Query(func(found pgx.Rows) (err error) {
		rows, err = pgx.CollectRows(found, pgx.RowToStructByName[Row])
		return err
	})
	b.Queue(`select person_id from assessment_rows where tenant_id = @tenant and month = @month and removed_at is null`, args).
		Query(func(rows pgx.Rows) error {
			var person int64
			_, err := pgx.ForEachRow(rows, []any{&person}, func() error { f.known[person] = true; return nil })
			return err
		})
	b.Queue(`select s.township_id from assessment_sheets s where s.tenant_id = @tenant and s.month = @month
		and exists (select from assessment_acts a where a.tenant_id = s.tenant_id and a.sheet_id = s.id and a.act = 'lock')`, args).
		Query(func(rows pgx.Rows) error {
			var township int64
			_, err := pgx.ForEachRow(rows, []any{&township}, func() error { f.done[township] = true; return nil })
			return err
		})
	b.Queue(`select d.person_id, d.fingerprint from assessment_roster_decisions d
		join assessment_sheets s on s.tenant_id = d.tenant_id and s.id = d.sheet_id
		where d.tenant_id = @tenant and s.tenant_id = @tenant and s.month = @month and d.decision = 'kept'`, args).
		Query(func(rows pgx.Rows) error {
			var person int64
			var fingerprint string
			_, err := pgx.ForEachRow(rows, []any{&person, &fingerprint}, func() error {
				f.kept[person] = append(f.kept[person], fingerprint)
				return nil
			})
			return err
		})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return f, err
	}
	for _, r := range rows {
		was, is := paid[r.ID], now[r.ID]
		if was.RowID != 0 || is.RowID != 0 {
			f.rows = append(f.rows, finalRow{Row: r, Paid: was, Now: is})
		}
	}
	return f, nil
}

func into(list map[int64]standing) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[standing])
		for _, s := range found {
			list[s.RowID] = s
		}
		return err
	}
}

// keepDifferences brings the stored differences of a month to what was found, and counts the open ones.
func (s Store) keepDifferences(ctx context.Context, tx *access.Tx, at month.Month, found []finding, before []Difference) (int, error) {
	accepted, known := map[int64]money.Fen{}, map[int64][]Difference{}
	for _, d := range before {
		known[d.PersonID] = append(known[d.PersonID], d)
		if d.State == DifferenceAccepted {
			accepted[d.PersonID] += d.Delta()
		}
	}
	b := &pgx.Batch{}
	open, added := 0, 0
	seen := map[int64]bool{}
	differs := unpaid(at, found, accepted)
	for _, f := range found {
		person := f.Row.PersonID
		seen[person] = true
		paid := f.Paid + accepted[person] // what was accepted before counts as paid
		waiting := openOf(known[person])
		unscored := f.Paid == 0 && f.Due == 0 && len(known[person]) == 0
		origin := fmt.Sprintf("%s=%d#%d", f.Fingerprint, f.Due, int64(paid))
		switch {
		case waiting != nil && (differs[person] || waiting.PaidFen == waiting.DueFen):
			open++
			if waiting.PaidFen != paid || waiting.DueFen != f.Due || waiting.Reason != f.Sentence {
				added++
				b.Queue(`update assessment_differences set paid_fen = $3, due_fen = $4, reason = $5, origin = $6
					where tenant_id = $1 and id = $2`, tx.Tenant(), waiting.ID, paid, f.Due, f.Sentence, origin)
			}
		case waiting != nil:
			closeDifference(b, tx, waiting.ID)
		case (differs[person] || unscored) && !refusedAs(known[person], origin):
			open++
			added++
			b.Queue(`insert into assessment_differences (tenant_id, township_id, village_id, month, person_id, person_name, origin, reason,
					paid_fen, due_fen, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
				on conflict (tenant_id, month, person_id, origin) do nothing`, tx.Tenant(), f.Row.TownshipID, f.Row.VillageID, at, person,
				f.Row.PersonName, origin, f.Sentence, paid, f.Due, tx.Scope().Now())
		}
	}
	for _, d := range before {
		if d.State == DifferenceOpen && !seen[d.PersonID] {
			closeDifference(b, tx, d.ID)
		}
	}
	changes := b.Len()
	if changes > 0 {
		tx.Audit(access.Line{Action: "assessment.differences", Object: "assessment_differences", Summary: "核对" + at.Title() + "绩效差额",
			Detail: map[string]any{"found": added, "closed": changes - added, "open": open}})
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return 0, err
		}
	}
	return open, s.carry(ctx, tx)
}

// unpaid names the persons whose money differs.
func unpaid(at month.Month, found []finding, accepted map[int64]money.Fen) map[int64]bool {
	var paid, due []PayFact
	for _, f := range found {
		paid = append(paid, PayFact{at, f.Row.PersonID, f.Paid + accepted[f.Row.PersonID]})
		due = append(due, PayFact{at, f.Row.PersonID, f.Due})
	}
	differs := map[int64]bool{}
	for _, d := range PayDifferences(paid, due) {
		differs[d.PersonID] = true
	}
	return differs
}

func openOf(list []Difference) *Difference {
	for i := range list {
		if list[i].State == DifferenceOpen {
			return &list[i]
		}
	}
	return nil
}

func refusedAs(list []Difference, origin string) bool {
	for _, d := range list {
		if d.State == DifferenceRefused && d.Origin == origin {
			return true
		}
	}
	return false
}

// closeDifference ends one that no longer holds before anybody decided on it.
func closeDifference(b *pgx.Batch, tx *access.Tx, id int64) {
	b.Queue(`update assessment_differences set state = 'refused', decided_by = '系统', decided_at = $3, decision_reason = '登记已一致,不再有差额',
		origin = origin || ' (closed ' || id || ')' where tenant_id = $1 and id = $2`, tx.Tenant(), id, tx.Scope().Now())
}
