package duty_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// token is what the code on a village's sheet of December leads to.
func (o *office) token(village string) string {
	o.T.Helper()
	u := o.Units[village]
	token, err := access.StandingToken(o.Scope(access.VillageSecretary, village), access.Link{Purpose: "duty.wall", Township: u.Township, Village: u.Village,
		Subject: o.roster(village, "2026-12")})
	if err != nil {
		o.T.Fatal(err)
	}
	return "/duty/wall/" + token
}

// change lets the clerk of A give a day of A1 to somebody else, which makes the next version.
func (o *office) change(day int, to, reason string) {
	o.T.Helper()
	was := o.stands("A1", "2026-12", day)
	o.As(access.TownshipClerk, "A").Post(o.rosterPath("A1", "2026-12"), url.Values{"reason": {reason},
		fmt.Sprintf("d.%d.", day): {o.id(to)}, fmt.Sprintf("w.%d.", day): {fmt.Sprint(was)}}).Want(http.StatusSeeOther)
}

func TestASheetHangsOnlyWhatIsPublished(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk, secretary := o.As(access.TownshipClerk, "A"), o.As(access.VillageSecretary, "A1")
	clerk.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	for _, page := range []string{"/wall", "/text", "/versions", "/versions/1"} {
		if a := clerk.Get(o.rosterPath("A1", "2027-01") + page).Want(http.StatusConflict); !strings.Contains(string(a.Body), "还没有发布") {
			t.Errorf("%s of a draft does not say why", page)
		}
		for _, at := range []string{"A2", "B1", "C1"} {
			secretary.Get(o.rosterPath(at, "2026-12") + page).Want(http.StatusNotFound)
		}
		clerk.Get(o.rosterPath("B1", "2026-12") + page).Want(http.StatusNotFound)
	}
	clerk.Get(fmt.Sprintf("/duty/2027-01/wall/%d", o.Units["A"].Township)).Want(http.StatusConflict)
	clerk.Get(fmt.Sprintf("/duty/2026-12/wall/%d", o.Units["B"].Township)).Want(http.StatusNotFound)
	secretary.Get(fmt.Sprintf("/duty/2026-12/wall/%d", o.Units["A"].Township)).Want(http.StatusForbidden)
	if n := len(clerk.Get(fmt.Sprintf("/duty/2026-12/wall/%d", o.Units["A"].Township)).Want(http.StatusOK).Doc().All("section.wall")); n != 2 {
		t.Errorf("%d sheets of the two villages of A", n)
	}
	if n := len(o.As(access.DistrictOfficer, "甲").Get(fmt.Sprintf("/duty/2026-12/wall/%d", o.Units["B"].Township)).Want(http.StatusOK).Doc().All("section.wall")); n != 1 {
		t.Errorf("%d sheets of the one village of B", n)
	}

	o.Exec(`update duty_rosters set phone = '0939-3200001' where id = $1`, o.roster("A1", "2026-12"))
	page := secretary.Get(o.rosterPath("A1", "2026-12") + "/wall").Want(http.StatusOK).Doc()
	if text := page.Text(".wall"); !strings.Contains(text, "马家沟1村2026年12月值班表") || !strings.Contains(text, "2026年11月23日发布") ||
		!strings.Contains(text, "0939-3200001") || strings.Contains(text, "版") || page.Has("script") {
		t.Errorf("the first sheet says %s", text)
	}
	if names := page.All(".wall-name"); len(names) != 31 || !strings.Contains(page.Text(".wall-people"), "张伟(书记)") {
		t.Errorf("%d names on 31 days, people %s", len(names), page.Text(".wall-people"))
	}
	if cells := page.All(".wall-month td"); len(cells) != 35 || cells[0].Text() != "" || !strings.HasPrefix(cells[1].Text(), "1") {
		t.Errorf("December 2026 begins on a Tuesday and has five weeks, the sheet has %d cells", len(cells))
	}
}

func TestEveryVersionStaysAsItLooked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	day := o.days("A1/张伟", "A1", "2026-12")[0]
	o.change(day, "A1/王芳", "张伟去区里开会")
	c, path := o.As(access.VillageSecretary, "A1"), o.rosterPath("A1", "2026-12")
	cell := func(at string) string {
		t.Helper()
		return c.Get(path + at).Want(http.StatusOK).Doc().All(".wall-month td")[day].Text() // the first cell lies in November
	}
	if got := cell("/wall"); !strings.Contains(got, "王芳") {
		t.Errorf("the sheet says %s", got)
	}
	if got := cell("/versions/1"); !strings.Contains(got, "张伟") {
		t.Errorf("the first version says %s", got)
	}
	if head := c.Get(path + "/wall").Doc().Text(".wall-head"); !strings.Contains(head, "第2版") || strings.Contains(head, "历史版本") {
		t.Errorf("head of the sheet: %s", head)
	}
	old := c.Get(path + "/versions/1").Doc()
	if head := old.Text(".wall-head"); !strings.Contains(head, "历史版本,现行为第2版") || old.Has(".qr") {
		t.Errorf("head of the old version: %s", head)
	}
	c.Get(path + "/versions/3").Want(http.StatusNotFound)
	c.Get(path + "/versions/0").Want(http.StatusNotFound)
	panels := c.Get(path + "/versions").Want(http.StatusOK).Doc().All("section.panel")
	if len(panels) != 2 {
		t.Fatalf("%d versions of 2", len(panels))
	}
	if text := panels[0].Text(); !strings.Contains(text, "第2版") || !strings.Contains(text, "张伟去区里开会") || !strings.Contains(text, fmt.Sprintf("12月%d日", day)) {
		t.Errorf("the second version: %s", text)
	}
	if text := panels[1].Text(); !strings.Contains(text, "首次发布") {
		t.Errorf("the first version: %s", text)
	}
}

func TestTheMonthIsCopiedAsText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Exec(`update duty_rosters set phone = '0939-3200001' where id = $1`, o.roster("A1", "2026-12"))
	o.Exec(`update duty_assignments set stand_in = true, person_id = null, person_name = '刘洋', title = '' where roster_id = $1 and on_day = '2026-12-05'`,
		o.roster("A1", "2026-12"))
	a := o.As(access.VillageSecretary, "A1").Get(o.rosterPath("A1", "2026-12") + "/text").Want(http.StatusOK)
	_, rest, _ := strings.Cut(string(a.Body), "readonly>")
	text, _, _ := strings.Cut(rest, "</textarea>")
	lines := strings.Split(text, "\n")
	if len(lines) != 33 || lines[0] != "马家沟1村2026年12月值班安排(2026年11月23日发布)" || lines[1] != "值班电话:0939-3200001" ||
		lines[6] != "5日 周六 刘洋(代班)" || !strings.HasPrefix(lines[32], "31日 周四 ") {
		t.Errorf("the text:\n%s", strings.Join(lines, "\n"))
	}
	if page := a.Doc(); page.Has("main form") || page.Has("script") || !page.Has("textarea[readonly]") {
		t.Error("the page of the text is more than a text to copy")
	}
}

func TestTheWallOpensToWhoeverHoldsItsLink(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	guest, link := o.Guest(), o.token("A1")
	o.Exec(`update duty_rosters set phone = '0939-3200001'`)
	was := o.print()
	a := guest.Get(link).Want(http.StatusOK)
	if a.Header.Get("X-Robots-Tag") != "noindex, nofollow, noarchive" || len(a.Header.Values("Set-Cookie")) > 0 {
		t.Errorf("headers %v", a.Header)
	}
	page := a.Doc()
	if rows := page.All("tbody tr"); len(rows) != 31 || page.Has("form") || strings.Contains(page.Text("body"), "0939") || strings.Contains(page.Text("main"), "今天") {
		t.Errorf("the page has %d days: %s", len(rows), page.Text("main"))
	}
	o.Exec(`insert into duty_settings (tenant_id, public_phone) values ($1, true)`, o.Units["A1"].Tenant)
	if text := guest.Get(link).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "0939-3200001") {
		t.Error("the district has the phone shown, and it is not")
	}
	o.change(o.days("A1/张伟", "A1", "2026-12")[0], "A1/王芳", "张伟去区里开会")
	if text := guest.Get(link).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "第2版") {
		t.Errorf("the link on the wall shows an old version: %s", text)
	}
	if o.token("A1") != link {
		t.Error("the sheet's link changes from printing to printing")
	}
	o.Exec(`update duty_settings set public_page = false`)
	guest.Get(link).Want(http.StatusNotFound)
	if o.As(access.VillageSecretary, "A1").Get(o.rosterPath("A1", "2026-12") + "/wall").Want(http.StatusOK).Doc().Has(".qr") {
		t.Error("the sheet's code leads to a page that is switched off")
	}
	o.Exec(`update duty_settings set public_page = true`)
	o.Tick(month.MustParse("2026-12").Date(9).Sub(month.MustParse("2026-11").Date(23)))
	if text := guest.Get(link).Doc().Text(".notice"); !strings.Contains(text, "今天(12月9日)值班") {
		t.Errorf("on 9 December: %s", text)
	}
	o.Tick(month.MustParse("2027-01").Date(31).Sub(month.MustParse("2026-12").Date(9)))
	guest.Get(link).Want(http.StatusOK)
	o.Tick(48 * time.Hour)
	guest.Get(link).Want(http.StatusNotFound) // a month later nobody needs it
	if was == o.print() {
		t.Error("the print sees no change at all")
	}
}

func TestALinkToTheWallCannotBeMade(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	guest, link := o.Guest(), o.token("A1")
	other := o.token("A2")
	o.As(access.TownshipClerk, "A").Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	u := o.Units["A1"]
	draft, err := access.StandingToken(o.Scope(access.VillageSecretary, "A1"), access.Link{Purpose: "duty.wall", Township: u.Township, Village: u.Village,
		Subject: o.roster("A1", "2027-01")})
	if err != nil {
		t.Fatal(err)
	}
	was := o.print()
	for what, wrong := range map[string]string{"nothing": "/duty/wall/AA", "a guess": "/duty/wall/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "longer": link + "A",
		"shorter": link[:len(link)-1], "half of another": link[:len(link)-10] + other[len(other)-10:], "a draft": "/duty/wall/" + draft,
		"other letters": strings.ToUpper(link[:20]) + link[20:], "no base64": "/duty/wall/%00%ff"} {
		if a := guest.Get(wrong); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", what, a.Status)
		}
	}
	o.unchanged(was, "a wrong link")
	for _, unit := range []string{"A2", "B1", "C1"} { // nobody makes the link of a village that he does not see
		v := o.Units[unit]
		if _, err := access.StandingToken(o.Scope(access.VillageSecretary, "A1"), access.Link{Purpose: "duty.wall", Township: v.Township, Village: v.Village, Subject: 1}); err == nil {
			t.Errorf("the secretary of A1 makes a link of %s", unit)
		}
	}
	token := strings.TrimPrefix(link, "/duty/wall/")
	if _, _, err := o.Core.FromStanding(token, "duty.feed"); err == nil {
		t.Error("a link opens another purpose")
	}
	s, subject, err := o.Core.FromStanding(token, "duty.wall")
	if err != nil || subject != o.roster("A1", "2026-12") || s.Village() != u.Village || !s.ReadOnly() || s.Can("duty.read") {
		t.Fatalf("the link gives %v %d %v", s, subject, err)
	}
	err = access.InScope(context.Background(), s, func(tx *access.Tx) error {
		_, err := tx.Exec(context.Background(), `update duty_rosters set phone = '1' where tenant_id = $1`, tx.Tenant())
		return err
	})
	if err == nil {
		t.Error("whoever holds the link can write")
	}
}
