package assessment

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

var errSheetMoved = fault.Conflict("这张考评表刚刚被他人处理过,请刷新后再操作")

// Row is one cadre's month, with names and titles as they were then.
type Row struct {
	ID            int64
	SheetID       int64
	TownshipID    int64
	VillageID     int64
	Month         month.Month
	PersonID      int64
	PersonName    string
	Sex           string
	VillageName   string
	PositionCode  string
	PositionTitle string
	PayPosition   string
	PayScheme     string
	Days          int
	State         RowState
	Base          points.Points
	Bonus         points.Points
	Total         points.Points
	Normalised    points.Points
	Veto          string
	NoGrade       string
	JumpReason    string
	Grade         string
	QuotaCapped   bool
	ReturnReason  string
	ReturnedTotal *points.Points
	Version       int
}

const rowColumns = `id, sheet_id, township_id, village_id, month, person_id, person_name, sex, village_name, position_code,
	position_title, pay_position, pay_scheme, days, state, base, bonus, total, normalised, veto, no_grade, jump_reason, grade,
	quota_capped, return_reason, returned_total, version`

const rowColumnsOfR = `r.id, r.sheet_id, r.township_id, r.village_id, r.month, r.person_id, r.person_name, r.sex, r.village_name,
	r.position_code, r.position_title, r.pay_position, r.pay_scheme, r.days, r.state, r.base, r.bonus, r.total, r.normalised,
	r.veto, r.no_grade, r.jump_reason, r.grade, r.quota_capped, r.return_reason, r.returned_total, r.version`

// Rows reads a sheet's rows in the order of the grid: villages by code, then posts from the scheme's highest, then names.
func (Store) Rows(ctx context.Context, tx *access.Tx, sheet Sheet, scheme Scheme) ([]Row, error) {
	order := make([]string, len(scheme.Positions))
	for i, p := range scheme.Positions {
		order[i] = p.Code
	}
	rows, err := tx.Query(ctx, `select `+rowColumnsOfR+` from assessment_rows r
		join villages v on v.tenant_id = r.tenant_id and v.township_id = r.township_id and v.id = r.village_id
		where r.tenant_id = @tenant and r.township_id = @township and r.sheet_id = @sheet and r.removed_at is null
		order by v.code, array_position(@order::text[], r.position_code) nulls last, r.person_name, r.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID, "order": order})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Row])
}

// Row reads one row in scope; lock holds it until the transaction ends.
func (Store) Row(ctx context.Context, tx *access.Tx, id int64, lock bool) (Row, error) {
	sql := `select ` + rowColumns + ` from assessment_rows where tenant_id = @tenant and id = @id and removed_at is null`
	if lock {
		sql += ` for update`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Row{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Row])
}

// Cell is a dimension of a row that somebody touched. Value is what the grid shows in 得分 mode.
type Cell struct {
	RowID       int64
	Dimension   string
	Value       points.Points
	ChangedBy   int64
	ChangedName string
	ChangedAt   time.Time
}

// Cells reads the touched cells of a township's rows.
func (Store) Cells(ctx context.Context, tx *access.Tx, township int64, rowIDs []int64) ([]Cell, error) {
	rows, err := tx.Query(ctx, `select row_id, dimension, value, changed_by, changed_name, changed_at from assessment_cells
		where tenant_id = @tenant and township_id = @township and row_id = any(@rows)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "rows": rowIDs})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Cell])
}

// StoredEntry is one reason why a cell differs from full marks, as the table keeps it.
type StoredEntry struct {
	ID          int64
	RowID       int64
	Dimension   string
	Item        string
	Points      points.Points
	Clause      string
	Reason      string
	ReportedBy  string
	Source      string
	CreatedBy   int64
	CreatedName string
	CreatedAt   time.Time
}

// Entries reads the entries of a township's rows, the oldest first.
func (Store) Entries(ctx context.Context, tx *access.Tx, township int64, rowIDs []int64) ([]StoredEntry, error) {
	rows, err := tx.Query(ctx, `select id, row_id, dimension, item, points, clause, reason, reported_by, source, created_by,
		created_name, created_at from assessment_entries
		where tenant_id = @tenant and township_id = @township and row_id = any(@rows) order by row_id, id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "rows": rowIDs})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[StoredEntry])
}
