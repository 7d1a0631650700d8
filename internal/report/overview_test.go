package report_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
)

// honour gives somebody a commendation on a day.
func (o *office) honour(id int64, at, kind, day string) {
	o.T.Helper()
	u := o.Units[at]
	o.Exec(`insert into awards (tenant_id, township_id, village_id, person_id, kind, title, level, doc_no, awarded_on) values ($1, $2, $3, $4, $5, '防汛抢险', 'district', '区委发1号', $6::text::date)`,
		u.Tenant, u.Township, u.Village, id, kind, day)
}

func (o *office) seat(id int64, at, kind, until string) {
	o.T.Helper()
	u := o.Units[at]
	o.Exec(`insert into representative_roles (tenant_id, township_id, village_id, person_id, kind, level, term_no, from_on, to_on)
		values ($1, $2, $3, $4, $5, 'district', '第十九届', '2021-11-20', nullif($6, '')::date)`, u.Tenant, u.Township, u.Village, id, kind, until)
}

func (o *office) rise(id int64, at, kind, day string) {
	o.T.Helper()
	u := o.Units[at]
	o.Exec(`insert into promotions (tenant_id, township_id, village_id, person_id, kind, from_post, to_post, promoted_on) values ($1, $2, $3, $4, $5, '村文书', '专业化书记', $6::text::date)`,
		u.Tenant, u.Township, u.Village, id, kind, day)
}

func docxText(t *testing.T, file []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTheOverviewTellsWhatHappenedAndHowThingsStand(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	a := o.add(person{at: "A1", name: "张三", managed: "professional", since: "2024-05-01", born: "1984-01"})
	b := o.add(person{at: "B1", name: "李四", post: "clerk"})
	o.add(person{at: "A2", name: "王驻村", post: "first_secretary", managed: "dispatched", unpaid: true})
	o.honour(a, "A1", "notice", "2024-07-10")
	o.honour(a, "A1", "notice", "2025-07-10")
	o.honour(b, "B1", "notice", "2019-07-10")         // before the span
	o.honour(b, "B1", "good_secretary", "2026-11-24") // tomorrow
	o.seat(a, "A1", "npc_deputy", "")
	o.seat(a, "A1", "party_delegate", "")
	o.seat(b, "B1", "npc_deputy", "") // a clerk is no member of the committees
	o.rise(a, "A1", "professional_secretary", "2024-05-01")
	gone := o.add(person{at: "B1", name: "周升了", until: "2025-01-01"})
	o.rise(gone, "B1", "leading_group", "2025-01-01")
	o.seat(gone, "B1", "npc_deputy", "")
	over := o.add(person{at: "A2", name: "吴届满", post: "vc_member"})
	o.seat(over, "A2", "cppcc_member", "2026-06-30")

	officer := o.As(access.DistrictOfficer, "甲")
	page := officer.Get("/reports/overview").Want(http.StatusOK).Doc()
	want := map[string]string{"专业化管理的村党组织书记": "1 名", "村党组织书记平均年龄": "47.3 岁", "村党组织书记大专及以上学历": "50.0%", "驻村帮扶干部": "1 名",
		"在职领取报酬的村(社区)干部": "6 名", "受到通报表扬的干部": "1 名", "村“两委”成员中的两代表一委员": "1 名", "选聘为专业化管理书记": "1 名", "进入乡镇领导班子": "1 名"}
	for _, s := range page.All(".stat") {
		label, value := s.Doc().Text(".stat-label"), s.Doc().Text(".stat-value")
		if want[label] != value {
			t.Errorf("%s: %s, want %q", label, value, want[label])
		}
		delete(want, label)
		officer.Get(s.Attr("href")).Want(http.StatusOK)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	list := officer.Get("/reports/overview/list?figure=notice").Want(http.StatusOK).Doc()
	if got := list.Text("main"); !strings.Contains(got, "共1人、2人次") || strings.Contains(got, "李四") {
		t.Errorf("commendations: %s", got)
	}
	if got := officer.Get("/reports/overview/list?figure=notice&from=2019-01-01").Want(http.StatusOK).Doc().Text("main"); !strings.Contains(got, "共2人、3人次") {
		t.Errorf("from 2019 on: %s", got)
	}
	if got := officer.Get("/reports/overview/list?figure=delegates").Want(http.StatusOK).Doc().Text("tbody"); !strings.Contains(got, "区级人大代表") || strings.Contains(got, "李四") || strings.Contains(got, "吴届满") {
		t.Errorf("seats: %s", got)
	}
	if got := officer.Get("/reports/overview/list?figure=delegates&on=2026-06-30").Want(http.StatusOK).Doc().Text("tbody"); !strings.Contains(got, "吴届满") {
		t.Errorf("seats in June: %s", got)
	}
	text := docxText(t, officer.Post("/reports/overview/document", url.Values{"query": {""}}).Want(http.StatusOK).Body)
	for _, one := range []string{"甲区村(社区)干部队伍建设工作综述", "一、队伍结构。公开选聘专业化管理的村党组织书记1名,村党组织书记平均年龄47.3岁", "时段数字自2021年11月23日起", "年龄合计189÷4人"} {
		if !strings.Contains(text, one) {
			t.Errorf("the document does not say %s", one)
		}
	}
	if n := o.Count(`select count(*) from audit_log where action = 'export' and reason = '工作综述'`); n != 1 {
		t.Errorf("%d lines of the trail", n)
	}
}

func TestTheOverviewObeysTheScope(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	for _, v := range []string{"A2", "B1", "C1"} {
		id := o.Count(`select id from persons where name = '王建国' and village_id = $1`, o.Units[v].Village)
		o.honour(int64(id), v, "notice", "2025-07-10")
	}
	for _, who := range []struct {
		role access.Role
		at   string
		want string
	}{{access.DistrictOfficer, "甲", "2名干部受到通报表扬"}, {access.TownshipClerk, "A", "1名干部受到通报表扬"}, {access.DistrictOfficer, "乙", "1名干部受到通报表扬"}} {
		c := o.As(who.role, who.at)
		if got := c.Get("/reports/overview").Want(http.StatusOK).Doc().Text("#f-answer"); !strings.Contains(got, who.want) {
			t.Errorf("%s at %s: %s", who.role, who.at, got)
		}
		c.Post("/reports/overview/list/export", url.Values{"query": {"figure=notice"}}).Want(http.StatusUnprocessableEntity)
		rows := sheet(t, c.Post("/reports/overview/list/export", url.Values{"query": {"figure=notice"}, "purpose": {"核对"}}).Want(http.StatusOK).Body)
		if n := strings.Count(fmt.Sprint(rows), "王建国"); fmt.Sprint(n) != who.want[:1] {
			t.Errorf("%s at %s exports %d", who.role, who.at, n)
		}
		if n := o.Count(`select count(*) from audit_log where action = 'export' and detail->>'persons' <> '{}' and detail->>'filter' like '%范围:' || $1 || '。共%'`, map[string]string{"甲": "甲区", "乙": "乙县", "A": "安河镇"}[who.at]); n == 0 {
			t.Error("the trail does not say whose data left")
		}
	}
	o.As(access.VillageClerk, "A1").Get("/reports/overview").Want(http.StatusForbidden)
}
