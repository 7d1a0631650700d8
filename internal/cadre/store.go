package cadre

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/pinyin"
)

// Store is all SQL of persons; appointments stand in appointment_store.go, imports in import_apply.go.
type Store struct{ keys *crypt.Keys }

// Person is a file of the register. Sensitive values are sealed; the methods give them masked.
type Person struct {
	ID           int64
	TownshipID   int64
	VillageID    int64
	TownshipName string
	VillageName  string
	Community    bool
	Name         string
	FormerName   string
	Sex          string
	BirthDate    time.Time
	Ethnic       string
	Political    string
	Education    string
	PartyJoin    *time.Time
	IDCipher     []byte
	PhoneCipher  []byte
	DiedOn       *time.Time
	VoidedAt     *time.Time
	VoidReason   string
	Version      int
	Posts        []string // codes held today, in the order of the register
	Managed      []string // management types of these posts
}

const personColumns = `p.id, p.township_id, p.village_id, t.name as township_name, v.name as village_name, v.kind = 'community' as community,
	p.name, p.former_name, p.sex, p.birth_date, p.ethnic, p.political, p.education, p.party_join_date as party_join, p.id_cipher,
	p.phone_cipher, p.died_on, p.voided_at, p.void_reason, p.version,
	array(select a.position_code from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id
		and a.during @> @on::date order by array_position(@order::text[], a.position_code)) as posts,
	array(select distinct a.management_type from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id
		and a.during @> @on::date) as managed`

const personTables = ` from persons p join townships t on t.tenant_id = p.tenant_id and t.id = p.township_id
	join villages v on v.tenant_id = p.tenant_id and v.township_id = p.township_id and v.id = p.village_id `

var positionOrder = func() []string {
	out := make([]string, len(positions))
	for i, p := range positions {
		out[i] = p.Code
	}
	return out
}()

// Title says a person's posts of today as they are said: 村党组织书记、村委会主任.
func (p Person) Title() string {
	words := make([]string, len(p.Posts))
	for i, code := range p.Posts {
		words[i] = PositionTitle(code, p.Community)
	}
	return strings.Join(words, "、")
}

// State says in a word how the person stands today.
func (p Person) State() string {
	switch {
	case p.VoidedAt != nil:
		return "已作废"
	case p.DiedOn != nil:
		return "已去世"
	case len(p.Posts) > 0:
		return "在任"
	}
	return "未任职"
}

// Get reads one file in scope as it stands on a day.
func (s Store) Get(ctx context.Context, tx *access.Tx, id int64, on time.Time) (Person, error) {
	rows, err := tx.Query(ctx, `select `+personColumns+personTables+` where p.tenant_id = @tenant and p.id = @id and p.merged_into is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "on": on, "order": positionOrder})
	if err != nil {
		return Person{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Person])
}

// IDNumber opens a person's number. Show it masked (MaskedID) unless a reveal was noted.
func (s Store) IDNumber(tenant int64, p Person) (string, error) {
	return s.keys.Decrypt(tenant, "cadre.id_number", p.IDCipher)
}

// MaskedID is the number as lists show it.
func (s Store) MaskedID(tenant int64, p Person) string {
	n, err := s.IDNumber(tenant, p)
	if err != nil {
		return "(无法读取)"
	}
	return idcard.Mask(n)
}

// MaskedPhone is the phone as lists show it.
func (s Store) MaskedPhone(tenant int64, p Person) string {
	n, err := s.keys.Decrypt(tenant, "cadre.phone", p.PhoneCipher)
	if err != nil {
		return "(无法读取)"
	}
	return contact.MaskPhone(n)
}

// Filter narrows the register. Zero values do not narrow.
type Filter struct {
	Text       string  `form:"q"` // name, former name, pinyin, initials, village, or the last four of an ID number
	Townships  []int64 `form:"township"`
	Village    int64   `form:"village"`
	Position   string  `form:"position"`
	State      string  `form:"state"` // serving (default), left, all
	Kind       string  `form:"kind"`  // cadre (default), resident
	Sex        string  `form:"sex"`
	Political  string  `form:"political"`
	College    string  `form:"college"` // yes, no
	AgeFrom    int     `form:"age_from"`
	AgeTo      int     `form:"age_to"`
	Management string  `form:"management"`
	Sort       string  `form:"sort"` // name, age, -age, village (default)
	Page       int     `form:"page"`
}

// where is the one condition of list, count and export: each part is constant text, switched by its argument.
const where = ` where p.tenant_id = @tenant and p.merged_into is null and p.voided_at is null
	and (cardinality(@townships::bigint[]) = 0 or p.township_id = any(@townships))
	and (@village = 0 or p.village_id = @village)
	and (@sex = '' or p.sex = @sex)
	and (@political = '' or p.political = @political)
	and (@college = '' or (p.education <> '' and p.education < '40') = (@college = 'yes'))
	and (@born_after::date is null or p.birth_date > @born_after)
	and (@born_until::date is null or p.birth_date <= @born_until)
	and (@text = '' or p.name like '%' || @text || '%' or p.former_name like '%' || @text || '%' or v.name like '%' || @text || '%'
		or exists (select from unnest(p.pinyin || p.initials) k where starts_with(k, lower(@text))) or p.id_tail_index = @tail)
	and case @state
		when 'left' then p.died_on is not null or not exists (select from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id and a.during @> @on::date)
		when 'all' then true
		else exists (select from appointments a where a.tenant_id = p.tenant_id and a.person_id = p.id and a.during @> @on::date
			and (@position = '' or a.position_code = @position) and (@management = '' or a.management_type = @management)
			and (a.position_code = any(@resident)) = (@kind = 'resident')) end
	and (@state not in ('left', 'all') or @position = '' or exists (select from appointments a where a.tenant_id = p.tenant_id
		and a.person_id = p.id and a.position_code = @position))`

func (s Store) args(tx *access.Tx, f Filter, on time.Time) pgx.StrictNamedArgs {
	text := strings.TrimSpace(f.Text)
	a := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "townships": f.Townships, "village": f.Village, "sex": f.Sex, "political": f.Political,
		"college": f.College, "text": text, "state": f.State, "position": f.Position, "management": f.Management, "kind": f.Kind, "on": on,
		"resident": []string{"first_secretary", "resident_team_leader", "resident_team_member"}, "tail": s.keys.Index(tx.Tenant(), "cadre.id_tail", strings.ToUpper(text))}
	if f.Townships == nil {
		a["townships"] = []int64{}
	}
	// 35岁以下 includes 35: an age counts by the month of birth.
	var after, until *time.Time
	if f.AgeTo > 0 {
		t := time.Date(on.Year()-f.AgeTo-1, on.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		after = &t
	}
	if f.AgeFrom > 0 {
		t := time.Date(on.Year()-f.AgeFrom, on.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		until = &t
	}
	a["born_after"], a["born_until"] = after, until
	return a
}

// PageSize is the number of persons on one page of the register.
const PageSize = 50

// orders are the ways in which the register can be sorted.
var orders = map[string]string{
	"":      ` order by t.code, v.code, p.name, p.id`,
	"name":  ` order by p.name, p.id`,
	"age":   ` order by p.birth_date desc, p.id`,
	"-age":  ` order by p.birth_date, p.id`,
	"-name": ` order by p.name desc, p.id`,
}

// List reads one page of the register; limit 0 reads all.
func (s Store) List(ctx context.Context, tx *access.Tx, f Filter, on time.Time, limit, offset int) ([]Person, error) {
	order, ok := orders[f.Sort]
	if !ok {
		order = orders[""]
	}
	args := s.args(tx, f, on)
	args["order"] = positionOrder
	sql := `select ` + personColumns + personTables + where + order
	if limit > 0 {
		sql += ` limit @limit offset @offset`
		args["limit"], args["offset"] = limit, offset
	}
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Person])
}

// Count counts what List would give in all.
func (s Store) Count(ctx context.Context, tx *access.Tx, f Filter, on time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*)`+personTables+where, s.args(tx, f, on)).Scan(&n)
	return n, err
}

// Create makes a file. An ID number that is registered anywhere in the district is refused by the table's key.
func (s Store) Create(ctx context.Context, tx *access.Tx, f fields, township, village int64) (id int64, err error) {
	full, initials := pinyin.Keys(f.Name)
	tenant := tx.Tenant()
	err = tx.QueryRow(ctx, `insert into persons (tenant_id, township_id, village_id, name, former_name, pinyin, initials, sex, birth_date,
			ethnic, political, education, party_join_date, id_cipher, id_index, id_tail_index, phone_cipher, phone_index)
		values (@tenant, @township, @village, @name, @former, @pinyin, @initials, @sex, @birth, @ethnic, @political, @education, @joined,
			@id, @id_index, @id_tail, @phone, @phone_index) returning id`, pgx.StrictNamedArgs{"tenant": tenant, "township": township,
		"village": village, "name": f.Name, "former": f.FormerName, "pinyin": full, "initials": initials, "sex": string(f.ID.Sex),
		"birth": f.ID.Birth, "ethnic": f.Ethnic, "political": f.Political, "education": f.Education, "joined": f.PartyJoin,
		"id": s.keys.Encrypt(tenant, "cadre.id_number", f.ID.Number), "id_index": s.keys.Index(tenant, "cadre.id_number", f.ID.Number),
		"id_tail": s.keys.Index(tenant, "cadre.id_tail", f.ID.Number[14:]), "phone": s.keys.Encrypt(tenant, "cadre.phone", f.Phone),
		"phone_index": s.keys.Index(tenant, "cadre.phone", f.Phone)}).Scan(&id)
	tx.Audit(access.Line{Action: "cadre.create", Object: "persons", ID: id, Person: id, Summary: "新增干部 " + f.Name})
	return id, err
}

// Update changes a file, refusing a stale copy with both values.
func (s Store) Update(ctx context.Context, tx *access.Tx, id int64, f fields, version int) error {
	full, initials := pinyin.Keys(f.Name)
	tenant := tx.Tenant()
	tag, err := tx.Exec(ctx, `update persons set name = @name, former_name = @former, pinyin = @pinyin, initials = @initials,
			ethnic = @ethnic, political = @political, education = @education, party_join_date = @joined,
			phone_cipher = case when @phone_index::bytea is null then phone_cipher else @phone end,
			phone_index = coalesce(@phone_index, phone_index), updated_at = @now, version = version + 1
		where tenant_id = @tenant and id = @id and version = @version and voided_at is null`, pgx.StrictNamedArgs{"tenant": tenant, "id": id,
		"version": version, "name": f.Name, "former": f.FormerName, "pinyin": full, "initials": initials, "ethnic": f.Ethnic,
		"political": f.Political, "education": f.Education, "joined": f.PartyJoin, "phone": s.keys.Encrypt(tenant, "cadre.phone", f.Phone),
		"phone_index": s.keys.Index(tenant, "cadre.phone", f.Phone), "now": tx.Scope().Now()})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return s.stale(ctx, tx, id, f)
	}
	tx.Audit(access.Line{Action: "cadre.update", Object: "persons", ID: id, Person: id, Summary: "修改干部信息 " + f.Name})
	return nil
}

// stale shows what stands now beside what was typed.
func (s Store) stale(ctx context.Context, tx *access.Tx, id int64, f fields) error {
	now, err := s.Get(ctx, tx, id, tx.Scope().Today())
	if err != nil {
		return err
	}
	var d []fault.Difference
	for _, x := range []struct{ label, theirs, yours string }{{"姓名", now.Name, f.Name}, {"曾用名", now.FormerName, f.FormerName},
		{"民族", codeName("ethnic", now.Ethnic), codeName("ethnic", f.Ethnic)}, {"政治面貌", codeName("political", now.Political), codeName("political", f.Political)},
		{"最高学历", codeName("education", now.Education), codeName("education", f.Education)}, {"入党时间", monthText(now.PartyJoin), monthText(f.PartyJoin)}} {
		if x.theirs != x.yours {
			d = append(d, fault.Difference{Label: x.label, Theirs: x.theirs, Yours: x.yours})
		}
	}
	return fault.Stale(d...)
}

// Void takes a file that was made by mistake out of the register.
func (s Store) Void(ctx context.Context, tx *access.Tx, id int64, reason string) error {
	tag, err := tx.Exec(ctx, `update persons set voided_at = @now, void_reason = @reason, version = version + 1
		where tenant_id = @tenant and id = @id and voided_at is null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id,
		"now": tx.Scope().Now(), "reason": reason})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.NotFound()
	}
	tx.Audit(access.Line{Action: "cadre.void", Object: "persons", ID: id, Person: id, Summary: "作废干部信息", Reason: reason})
	return nil
}
