-- One account is one natural person in one district (tenant 0: the platform). holder_id joins several accounts of the
-- same natural person; maker and checker are told apart by it.
create table accounts (
    tenant_id bigint not null,
    id bigint generated always as identity,
    township_id bigint not null default 0,
    village_id bigint not null default 0,
    holder_id bigint not null default 0,
    kind text not null constraint accounts_kind_check check (kind in ('platform', 'district_admin', 'staff')),
    username text not null,
    name text not null constraint accounts_name_check check (char_length(name) between 1 and 50),
    phone bytea,
    phone_index bytea,
    person_id bigint,
    note text not null default '',
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    version int not null default 1,
    primary key (tenant_id, id)
);
create index accounts_unit_idx on accounts (tenant_id, township_id, village_id);
create index accounts_person_idx on accounts (tenant_id, person_id) where person_id is not null;
create index accounts_phone_idx on accounts (tenant_id, phone_index) where phone_index is not null;

-- What an account may act as, where, and between which days (ends_on is the last day).
create table grants (
    tenant_id bigint not null,
    id bigint generated always as identity,
    account_id bigint not null,
    role text not null,
    township_id bigint not null default 0,
    village_id bigint not null default 0,
    township_ref bigint generated always as (nullif(township_id, 0)) stored,
    village_ref bigint generated always as (nullif(village_id, 0)) stored,
    kind text not null default 'regular' constraint grants_kind_check check (kind in ('regular', 'proxy', 'predecessor')),
    starts_on date not null,
    ends_on date,
    reason text not null default '',
    granted_by bigint not null default 0,
    revoked_at timestamptz,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint grants_dates_check check (ends_on >= starts_on),
    foreign key (tenant_id, account_id) references accounts (tenant_id, id),
    foreign key (tenant_id, township_ref) references townships (tenant_id, id),
    foreign key (tenant_id, township_ref, village_ref) references villages (tenant_id, township_id, id)
);
create index grants_account_idx on grants (tenant_id, account_id);
create index grants_unit_idx on grants (tenant_id, township_id, village_id, role);

-- Exempt from scope: a log-in has none yet. Usernames are unique in the whole system; epoch ends all sessions when it moves.
create table credentials (
    account_id bigint primary key,
    tenant_id bigint not null,
    username text not null constraint credentials_username_key unique
        constraint credentials_username_check check (username ~ '^[a-z0-9][a-z0-9_.-]{2,39}$'),
    phone_index bytea,
    password_hash text not null default '',
    password_history text[] not null default '{}',
    password_changed_at timestamptz not null default now(),
    must_change boolean not null default true,
    code_hash bytea,
    code_expires_at timestamptz,
    totp_secret bytea,
    totp_confirmed boolean not null default false,
    totp_last_step bigint not null default 0,
    epoch int not null default 1,
    disabled boolean not null default false,
    failures int not null default 0,
    locked_until timestamptz,
    last_login_at timestamptz
);
create index credentials_phone_idx on credentials (phone_index) where phone_index is not null;

-- Failures per (account, address) pair: five lock the pair for thirty minutes.
create table login_failures (
    account_id bigint not null,
    address text not null,
    failures int not null default 0,
    locked_until timestamptz,
    updated_at timestamptz not null default now(),
    primary key (account_id, address)
);

create table sessions (
    token text primary key,
    data bytea not null,
    expiry timestamptz not null,
    account_id bigint not null default 0,
    epoch int not null default 0,
    idle_seconds int not null default 1800,
    last_seen timestamptz not null default now(),
    created_at timestamptz not null default now(),
    address text not null default '',
    agent text not null default ''
);
create index sessions_account_idx on sessions (account_id);
create index sessions_expiry_idx on sessions (expiry);

-- The secrets in links: stored hashed, for one purpose and one unit, revocable.
create table links (
    token_hash bytea primary key,
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    purpose text not null,
    subject_id bigint not null default 0,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    created_at timestamptz not null default now()
);

-- Session lengths, password age and second factor per role.
create table role_settings (
    tenant_id bigint not null,
    role text not null,
    idle_minutes int not null constraint role_settings_idle_check check (idle_minutes between 5 and 43200),
    stay_days int not null default 0 constraint role_settings_stay_check check (stay_days between 0 and 90),
    password_days int not null default 0 constraint role_settings_password_check check (password_days between 0 and 3650),
    totp text not null default 'optional' constraint role_settings_totp_check check (totp in ('off', 'optional', 'required')),
    version int not null default 1,
    primary key (tenant_id, role)
);

-- The audit trail: append-only for the application role. One step of the chain per transaction, however many lines.
create table audit_steps (
    tenant_id bigint not null,
    step bigint not null,
    at timestamptz not null,
    lines int not null,
    digest bytea not null,
    previous bytea not null,
    hash bytea not null,
    primary key (tenant_id, step)
);

create table audit_log (
    tenant_id bigint not null,
    step bigint not null,
    line int not null,
    at timestamptz not null,
    account_id bigint not null,
    holder_id bigint not null,
    actor text not null,
    role text not null,
    township_id bigint not null,
    village_id bigint not null,
    address text not null,
    action text not null,
    object text not null,
    object_id bigint not null,
    person_id bigint,
    summary text not null,
    reason text not null,
    detail jsonb not null,
    primary key (tenant_id, step, line),
    foreign key (tenant_id, step) references audit_steps (tenant_id, step)
);
create index audit_log_at_idx on audit_log (tenant_id, at desc);
create index audit_log_object_idx on audit_log (tenant_id, object, object_id);
create index audit_log_person_idx on audit_log (tenant_id, person_id, at) where person_id is not null;
