package duty_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"touyan/internal/access"
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
	for _, reason := range []string{"张伟到区里开会", "张伟到区里开会,改由李娜"} { // the second takes the place of the first
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
	if n := p.Count(`select count(*) from duty_stands`) + 10*p.Count(`select count(*) from audit_log where action = 'duty.stand'`); n != 21 {
		t.Errorf("entries and lines of the trail: %d", n)
	}
}
