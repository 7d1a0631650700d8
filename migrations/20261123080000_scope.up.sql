-- The one place where the form of every row level security policy is written. See docs/architecture.md, "Scope".
--
-- Settings, always sent by platform/pg: app.tenant_id, app.township_id, app.village_id (0 where there is none) and
-- app.level (platform | district | township | village). A missing setting is an error and an empty one no rows:
-- forgetting the scope never opens it. app.person_id, normally 0, opens one person's rows for reading.

do $$
begin
    if not exists (select from pg_roles where rolname = 'touyan_app') then
        create role touyan_app nologin nosuperuser nobypassrls;
    end if;
    grant usage on schema public to touyan_app;
    grant select on schema_migrations to touyan_app;
end $$;

create extension if not exists btree_gist;

-- secure_setting gives the text of one setting as it stands in a policy. Plain PostgreSQL treats a sub-select as a
-- constant of the query (a bare call costs twice as much on a scan); Citus refuses it and gets the bare call.
create function secure_setting(name text, kind text, citus boolean) returns text
language sql immutable as $function$
    select format(case when citus then 'current_setting(%L)::%s' else '(select current_setting(%L)::%s)' end,
        'app.' || name, kind)
$function$;

-- secure(tbl, unit_level, readable_below, grants, also_township, platform_when)
--
-- unit_level     how deep the rows of tbl go: 'district', 'township', 'village', or 'any' where each row has its own
--                depth and 0 stands for "no unit below".
-- readable_below whether a session below the row's own level may read it (a village reads its township's notices).
-- grants         what the application role may do; never more than the module needs.
-- also_township  a second column naming a township that may read and update the row (a transfer between townships).
-- platform_when  a condition on rows that the platform administrator reads and writes (accounts of district heads).
create procedure secure(tbl regclass, unit_level text, readable_below boolean,
    grants text default 'select, insert, update', also_township text default null, platform_when text default null)
language plpgsql as $procedure$
declare
    citus boolean := exists (select from pg_extension where extname = 'citus');
    tenant text;
    at_district text;
    at_township text;
    at_village text;
    own text;
    reads text;
    writes text;
    person_column text;
begin
    tenant := format('tenant_id = %s', secure_setting('tenant_id', 'bigint', citus));
    at_district := format('%s = ''district''', secure_setting('level', 'text', citus));
    at_township := format('%s = ''township'' and township_id = %s',
        secure_setting('level', 'text', citus), secure_setting('township_id', 'bigint', citus));
    at_village := format('%s = ''village'' and township_id = %s and village_id = %s',
        secure_setting('level', 'text', citus), secure_setting('township_id', 'bigint', citus),
        secure_setting('village_id', 'bigint', citus));
    case unit_level
        when 'district' then own := at_district;
        when 'township' then own := format('%s or (%s)', at_district, at_township);
        when 'village' then own := format('%s or (%s) or (%s)', at_district, at_township, at_village);
        when 'any' then own := format('%s or (%s) or (%s)', at_district, at_township, at_village);
        else raise exception 'secure: unknown unit level %', unit_level;
    end case;
    writes := own;
    reads := own;
    if readable_below then
        case unit_level
            when 'district' then
                reads := format('%s in (''district'', ''township'', ''village'')', secure_setting('level', 'text', citus));
            when 'township' then
                reads := format('%s or (%s = ''village'' and township_id = %s)', own,
                    secure_setting('level', 'text', citus), secure_setting('township_id', 'bigint', citus));
            when 'any' then
                reads := format('%s or (%s in (''township'', ''village'') and township_id = 0) '
                    'or (%s = ''village'' and township_id = %s and village_id = 0)', own,
                    secure_setting('level', 'text', citus), secure_setting('level', 'text', citus),
                    secure_setting('township_id', 'bigint', citus));
            else null;
        end case;
    end if;
    if also_township is not null then
        own := format('%s = ''township'' and %I = %s', secure_setting('level', 'text', citus), also_township,
            secure_setting('township_id', 'bigint', citus));
        reads := format('%s or (%s)', reads, own);
    end if;
    if platform_when is not null then
        own := format('%s = ''platform'' and (%s)', secure_setting('level', 'text', citus), platform_when);
        reads := format('%s or (%s)', reads, own);
        writes := format('%s or (%s)', writes, own);
    end if;
    -- A person's own earlier rows elsewhere in the district, opened by access.ForPerson alone and read-only.
    select a.attname into person_column from pg_attribute a
        where a.attrelid = tbl and not a.attisdropped and a.attnum > 0 and a.attname = 'person_id';
    if tbl::text = 'persons' then
        person_column := 'id';
    end if;
    if person_column is not null then
        reads := format(case when citus then '%s or %I = nullif(current_setting(''app.person_id'', true), '''')::bigint'
            else '%s or %I = (select nullif(current_setting(''app.person_id'', true), '''')::bigint)' end,
            reads, person_column);
    end if;

    execute format('alter table %s enable row level security', tbl);
    execute format('create policy scope_select on %s for select using (%s and (%s))', tbl, tenant, reads);
    execute format('create policy scope_insert on %s for insert with check (%s and (%s))', tbl, tenant, writes);
    if also_township is not null then
        own := format('%s = ''township'' and %I = %s', secure_setting('level', 'text', citus), also_township,
            secure_setting('township_id', 'bigint', citus));
        writes := format('%s or (%s)', writes, own);
    end if;
    execute format('create policy scope_update on %s for update using (%s and (%s)) with check (%s and (%s))',
        tbl, tenant, writes, tenant, writes);
    execute format('create policy scope_delete on %s for delete using (%s and (%s))', tbl, tenant, writes);
    execute format('grant %s on %s to touyan_app', grants, tbl);
end $procedure$;

revoke execute on function secure_setting(text, text, boolean) from public;
revoke execute on procedure secure(regclass, text, boolean, text, text, text) from public;
