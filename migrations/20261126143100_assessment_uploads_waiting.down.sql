delete from assessment_uploads where state = 'dropped';
alter table assessment_uploads drop constraint assessment_uploads_state_check;
alter table assessment_uploads add constraint assessment_uploads_state_check check (state in ('preview', 'done'));
alter table assessment_uploads drop column row_count, drop column bad_count;
