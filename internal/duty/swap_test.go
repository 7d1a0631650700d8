package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

// trade is a swap that 张伟 of A1 gives away, as it is typed: how is record or ask.
func (o *office) trade(from int, with, how string) url.Values {
	return url.Values{"from": {o.place(from, "A1/张伟")[1:]}, "with": {with}, "reason": {"去区里开会"}, "how": {how}}
}

// place is a day on which somebody stands, as the form names it.
func (o *office) place(day int, who string) string { return fmt.Sprintf("p%d..%s", day, o.id(who)) }

func (o *office) swapsPath(village string) string { return o.rosterPath(village, "2026-12") + "/swaps" }

// asked begins a swap between 张伟 and 李娜 of A1 and gives the path of the link, and the days of both.
func (o *office) asked() (link string, from, to int) {
	o.T.Helper()
	from, to = o.days("A1/张伟", "A1", "2026-12")[0], o.days("A1/李娜", "A1", "2026-12")[0]
	page := o.As(access.VillageSecretary, "A1").Post(o.swapsPath("A1"), o.trade(from, o.place(to, "A1/李娜"), "ask")).Want(http.StatusOK).Doc()
	return linkIn(o, page), from, to
}

func linkIn(o *office, page testkit.Doc) string {
	o.T.Helper()
	_, link, ok := strings.Cut(page.Text("#f-message"), "http://localhost")
	if !ok {
		o.T.Fatalf("no link in %q", page.Text("main"))
	}
	return link
}

func agree() url.Values { return url.Values{"answer": {"agree"}} }

func TestASwapIsRecordedForBoth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	from, to := o.days("A1/张伟", "A1", "2026-12")[1], o.days("A1/王芳", "A1", "2026-12")[0]
	zhang, wang := len(o.days("A1/张伟", "A1", "2026-12")), len(o.days("A1/王芳", "A1", "2026-12"))
	c.Post(o.swapsPath("A1"), o.trade(from, o.place(to, "A1/王芳"), "record")).Want(http.StatusSeeOther)
	if o.stands("A1", "2026-12", from) != o.people["A1/王芳"] || o.stands("A1", "2026-12", to) != o.people["A1/张伟"] {
		t.Error("the days have not changed hands")
	}
	o.covered("A1", "2026-12")
	// 李娜 takes a day without giving one: the counters follow.
	day := o.days("A1/张伟", "A1", "2026-12")[0]
	c.Post(o.swapsPath("A1"), o.trade(day, o.id("A1/李娜"), "record")).Want(http.StatusSeeOther)
	if n := len(o.days("A1/张伟", "A1", "2026-12")); n != zhang-1 || len(o.days("A1/王芳", "A1", "2026-12")) != wang {
		t.Errorf("张伟 has %d days, had %d", n, zhang)
	}
	if n := o.Count(`select count(*) from duty_versions where roster_id = $1 and number in (2, 3) and reason like '张伟的%'`, o.roster("A1", "2026-12")); n != 2 {
		t.Errorf("%d versions of 2", n)
	}
	if n := o.Count(`select count(*) from duty_swaps where state = 'recorded' and decided_at is not null`); n != 2 {
		t.Errorf("%d swaps recorded, want 2", n)
	}
	was := o.print()
	c.Post(o.swapsPath("A1"), o.trade(from, o.place(to, "A1/王芳"), "record")).Want(http.StatusConflict) // sent twice: it is not swapped back
	c.Post(o.swapsPath("A1"), o.trade(day, o.id("A1/李娜"), "record")).Want(http.StatusConflict)
	o.unchanged(was, "a swap that was made already")
}

func TestAColleagueAgreesByLinkOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	before := o.Count(`select count(*) from duty_versions`)
	link, from, to := o.asked()
	if n := o.Count(`select count(*) from duty_versions`); n != before || o.stands("A1", "2026-12", from) != o.people["A1/张伟"] {
		t.Error("asking has changed the roster")
	}
	if n := o.Count(`select count(*) from links where token_hash::text like '%' || $1 || '%'`, strings.TrimPrefix(link, "/duty/consent/")); n != 0 {
		t.Error("the token itself is stored")
	}
	guest := o.Guest()
	was := o.print()
	for range 2 {
		page := guest.Get(link).Want(http.StatusOK).Doc()
		if text := page.Text("main"); !strings.Contains(text, "张伟的") || !strings.Contains(text, "我是李娜,同意") || page.Has("script[src*='grid']") {
			t.Errorf("the page of the link: %s", text)
		}
	}
	guest.Post(link, url.Values{}).Want(http.StatusUnprocessableEntity)
	guest.PostFrom("https://evil.example", link, agree()).Want(http.StatusForbidden)
	o.unchanged(was, "opening a link")

	if text := guest.Post(link, agree()).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "值班表已更新") {
		t.Errorf("李娜 is told %q", text)
	}
	if o.stands("A1", "2026-12", from) != o.people["A1/李娜"] || o.stands("A1", "2026-12", to) != o.people["A1/张伟"] {
		t.Error("the days have not changed hands")
	}
	o.covered("A1", "2026-12")
	if n := o.Count(`select count(*) from duty_swaps where state = 'agreed' and decided_by = '李娜' and exists (select from duty_versions where made_by = '李娜(链接确认)')`); n != 1 {
		t.Errorf("%d swaps agreed to, want 1", n)
	}
	was = o.print()
	guest.Post(link, agree()).Want(http.StatusConflict)
	guest.Post(link, url.Values{"answer": {"decline"}}).Want(http.StatusConflict)
	if page := guest.Get(link).Want(http.StatusOK).Doc(); page.Has("main form") || !strings.Contains(page.Text("main"), "已使用过") {
		t.Error("a used link offers the question again")
	}
	for _, wrong := range []string{"/duty/consent/AAAAAAAAAAAAAAAAAAAAAA", link + "x"} {
		guest.Get(wrong).Want(http.StatusNotFound)
		guest.Post(wrong, agree()).Want(http.StatusNotFound)
	}
	o.unchanged(was, "a link used twice")
}

func TestAConsentComesTooLate(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	link, from, to := o.asked()
	o.Tick(time.Duration(min(from, to)+8) * 24 * time.Hour) // the day after the first of the two
	was := o.print()
	guest := o.Guest()
	if page := guest.Get(link).Want(http.StatusOK).Doc(); page.Has("main form") || !strings.Contains(page.Text("main"), "值班日期已过") {
		t.Error("the link still asks after the day")
	}
	if text := guest.Post(link, agree()).Want(http.StatusConflict).Doc().Text("main"); !strings.Contains(text, "日期已过") {
		t.Errorf("too late is answered %q", text)
	}
	c := o.As(access.VillageSecretary, "A1")
	c.Post(o.swapsPath("A1"), o.trade(min(from, to), o.id("A1/王芳"), "record")).Want(http.StatusConflict)
	o.unchanged(was, "a consent after the day")
}

func TestASwapIsDeclinedWithdrawnOrSentAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	link, from, to := o.asked()
	c := o.As(access.VillageSecretary, "A1")
	c.Post(o.swapsPath("A1"), o.trade(from, o.place(to, "A1/李娜"), "ask")).Want(http.StatusConflict) // one question at a time
	id := o.Count(`select id from duty_swaps`)
	again := linkIn(o, c.Post(fmt.Sprintf("/duty/swaps/%d/link", id), url.Values{}).Want(http.StatusOK).Doc())
	o.Guest().Get(link).Want(http.StatusNotFound)
	o.Guest().Post(link, agree()).Want(http.StatusNotFound)
	versions := o.Count(`select count(*) from duty_versions`)
	o.Guest().Post(again, url.Values{"answer": {"decline"}}).Want(http.StatusOK)
	second, _, _ := o.asked()
	next := o.Count(`select max(id) from duty_swaps`)
	was := o.print()
	other := o.As(access.VillageSecretary, "A2")
	other.Post(fmt.Sprintf("/duty/swaps/%d/withdraw", next), url.Values{}).Want(http.StatusNotFound)
	other.Post(fmt.Sprintf("/duty/swaps/%d/link", next), url.Values{}).Want(http.StatusNotFound)
	c.Post(fmt.Sprintf("/duty/swaps/%d/link", id), url.Values{}).Want(http.StatusConflict) // answered already
	o.unchanged(was, "a foreign or late act")
	c.Post(fmt.Sprintf("/duty/swaps/%d/withdraw", next), url.Values{}).Want(http.StatusSeeOther)
	c.Post(fmt.Sprintf("/duty/swaps/%d/withdraw", next), url.Values{}).Want(http.StatusConflict)
	o.Guest().Post(second, agree()).Want(http.StatusConflict)
	if n := o.Count(`select count(*) from duty_versions`); n != versions {
		t.Error("a swap that nobody agreed to has changed the roster")
	}
}

func TestASwapIsCheckedAgainWhenItIsAgreedTo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	link, from, to := o.asked()
	c := o.As(access.TownshipClerk, "A")
	// 李娜 leaves for the day that she would take.
	c.Post(o.leavesPath("A1"), o.away("A1/李娜", iso("2026-12", from), iso("2026-12", from))).Want(http.StatusSeeOther)
	was := o.print()
	if text := o.Guest().Post(link, agree()).Want(http.StatusConflict).Doc().Text("main"); !strings.Contains(text, "李娜") || !strings.Contains(text, "事假") {
		t.Errorf("refused with %q", text)
	}
	o.unchanged(was, "a swap with somebody on leave")
	leave := o.Count(`select id from duty_leaves`)
	c.Post(fmt.Sprintf("/duty/leaves/%d/end", leave), url.Values{"version": {"1"}}).Want(http.StatusSeeOther)
	// Then the day changes hands in the editor.
	c.Post(o.rosterPath("A1", "2026-12"), url.Values{fmt.Sprintf("d.%d.", to): {o.id("A1/王芳")}, fmt.Sprintf("w.%d.", to): {o.id("A1/李娜")},
		"reason": {"临时调整"}}).Want(http.StatusSeeOther)
	was = o.print()
	if text := o.Guest().Post(link, agree()).Want(http.StatusConflict).Doc().Text("main"); !strings.Contains(text, "已不是李娜值班") {
		t.Errorf("refused with %q", text)
	}
	o.unchanged(was, "a swap that does not hold any more")
	o.covered("A1", "2026-12")
}

func TestSwapsStayWithinTheVillage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	from := o.days("A1/张伟", "A1", "2026-12")[0]
	c.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	was := o.print()
	for _, who := range []string{"A2/李娜", "B1/李娜", "C1/李娜"} {
		c.Post(o.swapsPath("A1"), o.trade(from, o.id(who), "record")).Want(http.StatusNotFound)
		c.Post(o.swapsPath("A1"), o.trade(from, o.id(who), "ask")).Want(http.StatusNotFound)
	}
	c.Post(o.swapsPath("A1"), o.trade(from, "p32.."+o.id("A1/李娜"), "record")).Want(http.StatusNotFound)
	c.Post(o.swapsPath("A1"), o.trade(from, "李娜", "record")).Want(http.StatusNotFound)
	c.Post(o.swapsPath("B1"), o.trade(from, o.id("B1/李娜"), "record")).Want(http.StatusNotFound)
	for _, form := range []url.Values{o.trade(from, o.id("A1/张伟"), "record"), o.trade(from, o.place(from, "A1/张伟"), "record"), o.trade(from, "", "record"),
		{"from": {""}, "with": {o.id("A1/李娜")}, "reason": {"开会"}}, {"from": {o.place(from, "A1/张伟")[1:]}, "with": {o.id("A1/李娜")}, "reason": {"会"}}} {
		c.Post(o.swapsPath("A1"), form).Want(http.StatusUnprocessableEntity)
	}
	draft := o.rosterPath("A1", "2027-01") + "/swaps"
	c.Post(draft, o.trade(o.days("A1/张伟", "A1", "2027-01")[0], o.id("A1/李娜"), "record")).Want(http.StatusConflict) // still a draft
	o.unchanged(was, "a swap beyond the village")
}

func TestOneOfManyConsentsWins(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	link, from, _ := o.asked()
	var wait sync.WaitGroup
	status := make([]int, 8)
	for i := range status {
		c := o.Guest()
		wait.Go(func() { status[i] = c.Post(link, agree()).Status })
	}
	wait.Wait()
	won := 0
	for _, s := range status {
		switch s {
		case http.StatusOK:
			won++
		case http.StatusConflict:
		default:
			t.Errorf("answered %d", s)
		}
	}
	if n := o.Count(`select count(*) from duty_versions where roster_id = $1`, o.roster("A1", "2026-12")); won != 1 || n != 2 || o.stands("A1", "2026-12", from) != o.people["A1/李娜"] {
		t.Errorf("%d consents have won and made %d versions, want 1 and 2", won, n)
	}
}
