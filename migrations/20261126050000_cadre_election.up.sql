-- 按村换届任免. A round is the district's; a body without a date is not elected in it.
create table election_rounds (
    tenant_id bigint not null,
    id bigint generated always as identity,
    name text not null constraint election_rounds_name_check check (char_length(name) between 2 and 60),
    term_no int not null constraint election_rounds_term_check check (term_no between 1 and 99),
    party_on date,
    committee_on date,
    supervision_on date,
    opened_by text not null,
    opened_at timestamptz not null,
    version int not null default 1,
    primary key (tenant_id, id),
    foreign key (tenant_id) references tenants (id),
    constraint election_rounds_name_key unique (tenant_id, name),
    constraint election_rounds_body_check check (num_nonnulls(party_on, committee_on, supervision_on) > 0)
);

-- What one village decided, until the whole township is applied. The dates are those of its own elections.
create table election_drafts (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    round_id bigint not null,
    party_on date,
    committee_on date,
    supervision_on date,
    doc_no text not null default '',
    vacancy_note text not null default '',
    saved_by text not null,
    saved_holder bigint not null,
    saved_at timestamptz not null,
    applied_by text not null default '',
    applied_at timestamptz,
    version int not null default 1,
    primary key (tenant_id, round_id, village_id),
    foreign key (tenant_id, round_id) references election_rounds (tenant_id, id),
    foreign key (tenant_id, township_id, village_id) references villages (tenant_id, township_id, id),
    constraint election_drafts_unit_key unique (tenant_id, township_id, village_id, round_id)
);
create index election_drafts_township_idx on election_drafts (tenant_id, township_id, round_id);

-- One row per post of the old team (appointment_id) and one per newcomer. appointment_id is no reference, since a post that
-- was entered by mistake may still be taken out. A newcomer without a file has his ID number sealed here until the file is
-- made; what the figures need of everybody is copied when the round is applied.
create table election_rows (
    tenant_id bigint not null,
    township_id bigint not null,
    village_id bigint not null,
    id bigint generated always as identity,
    round_id bigint not null,
    rank int not null,
    appointment_id bigint,
    person_id bigint,
    person_name text not null,
    id_cipher bytea,
    id_index bytea,
    sex text not null default '',
    birth_date date,
    education text not null default '',
    political text not null default '',
    from_position text not null default '',
    decision text not null constraint election_rows_decision_check check (decision in ('', 'stay', 'leave', 'move', 'new')),
    to_position text not null default '',
    terms text not null default '' constraint election_rows_terms_check check (terms in ('', 'keep', 'village', 'none', 'professional')),
    primary key (tenant_id, id),
    foreign key (tenant_id, township_id, village_id, round_id) references election_drafts (tenant_id, township_id, village_id, round_id),
    foreign key (tenant_id, person_id) references persons (tenant_id, id),
    constraint election_rows_who_check check (person_id is not null or id_index is not null),
    constraint election_rows_new_check check ((appointment_id is null) = (decision = 'new'))
);
create index election_rows_draft_idx on election_rows (tenant_id, round_id, village_id);
create index election_rows_person_idx on election_rows (tenant_id, person_id);
