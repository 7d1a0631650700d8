drop table audit_log, audit_steps, role_settings, links, sessions, login_failures, credentials, grants, accounts;
