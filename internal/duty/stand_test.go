package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/duty"
	"touyan/internal/platform/month"
)

func TestWhoReallyStoodIsEnteredAfterwards(t *testing.T) {
	t.Parallel()
	p := newPatrol(t) // today is the 23rd; 张伟 stands on odd days, 李娜 on even ones
	at := "/duty/rosters/" + strconv.Itoa(p.Count(`select id from duty_rosters where village_id = $1`, p.Units["A1"].Village)) + "/stands"
	stand := func(place, who, reason string) url.Values {
		return url.Values{"place": {place}, "person": {strconv.FormatInt(p.people["A1/"+who], 10)}, "reason": {reason}}
	}
	before := p.Count(`select count(*) from duty_assignments where person_name = '张伟'`)
	c := p.As(access.VillageSecretary, "A1")
	for sentence, form := range map[string]url.Values{
		"只能补记今天和之前7天": stand("15.", "李娜", "临时有事"),
		"请选择当天在岗的人员":  {"place": {"21."}, "person": {""}, "reason": {"临时有事"}},
		"不用补记":        stand("21.", "张伟", "临时有事"),
		"请写明原因":       stand("21.", "李娜", " "),
	} {
		doc := c.Post(at, form).Want(http.StatusUnprocessableEntity).Doc()
		if text := doc.Text(".field-error"); !strings.Contains(text, sentence) {
			t.Errorf("want %q: %q", sentence, text)
		}
		if doc.One("input[name=reason], textarea[name=reason]").Attr("value") != form.Get("reason") {
			t.Errorf("%q: what was typed is lost", sentence)
		}
	}
	if n := p.Count(`select count(*) from duty_stands`); n != 0 {
		t.Fatalf("%d refused entries are kept", n)
	}
	for _, reason := range []string{"张伟到区里开会", "张伟到区里开会,改由李娜", "张伟到区里开会,改由李娜"} { // the second takes the place of the first; the third is a double click
		c.Post(at, stand("21.", "李娜", reason)).Want(http.StatusSeeOther)
	}
	if n := p.Count(`select count(*) from duty_stands where on_day = '2026-11-21' and person_name = '李娜' and reason like '%改由李娜'`); n != 1 {
		t.Error("the entry is not kept once")
	}
	if text := c.Get(at).Doc().Text("main"); !strings.Contains(text, "李娜") || !strings.Contains(text, "改由李娜") {
		t.Errorf("the page says %s", text)
	}
	if n := p.Count(`select count(*) from duty_assignments where person_name = '张伟'`); n != before || p.Count(`select count(*) from duty_rosters where number > 1`) != 0 {
		t.Error("the published roster was rewritten")
	}
	c.Post(at, url.Values{"place": {"21."}, "person": {strconv.FormatInt(p.people["A2/张伟"], 10)}, "reason": {"临时有事"}}).Want(http.StatusNotFound)
	p.As(access.VillageSecretary, "A2").Post(at, stand("21.", "李娜", "改我的")).Want(http.StatusNotFound)
	p.As(access.TownshipClerk, "B").Get(at).Want(http.StatusNotFound)
	p.As(access.TownshipLeader, "A").Post(at, stand("21.", "李娜", "改我的")).Want(http.StatusForbidden)
	if n := p.Count(`select count(*) from duty_stands where withdrawn_at is null`) + 10*p.Count(`select count(*) from audit_log where action = 'duty.stand'`); n != 21 {
		t.Errorf("entries and lines of the trail: %d", n)
	}
	if n := p.Count(`select count(*) from duty_stands where withdrawn_at is not null and withdraw_reason = '另行补记:李娜'`); n != 1 {
		t.Error("the entry that was replaced is not on record")
	}
	p.As(access.TownshipClerk, "C").Get(at).Want(http.StatusNotFound) // another district
	p.As(access.TownshipClerk, "C").Post(at, stand("21.", "李娜", "改我的")).Want(http.StatusNotFound)
}

// carried is how often somebody stood within the year before a month, as the next draft counts it.
func (p *patrol) carried(who, village, at string) (n int) {
	p.T.Helper()
	v := p.Units[village].Village
	err := access.Read(p.T.Context(), p.Scope(access.TownshipClerk, "A"), func(tx *access.Tx) error {
		plans, err := p.module.Store.Plans(p.T.Context(), tx, month.MustParse(at), []int64{v})
		for _, one := range plans[v].People {
			if one.ID == p.people[village+"/"+who] {
				n = one.Carry[duty.Workday] + one.Carry[duty.Weekend] + one.Carry[duty.Holiday]
			}
		}
		return err
	})
	if err != nil {
		p.T.Fatal(err)
	}
	return n
}

// turns is how the page of a month counts a village: people, average, least, most.
func (p *patrol) turns(village, at string) string {
	p.T.Helper()
	for _, tr := range p.As(access.TownshipClerk, "A").Get("/duty/overview/" + at + "/turns").Want(http.StatusOK).Doc().All("tbody tr") {
		if rest, ok := strings.CutPrefix(tr.Text(), p.Units[village].Name+" "); ok {
			return rest
		}
	}
	return ""
}

func TestCountersFollowWhoReallyStood(t *testing.T) {
	t.Parallel()
	p := newPatrol(t) // in November 张伟 stands 15 times, 李娜 14 times, nobody on the 30th
	p.Exec(`update duty_assignments set person_id = null, person_name = '刘洋', title = '乡镇干部', stand_in = true
		where village_id = $1 and on_day = '2026-11-29'`, p.Units["A1"].Village) // instead of 张伟
	p.Tick(8 * 24 * time.Hour) // 1 December: the entry is about last month's roster
	at := "/duty/rosters/" + strconv.Itoa(p.Count(`select id from duty_rosters where village_id = $1`, p.Units["A1"].Village)) + "/stands"
	c := p.As(access.VillageSecretary, "A1")
	stood := func(place, who string, zhang, li int, turns string) {
		t.Helper()
		c.Post(at, url.Values{"place": {place}, "person": {strconv.FormatInt(p.people["A1/"+who], 10)}, "reason": {"当天顶班"}}).Want(http.StatusSeeOther)
		if a, b := p.carried("张伟", "A1", "2026-12"), p.carried("李娜", "A1", "2026-12"); a != zhang || b != li {
			t.Errorf("%s %s: 张伟 stood %d times, 李娜 %d, want %d and %d", place, who, a, b, zhang, li)
		}
		if got := p.turns("A1", "2026-11"); !strings.HasPrefix(got, turns) {
			t.Errorf("%s %s: the turns are %s, want %s", place, who, got, turns)
		}
	}
	stood("27.", "李娜", 13, 15, "2 14.0 13 15") // in the place of 张伟
	stood("30.", "李娜", 13, 16, "2 14.5 13 16") // on a day that the roster leaves empty
	stood("29.", "张伟", 14, 16, "2 15.0 14 16") // instead of the township's stand-in, who has no file
	if a, b := p.carried("张伟", "A2", "2026-12"), p.carried("李娜", "A2", "2026-12"); a != 15 || b != 14 {
		t.Errorf("the sibling village counts %d and %d", a, b)
	}
	// A withdrawn entry counts no more: the roster holds again.
	id := p.Count(`select id from duty_stands where on_day = '2026-11-30'`)
	c.Post(fmt.Sprintf("%s/%d/withdraw", at, id), url.Values{"why": {"记错了人"}}).Want(http.StatusSeeOther)
	if a, b := p.carried("张伟", "A1", "2026-12"), p.carried("李娜", "A1", "2026-12"); a != 14 || b != 15 {
		t.Errorf("after the withdrawal 张伟 stood %d times, 李娜 %d", a, b)
	}
	if got := p.turns("A1", "2026-11"); !strings.HasPrefix(got, "2 14.5 14 15") {
		t.Errorf("after the withdrawal the turns are %s", got)
	}
}

func TestAnEntryIsOpenForSevenDays(t *testing.T) {
	t.Parallel()
	p := newPatrol(t) // today is the 23rd
	at := "/duty/rosters/" + strconv.Itoa(p.Count(`select id from duty_rosters where village_id = $1`, p.Units["A1"].Village)) + "/stands"
	form := func(place, who string) url.Values {
		return url.Values{"place": {place}, "person": {strconv.FormatInt(p.people["A1/"+who], 10)}, "reason": {"当天顶班"}}
	}
	c := p.As(access.VillageSecretary, "A1")
	c.Post(at, form("15.", "李娜")).Want(http.StatusUnprocessableEntity) // eight days ago
	c.Post(at, form("24.", "张伟")).Want(http.StatusUnprocessableEntity) // tomorrow
	if n := p.Count(`select count(*) from duty_stands`); n != 0 {
		t.Fatalf("%d refused entries are kept", n)
	}
	c.Post(at, form("16.", "张伟")).Want(http.StatusSeeOther) // seven days ago
	c.Post(at, form("23.", "李娜")).Want(http.StatusSeeOther) // today
	p.Tick(8 * 24 * time.Hour)
	c = p.As(access.VillageSecretary, "A1")
	c.Post(at, form("23.", "李娜")).Want(http.StatusUnprocessableEntity)
	c.Post(at, form("24.", "张伟")).Want(http.StatusSeeOther) // last month's roster on the first day of the next
	c.Post(at, form("30.", "张伟")).Want(http.StatusSeeOther)
	if n := p.Count(`select count(*) from duty_stands where withdrawn_at is null`); n != 4 {
		t.Errorf("%d entries are in force", n)
	}
	if page := c.Get(at).Doc(); len(page.All("select[name=place] option")) != 1+7 || len(page.All("form[action$='/withdraw']")) != 2 {
		t.Errorf("the page offers %s", page.Text("select[name=place]"))
	}
	withdraw := func(day string) string {
		return fmt.Sprintf("%s/%d/withdraw", at, p.Count(`select id from duty_stands where on_day = $1`, "2026-11-"+day))
	}
	c.Post(withdraw("23"), url.Values{"why": {"记错了人"}}).Want(http.StatusConflict) // eight days ago by now
	if n := p.Count(`select count(*) from duty_stands where withdrawn_at is null`); n != 4 {
		t.Errorf("%d entries are in force after a late withdrawal", n)
	}
	c.Post(withdraw("24"), url.Values{"why": {"记错了人"}}).Want(http.StatusSeeOther)
}

func TestAMistakenEntryIsWithdrawnWithAReason(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	roster := p.Count(`select id from duty_rosters where village_id = $1`, p.Units["A1"].Village)
	at := fmt.Sprintf("/duty/rosters/%d/stands", roster)
	c := p.As(access.VillageSecretary, "A1")
	form := url.Values{"place": {"21."}, "person": {strconv.FormatInt(p.people["A1/李娜"], 10)}, "reason": {"张伟开会"}}
	c.Post(at, form).Want(http.StatusSeeOther)
	undo := fmt.Sprintf("%s/%d/withdraw", at, p.Count(`select id from duty_stands`))
	doc := c.Post(undo, url.Values{"why": {"错"}}).Want(http.StatusUnprocessableEntity).Doc()
	if !strings.Contains(doc.Text(".field-error"), "请写明原因") || doc.One(`input[name=why]`).Attr("value") != "错" {
		t.Errorf("a withdrawal without a reason: %s", doc.Text("main"))
	}
	reason := url.Values{"why": {"张伟并没有去开会"}}
	p.As(access.VillageSecretary, "A2").Post(undo, reason).Want(http.StatusNotFound)
	p.As(access.TownshipClerk, "B").Post(undo, reason).Want(http.StatusNotFound)
	p.As(access.TownshipClerk, "C").Post(undo, reason).Want(http.StatusNotFound)
	p.As(access.TownshipLeader, "A").Post(undo, reason).Want(http.StatusForbidden)
	other := p.Count(`select id from duty_rosters where village_id = $1`, p.Units["A2"].Village)
	p.As(access.TownshipClerk, "A").Post(strings.Replace(undo, strconv.Itoa(roster), strconv.Itoa(other), 1), reason).Want(http.StatusNotFound)
	if n := p.Count(`select count(*) from duty_stands where withdrawn_at is null`); n != 1 || p.Count(`select count(*) from audit_log where action = 'duty.stand.withdraw'`) != 0 {
		t.Fatal("a refused withdrawal changed the entry")
	}
	c.Post(undo, reason).Want(http.StatusSeeOther)
	c.Post(undo, reason).Want(http.StatusConflict)
	if n := p.Count(`select count(*) from duty_stands where withdraw_reason = '张伟并没有去开会' and withdrawn_by <> ''`); n != 1 {
		t.Error("the entry does not stay on record")
	}
	if n := p.Count(`select count(*) from audit_log where action = 'duty.stand.withdraw' and reason = '张伟并没有去开会'`); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
	if page := c.Get(at).Doc(); !strings.Contains(page.Text("main"), "已撤销:张伟并没有去开会") || page.Has("form[action$='/withdraw']") {
		t.Errorf("the page says %s", page.Text("main"))
	}
	c.Post(at, form).Want(http.StatusSeeOther) // and may be made again
	if n := p.Count(`select count(*) from duty_stands`); n != 2 {
		t.Errorf("%d entries on record", n)
	}
}

func TestAnEntryNeedsAPostedRosterAndAFreePerson(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	v := p.Units["A1"].Village
	at := "/duty/rosters/" + strconv.Itoa(p.Count(`select id from duty_rosters where village_id = $1`, v)) + "/stands"
	form := func(place, who string) url.Values {
		return url.Values{"place": {place}, "person": {strconv.FormatInt(p.people["A1/"+who], 10)}, "reason": {"当天顶班"}}
	}
	c := p.As(access.VillageSecretary, "A1")
	p.Exec(`update duty_rosters set number = 0 where village_id = $1`, v)
	c.Post(at, form("21.", "李娜")).Want(http.StatusConflict)
	if doc := c.Get(at).Want(http.StatusOK).Doc(); doc.Has("select[name=place]") {
		t.Error("a draft offers the form")
	}
	// Two shifts a day: 张伟 stands in the first, 李娜 in the second, and a place is a day and a shift.
	p.hire("A1", "王芳", "clerk")
	p.Exec(`update duty_rosters set number = 1, places = 60 where village_id = $1`, v)
	p.Exec(`insert into duty_settings (tenant_id, shifts) values ($1, '[{"code": "am", "title": "上午班", "start": "08:30", "end": "12:00", "from": "", "to": ""},
		{"code": "pm", "title": "下午班", "start": "14:00", "end": "17:30", "from": "", "to": ""}]')`, p.Units["A1"].Tenant)
	p.Exec(`delete from duty_assignments where village_id = $1 and on_day <> '2026-11-21'`, v)
	p.Exec(`update duty_assignments set shift = 'am' where village_id = $1`, v)
	p.Exec(`insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, shift, person_id, person_name, title, reason)
		select tenant_id, township_id, village_id, roster_id, on_day, 'pm', $2, '李娜', '村文书', '最少' from duty_assignments where village_id = $1`, v, p.people["A1/李娜"])
	for sentence, f := range map[string]url.Values{"李娜当天值另一班": form("21.am", "李娜"), "只能补记今天": form("21.", "王芳")} {
		if text := c.Post(at, f).Want(http.StatusUnprocessableEntity).Doc().Text(".field-error"); !strings.Contains(text, sentence) {
			t.Errorf("want %q: %s", sentence, text)
		}
	}
	c.Post(at, form("21.pm", "王芳")).Want(http.StatusSeeOther)
	if text := c.Post(at, form("21.am", "王芳")).Want(http.StatusUnprocessableEntity).Doc().Text(".field-error"); !strings.Contains(text, "王芳当天已补记在另一班") {
		t.Errorf("twice a day: %s", text)
	}
	if n := p.Count(`select count(*) from duty_stands where shift = 'pm' and person_name = '王芳'`); n != 1 || p.Count(`select count(*) from duty_stands`) != 1 {
		t.Error("the entry is not about the afternoon")
	}
	if text := c.Get(at).Doc().Text("main"); !strings.Contains(text, "下午班 王芳") {
		t.Errorf("the page says %s", text)
	}
}
