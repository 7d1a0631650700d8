package report_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
)

func TestAPublishedFigureStaysAndLaterDifferencesStandBeside(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	officer := o.As(access.DistrictOfficer, "甲")
	form := url.Values{"query": {"caliber=secretary&on=2026-10-31"}, "title": {"书记结构"}}
	path := officer.Post("/reports/publications", form).Want(http.StatusSeeOther).Location()
	page := officer.Get(path).Want(http.StatusOK).Doc()
	if got := page.Text("main"); !strings.Contains(got, "甲区村党组织书记共3人") || !strings.Contains(got, "数字与发布时一致") {
		t.Errorf("just published: %s", got)
	}
	// The same title twice is one publication.
	officer.Post("/reports/publications", form).Want(http.StatusConflict)
	if n := o.Count(`select count(*) from report_publications`); n != 1 {
		t.Errorf("%d publications", n)
	}
	// A birth that was corrected since, and a post entered late, are differences of that day; a post that begins later is none.
	o.Exec(`update persons set birth_date = '1985-06-01', education = '31' where name = '王建国' and village_id = $1`, o.Units["B1"].Village)
	o.add(person{at: "A1", name: "补录的", since: "2026-10-01", born: "1980-01"})
	o.add(person{at: "A1", name: "后来的", since: "2026-11-01"})
	page = officer.Get(path).Want(http.StatusOK).Doc()
	if got := page.Text("main > p"); !strings.Contains(got, "甲区村党组织书记共3人") {
		t.Errorf("what was published has changed: %s", got)
	}
	found := map[string]string{}
	for _, tr := range page.All("details table tbody tr") {
		td := tr.Doc().All("td")
		found[tr.Doc().Text("th")+" "+td[0].Text()] = td[1].Text() + " → " + td[2].Text()
	}
	for what, want := range map[string]string{"合计 人数": "3 3/3 → 4 4/4", "安河镇 人数": "2 2/2 → 3 3/3", "柏川镇 平均年龄": "56.0 56÷1 → 41.0 41÷1", "合计 最高学历:大专及以上": "1 1/3 → 3 3/4"} {
		if found[what] != want {
			t.Errorf("%s: %q, want %q", what, found[what], want)
		}
	}
	if _, changed := found["柏川镇 人数"]; changed {
		t.Error("a figure that is the same is no correction")
	}
	now := officer.Get(page.One("details table tbody a").Attr("href")).Want(http.StatusOK).Doc()
	if got := now.Text("tbody"); !strings.Contains(got, "补录的") || strings.Contains(got, "后来的") {
		t.Errorf("behind the figure of that day: %s", got)
	}
	if got := officer.Get("/reports/publications").Want(http.StatusOK).Doc().Text("tbody"); !strings.Contains(got, "书记结构 2026-10-31") {
		t.Errorf("the list: %s", got)
	}
}

func TestOnlyTheDistrictPublishes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	form := url.Values{"query": {""}, "title": {"书记结构"}}
	for _, who := range []struct {
		role access.Role
		at   string
	}{{access.DistrictLeader, "甲"}, {access.DistrictAdmin, "甲"}, {access.TownshipClerk, "A"}, {access.TownshipLeader, "A"}, {access.VillageSecretary, "A1"}} {
		o.As(who.role, who.at).Post("/reports/publications", form).Want(http.StatusForbidden)
	}
	officer := o.As(access.DistrictOfficer, "甲")
	officer.Post("/reports/publications", url.Values{"query": {""}, "title": {" "}}).Want(http.StatusUnprocessableEntity)
	officer.Post("/reports/publications", url.Values{"query": {"on=2027-10-31"}, "title": {"明年的"}}).Want(http.StatusUnprocessableEntity)
	if n := o.Count(`select count(*) from report_publications`); n != 0 {
		t.Errorf("refused posts have published %d", n)
	}
	path := officer.Post("/reports/publications", form).Want(http.StatusSeeOther).Location()
	o.As(access.DistrictOfficer, "乙").Get(path).Want(http.StatusNotFound)
	if n := o.Count(`select count(*) from audit_log where action = 'report.publish'`); n != 1 {
		t.Errorf("%d lines of the trail", n)
	}
}
