package assessment

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// noticeHeads reads a sheet's publications, the newest first.
func (Store) noticeHeads(ctx context.Context, tx *access.Tx, sheet Sheet) ([]noticeHead, error) {
	rows, err := tx.Query(ctx, `select id, number, kind, reason, office, phone, published_by, published_at from assessment_publications
		where tenant_id = @tenant and township_id = @township and sheet_id = @sheet order by number desc`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[noticeHead])
}

// noticeLines reads the villages of a sheet's publications, the newest publication first. Which villages a publication
// is for follows from its results.
func (Store) noticeLines(ctx context.Context, tx *access.Tx, sheet Sheet) ([]noticeLine, error) {
	rows, err := tx.Query(ctx, `select p.id as publication_id, r.village_id, min(r.village_name) as village_name, count(*)::int as rows,
			o.posted_on, o.ends_on, coalesce(o.posted_by, '') as posted_by, coalesce(max(j.open), 0)::int as open,
			coalesce(max(j.objections), 0)::int as objections
		from assessment_publications p
			join assessment_results r on r.tenant_id = p.tenant_id and r.publication_id = p.id
			join villages v on v.tenant_id = r.tenant_id and v.township_id = r.township_id and v.id = r.village_id
			left join assessment_postings o on o.tenant_id = p.tenant_id and o.publication_id = p.id and o.village_id = r.village_id
			left join (select village_id, count(*) filter (where state = 'open') as open, count(*) as objections
				from assessment_objections where tenant_id = @tenant and sheet_id = @sheet group by village_id) j on j.village_id = r.village_id
		where p.tenant_id = @tenant and p.township_id = @township and p.sheet_id = @sheet
		group by p.id, p.number, r.village_id, v.code, o.posted_on, o.ends_on, o.posted_by
		order by p.number desc, v.code`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[noticeLine])
}

// savePostings enters the date for villages of a publication, in one statement.
func (Store) savePostings(ctx context.Context, tx *access.Tx, sheet Sheet, publication int64, villages []int64, on, ends time.Time) error {
	_, err := tx.Exec(ctx, `insert into assessment_postings as p (tenant_id, township_id, village_id, publication_id, posted_on, ends_on, posted_by)
		select @tenant, @township, v, @publication, @on, @ends, @by from unnest(@villages::bigint[]) as v
		on conflict (tenant_id, publication_id, village_id) do update set posted_on = excluded.posted_on, ends_on = excluded.ends_on,
			posted_by = excluded.posted_by`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "publication": publication, "on": on, "ends": ends,
			"by": tx.Scope().Name(), "villages": villages})
	return err
}

const noticeResultColumns = `r.publication_id, r.row_id, r.village_id, r.village_name, r.person_id, r.person_name, r.position_title, r.total, r.grade,
	r.no_grade, r.deductions, b.total as before_total, b.grade as before_grade, q.number as before_number`

const noticeResultJoins = ` from assessment_results r
	join assessment_rows w on w.tenant_id = r.tenant_id and w.id = r.row_id
	join villages v on v.tenant_id = r.tenant_id and v.township_id = r.township_id and v.id = r.village_id
	left join assessment_results b on b.tenant_id = r.tenant_id and b.row_id = r.row_id and b.replaced_by = r.publication_id
	left join assessment_publications q on q.tenant_id = b.tenant_id and q.id = b.publication_id `

const noticeResultOrder = ` order by v.code, array_position(@order::text[], w.position_code) nulls last, r.person_name, r.row_id`

// noticeResults reads what a publication says, of one village or (0) of all, in the order of the grid.
func (Store) noticeResults(ctx context.Context, tx *access.Tx, sheet Sheet, publication, village int64, scheme Scheme) ([]noticeResult, error) {
	rows, err := tx.Query(ctx, `select `+noticeResultColumns+noticeResultJoins+`
		where r.tenant_id = @tenant and r.township_id = @township and r.publication_id = @publication
			and (@village = 0 or r.village_id = @village)`+noticeResultOrder,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "publication": publication, "village": village,
			"order": scheme.positionOrder()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[noticeResult])
}

// resultsInForce reads the results of a sheet's month that nothing has replaced, as far as the scope sees them.
func (Store) resultsInForce(ctx context.Context, tx *access.Tx, sheet Sheet, scheme Scheme) ([]noticeResult, error) {
	rows, err := tx.Query(ctx, `select `+noticeResultColumns+noticeResultJoins+`
		where r.tenant_id = @tenant and r.township_id = @township and w.sheet_id = @sheet and r.replaced_by is null`+noticeResultOrder,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID, "order": scheme.positionOrder()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[noticeResult])
}

// positionOrder lists the assessed posts from the highest, for ordering in SQL.
func (s Scheme) positionOrder() []string {
	order := make([]string, len(s.Positions))
	for i, p := range s.Positions {
		order[i] = p.Code
	}
	return order
}
