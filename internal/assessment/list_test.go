package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
)

func TestTheHistoryOfASheetIsSearchedPagedAndExported(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.finish()
	o.Exec(`insert into assessment_acts (tenant_id, township_id, sheet_id, row_id, act, round, reason, actor, account_id, holder_id, at)
		select tenant_id, township_id, sheet_id, $2, 'roster', 1, '第' || n || '次变动', actor, account_id, holder_id, at - n * interval '1 minute'
		from (select * from assessment_acts where sheet_id = $1 order by id limit 1) a, generate_series(1, 3000) n`, o.sheet("A"), o.row("A1/李娜"))
	path := fmt.Sprintf("/assessment/sheets/%d/history", o.sheet("A"))
	c := o.As(access.TownshipClerk, "A")
	first := c.Get(path).Want(http.StatusOK).Doc()
	if n := len(first.All(".timeline > li")); n != 50 || !strings.Contains(first.Text("nav.pager"), "第 1–50 条,共 30") {
		t.Errorf("%d acts on a page, %q", n, first.Text("nav.pager"))
	}
	query := "act=roster&q=" + url.QueryEscape("第77次")
	if found := c.Get(path + "?" + query).Want(http.StatusOK).Doc(); len(found.All(".timeline > li")) != 1 || len(found.All("a.chip")) != 2 {
		t.Errorf("%d acts found", len(found.All(".timeline > li")))
	}
	if none := c.Get(path + "?q=" + url.QueryEscape("查无此人")).Want(http.StatusOK).Doc(); none.One(".empty a").Attr("href") != path {
		t.Error("nothing found offers no way back")
	}
	c.Post(path+"/export", url.Values{"query": {query}}).Want(http.StatusUnprocessableEntity)
	if rows := exported(t, c.Post(path+"/export", url.Values{"query": {query}, "purpose": {"信访核查"}}).Want(http.StatusOK).Body); named(rows, "次变动") != 1 || named(rows, "李娜") != 1 {
		t.Errorf("the export holds %v", rows)
	}
	o.As(access.TownshipClerk, "B").Post(path+"/export", url.Values{"purpose": {"信访核查"}}).Want(http.StatusNotFound)
	if n := o.Count(`select count(*) from audit_log where action = 'export' and object = 'assessment_acts'`); n != 1 {
		t.Errorf("%d exports in the trail", n)
	}
}

func TestTheBoardAndTheComparisonExportTheTownshipsThatTheFilterShows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.finish()
	officer := o.As(access.DistrictOfficer, "甲")
	own, other := o.Units["A"].Name, o.Units["B"].Name
	query := "q=" + url.QueryEscape(own)
	for _, at := range []struct{ page, export, query string }{
		{"/assessment/2026-10", "/assessment/2026-10/export", query}, {"/assessment/compare", "/assessment/compare/export", "a=2026-09&b=2026-10&" + query}} {
		found := officer.Get(at.page + "?" + at.query).Want(http.StatusOK).Doc()
		if n := len(found.All("tbody tr")); n != 1 || len(found.All("a.chip")) != 1 || found.One("form[action='"+at.export+"'] input[name=query]").Attr("value") != at.query {
			t.Errorf("%s: %d townships found", at.page, n)
		}
		rows := exported(t, officer.Post(at.export, url.Values{"query": {at.query}}).Want(http.StatusOK).Body)
		if named(rows, own) != 1 || named(rows, other) != 0 {
			t.Errorf("%s holds %v", at.export, rows)
		}
		if none := officer.Get(at.page + "?q=" + url.QueryEscape("查无此镇")).Want(http.StatusOK).Doc(); !none.Has(".empty a") {
			t.Errorf("%s: nothing found offers no way back", at.page)
		}
	}
	// A township compares itself, and reads nobody else's line.
	rows := exported(t, o.As(access.TownshipClerk, "A").Post("/assessment/compare/export", url.Values{"query": {"b=2026-10"}}).Want(http.StatusOK).Body)
	if named(rows, other) != 0 || len(rows) < 4 {
		t.Errorf("the township's export holds %v", rows)
	}
}

func TestSchemesAreSearchedPagedAndExported(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Exec(`insert into assessment_schemes (tenant_id, name, effective_on, state, content, created_by, version)
		select tenant_id, '试行方案' || n || '号', (effective_on + n * interval '1 month')::date, 'draft', content, created_by, 1
		from assessment_schemes, generate_series(1, 45) n where tenant_id = $1 and state = 'enabled'`, o.Units["甲"].Tenant)
	officer := o.As(access.DistrictOfficer, "甲")
	if n := len(officer.Get("/assessment/schemes").Want(http.StatusOK).Doc().All("tbody tr")); n != 20 {
		t.Errorf("%d schemes on a page", n)
	}
	query := "state=draft&q=" + url.QueryEscape("方案33号")
	if n := len(officer.Get("/assessment/schemes?" + query).Doc().All("tbody tr")); n != 1 {
		t.Errorf("%d schemes found", n)
	}
	none := officer.Get("/assessment/schemes?q=" + url.QueryEscape("查无此案")).Want(http.StatusOK).Doc()
	if none.One(".empty a").Attr("href") != "/assessment/schemes" || none.Has("button[type=submit][name=from]") {
		t.Error("nothing found offers no way back")
	}
	rows := exported(t, officer.Post("/assessment/schemes/export", url.Values{"query": {query}}).Want(http.StatusOK).Body)
	if named(rows, "试行方案") != 1 || named(rows, "试行方案33号") != 1 {
		t.Errorf("the export holds %v", rows)
	}
}

func TestARefusedSchemeKeepsEveryLineAndBoxAsTyped(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	officer := o.As(access.DistrictOfficer, "甲")
	path := officer.Post("/assessment/schemes", url.Values{"from": {fmt.Sprint(o.scheme())}}).Want(http.StatusSeeOther).Location()
	form := url.Values(officer.Get(path).Want(http.StatusOK).Doc().One("form[action='" + path + "']").Fields())
	last := 0
	for form.Has(fmt.Sprintf("items.%d.code", last)) {
		last++
	}
	last-- // the last of the empty lines
	at := func(name string) string { return fmt.Sprintf("items.%d.%s", last, name) }
	form.Set("items.0.code", "") // taken out, so that the lines below would move up
	form.Set("items.1.code", "")
	form.Set(at("code"), "late_line")
	form.Set(at("title"), "写在最后一行")
	form.Set(at("village_wide"), "1")
	form.Set("name", " ")
	form.Del("paid_only")
	form.Set("pay.cap_to_pool", "1")
	before := o.Count(`select version from assessment_schemes where id = $1`, strings.TrimPrefix(path, "/assessment/schemes/"))
	again := officer.Post(path, form).Want(http.StatusUnprocessableEntity).Doc().One("form[action='" + path + "']").Fields()
	for name := range form {
		if name != "_grant" && form.Get(name) != url.Values(again).Get(name) {
			t.Errorf("%s: typed %q, shown %q", name, form.Get(name), url.Values(again).Get(name))
		}
	}
	if _, ticked := again["paid_only"]; ticked {
		t.Error("a box that was cleared is ticked again")
	}
	for name := range again {
		if strings.HasSuffix(name, "village_wide") && !form.Has(name) {
			t.Errorf("%s is ticked though nobody did", name)
		}
	}
	if o.Count(`select version from assessment_schemes where id = $1`, strings.TrimPrefix(path, "/assessment/schemes/")) != before {
		t.Error("a refused scheme was saved")
	}
}

func TestATrialIsSearchedPagedAndExported(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.finish()
	officer := o.As(access.DistrictOfficer, "甲")
	path := officer.Post("/assessment/schemes", url.Values{"from": {fmt.Sprint(o.scheme())}}).Want(http.StatusSeeOther).Location()
	form := url.Values(officer.Get(path).Want(http.StatusOK).Doc().One("form[action='" + path + "']").Fields())
	for name := range form {
		if strings.HasPrefix(name, "pay.base.") {
			form.Set(name, "123.45") // everybody's pay changes
		}
	}
	officer.Post(path, form).Want(http.StatusSeeOther)
	all := officer.Get(path + "/trial").Want(http.StatusOK).Doc()
	if n := len(all.All("[aria-label=有变化的人员] tbody tr")); n < 4 || !strings.Contains(all.Text("nav.pager"), fmt.Sprintf("共 %d 条", n)) {
		t.Fatalf("%d lines, %q", n, all.Text("nav.pager"))
	}
	query := "q=" + url.QueryEscape("李娜")
	found := officer.Get(path + "/trial?" + query).Want(http.StatusOK).Doc()
	n := len(found.All("[aria-label=有变化的人员] tbody tr"))
	if n == 0 || n == len(all.All("[aria-label=有变化的人员] tbody tr")) || len(found.All("a.chip")) != 1 {
		t.Errorf("%d lines found", n)
	}
	if none := officer.Get(path + "/trial?q=" + url.QueryEscape("查无此人")).Doc(); none.One(".empty a").Attr("href") != path+"/trial" {
		t.Error("nothing found offers no way back")
	}
	officer.Post(path+"/trial/export", url.Values{"query": {query}}).Want(http.StatusUnprocessableEntity)
	rows := exported(t, officer.Post(path+"/trial/export", url.Values{"query": {query}, "purpose": {"部务会研究"}}).Want(http.StatusOK).Body)
	if named(rows, "李娜") != n || named(rows, "张伟") != 0 {
		t.Errorf("the export holds %v", rows)
	}
}
