package account_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

// proxy is the form that lends a grant to an account until a day.
func proxy(to testkit.Member, grant int64, until string) url.Values {
	return url.Values{"to": {fmt.Sprint(to.Account)}, "lent": {fmt.Sprint(grant)}, "ends_on": {until}, "reason": {"外出培训"}}
}

// takes switches a browser to the identity whose line names it.
func takes(w *testkit.World, c *testkit.Client, words string) bool {
	w.T.Helper()
	for _, li := range c.Get("/switch").Doc().All("li.todo") {
		if strings.Contains(li.Text(), words) {
			c.Post("/switch", li.Doc().One("form").Fields()).Want(http.StatusSeeOther)
			return true
		}
	}
	return false
}

func TestALeaderLendsTheClerksGrantUntilADay(t *testing.T) {
	t.Parallel()
	w := world(t)
	clerk, colleague := w.Member(access.TownshipClerk, "A"), w.Member(access.TownshipFinance, "A")
	leader := w.As(access.TownshipLeader, "A")
	lend := page(clerk.Account, "/grants")
	leader.Post(lend, proxy(colleague, clerk.Grant, "2026-11-30")).Want(http.StatusSeeOther)
	c := w.As(access.TownshipFinance, "A")
	if !takes(w, c, "代理") {
		t.Fatal("the colleague has nothing to switch to")
	}
	if got := string(c.Get("/").Body); got != "township_clerk at 安河镇" {
		t.Fatalf("the proxy acts as %q", got)
	}
	refused(w, leader, lend, proxy(colleague, clerk.Grant, "2026-12-01"), http.StatusConflict)
	w.Tick(6 * 24 * time.Hour) // the 29th
	c = w.As(access.TownshipFinance, "A")
	if !takes(w, c, "代理") {
		t.Fatal("the proxy ended before its last day")
	}
	w.Tick(14*time.Hour + 5*time.Minute) // midnight has passed: the last day
	c = w.As(access.TownshipFinance, "A")
	takes(w, c, "代理")
	w.Tick(24 * time.Hour) // the next midnight
	c = w.As(access.TownshipFinance, "A")
	if takes(w, c, "代理") {
		t.Error("the proxy goes on after its last day")
	}
}

func TestAProxyOutlivesNoMidnight(t *testing.T) {
	t.Parallel()
	w := world(t)
	clerk, colleague := w.Member(access.TownshipClerk, "A"), w.Member(access.TownshipFinance, "A")
	w.As(access.TownshipLeader, "A").Post(page(clerk.Account, "/grants"), proxy(colleague, clerk.Grant, "2026-11-23")).Want(http.StatusSeeOther)
	w.Tick(13*time.Hour + 50*time.Minute) // ten to midnight
	c := w.As(access.TownshipFinance, "A")
	takes(w, c, "代理")
	c.Get("/").Want(http.StatusOK)
	w.Tick(15 * time.Minute)
	c.Get("/").Want(http.StatusForbidden)
	c.Get("/account").Want(http.StatusOK)
}

func TestWhoMayLendWhat(t *testing.T) {
	t.Parallel()
	w := world(t)
	clerk, leader, colleague := w.Member(access.TownshipClerk, "A"), w.Member(access.TownshipLeader, "A"), w.Member(access.TownshipFinance, "A")
	elsewhere := w.Member(access.TownshipFinance, "B")
	until := "2026-12-31"
	byLeader := w.As(access.TownshipLeader, "A")
	refused(w, byLeader, page(leader.Account, "/grants"), proxy(colleague, leader.Grant, until), http.StatusForbidden)
	refused(w, byLeader, page(clerk.Account, "/grants"), proxy(elsewhere, clerk.Grant, until), http.StatusNotFound)
	refused(w, byLeader, page(clerk.Account, "/grants"), proxy(colleague, leader.Grant, until), http.StatusNotFound)
	refused(w, w.As(access.TownshipLeader, "B"), page(clerk.Account, "/grants"), proxy(elsewhere, clerk.Grant, until), http.StatusNotFound)
	refused(w, w.As(access.TownshipClerk, "A"), page(clerk.Account, "/grants"), proxy(colleague, clerk.Grant, until), http.StatusForbidden)
	district := w.As(access.DistrictAdmin, "甲")
	refused(w, district, page(leader.Account, "/grants"), proxy(elsewhere, leader.Grant, until), http.StatusUnprocessableEntity)
	for _, day := range []string{"2026-11-22", "2028-01-01", "2026-02-30", ""} {
		a := refused(w, district, page(leader.Account, "/grants"), proxy(colleague, leader.Grant, day), http.StatusUnprocessableEntity)
		if !a.Doc().Has("#lend-until-error") || a.Doc().One("#f-lend-reason").Attr("value") != "外出培训" {
			t.Errorf("the day %q: no message at the field, or the reason is lost", day)
		}
	}
	district.Post(page(leader.Account, "/grants"), proxy(colleague, leader.Grant, until)).Want(http.StatusSeeOther)

	// The leader takes back what was lent at his desk, and the session that used it ends.
	c := w.As(access.TownshipFinance, "A")
	takes(w, c, "组织委员")
	lent := w.Count(`select id from grants where kind = 'proxy'`)
	byLeader.Post(page(colleague.Account, fmt.Sprintf("/grants/%d/end", lent)), url.Values{}).Want(http.StatusSeeOther)
	c.Get("/").Want(http.StatusSeeOther)
	if takes(w, w.As(access.TownshipFinance, "A"), "组织委员") {
		t.Error("the proxy can still be taken")
	}
}

func TestAFurtherIdentityHasItsOwnDates(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.TownshipFinance, "A")
	district := w.As(access.DistrictOfficer, "甲")
	add := url.Values{"role": {"township_clerk"}, "township": {fmt.Sprint(w.Units["A"].Township)}, "starts_on": {"2026-12-01"}, "ends_on": {"2026-11-30"}}
	a := refused(w, district, page(m.Account, "/roles"), add, http.StatusUnprocessableEntity)
	if !a.Doc().Has("#role-until-error") {
		t.Error("the wrong date is not marked")
	}
	foreign := url.Values{"role": {"township_clerk"}, "township": {fmt.Sprint(w.Units["C"].Township)}}
	refused(w, district, page(m.Account, "/roles"), foreign, http.StatusNotFound)
	refused(w, district, page(m.Account, "/roles"), url.Values{"role": {"district_admin"}}, http.StatusForbidden)
	add.Set("ends_on", "2026-12-31")
	district.Post(page(m.Account, "/roles"), add).Want(http.StatusSeeOther)
	refused(w, district, page(m.Account, "/roles"), add, http.StatusConflict)
	if takes(w, w.As(access.TownshipFinance, "A"), "组织干事") {
		t.Error("the identity begins before its first day")
	}
	w.Tick(8 * 24 * time.Hour)
	if !takes(w, w.As(access.TownshipFinance, "A"), "组织干事") {
		t.Error("the identity does not begin")
	}
}

func TestHandover(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.TownshipClerk, "A")
	district := w.As(access.DistrictAdmin, "甲")
	district.Post(page(m.Account, "/roles"), url.Values{"role": {"township_finance"}, "township": {fmt.Sprint(w.Units["A"].Township)}}).Want(http.StatusSeeOther)
	old := w.As(access.TownshipClerk, "A")
	ask := district.Get(page(m.Account, "/handover")).Want(http.StatusOK).Doc()
	if text := ask.Text("main"); !strings.Contains(text, "月考评填报") || !strings.Contains(text, "安河镇") || !strings.Contains(text, "乡镇财政所人员") {
		t.Errorf("the page names neither the open work nor both identities: %s", text)
	}
	form := url.Values{"name": {"李接任"}, "username": {m.Username}}
	again := refused(w, district, page(m.Account, "/handover"), form, http.StatusUnprocessableEntity)
	if again.Doc().One("#f-name").Attr("value") != "李接任" {
		t.Error("the typed name is lost")
	}
	refused(w, w.As(access.TownshipClerk, "A"), page(w.Member(access.TownshipLeader, "A").Account, "/handover"), form, http.StatusForbidden)
	form.Set("username", "an-new-clerk")
	slip := district.Post(page(m.Account, "/handover"), form).Want(http.StatusOK)
	old.Get("/").Want(http.StatusSeeOther)
	w.Guest().Post("/login", url.Values{"username": {m.Username}, "password": {m.Password}}).Want(http.StatusUnprocessableEntity)
	exchange(w.Guest(), "an-new-clerk", codes(slip)[0], "Clerk-pass-2026").Want(http.StatusOK)
	next := w.Guest()
	next.Login("an-new-clerk", "Clerk-pass-2026")
	if got := string(next.Get("/").Body); got != "township_clerk at 安河镇" {
		t.Errorf("the successor acts as %q", got)
	}
	if !takes(w, next, "财政所") {
		t.Error("the second identity was not handed over")
	}
	if w.Count(`select count(*) from audit_log where action = 'account.handover'`) != 1 {
		t.Error("the handover leaves no line")
	}
	refused(w, district, page(m.Account, "/handover"), url.Values{"name": {"又一人"}, "username": {"an-third"}}, http.StatusConflict)
}

func TestStoppingAnAccountEndsItsSessions(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.VillageSecretary, "A1")
	clerk, session, sibling := w.As(access.TownshipClerk, "A"), w.As(access.VillageSecretary, "A1"), w.As(access.VillageSecretary, "A2")
	refused(w, clerk, page(m.Account, "/disable"), url.Values{"stop": {"1"}, "reason": {" "}}, http.StatusUnprocessableEntity)
	clerk.Post(page(m.Account, "/disable"), url.Values{"stop": {"1"}, "reason": {"不再担任"}}).Want(http.StatusSeeOther)
	session.Get("/").Want(http.StatusSeeOther)
	sibling.Get("/").Want(http.StatusOK)
	clerk.Post(page(m.Account, "/disable"), url.Values{}).Want(http.StatusSeeOther)
	w.As(access.VillageSecretary, "A1").Get("/").Want(http.StatusOK)
	self := w.Member(access.DistrictAdmin, "甲")
	refused(w, w.As(access.DistrictAdmin, "甲"), page(self.Account, "/disable"), url.Values{"stop": {"1"}, "reason": {"误点"}}, http.StatusConflict)
}

func TestAnAccountIsLinkedToItsHoldersFile(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.VillageSecretary, "A1")
	clerk := w.As(access.TownshipClerk, "A")
	edit := page(m.Account, "/edit")
	found := clerk.Get(edit + "?find=" + url.QueryEscape("马永红")).Want(http.StatusOK).Doc()
	if n := len(found.All(`input[name=person]`)); n != 3 {
		t.Fatalf("%d choices, want nobody and the two files of the own township", n)
	}
	form := url.Values{"name": {"马永红"}, "phone": {"139 0939 0001"}, "version": {"1"}, "person": {fmt.Sprint(w.Units["B1"].Village)}}
	refused(w, clerk, page(m.Account, ""), form, http.StatusNotFound)
	form.Set("person", fmt.Sprint(w.Units["A1"].Village))
	clerk.Post(page(m.Account, ""), form).Want(http.StatusSeeOther)
	s := w.Scope(access.VillageSecretary, "A1")
	if s.Person() != w.Units["A1"].Village || s.Name() != "马永红" {
		t.Errorf("the account acts as %s with the file %d", s.Name(), s.Person())
	}
	w.Guest().Login("13909390001", m.Password)
	refused(w, clerk, page(m.Account, ""), form, http.StatusConflict) // drawn before the change
	if text := clerk.Get(page(m.Account, "")).Doc().Text("main"); !strings.Contains(text, "马永红") || strings.Contains(text, "13909390001") {
		t.Error("the page names no file, or shows the whole number")
	}
}
