-- Work that runs in the background, as its starter sees it: progress, outcome, and the file that came out of it. The
-- queue itself stands in schema jobs and belongs to the job library.
create table job_runs (
    tenant_id bigint not null,
    township_id bigint not null default 0,
    village_id bigint not null default 0,
    id bigint generated always as identity,
    kind text not null,
    title text not null,
    params jsonb not null,
    state text not null default 'queued' constraint job_runs_state_check check (state in ('queued', 'running', 'done', 'failed')),
    done int not null default 0,
    total int not null default 0,
    attempt int not null default 0,
    message text not null default '',
    href text not null default '',
    account_id bigint not null,
    grant_id bigint not null,
    started_by text not null,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (tenant_id, id)
);
create index job_runs_unit_idx on job_runs (tenant_id, township_id, village_id, created_at desc);
create index job_runs_account_idx on job_runs (tenant_id, account_id, created_at desc);

-- What a run leaves to be fetched; removed after a week.
create table job_files (
    tenant_id bigint not null,
    township_id bigint not null default 0,
    village_id bigint not null default 0,
    run_id bigint not null,
    account_id bigint not null,
    name text not null,
    content_type text not null,
    content bytea not null,
    created_at timestamptz not null,
    primary key (tenant_id, run_id),
    foreign key (tenant_id, run_id) references job_runs (tenant_id, id) on delete cascade
);

create schema if not exists jobs;
