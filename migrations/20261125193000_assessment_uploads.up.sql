-- A workbook between its preview and its confirmation: the scores of a sheet, or a past month (sheet_id 0).
create table assessment_uploads (
    tenant_id bigint not null references tenants (id),
    township_id bigint not null default 0, -- 0: the whole district
    village_id bigint not null default 0,
    id bigint generated always as identity,
    sheet_id bigint not null default 0,
    file_name text not null,
    content bytea not null, -- sealed; emptied when it is confirmed
    seen text not null, -- fingerprint of the comparison that the user was shown last
    state text not null default 'preview' constraint assessment_uploads_state_check check (state in ('preview', 'done')),
    created_by bigint not null,
    created_at timestamptz not null,
    primary key (tenant_id, id)
);
create index assessment_uploads_unit_idx on assessment_uploads (tenant_id, township_id, created_at);
