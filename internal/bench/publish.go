package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pgserver"
)

// approved is a month of the district that awaits its publication.
type approved struct {
	tenant int64
	month  month.Month
	sheets []string
	ids    []int64
	rows   int
}

// approve takes the last final month back to where the district has approved every township.
func (b *bench) approve() (a approved, err error) {
	err = b.db.QueryRow(b.ctx, `select m.tenant_id, m.month, array_agg(s.id), array_agg(s.id::text) from assessment_months m join assessment_sheets s using (tenant_id, month)
		where m.tenant_id = (select id from tenants where code = '621202') and m.month = (select max(month) from assessment_months
			where tenant_id = (select id from tenants where code = '621202') and state = 'closed') group by 1, 2`).Scan(&a.tenant, &a.month, &a.ids, &a.sheets)
	if err != nil {
		return a, err
	}
	err = b.db.QueryRow(b.ctx, `select count(*) from assessment_rows where tenant_id = $1 and month = $2 and removed_at is null`, a.tenant, a.month).Scan(&a.rows)
	return a, err
}

// unpublish puts the month back. next is the key that the first publication will get.
func (b *bench) unpublish(a approved, next int64) error {
	for _, sql := range []string{
		`delete from assessment_objections o using assessment_sheets s where s.tenant_id = o.tenant_id and s.id = o.sheet_id and s.tenant_id = $1 and s.month = $2`,
		`delete from assessment_results where tenant_id = $1 and month = $2`,
		`delete from assessment_postings x using assessment_publications p where p.tenant_id = x.tenant_id and p.id = x.publication_id and p.tenant_id = $1 and p.month = $2`,
		`delete from assessment_publications where tenant_id = $1 and month = $2`,
		`delete from assessment_acts x using assessment_sheets s where s.tenant_id = x.tenant_id and s.id = x.sheet_id and s.tenant_id = $1 and s.month = $2`,
		`update assessment_sheets set state = 'district_approved', published_at = null, locked_at = null, round = 1 where tenant_id = $1 and month = $2`,
		`update assessment_months set state = 'open' where tenant_id = $1 and month = $2`,
		`update assessment_rows set state = 'frozen' where tenant_id = $1 and month = $2`,
	} {
		if _, err := b.db.Exec(b.ctx, sql, a.tenant, a.month); err != nil {
			return fmt.Errorf("%.60s: %w", sql, err)
		}
	}
	if _, err := b.db.Exec(b.ctx, fmt.Sprintf(`alter table assessment_publications alter column id restart with %d`, next)); err != nil {
		return err
	}
	_, err := b.super.Exec(b.ctx, `vacuum analyze assessment_results, assessment_rows, assessment_sheets, assessment_publications, assessment_postings`)
	return err
}

// publish: a whole month, with grades, quota and pay, in one act.
func (b *bench) publish() error {
	officer, err := b.login("wd-officer")
	if err != nil {
		return err
	}
	a, err := b.approve()
	if err != nil {
		return err
	}
	const key = 10_000_000
	act := func() error {
		return want(http.StatusSeeOther)(officer.post("/assessment/"+a.month.String()+"/publish", url.Values{"sheet": a.sheets}))
	}
	if err := b.unpublish(a, key); err != nil {
		return err
	}
	all, err := b.record(b.ctx, act)
	if err != nil {
		return err
	}
	bare := transactions(all, func(tx []string) bool {
		return strings.Contains(strings.Join(tx, " "), "insert into assessment_results")
	})
	if len(bare) < 6 {
		return errors.New("the statements of the publication were not found")
	}
	app, err := pgx.Connect(b.ctx, b.pg.URL(pgserver.AppRole))
	if err != nil {
		return err
	}
	defer app.Close(context.WithoutCancel(b.ctx))
	var ours, theirs []float64
	for range runs {
		for _, x := range []struct {
			do   func() error
			into *[]float64
		}{{act, &ours}, {func() error { return replay(b.ctx, app, bare) }, &theirs}} {
			if err := b.unpublish(a, key); err != nil {
				return err
			}
			begin := time.Now()
			if err := x.do(); err != nil {
				return err
			}
			*x.into = append(*x.into, time.Since(begin).Seconds())
		}
	}
	mine, floor := middle(ours), middle(theirs)
	b.add(figure{name: fmt.Sprintf("publication of a month, %d results, of its statements", a.rows), ours: inMS(mine), bare: inMS(floor), value: mine / floor, target: 4, unitWord: " ×"})
	return nil
}

// replay sends statements as text, one after the other.
func replay(ctx context.Context, c *pgx.Conn, statements []string) error {
	for _, s := range statements {
		if _, err := c.PgConn().Exec(ctx, s).ReadAll(); err != nil {
			_, _ = c.Exec(ctx, "rollback") // the error counts
			return fmt.Errorf("%.120s: %w", s, err)
		}
	}
	return nil
}

// province is how many districts of the same size the growth is measured over.
const province = 86

// growth: the publication of one more district costs the same, however many are there already.
func (b *bench) growth() error {
	a, err := b.approve()
	if err != nil {
		return err
	}
	if err := b.unpublish(a, 20_000_000); err != nil {
		return err
	}
	if err := b.copyDistricts(a); err != nil {
		return err
	}
	var took []float64
	for k := range province {
		begin := time.Now()
		err := access.InScope(b.ctx, b.app.Core.System("bench", firstCopy+int64(k)), func(tx *access.Tx) error {
			_, err := assessment.Store{}.Publish(b.ctx, tx, a.month, a.ids)
			return err
		})
		if err != nil {
			return fmt.Errorf("district %d: %w", k, err)
		}
		took = append(took, time.Since(begin).Seconds())
	}
	first, last := middle(took[1:11]), middle(took[province-10:])
	b.add(figure{name: fmt.Sprintf("publication of the %dth district, of the first ones'", province), ours: inMS(last), bare: inMS(first), value: last / first, target: 1.5, unitWord: " ×"})
	return nil
}

const firstCopy = 1_000_000 // tenant of the first synthetic district

// copyDistricts makes synthetic districts: everything that a publication reads, under another tenant.
func (b *bench) copyDistricts(a approved) error {
	if _, err := b.super.Exec(b.ctx, `set session_replication_role = replica`); err != nil { // people and posts are not copied
		return err
	}
	defer func() { _, _ = b.super.Exec(context.WithoutCancel(b.ctx), `set session_replication_role = default`) }()
	if _, err := b.super.Exec(b.ctx, `insert into tenants (id, code, name) overriding system value
		select $1::bigint + k, lpad((100000 + k)::text, 6, '0'), '区' || k from generate_series(0, $2::int - 1) k`, int64(firstCopy), province); err != nil {
		return err
	}
	for _, t := range []struct{ table, which string }{{"townships", ""}, {"villages", ""}, {"assessment_schemes", ""}, {"assessment_settings", ""},
		{"assessment_months", "month"}, {"assessment_sheets", "month"}, {"assessment_rows", "month"}, {"assessment_cells", "row"}, {"assessment_entries", "row"}} {
		condition := ""
		switch t.which {
		case "month":
			condition = fmt.Sprintf(" and x.month = '%s'", a.month.First().Format(time.DateOnly))
		case "row":
			condition = fmt.Sprintf(" and x.row_id in (select id from assessment_rows where tenant_id = %d and month = '%s')", a.tenant, a.month.First().Format(time.DateOnly))
		}
		if err := b.copyTable(t.table, firstCopy, province, a.tenant, condition); err != nil {
			return err
		}
	}
	_, err := b.super.Exec(b.ctx, `vacuum analyze`)
	return err
}

// copyTable copies the rows of one district to synthetic ones.
func (b *bench) copyTable(table string, first, count, tenant int64, condition string) error {
	var columns string
	err := b.super.QueryRow(b.ctx, `select string_agg(quote_ident(column_name), ', ' order by ordinal_position) from information_schema.columns
		where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' and column_name <> 'tenant_id'`, table).Scan(&columns)
	if err != nil {
		return err
	}
	sql := "insert into " + table + " (tenant_id, " + columns + ") overriding system value select k, " + columns + " from " + table +
		" x cross join generate_series($1::bigint, $2::bigint) k where x.tenant_id = $3" + condition
	if _, err := b.super.Exec(b.ctx, sql, first, first+count-1, tenant); err != nil {
		return fmt.Errorf("copy %s: %w", table, err)
	}
	return nil
}
