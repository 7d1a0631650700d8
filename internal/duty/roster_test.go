package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// change is what the editor sends about one place: whoever shall stand, and whoever stood when the page was drawn.
func change(day int, shift string, to, was any) url.Values {
	return url.Values{fmt.Sprintf("d.%d.%s", day, shift): {fmt.Sprint(to)}, fmt.Sprintf("w.%d.%s", day, shift): {fmt.Sprint(was)}}
}

func TestTheEditorRefusesWhoCannotStand(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire("A1", "赵敏", "vc_member")
	o.Exec(`update appointments set during = daterange('2027-01-15', null) where person_id = $1`, o.people["A1/赵敏"])
	c := o.As(access.TownshipClerk, "A")
	c.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	path := o.rosterPath("A1", "2027-01")
	if n := len(o.days("A1/赵敏", "A1", "2027-01")); n == 0 || o.days("A1/赵敏", "A1", "2027-01")[0] < 15 {
		t.Errorf("the draft puts 赵敏 on %v", o.days("A1/赵敏", "A1", "2027-01"))
	}
	elsewhere := o.days("A2/张伟", "A2", "2027-01")[0]
	o.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		values ($1, $2, $3, $4, '张伟', '1', 'vc_member', false, daterange('2024-01-01', null), 'election')`, o.Units["A1"].Tenant, o.Units["A1"].Township,
		o.Units["A1"].Village, o.people["A2/张伟"]) // he serves both villages
	was := o.print()
	for sentence, x := range map[string]struct {
		day int
		who string
	}{"赵敏当天不在岗": {5, "A1/赵敏"}, "张伟当天": {elsewhere, "A2/张伟"}} {
		doc := c.Post(path, change(x.day, "", o.people[x.who], o.stands("A1", "2027-01", x.day))).Want(http.StatusUnprocessableEntity).Doc()
		if text := doc.Text(".error-summary, [role=alert]"); !strings.Contains(text, fmt.Sprintf("%d日", x.day)) || !strings.Contains(text, sentence) {
			t.Errorf("want %q: %s", sentence, text)
		}
	}
	for _, who := range []string{"A2/李娜", "B1/李娜", "C1/李娜"} { // nobody of this village
		c.Post(path, change(5, "", o.people[who], o.stands("A1", "2027-01", 5))).Want(http.StatusNotFound)
	}
	o.unchanged(was, "somebody who cannot stand")
}

func TestNobodyStandsTwiceADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	officer, c := o.As(access.DistrictOfficer, "甲"), o.As(access.TownshipClerk, "A")
	officer.Post("/duty/settings", url.Values{"version": {"0"}, "title0": {"上午班"}, "start0": {"08:30"}, "end0": {"12:00"},
		"title1": {"下午班"}, "start1": {"14:30"}, "end1": {"18:00"}}).Want(http.StatusSeeOther)
	c.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	at := func(shift string) int {
		return o.Count(`select person_id from duty_assignments where roster_id = $1 and on_day = '2027-01-05' and shift = $2`, o.roster("A1", "2027-01"), shift)
	}
	if at("s1") == at("s2") {
		t.Fatal("the draft puts one person on both shifts")
	}
	was := o.print()
	doc := c.Post(o.rosterPath("A1", "2027-01"), change(5, "s2", at("s1"), at("s2"))).Want(http.StatusUnprocessableEntity).Doc()
	if text := doc.Text("main"); !strings.Contains(text, "一天只能安排一次") {
		t.Errorf("the page says %s", text)
	}
	o.unchanged(was, "one person on two shifts")
}

func TestTwoEditorsAtOnceSeeBothValues(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, second := o.As(access.TownshipClerk, "A"), o.As(access.VillageSecretary, "A1")
	first.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	path, drawn := o.rosterPath("A1", "2027-01"), o.stands("A1", "2027-01", 5)
	var other []string // the two who do not stand
	for _, name := range []string{"张伟", "李娜", "王芳"} {
		if o.people["A1/"+name] != drawn {
			other = append(other, name)
		}
	}
	first.Post(path, change(5, "", o.people["A1/"+other[0]], drawn)).Want(http.StatusSeeOther)
	was := o.print()
	doc := second.Post(path, change(5, "", o.people["A1/"+other[1]], drawn)).Want(http.StatusConflict).Doc()
	if text := doc.Text("main"); !strings.Contains(text, "刚被改为"+other[0]) {
		t.Errorf("the conflict does not say what stands there now: %s", text)
	}
	if chosen := doc.One(`select[name="d.5."] option[selected]`); chosen.Text() != other[1] {
		t.Errorf("what was chosen is lost: %s", chosen.Text())
	}
	o.unchanged(was, "the second of two editors")
	if again := fields(doc, path); again.Get("w.5.") != fmt.Sprint(o.people["A1/"+other[0]]) { // the page that came back can be saved
		t.Errorf("the page was drawn with %s", again.Get("w.5."))
	}
}

func TestAVillageWithNobodySaysSoAndIsNotPublished(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Exec(`update appointments set during = daterange('2024-01-01', '2026-12-20'), way_out = 'resigned' where village_id = $1`, o.Units["A1"].Village)
	c := o.As(access.TownshipClerk, "A")
	c.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	if text := c.Get("/duty/2027-01").Doc().Text("main"); !strings.Contains(text, "有空岗日期,需安排代班:"+o.Units["A1"].Name+"1日至31日") {
		t.Errorf("the draft says %s", text)
	}
	path := o.rosterPath("A1", "2027-01")
	page := c.Get(path).Want(http.StatusOK).Doc()
	if text := page.Text("[class*=notice-error]"); !strings.Contains(text, "31日") || !strings.Contains(text, "没有可排班的人员") {
		t.Errorf("the roster says %s", text)
	}
	for _, publish := range []string{path + "/publish", "/duty/2027-01/publish"} {
		a := c.Post(publish, url.Values{})
		if n := o.Count(`select number from duty_rosters where id = $1`, o.roster("A1", "2027-01")); n != 0 {
			t.Errorf("%s published 31 empty days", publish)
		}
		if publish == path+"/publish" && (a.Status != http.StatusConflict || !strings.Contains(a.Doc().Text("main"), "1日至31日空岗,不能发布")) {
			t.Errorf("refused with %d %s", a.Status, a.Doc().Text("main"))
		}
	}
	if n := o.Count(`select number from duty_rosters where id = $1`, o.roster("A2", "2027-01")); n != 1 {
		t.Error("the sibling village without an empty day was not published")
	}
}

func TestAMonthThatIsOverIsNeitherDraftedNorPublished(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.Exec(`delete from duty_assignments where on_day = '2026-11-01'`)
	id := p.post("A1", "2026-10", 0)
	p.Exec(`update duty_rosters set empty_days = 0 where id = $1`, id)
	c := p.As(access.TownshipClerk, "A")
	path := fmt.Sprintf("/duty/rosters/%d", id)
	for _, act := range []string{"/duty/2026-10/draft", "/duty/2026-10/redraft", "/duty/2026-10/repair", "/duty/2026-10/publish", path, path + "/draft", path + "/repair", path + "/publish"} {
		form := url.Values{"edited": {"1"}}
		if act == path {
			form = change(3, "", p.people["A1/李娜"], p.people["A1/张伟"])
		}
		if a := c.Post(act, form).Want(http.StatusConflict); !strings.Contains(a.Doc().Text("main"), month.MustParse("2026-10").Title()+"已经过去") {
			t.Errorf("%s: %s", act, a.Doc().Text("main"))
		}
	}
	if n := p.Count(`select count(*) from duty_rosters where month = '2026-10-01' and version = 1 and number = 0`); n != 1 {
		t.Error("a month that is over was changed")
	}
}
