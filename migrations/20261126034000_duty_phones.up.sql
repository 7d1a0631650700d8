-- The duty phone of a township, which its villages without one of their own show.
create table duty_phones (
    tenant_id bigint not null,
    township_id bigint not null,
    phone text not null constraint duty_phones_phone_check check (char_length(phone) <= 30),
    set_by text not null,
    set_at timestamptz not null,
    primary key (tenant_id, township_id),
    foreign key (tenant_id, township_id) references townships (tenant_id, id)
);
