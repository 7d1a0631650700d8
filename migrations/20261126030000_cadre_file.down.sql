drop table change_requests, appointment_forms, photos, attachments, promotions, representative_roles, yearly_grades, sanctions, awards,
    family_members, resume_entries, education_records;
alter table appointments drop column term_no, drop column contract_ends_on, drop column service_years;
drop index persons_bank_idx;
alter table persons add column origin text not null default '';
update persons set origin = coalesce(origins[1], '');
alter table persons
    drop constraint persons_unit_key,
    drop column native_place, drop column birth_place, drop column party_full_date, drop column party_branch, drop column work_start_date,
    drop column health, drop column marital, drop column technical_post, drop column specialty, drop column certificates,
    drop column social_insurance, drop column is_local, drop column bank_name, drop column bank_index, drop column phone2_cipher,
    drop column origins;
