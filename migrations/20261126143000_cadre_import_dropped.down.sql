delete from import_batches where state = 'dropped';
alter table import_batches drop constraint import_batches_state_check;
alter table import_batches add constraint import_batches_state_check check (state in ('preview', 'queued', 'done', 'failed'));
