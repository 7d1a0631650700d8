-- Files that runs leave lie sealed from now on. Those that lie in clear go: whoever still needs one starts its run again.
delete from job_file_parts;
delete from job_files;
