package cadre

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
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
	PhoneIndex   []byte
	DiedOn       *time.Time
	VoidedAt     *time.Time
	VoidReason   string
	Version      int
	Posts        []string   // codes held on the day asked for, in the order of the register
	Managed      []string   // management types of these posts
	Since        *time.Time // the first day of the first of them
	WayIn        *string
	Paid         bool
	Dual         bool       // 一肩挑: secretary and director at once
	LastPost     string     // of a person who holds none
	LeftOn       *time.Time // the first day after it
	WayOut       string
}

// fileColumns are the person's own and his unit's, heldColumns what personPosts joins.
const fileColumns = `p.id, p.township_id, p.village_id, t.name as township_name, v.name as village_name, v.kind = 'community' as community,
	p.name, p.former_name, p.sex, p.birth_date, p.ethnic, p.political, p.education, p.party_join_date as party_join, p.id_cipher,
	p.phone_cipher, p.phone_index, p.died_on, p.voided_at, p.void_reason, p.version`

const heldColumns = `held.posts, held.managed, held.since, held.way_in, coalesce(held.paid, false) as paid, coalesce(held.dual, false) as dual,
	coalesce(last.position_code, '') as last_post, last.left_on, coalesce(last.way_out, '') as way_out`

const personColumns = fileColumns + `, ` + heldColumns

const personTables = ` from persons p join townships t on t.tenant_id = p.tenant_id and t.id = p.township_id
	join villages v on v.tenant_id = p.tenant_id and v.township_id = p.township_id and v.id = p.village_id `

// personPosts joins the posts held on the day that is asked for, the highest first, and the latest one of a person who
// holds none. The rows are put in order once, below all aggregates, so none of these may be distinct or ordered.
const personPosts = `
	left join lateral (select array_agg(a.position_code) as posts, array_agg(a.management_type) as managed, bool_or(a.is_paid) as paid,
			(array_agg(lower(a.during)))[1] as since, (array_agg(a.way_in))[1] as way_in,
			bool_or(a.position_code = 'party_secretary') and bool_or(a.position_code = 'village_director') as dual
		from (select a.position_code, a.management_type, a.is_paid, a.during, a.way_in from appointments a
			where a.tenant_id = p.tenant_id and a.person_id = p.id and a.during @> @on::date
			order by array_position(@order::text[], a.position_code)) a) held on true
	left join lateral (select a.position_code, upper(a.during) as left_on, a.way_out from appointments a
		where a.tenant_id = p.tenant_id and a.person_id = p.id and held.posts is null and upper(a.during) <= @on::date
		order by upper(a.during) desc, array_position(@order::text[], a.position_code) limit 1) last on true `

var positionOrder = func() []string {
	out := make([]string, len(positions))
	for i, p := range positions {
		out[i] = p.Code
	}
	return out
}()

// Title says a person's posts as they are said: 村党组织书记、村委会主任. Who holds none is named by his last one.
func (p Person) Title() string {
	if len(p.Posts) == 0 && p.LastPost != "" {
		return "原" + PositionTitle(p.LastPost, p.Community)
	}
	words := make([]string, len(p.Posts))
	for i, code := range p.Posts {
		words[i] = PositionTitle(code, p.Community)
	}
	return strings.Join(words, "、")
}

// Management names the management type where it is not the ordinary one of all posts.
func (p Person) Management() string {
	for _, m := range p.Managed {
		if m != "ordinary" {
			return wordOf(Managements, m)
		}
	}
	if len(p.Posts) == 0 {
		return ""
	}
	return wordOf(Managements, "ordinary")
}

// Age is in full years on a day; who has died ages no further.
func (p Person) Age(on time.Time) int {
	if p.DiedOn != nil && p.DiedOn.Before(on) {
		on = *p.DiedOn
	}
	return Age(p.BirthDate, on)
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
	case p.LastPost != "":
		return "已离任"
	}
	return "未任职"
}

// Get reads one file in scope as it stands on a day.
func (s Store) Get(ctx context.Context, tx *access.Tx, id int64, on time.Time) (Person, error) {
	rows, err := tx.Query(ctx, `select `+personColumns+personTables+personPosts+` where p.tenant_id = @tenant and p.id = @id and p.merged_into is null`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "on": on, "order": positionOrder})
	if err != nil {
		return Person{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Person])
}

// byIDs reads some files in the order of their keys, without those that were merged or voided since the keys were listed.
func (s Store) byIDs(ctx context.Context, tx *access.Tx, ids []int64, on time.Time) ([]Person, error) {
	rows, err := tx.Query(ctx, `select `+personColumns+personTables+personPosts+` where p.tenant_id = @tenant and p.id = any(@ids)
		and p.merged_into is null and p.voided_at is null order by array_position(@ids::bigint[], p.id)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "ids": ids, "on": on, "order": positionOrder})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Person])
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

// Create makes a file. An ID number that is registered anywhere in the district is refused by the table's key.
func (s Store) Create(ctx context.Context, tx *access.Tx, f fields, township, village int64) (int64, error) {
	id, err := s.insert(ctx, tx, f, township, village)
	tx.Audit(access.Line{Action: "cadre.create", Object: "persons", ID: id, Person: id, Summary: "新增干部 " + f.Name})
	return id, err
}

// insert is Create for an act that has its own line in the trail.
func (s Store) insert(ctx context.Context, tx *access.Tx, f fields, township, village int64) (id int64, err error) {
	full, initials := searchKeys(f.Name, f.FormerName)
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
	if err != nil {
		return 0, err
	}
	return id, s.setDetails(ctx, tx, id, f.Details)
}

// Update changes a file, refusing a stale copy with both values.
func (s Store) Update(ctx context.Context, tx *access.Tx, id int64, f fields, version int) error {
	full, initials := searchKeys(f.Name, f.FormerName)
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
	if err := s.setDetails(ctx, tx, id, f.Details); err != nil {
		return err
	}
	// Posts that go on carry the name as it is now; what has ended keeps the name of its time.
	_, err = tx.Exec(ctx, `update appointments set person_name = @name where tenant_id = @tenant and person_id = @id
		and upper_inf(during) and person_name <> @name`, pgx.StrictNamedArgs{"tenant": tenant, "id": id, "name": f.Name})
	tx.Audit(access.Line{Action: "cadre.update", Object: "persons", ID: id, Person: id, Summary: "修改干部信息 " + f.Name})
	return err
}

// stale shows what stands now beside what was typed. Where that is the same the form was sent twice, and all is well.
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
	if f.Phone != "" && !bytes.Equal(s.keys.Index(tx.Tenant(), "cadre.phone", f.Phone), now.PhoneIndex) {
		d = append(d, fault.Difference{Label: "手机号", Theirs: s.MaskedPhone(tx.Tenant(), now), Yours: contact.MaskPhone(f.Phone)})
	}
	details, err := s.Details(ctx, tx, id)
	if err != nil {
		return err
	}
	open, err := s.open(tx.Tenant(), details)
	if err != nil {
		return err
	}
	if d = append(d, f.Details.differsFrom(details, open)...); len(d) == 0 && now.VoidedAt == nil {
		return nil
	}
	return fault.Stale(d...)
}

// ByIDNumber finds the file of a number within the scope.
func (s Store) ByIDNumber(ctx context.Context, tx *access.Tx, number string) (id int64, name string, err error) {
	err = tx.QueryRow(ctx, `select id, name from persons where tenant_id = @tenant and id_index = @index and voided_at is null
		and merged_into is null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "index": s.keys.Index(tx.Tenant(), "cadre.id_number", number)}).
		Scan(&id, &name)
	return id, name, err
}

// CorrectNumber mends an ID number that was entered wrongly; birth and sex follow it, also in the posts that go on. A birth
// that was recognised differently from the number (档案认定) stays.
func (s Store) CorrectNumber(ctx context.Context, tx *access.Tx, p Person, card idcard.Card, evidence string) error {
	tenant := tx.Tenant()
	old, err := s.IDNumber(tenant, p)
	if err != nil {
		return err
	}
	birth := card.Birth
	if recognised(p, old) {
		birth = p.BirthDate
	}
	tag, err := tx.Exec(ctx, `update persons set id_cipher = @id, id_index = @id_index, id_tail_index = @id_tail, sex = @sex, birth_date = @birth,
			updated_at = @now, version = version + 1
		where tenant_id = @tenant and id = @person and version = @version and voided_at is null`, pgx.StrictNamedArgs{"tenant": tenant,
		"id": s.keys.Encrypt(tenant, "cadre.id_number", card.Number), "id_index": s.keys.Index(tenant, "cadre.id_number", card.Number),
		"id_tail": s.keys.Index(tenant, "cadre.id_tail", card.Number[14:]), "sex": string(card.Sex), "birth": birth,
		"now": tx.Scope().Now(), "person": p.ID, "version": p.Version})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("%s的档案刚被他人修改,请刷新后再试", p.Name)
	}
	_, err = tx.Exec(ctx, `update appointments set sex = @sex where tenant_id = @tenant and person_id = @person and upper_inf(during)`,
		pgx.StrictNamedArgs{"tenant": tenant, "person": p.ID, "sex": string(card.Sex)})
	tx.Audit(access.Line{Action: "cadre.correct_number", Object: "persons", ID: p.ID, Person: p.ID, Summary: "更正" + p.Name + "的身份证号", Reason: evidence,
		Detail: map[string]any{"before": idcard.Mask(old), "after": idcard.Mask(card.Number), "places": different(old, card.Number)}})
	return err
}

// recognised tells whether a file's birth differs from the one in its number.
func recognised(p Person, number string) bool {
	return len(number) == 18 && p.BirthDate.Format("20060102") != number[6:14]
}

// Void takes a file that was made by mistake out of the register.
func (s Store) Void(ctx context.Context, tx *access.Tx, p Person, reason string) error {
	if len(p.Posts) > 0 {
		return fault.Conflict("%s仍有在任职务,不能作废;误录的任职请先删除", p.Name)
	}
	tag, err := tx.Exec(ctx, `update persons set voided_at = @now, void_reason = @reason, version = version + 1
		where tenant_id = @tenant and id = @id and voided_at is null and not exists (select from appointments a
			where a.tenant_id = @tenant and a.person_id = @id and upper_inf(a.during))`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": p.ID,
		"now": tx.Scope().Now(), "reason": reason})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("%s的档案已经作废,没有重复作废", p.Name)
	}
	tx.Audit(access.Line{Action: "cadre.void", Object: "persons", ID: p.ID, Person: p.ID, Summary: "作废" + p.Name + "的档案", Reason: reason})
	return nil
}

// Move files a person under another village. Posts stay where they are.
func (s Store) Move(ctx context.Context, tx *access.Tx, p Person, to org.Village) error {
	tag, err := tx.Exec(ctx, `update persons set township_id = @township, village_id = @village, version = version + 1
		where tenant_id = @tenant and id = @id and version = @version and voided_at is null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"id": p.ID, "township": to.TownshipID, "village": to.ID, "version": p.Version})
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.Conflict("%s的档案刚被他人修改,请刷新后再试", p.Name)
	}
	if err := moveParts(ctx, tx, p.ID); err != nil {
		return err
	}
	tx.Audit(access.Line{Action: "cadre.move", Object: "persons", ID: p.ID, Person: p.ID, Summary: p.Name + "的档案转到" + to.Name,
		Detail: map[string]any{"from": p.VillageID, "to": to.ID}})
	return nil
}

// keptInstead gives the file into which another one was merged.
func (Store) keptInstead(ctx context.Context, tx *access.Tx, id int64) (kept int64, err error) {
	err = tx.QueryRow(ctx, `select k.id from persons p join persons k on k.tenant_id = p.tenant_id and k.id = p.merged_into
		where p.tenant_id = @tenant and p.id = @id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id}).Scan(&kept)
	return kept, err
}

// mergedFiles lists the files that were merged into one, whose months still bear their own number.
func (Store) mergedFiles(ctx context.Context, tx *access.Tx, id int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `with recursive merged as (select id from persons where tenant_id = @tenant and merged_into = @id
			union select p.id from persons p join merged m on p.tenant_id = @tenant and p.merged_into = m.id)
		select id from merged order by id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
