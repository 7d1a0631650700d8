package access

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Relink gives the accounts of one personnel file to another, where two files turned out to be one person: nobody scores
// himself, under whichever number he stands. only narrows it to some accounts, to take a merge back; nil means all. It
// returns the accounts that changed.
func Relink(ctx context.Context, tx *Tx, from, to int64, only []int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `update accounts set person_id = @to, version = version + 1 where tenant_id = @tenant and person_id = @from
		and (@only::bigint[] is null or id = any(@only)) returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "from": from, "to": to, "only": only})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
