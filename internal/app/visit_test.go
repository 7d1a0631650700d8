package app_test

import (
	"context"
	"fmt"
	"strings"

	"touyan/internal/access"
)

// keys are what stands for {…} in the paths of the visitors: the key of a row in the visitor's own township, or in the
// whole district for those who have none, as the demonstration holds it.
var keys = map[string]string{
	"{district}": `select id from tenants where $1 = '' or code = $1 order by code desc limit 1`,
	"{township}": `select id from townships where code like $1 || '%' order by id limit 1`,
	"{clerk}": `select g.account_id from grants g join townships t on t.tenant_id = g.tenant_id and t.id = g.township_id
		where t.code like $1 || '%' and g.role = 'township_clerk' order by g.account_id limit 1`,
	"{sheet}": `select s.id from assessment_sheets s join townships t on t.tenant_id = s.tenant_id and t.id = s.township_id
		where t.code like $1 || '%' and s.state = 'draft' and s.month = date '2026-11-01' order by s.id limit 1`,
	"{submitted}": `select s.id from assessment_sheets s join townships t on t.tenant_id = s.tenant_id and t.id = s.township_id
		where t.code like $1 || '%' and s.state = 'submitted' and s.month = date '2026-11-01' order by s.id limit 1`,
	"{row}": `select r.id from assessment_rows r join assessment_sheets s on s.tenant_id = r.tenant_id and s.id = r.sheet_id
			join townships t on t.tenant_id = s.tenant_id and t.id = s.township_id
		where t.code like $1 || '%' and s.state = 'draft' and s.month = date '2026-11-01' and r.removed_at is null order by r.id limit 1`,
	"{notice}": `select s.id from assessment_sheets s join townships t on t.tenant_id = s.tenant_id and t.id = s.township_id
		where t.code like $1 || '%' and s.state = 'published' order by s.id limit 1`,
	"{village}": `select v.id from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id where t.code like $1 || '%' order by v.code limit 1`,
	"{roster}": `select r.id from duty_rosters r join townships t on t.tenant_id = r.tenant_id and t.id = r.township_id
			join villages v on v.tenant_id = r.tenant_id and v.id = r.village_id
		where t.code like $1 || '%' and r.number > 0 and r.month = '2026-11-01' order by v.code limit 1`,
	// A swap that waits for its answer, and the link to answer it by: no query tells the token of one that the program made.
	"{consent}": `with asked as (insert into duty_swaps (tenant_id, township_id, village_id, roster_id, from_person_id, from_name, from_day, to_person_id, to_name,
				reason, state, asked_by, asked_at)
			select a.tenant_id, a.township_id, a.village_id, a.roster_id, a.person_id, a.person_name, a.on_day, b.person_id, b.person_name, '去区里开会',
				'asked', b.person_name, a.on_day from duty_assignments a join duty_assignments b on b.tenant_id = a.tenant_id and b.roster_id = a.roster_id
				and b.person_id <> a.person_id
			where a.on_day = '2026-11-28' and $1 = '' limit 1 on conflict do nothing returning id, tenant_id, township_id, village_id),
		link as (insert into links (token_hash, tenant_id, township_id, village_id, purpose, subject_id, expires_at)
			select sha256('4711'), tenant_id, township_id, village_id, 'duty.swap', id, '2026-12-31' from asked)
		select 4711`,
	"{line}":   `select min(id) from resume_entries where person_id = 1 and $1 <> ''`,
	"{change}": `select min(c.id) from change_requests c join tenants d on d.id = c.tenant_id where d.code = $1 and c.state = 'township_checked'`,
	"{round}": `with new as (insert into election_rounds (tenant_id, name, term_no, party_on, committee_on, supervision_on, opened_by, opened_at)
			select d.id, '2026年村(社区)“两委”换届', 12, '2026-11-02', '2026-11-10', '2026-11-12', '罗思婷', '2026-11-01' from tenants d where $1 like d.code || '%'
			on conflict do nothing returning id)
		select id from new union all select r.id from election_rounds r join tenants d on d.id = r.tenant_id where $1 like d.code || '%' limit 1`,
	"{objection}": `select o.id from assessment_objections o join townships t on t.tenant_id = o.tenant_id and t.id = o.township_id
		where t.code like $1 || '%' order by o.state = 'open' desc, o.id desc limit 1`,
	"{check}": `select c.id from duty_checks c join townships t on t.tenant_id = c.tenant_id and t.id = c.township_id
		where t.code like $1 || '%' order by c.result = 'absent' desc, c.on_day desc, c.id limit 1`,
	"{figures}": `with new as (insert into report_publications (tenant_id, title, as_of, query, definition, figures, published_by, published_holder, published_at)
			select id, '书记结构', '2026-10-31', '', '统计口径', '{"by": "乡镇", "said": "共701人", "columns": [{"key": "people", "title": "人数"}],
				"lines": [{"key": "", "title": "合计", "cells": [{"n": 700, "of": 700}]}]}', '罗思婷', 1, '2026-11-01' from tenants where code = $1 on conflict do nothing returning id)
		select id from new union all select id from report_publications where title = '书记结构' limit 1`,
	"{posted}": `select r.village_id from duty_rosters r join townships t on t.tenant_id = r.tenant_id and t.id = r.township_id
		where t.code like $1 || '%' and r.month = date '2026-11-01' and r.number > 0 order by r.id limit 1`,
}

// at fills the keys into a visitor's path.
func (h *demoHouse) at(username, path string) string {
	h.t.Helper()
	h.looking.Lock()
	defer h.looking.Unlock()
	if strings.Contains(path, "{wall}") {
		path = strings.ReplaceAll(path, "{wall}", h.wall())
	}
	for mark, sql := range keys {
		if !strings.Contains(path, mark) {
			continue
		}
		a := h.accounts[username]
		unit := a.Township
		if unit == "" {
			unit = a.District
		}
		var id int64
		if err := h.owner().QueryRow(context.Background(), sql, unit).Scan(&id); err != nil {
			h.t.Fatalf("%s of %s: %v", mark, username, err)
		}
		path = strings.ReplaceAll(path, mark, fmt.Sprint(id))
	}
	return path
}

// wall is the token of a roster that hangs on a wall: no row holds it, the house's secret makes it.
func (h *demoHouse) wall() string {
	h.t.Helper()
	var tenant int64
	l := access.Link{Purpose: "duty.wall"}
	if err := h.owner().QueryRow(context.Background(), `select tenant_id, township_id, village_id, id from duty_rosters
		where number > 0 and month = '2026-11-01' order by id limit 1`).Scan(&tenant, &l.Township, &l.Village, &l.Subject); err != nil {
		h.t.Fatal(err)
	}
	token, err := access.StandingToken(h.Core.System("test", tenant), l)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}
