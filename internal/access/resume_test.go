package access_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"touyan/internal/access"
	"touyan/internal/testkit"
)

func grant(m testkit.Member) string { return strconv.FormatInt(m.Grant, 10) }

// typed is a form that met no session, with the name and password of whoever logs in now.
func typed(w *testkit.World, c *testkit.Client, drawn, now testkit.Member) url.Values {
	w.T.Helper()
	asked := c.Post("/echo", url.Values{"note": {"六十个分数"}, "_grant": {grant(drawn)}}).Want(http.StatusUnauthorized)
	form := url.Values(asked.Doc().One("form").Fields())
	form.Set("username", now.Username)
	form.Set("password", now.Password)
	return form
}

func TestAKeptPostIsNotSentByAnotherAccount(t *testing.T) {
	t.Parallel()
	w := world(t)
	c := w.Guest()
	a := c.Post("/login", typed(w, c, w.Member(access.TownshipClerk, "A"), w.Member(access.TownshipClerk, "B"))).Want(http.StatusConflict)
	if text := a.Doc().Text("main"); !strings.Contains(text, "六十个分数") || strings.Contains(text, "got ") {
		t.Errorf("the kept fields are lost or were sent: %q", text)
	}
	if c.Get("/").Want(http.StatusOK); w.Count(`select count(*) from audit_log where action = 'login'`) != 1 {
		t.Error("the other account is not logged in")
	}
}

func TestAKeptPostGoesOnUnderTheIdentityThatDrewIt(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.TownshipClerk, "A")
	var second int64
	err := access.InScope(context.Background(), w.Scope(access.DistrictAdmin, "甲"), func(tx *access.Tx) error {
		var err error
		second, err = w.Core.AddGrant(context.Background(), tx, access.Grant{AccountID: m.Account, Role: access.TownshipLeader,
			TownshipID: w.Units["A"].Township, Kind: "proxy", StartsOn: w.Core.Today()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	drawn := m
	drawn.Grant = second
	c := w.Guest()
	if got := string(c.Post("/login", typed(w, c, drawn, m)).Want(http.StatusOK).Body); got != "got 六十个分数" {
		t.Fatalf("the form drawn as a leader: %q", got)
	}
}

// enrol switches the second factor on and returns its secret.
func enrol(w *testkit.World, m testkit.Member) string {
	w.T.Helper()
	const secret = "JBSWY3DPEHPK3PXP"
	sealed := w.Keys.Encrypt(m.Tenant, "totp", secret)
	w.Exec(`update credentials set totp_secret = $2, totp_confirmed = true where account_id = $1`, m.Account, sealed)
	return secret
}

func code(w *testkit.World, secret string) string {
	w.T.Helper()
	c, err := totp.GenerateCode(secret, w.Core.Now())
	if err != nil {
		w.T.Fatal(err)
	}
	return c
}

func TestAKeptPostSurvivesTheSecondFactor(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.TownshipClerk, "A")
	secret := enrol(w, m)
	c := w.Guest()
	asked := c.Post("/login", typed(w, c, m, m)).Want(http.StatusOK)
	step := url.Values(asked.Doc().One(`form[action="/login/totp"]`).Fields())
	c.Get("/").Want(http.StatusSeeOther) // the password alone opens nothing
	step.Set("code", "000000")
	wrong := c.Post("/login/totp", step).Want(http.StatusUnprocessableEntity)
	step = url.Values(wrong.Doc().One(`form[action="/login/totp"]`).Fields())
	step.Set("code", code(w, secret))
	if got := string(c.Post("/login/totp", step).Want(http.StatusOK).Body); got != "got 六十个分数" {
		t.Fatalf("after the second factor: %q", got)
	}
	// A code counts once.
	again := w.Guest()
	again.Post("/login", url.Values{"username": {m.Username}, "password": {m.Password}}).Want(http.StatusOK)
	again.Post("/login/totp", url.Values{"code": {code(w, secret)}}).Want(http.StatusUnprocessableEntity)
	w.Tick(time.Minute)
	if a := again.Post("/login/totp", url.Values{"code": {code(w, secret)}}); a.Status != http.StatusSeeOther || a.Location() != "/" {
		t.Fatalf("the next code: %d %s", a.Status, a.Location())
	}
}

func TestFiftyFailuresFromAnywhereLockTheAccount(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.TownshipClerk, "A")
	w.Exec(`update credentials set failures = 49 where account_id = $1`, m.Account)
	c := w.Guest()
	c.Post("/login", url.Values{"username": {m.Username}, "password": {"wrong"}}).Want(http.StatusUnprocessableEntity)
	refused := c.Post("/login", url.Values{"username": {m.Username}, "password": {m.Password}}).Want(http.StatusUnprocessableEntity)
	if !strings.Contains(refused.Doc().Text("[role=alert]"), "锁定") {
		t.Fatal("fifty failures do not lock the account")
	}
	err := access.InScope(context.Background(), w.Scope(access.DistrictAdmin, "甲"), func(tx *access.Tx) error {
		return w.Core.Unlock(context.Background(), tx, m.Account)
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Login(m.Username, m.Password)
}

func TestAMobileNumberLogsIn(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.NewMember("mobile", access.NewAccount{Username: "with-mobile", Name: "王小明", Role: access.TownshipClerk, Phone: "13909390001"}, "A")
	w.Guest().Login("13909390001", m.Password)
	if a := w.Guest().Post("/login", url.Values{"username": {"13909390002"}, "password": {m.Password}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("another number logs in: %d", a.Status)
	}
}

func TestAVillageStaysLoggedInAsLongAsTheDistrictSays(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.VillageSecretary, "A1")
	stay := func() *testkit.Client {
		c := w.Guest()
		a := c.Post("/login", url.Values{"username": {m.Username}, "password": {m.Password}, "stay": {"1"}}).Want(http.StatusSeeOther)
		if !strings.Contains(a.Header.Get("Set-Cookie"), "Max-Age") {
			t.Error("the cookie ends with the browser")
		}
		return c
	}
	c := stay()
	w.Tick(29 * 24 * time.Hour)
	c.Get("/").Want(http.StatusOK)
	w.Tick(2 * 24 * time.Hour)
	c.Get("/").Want(http.StatusSeeOther)

	set := access.Setting{Role: access.VillageSecretary, IdleMinutes: 60, StayDays: 3, TOTP: "off"}
	err := access.InScope(context.Background(), w.Scope(access.DistrictAdmin, "甲"), func(tx *access.Tx) error {
		return access.SaveSetting(context.Background(), tx, set)
	})
	if err != nil {
		t.Fatal(err)
	}
	c = stay()
	w.Tick(2 * 24 * time.Hour)
	c.Get("/").Want(http.StatusOK)
	w.Tick(2 * 24 * time.Hour)
	c.Get("/").Want(http.StatusSeeOther)

	// The district of the same village elsewhere keeps its own setting, and a clerk is offered no stay.
	clerk := w.Member(access.TownshipClerk, "A")
	d := w.Guest()
	d.Post("/login", url.Values{"username": {clerk.Username}, "password": {clerk.Password}, "stay": {"1"}}).Want(http.StatusSeeOther)
	w.Tick(31 * time.Minute)
	d.Get("/").Want(http.StatusSeeOther)
}
