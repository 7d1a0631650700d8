-- A file that is too large to be held in memory is left by a run in parts; job_files then names it and is empty itself.
create table job_file_parts (
    tenant_id bigint not null,
    township_id bigint not null default 0,
    village_id bigint not null default 0,
    run_id bigint not null,
    part int not null,
    content bytea not null,
    created_at timestamptz not null,
    primary key (tenant_id, run_id, part),
    foreign key (tenant_id, run_id) references job_runs (tenant_id, id) on delete cascade
);
