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
