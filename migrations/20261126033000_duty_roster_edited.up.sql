-- Whether people changed the roster since it was drafted: drafting anew asks before it throws their work away.
do $$
begin
    alter table duty_rosters add column edited boolean not null default false;
    update duty_rosters set edited = true where number = 0 and last_change <> '[]';
end $$;
