package account_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/account"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/testkit"
)

// fakeRegister knows one secretary in each village, whose key is that of the village.
type fakeRegister struct{ org org.Store }

func (f fakeRegister) Find(ctx context.Context, tx *access.Tx, text string) ([]account.Person, error) {
	all, err := f.Incumbents(ctx, tx, access.VillageSecretary)
	var out []account.Person
	for _, p := range all {
		if strings.Contains(p.Name, text) {
			out = append(out, p)
		}
	}
	return out, err
}

func (f fakeRegister) Person(ctx context.Context, tx *access.Tx, id int64) (account.Person, error) {
	all, err := f.Incumbents(ctx, tx, access.VillageSecretary)
	if p, ok := all[id]; ok || err != nil {
		return p, err
	}
	return account.Person{}, fault.NotFound()
}

func (f fakeRegister) Incumbents(ctx context.Context, tx *access.Tx, r access.Role) (map[int64]account.Person, error) {
	villages, err := f.org.Villages(ctx, tx, 0, tx.Scope().Today())
	out := map[int64]account.Person{}
	for _, v := range villages {
		if r == access.VillageSecretary {
			out[v.ID] = account.Person{ID: v.ID, VillageID: v.ID, Name: "马永红", Unit: v.Name, Title: "村党组织书记"}
		}
	}
	return out, err
}

// world has the pages of accounts and a first page that says under which identity it was opened.
func world(t *testing.T) *testkit.World {
	t.Helper()
	o, m := org.New(), account.New("https://touyan.example", fakeRegister{})
	w := testkit.NewWorld(t, func(*crypt.Keys) []access.Module {
		home := access.Module{Name: "home", Tasks: func(_ context.Context, tx *access.Tx) ([]access.Task, error) {
			return []access.Task{{Title: "月考评填报", Detail: tx.Scope().Unit(), Count: 112, Total: 156}}, nil
		}, Permissions: []access.Grantable{{Key: "home", Title: "首页", Roles: access.Roles()}},
			Routes: []access.Route{{Method: http.MethodGet, Path: "/", Need: "home", Do: func(w http.ResponseWriter, _ *http.Request, s access.Scope) error {
				_, err := fmt.Fprintf(w, "%s at %s", s.Role(), s.Unit())
				return err
			}}}}
		return []access.Module{o.Module(), m.Module(), home}
	})
	o.Bind(w.Core)
	m.Bind(w.Core)
	return w.Serve()
}

func page(account int64, rest string) string { return fmt.Sprintf("/accounts/%d%s", account, rest) }

// state is everything that an act on accounts may change, to show that a refused one changed nothing.
func state(w *testkit.World) string {
	w.T.Helper()
	var s string
	err := w.Owner.QueryRow(context.Background(), `select concat_ws(' ',
		(select md5(string_agg(a::text, ';' order by a.id)) from accounts a), (select md5(string_agg(g::text, ';' order by g.id)) from grants g),
		(select md5(string_agg(c::text, ';' order by c.account_id)) from credentials c), (select count(*) from role_settings))`).Scan(&s)
	if err != nil {
		w.T.Fatal(err)
	}
	return s
}

// refused sends a post and shows that it got the status and changed nothing.
func refused(w *testkit.World, c *testkit.Client, path string, form url.Values, status int) testkit.Answer {
	w.T.Helper()
	before := state(w)
	a := c.Post(path, form)
	if a.Status != status {
		w.T.Errorf("POST %s: %d, want %d: %s", path, a.Status, status, a.Doc().Text("main"))
	}
	if state(w) != before {
		w.T.Errorf("POST %s was refused and yet changed something", path)
	}
	return a
}

var eight = regexp.MustCompile(`\b(\d{4}) (\d{4})\b`)

// codes reads the codes off slips.
func codes(a testkit.Answer) (list []string) {
	for _, dd := range a.Doc().All("dd") {
		if m := eight.FindStringSubmatch(dd.Text()); m != nil && len(dd.Text()) == 9 {
			list = append(list, m[1]+m[2])
		}
	}
	return list
}

func exchange(c *testkit.Client, username, code, password string) testkit.Answer {
	return c.Post("/login/code", url.Values{"username": {username}, "code": {code}, "password": {password}, "again": {password}})
}

func TestAUnitManagesItsSubtreeAndNeverAbove(t *testing.T) {
	t.Parallel()
	w := world(t)
	at := func(r access.Role, unit string) int64 { return w.Member(r, unit).Account }
	acts := map[string]url.Values{"/reset": {}, "/unlock": {}, "/disable": {"stop": {"1"}, "reason": {"调离"}}, "": {"name": {"换名"}, "version": {"1"}},
		"/roles": {"role": {"village_clerk"}, "village": {fmt.Sprint(w.Units["A1"].Village)}}}
	for _, c := range []struct {
		actor  access.Role
		at     string
		target int64
		status int
	}{
		{access.TownshipClerk, "A", at(access.VillageSecretary, "B1"), 404},
		{access.TownshipClerk, "A", at(access.VillageSecretary, "C1"), 404},
		{access.TownshipClerk, "A", at(access.TownshipLeader, "A"), 403},
		{access.TownshipClerk, "A", at(access.DistrictOfficer, "甲"), 404},
		{access.TownshipClerk, "A", 999_999, 404},
		{access.DistrictOfficer, "甲", at(access.DistrictLeader, "甲"), 403},
		{access.DistrictOfficer, "甲", at(access.DistrictAdmin, "甲"), 403},
		{access.DistrictAdmin, "甲", at(access.VillageSecretary, "C1"), 404},
		{access.VillageSecretary, "A1", at(access.VillageClerk, "A1"), 403},
	} {
		client := w.As(c.actor, c.at)
		for act, form := range acts {
			refused(w, client, page(c.target, act), form, c.status)
		}
	}
	clerk := w.As(access.TownshipClerk, "A")
	village := at(access.VillageSecretary, "A1")
	clerk.Post(page(village, "/unlock"), url.Values{}).Want(http.StatusSeeOther)
	list := clerk.Get("/accounts").Want(http.StatusOK).Doc().Text("table")
	if b1 := w.Member(access.VillageSecretary, "B1"); strings.Contains(list, b1.Username+" ") {
		t.Error("the list shows an account of the sibling township")
	}
	shown := clerk.Get(page(village, "")).Doc()
	if !shown.Has(fmt.Sprintf(`form[action=%q]`, page(village, "/reset"))) {
		t.Error("the clerk is offered no reset of the own village's account")
	}
	if leader := clerk.Get(page(at(access.TownshipLeader, "A"), "")).Doc(); leader.Has(`form[action$="/reset"]`) || leader.Has(`form[action$="/roles"]`) {
		t.Error("the clerk is offered acts on the leader's account")
	}
}

func TestAnAccountIsOpenedWithinTheSubtree(t *testing.T) {
	t.Parallel()
	w := world(t)
	form := func(role access.Role, unit string) url.Values {
		u := w.Units[unit]
		return url.Values{"name": {"新同志"}, "username": {"new-one"}, "role": {string(role)}, "township": {fmt.Sprint(u.Township)}, "village": {fmt.Sprint(u.Village)}}
	}
	clerk := w.As(access.TownshipClerk, "A")
	refused(w, clerk, "/accounts", form(access.VillageSecretary, "B1"), 404)
	refused(w, clerk, "/accounts", form(access.TownshipLeader, "A"), 422)
	refused(w, clerk, "/accounts", form(access.DistrictOfficer, "甲"), 404)
	refused(w, w.As(access.DistrictOfficer, "甲"), "/accounts", form(access.DistrictLeader, "甲"), 422)
	bad := form(access.VillageSecretary, "A1")
	bad.Set("name", "")
	bad.Set("phone", "12345")
	again := refused(w, clerk, "/accounts", bad, 422).Doc()
	if again.One("#f-username").Attr("value") != "new-one" || !again.Has("#name-error") || !again.Has("#phone-error") {
		t.Error("a form with errors loses what was typed or does not say what is wrong")
	}
	good := form(access.VillageSecretary, "A1")
	good.Set("township", fmt.Sprint(w.Units["B"].Township)) // the village says its township
	slip := clerk.Post("/accounts", good).Want(http.StatusOK)
	if len(codes(slip)) != 1 || slip.Header.Get("Cache-Control") != "no-store" {
		t.Fatal("no code on the slip, or it may be cached")
	}
	if w.Count(`select count(*) from accounts where username = 'new-one' and township_id = $1`, w.Units["A"].Township) != 1 {
		t.Error("the account stands in another township")
	}
	twice := refused(w, clerk, "/accounts", good, 422)
	if !strings.Contains(twice.Doc().Text("main"), "已被使用") {
		t.Error("the taken username is not named")
	}
}

func TestACodeLivesADayAndIsUsedOnce(t *testing.T) {
	t.Parallel()
	w := world(t)
	clerk := w.As(access.TownshipClerk, "A")
	m := w.Member(access.VillageSecretary, "A1")
	reset := func() string {
		list := codes(clerk.Post(page(m.Account, "/reset"), url.Values{}).Want(http.StatusOK))
		if len(list) != 1 {
			t.Fatalf("%d codes on the page", len(list))
		}
		return list[0]
	}
	running := w.As(access.VillageSecretary, "A1")
	late := reset()
	if a := running.Get("/"); a.Status != http.StatusSeeOther {
		t.Error("the session outlives the reset")
	}
	w.Tick(24*time.Hour + time.Minute)
	exchange(w.Guest(), m.Username, late, "Village-pass-1").Want(http.StatusUnprocessableEntity)
	clerk = w.As(access.TownshipClerk, "A")
	first, second := reset(), reset()
	exchange(w.Guest(), m.Username, first, "Village-pass-1").Want(http.StatusUnprocessableEntity)
	exchange(w.Guest(), m.Username, second[:4]+" "+second[4:], "Village-pass-1").Want(http.StatusOK)
	exchange(w.Guest(), m.Username, second, "Village-pass-2").Want(http.StatusUnprocessableEntity)
	w.Guest().Login(m.Username, "Village-pass-1")
	if strings.Contains(string(clerk.Get(page(m.Account, "")).Body), second) {
		t.Error("the code is shown a second time")
	}
}

func TestATownshipsAccountsAreMadeAtOnce(t *testing.T) {
	t.Parallel()
	w := world(t)
	clerk := w.As(access.TownshipClerk, "A")
	w.Member(access.VillageSecretary, "A2") // exists already
	ask := clerk.Get("/accounts/bulk").Want(http.StatusOK).Doc()
	if n := len(ask.All("table tbody tr")); n != 3 {
		t.Fatalf("%d accounts are missing, want three of four", n)
	}
	paper := clerk.Post("/accounts/bulk", url.Values{}).Want(http.StatusOK)
	slips := paper.Doc().All(".slip")
	if len(slips) != 3 || len(codes(paper)) != 3 {
		t.Fatalf("%d slips with %d codes", len(slips), len(codes(paper)))
	}
	if text := slips[0].Text(); !strings.Contains(text, "安河镇马家沟1村") || !strings.Contains(text, "马永红") || !strings.Contains(text, "touyan.example/login/code") {
		t.Errorf("the slip says %q", text)
	}
	if n := w.Count(`select count(*) from accounts where person_id = $1 and village_id = $1`, w.Units["A1"].Village); n != 1 {
		t.Errorf("%d accounts are linked to the secretary's file, want his own", n)
	}
	refused(w, clerk, "/accounts/bulk", url.Values{}, http.StatusConflict)
	// Lost slips are replaced; the old codes end.
	old := codes(paper)
	username := slips[0].Doc().All("dd")[3].Text()
	again := clerk.Post("/accounts/bulk/codes", url.Values{}).Want(http.StatusOK)
	if len(codes(again)) != 3 {
		t.Fatalf("%d codes were replaced", len(codes(again)))
	}
	exchange(w.Guest(), username, old[0], "Village-pass-1").Want(http.StatusUnprocessableEntity)
	exchange(w.Guest(), username, codes(again)[0], "Village-pass-1").Want(http.StatusOK)
	if n := len(codes(clerk.Post("/accounts/bulk/codes", url.Values{}).Want(http.StatusOK))); n != 2 {
		t.Errorf("%d codes, want those of the two that nobody has opened", n)
	}
}

func TestTheDistrictOpensDesksOrOneTownshipsVillages(t *testing.T) {
	t.Parallel()
	w := world(t)
	admin := w.As(access.DistrictAdmin, "甲")
	if n := len(codes(admin.Post("/accounts/bulk", url.Values{}).Want(http.StatusOK))); n != 4 {
		t.Errorf("%d desk accounts for two townships, want a clerk and a leader each", n)
	}
	b := fmt.Sprint(w.Units["B"].Township)
	if n := len(codes(admin.Post("/accounts/bulk", url.Values{"township": {b}, "only": {"secretary"}}).Want(http.StatusOK))); n != 1 {
		t.Errorf("%d accounts for the one village of B", n)
	}
	// The sibling district uses the same names; usernames stay unique all the same.
	if n := len(codes(w.As(access.DistrictAdmin, "乙").Post("/accounts/bulk", url.Values{}).Want(http.StatusOK))); n != 2 {
		t.Errorf("%d desk accounts in the other district", n)
	}
	refused(w, admin, "/accounts/bulk", url.Values{"township": {fmt.Sprint(w.Units["C"].Township)}}, http.StatusNotFound)
}
