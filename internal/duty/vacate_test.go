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
)

// end enters a departure in the register, as its page does.
func (o *office) end(who, lastDay string) {
	o.T.Helper()
	post := o.Count(`select min(id) from appointments where person_id = $1 and upper_inf(during)`, o.people[who])
	o.As(access.DistrictOfficer, "甲").Post(fmt.Sprintf("/cadres/%s/posts/%d/end", o.id(who), post),
		url.Values{"last_day": {lastDay}, "way_out": {"resigned"}}).Want(http.StatusSeeOther)
}

func TestDaysOfSomebodyWhoLeavesOfficeBecomeHoles(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Tick(14 * 24 * time.Hour) // 2026-12-07
	days := o.days("A1/李娜", "A1", "2026-12")
	others := o.days("A1/张伟", "A1", "2026-12")
	o.end("A1/李娜", "2026-12-07")
	left := o.days("A1/李娜", "A1", "2026-12")
	for _, day := range left {
		if day > 7 {
			t.Errorf("still stands on the %dth", day)
		}
	}
	if len(left) == len(days) || len(left) == 0 {
		t.Fatalf("stood on %v and stands on %v", days, left)
	}
	if fmt.Sprint(o.days("A1/张伟", "A1", "2026-12")) != fmt.Sprint(others) {
		t.Error("days of others have moved")
	}
	id := o.roster("A1", "2026-12")
	if n := o.Count(`select count(*) from duty_versions v join duty_rosters r on r.id = v.roster_id where r.id = $1 and v.number = 2 and v.number = r.number
		and v.reason = '李娜不再任职' and r.filled = 31 - $2`, id, len(days)-len(left)); n != 1 {
		t.Error("the roster does not say why its days are empty")
	}
	if n := o.Count(`select count(*) from duty_rosters where id <> $1 and empty_days <> 0`, id); n != 0 {
		t.Error("a roster of somebody of the same name has holes")
	}
	// It is reported on the board and in the roster, in red and in words, and repaired by one command.
	c := o.As(access.TownshipClerk, "A")
	hole := days[len(days)-1]
	if text := c.Get("/duty/2026-12").Want(http.StatusOK).Doc().Text("tbody"); !strings.Contains(text, "有空岗") || !strings.Contains(text, fmt.Sprintf("%d日", hole)) {
		t.Errorf("the board says %s", text)
	}
	page := c.Get(o.rosterPath("A1", "2026-12")).Want(http.StatusOK).Doc()
	if text := page.Text("[class*=notice-error]"); !strings.Contains(text, "空岗") || !strings.Contains(text, fmt.Sprintf("%d日", hole)) {
		t.Errorf("the roster says %q", text)
	}
	before := o.days("A1/张伟", "A1", "2026-12")
	c.Post(o.rosterPath("A1", "2026-12")+"/repair", url.Values{}).Want(http.StatusSeeOther)
	o.covered("A1", "2026-12")
	for _, day := range before {
		if o.stands("A1", "2026-12", day) != o.people["A1/张伟"] {
			t.Errorf("the repair has moved the %dth", day)
		}
	}
}

func TestADeathEmptiesDaysToo(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.As(access.DistrictOfficer, "甲").Post(fmt.Sprintf("/cadres/%s/death", o.id("A1/王芳")), url.Values{"last_day": {"2026-11-22"}}).Want(http.StatusSeeOther)
	if days := o.days("A1/王芳", "A1", "2026-12"); len(days) != 0 {
		t.Errorf("stands on %v", days)
	}
}

func TestWhatReachesTheRegisterByOtherWaysIsFoundByTheHour(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Exec(`update appointments set during = daterange(lower(during), '2026-12-11'), way_out = 'resigned' where person_id = $1`, o.people["A1/李娜"])
	for range 2 { // the second run finds nothing
		for _, tenant := range []string{"甲", "乙"} {
			err := access.InScope(context.Background(), o.Core.System("test", o.Units[tenant].Tenant), func(tx *access.Tx) error {
				_, err := o.module.Store.Vacate(context.Background(), tx, 0)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, day := range o.days("A1/李娜", "A1", "2026-12") {
		if day > 10 {
			t.Errorf("stands on the %dth", day)
		}
	}
	if n := o.Count(`select sum(number) from duty_rosters where number > 0`); n != 5 {
		t.Errorf("the versions sum up to %d, want 5: one of four rosters has a second one", n)
	}
	if n := o.Count(`select count(*) from duty_rosters where empty_days <> 0 and village_id <> $1`, o.Units["A1"].Village); n != 0 {
		t.Error("a roster elsewhere has holes")
	}
}

func TestAnEndedPostThatLeavesAnotherEmptiesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.Units["A1"]
	o.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		values ($1, $2, $3, $4, '李娜', '1', 'vc_member', true, daterange('2024-01-01', null), 'election')`, u.Tenant, u.Township, u.Village, o.people["A1/李娜"])
	was := o.print()
	o.end("A1/李娜", "2026-11-23")
	o.unchanged(was, "ending one of two posts")
}

func TestOneCommandRepairsATownship(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, who := range []string{"A1/李娜", "A2/王芳", "B1/李娜"} {
		o.end(who, "2026-11-23")
	}
	before := o.days("A1/张伟", "A1", "2026-12")
	c := o.As(access.TownshipClerk, "A")
	if !c.Get("/duty/2026-12").Want(http.StatusOK).Doc().Has(`form[action="/duty/2026-12/repair"]`) {
		t.Error("the board does not offer the repair")
	}
	c.Post("/duty/2026-12/repair", url.Values{}).Want(http.StatusSeeOther)
	o.covered("A1", "2026-12")
	o.covered("A2", "2026-12")
	if n := o.Count(`select count(*) from duty_rosters where village_id = $1 and empty_days <> 0 and number = 2`, o.Units["B1"].Village); n != 1 {
		t.Error("the repair has reached another township")
	}
	for _, day := range before {
		if o.stands("A1", "2026-12", day) != o.people["A1/张伟"] {
			t.Errorf("the repair has moved the %dth", day)
		}
	}
	was := o.print()
	c.Post("/duty/2026-12/repair", url.Values{}).Want(http.StatusSeeOther) // nothing is left
	o.unchanged(was, "a repair of nothing")
}
