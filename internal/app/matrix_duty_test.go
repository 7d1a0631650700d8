package app_test

// plantDuty makes two rosters for every village, one published and one in the making, and everything that hangs on them.
func (b *builder) plantDuty() {
	b.exec(`insert into duty_settings (tenant_id) select id from tenants where id <> 0`)
	b.exec(`insert into duty_phones (tenant_id, township_id, phone, set_by, set_at) select tenant_id, id, '0939-3210000', '王建国', now() from townships`)
	b.exec(`insert into duty_rosters (tenant_id, township_id, village_id, month, township_name, village_name, places, filled, empty_days, number,
			published_at, drafted_by, drafted_at)
		select v.tenant_id, v.township_id, v.id, m.month, t.name, v.name, 31, 1, m.empty, m.number, case when m.number > 0 then now() end, '王建国', now()
		from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id,
			(values (date '2026-11-01', 0, 1), (date '2026-12-01', 2, 0), (date '2027-01-01', 0, 0)) as m (month, empty, number)`)
	b.exec(`insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, shift, person_id, person_name, title, reason)
		select r.tenant_id, r.township_id, r.village_id, r.id, d.day, '', p.id, p.name, '村文书', '最少' from duty_rosters r
		cross join lateral generate_series(r.month, r.month + case r.month when '2027-01-01' then 30 when '2026-11-01' then 29 else 0 end, interval '1 day') as d (day)
		join persons p on p.tenant_id = r.tenant_id and p.village_id = r.village_id and p.name = '王建国'`)
	b.exec(`update duty_rosters r set last_change = jsonb_build_array(jsonb_build_object('day', 1, 'shift', '', 'before', jsonb_build_object('person', 0, 'name', ''),
			'after', jsonb_build_object('person', a.person_id, 'name', a.person_name)))
		from duty_assignments a where a.tenant_id = r.tenant_id and a.roster_id = r.id and a.on_day = r.month and r.month = '2026-12-01'`)
	b.exec(`insert into duty_versions (tenant_id, township_id, village_id, roster_id, number, reason, days, changes, phone, made_by, made_at)
		select tenant_id, township_id, village_id, id, 1, '首次发布', '[]', '[]', '', '王建国', now() from duty_rosters where number > 0`)
	const person = ` from duty_rosters r join persons p on p.tenant_id = r.tenant_id and p.village_id = r.village_id and p.name = '王建国'
		join persons q on q.tenant_id = r.tenant_id and q.village_id = r.village_id and q.name = '李秀英' where r.number > 0`
	b.exec(`insert into duty_leaves (tenant_id, township_id, village_id, person_id, person_name, kind, during, recorded_by, recorded_at)
		select r.tenant_id, r.township_id, r.village_id, p.id, p.name, 'sick', daterange('2027-02-01', '2027-02-03'), '王建国', now()` + person)
	b.exec(`insert into duty_wishes (tenant_id, township_id, village_id, person_id, on_day, recorded_by, recorded_at)
		select r.tenant_id, r.township_id, r.village_id, p.id, '2027-02-05', '王建国', now()` + person)
	b.exec(`insert into duty_swaps (tenant_id, township_id, village_id, roster_id, from_person_id, from_name, from_day, to_person_id, to_name, reason, state,
			asked_by, asked_at)
		select r.tenant_id, r.township_id, r.village_id, r.id, p.id, p.name, '2026-11-01', q.id, q.name, '外出办事', 'asked', '王建国', now()` + person)
	b.exec(`insert into duty_swaps (tenant_id, township_id, village_id, roster_id, from_person_id, from_name, from_day, to_person_id, to_name, reason, state,
			asked_by, asked_at)
		select r.tenant_id, r.township_id, r.village_id, r.id, p.id, p.name, '2026-11-28', q.id, q.name, '参加培训', 'asked', '王建国', now()` + person)
	b.exec(`insert into duty_checks (tenant_id, township_id, village_id, roster_id, on_day, checked_at, way, result, person_id, person_name, checker,
			recorded_by, recorded_at)
		select r.tenant_id, r.township_id, r.village_id, r.id, '2026-11-01', now(), 'visit', 'in_post', p.id, p.name, '赵督查', '王建国', now()` + person)
	b.exec(`insert into duty_checks (tenant_id, township_id, village_id, roster_id, on_day, checked_at, way, result, person_id, person_name, checker,
			recorded_by, recorded_at)
		select r.tenant_id, r.township_id, r.village_id, r.id, '2026-11-01', '2026-11-01 09:00+08', 'landline', 'absent', p.id, p.name, '赵督查', '王建国', now()` + person)
	b.exec(`insert into duty_stands (tenant_id, township_id, village_id, roster_id, on_day, person_id, person_name, title, reason, recorded_by, recorded_at)
		select r.tenant_id, r.township_id, r.village_id, r.id, '2026-11-18', q.id, q.name, '委员', '临时代班', '王建国', now()` + person)
	b.exec(`insert into duty_ledgers (tenant_id, township_id, village_id, title, first_month, last_month, code, digest, made_by, made_at)
		select tenant_id, township_id, id, '值班台账', '2026-10-01', '2026-11-01', 'c' || id, '', '王建国', now() from villages`)
	b.ids["month_duty"] = map[string]string{"甲": "2027-01"}
	b.ids["month_out"] = map[string]string{"甲": "2026-11"}
	b.ids["version"] = map[string]string{"甲": "1"}
	b.keep("roster_draft", `select p.name, x.id::text from duty_rosters x join place p using (tenant_id, township_id, village_id) where x.month = '2026-12-01'`)
	b.keep("roster_ready", `select p.name, x.id::text from duty_rosters x join place p using (tenant_id, township_id, village_id) where x.month = '2027-01-01'`)
	b.keep("roster_out", `select p.name, x.id::text from duty_rosters x join place p using (tenant_id, township_id, village_id) where x.number > 0`)
	b.keep("leave", `select p.name, x.id::text from duty_leaves x join place p using (tenant_id, township_id, village_id)`)
	b.keep("swap", `select p.name, x.id::text from duty_swaps x join place p using (tenant_id, township_id, village_id) where x.from_day = '2026-11-28'`)
	b.keep("stand", `select p.name, x.id::text from duty_stands x join place p using (tenant_id, township_id, village_id)`)
	b.keep("ledger", `select p.name, x.id::text from duty_ledgers x join place p using (tenant_id, township_id, village_id)`)
	for kind, result := range map[string]string{"check": "in_post", "check_absent": "absent"} {
		b.keep(kind, `select p.name, x.id::text from duty_checks x join place p using (tenant_id, township_id, village_id) where x.result = $1`, result)
	}
}
