alter table assessment_uploads drop column period;
