-- A sealed file is of no use to a program that knows none.
delete from job_file_parts;
delete from job_files;
