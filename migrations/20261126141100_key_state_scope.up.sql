do $$
begin
    grant select, insert, update on key_state to touyan_app;
    -- What was stored until now was made with the first key; a new database takes the one that seals when it is first used.
    insert into key_state (seal_key, index_key) select 1, 1 where exists (select from accounts);
    -- Files that runs left are sealed anew with a new key. Nothing else of them changes.
    grant update (content) on job_files, job_file_parts to touyan_app;
end $$;
