package app_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"touyan/internal/app"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// site is a fresh production install: a database with the schema, a secret file, and nobody in it.
type site struct {
	t   *testing.T
	cfg app.Config
	URL string
}

func newSite(t *testing.T) *site {
	t.Helper()
	db := testkit.DB(t)
	cfg := config(func() time.Time { return today })
	cfg.DatabaseURL, cfg.MigrateURL, cfg.Demo = db.AppURL, db.OwnerURL, "0"
	cfg.SecretFile, cfg.Log = filepath.Join(t.TempDir(), "secret.json"), slog.New(slog.DiscardHandler)
	if err := app.MakeSecret(cfg.SecretFile); err != nil {
		t.Fatal(err)
	}
	keys, err := cfg.Keys()
	if err != nil {
		t.Fatal(err)
	}
	a := open(t, db, keys, cfg.Clock)
	srv := httptest.NewServer(a.Handler)
	t.Cleanup(func() {
		srv.Close()
		a.Close(context.Background())
	})
	return &site{t, cfg, srv.URL}
}

func (s *site) guest() *testkit.Client { return testkit.ClientAt(s.t, s.URL) }

// code reads the 24-hour code off a page that shows one.
func code(t *testing.T, a testkit.Answer) string {
	t.Helper()
	m := regexp.MustCompile(`\b(\d{4}) (\d{4})\b`).FindStringSubmatch(a.Want(http.StatusOK).Doc().Text("main"))
	if m == nil {
		t.Fatalf("no code on the page: %s", a.Doc().Text("main"))
	}
	return m[1] + m[2]
}

// opened exchanges a code for a password and logs in.
func (s *site) opened(username, code string) *testkit.Client {
	s.t.Helper()
	c := s.guest()
	c.Post("/login/code", url.Values{"username": {username}, "code": {code}, "password": {"First-word-2026"}, "again": {"First-word-2026"}}).Want(http.StatusOK)
	c.Login(username, "First-word-2026")
	return c
}

// ticked tells which steps of the start list are done; nil where there is no list.
func ticked(c *testkit.Client) (done []bool) {
	for _, li := range c.Get("/").Doc().All("li.step") {
		done = append(done, strings.Contains(li.Text(), "已完成"))
	}
	return done
}

func TestAFreshInstallIsSetUpStepByStep(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := context.Background()

	// The operator makes the first account on the machine; its password must be changed before anything else.
	if hint := s.guest().Get("/login").Doc().Text("main"); strings.Contains(hint, "演示") {
		t.Error("a production install speaks of demonstration accounts")
	}
	password, err := app.AddUser(ctx, s.cfg, app.NewUser{Username: "root", Role: "platform_admin"})
	if err != nil {
		t.Fatal(err)
	}
	root := s.guest()
	if a := root.Post("/login", url.Values{"username": {"root"}, "password": {password}}).Want(http.StatusSeeOther); a.Location() != "/account/password" {
		t.Fatalf("with the initial password: %s", a.Location())
	}
	for _, page := range []string{"/", "/districts", "/account"} {
		if a := root.Get(page).Want(http.StatusSeeOther); a.Location() != "/account/password" {
			t.Errorf("%s opens before the password was changed: %s", page, a.Location())
		}
	}
	root.Post("/account/password", url.Values{"old": {password}, "password": {"Own-word-2026"}, "again": {"Own-word-2026"}}).Want(http.StatusSeeOther)
	if a := root.Get("/").Want(http.StatusSeeOther); a.Location() != "/districts" {
		t.Fatalf("the platform administrator starts at %s", a.Location())
	}
	if text := root.Get("/districts").Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "还没有区县") {
		t.Errorf("the empty list says %s", text)
	}

	// The first district comes from a division file.
	file := filepath.Join(repository(t), "internal/demo/data/gaolan_divisions.csv")
	var said bytes.Buffer
	if err := app.ImportDivisions(ctx, s.cfg, "620122", "皋兰县", file, &said); err != nil {
		t.Fatal(err)
	}
	if err := app.ImportDivisions(ctx, s.cfg, "620122", "", file, io.Discard); err != nil || !strings.Contains(said.String(), "新增") {
		t.Errorf("the import says %q; again: %v", said.String(), err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	again := root.PostFile("/districts", url.Values{"code": {"620122"}}, "file", "区划.csv", content).Want(http.StatusOK).Doc().Text("main")
	if !strings.Contains(again, "新增 0,更名 0,文件中没有的 0") {
		t.Errorf("the same file on the page: %s", again)
	}

	// Its administrator is made on the page, and sees the start list.
	admins := root.Get("/districts").Doc().One(`a[href$="/admins"]`).Attr("href")
	admin := s.opened("gl-admin", code(t, root.Post(admins, url.Values{"name": {"赵管理"}, "username": {"gl-admin"}})))
	if got := ticked(admin); len(got) != 4 || !got[0] || got[1] || got[2] || got[3] {
		t.Fatalf("the start list of a district with divisions alone: %v", got)
	}

	// Accounts of the townships, and an officer.
	admin.Post("/accounts/bulk", url.Values{}).Want(http.StatusOK)
	officer := s.opened("gl-officer", code(t, admin.Post("/accounts", url.Values{"name": {"钱干部"}, "username": {"gl-officer"}, "role": {"district_officer"}})))
	if got := ticked(officer); len(got) != 4 || !got[1] || got[2] {
		t.Fatalf("after the accounts: %v", got)
	}

	// The register from a roster, and the scheme from the default one.
	card := idcard.Make("620122", time.Date(1985, 3, 8, 0, 0, 0, 0, time.UTC), 77, idcard.Female)
	roster := "乡镇,村名,姓名,公民身份号码,性别,学历,政治面貌,现任职务,任职时间\n石洞镇,城中社区,赵春梅," + card + ",女,大专,中共党员,社区文书,2024-01\n"
	batch := officer.PostFile("/cadres/import", url.Values{}, "file", "花名册.csv", []byte(roster)).Want(http.StatusSeeOther).Location()
	officer.Post(batch+"/confirm", url.Values{}).Want(http.StatusSeeOther)
	if got := ticked(officer); len(got) != 4 || !got[2] || got[3] {
		t.Fatalf("after the register: %v (%s)", got, officer.Get(batch).Doc().Text("main"))
	}
	scheme := officer.Post("/assessment/schemes", url.Values{"from": {"0"}}).Want(http.StatusSeeOther).Location()
	officer.Post(scheme+"/enable", url.Values{"version": {"1"}}).Want(http.StatusSeeOther)
	if got := ticked(officer); got != nil {
		t.Errorf("the start list stays when all is done: %v", got)
	}
	var report bytes.Buffer
	if err := app.VerifyCommand(ctx, s.cfg, &report); err != nil || !strings.Contains(report.String(), "核验通过") {
		t.Errorf("verify: %v %s", err, report.String())
	}
}
