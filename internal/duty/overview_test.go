package duty_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/duty"
)

func TestCoverageCountsOnlyDaysWithSomebodyInPost(t *testing.T) {
	t.Parallel()
	var c duty.Coverage
	c.Add(duty.Line{Number: 1}, 26)
	c.Add(duty.Line{Number: 2, EmptyDays: 1<<2 | 1<<29, AbsentDays: 1 << 9, CheckedDays: 1<<9 | 1<<10}, 26) // the 30th is still to come
	c.Add(duty.Line{Number: 0, EmptyDays: 1}, 26)                                                           // a draft hangs on no wall
	c.Add(duty.Line{}, 26)
	want := duty.Coverage{Villages: 4, Unpublished: 2, Holed: 1, HoleDays: 2, Checked: 1, CheckDays: 2, AbsentDays: 1, Required: 104, Covered: 50}
	if c != want {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	if c.Rate() != "48.0%" {
		t.Error(c.Rate())
	}
	for _, x := range []struct {
		covered, required int
		want              string
	}{{0, 0, "—"}, {18225, 18226, "99.9%"}, {18226, 18226, "100.0%"}, {0, 30, "0.0%"}} {
		if got := (duty.Coverage{Covered: x.covered, Required: x.required}).Rate(); got != x.want {
			t.Errorf("%d of %d: %s, want %s", x.covered, x.required, got, x.want)
		}
	}
}

// overviewOf is the address of a month's overview, drilled down to a township.
func (p *patrol) overviewOf(unit string) string {
	return fmt.Sprintf("/duty/overview/2026-11/%d", p.Units[unit].Township)
}

func TestTheOverviewLeadsFromDistrictToVillage(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.Exec(`update duty_rosters set number = 0 where village_id = $1`, p.Units["A2"].Village)
	clerk := p.As(access.TownshipClerk, "A")
	clerk.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")).Want(http.StatusSeeOther)

	officer := p.As(access.DistrictOfficer, "甲")
	a := officer.Get("/duty/overview").Want(http.StatusSeeOther)
	if a.Location() != "/duty/overview/2026-11" {
		t.Fatalf("it leads to %s", a.Location())
	}
	district := officer.Get(a.Location()).Want(http.StatusOK).Doc()
	if got := district.Text(".stat-value"); !strings.HasPrefix(got, "65.2%") { // 45 of 3 villages × 23 days
		t.Errorf("the district's rate is %s", got)
	}
	rows := district.All("tbody tr")
	if len(rows) != 2 || !strings.HasPrefix(rows[0].Text(), "安河镇 47.8% 1 1 1 1") {
		t.Fatalf("%d townships: %s", len(rows), district.Text("tbody"))
	}
	if n := len(district.All(".heat-block svg")); n != 2 {
		t.Errorf("%d blocks on the map", n)
	}
	link := district.One("tbody tr a").Attr("href")
	if link != p.overviewOf("A") {
		t.Errorf("the township's link is %s", link)
	}
	township := officer.Get(link).Want(http.StatusOK).Doc()
	sheets := fmt.Sprintf("/duty/2026-11/wall/%d", p.Units["A"].Township)
	if !township.Has(`a[href="`+sheets+`"]`) || district.Has(`a[href*="/wall/"]`) {
		t.Error("the township's page does not lead to its wall sheets")
	}
	officer.Get(sheets).Want(http.StatusOK)
	marks := map[string]int{}
	for _, td := range township.All("tbody td.heat-cell") {
		marks[td.Text()]++
	}
	if marks["缺"] != 1 || marks["空"] != 1 || marks["—"] != 30 || marks[""] != 28 {
		t.Errorf("the cells are %v", marks)
	}
	if got := township.One("tbody tr a").Attr("href"); !strings.HasPrefix(got, "/duty/rosters/") {
		t.Errorf("a village leads to %s", got)
	}

	own := clerk.Get("/duty/overview/2026-11").Want(http.StatusOK).Doc()
	if n := len(own.All("tbody tr")); n != 2 {
		t.Errorf("the township sees %d villages", n)
	}
	for _, path := range []string{p.overviewOf("B"), p.overviewOf("C"), strings.Replace(p.overviewOf("B"), "2026-11", "2026-11/turns", 1)} {
		clerk.Get(path).Want(http.StatusNotFound)
	}
	officer.Get(p.overviewOf("C")).Want(http.StatusNotFound)
	officer.Get("/duty/overview/1999-01").Want(http.StatusNotFound)
	p.As(access.VillageSecretary, "A1").Get("/duty/overview/2026-11").Want(http.StatusForbidden)
}

func TestTurnsCountWhoReallyStoodAndWhoNeverDid(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.hire("A1", "王芳", "clerk") // on the team, without a turn
	p.Exec(`insert into duty_stands (tenant_id, township_id, village_id, roster_id, on_day, person_id, person_name, title, reason, recorded_by, recorded_at)
		select tenant_id, township_id, village_id, id, '2026-11-02', $1, '张伟', '书记', '临时调换', '王', now() from duty_rosters where village_id = $2`,
		p.people["A1/张伟"], p.Units["A1"].Village)
	doc := p.As(access.TownshipClerk, "A").Get("/duty/overview/2026-11/turns").Want(http.StatusOK).Doc()
	rows := doc.All("tbody tr")
	if len(rows) != 2 || !strings.HasPrefix(rows[0].Text(), "马家沟1村 3 9.7 0 16 差距较大") || !strings.HasPrefix(rows[1].Text(), "马家沟2村 2 14.5 14 15 均衡") {
		t.Errorf("turns: %s", doc.Text("tbody"))
	}
	doc = p.As(access.DistrictLeader, "甲").Get("/duty/overview/2026-11/turns").Want(http.StatusOK).Doc()
	if rows := doc.All("tbody tr"); len(rows) != 2 || !strings.HasPrefix(rows[0].Text(), "安河镇 2 5 11.6 0 16 马家沟1村(0—16次)") {
		t.Errorf("by township: %s", doc.Text("tbody"))
	}
}

func TestTheOverviewIsExported(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.DistrictOfficer, "甲")
	c.Post("/duty/overview/2026-11/export", nil).Want(http.StatusUnprocessableEntity) // what for?
	if n := p.Count(`select count(*) from audit_log where action = 'export'`); n != 0 {
		t.Errorf("a refused export left %d lines", n)
	}
	a := c.Post("/duty/overview/2026-11/export", url.Values{"purpose": {"值班通报"}}).Want(http.StatusOK)
	rows := cells(t, a.Body)
	if len(rows) < 5 || !strings.Contains(strings.Join(rows[3], "|"), "安河镇|马家沟1村|第1版,有空岗|100.0%|30日|0||2|14.5|14|15") {
		t.Errorf("the workbook holds %q", rows)
	}
	a = c.Post("/duty/overview/2026-11/checks/export", url.Values{"purpose": {"抽查通报"}}).Want(http.StatusOK)
	if rows := cells(t, a.Body); len(rows) == 0 || !strings.Contains(fmt.Sprint(rows), "抽查时间") {
		t.Errorf("the list of checks holds %q", rows)
	}
}

// cells reads a workbook back.
func cells(t *testing.T, file []byte) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
