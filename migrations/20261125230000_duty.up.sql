-- What a district decides about duty (坐班值班). shifts is empty where a day is one shift.
create table duty_settings (
    tenant_id bigint primary key references tenants (id),
    shifts jsonb not null default '[]', -- code, title, start, end, from and to (month-day) of its season
    public_page boolean not null default true,   -- whether the link on a wall sheet opens to everybody
    public_phone boolean not null default false, -- whether that page shows the duty phone
    former jsonb not null default '[]', -- shifts of earlier months: until (the first month without them), shifts
    absence_item text not null default '',       -- the scheme's item that an absence proposes
    version int not null default 1
);

-- A village's roster of one month. number is the published version, 0 while it is a draft.
create table duty_rosters (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    month date not null constraint duty_rosters_first_check check (extract(day from month) = 1),
    township_name text not null,
    village_name text not null,
    places int not null,           -- how many places the month has: days × shifts
    filled int not null default 0, -- how many of them somebody fills
    empty_days int not null default 0, -- the days with an empty place as bits, day 1 the lowest: the district's map reads it
    absent_days int not null default 0, -- the days on which a spot check found nobody
    checked_days int not null default 0, -- the days on which there was a spot check
    phone text not null default '' constraint duty_rosters_phone_check check (char_length(phone) <= 30), -- entered for display
    last_change jsonb not null default '[]', -- the places that the last change touched, before and after: it can be undone
    number int not null default 0,
    published_at timestamptz,
    drafted_by text not null,
    drafted_at timestamptz not null,
    version int not null default 1,
    primary key (tenant_id, id),
    constraint duty_rosters_month_key unique (tenant_id, village_id, month),
    constraint duty_rosters_unit_key unique (tenant_id, township_id, village_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id)
);
create index duty_rosters_map_idx on duty_rosters (tenant_id, month, township_id, village_id)
    include (id, empty_days, absent_days, checked_days, number, places, filled);

-- Who stands. A stand-in of the township's own staff has no file: person_id is null.
create table duty_assignments (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    roster_id bigint not null,
    on_day date not null,
    shift text not null default '',
    person_id bigint,
    person_name text not null,
    title text not null,
    stand_in boolean not null default false,
    reason text not null,
    primary key (tenant_id, roster_id, on_day, shift),
    -- nobody stands twice on one day, in whatever village
    constraint duty_assignments_person_key unique (tenant_id, person_id, on_day),
    foreign key (tenant_id, township_id, village_id, roster_id) references duty_rosters (tenant_id, township_id, village_id, id),
    foreign key (tenant_id, person_id) references persons (tenant_id, id)
);
create index duty_assignments_unit_idx on duty_assignments (tenant_id, township_id, village_id, on_day);

-- Every published version as it looked, with what made it; never changed afterwards.
create table duty_versions (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    roster_id bigint not null,
    number int not null,
    reason text not null,
    days jsonb not null,    -- per place: day, shift, name, title, stand_in
    changes jsonb not null, -- day, shift, before, after
    phone text not null,
    made_by text not null,
    made_at timestamptz not null,
    primary key (tenant_id, roster_id, number),
    foreign key (tenant_id, township_id, village_id, roster_id) references duty_rosters (tenant_id, township_id, village_id, id)
);
create index duty_versions_unit_idx on duty_versions (tenant_id, township_id, village_id, roster_id);

create table duty_leaves (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    person_id bigint not null,
    person_name text not null,
    kind text not null constraint duty_leaves_kind_check check (kind in ('personal', 'sick', 'official', 'marriage', 'maternity', 'bereavement', 'annual')),
    during daterange not null constraint duty_leaves_during_check check (not isempty(during) and not lower_inf(during) and not upper_inf(during)),
    note text not null default '',
    recorded_by text not null,
    recorded_at timestamptz not null,
    cancelled_at timestamptz,
    cancelled_by text not null default '',
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id, person_id) references persons (tenant_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id),
    constraint duty_leaves_overlap_excl exclude using gist (tenant_id with =, person_id with =, during with &&) where (cancelled_at is null)
);
create index duty_leaves_unit_idx on duty_leaves (tenant_id, township_id, village_id);

-- 不便值班日期, two a month.
create table duty_wishes (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    person_id bigint not null,
    on_day date not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    primary key (tenant_id, person_id, on_day),
    foreign key (tenant_id, person_id) references persons (tenant_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id)
);
create index duty_wishes_unit_idx on duty_wishes (tenant_id, township_id, village_id, on_day);

-- A swap of two days (换班), or one person taking another's day (替班, to_day is null).
create table duty_swaps (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    roster_id bigint not null,
    from_person_id bigint not null,
    from_name text not null,
    from_day date not null,
    from_shift text not null default '',
    to_person_id bigint not null,
    to_name text not null,
    to_day date,
    to_shift text not null default '',
    reason text not null constraint duty_swaps_reason_check check (char_length(reason) between 2 and 200),
    state text not null constraint duty_swaps_state_check check (state in ('asked', 'agreed', 'declined', 'withdrawn', 'recorded')),
    asked_by text not null,
    asked_at timestamptz not null,
    decided_by text not null default '',
    decided_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, roster_id) references duty_rosters (tenant_id, township_id, village_id, id),
    foreign key (tenant_id, from_person_id) references persons (tenant_id, id),
    foreign key (tenant_id, to_person_id) references persons (tenant_id, id)
);
create index duty_swaps_unit_idx on duty_swaps (tenant_id, township_id, village_id, roster_id);
create unique index duty_swaps_open_key on duty_swaps (tenant_id, roster_id, from_day, from_shift) where state = 'asked';

-- Spot checks (抽查) by the township.
create table duty_checks (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    roster_id bigint not null,
    on_day date not null,
    shift text not null default '',
    checked_at timestamptz not null,
    way text not null constraint duty_checks_way_check check (way in ('visit', 'landline')),
    result text not null constraint duty_checks_result_check check (result in ('in_post', 'absent', 'substitute', 'excused')),
    person_id bigint,
    person_name text not null,
    found_name text not null default '', -- who stood instead
    note text not null default '' constraint duty_checks_note_check check (char_length(note) <= 200),
    checker text not null constraint duty_checks_checker_check check (char_length(checker) between 1 and 40),
    recorded_by text not null,
    recorded_at timestamptz not null,
    voided_at timestamptz, -- recorded wrongly: the row stays, with who struck it out and why
    voided_by text not null default '',
    void_reason text not null default '',
    corrects bigint, -- the struck-out record in whose place this one stands
    proposal text not null default '', -- the origin under which an absence was proposed as a deduction
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, roster_id) references duty_rosters (tenant_id, township_id, village_id, id),
    foreign key (tenant_id, corrects) references duty_checks (tenant_id, id)
);
create index duty_checks_unit_idx on duty_checks (tenant_id, township_id, village_id, on_day);
create index duty_checks_day_idx on duty_checks (tenant_id, on_day);
-- one check at one moment: a form that is sent twice records once
create unique index duty_checks_moment_key on duty_checks (tenant_id, village_id, checked_at) where voided_at is null;

-- Who really stood, entered up to seven days later (事后补记): shown beside the published version, which stays.
create table duty_stands (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    roster_id bigint not null,
    on_day date not null,
    shift text not null default '',
    person_id bigint not null,
    person_name text not null,
    title text not null,
    reason text not null constraint duty_stands_reason_check check (char_length(reason) between 2 and 200),
    recorded_by text not null,
    recorded_at timestamptz not null,
    primary key (tenant_id, roster_id, on_day, shift),
    constraint duty_stands_person_key unique (tenant_id, person_id, on_day),
    foreign key (tenant_id, township_id, village_id, roster_id) references duty_rosters (tenant_id, township_id, village_id, id),
    foreign key (tenant_id, person_id) references persons (tenant_id, id)
);
create index duty_stands_unit_idx on duty_stands (tenant_id, township_id, village_id, on_day);

-- A 值班台账 that left the house: its check code is confirmed by 台账核验.
create table duty_ledgers (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null default 0,
    id bigint generated always as identity,
    title text not null,
    first_month date not null,
    last_month date not null,
    code text not null,
    digest bytea not null, -- of the content as it was then
    made_by text not null,
    made_at timestamptz not null,
    primary key (tenant_id, id),
    constraint duty_ledgers_code_key unique (tenant_id, code),
    foreign key (tenant_id, township_id) references townships (tenant_id, id)
);
create index duty_ledgers_unit_idx on duty_ledgers (tenant_id, township_id, made_at);
