-- An upload that its sender gave up keeps its line, without its content, until the sweep: a second tab learns what became of it.
alter table import_batches drop constraint import_batches_state_check;
alter table import_batches add constraint import_batches_state_check check (state in ('preview', 'queued', 'done', 'failed', 'dropped'));
