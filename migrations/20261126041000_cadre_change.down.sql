drop index change_requests_attachment_idx;
alter table change_requests drop column asked_township_id;
