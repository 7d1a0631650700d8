package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/points"
)

// StoredProposal is a deduction that another module proposed and nobody has decided on. RowID is 0 where the person is
// not on the sheet.
type StoredProposal struct {
	ID         int64
	RowID      int64
	PersonID   int64
	PersonName string
	Dimension  string
	Item       string
	Points     points.Points
	Clause     string
	Reason     string
}

// proposals reads what was proposed into a sheet and stands open, the oldest first. lock holds them until the
// transaction ends.
func (Store) proposals(ctx context.Context, tx *access.Tx, sheet Sheet, lock bool) ([]StoredProposal, error) {
	sql := `select p.id, coalesce(r.id, 0) as row_id, p.person_id, coalesce(r.person_name, '') as person_name, p.dimension, p.item,
			p.points, p.clause, p.reason
		from assessment_proposals p left join assessment_rows r on r.tenant_id = p.tenant_id and r.township_id = p.township_id
			and r.month = p.month and r.person_id = p.person_id and r.removed_at is null
		where p.tenant_id = @tenant and p.township_id = @township and p.month = @month and p.state = 'open' order by p.id`
	if lock {
		sql += ` for update of p`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "month": sheet.Month})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[StoredProposal])
}

// countProposals counts what stands open on a sheet.
func (Store) countProposals(ctx context.Context, tx *access.Tx, sheet Sheet) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from assessment_proposals p join assessment_rows r on r.tenant_id = p.tenant_id
			and r.township_id = p.township_id and r.month = p.month and r.person_id = p.person_id and r.removed_at is null
		where p.tenant_id = @tenant and p.township_id = @township and p.month = @month and p.state = 'open'`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "month": sheet.Month}).Scan(&n)
	return n, err
}
