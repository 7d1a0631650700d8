package account_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/testkit"
)

// rows reads the cells of an exported workbook below its head.
func rows(t *testing.T, a testkit.Answer) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(a.Want(http.StatusOK).Body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheListIsFilteredInTheAddress(t *testing.T) {
	t.Parallel()
	w := world(t)
	for i := range 55 {
		w.NewMember(fmt.Sprintf("many-%d", i), access.NewAccount{Username: fmt.Sprintf("many-%02d", i), Name: fmt.Sprintf("同志%02d", i),
			Role: access.VillageClerk}, "A1")
	}
	w.NewMember("sibling", access.NewAccount{Username: "many-b1", Name: "同志00", Role: access.VillageClerk}, "B1")
	clerk := w.As(access.TownshipClerk, "A")
	first := clerk.Get("/accounts?q=many-&role=village_clerk").Want(http.StatusOK).Doc()
	if n := len(first.All("tbody tr")); n != 50 {
		t.Errorf("%d rows on the first page", n)
	}
	next := ""
	for _, a := range first.All(".pager a") {
		if a.Text() == "下一页" {
			next = a.Attr("href")
		}
	}
	if n := len(clerk.Get(next).Want(http.StatusOK).Doc().All("tbody tr")); n != 5 {
		t.Errorf("%d rows on the second page %s", n, next)
	}
	if n := len(clerk.Get("/accounts?q=many-&page=99").Want(http.StatusOK).Doc().All("tbody tr")); n != 5 {
		t.Errorf("a page beyond the end shows %d rows, want the last page", n)
	}
	if n := len(clerk.Get("/accounts?state=waiting").Doc().All("tbody tr")); n != 0 {
		t.Errorf("%d accounts wait before any code", n)
	}
	export := url.Values{"query": {"q=" + url.QueryEscape("同志00")}, "purpose": {"核对账号"}}
	refused(w, clerk, "/accounts/export", url.Values{"query": {""}}, http.StatusUnprocessableEntity)
	text := fmt.Sprint(rows(t, clerk.Post("/accounts/export", export)))
	if !strings.Contains(text, "many-00") || strings.Contains(text, "many-b1") || strings.Contains(text, "many-01") {
		t.Errorf("the export holds %s", text)
	}
	if w.Count(`select count(*) from audit_log where action = 'export' and reason = '核对账号'`) != 1 {
		t.Error("the export leaves no line")
	}
	auditor := w.As(access.Auditor, "甲")
	if text := auditor.Get("/audit?action=export").Want(http.StatusOK).Doc().Text("tbody .hint"); text != "条件:搜索:同志00" {
		t.Errorf("the trail says %q", text)
	}
	if text := fmt.Sprint(rows(t, auditor.Post("/audit/export", url.Values{"query": {"action=export"}, "purpose": {"季度审计"}}))); !strings.Contains(text, "搜索:同志00") {
		t.Errorf("the exported trail says %s", text)
	}
}

func TestLockedAndWaitingAccountsAreFound(t *testing.T) {
	t.Parallel()
	w := world(t)
	locked, waiting := w.Member(access.VillageSecretary, "A1"), w.Member(access.VillageClerk, "A1")
	w.Member(access.VillageSecretary, "A2")
	for range 5 {
		w.Guest().Post("/login", url.Values{"username": {locked.Username}, "password": {"wrong"}})
	}
	clerk := w.As(access.TownshipClerk, "A")
	clerk.Post(page(waiting.Account, "/reset"), url.Values{}).Want(http.StatusOK)
	for state, m := range map[string]testkit.Member{"locked": locked, "waiting": waiting} {
		list := clerk.Get("/accounts?state=" + state).Doc().All("tbody tr")
		if len(list) != 1 || !strings.Contains(list[0].Text(), m.Username) {
			t.Errorf("%s: %d rows", state, len(list))
		}
	}
	clerk.Post(page(locked.Account, "/unlock"), url.Values{}).Want(http.StatusSeeOther)
	w.Guest().Login(locked.Username, locked.Password)
}

func TestTheAuditorReadsTheTrailAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.VillageSecretary, "A1")
	w.As(access.TownshipClerk, "A").Post(page(m.Account, "/disable"), url.Values{"stop": {"1"}, "reason": {"调离本村"}}).Want(http.StatusSeeOther)
	w.As(access.TownshipClerk, "C") // a look-alike in the other district
	auditor := w.As(access.Auditor, "甲")
	found := auditor.Get("/audit?action=account.disable&q=" + url.QueryEscape("调离")).Want(http.StatusOK).Doc().All("tbody tr")
	if len(found) != 1 || !strings.Contains(found[0].Text(), "停用账号") || !strings.Contains(found[0].Text(), "安河镇") {
		t.Fatalf("%d lines found", len(found))
	}
	if n := len(auditor.Get("/audit?from=2026-11-24").Doc().All("tbody tr")); n != 0 {
		t.Errorf("%d lines of tomorrow", n)
	}
	auditor.Post("/audit/verify", url.Values{}).Want(http.StatusSeeOther)
	if text := auditor.Get("/audit").Doc().Text(".notice"); !strings.Contains(text, "核验通过") {
		t.Errorf("after the check: %q", text)
	}
	all := fmt.Sprint(rows(t, auditor.Post("/audit/export", url.Values{"query": {"action=account.disable"}, "purpose": {"季度审计"}})))
	if !strings.Contains(all, "调离本村") || strings.Contains(all, "登录成功") {
		t.Errorf("the export holds %s", all)
	}
	w.Exec(`update audit_log set reason = '' where action = 'account.disable'`)
	refused(w, auditor, "/audit/verify", url.Values{}, http.StatusConflict)
	refused(w, auditor, page(m.Account, "/reset"), url.Values{}, http.StatusForbidden)
	for role, unit := range map[access.Role]string{access.DistrictOfficer: "甲", access.TownshipLeader: "A", access.VillageSecretary: "A2"} {
		w.As(role, unit).Get("/audit").Want(http.StatusForbidden)
	}
}
