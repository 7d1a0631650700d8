do $$
begin
    call secure('education_records', 'village', false, 'select, insert, update, delete');
    call secure('resume_entries', 'village', false, 'select, insert, update, delete');
    call secure('family_members', 'village', false, 'select, insert, update, delete');
    call secure('awards', 'village', false, 'select, insert, update, delete');
    call secure('sanctions', 'village', false, 'select, insert, update, delete');
    call secure('yearly_grades', 'village', false, 'select, insert, update, delete');
    call secure('representative_roles', 'village', false, 'select, insert, update, delete');
    call secure('promotions', 'village', false, 'select, insert, update, delete');
    call secure('attachments', 'village', false, 'select, insert, update, delete');
    call secure('photos', 'village', false, 'select, insert, update, delete');
    call secure('appointment_forms', 'village', false);
    call secure('change_requests', 'village', false);
end $$;
