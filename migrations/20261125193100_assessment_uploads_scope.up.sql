do $$
begin
    call secure('assessment_uploads', 'any', false, 'select, insert, update, delete');
end $$;
