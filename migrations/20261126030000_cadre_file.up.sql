-- The whole personnel file (一人一档). Parts of a file carry the unit that keeps it; their deferred key to the file's own
-- unit refuses a transfer which leaves one behind.
alter table persons
    add column native_place text not null default '',
    add column birth_place text not null default '',
    add column party_full_date date,
    add column party_branch text not null default '',
    add column work_start_date date,
    add column health text not null default '' constraint persons_health_check check (health in ('', '1', '3', '4')),
    add column marital text not null default '' constraint persons_marital_check check (marital in ('', '10', '20', '30', '40', '90')),
    add column technical_post text not null default '',
    add column specialty text not null default '',
    add column certificates text not null default '',
    add column social_insurance text not null default ''
        constraint persons_social_insurance_check check (social_insurance in ('', 'resident', 'employee', 'none')),
    add column is_local boolean,
    add column bank_name text not null default '',
    add column bank_index bytea,
    add column phone2_cipher bytea,
    add column origins text[] not null default '{}',
    add constraint persons_party_full_check check (party_full_date >= party_join_date),
    add constraint persons_unit_key unique (tenant_id, township_id, village_id, id);
update persons set origins = array[origin] where origin <> '';
alter table persons drop column origin;
create index persons_bank_idx on persons (tenant_id, bank_index) where bank_index is not null;

-- Contracts of professionally managed secretaries: they end with the contract, not with the village's term.
alter table appointments
    add column term_no int,
    add column contract_ends_on date,
    add column service_years int;

create table education_records (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    mode text not null constraint education_records_mode_check check (mode in ('fulltime', 'inservice')),
    level text not null,
    degree text not null default '',
    school text not null default '',
    major text not null default '',
    degree_school text not null default '',
    finished_on date,
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred
);
create index education_records_person_idx on education_records (tenant_id, person_id);

-- Lines of the résumé: months as their first day, the end open where it says 至今.
create table resume_entries (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    kind text not null default 'work' constraint resume_entries_kind_check check (kind in ('work', 'study')),
    from_on date not null,
    to_on date,
    body text not null,
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred,
    constraint resume_entries_order_check check (to_on >= from_on)
);
create index resume_entries_person_idx on resume_entries (tenant_id, person_id);

create table family_members (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    rank int not null default 0,
    relation text not null,
    name text not null constraint family_members_name_check check (char_length(name) between 1 and 25),
    birth_month date,
    political text not null default '',
    employer_post text not null default '',
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred
);
create index family_members_person_idx on family_members (tenant_id, person_id);

create table awards (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    kind text not null constraint awards_kind_check
        check (kind in ('party_member', 'party_worker', 'cadre', 'good_secretary', 'notice', 'individual', 'labour', 'other')),
    title text not null,
    level text not null constraint awards_level_check check (level in ('township', 'district', 'city', 'province', 'nation')),
    issuer text not null default '',
    doc_no text not null default '',
    awarded_on date not null,
    reason text not null default '',
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred
);
create index awards_person_idx on awards (tenant_id, person_id);
create index awards_kind_idx on awards (tenant_id, kind, awarded_on);

create table sanctions (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    kind text not null,
    decided_on date not null,
    ends_on date,
    authority text not null default '',
    doc_no text not null default '',
    reason text not null default '',
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred,
    constraint sanctions_order_check check (ends_on >= decided_on)
);
create index sanctions_person_idx on sanctions (tenant_id, person_id);

create table yearly_grades (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    year int not null constraint yearly_grades_year_check check (year between 1950 and 2100),
    grade text not null constraint yearly_grades_grade_check
        check (grade in ('excellent', 'competent', 'basically_competent', 'incompetent', 'none')),
    doc_no text not null default '',
    note text not null default '',
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred,
    constraint yearly_grades_year_key unique (tenant_id, person_id, year)
);

-- 两代表一委员. A township has no political consultative conference.
create table representative_roles (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    kind text not null constraint representative_roles_kind_check check (kind in ('party_delegate', 'npc_deputy', 'cppcc_member')),
    level text not null constraint representative_roles_level_check check (level in ('township', 'district', 'city', 'province', 'nation')),
    term_no text not null default '',
    from_on date not null,
    to_on date,
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred,
    constraint representative_roles_order_check check (to_on >= from_on),
    constraint representative_roles_township_check check (kind <> 'cppcc_member' or level <> 'township')
);
create index representative_roles_person_idx on representative_roles (tenant_id, person_id);

create table promotions (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    kind text not null constraint promotions_kind_check
        check (kind in ('professional_secretary', 'institution_head', 'leading_group', 'civil_servant', 'institution_staff', 'other')),
    from_post text not null,
    to_post text not null,
    promoted_on date not null,
    doc_no text not null default '',
    note text not null default '',
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred
);
create index promotions_person_idx on promotions (tenant_id, person_id);
create index promotions_kind_idx on promotions (tenant_id, kind, promoted_on);

-- Scans and papers, sealed like an ID number.
create table attachments (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    kind text not null,
    file_name text not null,
    media_type text not null,
    size int not null,
    digest text not null,
    content bytea not null,
    note text not null default '',
    uploaded_by text not null,
    uploaded_at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred
);
create index attachments_person_idx on attachments (tenant_id, person_id);

create table photos (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    person_id bigint not null,
    jpeg bytea not null,
    digest text not null,
    uploaded_at timestamptz not null,
    primary key (tenant_id, person_id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred
);

-- What a 任免审批表 says beyond the file: the pending act, who filled it in, and the elements of a .lrmx that are not ours.
create table appointment_forms (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    person_id bigint not null,
    next_post text not null default '',
    end_post text not null default '',
    reason text not null default '',
    reporting_unit text not null default '',
    filled_by text not null default '',
    filled_on text not null default '',
    age_on text not null default '',
    reform_limit text not null default '',
    due_month text not null default '',
    extra jsonb not null default '[]',
    version int not null default 1,
    primary key (tenant_id, person_id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred
);

-- A key field changes only by a request with evidence: the township checks, the district approves. Values are sealed.
create table change_requests (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    person_name text not null,
    field text not null constraint change_requests_field_check
        check (field in ('id_number', 'birth', 'party_join', 'education', 'bank')),
    old_sealed bytea,
    new_sealed bytea not null,
    old_text text not null default '',
    new_text text not null,
    attachment_id bigint not null,
    reason text not null,
    state text not null default 'submitted' constraint change_requests_state_check
        check (state in ('submitted', 'township_checked', 'approved', 'rejected', 'cancelled')),
    requested_by text not null,
    requested_holder bigint not null,
    requested_at timestamptz not null,
    checked_by text not null default '',
    checked_holder bigint,
    checked_at timestamptz,
    decided_by text not null default '',
    decided_holder bigint,
    decided_at timestamptz,
    answer text not null default '',
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, person_id)
        references persons (tenant_id, township_id, village_id, id) deferrable initially deferred,
    foreign key (tenant_id, attachment_id) references attachments (tenant_id, id)
);
create unique index change_requests_open_key on change_requests (tenant_id, person_id, field)
    where state in ('submitted', 'township_checked');
create index change_requests_unit_idx on change_requests (tenant_id, township_id, state);
