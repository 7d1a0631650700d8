package app_test

import (
	"fmt"
	"net/http"
	"testing"

	"touyan/internal/testkit"
)

// visitors are who looks at which pages: every GET page of the program has a visitor here, which TestEveryPageIsVisited
// checks. {sheet} and the like are replaced by keys of the demonstration.
var visitors = []struct {
	username string
	phone    bool // the page is meant for a phone first
	paths    []string
}{
	{"", false, []string{"/login", "/login/code"}},
	{"platform", false, []string{"/districts", "/districts/{district}/admins", "/account", "/account/password"}},
	{"wd-admin", false, []string{"/", "/accounts", "/accounts?q=没有这个人", "/accounts/new", "/accounts/bulk", "/accounts/bulk?township={township}",
		"/accounts/settings", "/accounts/{clerk}", "/accounts/{clerk}/edit?find=王", "/accounts/{clerk}/handover", "/account", "/account/totp", "/divisions?page=2"}},
	{"wd-auditor", false, []string{"/", "/audit", "/audit?q=没有这件事", "/audit/people", "/audit/people?q=王", "/audit/people?person=1"}},
	{"wd-officer", false, []string{"/", "/switch", "/divisions", "/holidays", "/jobs", "/assessment/2026-11", "/assessment/open", "/assessment/import",
		"/assessment/2026-11/publish", "/assessment/2026-11/scheme", "/assessment/pay", "/assessment/pay/2026-10", "/assessment/pay/2026-10?q=没有这个人",
		"/assessment/pay/2026-10/print", "/assessment/sheets/{sheet}/reopen",
		"/assessment/compare", "/assessment/compare?q=没有这个镇", "/assessment/schemes", "/assessment/schemes?q=没有这个方案", "/assessment/schemes/1", "/assessment/schemes/1/trial", "/assessment/settings"}},
	{"chengguan-leader", false, []string{"/assessment/sheets/{submitted}/review", "/assessment/sheets/{submitted}/review?show=all",
		"/assessment/sheets/{submitted}/review?q=没有这个人", "/assessment/sheets/{submitted}/summary", "/assessment/sheets/{submitted}/compare",
		"/assessment/sheets/{submitted}/compare?with=2020-01"}},
	{"wd-officer", false, []string{"/cadres", "/cadres?kind=resident&state=all&age_to=35", "/cadres?q=没有这个人", "/cadres/new", "/cadres/export",
		"/cadres/duplicates", "/cadres/duplicates?tab=number", "/cadres/duplicates?tab=merged", "/cadres/duplicates/1/2", "/cadres/1", "/cadres/1/attachments", "/cadres/1/file/family", "/cadres/1/file/promotions", "/cadres/1/file/resume/{line}", "/changes/print", "/changes/{change}", "/cadres/1/changes/new", "/cadres/1/changes/new?field=education", "/changes", "/changes?q=没有这个人", "/cadres/1/edit", "/cadres/1/posts/1",
		"/cadres/import", "/transfers", "/transfers/new"}},
	{"wd-officer", false, []string{"/cadres/export/file", "/cadres/export/file?q=没有这个人"}},
	{"wd-officer", false, []string{"/cadres/1/form", "/cadres/forms/export", "/cadres/forms/export?q=没有这个人", "/cadres/forms/import"}},
	{"anhua-clerk", false, []string{"/cadres", "/cadres/print?position=party_secretary", "/transfers", "/cadres/import"}},
	{"anhua-clerk", false, []string{"/", "/assessment/2026-11", "/assessment/sheets/{sheet}", "/assessment/sheets/{sheet}?mode=deduct&q=没有这个人",
		"/assessment/sheets/{sheet}/paste", "/assessment/sheets/{sheet}/excel", "/assessment/rows/{row}",
		"/assessment/sheets/{sheet}/roster", "/assessment/sheets/{sheet}/check", "/assessment/sheets/{sheet}/villages",
		"/assessment/sheets/{sheet}/many", "/assessment/sheets/{sheet}/history", "/assessment/pay/2026-10",
		"/assessment/pay/2026-10/print", "/assessment/differences", "/assessment/results/{row}"}},
	{"hanwang-clerk", false, []string{"/assessment/sheets/{notice}/notice", "/assessment/sheets/{notice}/notice?q=没有这个村",
		"/assessment/sheets/{notice}/notice/print", "/assessment/sheets/{notice}/objections", "/assessment/sheets/{notice}/objections?state=upheld",
		"/assessment/objections/{objection}"}},
	{"hanwang-leader", false, []string{"/assessment/sheets/{notice}/notice", "/assessment/objections/{objection}"}},
	{"hanwang-hanwangjie", true, []string{"/village", "/village?month=2026-10", "/village/objections/new", "/village/notice"}},
	{"wd-officer", false, []string{"/duty/overview/2026-11", "/duty/overview/2026-11/{township}", "/duty/overview/2026-11/turns",
		"/duty/overview/2026-11/turns/{township}", "/duty/overview/2026-11/checks",
		"/duty/ledgers", "/duty/ledgers?township={township}", "/duty/ledgers/1", "/duty/ledgers/1/print", "/duty/ledgers/verify?code=没有"}},
	{"anhua-clerk", false, []string{"/duty/overview/2026-11", "/duty/overview/2026-11/checks?struck=1", "/duty/overview/2026-11/checks?q=没有这个村",
		"/duty/checks", "/duty/checks?all=1", "/duty/checks/{check}", "/duty/checks/villages/{posted}"}},
	{"", true, []string{"/duty/consent/{consent}"}},
	{"anhua-clerk", false, []string{"/duty/2026-11", "/duty/2026-12?state=none", "/duty/rosters/{roster}", "/duty/rosters/{roster}/swaps", "/duty/rosters/{roster}/stands",
		"/duty/rosters/{roster}/stand-ins", "/duty/rosters/{roster}/stand-ins?day=28.", "/duty/leaves", "/duty/leaves?q=没有这个人",
		"/duty/leaves/villages/{village}", "/duty/villages/{village}/wishes/2026-12"}},
	{"wd-officer", false, []string{"/duty/2026-11", "/duty/leaves?month=2026-11"}},
	{"anhua-silinshan", true, []string{"/duty/rosters/{roster}", "/duty/rosters/{roster}/swaps", "/duty/leaves", "/duty/leaves/villages/{village}",
		"/duty/villages/{village}/wishes/2026-12"}},
	{"anhua-silinshan", true, []string{"/village", "/village/objections/new"}},
	{"anhua-clerk", false, []string{"/duty/rosters/{roster}/wall", "/duty/rosters/{roster}/wall?paper=two", "/duty/rosters/{roster}/wall?paper=a3",
		"/duty/2026-11/wall/{township}", "/duty/rosters/{roster}/text", "/duty/rosters/{roster}/versions", "/duty/rosters/{roster}/versions/1"}},
	{"hanwang-hanwangjie", true, []string{"/duty/rosters/{roster}/wall", "/duty/rosters/{roster}/text", "/duty/rosters/{roster}/versions", "/duty/rosters/{roster}/draft",
		"/duty/rosters/{roster}/stands"}},
	{"", true, []string{"/duty/wall/{wall}"}},
	{"wd-officer", false, []string{"/duty/settings", "/duty/villages/1/feeds"}},
	{"anhua-clerk", false, []string{"/duty/phones", "/duty/2026-12/redraft", "/duty/2027-01/redraft"}},
	{"anhua-silinshan", true, []string{"/duty/phones"}},
	{"wd-officer", false, []string{"/elections", "/elections/new", "/elections/{round}", "/elections/{round}?q=没有这个镇", "/elections/{round}/edit", "/elections/vacancies",
		"/elections/vacancies?position=village_director"}},
	{"anhua-clerk", false, []string{"/elections", "/elections/{round}/townships/{township}", "/elections/{round}/townships/{township}/check", "/elections/{round}/townships/{township}/upload",
		"/elections/{round}/villages/{village}", "/elections/vacancies"}},
	{"anhua-leader", false, []string{"/elections/{round}/villages/{village}"}},
	{"wd-officer", false, []string{"/reports/structure", "/reports/structure?set=origin&township={township}", "/reports/structure/print", "/reports/structure/list?col=college_up",
		"/reports/structure/list?q=没有这个人", "/reports/structure/compare", "/reports/publications", "/reports/publications?q=没有这份", "/reports/publications/{figures}", "/reports/query", "/reports/query?sex=2&education=college_up&column=id&column=phone",
		"/reports/query?age_from=149", "/reports/fill",
		"/reports/lists", "/reports/lists?list=aged&age=55", "/reports/lists?list=contracts", "/reports/lists?list=missing&field=photo", "/reports/lists?q=没有这个村",
		"/reports/lists/print?list=dual&township={township}", "/reports/structure/list/print?township={township}", "/reports/query/print?township={township}&sex=2",
		"/reports/query?caliber=secretary&post=village_director"}},
	{"anhua-clerk", false, []string{"/reports/structure?set=service&caliber=paid&count=post&by=post", "/reports/structure/list?col=age_mean&caliber=resident",
		"/reports/structure/compare?caliber=committee&col=women", "/reports/lists?list=vacant", "/reports/lists?list=dual&show=no", "/reports/overview",
		"/reports/overview?on=2025-10-31", "/reports/overview/list?figure=delegates", "/reports/overview/list?q=没有这个人", "/reports/overview/list/print?figure=delegates"}},
}

func TestPagesAreAccessibleAndFit(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	script := axe(t)
	for i, v := range visitors {
		t.Run(fmt.Sprint(i+1, " ", v.username), func(t *testing.T) {
			t.Parallel()
			b := testkit.NewBrowser(t, h.URL)
			if v.username != "" {
				b.Login(v.username, h.accounts[v.username].Password)
			}
			for _, path := range v.paths {
				for _, f := range inspect(b, h.at(v.username, path), script) {
					t.Errorf("%s as %s %s", path, v.username, f)
				}
			}
		})
	}
}

func TestEveryPageAnswers(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	for _, v := range visitors {
		if v.username == "" {
			continue
		}
		c := h.client(v.username)
		for _, path := range v.paths {
			if a := c.Get(h.at(v.username, path)); a.Status != http.StatusOK {
				t.Errorf("%s as %s: %d", path, v.username, a.Status)
			}
		}
	}
}
