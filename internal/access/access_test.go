package access_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/testkit"
)

// world has the pages of units and one page per concern below.
func world(t *testing.T) *testkit.World {
	t.Helper()
	o := org.New()
	w := testkit.NewWorld(t, func(*crypt.Keys) []access.Module {
		m := o.Module()
		m.Permissions = append(m.Permissions, access.Grantable{Key: "home", Title: "首页", Roles: access.Roles()})
		m.Routes = append(m.Routes,
			access.Route{Method: http.MethodGet, Path: "/", Need: "home", Do: func(w http.ResponseWriter, _ *http.Request, s access.Scope) error {
				_, err := w.Write([]byte("welcome " + s.Unit()))
				return err
			}},
			access.Route{Method: http.MethodPost, Path: "/echo", Need: "home", Do: func(w http.ResponseWriter, r *http.Request, _ access.Scope) error {
				_, err := w.Write([]byte("got " + r.PostForm.Get("note")))
				return err
			}})
		return []access.Module{m}
	})
	o.Bind(w.Core)
	return w.Serve()
}

func TestLogInLocksAfterFiveFailures(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.TownshipClerk, "A")
	c := w.Guest()
	try := func(name, password string) testkit.Answer {
		return c.Post("/login", url.Values{"username": {name}, "password": {password}})
	}
	wrong, unknown := try(m.Username, "wrong"), try("nobody-here", "wrong")
	if wrong.Status != 422 || unknown.Status != 422 || wrong.Doc().Text("[role=alert]") != unknown.Doc().Text("[role=alert]") {
		t.Fatalf("a wrong password and an unknown user must look the same: %q, %q", wrong.Doc().Text("[role=alert]"), unknown.Doc().Text("[role=alert]"))
	}
	for range 4 {
		try(m.Username, "wrong").Want(422)
		try("nobody-here", "wrong").Want(422)
	}
	for _, name := range []string{m.Username, "nobody-here"} {
		if got := try(name, m.Password).Want(422).Doc().Text("[role=alert]"); !strings.Contains(got, "锁定") {
			t.Errorf("%s is not locked: %q", name, got)
		}
	}
	w.Tick(31 * time.Minute)
	try(m.Username, m.Password).Want(http.StatusSeeOther)
}

func TestASessionEndsWhenTheAccountIsDisabled(t *testing.T) {
	t.Parallel()
	w := world(t)
	c := w.As(access.TownshipClerk, "A")
	c.Get("/").Want(http.StatusOK)
	m := w.Member(access.TownshipClerk, "A")
	err := access.InScope(context.Background(), w.Scope(access.DistrictAdmin, "甲"), func(tx *access.Tx) error {
		return w.Core.SetDisabled(context.Background(), tx, m.Account, true, "调离")
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Get("/"); a.Status != http.StatusSeeOther || a.Location() != "/login" {
		t.Fatalf("the session still answers %d %s", a.Status, a.Location())
	}
	c.Post("/login", url.Values{"username": {m.Username}, "password": {m.Password}}).Want(422)
}

func TestIdleSessionsEnd(t *testing.T) {
	t.Parallel()
	w := world(t)
	c := w.As(access.TownshipClerk, "A")
	w.Tick(29 * time.Minute)
	c.Get("/").Want(http.StatusOK)
	w.Tick(29 * time.Minute)
	c.Get("/").Want(http.StatusOK)
	w.Tick(31 * time.Minute)
	c.Get("/").Want(http.StatusSeeOther)
}

func TestAPostWithoutSessionIsKeptAndRepeated(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.TownshipClerk, "A")
	c := w.Guest()
	asked := c.Post("/echo", url.Values{"note": {"六十个分数"}, "_grant": {grant(m)}}).Want(http.StatusUnauthorized)
	form := url.Values(asked.Doc().One("form").Fields())
	form.Set("username", m.Username)
	form.Set("password", m.Password)
	if got := string(c.Post("/login", form).Want(http.StatusOK).Body); got != "got 六十个分数" {
		t.Fatalf("after the log-in: %q", got)
	}
}

func TestAFormOfAnotherGrantIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	w := world(t)
	c := w.As(access.TownshipClerk, "A")
	a := c.Post("/echo", url.Values{"note": {"保留这句话"}, "_grant": {"999999"}}).Want(http.StatusConflict)
	if !strings.Contains(a.Doc().Text("main"), "保留这句话") {
		t.Error("the typed text is lost")
	}
}

func TestForeignOriginIsRefused(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.TownshipClerk, "A")
	c := w.Guest()
	c.Login(m.Username, m.Password)
	c.PostFrom("https://evil.example", "/echo", url.Values{"note": {"x"}}).Want(http.StatusForbidden)
}

func TestACodeSetsAPasswordOnce(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.VillageSecretary, "A1")
	clerk := w.Scope(access.TownshipClerk, "A")
	var code string
	reset := func(s access.Scope, account int64) error {
		return access.InScope(context.Background(), s, func(tx *access.Tx) error {
			var err error
			code, err = w.Core.ResetPassword(context.Background(), tx, account)
			return err
		})
	}
	if err := reset(w.Scope(access.TownshipClerk, "B"), m.Account); !fault.Is(err, fault.KindNotFound) {
		t.Fatalf("a sibling township resets the account: %v", err)
	}
	if err := reset(clerk, w.Member(access.TownshipLeader, "A").Account); !fault.Is(err, fault.KindForbidden) {
		t.Fatalf("a clerk resets the leader's account: %v", err)
	}
	if err := reset(clerk, m.Account); err != nil {
		t.Fatal(err)
	}
	c := w.Guest()
	c.Post("/login", url.Values{"username": {m.Username}, "password": {m.Password}}).Want(422)
	form := url.Values{"username": {m.Username}, "code": {code}, "password": {"New-secret-77"}, "again": {"New-secret-77"}}
	c.Post("/login/code", url.Values{"username": {m.Username}, "code": {"00000000"}, "password": {"New-secret-77"}, "again": {"New-secret-77"}}).Want(422)
	c.Post("/login/code", form).Want(http.StatusOK)
	c.Post("/login/code", form).Want(422)
	c.Login(m.Username, "New-secret-77")
}

func TestNobodyMakesAnAccountAboveHimself(t *testing.T) {
	t.Parallel()
	w := world(t)
	for _, c := range []struct {
		actor access.Role
		at    string
		role  access.Role
		unit  string
		ok    bool
	}{
		{access.TownshipClerk, "A", access.VillageSecretary, "A1", true},
		{access.TownshipClerk, "A", access.VillageSecretary, "B1", false},
		{access.TownshipClerk, "A", access.VillageSecretary, "C1", false},
		{access.TownshipClerk, "A", access.TownshipLeader, "A", false},
		{access.TownshipClerk, "A", access.DistrictOfficer, "甲", false},
		{access.DistrictAdmin, "甲", access.TownshipLeader, "B", true},
		{access.DistrictAdmin, "甲", access.PlatformAdmin, "甲", false},
		{access.VillageSecretary, "A1", access.VillageClerk, "A1", false},
	} {
		u := w.Units[c.unit]
		if err := access.Below(w.Scope(c.actor, c.at), c.role, u.Township, u.Village); (err == nil) != c.ok {
			t.Errorf("%s at %s makes %s at %s: %v", c.actor, c.at, c.role, c.unit, err)
		}
	}
}

func TestTheTrailShowsAChange(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.As(access.TownshipClerk, "A")
	tenant := w.Units["甲"].Tenant
	steps, err := w.Core.VerifyAudit(context.Background(), tenant)
	if err != nil || steps == 0 {
		t.Fatalf("a fresh trail: %d steps, %v", steps, err)
	}
	w.Exec(`update audit_log set summary = '什么也没有发生' where tenant_id = $1 and step = 1`, tenant)
	if _, err := w.Core.VerifyAudit(context.Background(), tenant); err == nil {
		t.Fatal("a changed line is not noticed")
	}
}

func TestTheZeroScopeSeesNothing(t *testing.T) {
	t.Parallel()
	err := access.InScope(context.Background(), access.Scope{}, func(*access.Tx) error {
		t.Error("the zero scope opened a transaction")
		return nil
	})
	if err == nil {
		t.Error("the zero scope is accepted")
	}
}

func TestRowsOfOtherUnitsDoNotExist(t *testing.T) {
	t.Parallel()
	w := world(t)
	var store org.Store
	for _, c := range []struct {
		role access.Role
		unit string
		sees []string
	}{
		{access.DistrictOfficer, "甲", []string{"A1", "A2", "B1"}},
		{access.TownshipClerk, "A", []string{"A1", "A2"}},
		{access.VillageSecretary, "A2", []string{"A2"}},
		{access.DistrictOfficer, "乙", []string{"C1"}},
		{access.PlatformAdmin, "", nil},
	} {
		err := access.Read(context.Background(), w.Scope(c.role, c.unit), func(tx *access.Tx) error {
			for _, key := range []string{"A1", "A2", "B1", "C1"} {
				_, err := store.Village(context.Background(), tx, w.Units[key].Village)
				sees := false
				for _, k := range c.sees {
					sees = sees || k == key
				}
				if (err == nil) != sees {
					t.Errorf("%s at %s sees %s: %v", c.role, c.unit, key, err == nil)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
