package app_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"touyan/internal/testkit"
)

// asOf are the days on which the figures are counted again.
var asOf = []string{"2026-11-23", "2025-12-31", "2024-03-15"}

// shownRows are the lines of a structure table, by the title of the line; lines that count nobody may be missing.
func shownRows(page testkit.Doc) map[string][]string {
	out := map[string][]string{}
	for _, tr := range page.All("table")[0].Doc().All("tbody tr, tfoot tr") {
		var cells []string
		for _, td := range tr.Doc().All("td") {
			cells = append(cells, td.Text())
		}
		out[tr.Doc().Text("th")] = cells
	}
	return out
}

func compareRows(t *testing.T, path, set string, shown map[string][]string, groups map[string][]counted, all []counted) {
	t.Helper()
	groups["合计"] = all
	for title, list := range groups {
		want := rawRow(set, list)
		if got := shown[title]; !slices.Equal(got, want) {
			t.Errorf("%s, %s:\nshown   %q\ncounted %q", path, title, got, want)
		}
	}
	for title, cells := range shown {
		if _, ok := groups[title]; !ok && cells[0] != "0" {
			t.Errorf("%s: %s counts %s, which nobody counts again", path, title, cells[0])
		}
	}
}

// Every figure of the structure page equals one that is counted again from the tables, by rules that share nothing with it.
func TestStructureFiguresAreCountedAgain(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	r := rawRegister(t, h.owner())
	officer, clerk := h.client("wd-officer"), h.client("anhua-clerk")
	for _, on := range asOf {
		day, err := time.Parse(time.DateOnly, on)
		if err != nil {
			t.Fatal(err)
		}
		for caliber := range rawCalibers {
			people := r.who(caliber, day, false)
			if len(people) == 0 && caliber != "supervision" {
				t.Fatalf("nobody of %s on %s", caliber, on)
			}
			towns, villages, anhua := map[string][]counted{}, map[string][]counted{}, []counted{}
			for _, c := range people {
				towns[c.top.TownshipName] = append(towns[c.top.TownshipName], c)
				if c.top.TownshipName == "安化镇" {
					anhua = append(anhua, c)
					villages[c.top.VillageName] = append(villages[c.top.VillageName], c)
				}
			}
			for set := range rawColumns {
				path := fmt.Sprintf("/reports/structure?caliber=%s&on=%s&set=%s", caliber, on, set)
				compareRows(t, path, set, shownRows(officer.Get(path).Want(http.StatusOK).Doc()), towns, people)
				if set == "" || set == "service" { // the clerk's own township, village by village
					compareRows(t, path+" as the clerk", set, shownRows(clerk.Get(path).Want(http.StatusOK).Doc()), villages, anhua)
				}
			}
		}
	}
}

// The same by post, and counting posts instead of people.
func TestStructureFiguresByPostAreCountedAgain(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	r := rawRegister(t, h.owner())
	officer := h.client("wd-officer")
	titles := map[string]string{"party_secretary": "村党组织书记", "village_director": "村委会主任", "party_deputy_secretary": "副书记", "vc_deputy_director": "村委会副主任",
		"party_committee_member": "支委", "vc_member": "村委会委员"}
	for _, on := range asOf {
		day, err := time.Parse(time.DateOnly, on)
		if err != nil {
			t.Fatal(err)
		}
		for count, byPost := range map[string]bool{"": false, "post": true} {
			list := r.who("committee", day, byPost)
			posts := map[string][]counted{}
			for _, c := range list {
				posts[titles[c.top.Position]] = append(posts[titles[c.top.Position]], c)
			}
			path := fmt.Sprintf("/reports/structure?caliber=committee&by=post&on=%s&count=%s", on, count)
			compareRows(t, path, "", shownRows(officer.Get(path).Want(http.StatusOK).Doc()), posts, list)
		}
	}
}

// 工作综述 equals the same tables, and on the present day the figures that the practice published.
func TestOverviewFiguresAreCountedAgain(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	r := rawRegister(t, h.owner())
	officer := h.client("wd-officer")
	labels := map[string]string{"notice": "受到通报表扬的干部", "good_secretary": "担当作为好支书", "professional_secretary": "选聘为专业化管理书记",
		"institution_head": "任副科级事业站所负责人", "leading_group": "进入乡镇领导班子"}
	for _, on := range asOf {
		day, err := time.Parse(time.DateOnly, on)
		if err != nil {
			t.Fatal(err)
		}
		from := day.AddDate(-5, 0, 0)
		want := map[string]string{}
		put := func(label, unit string, n int) {
			if n > 0 {
				want[label] = fmt.Sprint(n, " ", unit)
			}
		}
		secretaries, professional, college, years := r.who("secretary", day, false), 0, 0, 0
		for _, c := range secretaries {
			years += c.age()
			if c.managed["professional"] {
				professional++
			}
			if c.Education < "40" {
				college++
			}
		}
		put("专业化管理的村党组织书记", "名", professional)
		want["村党组织书记平均年龄"] = oneDecimal(years, len(secretaries)) + " 岁"
		want["村党组织书记大专及以上学历"] = oneDecimal(100*college, len(secretaries)) + "%"
		put("驻村帮扶干部", "名", len(r.who("resident", day, false)))
		put("在职领取报酬的村(社区)干部", "名", len(r.who("paid", day, false)))
		people := map[string]map[int64]bool{}
		for _, a := range r.acts {
			if label := labels[a.Kind]; label != "" && !a.From.Before(from) && !a.From.After(day) {
				if people[label] == nil {
					people[label] = map[int64]bool{}
				}
				people[label][a.Person] = true
			}
		}
		for label, set := range people {
			put(label, "名", len(set))
		}
		members, seated := map[int64]bool{}, map[int64]bool{}
		for _, c := range r.who("committee", day, false) {
			members[c.ID] = true
		}
		for _, s := range r.seats {
			if members[s.Person] && !s.From.After(day) && (s.To == nil || !s.To.Before(day)) {
				seated[s.Person] = true
			}
		}
		put("村“两委”成员中的两代表一委员", "名", len(seated))
		got := map[string]string{}
		for _, s := range officer.Get("/reports/overview?on=" + on).Want(http.StatusOK).Doc().All(".stat") {
			got[s.Doc().Text(".stat-label")] = s.Doc().Text(".stat-value")
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s:\nshown   %v\ncounted %v", on, got, want)
		}
	}
	said := officer.Get("/reports/overview").Want(http.StatusOK).Doc().Text("#f-answer")
	for _, published := range []string{"书记183名", "平均年龄41.8岁", "占70.2%", "驻村帮扶干部954名", "干部2383名", "16名干部受到通报表扬", "“担当作为好支书”20名", "386名当选",
		"69名选聘为", "23名提拔为", "4名进入"} {
		if !strings.Contains(said, published) {
			t.Errorf("the overview does not say %s: %s", published, said)
		}
	}
}

// One month of one birth moves the mean and the group, and the list behind them.
func TestOneMonthOfABirthMovesTheFigures(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	officer := h.client("wd-officer")
	before := shownRows(officer.Get("/reports/structure").Want(http.StatusOK).Doc())["合计"]
	var id int64
	var name string
	var year int // in December of 1990, 1980 and 1970 those were born who are the oldest of their group today
	err := h.owner().QueryRow(context.Background(), `update persons p set birth_date = birth_date - interval '1 month' where p.id = (select p.id from persons p
			join appointments a on a.tenant_id = p.tenant_id and a.person_id = p.id and a.position_code = 'party_secretary' and a.during @> date '2026-11-23'
			where p.tenant_id = (select id from tenants where code = '621202') and extract(month from p.birth_date) = 12
				and extract(year from p.birth_date) in (1990, 1980, 1970) order by p.id limit 1) returning p.id, p.name, extract(year from p.birth_date)::int`).Scan(&id, &name, &year)
	if err != nil {
		t.Fatal(err)
	}
	after := shownRows(officer.Get("/reports/structure").Want(http.StatusOK).Doc())["合计"]
	number := func(cells []string, i int) (n int) {
		_, _ = fmt.Sscan(cells[i], &n)
		return n
	}
	group := map[int]int{1990: 4, 1980: 5, 1970: 6}[year]
	if number(after, group) != number(before, group)-1 || number(after, group+1) != number(before, group+1)+1 {
		t.Errorf("born in %d: the group %s → %s, the next one %s → %s", year, before[group], after[group], before[group+1], after[group+1])
	}
	sum := func(cells []string) (n int) {
		_, _ = fmt.Sscanf(strings.Fields(cells[8])[1], "%d÷", &n)
		return n
	}
	if sum(after) != sum(before)+1 {
		t.Errorf("the sum of ages %s → %s", before[8], after[8])
	}
	list := officer.Get(fmt.Sprintf("/reports/structure/list?col=%s&q=%s", []string{"age_45", "age_55", "age_56"}[group-4], name)).Want(http.StatusOK).Doc()
	if !list.Has(fmt.Sprintf("tbody a[href='/cadres/%d']", id)) {
		t.Errorf("%s does not stand in the list of the next group: %s", name, list.Text("tbody"))
	}
}
