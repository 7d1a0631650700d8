package duty_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"touyan/internal/access"
	"touyan/internal/platform/month"
	"touyan/internal/testkit"
	"touyan/web"
)

// browser is somebody at a real browser, with a policy as strict as the program's.
func (o *office) browser(role access.Role, unit string) *testkit.Browser {
	o.T.Helper()
	if err := web.Check(); err != nil {
		o.T.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", web.Handler())
	mux.Handle("/", o.Handler)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'")
		mux.ServeHTTP(w, r)
	}))
	o.T.Cleanup(srv.Close)
	b := testkit.NewBrowser(o.T, srv.URL)
	m := o.Member(role, unit)
	b.Login(m.Username, m.Password)
	return b
}

// crowd publishes a roster of A1 in a month of 31 days and six weeks: nine people with names as long as they come, every
// place filled.
func (o *office) crowd(at string, shifts []string) int64 {
	o.T.Helper()
	u, m := o.Units["A1"], month.MustParse(at)
	id := int64(o.Count(`insert into duty_rosters (tenant_id, township_id, village_id, month, township_name, village_name, places, filled, phone, number,
			published_at, drafted_by, drafted_at)
		values ($1, $2, $3, $4, '新疆维吾尔族聚居镇(街道)', '阿克苏地区马家沟第一社区居民委员会', $5, $5, '0939-3202442转8001', 12, now(), '王建国', now()) returning id`,
		u.Tenant, u.Township, u.Village, m.First(), 31*len(shifts)))
	names := []string{"阿卜杜热合曼·买买提", "阿卜杜外力·阿卜杜热西提", "古丽努尔·阿卜杜克热木", "热依汗古丽·吾斯曼江", "买买提吐尔逊·艾合买提",
		"阿依古丽·买买提依明", "吐尔逊江·阿不都热依木", "努尔买买提·图尔荪托合提", "帕提古丽·阿卜杜热合曼"}
	for day := 1; day <= 31; day++ {
		for i, shift := range shifts {
			o.Exec(`insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, shift, person_name, title, stand_in, reason)
				values ($1, $2, $3, $4, $5, $6, $7, '村党组织书记、村委会主任', $8, '')`, u.Tenant, u.Township, u.Village, id, m.Date(day), shift,
				names[(day+i)%len(names)], day%9 == 0)
		}
	}
	o.Exec(`insert into duty_versions (tenant_id, township_id, village_id, roster_id, number, reason, days, changes, phone, made_by, made_at)
		values ($1, $2, $3, $4, 12, '补空岗', '[]', '[]', '', '王建国', now())`, u.Tenant, u.Township, u.Village, id)
	return id
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page\b`)

func TestTheSheetFitsItsPaper(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	list := []map[string]string{{"code": "a", "title": "上午班", "start": "08:30", "end": "12:00"}, {"code": "b", "title": "下午班", "start": "14:30", "end": "18:00"},
		{"code": "c", "title": "夜间班", "start": "18:00", "end": "08:30"}}
	shifts, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	o.Exec(`insert into duty_settings (tenant_id, shifts) values ($1, $2)`, o.Units["A1"].Tenant, string(shifts))
	b := o.browser(access.TownshipClerk, "A")
	for at, c := range map[string]struct {
		shifts []string
		pages  map[string]int
	}{
		"2026-08": {[]string{""}, map[string]int{"a4": 1, "a3": 1, "two": 2}},
		"2025-03": {[]string{"a", "b"}, map[string]int{"a4": 1, "a3": 1, "two": 2}},
		"2025-06": {[]string{""}, map[string]int{"a4": 1}},
	} {
		id := o.crowd(at, c.shifts)
		for paper, pages := range c.pages {
			b.Go(fmt.Sprintf("/duty/rosters/%d/wall?paper=%s", id, paper))
			pdf := b.PDF()
			if n := len(pdfPage.FindAll(pdf, -1)); n != pages {
				t.Errorf("%s with %d shifts on %s: %d pages, want %d", at, len(c.shifts), paper, n, pages)
			}
			keep(t, fmt.Sprintf("%s-%d-%s.pdf", at, len(c.shifts), paper), pdf)
		}
	}
	// Three shifts a day are cut in two, so that the type stays large.
	b.Go(fmt.Sprintf("/duty/rosters/%d/wall", o.crowd("2026-03", []string{"a", "b", "c"})))
	pdf := b.PDF()
	if n := len(pdfPage.FindAll(pdf, -1)); n != 2 {
		t.Errorf("three shifts: %d pages, want 2", n)
	}
	keep(t, "three.pdf", pdf)
	b.Go(fmt.Sprintf("/duty/2026-12/wall/%d", o.Units["A"].Township))
	if n := len(pdfPage.FindAll(b.PDF(), -1)); n != 2 {
		t.Errorf("the township's two villages: %d pages", n)
	}
}

// keep leaves a paper where somebody wants to look at it.
func keep(t *testing.T, name string, pdf []byte) {
	t.Helper()
	if dir := os.Getenv("TOUYAN_PAPERS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheCodeOnTheSheetOpensThePage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := o.browser(access.TownshipClerk, "A")
	b.Go(o.rosterPath("A1", "2026-12") + "/wall")
	b.Eval(`document.querySelector(".wall").style.setProperty("--u", "5"); // the camera comes near
		document.querySelector(".qr").scrollIntoView({block: "center", inline: "center"})`)
	file := filepath.Join(t.TempDir(), "sheet.png")
	b.Screenshot(file)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	read, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatalf("the code cannot be read: %v", err)
	}
	if read.GetText() != "http://localhost"+o.token("A1") {
		t.Errorf("the code says %s", read.GetText())
	}
}

func TestTheTextIsCopiedByAButton(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := o.browser(access.TownshipClerk, "A")
	b.Go(o.rosterPath("A1", "2026-12") + "/text")
	b.Complaints() // those of the page after the log-in, which this house does not have
	b.Click("[data-copy]")
	b.WaitText("[data-copy]", "已复制")
	if all := append(b.Foreign(), b.Complaints()...); len(all) > 0 {
		t.Errorf("the page complains: %q", all)
	}
}
