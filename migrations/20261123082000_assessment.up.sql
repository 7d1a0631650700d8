-- A scheme version: dimensions, items and parameters as one document, never changed once a month was opened with it.
create table assessment_schemes (
    tenant_id bigint not null references tenants (id),
    id bigint generated always as identity,
    name text not null,
    effective_on date not null,
    state text not null default 'draft' constraint assessment_schemes_state_check check (state in ('draft', 'enabled', 'retired')),
    content jsonb not null,
    copied_from bigint,
    created_by text not null,
    created_at timestamptz not null default now(),
    enabled_at timestamptz,
    version int not null default 1,
    primary key (tenant_id, id)
);
create unique index assessment_schemes_effective_key on assessment_schemes (tenant_id, effective_on) where state = 'enabled';

create table assessment_months (
    tenant_id bigint not null references tenants (id),
    month date not null constraint assessment_months_first_check check (extract(day from month) = 1),
    state text not null default 'open' constraint assessment_months_state_check check (state in ('open', 'closed')),
    source text not null default 'live' constraint assessment_months_source_check check (source in ('live', 'imported')),
    scheme_id bigint not null,
    fill_due date not null,
    review_due date not null,
    file_due date not null,
    opened_by text not null,
    opened_at timestamptz not null default now(),
    version int not null default 1,
    constraint assessment_months_pkey primary key (tenant_id, month),
    foreign key (tenant_id, scheme_id) references assessment_schemes (tenant_id, id)
);

create table assessment_sheets (
    tenant_id bigint not null,
    township_id bigint not null,
    id bigint generated always as identity,
    month date not null,
    township_name text not null,
    state text not null default 'not_started' constraint assessment_sheets_state_check check (state in
        ('not_started', 'draft', 'submitted', 'township_approved', 'district_approved', 'published', 'locked')),
    -- the leader has opened it for review: from here on the clerk asks for a return instead of taking it back
    review_opened_at timestamptz,
    return_requested text not null default '',
    submitted_by text not null default '',
    submitted_holder bigint not null default 0,
    submitted_at timestamptz,
    meeting_on date,
    minutes_no text not null default '',
    excellent bigint[] not null default '{}', -- rows that the leader marked among the tied at the quota's edge
    approved_by text not null default '',
    approved_holder bigint not null default 0,
    approved_at timestamptz,
    filed_by text not null default '',
    filed_holder bigint not null default 0,
    filed_at timestamptz,
    confirmed_by text not null default '',
    confirmed_at timestamptz,
    published_at timestamptz,
    locked_at timestamptz,
    round int not null default 1,
    version int not null default 1,
    primary key (tenant_id, id),
    constraint assessment_sheets_month_key unique (tenant_id, month, township_id),
    constraint assessment_sheets_unit_key unique (tenant_id, township_id, id),
    foreign key (tenant_id, month) references assessment_months (tenant_id, month),
    foreign key (tenant_id, township_id) references townships (tenant_id, id)
);

-- One person, one row per month. Names and titles are those of the time.
create table assessment_rows (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    sheet_id bigint not null,
    month date not null,
    person_id bigint not null,
    person_name text not null,
    sex text not null,
    village_name text not null,
    position_code text not null,
    position_title text not null,
    pay_position text not null,
    pay_scheme text not null,
    days int not null constraint assessment_rows_days_check check (days between 0 and 31),
    state text not null default 'editable' constraint assessment_rows_state_check check (state in ('editable', 'frozen', 'returned')),
    base numeric(6,2) not null default 0,
    bonus numeric(6,2) not null default 0,
    total numeric(6,2) not null default 0,
    normalised numeric(6,2) not null default 0,
    veto text not null default '',
    no_grade text not null default '', -- why there is no grade: under 15 days, long leave
    jump_reason text not null default '',
    grade text not null default '' constraint assessment_rows_grade_check check
        (grade in ('', 'excellent', 'competent', 'basically_competent', 'incompetent')),
    quota_capped boolean not null default false,
    return_reason text not null default '',
    returned_total numeric(6,2), -- the total at the moment of the return, to show old → new
    removed_at timestamptz,      -- left the sheet by an accepted change of the register
    version int not null default 1,
    primary key (tenant_id, id),
    constraint assessment_rows_unit_key unique (tenant_id, township_id, village_id, id),
    foreign key (tenant_id, township_id, sheet_id) references assessment_sheets (tenant_id, township_id, id),
    foreign key (tenant_id, person_id) references persons (tenant_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id)
);
-- A person who moved leaves a removed row behind and stands on the other township's sheet.
create unique index assessment_rows_person_key on assessment_rows (tenant_id, month, person_id) where removed_at is null;
create index assessment_rows_sheet_idx on assessment_rows (tenant_id, sheet_id, village_id);
create index assessment_rows_unit_idx on assessment_rows (tenant_id, township_id, village_id, month);
create index assessment_rows_person_idx on assessment_rows (tenant_id, person_id, month);

-- Only cells that somebody touched; an absent cell holds the dimension's full marks (0 for the bonus).
create table assessment_cells (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    row_id bigint not null,
    dimension text not null,
    value numeric(6,2) not null,
    changed_by bigint not null,
    changed_name text not null,
    changed_at timestamptz not null,
    primary key (tenant_id, row_id, dimension),
    foreign key (tenant_id, township_id, village_id, row_id) references assessment_rows (tenant_id, township_id, village_id, id)
);
create index assessment_cells_unit_idx on assessment_cells (tenant_id, township_id, row_id);

-- What made a cell differ from full marks. points is negative for a deduction, positive for a bonus, 0 for a veto.
create table assessment_entries (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    row_id bigint not null,
    dimension text not null,
    item text not null default '', -- the scheme's item; empty while 待补依据
    points numeric(6,2) not null,
    clause text not null default '',
    reason text not null default '',
    reported_by text not null default '', -- 提供站所
    source text not null default 'grid' constraint assessment_entries_source_check check
        (source in ('grid', 'paste', 'village', 'excel', 'proposal', 'import')),
    batch text not null default '', -- key of the bulk act that made it, so that a button pressed twice acts once
    created_by bigint not null,
    created_name text not null,
    created_at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, row_id) references assessment_rows (tenant_id, township_id, village_id, id)
);
create index assessment_entries_row_idx on assessment_entries (tenant_id, row_id, dimension);
create index assessment_entries_unit_idx on assessment_entries (tenant_id, township_id, row_id);
create unique index assessment_entries_batch_key on assessment_entries (tenant_id, batch, row_id, dimension) where batch <> '';

-- Deductions that other modules propose; the clerk confirms or refuses each with a reason.
create table assessment_proposals (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    month date not null,
    person_id bigint not null,
    origin text not null, -- the proposing module and its key, so that a proposal is made once
    dimension text not null,
    item text not null default '',
    points numeric(6,2) not null,
    clause text not null default '',
    reason text not null,
    state text not null default 'open' constraint assessment_proposals_state_check check (state in ('open', 'confirmed', 'refused')),
    decided_by text not null default '',
    decided_at timestamptz,
    decision_reason text not null default '',
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint assessment_proposals_origin_key unique (tenant_id, month, person_id, origin),
    foreign key (tenant_id, person_id) references persons (tenant_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id)
);
create index assessment_proposals_unit_idx on assessment_proposals (tenant_id, township_id, month);

-- 名单变动: what the register says differently from an open sheet, once the clerk has decided.
create table assessment_roster_decisions (
    tenant_id bigint not null,
    township_id bigint not null,
    id bigint generated always as identity,
    sheet_id bigint not null,
    person_id bigint not null,
    kind text not null,
    fingerprint text not null, -- of the change: a later, different change asks again
    decision text not null constraint assessment_roster_decisions_check check (decision in ('accepted', 'kept')),
    reason text not null default '',
    decided_by text not null,
    decided_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint assessment_roster_decisions_key unique (tenant_id, sheet_id, person_id, fingerprint),
    foreign key (tenant_id, township_id, sheet_id) references assessment_sheets (tenant_id, township_id, id)
);

-- Every act on a sheet or row, with reason: 提交, 撤回, 退回, 通过, 公示, 更正. Shown as a timeline.
create table assessment_acts (
    tenant_id bigint not null,
    township_id bigint not null,
    id bigint generated always as identity,
    sheet_id bigint not null,
    row_id bigint not null default 0,
    act text not null,
    round int not null,
    reason text not null default '',
    detail jsonb not null default '{}',
    actor text not null,
    account_id bigint not null,
    holder_id bigint not null,
    at timestamptz not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, sheet_id) references assessment_sheets (tenant_id, township_id, id)
);
create index assessment_acts_sheet_idx on assessment_acts (tenant_id, sheet_id, at);

-- 公示, numbered per sheet. What it says stands in assessment_results and is never changed.
create table assessment_publications (
    tenant_id bigint not null,
    township_id bigint not null,
    id bigint generated always as identity,
    sheet_id bigint not null,
    month date not null,
    number int not null,
    kind text not null constraint assessment_publications_kind_check check (kind in ('first', 'correction')),
    reason text not null default '',
    office text not null, -- 受理部门
    phone text not null,  -- 受理电话
    published_by text not null,
    published_at timestamptz not null,
    primary key (tenant_id, id),
    constraint assessment_publications_number_key unique (tenant_id, sheet_id, number),
    constraint assessment_publications_unit_key unique (tenant_id, township_id, id),
    foreign key (tenant_id, township_id, sheet_id) references assessment_sheets (tenant_id, township_id, id)
);

-- When a village's notice was put up, and until when it hangs. A correction hangs anew for the villages of its rows.
create table assessment_postings (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    publication_id bigint not null,
    posted_on date,
    ends_on date,
    posted_by text not null default '',
    primary key (tenant_id, publication_id, village_id),
    foreign key (tenant_id, township_id, publication_id) references assessment_publications (tenant_id, township_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id),
    constraint assessment_postings_dates_check check (ends_on >= posted_on)
);

-- A row's result in one publication, with the pay that follows from it. amount is null where there is no line.
create table assessment_results (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    publication_id bigint not null,
    row_id bigint not null,
    month date not null,
    person_id bigint not null,
    person_name text not null,
    village_name text not null,
    position_title text not null,
    total numeric(6,2) not null,
    normalised numeric(6,2) not null,
    grade text not null,
    quota_capped boolean not null,
    veto text not null,
    no_grade text not null,
    deductions jsonb not null, -- dimension, points, clause, reason: what the village reads
    base_fen bigint,
    amount_fen bigint,
    rule text not null, -- how the amount came about, or why there is none
    replaced_by bigint, -- the publication that corrected this row
    primary key (tenant_id, publication_id, row_id),
    foreign key (tenant_id, township_id, publication_id) references assessment_publications (tenant_id, township_id, id),
    foreign key (tenant_id, township_id, village_id, row_id) references assessment_rows (tenant_id, township_id, village_id, id)
);
create index assessment_results_unit_idx on assessment_results (tenant_id, township_id, village_id, month);
create index assessment_results_person_idx on assessment_results (tenant_id, person_id, month);
create index assessment_results_month_idx on assessment_results (tenant_id, month) where replaced_by is null;

create table assessment_objections (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    sheet_id bigint not null,
    row_id bigint not null,
    source text not null constraint assessment_objections_source_check check (source in ('village', 'self', 'call', 'letter', 'visit')),
    content text not null constraint assessment_objections_content_check check (char_length(content) between 2 and 1000),
    state text not null default 'open' constraint assessment_objections_state_check check (state in ('open', 'rejected', 'upheld')),
    filed_by text not null,
    filed_holder bigint not null,
    filed_at timestamptz not null,
    answer text not null default '',
    answered_by text not null default '',
    answered_holder bigint not null default 0,
    answered_at timestamptz,
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, row_id) references assessment_rows (tenant_id, township_id, village_id, id)
);
create index assessment_objections_sheet_idx on assessment_objections (tenant_id, sheet_id, state);

-- What changed for a month that was final already: never rewritten, but named and carried to the next open month.
create table assessment_differences (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    month date not null,       -- the final month concerned
    person_id bigint not null,
    person_name text not null,
    origin text not null,      -- what found it, so that it is named once
    reason text not null,
    paid_fen bigint not null,
    due_fen bigint not null,
    carried_month date,        -- the open month whose pay carries it
    state text not null default 'open' constraint assessment_differences_state_check check (state in ('open', 'accepted', 'refused')),
    decided_by text not null default '',
    decided_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint assessment_differences_origin_key unique (tenant_id, month, person_id, origin),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id)
);
create index assessment_differences_unit_idx on assessment_differences (tenant_id, township_id, month);

-- What a district decides about the month's procedure, apart from the scheme.
create table assessment_settings (
    tenant_id bigint primary key references tenants (id),
    minutes_required boolean not null default true,
    leader_confirms boolean not null default false,
    objection_office text not null default '',
    objection_phone text not null default '',
    notice_signature text not null default '',
    version int not null default 1
);
