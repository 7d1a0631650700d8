package cadre

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// partStatements are the SQL of one section for many files at once. many gives the values in the order of the section's
// fields, as a form writes them; add takes one array per field, months as their first day.
type partStatements struct{ many, add, clear string }

var partSQL = map[string]partStatements{
	"education": {
		many: `select person_id, array[mode, level, degree, school, degree_school, coalesce(to_char(finished_on, 'YYYY-MM'), '')] as texts
			from education_records where tenant_id = @tenant and person_id = any(@people) order by person_id, mode, finished_on desc nulls last, id`,
		add: `insert into education_records (tenant_id, township_id, village_id, person_id, mode, level, degree, school, degree_school, finished_on)
			select p.tenant_id, p.township_id, p.village_id, p.id, x.mode, x.level, x.degree, x.school, x.degree_school, nullif(x.finished_on, '')::date
			from unnest(@people::bigint[], @mode::text[], @level::text[], @degree::text[], @school::text[], @degree_school::text[], @finished_on::text[])
				with ordinality x(person, mode, level, degree, school, degree_school, finished_on, n)
			join persons p on p.tenant_id = @tenant and p.id = x.person where p.voided_at is null and p.merged_into is null order by x.n`,
		clear: `delete from education_records where tenant_id = @tenant and person_id = any(@people)`,
	},
	"resume": {
		many: `select person_id, array[to_char(from_on, 'YYYY-MM'), coalesce(to_char(to_on, 'YYYY-MM'), ''), kind, body] as texts
			from resume_entries where tenant_id = @tenant and person_id = any(@people) order by person_id, from_on, to_on nulls last, id`,
		add: `insert into resume_entries (tenant_id, township_id, village_id, person_id, from_on, to_on, kind, body)
			select p.tenant_id, p.township_id, p.village_id, p.id, x.from_on::date, nullif(x.to_on, '')::date, x.kind, x.body
			from unnest(@people::bigint[], @from_on::text[], @to_on::text[], @kind::text[], @body::text[]) with ordinality x(person, from_on, to_on, kind, body, n)
			join persons p on p.tenant_id = @tenant and p.id = x.person where p.voided_at is null and p.merged_into is null order by x.n`,
		clear: `delete from resume_entries where tenant_id = @tenant and person_id = any(@people)`,
	},
	"family": {
		many: `select person_id, array[relation, name, coalesce(to_char(birth_month, 'YYYY-MM'), ''), political, employer_post] as texts
			from family_members where tenant_id = @tenant and person_id = any(@people) order by person_id, rank, id`,
		add: `insert into family_members (tenant_id, township_id, village_id, person_id, relation, name, birth_month, political, employer_post, rank)
			select p.tenant_id, p.township_id, p.village_id, p.id, x.relation, x.name, nullif(x.birth_month, '')::date, x.political, x.employer_post,
				coalesce((select max(f.rank) from family_members f where f.tenant_id = @tenant and f.person_id = p.id), 0) + row_number() over (partition by p.id order by x.n)
			from unnest(@people::bigint[], @relation::text[], @name::text[], @birth_month::text[], @political::text[], @employer_post::text[])
				with ordinality x(person, relation, name, birth_month, political, employer_post, n)
			join persons p on p.tenant_id = @tenant and p.id = x.person where p.voided_at is null and p.merged_into is null order by x.n`,
		clear: `delete from family_members where tenant_id = @tenant and person_id = any(@people)`,
	},
	"awards": {
		many: `select person_id, array[kind, title, level, issuer, awarded_on::text, doc_no, reason] as texts
			from awards where tenant_id = @tenant and person_id = any(@people) order by person_id, awarded_on desc, id`,
		add: `insert into awards (tenant_id, township_id, village_id, person_id, kind, title, level, issuer, awarded_on, doc_no, reason)
			select p.tenant_id, p.township_id, p.village_id, p.id, x.kind, x.title, x.level, x.issuer, x.awarded_on::date, x.doc_no, x.reason
			from unnest(@people::bigint[], @kind::text[], @title::text[], @level::text[], @issuer::text[], @awarded_on::text[], @doc_no::text[], @reason::text[])
				with ordinality x(person, kind, title, level, issuer, awarded_on, doc_no, reason, n)
			join persons p on p.tenant_id = @tenant and p.id = x.person where p.voided_at is null and p.merged_into is null order by x.n`,
		clear: `delete from awards where tenant_id = @tenant and person_id = any(@people)`,
	},
	"sanctions": {
		many: `select person_id, array[kind, decided_on::text, coalesce(ends_on::text, ''), authority, doc_no, reason] as texts
			from sanctions where tenant_id = @tenant and person_id = any(@people) order by person_id, decided_on desc, id`,
		add: `insert into sanctions (tenant_id, township_id, village_id, person_id, kind, decided_on, ends_on, authority, doc_no, reason)
			select p.tenant_id, p.township_id, p.village_id, p.id, x.kind, x.decided_on::date, nullif(x.ends_on, '')::date, x.authority, x.doc_no, x.reason
			from unnest(@people::bigint[], @kind::text[], @decided_on::text[], @ends_on::text[], @authority::text[], @doc_no::text[], @reason::text[])
				with ordinality x(person, kind, decided_on, ends_on, authority, doc_no, reason, n)
			join persons p on p.tenant_id = @tenant and p.id = x.person where p.voided_at is null and p.merged_into is null order by x.n`,
		clear: `delete from sanctions where tenant_id = @tenant and person_id = any(@people)`,
	},
	"grades": {
		many: `select person_id, array[year::text, grade, doc_no, note] as texts
			from yearly_grades where tenant_id = @tenant and person_id = any(@people) order by person_id, year desc`,
		add: `insert into yearly_grades (tenant_id, township_id, village_id, person_id, year, grade, doc_no, note)
			select p.tenant_id, p.township_id, p.village_id, p.id, x.year::int, x.grade, x.doc_no, x.note
			from unnest(@people::bigint[], @year::text[], @grade::text[], @doc_no::text[], @note::text[]) with ordinality x(person, year, grade, doc_no, note, n)
			join persons p on p.tenant_id = @tenant and p.id = x.person where p.voided_at is null and p.merged_into is null order by x.n`,
		clear: `delete from yearly_grades where tenant_id = @tenant and person_id = any(@people)`,
	},
	"representatives": {
		many: `select person_id, array[kind, level, term_no, from_on::text, coalesce(to_on::text, '')] as texts
			from representative_roles where tenant_id = @tenant and person_id = any(@people) order by person_id, from_on desc, id`,
		add: `insert into representative_roles (tenant_id, township_id, village_id, person_id, kind, level, term_no, from_on, to_on)
			select p.tenant_id, p.township_id, p.village_id, p.id, x.kind, x.level, x.term_no, x.from_on::date, nullif(x.to_on, '')::date
			from unnest(@people::bigint[], @kind::text[], @level::text[], @term_no::text[], @from_on::text[], @to_on::text[])
				with ordinality x(person, kind, level, term_no, from_on, to_on, n)
			join persons p on p.tenant_id = @tenant and p.id = x.person where p.voided_at is null and p.merged_into is null order by x.n`,
		clear: `delete from representative_roles where tenant_id = @tenant and person_id = any(@people)`,
	},
	"promotions": {
		many: `select person_id, array[kind, from_post, to_post, promoted_on::text, doc_no, note] as texts
			from promotions where tenant_id = @tenant and person_id = any(@people) order by person_id, promoted_on desc, id`,
		add: `insert into promotions (tenant_id, township_id, village_id, person_id, kind, from_post, to_post, promoted_on, doc_no, note)
			select p.tenant_id, p.township_id, p.village_id, p.id, x.kind, x.from_post, x.to_post, x.promoted_on::date, x.doc_no, x.note
			from unnest(@people::bigint[], @kind::text[], @from_post::text[], @to_post::text[], @promoted_on::text[], @doc_no::text[], @note::text[])
				with ordinality x(person, kind, from_post, to_post, promoted_on, doc_no, note, n)
			join persons p on p.tenant_id = @tenant and p.id = x.person where p.voided_at is null and p.merged_into is null order by x.n`,
		clear: `delete from promotions where tenant_id = @tenant and person_id = any(@people)`,
	},
}

// partRow is an entry of one of many files, its values in the order of the section's fields.
type partRow struct {
	PersonID int64
	Texts    []string
}

// partsOf reads a section of many files.
func partsOf(ctx context.Context, tx *access.Tx, key string, people []int64) (map[int64][][]string, error) {
	rows, err := tx.Query(ctx, partSQL[key].many, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "people": people})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[partRow])
	out := make(map[int64][][]string, len(people))
	for _, r := range list {
		out[r.PersonID] = append(out[r.PersonID], r.Texts)
	}
	return out, err
}

// addEntries writes entries of a section for many files with one statement: an array per field, months as their first day.
func addEntries(ctx context.Context, tx *access.Tx, s section, rows []partRow) error {
	people, c := make([]int64, len(rows)), columns{}
	for i, f := range s.Fields {
		texts := make([]string, len(rows))
		for n, x := range rows {
			people[n] = x.PersonID
			if texts[n] = x.Texts[i]; f.Kind == "month" && texts[n] != "" {
				texts[n] += "-01"
			}
		}
		c[f.Name] = texts
	}
	c["people"] = people
	return c.write(ctx, tx, partSQL[s.Key].add, len(rows))
}

// detailsOf reads what many files say beyond the register.
func detailsOf(ctx context.Context, tx *access.Tx, people []int64) (map[int64]Details, error) {
	rows, err := tx.Query(ctx, `select id as person, `+detailList+` from persons where tenant_id = @tenant and id = any(@people)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "people": people})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[struct {
		Person int64
		Details
	}])
	out := make(map[int64]Details, len(list))
	for _, d := range list {
		out[d.Person] = d.Details
	}
	return out, err
}

// detailList are the columns of Details.
const detailList = `native_place, birth_place, party_full_date as party_full, party_branch, work_start_date as work_start, health, marital,
	technical_post, specialty, certificates, social_insurance, is_local as local, origins, bank_name, address_cipher, phone2_cipher, bank_cipher`

// bookPost is a post as the sheet 任职 holds it.
type bookPost struct {
	PersonID       int64
	TownshipName   string
	VillageName    string
	Community      bool
	PositionCode   string
	ManagementType string
	IsPaid         bool
	FromOn         time.Time
	ToOn           *time.Time
	WayIn          string
	WayOut         string
	DocNo          string
	OutDocNo       string
	TermNo         *int
	ContractEndsOn *time.Time
	Note           string
}

// postsOf reads the posts of many people that the scope sees.
func postsOf(ctx context.Context, tx *access.Tx, people []int64) (map[int64][]bookPost, error) {
	rows, err := tx.Query(ctx, `select a.person_id, coalesce(t.name, '') as township_name, coalesce(v.name, '') as village_name,
			coalesce(v.kind = 'community', false) as community, a.position_code, a.management_type, a.is_paid, lower(a.during) as from_on,
			upper(a.during) as to_on, a.way_in, a.way_out, a.doc_no, a.out_doc_no, a.term_no, a.contract_ends_on, a.note`+appointmentTables+`
		where a.tenant_id = @tenant and a.person_id = any(@people)
		order by a.person_id, lower(a.during) desc, array_position(@order::text[], a.position_code), a.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "people": people, "order": positionOrder})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[bookPost])
	out := make(map[int64][]bookPost, len(people))
	for _, p := range list {
		out[p.PersonID] = append(out[p.PersonID], p)
	}
	return out, err
}
