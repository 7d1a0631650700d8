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
)

func TestAnAbsenceIsProposedOnce(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.TownshipClerk, "A")
	if page := c.Get(p.checkOf("A1")).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(page, "张伟") {
		t.Errorf("the form does not say who should be there: %s", page)
	}
	for range 2 {
		c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")).Want(http.StatusSeeOther)
	}
	id := p.Count(`select id from duty_checks`)
	origin := fmt.Sprintf("duty.check:%d", id)
	if want := fmt.Sprintf("2026-11 %d %d duty_absence", p.Units["A1"].Village, p.people["A1/张伟"]); len(p.sheet.open) != 1 || p.sheet.open[origin] != want {
		t.Errorf("proposed %v, want %s", p.sheet.open, want)
	}
	if n := p.Count(`select count(*) from duty_rosters where village_id = $1 and absent_days = 1 << 22 and checked_days = 1 << 22`, p.Units["A1"].Village); n != 1 {
		t.Error("the roster does not know that nobody was found on the 23rd")
	}
	list := c.Get("/duty/overview/2026-11/checks").Want(http.StatusOK).Doc()
	if rows := list.All("tbody tr"); len(rows) != 1 || !strings.Contains(rows[0].Text(), "不在岗") || !strings.Contains(rows[0].Text(), "待确认") {
		t.Errorf("the list shows %d rows: %s", len(rows), list.Text("tbody"))
	}
	if rows := p.As(access.TownshipClerk, "B").Get("/duty/overview/2026-11/checks").Doc().All("tbody tr"); len(rows) != 0 {
		t.Error("the sibling township sees it")
	}
	if rows := p.As(access.DistrictOfficer, "甲").Get("/duty/overview/2026-11/checks").Doc().All("tbody tr"); len(rows) != 1 {
		t.Error("the district does not see it")
	}
}

func TestAResidentOrAnEmptyDayIsNotProposed(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.TownshipClerk, "A")
	a := c.Post(p.checkOf("A1"), spot("2026-11-22", "09:30", "absent")).Want(http.StatusSeeOther) // 李娜, 驻村第一书记
	if said := c.Get(a.Location()).Doc().Text("body"); !strings.Contains(said, "没有提出拟扣分:该同志的职务不参加考评") {
		t.Errorf("it is not said: %s", said)
	}
	p.Tick(8 * 24 * time.Hour)
	c = p.As(access.TownshipClerk, "A")
	c.Post(p.checkOf("A1"), spot("2026-11-30", "09:30", "absent")).Want(http.StatusSeeOther)
	c.Post(p.checkOf("A2"), spot("2026-11-30", "09:30", "substitute", "found", "镇上小王")).Want(http.StatusSeeOther)
	c.Post(p.checkOf("A2"), spot("2026-11-29", "09:30", "excused")).Want(http.StatusSeeOther)
	if len(p.sheet.open) != 0 {
		t.Errorf("proposed %v", p.sheet.open)
	}
	if n := p.Count(`select count(*) from duty_checks where person_id is null and person_name = ''`); n != 2 {
		t.Errorf("%d checks of an empty day", n)
	}
	if n := p.Count(`select absent_days from duty_rosters where village_id = $1`, p.Units["A2"].Village); n != 1<<28 {
		t.Errorf("a leave with nobody there is a day without anybody: %b", n)
	}
}

func TestAClosedSheetIsSaidAndTheCheckStands(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.sheet.refuse = "2026年11月的考评结果已公示,不能再提出扣分"
	c := p.As(access.TownshipClerk, "A")
	a := c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")).Want(http.StatusSeeOther)
	if said := c.Get(a.Location()).Doc().Text("body"); !strings.Contains(said, "没有提出拟扣分:2026年11月的考评结果已公示") {
		t.Errorf("it is not said: %s", said)
	}
	id := p.Count(`select id from duty_checks where proposal = ''`)
	p.sheet.refuse = ""
	for range 2 {
		c.Post(fmt.Sprintf("/duty/checks/%d/propose", id), nil).Want(http.StatusSeeOther)
	}
	if len(p.sheet.open) != 1 || p.Count(`select count(*) from duty_checks where proposal <> ''`) != 1 {
		t.Errorf("proposed %v", p.sheet.open)
	}
}

func TestARefusedCheckChangesNothing(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.post("A2", "2026-12", 0)
	c := p.As(access.TownshipClerk, "A")
	c.Post(p.checkOf("A1"), spot("2026-11-23", "09:00", "in_post")).Want(http.StatusSeeOther)
	before := p.rows()
	for _, x := range []struct {
		path   string
		form   url.Values
		status int
	}{
		{p.checkOf("A1"), spot("2026-11-24", "09:30", "absent"), http.StatusUnprocessableEntity},     // tomorrow
		{p.checkOf("A1"), spot("2026-10-01", "09:30", "absent"), http.StatusUnprocessableEntity},     // too long ago
		{p.checkOf("A1"), spot("2026-11-31", "09:30", "absent"), http.StatusUnprocessableEntity},     // no such day
		{p.checkOf("A1"), spot("2026-11-23", "九点", "absent"), http.StatusUnprocessableEntity},        // no such time
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "asleep"), http.StatusUnprocessableEntity},     // no such result
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "substitute"), http.StatusUnprocessableEntity}, // by whom?
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "absent", "checker", ""), http.StatusUnprocessableEntity},
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "absent", "way", "gps"), http.StatusUnprocessableEntity},
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "absent", "note", strings.Repeat("长", 201)), http.StatusUnprocessableEntity},
		{p.checkOf("A1"), spot("2026-11-23", "09:00", "absent"), http.StatusConflict},  // something else was found at that moment
		{p.checkOf("A1"), spot("2026-10-31", "09:00", "in_post"), http.StatusConflict}, // no roster
		{p.checkOf("B1"), spot("2026-11-23", "09:30", "absent"), http.StatusNotFound},
		{p.checkOf("C1"), spot("2026-11-23", "09:30", "absent"), http.StatusNotFound},
	} {
		if a := c.Post(x.path, x.form); a.Status != x.status {
			t.Errorf("%s %v: %d, want %d", x.path, x.form, a.Status, x.status)
		}
		if p.rows() != before {
			t.Fatalf("%s %v changed something", x.path, x.form)
		}
	}
	page := c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "substitute", "note", "敲门无人应")).Doc()
	if got := page.One(`form.form input[name="note"]`).Attr("value"); got != "敲门无人应" {
		t.Errorf("what was typed is lost: %q", got)
	}
	if page.Text(".field-bad .field-error") == "" {
		t.Error("the field has no message")
	}
}

func TestACheckRecordedWronglyIsCorrectedWithAReason(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.TownshipClerk, "A")
	c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")).Want(http.StatusSeeOther)
	id := p.Count(`select id from duty_checks`)
	path := fmt.Sprintf("/duty/checks/%d", id)
	before := p.rows()
	c.Post(path, spot("2026-11-23", "09:30", "in_post")).Want(http.StatusUnprocessableEntity) // why?
	c.Post(path+"/void", url.Values{"reason": {" "}}).Want(http.StatusUnprocessableEntity)
	other := p.As(access.TownshipClerk, "B")
	other.Post(path, spot("2026-11-23", "09:30", "in_post", "reason", "记错了村")).Want(http.StatusNotFound)
	other.Post(path+"/void", url.Values{"reason": {"记错了村"}}).Want(http.StatusNotFound)
	other.Post(path+"/propose", nil).Want(http.StatusNotFound)
	p.As(access.DistrictOfficer, "甲").Post(path+"/void", url.Values{"reason": {"记错了村"}}).Want(http.StatusForbidden)
	if p.rows() != before {
		t.Fatal("a refused correction changed something")
	}

	// the same finding with a remark: the clerk's decision on the proposal stays his
	c.Post(path, spot("2026-11-23", "09:30", "absent", "note", "门锁着", "reason", "补充备注")).Want(http.StatusSeeOther)
	if len(p.sheet.open) != 1 || p.Count(`select count(*) from duty_checks where voided_at is null and proposal = $1 and corrects = $2`, fmt.Sprintf("duty.check:%d", id), id) != 1 {
		t.Errorf("proposals %v", p.sheet.open)
	}
	c.Post(path, spot("2026-11-23", "09:30", "in_post", "reason", "再更正一次")).Want(http.StatusConflict) // it is struck out

	id = p.Count(`select id from duty_checks where voided_at is null`)
	path = fmt.Sprintf("/duty/checks/%d", id)
	c.Post(path, spot("2026-11-23", "09:30", "in_post", "reason", "结果记反了")).Want(http.StatusSeeOther)
	if len(p.sheet.open) != 0 {
		t.Errorf("the proposal stays: %v", p.sheet.open)
	}
	if n := p.Count(`select absent_days from duty_rosters where village_id = $1`, p.Units["A1"].Village); n != 0 {
		t.Errorf("the day still counts as empty: %b", n)
	}
	if n := p.Count(`select count(*) from duty_checks where voided_at is not null and void_reason <> '' and voided_by <> ''`); n != 2 {
		t.Errorf("%d struck-out records are kept", n)
	}
	doc := c.Get("/duty/overview/2026-11/checks").Doc()
	if n := len(doc.All("tbody tr")); n != 1 {
		t.Errorf("%d rows stand", n)
	}
	if n := len(c.Get("/duty/overview/2026-11/checks?struck=1").Doc().All("tbody tr")); n != 3 {
		t.Errorf("%d rows in all", n)
	}

	// absent once more, and confirmed meanwhile: only the clerk can take it out of the sheet
	id = p.Count(`select id from duty_checks where voided_at is null`)
	c.Post(fmt.Sprintf("/duty/checks/%d", id), spot("2026-11-23", "09:30", "absent", "reason", "确实无人")).Want(http.StatusSeeOther)
	id = p.Count(`select id from duty_checks where voided_at is null`)
	p.sheet.confirmed[fmt.Sprintf("duty.check:%d", id)] = true
	a := c.Post(fmt.Sprintf("/duty/checks/%d/void", id), url.Values{"reason": {"查的是别的村"}}).Want(http.StatusSeeOther)
	if said := c.Get(a.Location()).Doc().Text("body"); !strings.Contains(said, "原拟扣分已经确认") {
		t.Error("it is not said that the deduction stands")
	}
	if n := p.Count(`select checked_days from duty_rosters where village_id = $1`, p.Units["A1"].Village); n != 0 {
		t.Errorf("a check that never took place still counts: %b", n)
	}
}

func TestTheShiftFollowsFromTheTime(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.Exec(`insert into duty_settings (tenant_id, shifts) values ($1, '[{"code":"am","title":"上午","start":"08:30","end":"12:00"},
		{"code":"pm","title":"下午","start":"14:30","end":"18:00"},{"code":"night","title":"夜间","start":"20:00","end":"06:00","from":"06-01","to":"09-30"}]')`,
		p.Units["A1"].Tenant)
	p.Exec(`update duty_assignments set shift = 'am' where village_id = $1`, p.Units["A1"].Village)
	p.Exec(`insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, shift, person_id, person_name, title, reason)
		select tenant_id, township_id, village_id, roster_id, on_day, 'pm', $1, '李娜', '第一书记', '最少' from duty_assignments
		where village_id = $2 and on_day = '2026-11-19'`, p.people["A1/李娜"], p.Units["A1"].Village)
	c := p.As(access.TownshipClerk, "A")
	before := p.rows()
	for _, clock := range []string{"13:00", "23:00", "05:00"} { // between the shifts, and at night out of season
		c.Post(p.checkOf("A1"), spot("2026-11-19", clock, "absent")).Want(http.StatusUnprocessableEntity)
	}
	if p.rows() != before {
		t.Fatal("a check out of hours was recorded")
	}
	c.Post(p.checkOf("A1"), spot("2026-11-19", "09:00", "in_post")).Want(http.StatusSeeOther)
	c.Post(p.checkOf("A1"), spot("2026-11-19", "14:30", "in_post")).Want(http.StatusSeeOther)
	for shift, name := range map[string]string{"am": "张伟", "pm": "李娜"} {
		if n := p.Count(`select count(*) from duty_checks where shift = $1 and person_name = $2`, shift, name); n != 1 {
			t.Errorf("in %s it was not %s who was expected", shift, name)
		}
	}
}

func TestNobodyRecordsACheckOfHimself(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	m := p.NewMember("self", access.NewAccount{Username: "self-clerk", Name: "张伟", Role: access.TownshipClerk, Person: p.people["A1/张伟"]}, "A")
	c := p.Guest()
	c.Login(m.Username, m.Password)
	before := p.rows()
	c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "in_post")).Want(http.StatusConflict)
	if p.rows() != before {
		t.Error("he checked himself")
	}
	p.As(access.TownshipClerk, "A").Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")).Want(http.StatusSeeOther)
	before = p.rows()
	id := p.Count(`select id from duty_checks`)
	c.Post(fmt.Sprintf("/duty/checks/%d/void", id), url.Values{"reason": {"我在岗"}}).Want(http.StatusConflict)
	c.Post(fmt.Sprintf("/duty/checks/%d", id), spot("2026-11-23", "09:30", "in_post", "reason", "我在岗")).Want(http.StatusConflict)
	if p.rows() != before {
		t.Error("he struck out what was found of him")
	}
}

func TestOneOfManyEqualReportsIsKept(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	var wait sync.WaitGroup
	for range 10 {
		c := p.As(access.TownshipClerk, "A")
		wait.Go(func() {
			if a := c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")); a.Status != http.StatusSeeOther {
				t.Errorf("%d", a.Status)
			}
		})
	}
	wait.Wait()
	if n := p.Count(`select count(*) from duty_checks`); n != 1 || len(p.sheet.open) != 1 {
		t.Errorf("%d checks, proposals %v", n, p.sheet.open)
	}
}
