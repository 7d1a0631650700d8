drop table report_publications;
