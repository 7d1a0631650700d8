package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// Recompute brings the stored sums of rows to what their entries say. Call it after any change of entries, in the same
// transaction; it is one statement however many rows.
func (s Store) Recompute(ctx context.Context, tx *access.Tx, scheme Scheme, township int64, rowIDs []int64) (map[int64]Score, error) {
	entries, err := s.Entries(ctx, tx, township, rowIDs)
	if err != nil {
		return nil, err
	}
	byRow := make(map[int64][]Entry, len(rowIDs))
	for _, e := range entries {
		byRow[e.RowID] = append(byRow[e.RowID], e.Entry())
	}
	scores := make(map[int64]Score, len(rowIDs))
	n := len(rowIDs)
	base, bonus, total, normalised, veto := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, id := range rowIDs {
		sc := scheme.Score(byRow[id])
		scores[id] = sc
		base[i], bonus[i], total[i], normalised[i] = sc.Base.Fixed(), sc.Bonus.Fixed(), sc.Total.Fixed(), sc.Normalised.Fixed()
		veto[i] = string(sc.Veto)
	}
	_, err = tx.Exec(ctx, `update assessment_rows r set base = u.base, bonus = u.bonus, total = u.total, normalised = u.normalised,
			veto = u.veto, version = r.version + 1
		from (select * from unnest(@ids::bigint[], @base::numeric[], @bonus::numeric[], @total::numeric[], @normalised::numeric[],
			@veto::text[]) as u (id, base, bonus, total, normalised, veto)) u
		where r.tenant_id = @tenant and r.township_id = @township and r.id = u.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "ids": rowIDs, "base": base, "bonus": bonus, "total": total,
			"normalised": normalised, "veto": veto})
	return scores, err
}

// Entry is the stored entry as the rules read it.
func (e StoredEntry) Entry() Entry {
	return Entry{Dimension: e.Dimension, Item: e.Item, Points: e.Points, Clause: e.Clause, Reason: e.Reason, ReportedBy: e.ReportedBy}
}
