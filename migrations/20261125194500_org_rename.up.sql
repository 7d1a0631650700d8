-- A renamed unit stays the same unit: the record keeps the name that it had and the one that it got.
do $$
begin
    alter table unit_successions add column old_name text not null default '', add column new_name text not null default '';
end $$;
