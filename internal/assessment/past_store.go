package assessment

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
)

// pastPerson is a person of the register as an import finds him.
type pastPerson struct {
	ID        int64
	Name      string
	Sex       string
	IDIndex   []byte
	TailIndex []byte
}

// peopleNamed reads everybody in the district who bears one of the names.
func (Store) peopleNamed(ctx context.Context, tx *access.Tx, lines []pastLine) ([]pastPerson, error) {
	names := make([]string, len(lines))
	for i, l := range lines {
		names[i] = l.Name
	}
	rows, err := tx.Query(ctx, `select id, name, sex, id_index, id_tail_index as tail_index from persons
		where tenant_id = @tenant and name = any(@names) and voided_at is null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "names": names})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[pastPerson])
}

// schemeForPast reads the version in force then, or the earliest one for a month before all of them.
func (s Store) schemeForPast(ctx context.Context, tx *access.Tx, at month.Month) (StoredScheme, error) {
	list, err := s.Schemes(ctx, tx)
	if err != nil {
		return StoredScheme{}, err
	}
	var earliest StoredScheme
	for _, v := range list { // the newest first
		if v.State != SchemeEnabled {
			continue
		}
		earliest = v
		if v.EffectiveOn.Compare(at) <= 0 {
			break
		}
	}
	if earliest.ID == 0 {
		return earliest, fault.Conflict("还没有启用的考评方案,请先到“考评方案”中启用")
	}
	return earliest, nil
}

// pastColumns are the rows of a past month as columns for unnest.
type pastColumns struct {
	townships, villages, sheets, persons                     []int64
	names, sexes, villageNames, codes, titles, pays, schemes []string
	totals, normalised, grades, noGrades                     []string
	days                                                     []int
	amounts                                                  []*money.Fen
}

// writePast writes a month whose results are final: one statement per table.
func (s Store) writePast(ctx context.Context, tx *access.Tx, at month.Month, scheme StoredScheme, due DueDates, lines []pastLine) error {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "scheme": scheme.ID, "fill": due.Fill, "review": due.Review,
		"file": due.File, "by": tx.Scope().Name(), "now": tx.Scope().Now()}
	if _, err := tx.Exec(ctx, `insert into assessment_months (tenant_id, month, state, source, scheme_id, fill_due, review_due, file_due,
			opened_by, opened_at) values (@tenant, @month, 'closed', 'imported', @scheme, @fill, @review, @file, @by, @now)`, args); err != nil {
		return err
	}
	sheets, publications, err := s.pastSheets(ctx, tx, at, lines)
	if err != nil {
		return err
	}
	var c pastColumns
	for _, l := range lines {
		title, code, pay, paid, days := l.post()
		c.townships, c.villages = append(c.townships, l.Township.ID), append(c.villages, l.Village.ID)
		c.sheets, c.persons = append(c.sheets, sheets[l.Township.ID]), append(c.persons, l.Person.ID)
		c.names, c.sexes, c.villageNames = append(c.names, l.Person.Name), append(c.sexes, l.Person.Sex), append(c.villageNames, l.Village.Name)
		c.codes, c.titles, c.pays, c.schemes = append(c.codes, code), append(c.titles, title), append(c.pays, pay), append(c.schemes, paid)
		c.totals, c.normalised = append(c.totals, l.Total.Fixed()), append(c.normalised, scheme.Content.Normalise(l.Total).Fixed())
		c.grades, c.noGrades = append(c.grades, string(l.Grade)), append(c.noGrades, l.NoGrade)
		c.days, c.amounts = append(c.days, days), append(c.amounts, l.Amount)
	}
	if err := s.pastRows(ctx, tx, at, c); err != nil {
		return err
	}
	return s.pastResults(ctx, tx, at, publications, c)
}

// pastSheets makes a locked sheet and its publication for every township of the file, by township.
func (Store) pastSheets(ctx context.Context, tx *access.Tx, at month.Month, lines []pastLine) (sheets, publications map[int64]int64, err error) {
	seen := map[int64]bool{}
	var ids []int64
	var names []string
	for _, l := range lines {
		if !seen[l.Township.ID] {
			seen[l.Township.ID] = true
			ids, names = append(ids, l.Township.ID), append(names, l.Township.Name)
		}
	}
	type key struct{ Township, ID int64 }
	collect := func(rows pgx.Rows, err error) (map[int64]int64, error) {
		if err != nil {
			return nil, err
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[key])
		found := make(map[int64]int64, len(list))
		for _, k := range list {
			found[k.Township] = k.ID
		}
		return found, err
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "ids": ids, "names": names, "now": tx.Scope().Now()}
	if sheets, err = collect(tx.Query(ctx, `insert into assessment_sheets (tenant_id, township_id, month, township_name, state, published_at, locked_at)
		select @tenant::bigint, u.id, @month::date, u.name, 'locked', @now::timestamptz, @now::timestamptz
		from unnest(@ids::bigint[], @names::text[]) as u (id, name) returning township_id, id`, args)); err != nil {
		return nil, nil, err
	}
	by := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "by": tx.Scope().Name(), "now": tx.Scope().Now()}
	if publications, err = collect(tx.Query(ctx, `insert into assessment_publications (tenant_id, township_id, sheet_id, month, number, kind,
			reason, office, phone, published_by, published_at)
		select s.tenant_id, s.township_id, s.id, s.month, 1, 'first', '导入', '', '', @by, @now::timestamptz from assessment_sheets s
		where s.tenant_id = @tenant and s.month = @month returning township_id, id`, by)); err != nil {
		return nil, nil, err
	}
	_, err = tx.Exec(ctx, `insert into assessment_acts (tenant_id, township_id, sheet_id, act, round, reason, actor, account_id, holder_id, at)
		select s.tenant_id, s.township_id, s.id, 'lock', 1, '导入的历史结果', @by, @account, @holder, @now::timestamptz from assessment_sheets s
		where s.tenant_id = @tenant and s.month = @month`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "by": tx.Scope().Name(),
		"account": tx.Scope().Account(), "holder": tx.Scope().Holder(), "now": tx.Scope().Now()})
	return sheets, publications, err
}

func (Store) pastRows(ctx context.Context, tx *access.Tx, at month.Month, c pastColumns) error {
	_, err := tx.Exec(ctx, `insert into assessment_rows (tenant_id, township_id, village_id, sheet_id, month, person_id, person_name, sex,
			village_name, position_code, position_title, pay_position, pay_scheme, days, state, base, total, normalised, grade, no_grade)
		select @tenant::bigint, u.township, u.village, u.sheet, @month::date, u.person, u.name, u.sex, u.village_name, u.code, u.title, u.pay,
			u.scheme, u.days, 'frozen', u.total, u.total, u.normalised, u.grade, u.no_grade
		from unnest(@townships::bigint[], @villages::bigint[], @sheets::bigint[], @persons::bigint[], @names::text[], @sexes::text[],
			@village_names::text[], @codes::text[], @titles::text[], @pays::text[], @schemes::text[], @days::int[], @totals::numeric[],
			@normalised::numeric[], @grades::text[], @no_grades::text[]) as u (township, village, sheet, person, name, sex, village_name,
			code, title, pay, scheme, days, total, normalised, grade, no_grade)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "townships": c.townships, "villages": c.villages, "sheets": c.sheets,
			"persons": c.persons, "names": c.names, "sexes": c.sexes, "village_names": c.villageNames, "codes": c.codes,
			"titles": c.titles, "pays": c.pays, "schemes": c.schemes, "days": c.days, "totals": c.totals, "normalised": c.normalised,
			"grades": c.grades, "no_grades": c.noGrades})
	return err
}

func (Store) pastResults(ctx context.Context, tx *access.Tx, at month.Month, publications map[int64]int64, c pastColumns) error {
	of := make([]int64, len(c.townships))
	for i, t := range c.townships {
		of[i] = publications[t]
	}
	_, err := tx.Exec(ctx, `insert into assessment_results (tenant_id, township_id, village_id, publication_id, row_id, month, person_id,
			person_name, village_name, position_title, total, normalised, grade, quota_capped, veto, no_grade, deductions, amount_fen, rule)
		select r.tenant_id, r.township_id, r.village_id, u.publication, r.id, r.month, r.person_id, r.person_name, r.village_name,
			r.position_title, r.total, r.normalised, r.grade, false, '', r.no_grade, '[]', u.amount, '导入'
		from unnest(@persons::bigint[], @publications::bigint[], @amounts::bigint[]) as u (person, publication, amount)
			join assessment_rows r on r.tenant_id = @tenant and r.month = @month and r.person_id = u.person and r.removed_at is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at, "persons": c.persons, "publications": of, "amounts": c.amounts})
	return err
}

// unitsAt reads townships and villages as they were on the last day of a month.
func (Store) unitsAt(ctx context.Context, tx *access.Tx, at month.Month) (u units, err error) {
	if u.towns, err = (org.Store{}).Townships(ctx, tx, at.Last()); err != nil {
		return u, err
	}
	u.villages, err = org.Store{}.Villages(ctx, tx, 0, at.Last())
	return u, err
}
