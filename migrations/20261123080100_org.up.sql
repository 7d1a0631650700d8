-- The tree of units. A district is a tenant.
create table tenants (
    id bigint generated always as identity primary key,
    code text not null constraint tenants_code_key unique constraint tenants_code_check check (code ~ '^[0-9]{6}$'),
    name text not null constraint tenants_name_check check (name <> ''),
    is_demo boolean not null default false,
    created_at timestamptz not null default now()
);

-- Units have their own keys: official codes change when units merge. Both ranges are half-open; a null valid_to means today.
create table townships (
    tenant_id bigint not null references tenants (id),
    id bigint generated always as identity,
    township_id bigint not null generated always as (id) stored,
    code text not null constraint townships_code_check check (code ~ '^[0-9]{9}$'),
    name text not null,
    official_name text not null,
    kind text not null constraint townships_kind_check check (kind in ('town', 'township', 'street')),
    valid_from date not null default date '2000-01-01',
    valid_to date constraint townships_valid_check check (valid_to > valid_from),
    primary key (tenant_id, id)
);
create unique index townships_code_key on townships (tenant_id, code) where valid_to is null;

create table villages (
    tenant_id bigint not null,
    township_id bigint not null,
    id bigint generated always as identity,
    village_id bigint not null generated always as (id) stored,
    code text not null constraint villages_code_check check (code ~ '^[0-9]{12}$'),
    name text not null,
    official_name text not null,
    kind text not null constraint villages_kind_check check (kind in ('village', 'community')),
    urban_rural_code text not null default '',
    valid_from date not null default date '2000-01-01',
    valid_to date constraint villages_valid_check check (valid_to > valid_from),
    primary key (tenant_id, id),
    constraint villages_unit_key unique (tenant_id, township_id, id),
    foreign key (tenant_id, township_id) references townships (tenant_id, id)
);
create unique index villages_code_key on villages (tenant_id, code) where valid_to is null;

-- Old unit -> new unit: the successor reads the rows of the unit that it took over.
create table unit_successions (
    tenant_id bigint not null references tenants (id),
    id bigint generated always as identity,
    old_township_id bigint not null,
    old_village_id bigint not null default 0,
    new_township_id bigint not null,
    new_village_id bigint not null default 0,
    kind text not null constraint unit_successions_kind_check check (kind in ('merged', 'renamed', 'split')),
    effective_on date not null,
    document text not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, old_township_id) references townships (tenant_id, id),
    foreign key (tenant_id, new_township_id) references townships (tenant_id, id)
);

-- Public holidays that a district loaded itself, over those that the program carries. See platform/workday.
create table holiday_years (
    tenant_id bigint not null references tenants (id),
    year int not null constraint holiday_years_year_check check (year between 2000 and 2100),
    days jsonb not null,
    source text not null default '',
    loaded_at timestamptz not null default now(),
    loaded_by text not null,
    primary key (tenant_id, year)
);
