do $$
begin
    alter table unit_successions drop column old_name, drop column new_name;
end $$;
