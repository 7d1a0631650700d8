-- Why the clerk accepted or refused a difference.
alter table assessment_differences add column decision_reason text not null default '';
create index assessment_differences_carried_idx on assessment_differences (tenant_id, carried_month) where carried_month is not null;
