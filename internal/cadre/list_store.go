package cadre

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/width"
	"touyan/internal/access"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/month"
)

// Filter narrows the register. Zero values do not narrow.
type Filter struct {
	Text       string  `form:"q"` // name, former name, pinyin, initials, village, post, phone, ID number or its last four
	Townships  []int64 `form:"township"`
	Village    int64   `form:"village"`
	Position   string  `form:"position"`
	State      string  `form:"state"` // serving (default), left, all
	Kind       string  `form:"kind"`  // all village cadres (default), paid, unpaid, resident
	Dual       string  `form:"dual"`  // yes: secretary and director at once
	Sex        string  `form:"sex"`
	Political  string  `form:"political"`
	Education  string  `form:"education"` // a level, or college (大专及以上) and the like, below (大专以下)
	AgeFrom    int     `form:"age_from"`
	AgeTo      int     `form:"age_to"`
	Management string  `form:"management"`
	Origin     string  `form:"origin"`     // a source (来源身份)
	PartyFrom  int     `form:"party_from"` // full years in the Party, by the month of joining
	PartyTo    int     `form:"party_to"`
	Photo      string  `form:"photo"`     // yes, no
	Missing    string  `form:"missing"`   // a key field that the file lacks, or any
	Seat       string  `form:"seat"`      // of 两代表一委员, held on the day
	LeftFrom   string  `form:"left_from"` // whose last day in a post lies between; whoever serves again is left out unless all are asked for
	LeftTo     string  `form:"left_to"`
	AsOf       string  `form:"as_of"` // 2026-10-31; today if empty
	Sort       string  `form:"sort"`  // name, age, -age, -name, village (default)
	Page       int     `form:"page"`
}

// Day is the day as of which the list stands: the one asked for, today if that is none or lies ahead.
func (f Filter) Day(today time.Time) time.Time {
	if t, err := month.ParseDay(f.AsOf); err == nil && t.Before(today) && t.Year() > 1948 {
		return t
	}
	return today
}

// misread says which days of the filter are none, or cannot be had, and what the list does instead.
func (f Filter) misread(today time.Time) (notes []string) {
	switch t, err := month.ParseDay(f.AsOf); {
	case f.AsOf == "":
	case err != nil || t.Year() < 1949:
		notes = append(notes, month.NoSuch("日期", f.AsOf)+",已按今天统计")
	case t.After(today):
		notes = append(notes, "花名册只能看到今天为止,已按今天统计")
	}
	for _, text := range []string{f.LeftFrom, f.LeftTo} {
		if text != "" && dayOf(text) == nil {
			notes = append(notes, month.NoSuch("日期", text)+",没有按它筛选离任时间")
		}
	}
	return notes
}

// where is the one condition of list, count and export: each part is constant text, switched by its argument.
//
// Serving means a post on the day, and not on that of the holder's death, to whose end his posts last; a person of another
// state counts by any post up to that day, and one who never held any, such as a file that was just made, is found among all.
//
// Spellings are joined by spaces and searched behind one: over a district's three thousand people a sixth of the time that
// unnest takes, and less than a table of keys would cost in joins, since the list is narrowed to the district anyway.
const where = ` where p.tenant_id = @tenant and p.merged_into is null and p.voided_at is null
	and (cardinality(@townships::bigint[]) = 0 or p.township_id = any(@townships))
	and (@village = 0 or p.village_id = @village)
	and (@sex = '' or p.sex = @sex)
	and (@political = '' or p.political = @political)
	and (cardinality(@education::text[]) = 0 or left(p.education, 1) = any(@education))
	and (@born_after::date is null or p.birth_date > @born_after)
	and (@born_until::date is null or p.birth_date <= @born_until)
	and (@joined_after::date is null or p.party_join_date > @joined_after)
	and (@joined_until::date is null or p.party_join_date <= @joined_until)
	and (@origin = '' or @origin = any(p.origins))
	and (@text = '' or strpos(p.name, @text) > 0 or strpos(p.former_name, @text) > 0 or strpos(v.name, @text) > 0
		or starts_with(@text, t.name) and starts_with(t.name || v.name, @text)
		or p.id_tail_index = @tail or p.id_index = @number or p.phone_index = @phone
		or @spelled <> '' and strpos(' ' || array_to_string(p.pinyin || p.initials, ' '), ' ' || @spelled) > 0
		or cardinality(@said::text[]) > 0 and exists (select from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id
			and a.during @> @on::date and a.position_code = any(@said)))
	and case @missing when '' then true when 'education' then p.education = '' when 'party' then p.political in ('01', '02') and p.party_join_date is null
		when 'phone' then p.phone_index is null when 'bank' then p.bank_index is null
		else p.education = '' or p.political in ('01', '02') and p.party_join_date is null or p.phone_index is null or p.bank_index is null end
	and (@photo = '' or (@photo = 'yes') = exists (select from photos f where f.tenant_id = p.tenant_id and f.person_id = p.id))
	and (@seat = '' or exists (select from representative_roles r where r.tenant_id = p.tenant_id and r.person_id = p.id and r.kind = @seat
		and r.from_on <= @on::date and (r.to_on is null or r.to_on >= @on::date)))
	and (@left_from::date is null and @left_to::date is null or exists (select from appointments a where a.tenant_id = p.tenant_id
		and a.person_id = p.id and upper(a.during) - 1 >= coalesce(@left_from::date, '-infinity') and upper(a.during) - 1 <= coalesce(@left_to::date, 'infinity')))
	and (@dual = '' or (select count(distinct a.position_code) = 2 from appointments a where a.tenant_id = p.tenant_id
		and a.person_id = p.id and a.during @> @on::date and a.position_code in ('party_secretary', 'village_director')))
	and (@kind <> 'unpaid' or not exists (select from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id
		and a.is_paid and a.during @> @on::date))
	and (@state in ('left', 'all') or p.died_on is null or p.died_on > @on::date)
	and (@state <> 'left' or p.died_on <= @on::date or not exists (select from appointments a where a.tenant_id = p.tenant_id
		and a.person_id = p.id and a.during @> @on::date))
	and (exists (select from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id
			and case when @state in ('left', 'all') then lower(a.during) <= @on::date else a.during @> @on::date end
			and (@position = '' or a.position_code = @position) and (@management = '' or a.management_type = @management)
			and case @kind when 'resident' then a.position_code = any(@resident) when 'paid' then a.is_paid
				when 'unpaid' then not a.is_paid and a.position_code <> all(@resident) else a.position_code <> all(@resident) end)
		or @state in ('left', 'all') and @position = '' and @management = '' and @kind = ''
			and not exists (select from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id))`

// residentPosts are the posts of 驻村干部.
var residentPosts = []string{"first_secretary", "resident_team_leader", "resident_team_member"}

// educationDigits are the first digits of the education codes that a choice of the filter means.
var educationDigits = map[string][]string{
	"postgraduate": {"1"}, "bachelor": {"2"}, "college_only": {"3"}, "senior": {"4", "6"}, "junior": {"7"}, "primary": {"8", "9"},
	"college": {"1", "2", "3"}, "bachelor_up": {"1", "2"}, "senior_up": {"1", "2", "3", "4", "6"}, "below": {"4", "5", "6", "7", "8", "9", ""},
}

func (s Store) args(tx *access.Tx, f Filter, on time.Time) pgx.StrictNamedArgs {
	text := TidyName(width.Fold.String(f.Text))
	a := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "townships": f.Townships, "village": f.Village, "sex": f.Sex, "political": f.Political,
		"education": educationDigits[f.Education], "text": text, "said": positionsSaid(text), "state": f.State, "position": f.Position,
		"management": f.Management, "kind": f.Kind, "dual": f.Dual, "on": on, "resident": residentPosts,
		"tail": s.keys.Index(tx.Tenant(), "cadre.id_tail", strings.ToUpper(text)), "phone": s.phoneIndex(tx.Tenant(), text), "spelled": spelled(text), "number": s.numberIndex(tx.Tenant(), text, on),
		"origin": f.Origin, "photo": f.Photo, "missing": f.Missing, "seat": f.Seat, "left_from": dayOf(f.LeftFrom), "left_to": dayOf(f.LeftTo)}
	if f.State == "" && (a["left_from"] != (*time.Time)(nil) || a["left_to"] != (*time.Time)(nil)) {
		a["state"] = "left"
	}
	if f.Townships == nil {
		a["townships"] = []int64{}
	}
	if educationDigits[f.Education] == nil {
		a["education"] = []string{}
	}
	a["born_after"], a["born_until"] = between(f.AgeFrom, f.AgeTo, on)
	a["joined_after"], a["joined_until"] = between(f.PartyFrom, f.PartyTo, on)
	return a
}

// between are the days after and until which somebody was born, or joined, who has so many full years, both included: years
// count by months, so 35岁以下 includes 35.
func between(from, to int, on time.Time) (after, until *time.Time) {
	if to > 0 && to < 150 {
		t := time.Date(on.Year()-to-1, on.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		after = &t
	}
	if from > 0 && from < 150 {
		t := time.Date(on.Year()-from, on.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		until = &t
	}
	return after, until
}

// latin is what may be pinyin or initials, written together or syllable by syllable.
var latin = regexp.MustCompile(`^[A-Za-z ]+$`)

// spelled is the text as a spelling of a name, "" if it is none.
func spelled(text string) string {
	if !latin.MatchString(text) {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(text, " ", ""))
}

// numberIndex finds whose a whole ID number is; what is none finds nobody.
func (s Store) numberIndex(tenant int64, text string, on time.Time) []byte {
	card, err := idcard.Parse(text, on)
	if err != nil {
		return nil
	}
	return s.keys.Index(tenant, "cadre.id_number", card.Number)
}

// phoneIndex finds whose a whole phone number is; what is none finds nobody.
func (s Store) phoneIndex(tenant int64, text string) []byte {
	phone, err := contact.ParsePhone(text)
	if err != nil {
		return nil
	}
	return s.keys.Index(tenant, "cadre.phone", phone)
}

// dayOf reads a day of the filter; what is none filters nothing.
func dayOf(text string) *time.Time {
	t, err := month.ParseDay(text)
	if err != nil || t.Year() < 1949 {
		return nil
	}
	return &t
}

// positionsSaid gives the posts whose names hold the words, such as 文书; a single character would mean too many.
func positionsSaid(text string) []string {
	out := []string{}
	if len([]rune(text)) < 2 {
		return out
	}
	for _, p := range positions {
		if strings.Contains(p.Village, text) || strings.Contains(p.Community, text) {
			out = append(out, p.Code)
		}
	}
	return out
}

// PageSize is the number of persons on one page of the register.
const PageSize = 50

// orders are the ways in which the register can be sorted, by columns that a list has above its posts and below them.
var orders = map[string]string{
	"":      ` order by township_code, village_code, name, id`,
	"name":  ` order by spelling, name, id`,
	"-name": ` order by spelling desc, name desc, id`,
	"age":   ` order by birth_date desc, id`,
	"-age":  ` order by birth_date, id`,
}

func (f Filter) order() string {
	if order, ok := orders[f.Sort]; ok {
		return order
	}
	return orders[""]
}

// listFrom is a list below its posts, to be closed by an order; listColumns are what it gives above them.
const (
	listFrom    = ` from (select p.tenant_id, t.code as township_code, v.code as village_code, p.pinyin[1] as spelling, ` + fileColumns + personTables + where
	listColumns = `select p.id, p.township_id, p.village_id, p.township_name, p.village_name, p.community, p.name, p.former_name, p.sex, p.birth_date, p.ethnic,
		p.political, p.education, p.party_join, p.id_cipher, p.phone_cipher, p.phone_index, p.died_on, p.voided_at, p.void_reason, p.version, ` + heldColumns
)

// rows asks for the register in order. Rows are put in order before their posts are read, so that of a page only its own
// posts are, and the first of thousands go out while the posts of others are still to be read. Limit 0 is no limit.
func (s Store) rows(ctx context.Context, tx *access.Tx, f Filter, on time.Time, limit, offset int) (pgx.Rows, error) {
	args, order := s.args(tx, f, on), f.order()
	args["order"], args["limit"], args["offset"] = positionOrder, &limit, offset
	// A page has a plan that is remembered. Over thousands of rows a plan made for these values is worth its price.
	mode := pgx.QueryExecModeCacheStatement
	if limit == 0 || limit > PageSize {
		mode = pgx.QueryExecModeCacheDescribe
	}
	if limit == 0 {
		args["limit"] = nil
	}
	return tx.Query(ctx, listColumns+listFrom+order+` limit @limit::int offset @offset) p `+personPosts+order, mode, args)
}

// List reads one page of the register.
func (s Store) List(ctx context.Context, tx *access.Tx, f Filter, on time.Time, limit, offset int) ([]Person, error) {
	rows, err := s.rows(ctx, tx, f, on, limit, offset)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Person])
}

// Each hands on everybody whom List would give, one by one while the database still reads: memory does not grow with the
// register, and do may not use tx.
func (s Store) Each(ctx context.Context, tx *access.Tx, f Filter, on time.Time, do func(Person) error) error {
	rows, err := s.rows(ctx, tx, f, on, 0, 0)
	if err != nil {
		return err
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) { // which collects nothing
		p, err := pgx.RowToStructByName[Person](row)
		if err == nil {
			err = do(p)
		}
		return struct{}{}, err
	})
	return err
}

// Count counts what List would give in all.
func (s Store) Count(ctx context.Context, tx *access.Tx, f Filter, on time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+personTables+where, s.args(tx, f, on)).Scan(&n)
	return n, err
}

// moreThan reports whether List would give more than n, without counting them all.
func (s Store) moreThan(ctx context.Context, tx *access.Tx, f Filter, on time.Time, n int) (more bool, err error) {
	args := s.args(tx, f, on)
	args["n"] = n
	err = tx.QueryRow(ctx, `select exists (select`+personTables+where+` offset @n)`, args).Scan(&more)
	return more, err
}
