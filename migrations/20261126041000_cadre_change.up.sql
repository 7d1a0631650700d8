-- The township that kept the file when a change was asked for: a request does not follow a file that has moved.
alter table change_requests add column asked_township_id bigint not null default 0;
create index change_requests_attachment_idx on change_requests (tenant_id, attachment_id);
