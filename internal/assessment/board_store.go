package assessment

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// BoardLine is one township of a month's board.
type BoardLine struct {
	SheetID         int64
	TownshipID      int64
	TownshipName    string
	State           SheetState // effective
	Rows            int
	Touched         int // rows in which something was entered
	Returned        int
	Objections      int // open ones
	ReturnRequested bool
	Average         *points.Points // of the normalised scores; none before anything was entered
	Excellent       *int           // none before anybody has a grade
	SubmittedAt     *time.Time
	PublishedAt     *time.Time
	Confirmed       bool // by the department's leader
	Version         int
}

// Board reads every sheet of a month that the scope sees, in the order of the townships' codes.
func (Store) Board(ctx context.Context, tx *access.Tx, m month.Month) ([]BoardLine, error) {
	rows, err := tx.Query(ctx, `with r as (
			select sheet_id, count(*) as rows, count(*) filter (where state = 'returned') as returned,
				count(*) filter (where grade = 'excellent') as excellent, count(*) filter (where grade <> '') as graded, round(avg(normalised), 2) as average
			from assessment_rows where tenant_id = @tenant and month = @month and removed_at is null group by sheet_id),
		c as (select w.sheet_id, count(distinct c.row_id) as touched from assessment_cells c
			join assessment_rows w on w.tenant_id = c.tenant_id and w.id = c.row_id
			where c.tenant_id = @tenant and w.tenant_id = @tenant and w.month = @month and w.removed_at is null group by w.sheet_id),
		o as (select sheet_id, count(*) as open from assessment_objections where tenant_id = @tenant and state = 'open' group by sheet_id)
		select s.id as sheet_id, s.township_id, s.township_name, s.state, coalesce(r.rows, 0)::int as rows,
			coalesce(c.touched, 0)::int as touched, coalesce(r.returned, 0)::int as returned, coalesce(o.open, 0)::int as objections,
			s.return_requested <> '' as return_requested, case when s.state <> 'not_started' then r.average end as average, case when r.graded > 0 then r.excellent::int end as excellent, s.submitted_at, s.published_at,
			s.confirmed_at is not null as confirmed, s.version
		from assessment_sheets s join townships t on t.tenant_id = s.tenant_id and t.id = s.township_id
			left join r on r.sheet_id = s.id left join c on c.sheet_id = s.id left join o on o.sheet_id = s.id
		where s.tenant_id = @tenant and s.month = @month order by t.code`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": m})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[BoardLine])
	for i := range list {
		list[i].State = Effective(list[i].State, list[i].Returned > 0)
	}
	return list, err
}

// Contact is somebody to remind.
type Contact struct {
	TownshipID int64
	Name       string
	Phone      []byte
}

// Clerks reads who enters or approves for townships, from their running grants.
func (Store) Clerks(ctx context.Context, tx *access.Tx, role access.Role) ([]Contact, error) {
	rows, err := tx.Query(ctx, `select g.township_id, a.name, a.phone from grants g
		join accounts a on a.tenant_id = g.tenant_id and a.id = g.account_id
		where g.tenant_id = @tenant and g.role = @role and g.starts_on <= @today and (g.ends_on is null or g.ends_on >= @today)
			and a.disabled_at is null and g.kind <> 'predecessor' order by g.township_id, a.name`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "role": string(role), "today": tx.Scope().Today()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Contact])
}

// Spread is how one township's final results of a month lie, for comparing two months.
type Spread struct {
	TownshipID   int64
	TownshipName string
	Rows         int
	Average      *points.Points
	Excellent    int
	Competent    int
	Basically    int
	Incompetent  int
}

// Spreads reads the distribution of a month per township, from the results in force.
func (Store) Spreads(ctx context.Context, tx *access.Tx, m month.Month) ([]Spread, error) {
	rows, err := tx.Query(ctx, `select s.township_id, s.township_name, count(r.row_id)::int as rows, round(avg(r.normalised), 2) as average,
			count(*) filter (where r.grade = 'excellent')::int as excellent, count(*) filter (where r.grade = 'competent')::int as competent,
			count(*) filter (where r.grade = 'basically_competent')::int as basically,
			count(*) filter (where r.grade = 'incompetent')::int as incompetent
		from assessment_sheets s join townships t on t.tenant_id = s.tenant_id and t.id = s.township_id
			left join assessment_results r on r.tenant_id = s.tenant_id and r.township_id = s.township_id and r.month = s.month and r.replaced_by is null
		where s.tenant_id = @tenant and s.month = @month group by s.township_id, s.township_name, t.code order by t.code`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": m})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Spread])
}
