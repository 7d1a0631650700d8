package cadre

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// cameFromElsewhere tells whether a person's file came from another unit, so that there is a history to read.
func (Store) cameFromElsewhere(ctx context.Context, tx *access.Tx, person int64) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from transfer_requests where tenant_id = @tenant and person_id = @person
		and state = 'confirmed' and releasing_township_id <> township_id)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person}).Scan(&yes)
	return yes, err
}
