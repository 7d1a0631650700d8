do $$
begin
    call secure('assessment_schemes', 'district', true);
    call secure('assessment_months', 'district', true);
    call secure('assessment_settings', 'district', true);
    call secure('assessment_sheets', 'township', true);
    call secure('assessment_rows', 'village', false, 'select, insert, update');
    call secure('assessment_cells', 'village', false, 'select, insert, update, delete');
    call secure('assessment_entries', 'village', false, 'select, insert, update, delete');
    call secure('assessment_proposals', 'village', false);
    call secure('assessment_roster_decisions', 'township', false);
    call secure('assessment_acts', 'township', false, 'select, insert');
    call secure('assessment_publications', 'township', true, 'select, insert');
    call secure('assessment_postings', 'village', false);
    call secure('assessment_results', 'village', false);
    call secure('assessment_objections', 'village', false);
    call secure('assessment_differences', 'village', false);
end $$;
