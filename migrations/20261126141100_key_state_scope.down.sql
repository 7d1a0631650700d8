do $$
begin
    revoke update (content) on job_files, job_file_parts from touyan_app;
end $$;
