package assessment

import (
	"context"

	"touyan/internal/access"
)

// HasResults reports whether a person stands on any sheet: such a file is never voided.
func (Store) HasResults(ctx context.Context, tx *access.Tx, person int64) (has bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from assessment_rows where tenant_id = $1 and person_id = $2 and removed_at is null)`,
		tx.Tenant(), person).Scan(&has)
	return has, err
}
