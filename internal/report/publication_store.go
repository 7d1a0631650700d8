package report

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

const publicationColumns = `id, title, as_of, query, definition, figures, published_by, published_at`

// publicationFilter narrows the list of publications.
type publicationFilter struct {
	Text string `form:"q"`
	Page int    `form:"page"`
}

func (f publicationFilter) args(tx *access.Tx) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "text": strings.TrimSpace(f.Text)}
}

const publicationWhere = ` from report_publications where tenant_id = @tenant and (@text = '' or strpos(title, @text) > 0)`

func (Store) countPublications(ctx context.Context, tx *access.Tx, f publicationFilter) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+publicationWhere, f.args(tx)).Scan(&n)
	return n, err
}

func (Store) publications(ctx context.Context, tx *access.Tx, f publicationFilter, limit, offset int) ([]Publication, error) {
	args := f.args(tx)
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, `select `+publicationColumns+publicationWhere+` order by published_at desc, id desc limit @limit offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Publication])
}

func (Store) publication(ctx context.Context, tx *access.Tx, id int64) (Publication, error) {
	rows, err := tx.Query(ctx, `select `+publicationColumns+` from report_publications where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Publication{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Publication])
}

// publish keeps the table under a title.
func (Store) publish(ctx context.Context, tx *access.Tx, title string, p structure) (id int64, err error) {
	figures, err := json.Marshal(freeze(p))
	if err != nil {
		return 0, err
	}
	s := tx.Scope()
	err = tx.QueryRow(ctx, `insert into report_publications (tenant_id, title, as_of, query, definition, figures, published_by, published_holder, published_at)
		values (@tenant, @title, @on, @query, @definition, @figures, @by, @holder, @now) returning id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"title": title, "on": p.On, "query": p.Ask.values().Encode(), "definition": p.defined(), "figures": figures, "by": s.Name(), "holder": s.Holder(),
		"now": s.Now()}).Scan(&id)
	tx.Audit(access.Line{Action: "report.publish", Object: "report_publications", ID: id, Summary: "发布统计数据 " + title,
		Detail: map[string]any{"as_of": p.day(), "query": p.Ask.values().Encode(), "people": p.total("people").N}})
	return id, err
}
