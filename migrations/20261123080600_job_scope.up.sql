do $$
begin
    call secure('job_runs', 'any', false, 'select, insert, update, delete');
    call secure('job_files', 'any', false, 'select, insert, delete');
    grant usage on schema jobs to touyan_app;
    alter default privileges in schema jobs grant select, insert, update, delete on tables to touyan_app;
    alter default privileges in schema jobs grant usage on sequences to touyan_app;
end $$;
