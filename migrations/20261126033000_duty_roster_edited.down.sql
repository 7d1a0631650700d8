alter table duty_rosters drop column edited;
