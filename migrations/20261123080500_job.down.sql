drop table job_files, job_runs;
drop schema jobs cascade;
