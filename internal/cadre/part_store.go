package cadre

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// moveParts brings the parts of a file to the unit that now keeps it. What it forgets, the tables' deferred keys to the
// file's unit refuse at the end of the transaction.
func moveParts(ctx context.Context, tx *access.Tx, person int64) error {
	_, err := tx.Exec(ctx, `with f as (select tenant_id, township_id, village_id, id from persons where tenant_id = @tenant and id = @person),
		a as (update education_records x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		b as (update resume_entries x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		c as (update family_members x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		d as (update awards x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		e as (update sanctions x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		g as (update yearly_grades x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		h as (update representative_roles x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		i as (update promotions x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		j as (update attachments x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		k as (update photos x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id),
		l as (update appointment_forms x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id)
		update change_requests x set township_id = f.township_id, village_id = f.village_id from f where x.tenant_id = @tenant and x.person_id = f.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": person})
	return err
}

// parts are entries of a file by their table.
type parts map[string][]int64

// mergeParts gives the entries of one file to another. Of a year that both files graded the kept one's grade stays; so do
// its photo and its form.
func mergeParts(ctx context.Context, tx *access.Tx, kept, other int64) (parts, error) {
	if err := moveParts(ctx, tx, kept); err != nil { // the kept file may have gone to the other's unit
		return nil, err
	}
	rows, err := tx.Query(ctx, `with f as (select township_id, village_id, id from persons where tenant_id = @tenant and id = @kept),
		a as (update education_records x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other returning x.id),
		b as (update resume_entries x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other returning x.id),
		c as (update family_members x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other returning x.id),
		d as (update awards x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other returning x.id),
		e as (update sanctions x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other returning x.id),
		g as (update yearly_grades x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other
			and not exists (select from yearly_grades y where y.tenant_id = @tenant and y.person_id = f.id and y.year = x.year) returning x.id),
		h as (update representative_roles x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other returning x.id),
		i as (update promotions x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other returning x.id),
		j as (update attachments x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other returning x.id),
		k as (update change_requests x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @other returning x.id)
		select 'education_records' as name, id from a
		union all select 'resume_entries' as name, id from b
		union all select 'family_members' as name, id from c
		union all select 'awards' as name, id from d
		union all select 'sanctions' as name, id from e
		union all select 'yearly_grades' as name, id from g
		union all select 'representative_roles' as name, id from h
		union all select 'promotions' as name, id from i
		union all select 'attachments' as name, id from j
		union all select 'change_requests' as name, id from k`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "kept": kept, "other": other})
	if err != nil {
		return nil, err
	}
	p := parts{}
	var name string
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&name, &id}, func() error {
		p[name] = append(p[name], id)
		return nil
	})
	return p, err
}

// unmergeParts gives back what a merge took along, and the kept file its own words.
func unmergeParts(ctx context.Context, tx *access.Tx, m merge) error {
	if err := moveParts(ctx, tx, m.KeptPersonID); err != nil {
		return err
	}
	given, err := json.Marshal(m.Moved.Parts)
	if err != nil {
		return err
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "kept": m.KeptPersonID, "other": m.MergedPersonID, "parts": given}
	if _, err := tx.Exec(ctx, `with f as (select township_id, village_id, id from persons where tenant_id = @tenant and id = @other),
		a as (update education_records x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'education_records')::bigint)),
		b as (update resume_entries x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'resume_entries')::bigint)),
		c as (update family_members x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'family_members')::bigint)),
		d as (update awards x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'awards')::bigint)),
		e as (update sanctions x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'sanctions')::bigint)),
		g as (update yearly_grades x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'yearly_grades')::bigint)),
		h as (update representative_roles x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'representative_roles')::bigint)),
		i as (update promotions x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'promotions')::bigint)),
		j as (update attachments x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'attachments')::bigint)),
		k as (update change_requests x set person_id = f.id, township_id = f.township_id, village_id = f.village_id from f
			where x.tenant_id = @tenant and x.person_id = @kept and x.id in (select jsonb_array_elements_text(@parts::jsonb->'change_requests')::bigint))
		select`, args); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update persons k set native_place = o.native_place, birth_place = o.birth_place, party_full_date = o.party_full_date, party_branch = o.party_branch,
			work_start_date = o.work_start_date, health = o.health, marital = o.marital, technical_post = o.technical_post,
			specialty = o.specialty, certificates = o.certificates, social_insurance = o.social_insurance, is_local = o.is_local,
			bank_name = o.bank_name, bank_index = o.bank_index, bank_cipher = o.bank_cipher, phone2_cipher = o.phone2_cipher,
			address_cipher = o.address_cipher, origins = o.origins
		from person_merges x, jsonb_populate_record(null::persons, x.before) o
		where x.tenant_id = @tenant and x.id = @merge and k.tenant_id = @tenant and k.id = @kept`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "merge": m.ID, "kept": m.KeptPersonID})
	return err
}

// fillGaps takes from the other file what the kept one does not say.
func fillGaps(ctx context.Context, tx *access.Tx, kept, other int64) error {
	_, err := tx.Exec(ctx, `update persons k set native_place = coalesce(nullif(k.native_place, ''), o.native_place), birth_place = coalesce(nullif(k.birth_place, ''), o.birth_place),
			party_branch = coalesce(nullif(k.party_branch, ''), o.party_branch), work_start_date = coalesce(k.work_start_date, o.work_start_date),
			health = coalesce(nullif(k.health, ''), o.health), marital = coalesce(nullif(k.marital, ''), o.marital),
			technical_post = coalesce(nullif(k.technical_post, ''), o.technical_post), specialty = coalesce(nullif(k.specialty, ''), o.specialty),
			certificates = coalesce(nullif(k.certificates, ''), o.certificates), social_insurance = coalesce(nullif(k.social_insurance, ''), o.social_insurance),
			is_local = coalesce(k.is_local, o.is_local), phone2_cipher = coalesce(k.phone2_cipher, o.phone2_cipher),
			address_cipher = coalesce(k.address_cipher, o.address_cipher), origins = case when k.origins = '{}' then o.origins else k.origins end,
			party_full_date = case when k.party_full_date is null and o.party_full_date >= k.party_join_date then o.party_full_date else k.party_full_date end,
			bank_name = case when k.bank_index is null then o.bank_name else k.bank_name end, bank_cipher = coalesce(k.bank_cipher, o.bank_cipher),
			bank_index = coalesce(k.bank_index, o.bank_index)
		from persons o where k.tenant_id = @tenant and k.id = @kept and o.tenant_id = @tenant and o.id = @other`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "kept": kept, "other": other})
	return err
}
