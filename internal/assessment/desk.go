package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/points"
)

// desk is what entering needs of a sheet, read in one round trip: all rows for the grid, one row for a cell.
type desk struct {
	Sheet   Sheet
	State   SheetState // effective
	Scheme  Scheme
	Rows    []Row // in the order of the grid, returned rows first
	at      map[int64]int
	cells   map[place]Cell
	entries map[int64][]StoredEntry
}

func (d *desk) row(id int64) Row { return d.Rows[d.at[id]] }

func (d *desk) holds(id int64) bool { _, ok := d.at[id]; return ok }

func (d *desk) dimension(code string) Dimension {
	dim, _ := d.Scheme.Dimension(code)
	return dim
}

// value is what a cell stands at.
func (d *desk) value(row int64, dimension string) points.Points {
	if c, ok := d.cells[place{row, dimension}]; ok {
		return c.Value
	}
	return d.dimension(dimension).Full()
}

// closed says why a person may not type into a row, empty if he may.
func (d *desk) closed(row Row, person int64) string {
	switch {
	case person != 0 && row.PersonID == person:
		return "不能给本人评分"
	case Writable(d.State, row.State):
		return ""
	case d.State == SheetReturned:
		return row.PersonName + "未被退回,已锁定"
	case d.State == SheetDraft || d.State == SheetNotStarted:
		return row.PersonName + "已锁定,不能修改"
	}
	return "考评表现为“" + d.State.Title(ViewerClerk) + "”,不能修改"
}

// desk reads a whole sheet. lock holds it against other acts until the transaction ends.
func (s Store) desk(ctx context.Context, tx *access.Tx, id int64, lock bool) (*desk, error) {
	sheet, err := s.Sheet(ctx, tx, id, lock)
	if err != nil {
		return nil, err
	}
	d := &desk{Sheet: sheet}
	if d.Scheme, err = s.SchemeOfMonth(ctx, tx, sheet.Month); err != nil {
		return nil, err
	}
	rows, err := s.Rows(ctx, tx, sheet, d.Scheme)
	if err != nil {
		return nil, err
	}
	returned := false
	for _, first := range []bool{true, false} {
		for _, r := range rows {
			if (r.State == RowReturned) == first {
				d.Rows = append(d.Rows, r)
				returned = returned || first
			}
		}
	}
	d.State = Effective(sheet.State, returned)
	b := &pgx.Batch{}
	cells, entries := s.queueParts(b, tx, sheet.TownshipID, d.ids())
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	d.index(*cells, *entries)
	return d, nil
}

// queueParts asks for the cells and entries of rows.
func (s Store) queueParts(b *pgx.Batch, tx *access.Tx, township int64, rows []int64) (*[]Cell, *[]StoredEntry) {
	var cells []Cell
	var entries []StoredEntry
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "rows": rows}
	b.Queue(`select row_id, dimension, value, changed_by, changed_name, changed_at from assessment_cells
		where tenant_id = @tenant and township_id = @township and row_id = any(@rows)`, args).Query(func(rows pgx.Rows) (err error) {
		cells, err = pgx.CollectRows(rows, pgx.RowToStructByName[Cell])
		return err
	})
	b.Queue(`select id, row_id, dimension, item, points, clause, reason, reported_by, source, created_by, created_name, created_at
		from assessment_entries where tenant_id = @tenant and township_id = @township and row_id = any(@rows) order by row_id, id`,
		args).Query(func(rows pgx.Rows) (err error) {
		entries, err = pgx.CollectRows(rows, pgx.RowToStructByName[StoredEntry])
		return err
	})
	return &cells, &entries
}

func (d *desk) ids() []int64 {
	list := make([]int64, len(d.Rows))
	for i, r := range d.Rows {
		list[i] = r.ID
	}
	return list
}

func (d *desk) index(cells []Cell, entries []StoredEntry) {
	d.at = make(map[int64]int, len(d.Rows))
	for i, r := range d.Rows {
		d.at[r.ID] = i
	}
	d.cells = make(map[place]Cell, len(cells))
	for _, c := range cells {
		d.cells[place{c.RowID, c.Dimension}] = c
	}
	d.entries = make(map[int64][]StoredEntry)
	for _, e := range entries {
		d.entries[e.RowID] = append(d.entries[e.RowID], e)
	}
}

// deskOfRow reads a sheet with one of its rows only: what saving a cell needs, in two round trips.
func (s Store) deskOfRow(ctx context.Context, tx *access.Tx, id int64, lock bool) (*desk, error) {
	row, err := s.Row(ctx, tx, id, false)
	if err != nil {
		return nil, err
	}
	d := &desk{Rows: []Row{row}}
	b := &pgx.Batch{}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "sheet": row.SheetID}
	held := `select ` + sheetColumns + ` from assessment_sheets where tenant_id = @tenant and id = @sheet`
	if lock {
		held += ` for update`
	}
	b.Queue(held, args).Query(func(rows pgx.Rows) (err error) {
		d.Sheet, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Sheet])
		return err
	})
	// read again below the lock: an act may have frozen the row while we waited
	b.Queue(`select `+rowColumns+` from assessment_rows where tenant_id = @tenant and id = @row and removed_at is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "row": id}).Query(func(rows pgx.Rows) (err error) {
		d.Rows[0], err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Row])
		return err
	})
	returned := false
	b.Queue(`select exists (select from assessment_rows where tenant_id = @tenant and sheet_id = @sheet and state = 'returned'
		and removed_at is null)`, args).QueryRow(func(r pgx.Row) error { return r.Scan(&returned) })
	b.Queue(`select c.content from assessment_months m join assessment_schemes c on c.tenant_id = m.tenant_id and c.id = m.scheme_id
		where m.tenant_id = @tenant and m.month = @month`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": row.Month}).
		QueryRow(func(r pgx.Row) error { return r.Scan(&d.Scheme) })
	cells, entries := s.queueParts(b, tx, row.TownshipID, []int64{id})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	d.State = Effective(d.Sheet.State, returned)
	d.index(*cells, *entries)
	return d, nil
}

// begin turns a sheet that nobody has touched into a draft.
func (s Store) begin(ctx context.Context, tx *access.Tx, d *desk) error {
	next, err := Next(d.State, ActEnter)
	if err != nil {
		return err
	}
	if next == d.State {
		return nil
	}
	d.Sheet.State, d.State = next.Stored(), next
	if err := s.saveSheet(ctx, tx, d.Sheet); err != nil {
		return err
	}
	d.Sheet.Version++
	return nil
}
