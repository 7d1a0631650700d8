package app_test

import (
	"context"
	"fmt"
	"strings"
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
	"{objection}": `select o.id from assessment_objections o join townships t on t.tenant_id = o.tenant_id and t.id = o.township_id
		where t.code like $1 || '%' order by o.state = 'open' desc, o.id desc limit 1`,
}

// at fills the keys into a visitor's path.
func (h *demoHouse) at(username, path string) string {
	h.t.Helper()
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
		if err := h.DB.Owner(h.t).QueryRow(context.Background(), sql, unit).Scan(&id); err != nil {
			h.t.Fatalf("%s of %s: %v", mark, username, err)
		}
		path = strings.ReplaceAll(path, mark, fmt.Sprint(id))
	}
	return path
}
