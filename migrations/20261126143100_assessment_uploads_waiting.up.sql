-- What the list of waiting uploads says: how many rows and how many of them are wrong, null before this was counted. One that was given up,
-- or replaced by a later one, keeps its line without its content.
alter table assessment_uploads add column row_count int, add column bad_count int;
alter table assessment_uploads drop constraint assessment_uploads_state_check;
alter table assessment_uploads add constraint assessment_uploads_state_check check (state in ('preview', 'done', 'dropped'));
