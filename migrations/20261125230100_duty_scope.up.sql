do $$
begin
    call secure('duty_settings', 'district', true);
    call secure('duty_rosters', 'village', false);
    call secure('duty_assignments', 'village', false, 'select, insert, update, delete');
    call secure('duty_versions', 'village', false, 'select, insert');
    call secure('duty_leaves', 'village', false);
    call secure('duty_wishes', 'village', false, 'select, insert, delete');
    call secure('duty_swaps', 'village', false);
    call secure('duty_checks', 'township', false);
    call secure('duty_stands', 'village', false, 'select, insert, delete');
    call secure('duty_ledgers', 'any', true, 'select, insert');
end $$;
