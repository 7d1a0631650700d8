package report_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
)

// rows are the lines of a ready list.
func (o *office) rows(role access.Role, at, query string) (answer string, lines []string) {
	o.T.Helper()
	page := o.As(role, at).Get("/reports/lists?" + query).Want(http.StatusOK).Doc()
	for _, tr := range page.All("table tbody tr") {
		lines = append(lines, tr.Text())
	}
	return page.Text("#f-answer"), lines
}

func TestReadyListsAnswerWithTheirShare(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people() // A1 赵春梅 (本科), A2 and B1 王建国 (高中, born 1970-01)
	o.add(person{at: "A2", name: "驻村的", post: "first_secretary", managed: "dispatched", education: "21", unpaid: true})
	id := o.add(person{at: "B1", name: "吴一肩", post: "vc_member", education: "31", until: "2026-03-01"})
	o.hold(id, person{at: "B1", name: "吴一肩", post: "village_director", until: "2026-08-01"})
	zhao := o.Count(`select id from persons where name = '赵春梅'`)
	o.hold(int64(zhao), person{at: "A1", name: "赵春梅", sex: "2", post: "village_director"})
	o.add(person{at: "A2", name: "钱专业", managed: "professional", post: "village_director", education: "61", since: "2024-01-01"})
	pro := o.add(person{at: "B1", name: "孙专业", managed: "professional", education: "61", since: "2024-01-01"})
	o.Exec(`update appointments set contract_ends_on = '2027-01-31' where person_id = $1`, pro)
	o.Exec(`update persons set phone_cipher = null, phone_index = null where id = $1`, pro)

	for _, c := range []struct {
		query, answer string
		lines         []string
	}{
		{"list=graduates", "3个村(社区)中,1个有大专及以上学历的干部,占33.3%(1/3);没有的2个。", []string{"马家沟2村 安河镇 2 高中(中专)", "马家沟1村 柏川镇 2 高中(中专)"}},
		{"list=graduates&on=2026-07-31", "3个村(社区)中,2个有大专及以上", []string{"马家沟2村 安河镇 2 高中(中专)"}},
		{"list=graduates&level=bachelor_up&on=2026-07-31", "1个有本科及以上", []string{"马家沟2村 安河镇", "马家沟1村 柏川镇"}},
		{"list=aged&at=2029-12-31&age=60", "4名书记中,届时满60周岁的0人", nil},
		{"list=aged&at=2030-01-01&age=60", "4名书记中,届时满60周岁的2人,占50.0%(2/4)", []string{"王建国 马家沟2村 安河镇 1970-01 56 60", "王建国 马家沟1村 柏川镇 1970-01 56 60"}},
		{"list=aged&age=36", "届时满36周岁的4人", []string{"王建国", "王建国", "孙专业", "赵春梅 马家沟1村 安河镇 1990-12 35 36"}}, // the term of 2021 ends in 2026, so on 2026-12-31
		{"list=contracts&months=2", "1名专业化管理的书记中,2个月内到期(含已过期)的0人", nil},
		{"list=contracts&months=3", "3个月内到期(含已过期)的1人,未登记到期日的0人", []string{"孙专业 马家沟1村 柏川镇 2027-01-31 69"}},
		{"list=vacant", "3个村(社区)中,缺党组织书记的0个,缺村(居)委会主任的1个", []string{"马家沟1村 柏川镇 村委会主任 吴一肩 2026-08-01 114"}},
		{"list=dual", "3个有党组织书记的村(社区)中,一肩挑的1个,占33.3%(1/3)", []string{"赵春梅 马家沟1村 安河镇 赵春梅"}},
		{"list=dual&show=no", "一肩挑的1个", []string{"王建国 马家沟2村 安河镇 钱专业", "马家沟1村 柏川镇 空缺"}},
		{"list=missing&field=phone", "5名在任干部中,所选项目齐全的4人,占80.0%(4/5);有缺项的1人:联系电话1人。", []string{"孙专业 马家沟1村 柏川镇 联系电话"}},
		{"list=missing", "有缺项的4人:联系电话1人、入党时间(党员)4人", nil},
		{"list=graduates&q=没有这个村", "没有的2个", nil},
	} {
		answer, lines := o.rows(access.DistrictOfficer, "甲", c.query)
		if !strings.Contains(answer, c.answer) {
			t.Errorf("%s: %s\nwant %s", c.query, answer, c.answer)
		}
		if c.query == "list=missing" {
			continue
		}
		if len(lines) != len(c.lines) {
			t.Errorf("%s: %q", c.query, lines)
			continue
		}
		for i := range lines {
			if !strings.Contains(lines[i], c.lines[i]) {
				t.Errorf("%s, line %d: %q, want %q", c.query, i+1, lines[i], c.lines[i])
			}
		}
	}
	answer, _ := o.rows(access.TownshipClerk, "A", fmt.Sprintf("list=vacant&township=%d", o.Units["B"].Township))
	if !strings.Contains(answer, "安河镇2个村(社区)中") {
		t.Errorf("a clerk who asks for another township: %s", answer)
	}
}

// Who serves in two villages counts in one of them, and is a graduate in both.
func TestAGraduateServesInEveryVillageWhereHeHoldsAPost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.add(person{at: "A1", name: "两村任职", education: "21"})
	o.hold(id, person{at: "A2", name: "两村任职", post: "clerk"})
	o.hold(id, person{at: "A2", name: "两村任职", post: "womens_federation_chair"})
	o.add(person{at: "B1", name: "高中的", education: "61"})
	answer, lines := o.rows(access.DistrictOfficer, "甲", "list=graduates")
	if !strings.Contains(answer, "2个有大专及以上学历") || len(lines) != 1 || !strings.Contains(lines[0], "柏川镇 1 高中") {
		t.Errorf("%s %q", answer, lines)
	}
	if answer, lines := o.rows(access.DistrictOfficer, "甲", "list=graduates&level=bachelor_up&on=2020-12-31"); !strings.Contains(answer, "0个有本科及以上") || len(lines) != 3 {
		t.Errorf("before anybody served: %s %q", answer, lines)
	}
}

func TestReadyListsLeaveAndPrint(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	clerk := o.As(access.TownshipClerk, "A")
	clerk.Post("/reports/lists/export", url.Values{"query": {"list=dual&show=no"}}).Want(http.StatusUnprocessableEntity)
	text := fmt.Sprint(sheet(t, clerk.Post("/reports/lists/export", url.Values{"query": {"list=dual&show=no"}, "purpose": {"换届准备"}}).Want(http.StatusOK).Body))
	for _, want := range []string{"书记、主任一肩挑", "赵春梅", "王建国", "换届准备", "统计截至:2026-11-23"} {
		if !strings.Contains(text, want) {
			t.Errorf("the workbook does not say %s: %s", want, text)
		}
	}
	for _, list := range []string{"", "list=aged", "list=contracts", "list=vacant", "list=dual", "list=missing"} {
		if got := clerk.Get("/reports/lists/print?" + list).Want(http.StatusOK).Doc().Text("main"); strings.Contains(got, "柏川镇") || got == "" {
			t.Errorf("%s on paper: %s", list, got)
		}
	}
	o.As(access.VillageSecretary, "A1").Get("/reports/lists").Want(http.StatusForbidden)
}
