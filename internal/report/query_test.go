package report_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

func answer(d testkit.Doc) string { return d.Text("#f-answer") }

func TestAQuestionIsAnsweredInWordsFirst(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	o.add(person{at: "A2", name: "李没学历", sex: "2", born: "1992-01", education: "-", post: "clerk"})
	o.add(person{at: "B1", name: "孙文书", sex: "2", born: "1988-01", education: "31", post: "clerk", political: "13"})
	c := o.As(access.DistrictOfficer, "甲")
	page := c.Get("/reports/query?sex=2&age_to=40&education=college_up&political=01&political=02").Want(http.StatusOK).Doc()
	if got := page.Text(".asked"); got != "截至2026年11月23日,甲区村(社区)干部中,同时符合“女性、40岁及以下(1985-12及以后出生)、大专及以上、中共党员或中共预备党员”的有多少人?" {
		t.Errorf("the question: %s", got)
	}
	if got := answer(page); !strings.Contains(got, "甲区村(社区)干部共5人,其中女性、40岁及以下") || !strings.Contains(got, "的1人,占25.0%(1/4)。另有1人未登记学历,未计入。") {
		t.Errorf("the answer: %s", got)
	}
	if got := page.Text("#roster tbody"); !strings.Contains(got, "赵春梅") || strings.Contains(got, "孙文书") || strings.Contains(got, "李没学历") {
		t.Errorf("the roster: %s", got)
	}
	if got := page.Text("main > .table-wrap tfoot"); got != "合计 1 5 1 25.0% (1/4)" {
		t.Errorf("the total: %s", got)
	}
	lost := c.Get("/reports/query?sex=2&age_to=40&education=college_up&show=lost").Want(http.StatusOK).Doc()
	if got := lost.Text("#roster tbody"); !strings.Contains(got, "李没学历") || strings.Contains(got, "赵春梅") {
		t.Errorf("those of whom it cannot be told: %s", got)
	}
}

func TestConditionsNarrow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	o.add(person{at: "A2", name: "钱专业", managed: "professional", since: "2025-06-01", origin: "veteran", joined: "2000-01-01", education: "31", born: "1985-03"})
	o.add(person{at: "A2", name: "周驻村", post: "first_secretary", managed: "dispatched", unpaid: true, education: "21"})
	both := o.add(person{at: "B1", name: "吴一肩", post: "village_director", unpaid: true, since: "2012-01-01"})
	o.hold(both, person{at: "B1", name: "吴一肩", post: "party_secretary", unpaid: true, since: "2012-01-01"})
	c := o.As(access.DistrictOfficer, "甲")
	for query, want := range map[string]string{
		"":                                     "王建国 王建国 吴一肩 赵春梅 钱专业",
		"managed=professional":                 "钱专业",
		"origin=veteran&origin=graduate":       "赵春梅 钱专业",
		"ethnic=minority":                      "赵春梅",
		"ethnic=04":                            "赵春梅",
		"dual=yes":                             "吴一肩",
		"post_from=10":                         "吴一肩",
		"post_to=2":                            "钱专业",
		"party_from=20":                        "钱专业",
		"party_to=20":                          "赵春梅",
		"education=bachelor":                   "赵春梅",
		"education=college&education=bachelor": "吴一肩 赵春梅 钱专业",
		"post=first_secretary":                 "周驻村",
		"caliber=resident":                     "周驻村",
		"caliber=paid&post=village_director":   "",
		"caliber=paid":                         "王建国 王建国 赵春梅 钱专业",
		"age_from=41&age_to=41":                "钱专业",
		"on=2020-12-31":                        "吴一肩",
		"age_from=x&sex=9":                     "王建国 王建国 吴一肩 赵春梅 钱专业",
		fmt.Sprintf("township=%d", o.Units["B"].Township):                                    "王建国 吴一肩",
		fmt.Sprintf("township=%d&township=%d", o.Units["B"].Township, o.Units["A"].Township): "王建国 王建国 吴一肩 赵春梅 钱专业",
		fmt.Sprintf("township=%d", o.Units["C"].Township):                                    "王建国 王建国 吴一肩 赵春梅 钱专业",
	} {
		var names []string
		for _, th := range c.Get("/reports/query?sort=name&" + query).Want(http.StatusOK).Doc().All("#roster tbody th") {
			names = append(names, th.Text())
		}
		got := strings.Join(names, " ")
		if sorted(got) != sorted(want) {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if got := answer(o.As(access.TownshipClerk, "B").Get(fmt.Sprintf("/reports/query?township=%d", o.Units["A"].Township)).Want(http.StatusOK).Doc()); !strings.Contains(got, "柏川镇村(社区)干部共2人") {
		t.Errorf("a clerk who asks for another township: %s", got)
	}
}

// 一肩挑 is both posts of one village, whichever of them the caliber counts.
func TestBothPostsOfAVillageAreFoundInEveryCaliber(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	both := o.add(person{at: "A1", name: "一肩挑", post: "party_secretary"})
	o.hold(both, person{at: "A1", name: "一肩挑", post: "village_director"})
	two := o.add(person{at: "A2", name: "两村各一", post: "party_secretary"})
	o.hold(two, person{at: "A1", name: "两村各一", post: "village_director", until: "2020-01-01", since: "2019-01-01"})
	o.hold(two, person{at: "B1", name: "两村各一", post: "village_director"})
	c := o.As(access.DistrictOfficer, "甲")
	for _, query := range []string{"dual=yes", "dual=yes&caliber=secretary", "dual=yes&caliber=committee", "dual=yes&post=party_secretary"} {
		if got := c.Get("/reports/query?" + query).Want(http.StatusOK).Doc().Text("#roster tbody"); !strings.Contains(got, "一肩挑") || strings.Contains(got, "两村各一") {
			t.Errorf("%s: %s", query, got)
		}
	}
	if got := answer(c.Get("/reports/query?dual=yes&caliber=secretary").Want(http.StatusOK).Doc()); !strings.Contains(got, "共2人,其中书记、主任一肩挑的1人,占50.0%(1/2)") {
		t.Errorf("the share: %s", got)
	}
	// Ticks that the caliber does not hold are no condition, and the page says so.
	page := c.Get("/reports/query?caliber=secretary&post=village_director").Want(http.StatusOK).Doc()
	if got := page.Text(".notice-warn"); !strings.Contains(got, "村委会主任") || !strings.Contains(answer(page), "村党组织书记共2人") {
		t.Errorf("a post outside the caliber: %s", got)
	}
}

func TestPersonalColumnsAreMaskedUntilTheyLeaveForAPurpose(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	clerk := o.As(access.TownshipClerk, "A")
	query := "sex=2&column=id&column=phone&column=birth"
	page := clerk.Get("/reports/query?" + query).Want(http.StatusOK).Doc()
	if got := page.Text("#roster tbody"); !strings.Contains(got, "622621********") || !strings.Contains(got, "139****0001") || strings.Contains(got, "19901215") {
		t.Errorf("on the page: %s", got)
	}
	export := url.Values{"query": {query}}
	clerk.Post("/reports/query/export", export).Want(http.StatusUnprocessableEntity)
	o.As(access.TownshipFinance, "A").Post("/reports/query/export", url.Values{"query": {query}, "purpose": {"看看"}}).Want(http.StatusForbidden)
	if n := o.Count(`select count(*) from audit_log where action = 'export'`); n != 0 {
		t.Errorf("%d exports", n)
	}
	export.Set("purpose", "年报核对")
	text := fmt.Sprint(sheet(t, clerk.Post("/reports/query/export", export).Want(http.StatusOK).Body))
	if !strings.Contains(text, "62262119901215") || !strings.Contains(text, "13900000001") || strings.Contains(text, "王建国") {
		t.Errorf("in the file: %s", text)
	}
	if n := o.Count(`select count(*) from audit_log where action = 'export' and reason = '年报核对' and (detail->>'rows')::int = 1`); n != 1 {
		t.Errorf("%d lines of the trail", n)
	}
}
