package app_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"touyan/internal/platform/idcard"
)

// number asks the database, past all policies.
func (h *demoHouse) number(sql string, args ...any) (n int64) {
	h.t.Helper()
	if err := h.owner().QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// The term of a whole township of the demonstration district changes: every village is filled in on its page, the leader
// applies all of them, and the month's open sheet finds out by itself. Every count is taken from the raw tables.
func TestATownshipOfTheDistrictChangesItsTerm(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	officer, clerk, leader := h.client("wd-officer"), h.client("anhua-clerk"), h.client("anhua-leader")
	round := officer.Post("/elections", url.Values{"name": {"2026年村(社区)“两委”换届"}, "term_no": {"12"}, "party_on": {"2026-11-22"},
		"committee_on": {"2026-11-23"}}).Want(http.StatusSeeOther).Location()
	township := h.number(`select t.id from townships t join tenants d on d.id = t.tenant_id where t.name = '安化镇' and d.code = '621202'`)
	town := round + "/townships/" + strconv.FormatInt(township, 10)
	const bodies = `('party_secretary', 'party_deputy_secretary', 'party_committee_member', 'village_director', 'vc_deputy_director', 'vc_member')`
	before := h.number(`select count(*) from appointments where township_id = $1 and upper_inf(during) and position_code in `+bodies, township)
	villages := h.number(`select count(*) from villages where township_id = $1 and valid_to is null`, township)
	elsewhere := h.number(`select count(*) from appointments where township_id <> $1 and upper_inf(during)`, township)
	other := h.number(`select count(*) from appointments where township_id = $1 and upper_inf(during) and position_code not in `+bodies, township)
	if before == 0 || villages == 0 {
		t.Fatal("the township of the demonstration is empty")
	}
	// One who stands on the month's sheet by one paid post alone leaves, and a newcomer takes it.
	leaver := h.number(`select min(a.id) from appointments a join assessment_rows r on r.tenant_id = a.tenant_id and r.person_id = a.person_id and r.month = '2026-11-01' and r.removed_at is null
		where a.township_id = $1 and upper_inf(a.during) and a.is_paid and a.position_code in ('vc_deputy_director', 'vc_member')
			and not exists (select from appointments b where b.tenant_id = a.tenant_id and b.person_id = a.person_id and b.id <> a.id and upper_inf(b.during))`, township)
	village := h.number(`select village_id from appointments where id = $1`, leaver)

	page := clerk.Get(town).Want(http.StatusOK).Doc()
	for _, a := range page.All(`td a[href*="/villages/"]`) {
		path := a.Attr("href")
		f := url.Values(clerk.Get(path).Want(http.StatusOK).Doc().One(`main form[action*="/villages/"]`).Fields())
		f.Set("doc", "安党发〔2026〕11号")
		f.Set("vacancy", "另行选举")
		f.Set("fill", "1")
		if strings.HasSuffix(path, "/"+strconv.FormatInt(village, 10)) {
			f.Set("d."+strconv.FormatInt(leaver, 10), "leave")
			for name, value := range map[string]string{"name": "周新生", "number": idcard.Make("621202", time.Date(1998, 4, 5, 0, 0, 0, 0, time.UTC), 301, idcard.Female),
				"post": "vc_member", "terms": "village", "education": "31", "political": "01"} {
				f.Set("n.0."+name, value)
			}
		}
		clerk.Post(path, f).Want(http.StatusSeeOther)
	}
	checked := leader.Get(town + "/check").Want(http.StatusOK).Doc()
	if text := checked.Text("main"); !strings.Contains(text, "没有发现问题") || !strings.Contains(text, "一肩挑") {
		t.Fatalf("the check says %.2000s", text)
	}
	leader.Post(town+"/apply", nil).Want(http.StatusSeeOther)

	for what, counts := range map[string][2]int64{
		"posts that ended with the term": {before, h.number(`select count(*) from appointments where township_id = $1 and way_out = 'term_end' and out_doc_no = '安党发〔2026〕11号'
			and upper(during) = case when position_code like 'party%' then date '2026-11-22' else date '2026-11-23' end`, township)},
		"posts of the new term": {before, h.number(`select count(*) from appointments where township_id = $1 and upper_inf(during) and term_no = 12 and way_in = 'election'
			and lower(during) = case when position_code like 'party%' then date '2026-11-22' else date '2026-11-23' end`, township)},
		"posts of the bodies that go on": {before, h.number(`select count(*) from appointments where township_id = $1 and upper_inf(during) and position_code in `+bodies, township)},
		"posts of other kinds":           {other, h.number(`select count(*) from appointments where township_id = $1 and upper_inf(during) and position_code not in `+bodies, township)},
		"posts of other townships":       {elsewhere, h.number(`select count(*) from appointments where township_id <> $1 and upper_inf(during)`, township)},
		"villages applied":               {villages, h.number(`select count(*) from election_drafts where township_id = $1 and applied_at is not null`, township)},
		"lines of the trail":             {1, h.number(`select count(*) from audit_log where action = 'cadre.election' and (detail->>'ended')::int = $1 and (detail->>'files')::int = 1`, before)},
		"files of newcomers":             {1, h.number(`select count(*) from persons where name = '周新生' and sex = '2' and education = '31'`)},
		"pay that those who stayed keep": {0, h.number(`select count(*) from appointments a join appointments b on b.tenant_id = a.tenant_id and b.person_id = a.person_id and b.village_id = a.village_id
			and b.position_code = a.position_code and upper(b.during) = lower(a.during) where a.township_id = $1 and a.term_no = 12
			and (a.pay_scheme <> b.pay_scheme or a.is_paid <> b.is_paid or a.management_type <> b.management_type)`, township)},
	} {
		if counts[0] != counts[1] {
			t.Errorf("%s: %d, want %d", what, counts[1], counts[0])
		}
	}
	// The sheet of the open month lists what changed on its roster; nothing else of it moved.
	sheet := h.number(`select id from assessment_sheets where township_id = $1 and month = '2026-11-01'`, township)
	changes := clerk.Get("/assessment/sheets/" + strconv.FormatInt(sheet, 10) + "/roster").Want(http.StatusOK).Doc().Text("main")
	var left string
	if err := h.owner().QueryRow(context.Background(), `select person_name from appointments where id = $1`, leaver).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(changes, "周新生") || !strings.Contains(changes, left) {
		t.Errorf("the sheet does not list %s and the newcomer: %.600s", left, changes)
	}
	if n := h.number(`select count(*) from assessment_rows r join persons p on p.tenant_id = r.tenant_id and p.id = r.person_id where p.name = '周新生'`); n != 0 {
		t.Error("the newcomer stands on the sheet before anybody accepted")
	}
	if text := officer.Get(round).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "安化镇 已应用") {
		t.Errorf("the board says %.400s", text)
	}
}
