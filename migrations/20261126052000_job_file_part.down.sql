drop table job_file_parts;
