-- An objection names who brought it to the clerk, where that is known, hangs on its sheet (so that a sheet cannot be
-- locked while one is being filed), and is filed once however often the button is pressed.
alter table assessment_objections add column objector text not null default ''
    constraint assessment_objections_objector_check check (char_length(objector) <= 50);
alter table assessment_objections add constraint assessment_objections_sheet_fkey
    foreign key (tenant_id, township_id, sheet_id) references assessment_sheets (tenant_id, township_id, id);
create unique index assessment_objections_open_key
    on assessment_objections (tenant_id, row_id, filed_holder, objector, md5(content)) where state = 'open';
create index assessment_objections_unit_idx on assessment_objections (tenant_id, township_id, village_id, row_id);
