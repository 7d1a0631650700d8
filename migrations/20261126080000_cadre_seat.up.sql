-- A village has one secretary, one director and one head of supervision at a time, whichever way a second one would come. Two
-- at once that were stored before stay as they are until somebody mends them: the later ones are exempt, by their keys.
do $$
declare
    doubled bigint[];
begin
    select coalesce(array_agg(distinct b.id order by b.id), '{}') into doubled
    from appointments a join appointments b on b.tenant_id = a.tenant_id and b.village_id = a.village_id and b.position_code = a.position_code
        and b.during && a.during and (lower(b.during), b.id) > (lower(a.during), a.id)
    where a.position_code in ('party_secretary', 'village_director', 'supervision_director');
    execute format('alter table appointments add constraint appointments_seat_excl exclude using gist
        (tenant_id with =, village_id with =, position_code with =, during with &&)
        where (position_code in (''party_secretary'', ''village_director'', ''supervision_director'') and id <> all (%L::bigint[]))', doubled);
end
$$;
