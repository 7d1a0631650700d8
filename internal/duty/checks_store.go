package duty

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

const checksNarrowed = ` where c.tenant_id = @tenant and c.on_day >= @first and c.on_day < @next and (@struck <> '' or c.voided_at is null)
	and (@result = '' or c.result = @result)
	and (@text = '' or strpos(r.village_name, @text) > 0 or strpos(c.person_name, @text) > 0 or strpos(c.checker, @text) > 0)`

func checksArgs(tx *access.Tx, m month.Month, q checksQuery) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "first": m.First(), "next": m.Next().First(), "struck": q.Struck, "result": q.Result, "text": q.Text}
}

// Checks lists the checks of a month in scope, the latest first.
func (Store) Checks(ctx context.Context, tx *access.Tx, m month.Month, q checksQuery, limit, offset int) ([]Check, error) {
	args := checksArgs(tx, m, q)
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, `select `+checkColumns+checksNarrowed+` order by c.checked_at desc, c.id desc limit @limit offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Check])
}

// checkCount sums a month's checks up: of all that stand, and how many match the filters.
type checkCount struct {
	Total, Villages, Of                 int
	InPost, Absent, Substitute, Excused int
	Matching                            int
}

func (Store) countChecks(ctx context.Context, tx *access.Tx, m month.Month, q checksQuery) (n checkCount, err error) {
	args := checksArgs(tx, m, q)
	b := &pgx.Batch{}
	b.Queue(`select count(*)::int as total, count(distinct village_id)::int as villages,
			(select count(*)::int from villages v where v.tenant_id = @tenant and v.valid_from < @next and (v.valid_to is null or v.valid_to >= @next)) as of,
			count(*) filter (where result = 'in_post')::int as in_post, count(*) filter (where result = 'absent')::int as absent,
			count(*) filter (where result = 'substitute')::int as substitute, count(*) filter (where result = 'excused')::int as excused, 0 as matching
		from duty_checks where tenant_id = @tenant and on_day >= @first and on_day < @next and voided_at is null`,
		pgx.StrictNamedArgs{"tenant": args["tenant"], "first": args["first"], "next": args["next"]}).Query(func(rows pgx.Rows) (err error) {
		matching := n.Matching
		n, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[checkCount])
		n.Matching = matching
		return err
	})
	b.Queue(`select count(*) from duty_checks c join duty_rosters r on r.tenant_id = c.tenant_id and r.id = c.roster_id`+checksNarrowed, args).
		QueryRow(func(r pgx.Row) error { return r.Scan(&n.Matching) })
	err = tx.SendBatch(ctx, b).Close()
	return n, err
}
