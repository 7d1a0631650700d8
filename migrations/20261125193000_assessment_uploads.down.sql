drop table assessment_uploads;
