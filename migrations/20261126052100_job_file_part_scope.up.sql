do $$
begin
    call secure('job_file_parts', 'any', false, 'select, insert, delete');
end $$;
