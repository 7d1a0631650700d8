package assessment

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// eventQuery narrows the timeline of a sheet.
type eventQuery struct {
	Text string `form:"q"`
	Act  Act    `form:"act"`
	Page int    `form:"page"`
}

const eventsFrom = ` from assessment_acts a left join assessment_rows r on r.tenant_id = a.tenant_id and r.id = a.row_id
	where a.tenant_id = @tenant and a.sheet_id = @sheet and (@act = '' or a.act = @act)
		and (@text = '' or strpos(r.person_name, @text) > 0 or strpos(a.actor, @text) > 0 or strpos(a.reason, @text) > 0)`

func (q eventQuery) args(tx *access.Tx, sheet int64) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "sheet": sheet, "act": string(q.Act), "text": strings.TrimSpace(q.Text)}
}

func (Store) countEvents(ctx context.Context, tx *access.Tx, sheet int64, q eventQuery) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+eventsFrom, q.args(tx, sheet)).Scan(&n)
	return n, err
}

// events reads a page of the timeline of a sheet, the newest first; limit 0 reads all.
func (Store) events(ctx context.Context, tx *access.Tx, sheet int64, q eventQuery, limit, offset int) ([]Event, error) {
	args := q.args(tx, sheet)
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, `select a.row_id, coalesce(r.person_name, '') as person_name, a.act, a.round, a.reason, a.actor, a.at`+eventsFrom+`
		order by a.at desc, a.id desc limit nullif(@limit::int, 0) offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Event])
}
