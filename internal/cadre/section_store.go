package cadre

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
)

// statements are the SQL of one section. list gives texts as a form writes them; insert takes the unit from the file and
// finds none that is void or merged.
type statements struct{ table, list, insert, update, remove string }

var sectionSQL = map[string]statements{
	"education": {
		table: "education_records",
		list: `select id, version, mode, level, degree, school, degree_school, coalesce(to_char(finished_on, 'YYYY-MM'), '') as finished_on
			from education_records where tenant_id = @tenant and person_id = @person order by mode, finished_on desc nulls last, id`,
		insert: `insert into education_records (tenant_id, township_id, village_id, person_id, mode, level, degree, school, degree_school, finished_on)
			select tenant_id, township_id, village_id, id, @mode::text, @level::text, @degree::text, @school::text, @degree_school::text, @finished_on::date
			from persons where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null returning id`,
		update: `update education_records set mode = @mode, level = @level, degree = @degree, school = @school, degree_school = @degree_school, finished_on = @finished_on, version = version + 1
			where tenant_id = @tenant and person_id = @person and id = @id and version = @version`,
		remove: `delete from education_records where tenant_id = @tenant and person_id = @person and id = @id`,
	},
	"resume": {
		table: "resume_entries",
		list: `select id, version, coalesce(to_char(from_on, 'YYYY-MM'), '') as from_on, coalesce(to_char(to_on, 'YYYY-MM'), '') as to_on, kind, body
			from resume_entries where tenant_id = @tenant and person_id = @person order by from_on, to_on nulls last, id`,
		insert: `insert into resume_entries (tenant_id, township_id, village_id, person_id, from_on, to_on, kind, body)
			select tenant_id, township_id, village_id, id, @from_on::date, @to_on::date, @kind::text, @body::text
			from persons where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null returning id`,
		update: `update resume_entries set from_on = @from_on, to_on = @to_on, kind = @kind, body = @body, version = version + 1
			where tenant_id = @tenant and person_id = @person and id = @id and version = @version`,
		remove: `delete from resume_entries where tenant_id = @tenant and person_id = @person and id = @id`,
	},
	"family": {
		table: "family_members",
		list: `select id, version, relation, name, coalesce(to_char(birth_month, 'YYYY-MM'), '') as birth_month, political, employer_post
			from family_members where tenant_id = @tenant and person_id = @person order by rank, id`,
		insert: `insert into family_members (tenant_id, township_id, village_id, person_id, relation, name, birth_month, political, employer_post, rank)
			select tenant_id, township_id, village_id, id, @relation::text, @name::text, @birth_month::date, @political::text, @employer_post::text, (select coalesce(max(rank), 0) + 1 from family_members f where f.tenant_id = @tenant and f.person_id = @person)
			from persons where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null returning id`,
		update: `update family_members set relation = @relation, name = @name, birth_month = @birth_month, political = @political, employer_post = @employer_post, version = version + 1
			where tenant_id = @tenant and person_id = @person and id = @id and version = @version`,
		remove: `delete from family_members where tenant_id = @tenant and person_id = @person and id = @id`,
	},
	"awards": {
		table: "awards",
		list: `select id, version, kind, title, level, issuer, coalesce(awarded_on::text, '') as awarded_on, doc_no, reason
			from awards where tenant_id = @tenant and person_id = @person order by awarded_on desc, id`,
		insert: `insert into awards (tenant_id, township_id, village_id, person_id, kind, title, level, issuer, awarded_on, doc_no, reason)
			select tenant_id, township_id, village_id, id, @kind::text, @title::text, @level::text, @issuer::text, @awarded_on::date, @doc_no::text, @reason::text
			from persons where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null returning id`,
		update: `update awards set kind = @kind, title = @title, level = @level, issuer = @issuer, awarded_on = @awarded_on, doc_no = @doc_no, reason = @reason, version = version + 1
			where tenant_id = @tenant and person_id = @person and id = @id and version = @version`,
		remove: `delete from awards where tenant_id = @tenant and person_id = @person and id = @id`,
	},
	"sanctions": {
		table: "sanctions",
		list: `select id, version, kind, coalesce(decided_on::text, '') as decided_on, coalesce(ends_on::text, '') as ends_on, authority, doc_no, reason
			from sanctions where tenant_id = @tenant and person_id = @person order by decided_on desc, id`,
		insert: `insert into sanctions (tenant_id, township_id, village_id, person_id, kind, decided_on, ends_on, authority, doc_no, reason)
			select tenant_id, township_id, village_id, id, @kind::text, @decided_on::date, @ends_on::date, @authority::text, @doc_no::text, @reason::text
			from persons where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null returning id`,
		update: `update sanctions set kind = @kind, decided_on = @decided_on, ends_on = @ends_on, authority = @authority, doc_no = @doc_no, reason = @reason, version = version + 1
			where tenant_id = @tenant and person_id = @person and id = @id and version = @version`,
		remove: `delete from sanctions where tenant_id = @tenant and person_id = @person and id = @id`,
	},
	"grades": {
		table: "yearly_grades",
		list: `select id, version, year::text as year, grade, doc_no, note
			from yearly_grades where tenant_id = @tenant and person_id = @person order by year desc, id`,
		insert: `insert into yearly_grades (tenant_id, township_id, village_id, person_id, year, grade, doc_no, note)
			select tenant_id, township_id, village_id, id, @year::int, @grade::text, @doc_no::text, @note::text
			from persons where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null returning id`,
		update: `update yearly_grades set year = @year, grade = @grade, doc_no = @doc_no, note = @note, version = version + 1
			where tenant_id = @tenant and person_id = @person and id = @id and version = @version`,
		remove: `delete from yearly_grades where tenant_id = @tenant and person_id = @person and id = @id`,
	},
	"representatives": {
		table: "representative_roles",
		list: `select id, version, kind, level, term_no, coalesce(from_on::text, '') as from_on, coalesce(to_on::text, '') as to_on
			from representative_roles where tenant_id = @tenant and person_id = @person order by from_on desc, id`,
		insert: `insert into representative_roles (tenant_id, township_id, village_id, person_id, kind, level, term_no, from_on, to_on)
			select tenant_id, township_id, village_id, id, @kind::text, @level::text, @term_no::text, @from_on::date, @to_on::date
			from persons where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null returning id`,
		update: `update representative_roles set kind = @kind, level = @level, term_no = @term_no, from_on = @from_on, to_on = @to_on, version = version + 1
			where tenant_id = @tenant and person_id = @person and id = @id and version = @version`,
		remove: `delete from representative_roles where tenant_id = @tenant and person_id = @person and id = @id`,
	},
	"promotions": {
		table: "promotions",
		list: `select id, version, kind, from_post, to_post, coalesce(promoted_on::text, '') as promoted_on, doc_no, note
			from promotions where tenant_id = @tenant and person_id = @person order by promoted_on desc, id`,
		insert: `insert into promotions (tenant_id, township_id, village_id, person_id, kind, from_post, to_post, promoted_on, doc_no, note)
			select tenant_id, township_id, village_id, id, @kind::text, @from_post::text, @to_post::text, @promoted_on::date, @doc_no::text, @note::text
			from persons where tenant_id = @tenant and id = @person and voided_at is null and merged_into is null returning id`,
		update: `update promotions set kind = @kind, from_post = @from_post, to_post = @to_post, promoted_on = @promoted_on, doc_no = @doc_no, note = @note, version = version + 1
			where tenant_id = @tenant and person_id = @person and id = @id and version = @version`,
		remove: `delete from promotions where tenant_id = @tenant and person_id = @person and id = @id`,
	},
}

// Entries reads the rows of a section of one file.
func (Store) entries(ctx context.Context, tx *access.Tx, key string, person int64) ([]Entry, error) {
	rows, err := tx.Query(ctx, sectionSQL[key].list, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		m, err := pgx.RowToMap(row)
		if err != nil {
			return Entry{}, err
		}
		e := Entry{ID: m["id"].(int64), Version: int(m["version"].(int32)), Values: map[string]string{}}
		for name, v := range m {
			if text, ok := v.(string); ok {
				e.Values[name] = text
			}
		}
		return e, nil
	})
}

// addEntry writes a new row of a section.
//
// One that says what a row says already is that row: a form that is sent twice adds nothing. The file is locked, so that
// of two copies on their way the second sees the first.
func (st Store) addEntry(ctx context.Context, tx *access.Tx, s section, p Person, values map[string]any, typed map[string]string) (id int64, err error) {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID}
	if _, err := tx.Exec(ctx, `select from persons where tenant_id = @tenant and id = @person for update`, args); err != nil {
		return 0, err
	}
	entries, err := st.entries(ctx, tx, s.Key, p.ID)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		if s.says(e, typed) {
			return e.ID, nil
		}
	}
	for name, v := range values {
		args[name] = v
	}
	err = tx.QueryRow(ctx, sectionSQL[s.Key].insert, args).Scan(&id)
	tx.Audit(access.Line{Action: "cadre.entry.add", Object: sectionSQL[s.Key].table, ID: id, Person: p.ID, Summary: "登记" + p.Name + "的" + s.Title,
		Detail: map[string]any{"after": s.inTrail(values)}})
	return id, err
}

// changeEntry mends a row of a section; a stale copy is refused with both values.
func (st Store) changeEntry(ctx context.Context, tx *access.Tx, s section, p Person, was Entry, values map[string]any, typed map[string]string, version int) error {
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "id": was.ID, "version": version}
	for name, v := range values {
		args[name] = v
	}
	tag, err := tx.Exec(ctx, sectionSQL[s.Key].update, args)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		now, err := st.entry(ctx, tx, s, p.ID, was.ID)
		if err != nil {
			return err
		}
		var d []fault.Difference
		for _, f := range s.Fields {
			if now.Values[f.Name] != typed[f.Name] {
				d = append(d, fault.Difference{Label: f.Label, Theirs: f.Show(now.Values[f.Name]), Yours: f.Show(typed[f.Name])})
			}
		}
		if len(d) == 0 { // sent twice
			return nil
		}
		return fault.Stale(d...)
	}
	tx.Audit(access.Line{Action: "cadre.entry.change", Object: sectionSQL[s.Key].table, ID: was.ID, Person: p.ID, Summary: "修改" + p.Name + "的" + s.Title,
		Detail: map[string]any{"before": s.textInTrail(was.Values), "after": s.inTrail(values)}})
	return nil
}

// removeEntry takes a row of a section out. The trail keeps what it said.
func (Store) removeEntry(ctx context.Context, tx *access.Tx, s section, p Person, e Entry) error {
	tag, err := tx.Exec(ctx, sectionSQL[s.Key].remove, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": p.ID, "id": e.ID})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.NotFound()
	}
	tx.Audit(access.Line{Action: "cadre.entry.remove", Object: sectionSQL[s.Key].table, ID: e.ID, Person: p.ID, Summary: "删除" + p.Name + "的" + s.Title,
		Detail: map[string]any{"before": s.textInTrail(e.Values)}})
	return nil
}

// entry reads one row of a section of one file.
func (st Store) entry(ctx context.Context, tx *access.Tx, s section, person, id int64) (Entry, error) {
	list, err := st.entries(ctx, tx, s.Key, person)
	for _, e := range list {
		if e.ID == id {
			return e, err
		}
	}
	if err == nil {
		err = fault.NotFound()
	}
	return Entry{}, err
}

// inTrail is an entry as the audit trail keeps it; the trail never holds what a private entry says.
func (s section) inTrail(values map[string]any) map[string]any {
	if s.Private {
		return map[string]any{"private": true}
	}
	return values
}

func (s section) textInTrail(values map[string]string) map[string]any {
	out := map[string]any{}
	for _, f := range s.Fields {
		out[f.Name] = values[f.Name]
	}
	return s.inTrail(out)
}
