package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	ics "github.com/arran4/golang-ical"
	"touyan/internal/access"
	"touyan/internal/testkit"
)

func (o *office) feedsPath(village string) string {
	return fmt.Sprintf("/duty/villages/%d/feeds", o.Units[village].Village)
}

// subscribed makes somebody's link and gives its path.
func (o *office) subscribed(c *testkit.Client, village, who string) string {
	o.T.Helper()
	text := c.Post(o.feedsPath(village)+"/"+o.id(village+"/"+who), url.Values{}).Want(http.StatusOK).Doc().Text("#f-link")
	path, ok := strings.CutPrefix(text, "http://localhost")
	if !ok || !strings.HasSuffix(path, ".ics") {
		o.T.Fatalf("the link is %q", text)
	}
	return path
}

// calendar reads a feed as a phone does: without a log-in, by a parser that is not ours.
func (o *office) calendar(path string) (*ics.Calendar, string) {
	o.T.Helper()
	a := o.Guest().Get(path).Want(http.StatusOK)
	body := string(a.Body)
	if kind := a.Header.Get("Content-Type"); kind != "text/calendar; charset=utf-8" {
		o.T.Errorf("it is served as %s", kind)
	}
	for _, l := range strings.Split(strings.TrimSuffix(body, "\r\n"), "\r\n") {
		if len(l) > 75 || strings.ContainsAny(l, "\r\n") {
			o.T.Errorf("line of %d octets: %q", len(l), l)
		}
	}
	c, err := ics.ParseCalendar(strings.NewReader(body))
	if err != nil {
		o.T.Fatalf("the parser refuses it: %v\n%s", err, body)
	}
	return c, body
}

func value(e *ics.VEvent, p ics.ComponentProperty) string {
	if got := e.GetProperty(p); got != nil {
		return got.Value
	}
	return ""
}

func TestAPhonesCalendarShowsSomebodysDays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Exec(`update duty_rosters set phone = '0939-1234567', village_name = '马家沟1村,东;西\社' || repeat('长', 20) where village_id = $1`, o.Units["A1"].Village)
	c := o.As(access.VillageSecretary, "A1")
	path := o.subscribed(c, "A1", "张伟")
	cal, body := o.calendar(path)
	days := o.days("A1/张伟", "A1", "2026-12")
	events := cal.Events()
	if len(events) != len(days) || len(days) == 0 {
		t.Fatalf("%d entries for %d days", len(events), len(days))
	}
	uids := map[string]bool{}
	for i, e := range events {
		from, err := e.GetAllDayStartAt()
		to, failed := e.GetAllDayEndAt()
		if err != nil || failed != nil || from.Format("2006-01-02") != iso("2026-12", days[i]) || to.Sub(from).Hours() != 24 {
			t.Errorf("entry %d is from %v to %v", i, from, to)
		}
		if got := ics.FromText(value(e, ics.ComponentPropertySummary)); !strings.HasPrefix(got, `值班 马家沟1村,东;西\社长`) {
			t.Errorf("summary %q", got)
		}
		if got := ics.FromText(value(e, ics.ComponentPropertyDescription)); got != "值班表第1版\n值班电话:0939-1234567" {
			t.Errorf("description %q", got)
		}
		if value(e, ics.ComponentPropertySequence) != "0" || value(e, ics.ComponentPropertyDtstamp) == "" {
			t.Errorf("entry %s has no stamp or another sequence", e.Serialize(&ics.SerializationConfiguration{}))
		}
		uids[e.Id()] = true
	}
	if len(uids) != len(days) {
		t.Errorf("%d keys for %d entries", len(uids), len(days))
	}
	for _, want := range []string{"X-WR-CALNAME:张伟的值班\r\n", "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n", "TZID:Asia/Shanghai\r\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if strings.Contains(body, "李娜") {
		t.Error("it tells a colleague's days")
	}
	if _, again := o.calendar(path); again != body {
		t.Error("the same duty gives other bytes")
	}

	// 李娜 takes his last day: it leaves his calendar, the others keep their keys and count the version.
	last := days[len(days)-1]
	c.Post(o.swapsPath("A1"), o.trade(last, o.id("A1/李娜"), "record")).Want(http.StatusSeeOther)
	cal, _ = o.calendar(path)
	if n := len(cal.Events()); n != len(days)-1 {
		t.Fatalf("%d entries after the swap", n)
	}
	for _, e := range cal.Events() {
		if !uids[e.Id()] || value(e, ics.ComponentPropertySequence) != "1" {
			t.Errorf("entry %s, sequence %s", e.Id(), value(e, ics.ComponentPropertySequence))
		}
	}
}

func TestAShiftWithHoursEndsOnTheNextMorning(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Exec(`insert into duty_settings (tenant_id, shifts) values ($1, '[{"code":"night","title":"夜班","start":"20:00","end":"08:00","from":"","to":""}]')`, o.Units["A1"].Tenant)
	o.Exec(`update duty_assignments set shift = 'night' where village_id = $1`, o.Units["A1"].Village)
	cal, body := o.calendar(o.subscribed(o.As(access.TownshipClerk, "A"), "A1", "李娜"))
	days := o.days("A1/李娜", "A1", "2026-12")
	for i, e := range cal.Events() {
		from, err := e.GetStartAt()
		to, failed := e.GetEndAt()
		if err != nil || failed != nil || to.Sub(from).Hours() != 12 || from.UTC().Format("2006-01-02 15:04") != iso("2026-12", days[i])+" 12:00" {
			t.Errorf("from %v to %v: %v %v", from, to, err, failed)
		}
	}
	if !strings.Contains(body, "SUMMARY:值班 马家沟1村 夜班") {
		t.Errorf("the shift is not named: %s", body)
	}
}

func TestAnEndedCalendarLinkSaysSo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	old := o.subscribed(c, "A1", "张伟")
	other := o.subscribed(c, "A1", "李娜")
	path := o.subscribed(c, "A1", "张伟") // a new one ends the old one
	gone := func(path string) {
		t.Helper()
		if text := o.Guest().Get(path).Want(http.StatusGone).Doc().Text("main"); !strings.Contains(text, "这条值班日历链接已停用") {
			t.Errorf("it says %q", text)
		}
	}
	gone(old)
	o.calendar(path)
	if n := o.Count(`select count(*) from links where encode(token_hash, 'escape') like '%' || $1 || '%'`, strings.TrimSuffix(strings.TrimPrefix(path, "/duty/feed/"), ".ics")); n != 0 {
		t.Error("the secret itself is stored")
	}
	end := o.feedsPath("A1") + "/" + o.id("A1/张伟") + "/end"
	c.Post(end, url.Values{}).Want(http.StatusSeeOther)
	c.Post(end, url.Values{}).Want(http.StatusSeeOther)
	gone(path)
	o.calendar(other)
	o.Guest().Get("/duty/feed/nobody.ics").Want(http.StatusNotFound)
	o.Guest().Get("/duty/feed/" + strings.Repeat("x", 300)).Want(http.StatusNotFound)
	page := c.Get(o.feedsPath("A1")).Want(http.StatusOK).Doc()
	if got := page.Text("main"); strings.Count(got, "使用中") != 1 || strings.Count(got, "未生成") != 2 {
		t.Errorf("the page says %q", got)
	}
	if n := o.Count(`select count(*) from audit_log where action = 'duty.feed.end'`); n != 1 {
		t.Errorf("%d lines about the end", n)
	}

	// Whoever is not of the village, or may not arrange, makes no link and ends none.
	live := o.Count(`select count(*) from links where revoked_at is null`)
	for _, path := range []string{o.feedsPath("A2") + "/" + o.id("A2/张伟"), o.feedsPath("A1") + "/" + o.id("A2/张伟"), o.feedsPath("C1") + "/" + o.id("C1/张伟")} {
		c.Post(path, url.Values{}).Want(http.StatusNotFound)
		c.Post(path+"/end", url.Values{}).Want(http.StatusNotFound)
	}
	c.Get(o.feedsPath("A2")).Want(http.StatusNotFound)
	o.As(access.TownshipLeader, "A").Post(end, url.Values{}).Want(http.StatusForbidden)
	if n := o.Count(`select count(*) from links where revoked_at is null`); n != live {
		t.Errorf("%d links live, were %d", n, live)
	}
}
