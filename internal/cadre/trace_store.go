package cadre

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

// traceLimit is how many people a search of the trail offers to choose from.
const traceLimit = 50

// traced finds files by name, former name, or the number or its last four, in whatever state they are.
func (s Store) traced(ctx context.Context, tx *access.Tx, text string) ([]Person, error) {
	text = strings.TrimSpace(text)
	number := idcard.Normalise(text)
	rows, err := tx.Query(ctx, `select `+personColumns+personTables+personPosts+` where p.tenant_id = @tenant and p.merged_into is null
			and (strpos(p.name, @text) > 0 or strpos(p.former_name, @text) > 0 or p.id_tail_index = @tail or p.id_index = @whole)
		order by p.name, t.code, v.code, p.id limit @limit`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "text": text,
		"tail": s.keys.Index(tx.Tenant(), "cadre.id_tail", number), "whole": s.keys.Index(tx.Tenant(), "cadre.id_number", number),
		"on": tx.Scope().Today(), "order": positionOrder, "limit": traceLimit + 1})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Person])
}
