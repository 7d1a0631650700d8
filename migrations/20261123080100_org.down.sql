drop table holiday_years, unit_successions, villages, townships, tenants;
