package assessment

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
)

// Publish puts out any set of a month's approved sheets: what was approved, with the pay that follows. A sheet that was
// published before publishes a correction: its changed rows alone, under the next number. Sheets that are published
// already are left alone. Whatever the number of rows, it reads and writes with one statement per table.
func (s Store) Publish(ctx context.Context, tx *access.Tx, at month.Month, sheetIDs []int64) (Published, error) {
	set, err := s.publishing(ctx, tx, at, sheetIDs, true)
	if err != nil {
		return Published{}, err
	}
	if err := set.settings.ready(); err != nil {
		return Published{}, err
	}
	if err := s.nobodyDied(ctx, tx, sheetIDs...); err != nil {
		return Published{}, err
	}
	list, err := set.publications()
	if err != nil {
		return Published{}, err
	}
	done := summarise(at, list, set.already)
	if len(list) == 0 {
		return done, nil
	}
	if err := s.writePublications(ctx, tx, at, set.settings, list); err != nil {
		return Published{}, err
	}
	numbers := map[string]any{}
	for _, p := range done.Sheets {
		numbers[p.TownshipName] = p.Number
	}
	tx.Audit(access.Line{Action: "assessment.publish", Object: "assessment_publications", Summary: "发布公示:" + at.Title(),
		Detail: map[string]any{"sheets": len(list), "results": done.Results, "notices": done.Notices, "numbers": numbers, "sha256": done.Digest}})
	return done, nil
}

// ready refuses to publish while the notice could not name where objections go.
func (s Settings) ready() error {
	var missing []string
	if s.ObjectionOffice == "" {
		missing = append(missing, "受理部门")
	}
	if s.ObjectionPhone == "" {
		missing = append(missing, "受理电话")
	}
	if len(missing) > 0 {
		return fault.Conflict("公示表上的%s还没有设置,不能发布。请先到“月考评设置”中填写", strings.Join(missing, "和"))
	}
	return nil
}

// publishSet is what a publication reads, in one round trip.
type publishSet struct {
	settings Settings
	scheme   Scheme
	sheets   []publishable
	already  int
}

// publications computes each sheet's part.
func (p publishSet) publications() ([]publication, error) {
	list := make([]publication, len(p.sheets))
	for i, sheet := range p.sheets {
		var err error
		if list[i], err = sheet.publication(p.scheme); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// publishing reads the sheets, holding them where they will be written. A key that is no sheet of the month in scope is
// absent; a sheet that may not be published yet refuses the whole set by name.
func (s Store) publishing(ctx context.Context, tx *access.Tx, at month.Month, ids []int64, lock bool) (publishSet, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return publishSet{}, fault.Invalid("请选择要发布的乡镇(街道)")
	}
	var set publishSet
	var err error
	if set.settings, err = s.Settings(ctx, tx); err != nil {
		return set, err
	}
	found, err := s.sheetsToPublish(ctx, tx, at, ids, lock)
	if err != nil {
		return set, err
	}
	if len(found) != len(ids) {
		return set, fault.NotFound()
	}
	var approved []Sheet
	for _, sheet := range found {
		if sheet.State == SheetPublished || sheet.State == SheetLocked {
			set.already++
			continue
		}
		if err := sheet.mayPublish(set.settings); err != nil {
			return set, err
		}
		approved = append(approved, sheet)
	}
	set.scheme, set.sheets, err = s.publishParts(ctx, tx, at, approved)
	return set, err
}

func (s Sheet) mayPublish(set Settings) error {
	if _, err := Next(s.State, ActPublish); err != nil {
		return fault.Conflict("%s:%s", s.TownshipName, fault.Of(err).Sentence)
	}
	if set.LeaderConfirms && s.ConfirmedAt == nil {
		return fault.Conflict("%s还没有经分管部领导确认,不能发布公示", s.TownshipName)
	}
	return nil
}

func (Store) sheetsToPublish(ctx context.Context, tx *access.Tx, at month.Month, ids []int64, lock bool) ([]Sheet, error) {
	sql := `select ` + sheetColumns + ` from assessment_sheets where tenant_id = @tenant and month = @month and id = any(@ids) order by id`
	if lock {
		sql += ` for update`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "ids": ids})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Sheet])
}

// publishParts reads everything below the sheets in one round trip: one statement per table.
func (Store) publishParts(ctx context.Context, tx *access.Tx, at month.Month, sheets []Sheet) (Scheme, []publishable, error) {
	var scheme Scheme
	list := make([]publishable, len(sheets))
	ids := make([]int64, len(sheets))
	index := make(map[int64]int, len(sheets))
	for i, sheet := range sheets {
		list[i] = publishable{Sheet: sheet, Entries: map[int64][]StoredEntry{}}
		ids[i] = sheet.ID
		index[sheet.ID] = i
	}
	rowSheet := map[int64]int{}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "sheets": ids}
	b := &pgx.Batch{}
	b.Queue(`select c.content from assessment_months m join assessment_schemes c on c.tenant_id = m.tenant_id and c.id = m.scheme_id
		where m.tenant_id = @tenant and m.month = @month`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at}).
		QueryRow(func(r pgx.Row) error { return r.Scan(&scheme) })
	b.Queue(`select `+rowColumns+` from assessment_rows where tenant_id = @tenant and sheet_id = any(@sheets) and removed_at is null
		order by sheet_id, village_id, id`, args).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Row])
		for _, r := range found {
			i := index[r.SheetID]
			list[i].Rows = append(list[i].Rows, r)
			rowSheet[r.ID] = i
		}
		return err
	})
	b.Queue(`select e.id, e.row_id, e.dimension, e.item, e.points, e.clause, e.reason, e.reported_by, e.source, e.created_by,
			e.created_name, e.created_at
		from assessment_entries e join assessment_rows r on r.tenant_id = e.tenant_id and r.id = e.row_id
		where e.tenant_id = @tenant and r.tenant_id = @tenant and r.sheet_id = any(@sheets) and r.removed_at is null
		order by e.row_id, e.id`, args).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[StoredEntry])
		for _, e := range found {
			held := list[rowSheet[e.RowID]].Entries
			held[e.RowID] = append(held[e.RowID], e)
		}
		return err
	})
	b.Queue(`select p.sheet_id, r.row_id, r.publication_id, r.village_id, r.village_name, r.position_title, r.total, r.normalised,
			r.grade, r.quota_capped, r.veto, r.no_grade, r.deductions, r.base_fen, r.amount_fen
		from assessment_results r join assessment_publications p on p.tenant_id = r.tenant_id and p.id = r.publication_id
		where r.tenant_id = @tenant and p.tenant_id = @tenant and p.sheet_id = any(@sheets) and r.replaced_by is null
		order by r.row_id`, args).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[inForce])
		for _, f := range found {
			held := &list[index[f.SheetID]]
			held.Before = append(held.Before, f)
		}
		return err
	})
	b.Queue(`select s.id, coalesce((select max(p.number) from assessment_publications p where p.tenant_id = s.tenant_id and p.sheet_id = s.id), 0)::int,
			exists (select from assessment_acts a where a.tenant_id = s.tenant_id and a.sheet_id = s.id and a.act = 'lock'),
			coalesce((select string_agg(distinct a.reason, ';') from assessment_acts a where a.tenant_id = s.tenant_id and a.sheet_id = s.id
				and a.act in ('correct', 'reopen') and a.reason <> '' and a.at >= (select max(p.published_at) from assessment_publications p
					where p.tenant_id = s.tenant_id and p.sheet_id = s.id)), '')
		from assessment_sheets s where s.tenant_id = @tenant and s.id = any(@sheets)`, args).Query(func(rows pgx.Rows) error {
		var id int64
		var one publishable
		_, err := pgx.ForEachRow(rows, []any{&id, &one.Number, &one.Paid, &one.Reason}, func() error {
			held := &list[index[id]]
			held.Number, held.Paid, held.Reason = one.Number, one.Paid, one.Reason
			return nil
		})
		return err
	})
	return scheme, list, tx.SendBatch(ctx, b).Close()
}

// writePublications writes the heads first, whose keys the rest needs, and then the rest in one round trip.
func (s Store) writePublications(ctx context.Context, tx *access.Tx, at month.Month, set Settings, list []publication) error {
	if err := s.publicationHeads(ctx, tx, at, set, list); err != nil {
		return err
	}
	b := &pgx.Batch{}
	queueReplaced(b, tx, list)
	queueRefitted(b, tx, list)
	if err := queueResults(b, tx, at, list); err != nil {
		return err
	}
	queuePostings(b, tx, list)
	queuePublishedSheets(b, tx, list)
	return tx.SendBatch(ctx, b).Close()
}

func (Store) publicationHeads(ctx context.Context, tx *access.Tx, at month.Month, set Settings, list []publication) error {
	var townships, sheets []int64
	var numbers []int32
	var kinds, reasons []string
	bySheet := map[int64]*publication{}
	for i := range list {
		p := &list[i]
		if p.unchanged() {
			continue
		}
		bySheet[p.Sheet.ID] = p
		townships, sheets = append(townships, p.Sheet.TownshipID), append(sheets, p.Sheet.ID)
		numbers, kinds, reasons = append(numbers, int32(p.Number)), append(kinds, string(p.Kind)), append(reasons, p.Reason)
	}
	rows, err := tx.Query(ctx, `insert into assessment_publications (tenant_id, township_id, sheet_id, month, number, kind, reason,
			office, phone, published_by, published_at)
		select @tenant::bigint, u.township, u.sheet, @month::date, u.number, u.kind, u.reason, @office, @phone, @by, @now::timestamptz
		from unnest(@townships::bigint[], @sheets::bigint[], @numbers::int[], @kinds::text[], @reasons::text[])
			as u (township, sheet, number, kind, reason)
		returning id, sheet_id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "office": set.ObjectionOffice,
		"phone": set.ObjectionPhone, "by": tx.Scope().Name(), "now": tx.Scope().Now(), "townships": townships, "sheets": sheets,
		"numbers": numbers, "kinds": kinds, "reasons": reasons})
	if err != nil {
		return err
	}
	var id, sheet int64
	_, err = pgx.ForEachRow(rows, []any{&id, &sheet}, func() error { bySheet[sheet].id = id; return nil })
	return err
}

// queueReplaced marks the results that a correction takes the place of. What they say stays.
func queueReplaced(b *pgx.Batch, tx *access.Tx, list []publication) {
	var publications, rows, by []int64
	for _, p := range list {
		for _, r := range p.Replaced {
			publications, rows, by = append(publications, r.PublicationID), append(rows, r.RowID), append(by, p.id)
		}
	}
	if len(rows) > 0 {
		b.Queue(`update assessment_results r set replaced_by = u.by
			from (select * from unnest(@publications::bigint[], @rows::bigint[], @by::bigint[]) as u (publication, row, by)) u
			where r.tenant_id = @tenant and r.publication_id = u.publication and r.row_id = u.row`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "publications": publications, "rows": rows, "by": by})
	}
}

// queueRefitted brings amounts that are not final yet into the township's pool after others changed.
func queueRefitted(b *pgx.Batch, tx *access.Tx, list []publication) {
	var rows []int64
	var bases, amounts []*money.Fen
	var rules []string
	for _, p := range list {
		for _, r := range p.Refitted {
			rows, rules = append(rows, r.ID), append(rules, r.Line.Rule)
			bases, amounts = append(bases, r.Line.base()), append(amounts, r.Line.amount())
		}
	}
	if len(rows) > 0 {
		b.Queue(`update assessment_results r set base_fen = u.base, amount_fen = u.amount, rule = u.rule
			from (select * from unnest(@rows::bigint[], @bases::bigint[], @amounts::bigint[], @rules::text[]) as u (row, base, amount, rule)) u
			where r.tenant_id = @tenant and r.row_id = u.row and r.replaced_by is null`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "rows": rows, "bases": bases, "amounts": amounts, "rules": rules})
	}
}

func queuePostings(b *pgx.Batch, tx *access.Tx, list []publication) {
	var townships, villages, publications []int64
	for _, p := range list {
		for _, v := range p.Villages {
			townships, villages, publications = append(townships, p.Sheet.TownshipID), append(villages, v), append(publications, p.id)
		}
	}
	if len(villages) > 0 {
		b.Queue(`insert into assessment_postings (tenant_id, township_id, village_id, publication_id)
			select @tenant::bigint, u.township, u.village, u.publication
			from unnest(@townships::bigint[], @villages::bigint[], @publications::bigint[]) as u (township, village, publication)`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "townships": townships, "villages": villages, "publications": publications})
	}
}

// queuePublishedSheets moves the sheets on and notes it in their timelines.
func queuePublishedSheets(b *pgx.Batch, tx *access.Tx, list []publication) {
	var ids, fresh, townships []int64
	var rounds []int32
	var reasons []string
	for _, p := range list {
		if !p.unchanged() {
			fresh = append(fresh, p.Sheet.ID)
		}
		ids, townships = append(ids, p.Sheet.ID), append(townships, p.Sheet.TownshipID)
		rounds, reasons = append(rounds, int32(p.Sheet.Round)), append(reasons, p.note())
	}
	s := tx.Scope()
	b.Queue(`update assessment_sheets set state = 'published', locked_at = null, version = version + 1,
			published_at = case when id = any(@fresh::bigint[]) then @now::timestamptz else published_at end
		where tenant_id = @tenant and id = any(@ids)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "now": s.Now(), "ids": ids, "fresh": fresh})
	b.Queue(`insert into assessment_acts (tenant_id, township_id, sheet_id, act, round, reason, actor, account_id, holder_id, at)
		select @tenant::bigint, u.township, u.sheet, @act, u.round, u.reason, @actor, @account::bigint, @holder::bigint, @now::timestamptz
		from unnest(@townships::bigint[], @ids::bigint[], @rounds::int[], @reasons::text[]) as u (township, sheet, round, reason)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "act": string(ActPublish), "actor": s.Name(), "account": s.Account(),
			"holder": s.Holder(), "now": s.Now(), "townships": townships, "ids": ids, "rounds": rounds, "reasons": reasons})
}
