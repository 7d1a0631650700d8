package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
)

// seasons are two shifts, the second one with summer and winter hours, as they are typed.
func seasons(version string) url.Values {
	return url.Values{"version": {version}, "public_page": {"1"},
		"title0": {"上午班"}, "start0": {"08:30"}, "end0": {"12:00"},
		"title1": {"下午班"}, "start1": {"14:30"}, "end1": {"18:00"}, "from1": {"05-01"}, "to1": {"09-30"},
		"title2": {"下午班"}, "start2": {"14:00"}, "end2": {"17:30"}, "from2": {"10-01"}, "to2": {"04-30"}}
}

func TestShiftsHoldFromTheFirstMonthThatHangsOnNoWall(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.As(access.TownshipClerk, "A")
	clerk.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	officer := o.As(access.DistrictOfficer, "甲")
	if text := officer.Get("/duty/settings").Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "现在执行:每天一班,全天") || !strings.Contains(text, "从2027年1月起执行") {
		t.Errorf("the page says %s", text)
	}
	officer.Post("/duty/settings", seasons("0")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from duty_rosters where month = '2026-12-01' and (empty_days <> 0 or filled <> 31 or number <> 1)`); n != 0 {
		t.Errorf("%d rosters on the wall changed", n)
	}
	if n := o.Count(`select empty_days from duty_rosters where month = '2027-01-01' and village_id = $1`, o.Units["A1"].Village); n != 1<<31-1 {
		t.Errorf("the draft for other shifts has the empty days %b", n)
	}
	clerk.Post("/duty/2027-01/publish", url.Values{}).Want(http.StatusConflict)
	clerk.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from duty_assignments a join duty_rosters r on r.id = a.roster_id where r.month = '2027-01-01' and r.village_id = $1 and a.shift in ('s1', 's2')`, o.Units["A1"].Village); n != 62 {
		t.Errorf("%d places of two shifts are filled, want 62", n)
	}
	clerk.Post("/duty/2027-01/publish", url.Values{}).Want(http.StatusSeeOther)
	// December is whole as before, whatever holds now.
	if page := clerk.Get(o.rosterPath("A1", "2026-12")).Want(http.StatusOK).Doc(); page.Has(".roster-empty") || len(page.All("fieldset.roster-day")) != 31 {
		t.Errorf("December shows %s", page.Text(".roster"))
	}
	if n := len(clerk.Get(o.rosterPath("A1", "2027-01")).Want(http.StatusOK).Doc().All("fieldset.roster-day")); n != 62 {
		t.Errorf("January has %d places", n)
	}

	// Back to one shift: it holds from February on, and the codes of January stay known.
	officer.Post("/duty/settings", url.Values{"version": {"1"}}).Want(http.StatusSeeOther)
	if n := len(clerk.Get(o.rosterPath("A1", "2027-01")).Want(http.StatusOK).Doc().All("fieldset.roster-day")); n != 62 {
		t.Errorf("January has %d places after the change", n)
	}
	if n := o.Count(`select count(*) from duty_settings where version = 2 and not public_page and jsonb_array_length(former) = 2 and shifts = '[]'`); n != 1 {
		t.Error("the settings do not keep what held before")
	}
}

func TestSettingsRefuseWhatNoCalendarHolds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	officer := o.As(access.DistrictOfficer, "甲")
	for field, typed := range map[string]string{"title0": "", "start0": "8点半", "end0": "24:00", "end1": "14:30", "from1": "02-30", "to1": "", "title2": strings.Repeat("长", 11)} {
		form := seasons("0")
		form.Set(field, typed)
		doc := officer.Post("/duty/settings", form).Want(http.StatusUnprocessableEntity).Doc()
		if got := doc.One(`input[name="end2"]`).Attr("value"); got != "17:30" || !doc.Has(".field-error") {
			t.Errorf("%s=%q: what was typed is %q", field, typed, got)
		}
	}
	if n := o.Count(`select count(*) from duty_settings`); n != 0 {
		t.Error("something was stored")
	}
	officer.Post("/duty/settings", seasons("0")).Want(http.StatusSeeOther)
	stale := seasons("0")
	stale.Set("title0", "早班")
	if text := officer.Post("/duty/settings", stale).Want(http.StatusConflict).Doc().Text("main"); !strings.Contains(text, "上午班 08:30") || !strings.Contains(text, "早班 08:30") {
		t.Errorf("a conflict without both values: %s", text)
	}
	o.As(access.TownshipClerk, "A").Post("/duty/settings", seasons("1")).Want(http.StatusForbidden)
	if n := o.Count(`select count(*) from duty_settings where tenant_id = $1 and version = 1`, o.Units["甲"].Tenant); n != 1 {
		t.Error("a refused form changed the settings")
	}
}

func TestAConflictOverSettingsShowsAllThatDiffers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	officer := o.As(access.DistrictOfficer, "甲")
	officer.Post("/duty/settings", seasons("0")).Want(http.StatusSeeOther)
	stale := seasons("0") // the same shifts, but the page closed and the phone shown
	stale.Del("public_page")
	stale.Set("public_phone", "1")
	text := officer.Post("/duty/settings", stale).Want(http.StatusConflict).Doc().Text("main")
	for _, label := range []string{"扫码查看本月值班安排", "公开页面显示值班电话"} {
		if !strings.Contains(text, label) {
			t.Errorf("the conflict does not show %s: %s", label, text)
		}
	}
	if strings.Contains(text, "上午班 08:30") {
		t.Errorf("the conflict shows what is the same: %s", text)
	}
	if n := o.Count(`select count(*) from duty_settings where version = 1 and public_page and not public_phone`); n != 1 {
		t.Error("a stale form changed the settings")
	}
}

func TestVillagesShowTheTownshipsPhoneUntilTheyHaveTheirOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.As(access.TownshipClerk, "A")
	key := func(prefix, village string) string { return fmt.Sprintf("%s.%d", prefix, o.Units[village].Village) }
	phone := func(village, month string) (p string) {
		t.Helper()
		if err := o.Owner.QueryRow(t.Context(), `select phone from duty_rosters where village_id = $1 and month = $2`, o.Units[village].Village, month+"-01").Scan(&p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	want := func(what, a1, a2 string) {
		t.Helper()
		if x, y := phone("A1", "2026-12"), phone("A2", "2026-12"); x != a1 || y != a2 || phone("B1", "2026-12") != "" || phone("C1", "2026-12") != "" {
			t.Errorf("%s: %q and %q, want %q and %q; the neighbours %q, %q", what, x, y, a1, a2, phone("B1", "2026-12"), phone("C1", "2026-12"))
		}
	}
	clerk.Post("/duty/phones", url.Values{"w.same": {""}, "same": {"0939-8210000"}, key("p", "A1"): {"0939-8213456"}}).Want(http.StatusSeeOther)
	want("entered", "0939-8213456", "0939-8210000")
	page := clerk.Get("/duty/phones").Doc()
	if page.One(`input[name="same"]`).Attr("value") != "0939-8210000" || page.One(`input[name="`+key("p", "A2")+`"]`).Attr("value") != "" {
		t.Error("the page shows the township's number as the village's own")
	}
	clerk.Post("/duty/phones", url.Values{"w.same": {"0939-8210000"}, "same": {"0939-8210001"}}).Want(http.StatusSeeOther)
	want("the township's changed", "0939-8213456", "0939-8210001")
	secretary := o.As(access.VillageSecretary, "A1")
	if text := secretary.Get("/duty/phones").Doc().Text("main"); !strings.Contains(text, "不填写时使用乡镇(街道)的值班电话 0939-8210001") {
		t.Errorf("the village's page says %s", text)
	}
	secretary.Post("/duty/phones", url.Values{"same": {"0939-8219999"}, key("p", "A1"): {""}}).Want(http.StatusSeeOther)
	want("the village gave up its own", "0939-8210001", "0939-8210001")

	// A village that joins later shows it on its first roster.
	u := o.Units["A1"]
	village := o.Count(`insert into villages (tenant_id, township_id, code, name, official_name, kind) values ($1, $2, '621202999999', '新村', '新村', 'village') returning id`,
		u.Tenant, u.Township)
	clerk.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from duty_rosters where village_id = $1 and phone = '0939-8210001'`, village); n != 1 {
		t.Error("the new village does not show the township's phone")
	}
	// Two at once, and what is no phone.
	clerk.Post("/duty/phones", url.Values{"w.same": {"0939-8210000"}, "same": {"0939-8217777"}}).Want(http.StatusConflict)
	clerk.Post("/duty/phones", url.Values{"w.same": {"0939-8210001"}, "same": {"张伟手机"}}).Want(http.StatusUnprocessableEntity)
	want("refused", "0939-8210001", "0939-8210001")
	if n := o.Count(`select count(*) from duty_phones where phone = '0939-8210001'`); n != 1 || o.Count(`select count(*) from duty_phones`) != 1 {
		t.Error("the township's phone is not kept once")
	}
}

func TestTheDutyPhoneIsEnteredAndCarriedOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk, secretary := o.As(access.TownshipClerk, "A"), o.As(access.VillageSecretary, "A1")
	key := func(prefix, village string) string { return fmt.Sprintf("%s.%d", prefix, o.Units[village].Village) }
	phone := func(village, at string) int {
		return o.Count(`select count(*) from duty_rosters where village_id = $1 and phone = $2`, o.Units[village].Village, at)
	}
	secretary.Post("/duty/phones", url.Values{key("w", "A1"): {""}, key("p", "A1"): {"0939-8213456"}}).Want(http.StatusSeeOther)
	clerk.Post("/duty/phones", url.Values{"same": {"0939-8210000"}, key("w", "A1"): {"0939-8213456"}, key("p", "A1"): {"0939-8213456"}, key("w", "A2"): {""}, key("p", "A2"): {""}}).Want(http.StatusSeeOther)
	if phone("A1", "0939-8213456") != 1 || phone("A2", "0939-8210000") != 1 || o.Count(`select count(*) from duty_rosters where phone <> ''`) != 2 {
		t.Error("the phones are not as entered")
	}
	clerk.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	if phone("A1", "0939-8213456") != 2 {
		t.Error("the next month does not carry the phone on")
	}
	for typed, status := range map[string]int{"张伟手机": http.StatusUnprocessableEntity, "12": http.StatusUnprocessableEntity} {
		if !clerk.Post("/duty/phones", url.Values{key("p", "A1"): {typed}}).Want(status).Doc().Has(".field-error") {
			t.Errorf("%s without a word", typed)
		}
	}
	clerk.Post("/duty/phones", url.Values{key("w", "A1"): {""}, key("p", "A1"): {"0939-8219999"}}).Want(http.StatusConflict)
	for _, village := range []string{"A2", "B1", "C1"} {
		secretary.Post("/duty/phones", url.Values{key("p", village): {"0939-8219999"}}).Want(http.StatusNotFound)
	}
	if o.Count(`select count(*) from duty_rosters where phone = '0939-8219999'`) != 0 || phone("A1", "0939-8213456") != 2 {
		t.Error("a refused form changed a phone")
	}
}
