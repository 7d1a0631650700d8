package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

const objectionColumns = `o.id, o.sheet_id, o.row_id, o.village_id, r.village_name, r.person_id, r.person_name, r.position_title, o.source,
	o.objector, o.content, o.state, o.filed_by, o.filed_holder, o.filed_at, o.answer, o.answered_by, o.answered_holder, o.answered_at,
	o.version from assessment_objections o
	join assessment_rows r on r.tenant_id = o.tenant_id and r.township_id = o.township_id and r.id = o.row_id`

// objectionQuery are the filters of the list.
type objectionQuery struct {
	Text    string `form:"q"`
	State   string `form:"state"`
	Source  string `form:"source"`
	Village int64  `form:"village"`
	Page    int    `form:"page"`
}

const objectionFilter = ` where o.tenant_id = @tenant and o.township_id = @township and o.sheet_id = @sheet
	and (@state = '' or o.state = @state) and (@source = '' or o.source = @source) and (@village = 0 or o.village_id = @village)
	and (@text = '' or position(@text in r.person_name) > 0 or position(@text in r.village_name) > 0 or position(@text in o.content) > 0)`

func (q objectionQuery) args(tx *access.Tx, sheet Sheet) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID, "state": q.State,
		"source": q.Source, "village": q.Village, "text": q.Text}
}

// countObjections counts what the filters keep.
func (Store) countObjections(ctx context.Context, tx *access.Tx, sheet Sheet, q objectionQuery) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from assessment_objections o
		join assessment_rows r on r.tenant_id = o.tenant_id and r.township_id = o.township_id and r.id = o.row_id`+objectionFilter,
		q.args(tx, sheet)).Scan(&n)
	return n, err
}

// objections lists a sheet's objections, those that wait first, then the newest.
func (Store) objections(ctx context.Context, tx *access.Tx, sheet Sheet, q objectionQuery, limit, offset int) ([]objection, error) {
	args := q.args(tx, sheet)
	args["limit"], args["offset"] = limit, offset
	rows, err := tx.Query(ctx, `select `+objectionColumns+objectionFilter+`
		order by o.state = 'open' desc, o.filed_at desc, o.id desc limit @limit offset @offset`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[objection])
}

// objection reads one; lock holds it until the transaction ends.
func (Store) objection(ctx context.Context, tx *access.Tx, id int64, lock bool) (objection, error) {
	sql := `select ` + objectionColumns + ` where o.tenant_id = @tenant and o.id = @id`
	if lock {
		sql += ` for update of o`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return objection{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[objection])
}

// oneByOne lets objections to a row be filed one after the other. It locks neither the row nor the sheet, which acts on
// the sheet hold in their own order.
func (Store) oneByOne(ctx context.Context, tx *access.Tx, row int64) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('assessment.objection', @row::bigint))`, pgx.StrictNamedArgs{"row": row})
	return err
}

// ownObjections lists what the actor filed about a sheet, the newest first.
func (Store) ownObjections(ctx context.Context, tx *access.Tx, sheet Sheet) ([]objection, error) {
	rows, err := tx.Query(ctx, `select `+objectionColumns+` where o.tenant_id = @tenant and o.township_id = @township
		and o.sheet_id = @sheet and o.filed_holder = @holder order by o.filed_at desc, o.id desc`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "sheet": sheet.ID, "holder": tx.Scope().Holder()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[objection])
}

// file stores an objection and gives false if the same one waits already: a button pressed twice. The foreign key to the
// sheet makes it wait for whoever is just locking the sheet, so its state is read again afterwards.
func (s Store) file(ctx context.Context, tx *access.Tx, sheet Sheet, result noticeResult, f objectionForm) (bool, error) {
	tag, err := tx.Exec(ctx, `insert into assessment_objections (tenant_id, township_id, village_id, sheet_id, row_id, source, objector,
			content, filed_by, filed_holder, filed_at)
		values (@tenant, @township, @village, @sheet, @row, @source, @objector, @content, @by, @holder, @now)
		on conflict (tenant_id, row_id, filed_holder, objector, md5(content)) where state = 'open' do nothing`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "village": result.VillageID, "sheet": sheet.ID,
			"row": result.RowID, "source": f.Source, "objector": f.Objector, "content": f.Content, "by": tx.Scope().Name(),
			"holder": tx.Scope().Holder(), "now": tx.Scope().Now()})
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	now, err := s.Sheet(ctx, tx, sheet.ID, false)
	if err == nil && now.State == SheetLocked {
		err = fault.Conflict("%s考评结果刚刚归档,不能再提出异议", sheet.Month.Title())
	}
	return true, err
}

// answer stores the decision on an objection that waits.
func (Store) answer(ctx context.Context, tx *access.Tx, o objection, f answerForm) error {
	tag, err := tx.Exec(ctx, `update assessment_objections set state = @state, answer = @answer, answered_by = @by, answered_holder = @holder,
			answered_at = @now, version = version + 1
		where tenant_id = @tenant and id = @id and state = 'open' and version = @version`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": o.ID, "version": o.Version, "state": f.Decision, "answer": f.Answer,
			"by": tx.Scope().Name(), "holder": tx.Scope().Holder(), "now": tx.Scope().Now()})
	if err == nil && tag.RowsAffected() == 0 {
		return fault.Stale()
	}
	return err
}

// scorers lists the natural persons who had a hand in a row's score: who typed an entry or changed a cell, and who
// submitted the sheet, in any round.
func (Store) scorers(ctx context.Context, tx *access.Tx, o objection) ([]int64, error) {
	rows, err := tx.Query(ctx, `with hands as (
			select created_by as account from assessment_entries where tenant_id = @tenant and row_id = @row
			union select changed_by from assessment_cells where tenant_id = @tenant and row_id = @row)
		select coalesce(nullif(a.holder_id, 0), h.account) as holder from hands h
			left join accounts a on a.tenant_id = @tenant and a.id = h.account
		union select submitted_holder from assessment_sheets where tenant_id = @tenant and id = @sheet
		union select holder_id from assessment_acts where tenant_id = @tenant and sheet_id = @sheet and act in ('submit', 'resubmit')`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "row": o.RowID, "sheet": o.SheetID})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// answerers names who of the township may answer an objection.
func (Store) answerers(ctx context.Context, tx *access.Tx, township int64, o objection, scorers []int64) ([]answerer, error) {
	roles := make([]string, len(answerRoles))
	for i, r := range answerRoles {
		roles[i] = string(r)
	}
	rows, err := tx.Query(ctx, `select name, role from (
			select distinct on (holder) name, role from (
				select coalesce(nullif(a.holder_id, 0), a.id) as holder, a.name, g.role, coalesce(a.person_id, 0) as person
				from grants g join accounts a on a.tenant_id = g.tenant_id and a.id = g.account_id
				where g.tenant_id = @tenant and g.township_id = @township and g.role = any(@roles) and g.kind <> 'predecessor'
					and g.starts_on <= @today and (g.ends_on is null or g.ends_on >= @today) and g.revoked_at is null
					and a.disabled_at is null) x
			where holder <> all(@excluded) and person <> @person order by holder, role desc) y order by role desc, name`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "roles": roles, "today": tx.Scope().Today(),
			"excluded": append(scorers, o.FiledHolder), "person": o.PersonID})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[answerer])
}
