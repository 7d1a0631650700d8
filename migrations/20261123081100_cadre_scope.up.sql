do $$
begin
    call secure('persons', 'village', false);
    call secure('appointments', 'village', false);
    call secure('transfer_requests', 'village', false, 'select, insert, update', 'releasing_township_id');
    call secure('person_merges', 'district', false);
    call secure('person_distinctions', 'district', false, 'select, insert');
    call secure('import_mappings', 'township', false, 'select, insert, update');
    call secure('import_batches', 'any', false, 'select, insert, update, delete');
    call secure('saved_filters', 'any', false, 'select, insert, update, delete');
end $$;
