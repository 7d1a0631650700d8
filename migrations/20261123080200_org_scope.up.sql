do $$
begin
    call secure('townships', 'township', true);
    call secure('villages', 'village', false);
    call secure('unit_successions', 'district', true, 'select, insert');
    call secure('holiday_years', 'district', true);
    -- tenants is exempt from the common form (it has no tenant_id): everyone reads the own district, the platform all.
    alter table tenants enable row level security;
    create policy scope_select on tenants for select using (
        id = (select current_setting('app.tenant_id')::bigint)
        or (select current_setting('app.level')::text) = 'platform');
    create policy scope_insert on tenants for insert with check ((select current_setting('app.level')::text) = 'platform');
    create policy scope_update on tenants for update using ((select current_setting('app.level')::text) = 'platform');
    grant select, insert, update on tenants to touyan_app;
end $$;
