-- Figures that a district published: what was said, of which day, by whom. A row is never changed; what the register says of
-- that day now is counted anew and stands beside it.
create table report_publications (
    tenant_id bigint not null references tenants (id),
    id bigint generated always as identity,
    title text not null constraint report_publications_title_check check (char_length(title) between 2 and 60),
    as_of date not null,
    query text not null,
    definition text not null,
    figures jsonb not null,
    published_by text not null,
    published_holder bigint not null,
    published_at timestamptz not null,
    primary key (tenant_id, id),
    constraint report_publications_title_key unique (tenant_id, title)
);
