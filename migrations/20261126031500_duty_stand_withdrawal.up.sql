-- A mistaken 事后补记 is withdrawn with a reason and stays on record; only one entry about a place is in force. An entry that
-- is replaced is withdrawn in the same way.
do $$
begin
    alter table duty_stands add column id bigint generated always as identity, add column withdrawn_at timestamptz,
        add column withdrawn_by text not null default '',
        add column withdraw_reason text not null default '' constraint duty_stands_withdraw_reason_check check (char_length(withdraw_reason) <= 200);
    alter table duty_stands drop constraint duty_stands_pkey, drop constraint duty_stands_person_key, add primary key (tenant_id, id);
    create unique index duty_stands_place_key on duty_stands (tenant_id, roster_id, on_day, shift) where withdrawn_at is null;
    create unique index duty_stands_person_key on duty_stands (tenant_id, person_id, on_day) where withdrawn_at is null;
    revoke delete on duty_stands from touyan_app;
    grant update on duty_stands to touyan_app;
end $$;
