package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// payQuery are the conditions of a pay sheet, as they stand in its address.
type payQuery struct {
	Text     string `form:"q"`
	Township int64  `form:"township"`
	Village  int64  `form:"village"`
	Line     string `form:"line"` // "": all, "paid": with a line, "none": without one
	Page     int    `form:"page"`
}

// payLine is one cadre of a month's pay sheet: score → rule → amount. Final: the month counts as paid.
type payLine struct {
	RowID         int64
	SheetID       int64
	PersonID      int64
	TownshipName  string
	VillageName   string
	PersonName    string
	PositionTitle string
	Total         points.Points
	Grade         string
	Days          int
	BaseFen       *money.Fen
	AmountFen     *money.Fen
	Rule          string
	Number        int // of the publication that it follows
	Final         bool
}

// paidResults gives each row's result that its pay follows: the one in force, or, once the sheet was locked and the
// month counts as paid, the one that stood then. What a later correction changes is a difference, never another amount.
const paidResults = `with locked as (
		select a.sheet_id, min(a.at) as at from assessment_acts a join assessment_sheets s on s.tenant_id = a.tenant_id and s.id = a.sheet_id
		where a.tenant_id = @tenant and s.tenant_id = @tenant and s.month = @month and a.act = 'lock' group by a.sheet_id),
	pay as (
		select r.row_id, p.sheet_id, r.person_id, r.township_id, r.village_id, s.township_name, r.village_name, r.person_name,
			r.position_title, r.total, r.normalised, r.grade, r.veto, w.days, r.base_fen, r.amount_fen, r.rule, p.number, r.publication_id,
			l.at is not null as final
		from assessment_results r
			join assessment_publications p on p.tenant_id = r.tenant_id and p.id = r.publication_id
			join assessment_sheets s on s.tenant_id = p.tenant_id and s.id = p.sheet_id
			join assessment_rows w on w.tenant_id = r.tenant_id and w.id = r.row_id
			left join locked l on l.sheet_id = p.sheet_id
			left join assessment_publications n on n.tenant_id = r.tenant_id and n.id = r.replaced_by
		where r.tenant_id = @tenant and r.month = @month and p.published_at <= coalesce(l.at, 'infinity')
			and (n.id is null or n.published_at > l.at))`

const payWhere = ` where (@township::bigint = 0 or pay.township_id = @township) and (@village::bigint = 0 or pay.village_id = @village)
	and (@text = '' or strpos(pay.person_name, @text) > 0 or strpos(pay.village_name, @text) > 0)
	and (@line = '' or (@line = 'paid') = (pay.amount_fen is not null))`

func (q payQuery) args(tx *access.Tx, at month.Month) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "township": q.Township, "village": q.Village, "text": q.Text, "line": q.Line}
}

// payLines reads a page of a month's pay sheet; limit 0 reads all.
func (Store) payLines(ctx context.Context, tx *access.Tx, at month.Month, q payQuery, limit, offset int) ([]payLine, error) {
	args := q.args(tx, at)
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, paidResults+` select pay.row_id, pay.sheet_id, pay.person_id, pay.township_name, pay.village_name,
			pay.person_name, pay.position_title, pay.total, pay.grade, pay.days, pay.base_fen, pay.amount_fen, pay.rule, pay.number, pay.final
		from pay join townships t on t.tenant_id = @tenant and t.id = pay.township_id
			join villages v on v.tenant_id = @tenant and v.township_id = pay.township_id and v.id = pay.village_id`+payWhere+`
		order by t.code, v.code, pay.base_fen desc nulls first, pay.person_name, pay.row_id limit nullif(@limit, 0) offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[payLine])
}

// paySum is what a unit's pay sheet comes to.
type paySum struct {
	UnitID    int64
	Name      string
	Persons   int
	Lines     int // with pay
	Base      money.Fen
	Amount    money.Fen
	Carried   money.Fen // differences of earlier months that this month pays
	Unlocked  int       // persons whose amount is not final yet
	CarriedBy int       // number of such differences
}

// due is what the month pays the unit.
func (s paySum) due() money.Fen { return s.Amount + s.Carried }

const payUnitSums = `count(*)::int as persons, count(pay.amount_fen)::int as lines, coalesce(sum(pay.base_fen), 0)::bigint as base,
	coalesce(sum(pay.amount_fen), 0)::bigint as amount, count(*) filter (where not pay.final)::int as unlocked, 0::bigint as carried, 0 as carried_by`

// payTotal sums what the conditions leave.
func (Store) payTotal(ctx context.Context, tx *access.Tx, at month.Month, q payQuery) (paySum, error) {
	rows, err := tx.Query(ctx, paidResults+` select 0::bigint as unit_id, '' as name, `+payUnitSums+` from pay`+payWhere, q.args(tx, at))
	if err != nil {
		return paySum{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[paySum])
}

// paySums sums by village within the township asked for, by township where none is.
func (Store) paySums(ctx context.Context, tx *access.Tx, at month.Month, q payQuery) ([]paySum, error) {
	sql := paidResults + ` select pay.township_id as unit_id, pay.township_name as name, ` + payUnitSums + ` from pay
		join townships u on u.tenant_id = @tenant and u.id = pay.township_id` + payWhere + `
		group by pay.township_id, pay.township_name, u.code order by u.code`
	if q.Township != 0 {
		sql = paidResults + ` select pay.village_id as unit_id, pay.village_name as name, ` + payUnitSums + ` from pay
		join villages u on u.tenant_id = @tenant and u.township_id = pay.township_id and u.id = pay.village_id` + payWhere + `
		group by pay.village_id, pay.village_name, u.code order by u.code`
	}
	rows, err := tx.Query(ctx, sql, q.args(tx, at))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[paySum])
}

// payMonth is one month in the list of pay sheets.
type payMonth struct {
	Month     month.Month
	State     MonthState
	Townships int // with cadres
	Published int
	Final     int
	Persons   int
	Lines     int
	Amount    money.Fen // as its pay sheet comes to, without differences
}

// payMonths lists the months with what their pay sheets come to, the newest first.
func (Store) payMonths(ctx context.Context, tx *access.Tx, limit, offset int) ([]payMonth, int, error) {
	var total int
	if err := tx.QueryRow(ctx, `select count(*) from assessment_months where tenant_id = @tenant`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant()}).Scan(&total); err != nil {
		return nil, 0, err
	}
	// Publications first, some hundreds, then their results in one pass: month by month it would be thousands of times each.
	rows, err := tx.Query(ctx, `with listed as materialized (select p.tenant_id, p.id, p.published_at,
			coalesce((select min(a.at) from assessment_acts a where a.tenant_id = p.tenant_id and a.sheet_id = p.sheet_id and a.act = 'lock'), 'infinity') as locked_at
			from assessment_publications p where p.tenant_id = @tenant),
		paid as (select r.month, count(*) as persons, count(r.amount_fen) as lines, sum(r.amount_fen) as amount
			from listed p join assessment_results r on r.tenant_id = p.tenant_id and r.publication_id = p.id
				left join assessment_publications n on n.tenant_id = r.tenant_id and n.id = r.replaced_by
			where p.published_at <= p.locked_at and (n.id is null or n.published_at > p.locked_at) group by r.month),
		sheets as (select s.month, count(*) as townships, count(*) filter (where s.state in ('published', 'locked')) as published,
			count(*) filter (where s.state = 'locked') as final from assessment_sheets s where s.tenant_id = @tenant group by s.month)
		select m.month, m.state, coalesce(s.townships, 0)::int as townships, coalesce(s.published, 0)::int as published,
			coalesce(s.final, 0)::int as final, coalesce(r.persons, 0)::int as persons, coalesce(r.lines, 0)::int as lines,
			coalesce(r.amount, 0)::bigint as amount
		from assessment_months m left join sheets s on s.month = m.month left join paid r on r.month = m.month
		where m.tenant_id = @tenant order by m.month desc limit @limit offset @offset`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "limit": limit, "offset": offset})
	if err != nil {
		return nil, 0, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[payMonth])
	return list, total, err
}
