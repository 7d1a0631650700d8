-- The past month that an upload holds, such as 2026-03; empty for the scores of a sheet.
alter table assessment_uploads add column period text not null default '';
