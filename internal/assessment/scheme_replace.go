package assessment

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// lostEntry is an entry that a replacement of the month's scheme would delete, since the new one has no place for it.
type lostEntry struct {
	ID            int64
	TownshipName  string
	VillageName   string
	PersonName    string
	Dimension     string
	DimensionText string // by the present scheme
	Item          string
	ItemText      string
	Points        points.Points
	Reason        string
}

// replacement is what replacing an open month's scheme comes to.
type replacement struct {
	Period Period
	From   StoredScheme
	To     StoredScheme
	Rows   int
	Back   []string // townships whose sheets go back to the clerk, since approvals hold for one scheme only
	Lost   []lostEntry
}

// replacement reads what would happen. A month of which anything was published keeps its scheme.
func (s Store) replacement(ctx context.Context, tx *access.Tx, at month.Month, to int64) (replacement, error) {
	var r replacement
	var err error
	if r.Period, err = s.Period(ctx, tx, at); err != nil {
		return r, err
	}
	if r.From, err = s.Scheme(ctx, tx, r.Period.SchemeID); err != nil {
		return r, err
	}
	if err := s.replaceable(ctx, tx, r.Period); err != nil || to == 0 {
		return r, err
	}
	if r.To, err = s.Scheme(ctx, tx, to); err != nil {
		return r, err
	}
	if r.To.State != SchemeEnabled || r.To.ID == r.From.ID {
		return r, fault.Invalid("请选择另一个已启用的考评方案")
	}
	board, err := s.Board(ctx, tx, at)
	if err != nil {
		return r, err
	}
	for _, l := range board {
		r.Rows += l.Rows
		if next, err := Next(l.State, ActScheme); err == nil && next != l.State {
			r.Back = append(r.Back, l.TownshipName)
		}
	}
	r.Lost, err = s.lost(ctx, tx, at, r.From.Content, r.To.Content)
	return r, err
}

func (Store) replaceable(ctx context.Context, tx *access.Tx, p Period) error {
	if p.State != MonthOpen {
		return fault.Conflict("%s已关闭,不能更换考评方案", p.Month.Title())
	}
	var published int
	err := tx.QueryRow(ctx, `select count(distinct sheet_id) from assessment_publications where tenant_id = @tenant and month = @month`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": p.Month}).Scan(&published)
	if err == nil && published > 0 {
		err = fault.Conflict("%s已有%d个乡镇(街道)公示,不能更换考评方案", p.Month.Title(), published)
	}
	return err
}

// lost lists the entries whose dimension or item the new scheme does not have.
func (Store) lost(ctx context.Context, tx *access.Tx, at month.Month, from, to Scheme) ([]lostEntry, error) {
	dimensions, items := []string{}, []string{""}
	for _, d := range to.Dimensions {
		dimensions = append(dimensions, d.Code)
	}
	for _, i := range to.Items {
		items = append(items, i.Code)
	}
	rows, err := tx.Query(ctx, `select e.id, s.township_name, r.village_name, r.person_name, e.dimension, e.item, e.points, e.reason,
			'' as dimension_text, '' as item_text
		from assessment_rows r join assessment_entries e on e.tenant_id = r.tenant_id and e.township_id = r.township_id and e.row_id = r.id
			join assessment_sheets s on s.tenant_id = r.tenant_id and s.id = r.sheet_id
		where r.tenant_id = @tenant and e.tenant_id = @tenant and s.tenant_id = @tenant and r.month = @month
			and (e.dimension <> all(@dimensions) or e.item <> all(@items)) order by r.township_id, r.village_id, r.person_name, e.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "dimensions": dimensions, "items": items})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[lostEntry])
	for i := range list {
		d, _ := from.Dimension(list[i].Dimension)
		item, _ := from.Item(list[i].Item)
		list[i].DimensionText, list[i].ItemText = d.Title, item.Title
	}
	return list, err
}

// ReplaceScheme puts another scheme under an open month: entries that it has no place for are deleted, all scores are
// computed again, and sheets that were submitted go back to their clerks.
func (s Store) ReplaceScheme(ctx context.Context, tx *access.Tx, at month.Month, to int64, version int, reason string) (replacement, error) {
	r, err := s.replacement(ctx, tx, at, to)
	if err != nil {
		return r, err
	}
	tag, err := tx.Exec(ctx, `update assessment_months set scheme_id = @scheme, version = version + 1
		where tenant_id = @tenant and month = @month and version = @version and state = 'open'`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "scheme": to, "version": version})
	if err != nil {
		return r, err
	}
	if tag.RowsAffected() == 0 {
		return r, fault.Stale()
	}
	sheets, err := s.backToClerks(ctx, tx, at, r.Lost, reason)
	if err != nil {
		return r, err
	}
	for _, sheet := range sheets {
		if err := s.rescore(ctx, tx, r.To.Content, sheet); err != nil {
			return r, err
		}
	}
	tx.Audit(access.Line{Action: "assessment.replacescheme", Object: "assessment_months", ID: to, Reason: reason,
		Summary: fmt.Sprintf("%s考评方案由“%s”更换为“%s”", at.Title(), r.From.Name, r.To.Name),
		Detail:  map[string]any{"from": r.From.ID, "rows": r.Rows, "lost": len(r.Lost), "back": r.Back}})
	return r, nil
}

// backToClerks deletes what is lost and opens every sheet of the month again; it returns them, held.
func (s Store) backToClerks(ctx context.Context, tx *access.Tx, at month.Month, lost []lostEntry, reason string) ([]Sheet, error) {
	ids := make([]int64, len(lost))
	for i, e := range lost {
		ids[i] = e.ID
	}
	var sheets []Sheet
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at}
	b := &pgx.Batch{}
	b.Queue(`select `+sheetColumns+` from assessment_sheets where tenant_id = @tenant and month = @month order by id for update`, args).
		Query(func(rows pgx.Rows) (err error) {
			sheets, err = pgx.CollectRows(rows, pgx.RowToStructByName[Sheet])
			return err
		})
	b.Queue(`delete from assessment_entries where tenant_id = @tenant and id = any(@ids)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "ids": ids})
	b.Queue(`update assessment_rows set state = 'editable', grade = '', quota_capped = false, return_reason = '', returned_total = null,
		version = version + 1 where tenant_id = @tenant and month = @month and removed_at is null`, args)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	for i := range sheets {
		sheet := &sheets[i]
		next, err := Next(sheet.State, ActScheme)
		if err != nil {
			return nil, err
		}
		if sheet.State != SheetNotStarted {
			sheet.Round++
		}
		sheet.State = next.Stored()
		sheet.withdrawApprovals()
		sheet.Excellent = []int64{}
		if err := s.saveSheet(ctx, tx, *sheet); err != nil {
			return nil, err
		}
		if err := s.act(ctx, tx, *sheet, 0, ActScheme, reason, nil); err != nil {
			return nil, err
		}
	}
	return sheets, nil
}

// rescore brings rows and cells of a sheet to what its entries come to under the new scheme.
func (s Store) rescore(ctx context.Context, tx *access.Tx, scheme Scheme, sheet Sheet) error {
	rows, err := s.Rows(ctx, tx, sheet, scheme)
	if err != nil || len(rows) == 0 {
		return err
	}
	ids, noGrades := make([]int64, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		ids[i], noGrades[i] = r.ID, scheme.NoGrade(r.Days, false)
	}
	scores, err := s.Recompute(ctx, tx, scheme, sheet.TownshipID, ids)
	if err != nil {
		return err
	}
	cells, err := s.Cells(ctx, tx, sheet.TownshipID, ids)
	if err != nil {
		return err
	}
	var cellRows []int64
	var dimensions, values []string
	for _, c := range cells {
		if _, kept := scheme.Dimension(c.Dimension); kept {
			cellRows, dimensions = append(cellRows, c.RowID), append(dimensions, c.Dimension)
			values = append(values, scores[c.RowID].Cells[c.Dimension].Fixed())
		}
	}
	var codes []string
	for _, d := range scheme.Dimensions {
		codes = append(codes, d.Code)
	}
	b := &pgx.Batch{}
	b.Queue(`delete from assessment_cells where tenant_id = @tenant and township_id = @township and row_id = any(@ids) and dimension <> all(@codes)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "ids": ids, "codes": codes})
	b.Queue(`update assessment_cells c set value = u.value
		from (select * from unnest(@rows::bigint[], @dimensions::text[], @values::numeric[]) as u (row, dimension, value)) u
		where c.tenant_id = @tenant and c.township_id = @township and c.row_id = u.row and c.dimension = u.dimension`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "rows": cellRows, "dimensions": dimensions, "values": values})
	b.Queue(`update assessment_rows r set no_grade = u.no_grade
		from (select * from unnest(@ids::bigint[], @no_grades::text[]) as u (id, no_grade)) u
		where r.tenant_id = @tenant and r.township_id = @township and r.id = u.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": sheet.TownshipID, "ids": ids, "no_grades": noGrades})
	return tx.SendBatch(ctx, b).Close()
}
