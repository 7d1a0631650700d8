do $$
begin
    delete from duty_stands where withdrawn_at is not null;
    drop index duty_stands_place_key, duty_stands_person_key;
    alter table duty_stands drop constraint duty_stands_pkey, drop column id, drop column withdrawn_at, drop column withdrawn_by, drop column withdraw_reason,
        add primary key (tenant_id, roster_id, on_day, shift), add constraint duty_stands_person_key unique (tenant_id, person_id, on_day);
    revoke update on duty_stands from touyan_app;
    grant delete on duty_stands to touyan_app;
end $$;
