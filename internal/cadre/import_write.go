package cadre

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
)

// columns gathers the values of many rows for a statement that takes an array per column.
type columns map[string]any

func put[T any](c columns, name string, v T) {
	list, _ := c[name].([]T)
	c[name] = append(list, v)
}

// insertPeople writes new files with one statement and notes their keys.
func insertPeople(ctx context.Context, tx *access.Tx, keys *crypt.Keys, list []*intent) error {
	if len(list) == 0 {
		return nil
	}
	tenant := tx.Tenant()
	seal := func(purpose, plain string) []byte { return keys.Encrypt(tenant, purpose, plain) }
	c := columns{}
	byIndex := make(map[string]*intent, len(list))
	for _, in := range list {
		byIndex[string(in.Index)] = in
		full, initials := searchKeys(in.Name, in.Former)
		ethnic := in.Ethnic
		if ethnic == "" {
			ethnic = codelist.Han
		}
		put(c, "township", in.Village.TownshipID)
		put(c, "village", in.Village.ID)
		put(c, "name", in.Name)
		put(c, "former", in.Former)
		put(c, "pinyin", strings.Join(full, " "))
		put(c, "initials", strings.Join(initials, " "))
		put(c, "sex", string(in.ID.Sex))
		put(c, "birth", in.ID.Birth)
		put(c, "ethnic", ethnic)
		put(c, "political", in.Political)
		put(c, "education", in.Education)
		put(c, "joined", in.Joined)
		put(c, "id_cipher", seal("cadre.id_number", in.ID.Number))
		put(c, "id_index", in.Index)
		put(c, "tail_index", keys.Index(tenant, "cadre.id_tail", in.ID.Number[14:]))
		put(c, "phone", seal("cadre.phone", in.Phone))
		put(c, "phone_index", keys.Index(tenant, "cadre.phone", in.Phone))
		putDetails(c, tenant, keys, in.Details)
	}
	args := pgx.StrictNamedArgs{"tenant": tenant}
	for name, list := range c {
		args[name] = list
	}
	rows, err := tx.Query(ctx, `insert into persons (tenant_id, township_id, village_id, name, former_name, pinyin, initials, sex, birth_date, ethnic, political,
			education, party_join_date, id_cipher, id_index, id_tail_index, phone_cipher, phone_index, native_place, birth_place, party_full_date, party_branch,
			work_start_date, health, marital, technical_post, specialty, certificates, social_insurance, is_local, origins, bank_name, address_cipher, phone2_cipher,
			bank_cipher, bank_index)
		select @tenant, x.township, x.village, x.name, x.former, string_to_array(x.pinyin, ' '), string_to_array(x.initials, ' '), x.sex, x.birth, x.ethnic, x.political,
			x.education, x.joined, x.id_cipher, x.id_index, x.tail_index, x.phone, x.phone_index, x.native, x.birth_place, x.party_full, x.branch,
			x.work_start, x.health, x.marital, x.technical, x.specialty, x.certificates, x.insurance, x.local, string_to_array(x.origins, ' '), x.bank_name, x.address, x.phone2,
			x.bank, x.bank_index
		from unnest(@township::bigint[], @village::bigint[], @name::text[], @former::text[], @pinyin::text[], @initials::text[], @sex::text[], @birth::date[],
			@ethnic::text[], @political::text[], @education::text[], @joined::date[], @id_cipher::bytea[], @id_index::bytea[], @tail_index::bytea[], @phone::bytea[],
			@phone_index::bytea[], @native::text[], @birth_place::text[], @party_full::date[], @branch::text[], @work_start::date[], @health::text[], @marital::text[],
			@technical::text[], @specialty::text[], @certificates::text[], @insurance::text[], @local::boolean[], @origins::text[], @bank_name::text[], @address::bytea[],
			@phone2::bytea[], @bank::bytea[], @bank_index::bytea[])
			x(township, village, name, former, pinyin, initials, sex, birth, ethnic, political, education, joined, id_cipher, id_index, tail_index, phone, phone_index,
				native, birth_place, party_full, branch, work_start, health, marital, technical, specialty, certificates, insurance, local, origins, bank_name, address,
				phone2, bank, bank_index)
		returning id, id_index`, args)
	if err != nil {
		return err
	}
	var id int64
	var index []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &index}, func() error {
		byIndex[string(index)].id = id
		return nil
	})
	return err
}

// putDetails adds what a file says beyond the register.
func putDetails(c columns, tenant int64, keys *crypt.Keys, d Details) {
	put(c, "native", d.NativePlace)
	put(c, "birth_place", d.BirthPlace)
	put(c, "party_full", d.PartyFull)
	put(c, "branch", d.PartyBranch)
	put(c, "work_start", d.WorkStart)
	put(c, "health", d.Health)
	put(c, "marital", d.Marital)
	put(c, "technical", d.TechnicalPost)
	put(c, "specialty", d.Specialty)
	put(c, "certificates", d.Certificates)
	put(c, "insurance", d.SocialInsurance)
	put(c, "local", d.Local)
	put(c, "origins", strings.Join(d.Origins, " "))
	put(c, "bank_name", d.BankName)
	put(c, "address", keys.Encrypt(tenant, "cadre.address", d.address))
	put(c, "phone2", keys.Encrypt(tenant, "cadre.phone", d.phone2))
	put(c, "bank", keys.Encrypt(tenant, "cadre.bank", d.card))
	put(c, "bank_index", keys.Index(tenant, "cadre.bank", d.card))
}

// updatePeople writes what changes of people who are known, and refuses all if one of them was changed meanwhile.
func updatePeople(ctx context.Context, tx *access.Tx, keys *crypt.Keys, list []*intent) error {
	if len(list) == 0 {
		return nil
	}
	tenant := tx.Tenant()
	c := columns{}
	for _, in := range list {
		m := in.merged
		full, initials := searchKeys(in.Name, m.FormerName)
		put(c, "id", in.Existing.ID)
		put(c, "version", in.Existing.Version)
		put(c, "former", m.FormerName)
		put(c, "pinyin", strings.Join(full, " "))
		put(c, "initials", strings.Join(initials, " "))
		put(c, "ethnic", m.Ethnic)
		put(c, "political", m.Political)
		put(c, "education", m.Education)
		put(c, "joined", m.PartyJoin)
		put(c, "phone", keys.Encrypt(tenant, "cadre.phone", m.Phone))
		put(c, "phone_index", keys.Index(tenant, "cadre.phone", m.Phone))
		putDetails(c, tenant, keys, m.Details)
	}
	args := pgx.StrictNamedArgs{"tenant": tenant, "now": tx.Scope().Now()}
	for name, list := range c {
		args[name] = list
	}
	tag, err := tx.Exec(ctx, `update persons p set former_name = x.former, pinyin = string_to_array(x.pinyin, ' '), initials = string_to_array(x.initials, ' '),
			ethnic = x.ethnic, political = x.political, education = x.education, party_join_date = x.joined, phone_cipher = coalesce(x.phone, p.phone_cipher),
			phone_index = coalesce(x.phone_index, p.phone_index), native_place = x.native, birth_place = x.birth_place, party_full_date = x.party_full,
			party_branch = x.branch, work_start_date = x.work_start, health = x.health, marital = x.marital, technical_post = x.technical, specialty = x.specialty,
			certificates = x.certificates, social_insurance = x.insurance, is_local = x.local, origins = string_to_array(x.origins, ' '),
			bank_name = x.bank_name, address_cipher = coalesce(x.address, p.address_cipher), phone2_cipher = coalesce(x.phone2, p.phone2_cipher),
			bank_cipher = coalesce(p.bank_cipher, x.bank), bank_index = coalesce(p.bank_index, x.bank_index), updated_at = @now, version = p.version + 1
		from unnest(@id::bigint[], @version::int[], @former::text[], @pinyin::text[], @initials::text[], @ethnic::text[], @political::text[], @education::text[],
			@joined::date[], @phone::bytea[], @phone_index::bytea[], @native::text[], @birth_place::text[], @party_full::date[], @branch::text[], @work_start::date[],
			@health::text[], @marital::text[], @technical::text[], @specialty::text[], @certificates::text[], @insurance::text[], @local::boolean[], @origins::text[],
			@bank_name::text[], @address::bytea[], @phone2::bytea[], @bank::bytea[], @bank_index::bytea[])
			x(id, version, former, pinyin, initials, ethnic, political, education, joined, phone, phone_index, native, birth_place, party_full, branch, work_start,
				health, marital, technical, specialty, certificates, insurance, local, origins, bank_name, address, phone2, bank, bank_index)
		where p.tenant_id = @tenant and p.id = x.id and p.version = x.version and p.voided_at is null and p.merged_into is null`, args)
	if err == nil && int(tag.RowsAffected()) != len(list) {
		err = fault.Conflict("有人员的档案刚被他人修改,没有导入任何一行。请返回预览后再试")
	}
	return err
}

// postWriter gathers posts for one statement.
type postWriter struct {
	c columns
	n int
}

// add notes a post. Residents are paid by their own unit, professional secretaries as of an institution.
func (w *postWriter) add(person int64, name, sex string, village org.Village, code string, p postLine) {
	if w.c == nil {
		w.c = columns{}
	}
	scheme, paid, managed := "none", p.Paid, p.Managed
	switch {
	case resident[code]:
		scheme, paid, managed = "sending_unit", false, "dispatched"
	case paid && managed == "professional":
		scheme = "institution"
	case paid:
		scheme = "village"
	}
	var until *time.Time
	if p.Until != nil {
		end := p.Until.AddDate(0, 0, 1)
		until = &end
	}
	w.n++
	put(w.c, "township", village.TownshipID)
	put(w.c, "village", village.ID)
	put(w.c, "person", person)
	put(w.c, "name", name)
	put(w.c, "sex", sex)
	put(w.c, "position", code)
	put(w.c, "managed", managed)
	put(w.c, "scheme", scheme)
	put(w.c, "paid", paid)
	put(w.c, "since", p.Since)
	put(w.c, "until", until)
	put(w.c, "way_in", p.WayIn)
	put(w.c, "way_out", p.WayOut)
	put(w.c, "doc", p.DocNo)
	put(w.c, "out_doc", p.OutDocNo)
	put(w.c, "term", p.Term)
	put(w.c, "contract", p.Contract)
	put(w.c, "note", p.Note)
}

func (w *postWriter) write(ctx context.Context, tx *access.Tx) error {
	if w.n == 0 {
		return nil
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant()}
	for name, list := range w.c {
		args[name] = list
	}
	_, err := tx.Exec(ctx, `insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, management_type, pay_scheme,
			is_paid, during, way_in, way_out, doc_no, out_doc_no, term_no, contract_ends_on, note)
		select @tenant, x.township, x.village, x.person, x.name, x.sex, x.position, x.managed, x.scheme, x.paid, daterange(x.since, x.until), x.way_in, x.way_out, x.doc,
			x.out_doc, x.term, x.contract, x.note
		from unnest(@township::bigint[], @village::bigint[], @person::bigint[], @name::text[], @sex::text[], @position::text[], @managed::text[], @scheme::text[],
			@paid::boolean[], @since::date[], @until::date[], @way_in::text[], @way_out::text[], @doc::text[], @out_doc::text[], @term::int[], @contract::date[], @note::text[])
			x(township, village, person, name, sex, position, managed, scheme, paid, since, until, way_in, way_out, doc, out_doc, term, contract, note)`, args)
	return err
}

// endPosts ends posts that go on, with one statement; each has its own line in the trail. One that ended meanwhile refuses all.
func endPosts(ctx context.Context, tx *access.Tx, list []plannedPost) error {
	c := columns{}
	for _, x := range list {
		put(c, "id", x.ends)
		put(c, "until", x.Until.AddDate(0, 0, 1))
		put(c, "way", x.WayOut)
		put(c, "doc", x.OutDocNo)
		tx.Audit(leaveLine(x.Subject.id(), x.Subject.name(), x.ends, *x.Until, x.WayOut, x.OutDocNo, ""))
	}
	return c.write(ctx, tx, `update appointments a set during = daterange(lower(a.during), x.until), way_out = x.way, out_doc_no = x.doc, version = a.version + 1
		from unnest(@id::bigint[], @until::date[], @way::text[], @doc::text[]) x(id, until, way, doc)
		where a.tenant_id = @tenant and a.id = x.id and upper_inf(a.during)`, len(list))
}
