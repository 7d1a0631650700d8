package access

import (
	"context"
	"fmt"
)

// Wide lets fn read the whole district within the same transaction, for one named purpose, such as adding up a person's
// days over two townships. The answer must never show what the actor may not see. It happens behind a savepoint that is
// always rolled back, so fn can change nothing; and it takes no second connection, for which requests that each hold
// one already would wait for each other. Listed in the same test as System.
func (tx *Tx) Wide(ctx context.Context, reason string, fn func(wide *Tx) error) error {
	savepoint, err := tx.Begin(ctx)
	if err != nil {
		return fmt.Errorf("widen for %s: %w", reason, err)
	}
	if _, err = savepoint.Exec(ctx, `set local app.level = 'district'`); err == nil {
		err = fn(&Tx{Tx: savepoint, scope: tx.scope.Widen(reason)})
	}
	if back := savepoint.Rollback(ctx); err == nil {
		err = back
	}
	return err
}
