package cadre_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

func TestTheAuditorSeesWhoSawOrExportedAPerson(t *testing.T) {
	t.Parallel()
	h := register(t)
	n := number(born(1985, 2, 14), 1, idcard.Male)
	path := h.serving("A1", "王㛃·𬭎", n, "clerk", "2021-01-01")
	twin := h.serving("A2", "王㛃·𬭎", number(born(1985, 2, 14), 3, idcard.Male), "clerk", "2021-01-01")
	elsewhere := h.serving("B1", "李秀英", number(born(1986, 2, 14), 1, idcard.Female), "clerk", "2021-01-01")
	clerk, leader, officer := h.As(access.TownshipClerk, "A"), h.As(access.TownshipLeader, "A"), h.As(access.DistrictOfficer, "甲")
	h.As(access.DistrictOfficer, "乙").Post(h.person("C1", "王㛃·𬭎", n)+"/reveal", url.Values{"purpose": {"乙县"}}).Want(http.StatusOK)
	take := func(purpose, query string) url.Values {
		return url.Values{"query": {query}, "column": {"name", "id"}, "purpose": {purpose}}
	}
	leader.Post(path+"/reveal", url.Values{"purpose": {"核对工资卡"}}).Want(http.StatusOK)
	leader.Post(twin+"/reveal", url.Values{"purpose": {"核对另一人"}}).Want(http.StatusOK)
	secret := attach(clerk, path, "identity", "身份证.pdf", certificate("x"))
	clerk.Post(secret+"/reveal", url.Values{"purpose": {"核对证件"}}).Want(http.StatusOK)
	officer.Post("/cadres/export", take("全区年报", "")).Want(http.StatusOK)
	officer.Post("/cadres/export", take("只有一个村", "q=马家沟1村&township="+itoa(h.Units["A"].Township))).Want(http.StatusOK)
	h.As(access.TownshipClerk, "B").Post("/cadres/export", take("柏川镇年报", "")).Want(http.StatusOK)
	officer.Post("/cadres/forms/export", url.Values{"query": {""}, "purpose": {"任免材料"}}).Want(http.StatusOK)
	clerk.Post(path+"/form/print", url.Values{"purpose": {"上会"}}).Want(http.StatusOK)
	clerk.Post(path+"/history", nil).Want(http.StatusOK)

	auditor := h.As(access.Auditor, "甲")
	doc := auditor.Get("/audit/people?q=" + n[14:]).Want(http.StatusOK).Doc()
	if text := doc.Text("tbody"); !strings.Contains(text, "安河镇马家沟1村") || !strings.Contains(text, idcard.Mask(n)) || strings.Contains(text, n) || len(doc.All("tbody tr")) != 1 {
		t.Errorf("the search finds %q", text)
	}
	at := doc.One("tbody a").Attr("href")
	if got := len(auditor.Get("/audit/people?q="+url.QueryEscape("㛃")).Doc().All("tbody tr")) + 10*len(auditor.Get("/audit/people?q="+n).Doc().All("tbody tr")) +
		100*len(auditor.Get("/audit/people?q=%25").Doc().All("tbody tr")); got != 12 {
		t.Errorf("found by a rare character, the whole number, a wildcard: %d", got)
	}
	reasons := func(path string) (out string) {
		for _, row := range auditor.Get(path).Want(http.StatusOK).Doc().All("tbody tr") {
			cells := row.Doc().All(`td[data-label="用途"]`)
			out = cells[0].Text() + " " + out
		}
		return strings.TrimSpace(out)
	}
	if got, want := reasons(at), "核对工资卡 核对证件 全区年报 只有一个村 任免材料 上会"; got != want+" " && got != want {
		t.Errorf("of the person the trail says %q, want %q", got, want)
	}
	if got := reasons(at + "&kind=export"); got != "全区年报 只有一个村 任免材料" {
		t.Errorf("exports: %q", got)
	}
	if got := reasons(at + "&kind=open"); got != "核对证件" {
		t.Errorf("openings: %q", got)
	}
	if got := reasons("/audit/people?person=" + itoa(key(elsewhere))); got != "全区年报 柏川镇年报 任免材料" {
		t.Errorf("of the one in another township: %q", got)
	}
	if got := reasons(at + "&from=2026-01-01&to=2026-11-22"); got != "" {
		t.Errorf("before that day: %q", got)
	}
	if got := reasons(at + "&from=2026-12-01&to=2026-11-22&kind=open"); got != "核对证件" {
		t.Errorf("the days the wrong way round: %q", got)
	}
	if text := auditor.Get(at + "&kind=export").Doc().Text("main"); !strings.Contains(text, "文件指纹(SHA-256)") || !strings.Contains(text, "文件(3行)") || strings.Contains(text, n) {
		t.Errorf("an export says %q", text)
	}
	// A file that was merged into this one is this person too.
	h.Exec(`update persons set merged_into = $1 where id = $2`, key(path), key(twin))
	if got := reasons(at + "&kind=reveal"); got != "核对工资卡 核对另一人" {
		t.Errorf("with the merged file: %q", got)
	}
	query := strings.TrimPrefix(at, "/audit/people?")
	auditor.Post("/audit/people/export", url.Values{"query": {query}}).Want(http.StatusUnprocessableEntity)
	a := auditor.Post("/audit/people/export", url.Values{"query": {query}, "purpose": {"答复本人"}}).Want(http.StatusOK)
	if a.Header.Get("Content-Type") != access.XLSX || h.Count(`select count(*) from audit_log where action = 'export' and object = 'audit_log' and reason = '答复本人'`) != 1 {
		t.Error("the answer was not exported, or the trail does not know it")
	}
	// Nobody else asks, and nobody about another district.
	officer.Get("/audit/people").Want(http.StatusForbidden)
	clerk.Post("/audit/people/export", url.Values{"query": {query}, "purpose": {"x"}}).Want(http.StatusForbidden)
	h.As(access.Auditor, "乙").Get("/audit/people?person=" + itoa(key(path))).Want(http.StatusNotFound)
	h.As(access.Auditor, "乙").Post("/audit/people/export", url.Values{"query": {query}, "purpose": {"x"}}).Want(http.StatusNotFound)
	auditor.Get("/audit/people?person=99999999").Want(http.StatusNotFound)
	h.As(access.DistrictAdmin, "甲").Get(at).Want(http.StatusOK)
}

// A whole register that leaves stays a short line: keys of a load follow each other.
func TestALineOfALargeExportStaysShort(t *testing.T) {
	t.Parallel()
	everybody := access.PeopleOf()
	for id := range int64(3000) {
		if id%7 != 0 {
			everybody.Add(id + 1)
		}
	}
	if n := len(everybody.String()); n > 6000 {
		t.Errorf("%d bytes for 2,571 people", n)
	}
}
