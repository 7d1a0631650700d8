-- A person exists once per district. township_id and village_id are the unit that keeps the file and scope it; what
-- happened elsewhere keeps its own unit.
create table persons (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    name text not null constraint persons_name_check check (char_length(name) between 2 and 25),
    former_name text not null default '',
    pinyin text[] collate "C" not null default '{}',
    initials text[] collate "C" not null default '{}',
    sex text not null constraint persons_sex_check check (sex in ('1', '2')),
    birth_date date not null,
    ethnic text not null,
    political text not null,
    education text not null,
    party_join_date date,
    id_cipher bytea not null,
    id_index bytea not null,
    id_tail_index bytea not null,
    phone_cipher bytea,
    phone_index bytea,
    bank_cipher bytea,
    address_cipher bytea,
    origin text not null default '',
    died_on date,
    voided_at timestamptz,
    void_reason text not null default '',
    merged_into bigint,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id),
    foreign key (tenant_id, merged_into) references persons (tenant_id, id),
    constraint persons_died_check check (died_on >= birth_date)
);
create unique index persons_id_index_key on persons (tenant_id, id_index) where voided_at is null and merged_into is null;
create index persons_unit_idx on persons (tenant_id, township_id, village_id, id);
create index persons_name_idx on persons (tenant_id, name);
create index persons_tail_idx on persons (tenant_id, id_tail_index);
create index persons_birth_idx on persons (tenant_id, birth_date);

-- Posts as half-open date ranges. The unit is the village of the post; name, sex and title stand here for ever.
create table appointments (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    person_name text not null,
    sex text not null,
    position_code text not null,
    management_type text not null default 'ordinary' constraint appointments_management_check
        check (management_type in ('ordinary', 'professional', 'college_graduate_official', 'one_village_one_graduate', 'dispatched')),
    pay_scheme text not null default 'village' constraint appointments_pay_scheme_check
        check (pay_scheme in ('village', 'institution', 'sending_unit', 'none')),
    is_paid boolean not null,
    during daterange not null constraint appointments_during_check check (not isempty(during) and not lower_inf(during)),
    way_in text not null,
    way_out text not null default '',
    doc_no text not null default '',
    out_doc_no text not null default '',
    note text not null default '',
    created_at timestamptz not null default now(),
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, person_id) references persons (tenant_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id),
    constraint appointments_way_out_check check ((way_out = '') = upper_inf(during)),
    constraint appointments_overlap_excl exclude using gist
        (tenant_id with =, person_id with =, village_id with =, position_code with =, during with &&)
);
create index appointments_unit_idx on appointments (tenant_id, township_id, village_id, position_code);
create index appointments_person_idx on appointments (tenant_id, person_id);
create index appointments_current_idx on appointments (tenant_id, person_id, township_id) where upper_inf(during);

-- A wish to take a person over from another unit (调入). The row belongs to the receiving unit; the releasing township
-- sees and answers it too.
create table transfer_requests (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    person_name text not null,
    releasing_township_id bigint not null,
    releasing_village_id bigint not null,
    effective_on date not null,
    reason text not null,
    state text not null default 'submitted' constraint transfer_requests_state_check
        check (state in ('submitted', 'confirmed', 'rejected', 'cancelled')),
    requested_by text not null,
    requested_holder bigint not null,
    requested_at timestamptz not null default now(),
    answered_by text not null default '',
    answered_at timestamptz,
    answer text not null default '',
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, person_id) references persons (tenant_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id)
);
create unique index transfer_requests_open_key on transfer_requests (tenant_id, person_id) where state = 'submitted';
create index transfer_requests_unit_idx on transfer_requests (tenant_id, township_id, state);
create index transfer_requests_releasing_idx on transfer_requests (tenant_id, releasing_township_id, state);

-- Two files of one person, merged field by field by the district; kept so that it can be undone until a final month
-- depends on it.
create table person_merges (
    tenant_id bigint not null,
    id bigint generated always as identity,
    kept_person_id bigint not null,
    merged_person_id bigint not null,
    before jsonb not null,
    moved jsonb not null,
    reason text not null,
    merged_by text not null,
    merged_at timestamptz not null default now(),
    undone_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, kept_person_id) references persons (tenant_id, id),
    foreign key (tenant_id, merged_person_id) references persons (tenant_id, id)
);

-- Pairs that the district has looked at and found to be two people.
create table person_distinctions (
    tenant_id bigint not null,
    first_person_id bigint not null,
    second_person_id bigint not null,
    decided_by text not null,
    decided_at timestamptz not null default now(),
    primary key (tenant_id, first_person_id, second_person_id)
);

-- How a township's own Excel headers map to our columns, remembered from its last import.
create table import_mappings (
    tenant_id bigint not null,
    township_id bigint not null,
    kind text not null,
    header text not null,
    column_key text not null,
    primary key (tenant_id, township_id, kind, header)
);

-- An upload between preview and confirmation. Rows hold personal data, encrypted, and are removed when done or after a day.
create table import_batches (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null default 0,
    id bigint generated always as identity,
    kind text not null,
    file_name text not null,
    content bytea not null,
    summary jsonb not null,
    state text not null default 'preview' constraint import_batches_state_check
        check (state in ('preview', 'queued', 'done', 'failed')),
    created_by bigint not null,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (tenant_id, id)
);
create index import_batches_unit_idx on import_batches (tenant_id, township_id, created_at);

-- A set of filters under a name, on the register page.
create table saved_filters (
    tenant_id bigint not null,
    township_id bigint not null default 0,
    village_id bigint not null default 0,
    id bigint generated always as identity,
    account_id bigint not null,
    page text not null,
    name text not null constraint saved_filters_name_check check (char_length(name) between 1 and 30),
    query text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint saved_filters_name_key unique (tenant_id, account_id, page, name)
);
