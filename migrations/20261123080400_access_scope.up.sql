do $$
begin
    call secure('accounts', 'any', false, 'select, insert, update', null, 'kind in (''platform'', ''district_admin'')');
    call secure('grants', 'any', false, 'select, insert, update', null, 'role in (''platform_admin'', ''district_admin'')');
    call secure('role_settings', 'district', true);
    -- Every level writes its own acts and chains them; only the district (and the platform, in tenant 0) reads them.
    alter table audit_steps enable row level security;
    create policy scope_select on audit_steps for select using (tenant_id = (select current_setting('app.tenant_id')::bigint));
    create policy scope_insert on audit_steps for insert with check (tenant_id = (select current_setting('app.tenant_id')::bigint));
    grant select, insert on audit_steps to touyan_app;
    alter table audit_log enable row level security;
    create policy scope_select on audit_log for select using (
        tenant_id = (select current_setting('app.tenant_id')::bigint)
        and ((select current_setting('app.level')::text) = 'district'
            or ((select current_setting('app.level')::text) = 'platform' and tenant_id = 0)));
    create policy scope_insert on audit_log for insert with check (tenant_id = (select current_setting('app.tenant_id')::bigint));
    grant select, insert on audit_log to touyan_app;
    grant select, insert, update on credentials to touyan_app;
    grant select, insert, update, delete on login_failures, sessions to touyan_app;
    grant select, insert, update on links to touyan_app;
end $$;
