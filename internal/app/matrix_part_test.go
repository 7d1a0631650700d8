package app_test

// plantParts gives the first person of every village one entry of each kind.
func (b *builder) plantParts() {
	for table, entry := range map[string][2]string{
		"education_records":    {"mode, level", `'fulltime', '31'`},
		"resume_entries":       {"from_on, body", `'2010-07-01', '务农'`},
		"family_members":       {"relation, name", `'13', '李桂兰'`},
		"awards":               {"kind, title, level, awarded_on", `'cadre', '先进个人', 'district', '2024-07-01'`},
		"sanctions":            {"kind, decided_on, reason", `'talk', '2023-05-01', '迟到'`},
		"yearly_grades":        {"year, grade", `2024, 'competent'`},
		"representative_roles": {"kind, level, from_on", `'npc_deputy', 'township', '2021-12-01'`},
		"promotions":           {"kind, from_post, to_post, promoted_on", `'other', '文书', '书记', '2020-03-01'`},
		"appointment_forms":    {"next_post", `'村党组织书记'`},
	} {
		b.exec(`insert into ` + table + ` (tenant_id, township_id, village_id, person_id, ` + entry[0] + `)
			select tenant_id, township_id, village_id, id, ` + entry[1] + ` from persons where name = '王建国'`)
	}
}

// keepParts gives their keys names.
func (b *builder) keepParts() {
	b.ids["section"] = map[string]string{"甲": "awards"}
	b.keep("award", `select p.name, x.id::text from awards x join place p using (tenant_id, township_id, village_id)`)
}
