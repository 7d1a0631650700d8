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

// noticeLines reads the villages of a sheet's publications, the newest publication first.
func (Store) noticeLines(ctx context.Context, tx *access.Tx, sheet Sheet) ([]noticeLine, error) {
	rows, err := tx.Query(ctx, `with parts as (
			select publication_id, village_id, min(village_name) as village_name, count(*) as rows from (
				select r.publication_id, r.village_id, r.village_name from assessment_results r
					join assessment_publications p on p.tenant_id = r.tenant_id and p.id = r.publication_id
					where r.tenant_id = @tenant and p.tenant_id = @tenant and p.sheet_id = @sheet
				union all
				select b.replaced_by, b.village_id, b.village_name from assessment_results b -- somebody who left the list
					join assessment_publications p on p.tenant_id = b.tenant_id and p.id = b.replaced_by
					where b.tenant_id = @tenant and p.tenant_id = @tenant and p.sheet_id = @sheet and not exists (select from assessment_results r
						where r.tenant_id = b.tenant_id and r.publication_id = b.replaced_by and r.row_id = b.row_id)) x
			group by publication_id, village_id),
		claims as (select village_id, count(*) filter (where state = 'open') as open, count(*) as objections
			from assessment_objections where tenant_id = @tenant and sheet_id = @sheet group by village_id)
		select p.id as publication_id, r.village_id, r.village_name, r.rows::int, o.posted_on, o.ends_on, coalesce(o.posted_by, '') as posted_by,
			coalesce(j.open, 0)::int as open, coalesce(j.objections, 0)::int as objections
		from assessment_publications p join parts r on r.publication_id = p.id
			join villages v on v.tenant_id = p.tenant_id and v.township_id = p.township_id and v.id = r.village_id
			left join assessment_postings o on o.tenant_id = p.tenant_id and o.publication_id = p.id and o.village_id = r.village_id
			left join claims j on j.village_id = r.village_id
		where p.tenant_id = @tenant and p.township_id = @township and p.sheet_id = @sheet
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

// noticeSelect reads results as notices show them, from parts: results, each with the publication that shows it.
const noticeSelect = ` select r.publication_id, r.row_id, r.village_id, r.village_name, r.person_id, r.person_name, r.position_title,
		r.total, r.grade, r.no_grade, r.deductions, r.removed, b.total as before_total, b.grade as before_grade, q.number as before_number
	from parts r
		join assessment_rows w on w.tenant_id = @tenant and w.id = r.row_id
		join villages v on v.tenant_id = @tenant and v.township_id = @township and v.id = r.village_id
		left join assessment_results b on b.tenant_id = @tenant and b.row_id = r.row_id and b.replaced_by = r.publication_id
		left join assessment_publications q on q.tenant_id = b.tenant_id and q.id = b.publication_id
	where @village = 0 or r.village_id = @village
	order by v.code, r.removed, array_position(@order::text[], w.position_code) nulls last, r.person_name, r.row_id`

const noticePart = ` row_id, village_id, village_name, person_id, person_name, position_title, total, grade, no_grade, deductions `

// noticeResults reads what a publication says, of one village or (0) of all, in the order of the grid. A correction also
// says whom it took off the list.
func (Store) noticeResults(ctx context.Context, tx *access.Tx, sheet Sheet, publication, village int64, scheme Scheme) ([]noticeResult, error) {
	rows, err := tx.Query(ctx, `with parts as (
			select publication_id,`+noticePart+`, false as removed from assessment_results
				where tenant_id = @tenant and township_id = @township and publication_id = @publication
			union all
			select @publication,`+noticePart+`, true from assessment_results b
				where tenant_id = @tenant and township_id = @township and replaced_by = @publication and not exists (select from assessment_results r
					where r.tenant_id = b.tenant_id and r.publication_id = b.replaced_by and r.row_id = b.row_id))`+noticeSelect,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "publication": publication, "village": village,
			"order": scheme.positionOrder()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[noticeResult])
}

// resultsInForce reads the results of a sheet that nothing has replaced, as far as the scope sees them.
func (Store) resultsInForce(ctx context.Context, tx *access.Tx, sheet Sheet, scheme Scheme) ([]noticeResult, error) {
	rows, err := tx.Query(ctx, `with parts as (
			select publication_id,`+noticePart+`, false as removed from assessment_results
				where tenant_id = @tenant and township_id = @township and month = @month and replaced_by is null)`+noticeSelect,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "month": sheet.Month, "village": 0,
			"order": scheme.positionOrder()})
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
