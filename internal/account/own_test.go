package account_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"touyan/internal/access"
	"touyan/internal/testkit"
)

func change(c *testkit.Client, old, next string) testkit.Answer {
	return c.Post("/account/password", url.Values{"old": {old}, "password": {next}, "again": {next}})
}

func TestOwnPassword(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.TownshipClerk, "A")
	here, there := w.As(access.TownshipClerk, "A"), w.As(access.TownshipClerk, "A")
	for password, want := range map[string]string{"short1A": "至少10位", "alllowercase": "三种", "Pass-" + m.Username: "用户名", m.Password: "最近5次"} {
		if got := change(here, m.Password, password).Want(http.StatusUnprocessableEntity).Doc().Text("#password-error"); !strings.Contains(got, want) {
			t.Errorf("%s: %q", password, got)
		}
	}
	change(here, "not-the-old-1A", "Fresh-word-2026").Want(http.StatusUnprocessableEntity)
	now := m.Password
	for i := range 6 {
		next := fmt.Sprintf("Fresh-word-%d", 2026+i)
		change(here, now, next).Want(http.StatusSeeOther)
		now = next
	}
	there.Get("/").Want(http.StatusSeeOther)
	here.Get("/").Want(http.StatusOK)
	change(here, now, "Fresh-word-2027").Want(http.StatusUnprocessableEntity)
	change(here, now, m.Password).Want(http.StatusSeeOther) // the sixth before it
	w.Guest().Login(m.Username, m.Password)
}

func TestOwnSessionsEndOneByOneAndAllTogether(t *testing.T) {
	t.Parallel()
	w := world(t)
	here, second, third := w.As(access.VillageSecretary, "A1"), w.As(access.VillageSecretary, "A1"), w.As(access.VillageSecretary, "A1")
	other := w.As(access.VillageSecretary, "A2")
	list := here.Get("/account").Want(http.StatusOK).Doc()
	forms := list.All(`form[action^="/account/sessions/"]`)
	if len(list.All("li.todo")) != 3 || len(forms) != 2 {
		t.Fatalf("%d sessions with %d buttons", len(list.All("li.todo")), len(forms))
	}
	theirs := other.Get("/account").Doc()
	if theirs.Has(`form[action^="/account/sessions/"]`) {
		t.Error("the sibling's only session can be ended beside the present one")
	}
	other.Post(forms[0].Attr("action"), url.Values{}).Want(http.StatusNotFound)
	here.Post(forms[0].Attr("action"), url.Values{}).Want(http.StatusSeeOther)
	alive := 0
	for _, c := range []*testkit.Client{second, third} {
		if c.Get("/").Status == http.StatusOK {
			alive++
		}
	}
	if alive != 1 {
		t.Fatalf("%d of two sessions live after one was ended", alive)
	}
	here.Post("/account/sessions", url.Values{}).Want(http.StatusSeeOther)
	here.Get("/").Want(http.StatusOK)
	for _, c := range []*testkit.Client{second, third} {
		c.Get("/").Want(http.StatusSeeOther)
	}
	other.Get("/").Want(http.StatusOK)
}

// setting is the form that sets how a role logs in.
func setting(role access.Role, totp string, version int) url.Values {
	return url.Values{"role": {string(role)}, "idle": {"30"}, "stay": {"0"}, "days": {"0"}, "totp": {totp}, "version": {fmt.Sprint(version)}}
}

func TestASecondFactorCanBeMadeMandatory(t *testing.T) {
	t.Parallel()
	w := world(t)
	admin := w.As(access.DistrictAdmin, "甲")
	admin.Post("/accounts/settings", setting(access.TownshipClerk, "required", 0)).Want(http.StatusSeeOther)
	m := w.Member(access.TownshipClerk, "A")
	c := w.Guest()
	if a := c.Post("/login", url.Values{"username": {m.Username}, "password": {m.Password}}).Want(http.StatusSeeOther); a.Location() != "/account/totp" {
		t.Fatalf("after the log-in: %s", a.Location())
	}
	if a := c.Get("/").Want(http.StatusSeeOther); a.Location() != "/account/totp" {
		t.Fatalf("another page before the enrolment: %s", a.Location())
	}
	enrol := c.Get("/account/totp").Want(http.StatusOK).Doc()
	secret := enrol.Text("code")
	if !enrol.Has("svg.qr") || secret == "" {
		t.Fatal("no secret to enrol with")
	}
	c.Post("/account/totp", url.Values{"code": {"000000"}}).Want(http.StatusUnprocessableEntity)
	code := func() string {
		s, err := totp.GenerateCode(secret, w.Core.Now())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	c.Post("/account/totp", url.Values{"code": {code()}}).Want(http.StatusSeeOther)
	c.Get("/").Want(http.StatusOK)
	w.Tick(time.Minute)
	refused(w, c, "/account/totp", url.Values{"code": {code()}}, http.StatusUnprocessableEntity) // required: it stays
	again := w.Guest()
	again.Post("/login", url.Values{"username": {m.Username}, "password": {m.Password}}).Want(http.StatusOK)
	again.Get("/").Want(http.StatusSeeOther)
	again.Post("/login/totp", url.Values{"code": {code()}}).Want(http.StatusSeeOther)
	again.Get("/").Want(http.StatusOK)
	// The other district and other roles are asked for nothing.
	w.As(access.TownshipClerk, "C").Get("/").Want(http.StatusOK)
	w.As(access.TownshipLeader, "A").Get("/").Want(http.StatusOK)
}

func TestWhatWasTypedOutlastsANewPasswordAndAnEnrolment(t *testing.T) {
	t.Parallel()
	w := world(t)
	m := w.Member(access.DistrictAdmin, "甲")
	w.As(access.DistrictAdmin, "甲").Post("/accounts/settings", setting(access.DistrictAdmin, "required", 0)).Want(http.StatusSeeOther)
	w.Exec(`update credentials set must_change = true where account_id = $1`, m.Account)
	saved := func() int {
		return w.Count(`select count(*) from role_settings where tenant_id = $1 and role = $2 and totp = 'optional'`, m.Tenant, string(access.TownshipLeader))
	}
	typed := setting(access.TownshipLeader, "optional", 0)
	typed.Set("_grant", fmt.Sprint(m.Grant))
	c := w.Guest()
	login := url.Values(c.Post("/accounts/settings", typed).Want(http.StatusUnauthorized).Doc().One(`form[action="/login"]`).Fields())
	login.Set("username", m.Username)
	login.Set("password", m.Password)
	if a := c.Post("/login", login).Want(http.StatusSeeOther); a.Location() != "/account/password" {
		t.Fatalf("after the log-in: %s", a.Location())
	}
	if got := c.Get("/account/password").Want(http.StatusOK).Doc().Text("main"); !strings.Contains(got, "刚才填写的内容已保留") {
		t.Errorf("the page of the step says nothing about what was typed: %q", got)
	}
	change(c, m.Password, "short").Want(http.StatusUnprocessableEntity)
	change(c, m.Password, "Fresh-word-2026").Want(http.StatusSeeOther)
	if saved() != 0 {
		t.Fatal("sent before the second factor was enrolled")
	}
	if stored := w.Count(`select count(*) from sessions where position('optional'::bytea in data) > 0`); stored != 0 {
		t.Error("what was typed stands in clear in a session")
	}
	code, err := totp.GenerateCode(c.Get("/account/totp").Want(http.StatusOK).Doc().Text("code"), w.Core.Now())
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Post("/account/totp", url.Values{"code": {code}}).Want(http.StatusSeeOther); a.Location() != "/accounts/settings" || saved() != 1 {
		t.Fatalf("the post that was laid aside led to %s, %d settings saved", a.Location(), saved())
	}
	if change(c, "Fresh-word-2026", "Fresh-word-2027").Want(http.StatusSeeOther); w.Count(`select count(*) from audit_log where action = 'access.setting'`) != 2 {
		t.Error("it was sent twice")
	}
}

func TestSettingsAreTheAdministratorsAndStayWithinLimits(t *testing.T) {
	t.Parallel()
	w := world(t)
	refused(w, w.As(access.DistrictOfficer, "甲"), "/accounts/settings", setting(access.TownshipClerk, "off", 0), http.StatusForbidden)
	admin := w.As(access.DistrictAdmin, "甲")
	for field, value := range map[string]string{"idle": "1", "stay": "365", "days": "-1", "totp": "sometimes", "role": "platform_admin"} {
		form := setting(access.TownshipClerk, "off", 0)
		form.Set(field, value)
		status := http.StatusUnprocessableEntity
		if field == "role" {
			status = http.StatusNotFound
		}
		refused(w, admin, "/accounts/settings", form, status)
	}
	admin.Post("/accounts/settings", setting(access.TownshipClerk, "off", 0)).Want(http.StatusSeeOther)
	refused(w, admin, "/accounts/settings", setting(access.TownshipClerk, "required", 0), http.StatusConflict) // drawn before
	if got := w.As(access.TownshipClerk, "A").Get("/account").Doc(); got.Has(`a[href="/account/totp"]`) {
		t.Error("a second factor is offered where the district offers none")
	}
	// Passwords that expire ask for a new one at the next log-in.
	expiring := setting(access.TownshipLeader, "off", 0)
	expiring.Set("days", "90")
	admin.Post("/accounts/settings", expiring).Want(http.StatusSeeOther)
	m := w.Member(access.TownshipLeader, "A")
	w.Tick(91 * 24 * time.Hour)
	c := w.Guest()
	if a := c.Post("/login", url.Values{"username": {m.Username}, "password": {m.Password}}).Want(http.StatusSeeOther); a.Location() != "/account/password" {
		t.Fatalf("an old password leads to %s", a.Location())
	}
	change(c, m.Password, "Fresh-word-2027").Want(http.StatusSeeOther)
	c.Get("/").Want(http.StatusOK)
}
