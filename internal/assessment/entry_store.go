package assessment

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/points"
)

// write stores what the ledger changed, in a number of round trips that does not grow with it: entries and cells in one
// batch, the rows' sums in one statement. It leaves the audit line to the caller, who knows what the act was.
func (s Store) write(ctx context.Context, tx *access.Tx, l *ledger) (map[int64]Score, error) {
	if len(l.touched) == 0 {
		return nil, nil
	}
	if err := s.begin(ctx, tx, l.desk); err != nil {
		return nil, err
	}
	b := &pgx.Batch{}
	rows := l.changedRows()
	s.queueEntries(b, tx, l, rows)
	s.queueCells(b, tx, l)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	return s.Recompute(ctx, tx, l.Scheme, l.Sheet.TownshipID, rows)
}

func (l *ledger) changedRows() []int64 {
	var rows []int64
	for _, p := range l.touched {
		if !slices.Contains(rows, p.Row) {
			rows = append(rows, p.Row)
		}
	}
	return rows
}

// edited is a set of entries that keep their key and change their content, as columns for unnest.
type edited struct {
	ids                                   []int64
	items, points, clauses, reasons, from []string
}

func (s Store) queueEntries(b *pgx.Batch, tx *access.Tx, l *ledger, rows []int64) {
	var gone []int64
	var edit edited
	var made []StoredEntry
	for _, row := range rows {
		after, ok := l.after[row]
		if !ok {
			continue
		}
		for _, old := range l.entries[row] {
			i := slices.IndexFunc(after, func(e StoredEntry) bool { return e.ID == old.ID })
			switch {
			case i < 0:
				gone = append(gone, old.ID)
			case after[i] != old:
				e := after[i]
				edit.ids, edit.items = append(edit.ids, e.ID), append(edit.items, e.Item)
				edit.points, edit.clauses = append(edit.points, e.Points.Fixed()), append(edit.clauses, e.Clause)
				edit.reasons, edit.from = append(edit.reasons, e.Reason), append(edit.from, e.ReportedBy)
			}
		}
		for _, e := range after {
			if e.ID == 0 {
				made = append(made, e)
			}
		}
	}
	args := func(more pgx.StrictNamedArgs) pgx.StrictNamedArgs {
		more["tenant"], more["township"] = tx.Tenant(), l.Sheet.TownshipID
		return more
	}
	if len(gone) > 0 {
		b.Queue(`delete from assessment_entries where tenant_id = @tenant and township_id = @township and id = any(@ids)`,
			args(pgx.StrictNamedArgs{"ids": gone}))
	}
	if len(edit.ids) > 0 {
		b.Queue(`update assessment_entries e set item = u.item, points = u.points, clause = u.clause, reason = u.reason,
				reported_by = u.reported_by
			from (select * from unnest(@ids::bigint[], @items::text[], @points::numeric[], @clauses::text[], @reasons::text[],
				@from::text[]) as u (id, item, points, clause, reason, reported_by)) u
			where e.tenant_id = @tenant and e.township_id = @township and e.id = u.id`, args(pgx.StrictNamedArgs{"ids": edit.ids,
			"items": edit.items, "points": edit.points, "clauses": edit.clauses, "reasons": edit.reasons, "from": edit.from}))
	}
	for _, e := range made {
		s.queueEntry(b, tx, l, e)
	}
}

func (Store) queueEntry(b *pgx.Batch, tx *access.Tx, l *ledger, e StoredEntry) {
	row := l.row(e.RowID)
	b.Queue(`insert into assessment_entries (tenant_id, township_id, village_id, row_id, dimension, item, points, clause, reason,
			reported_by, source, batch, created_by, created_name, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, tx.Tenant(), row.TownshipID, row.VillageID,
		row.ID, e.Dimension, e.Item, e.Points, e.Clause, e.Reason, e.ReportedBy, e.Source, l.batch, tx.Scope().Account(),
		tx.Scope().Name(), tx.Scope().Now())
}

// queueCells brings the touched cells to what the entries come to, and notes whose hand it was.
func (Store) queueCells(b *pgx.Batch, tx *access.Tx, l *ledger) {
	values := map[int64]map[string]points.Points{}
	for _, p := range l.touched {
		if values[p.Row] == nil {
			values[p.Row] = l.Scheme.Score(entriesOf(l.entriesOf(p.Row))).Cells
		}
		row := l.row(p.Row)
		b.Queue(`insert into assessment_cells (tenant_id, township_id, village_id, row_id, dimension, value, changed_by, changed_name,
				changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (tenant_id, row_id, dimension) do update set value = excluded.value, changed_by = excluded.changed_by,
				changed_name = excluded.changed_name, changed_at = excluded.changed_at`, tx.Tenant(), row.TownshipID, row.VillageID,
			row.ID, p.Dimension, values[p.Row][p.Dimension], tx.Scope().Account(), tx.Scope().Name(), tx.Scope().Now())
	}
}

func entriesOf(stored []StoredEntry) []Entry {
	list := make([]Entry, len(stored))
	for i, e := range stored {
		list[i] = e.Entry()
	}
	return list
}

// doneBefore reports whether an act with this key has been written already: a button pressed twice.
func (Store) doneBefore(ctx context.Context, tx *access.Tx, sheet Sheet, batch string) (done bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from assessment_entries e join assessment_rows r on r.tenant_id = e.tenant_id and r.id = e.row_id
		where e.tenant_id = @tenant and e.township_id = @township and e.batch = @batch and e.batch <> '' and r.sheet_id = @sheet)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "batch": batch, "sheet": sheet.ID}).Scan(&done)
	return done, err
}
