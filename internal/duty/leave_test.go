package duty_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
)

func (o *office) leavesPath(village string) string {
	return fmt.Sprintf("/duty/leaves/villages/%d", o.Units[village].Village)
}

// away is a leave as it is typed.
func (o *office) away(who, from, to string) url.Values {
	return url.Values{"person": {o.id(who)}, "kind": {"personal"}, "from": {from}, "to": {to}}
}

func TestALeaveThatWouldEmptyAPublishedDayNeedsASubstitute(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, role := range []struct {
		access.Role
		unit, village string
	}{{access.TownshipClerk, "A", "A2"}, {access.VillageSecretary, "A1", "A1"}} {
		c := o.As(role.Role, role.unit)
		who := role.village + "/张伟"
		days := o.days(who, role.village, "2026-12")
		first, last := days[1], days[3]
		was := o.print()
		page := c.Post(o.leavesPath(role.village), o.away(who, iso("2026-12", first), iso("2026-12", last))).Want(http.StatusUnprocessableEntity).Doc()
		o.unchanged(was, "a leave without substitutes")
		if n := len(page.All(`select[name^="s."]`)); n != 3 {
			t.Fatalf("%s is asked for %d substitutes, want 3", role.Role, n)
		}
		if !page.Has(`select[name^="s."] option[selected]`) || page.Has(`optgroup[label^="代班"]`) != (role.Role == access.TownshipClerk) {
			t.Errorf("%s: a proposal for each day, and stand-ins only for the township", role.Role)
		}
		c.Post(o.leavesPath(role.village), fields(page, o.leavesPath(role.village))).Want(http.StatusSeeOther)
		after := o.days(who, role.village, "2026-12")
		if len(after) != len(days)-3 || after[0] != days[0] || after[1] != days[4] {
			t.Errorf("%s stood on %v and stands on %v", who, days, after)
		}
		o.covered(role.village, "2026-12")
		id := o.roster(role.village, "2026-12")
		if n := o.Count(`select count(*) from duty_versions where roster_id = $1 and number = 2 and reason like '张伟请假(12月%' and jsonb_array_length(changes) = 3`, id); n != 1 {
			t.Errorf("the leave has made %d versions with three changes", n)
		}
		if n := o.Count(`select count(*) from duty_leaves where person_id = $1 and recorded_by <> ''`, o.people[who]); n != 1 {
			t.Errorf("%d leaves of %s", n, who)
		}
	}
	if n := o.Count(`select count(*) from duty_versions v join duty_rosters r on r.id = v.roster_id where r.township_id <> $1 and v.number > 1`, o.Units["A"].Township); n != 0 {
		t.Error("a roster of somebody of the same name has changed")
	}
}

func TestALeaveInADraftIsFilledByItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	c.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	before := o.days("A1/李娜", "A1", "2027-01")
	c.Post(o.leavesPath("A1"), o.away("A1/李娜", "2027-01-01", "2027-01-31")).Want(http.StatusSeeOther)
	if after := o.days("A1/李娜", "A1", "2027-01"); len(before) == 0 || len(after) != 0 {
		t.Errorf("on leave and still on %v", after)
	}
	o.covered("A1", "2027-01")
	c.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	if after := o.days("A1/李娜", "A1", "2027-01"); len(after) != 0 {
		t.Errorf("the next draft puts somebody on leave on %v", after)
	}
}

func TestOneLeaveAtATime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	form := o.away("A1/王芳", "2027-03-01", "2027-03-05")
	for range 2 { // a button pressed twice
		c.Post(o.leavesPath("A1"), form).Want(http.StatusSeeOther)
	}
	was := o.print()
	page := c.Post(o.leavesPath("A1"), o.away("A1/王芳", "2027-03-05", "2027-03-07")).Want(http.StatusUnprocessableEntity).Doc()
	if text := page.Text("#from-error"); !strings.Contains(text, "事假(3月1日至3月5日)重叠") {
		t.Errorf("the overlap is explained by %q", text)
	}
	if v := page.One("input[name=to]").Attr("value"); v != "2027-03-07" {
		t.Errorf("what was typed is lost: %q", v)
	}
	o.unchanged(was, "an overlapping leave")
	c.Post(o.leavesPath("A1"), o.away("A1/王芳", "2027-03-06", "2027-03-07")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from duty_leaves`); n != 2 {
		t.Errorf("%d leaves, want 2", n)
	}
}

func TestLeaveRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	was := o.print()
	for _, x := range []struct {
		field, says string
		change      url.Values
	}{
		{"person", "请选择请假人员", url.Values{"person": {""}}},
		{"kind", "请选择请假类型", url.Values{"kind": {"holiday"}}},
		{"from", "存在的日期", url.Values{"from": {"2026-12-32"}}},
		{"to", "存在的日期", url.Values{"to": {"明天"}}},
		{"to", "不能早于开始日期", url.Values{"to": {"2026-11-30"}}},
		{"to", "不能超过一年", url.Values{"to": {"2028-01-01"}}},
		{"from", "不能早于10月1日", url.Values{"from": {"2026-09-30"}}},
		{"note", "不超过200个字", url.Values{"note": {strings.Repeat("远", 201)}}},
	} {
		form := o.away("A1/张伟", "2026-12-01", "2026-12-02")
		for k, v := range x.change {
			form[k] = v
		}
		page := c.Post(o.leavesPath("A1"), form).Want(http.StatusUnprocessableEntity).Doc()
		if text := page.Text("#" + x.field + "-error"); !strings.Contains(text, x.says) {
			t.Errorf("%v is answered %q beside %s, want %q", x.change, text, x.field, x.says)
		}
	}
	for _, who := range []string{"A2/张伟", "B1/张伟", "C1/张伟"} {
		c.Post(o.leavesPath("A1"), o.away(who, "2026-12-01", "2026-12-01")).Want(http.StatusNotFound)
	}
	c.Post(o.leavesPath("B1"), o.away("B1/张伟", "2027-03-01", "2027-03-01")).Want(http.StatusNotFound)
	o.As(access.VillageSecretary, "A1").Post(o.leavesPath("A2"), o.away("A2/张伟", "2027-03-01", "2027-03-01")).Want(http.StatusNotFound)
	o.unchanged(was, "bad input")
}

func TestOnlyTheTownshipNamesAStandInForALeave(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	// 李娜 and 王芳 are away already, so nobody of the village can take the days of 张伟.
	o.Exec(`insert into duty_leaves (tenant_id, township_id, village_id, person_id, person_name, kind, during, recorded_by, recorded_at)
		select tenant_id, township_id, village_id, id, name, 'sick', daterange('2026-12-01', '2027-01-01'), '王', now() from persons
		where village_id = $1 and name <> '张伟'`, o.Units["A1"].Village)
	days := o.days("A1/张伟", "A1", "2026-12")
	form := o.away("A1/张伟", iso("2026-12", days[0]), iso("2026-12", days[1]))
	field := func(day int) string { return fmt.Sprintf("s.%d.%d.", o.roster("A1", "2026-12"), day) }
	name := func(day int) string { return fmt.Sprintf("n.%d.%d.", o.roster("A1", "2026-12"), day) }
	other := "A2/张伟"
	if o.stands("A2", "2026-12", days[0]) == o.people[other] {
		other = "A2/李娜"
	}
	was := o.print()

	form.Set(field(days[0]), "x"+o.id(other))
	form.Set(field(days[1]), "staff")
	form.Set(name(days[1]), "刘洋")
	page := o.As(access.VillageSecretary, "A1").Post(o.leavesPath("A1"), form).Want(http.StatusUnprocessableEntity).Doc()
	if !strings.Contains(page.Text("main"), "请联系乡镇(街道)指定代班") {
		t.Error("the village is not told whom to ask")
	}
	o.unchanged(was, "a stand-in named by the village")

	c := o.As(access.TownshipClerk, "A")
	busy := url.Values{}
	for k, v := range form {
		busy[k] = v
	}
	standing := o.stands("A2", "2026-12", days[0])
	busy.Set(field(days[0]), fmt.Sprintf("x%d", standing))
	c.Post(o.leavesPath("A1"), busy).Want(http.StatusUnprocessableEntity)
	busy.Set(field(days[0]), "x"+o.id("B1/张伟"))
	c.Post(o.leavesPath("A1"), busy).Want(http.StatusNotFound)
	busy.Set(field(days[0]), "staff")
	c.Post(o.leavesPath("A1"), busy).Want(http.StatusUnprocessableEntity) // without a name
	o.unchanged(was, "a stand-in who cannot come")

	c.Post(o.leavesPath("A1"), form).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from duty_assignments where roster_id = $1 and stand_in and (person_id = $2 or person_id is null and person_name = '刘洋')`,
		o.roster("A1", "2026-12"), o.people[other]); n != 2 {
		t.Errorf("%d stand-ins, want 2", n)
	}
	o.covered("A1", "2026-12")
}

func TestALeaveIsTakenBackOrEndedEarly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	c.Post(o.leavesPath("A1"), o.away("A1/王芳", "2026-11-20", "2026-11-29")).Want(http.StatusSeeOther)
	c.Post(o.leavesPath("A1"), o.away("A1/王芳", "2027-03-06", "2027-03-07")).Want(http.StatusSeeOther)
	page := c.Get(o.leavesPath("A1")).Want(http.StatusOK).Doc()
	forms := page.All(`form[action$="/end"]`)
	if len(forms) != 2 {
		t.Fatalf("%d leaves can be ended, want 2", len(forms))
	}
	was := o.print()
	c.Post(forms[0].Attr("action"), url.Values{"version": {"7"}}).Want(http.StatusConflict)
	o.As(access.VillageSecretary, "A2").Post(forms[0].Attr("action"), url.Values{"version": {"1"}}).Want(http.StatusNotFound)
	o.unchanged(was, "a stale or foreign end")
	for _, f := range forms {
		c.Post(f.Attr("action"), url.Values{"version": {"1"}}).Want(http.StatusSeeOther)
		c.Post(f.Attr("action"), url.Values{"version": {"2"}}).Want(http.StatusConflict) // it is over
	}
	if n := o.Count(`select count(*) from duty_leaves where cancelled_at is null and upper(during) = '2026-11-23'`) +
		o.Count(`select count(*) from duty_leaves where cancelled_at is not null and lower(during) = '2027-03-06'`); n != 2 {
		t.Errorf("%d of 2 leaves are ended as they should", n)
	}
	list := c.Get("/duty/leaves?month=2026-11").Want(http.StatusOK).Doc()
	if text := list.Text("main"); !strings.Contains(text, "11月20日至11月22日") || strings.Contains(text, "3月6日") {
		t.Errorf("the list of November: %s", text)
	}
}

func TestTwoLeavesAtOnceNeverEmptyADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	// Each of the two names the other one for all of his days: only one of them can go.
	var wait sync.WaitGroup
	status := make([]int, 2)
	for i, pair := range [][2]string{{"A1/张伟", "A1/李娜"}, {"A1/李娜", "A1/张伟"}} {
		form := o.away(pair[0], "2026-12-01", "2026-12-31")
		for day := 1; day <= 31; day++ {
			form.Set(fmt.Sprintf("s.%d.%d.", o.roster("A1", "2026-12"), day), o.id(pair[1]))
		}
		c := o.As(access.TownshipClerk, "A")
		wait.Go(func() { status[i] = c.Post(o.leavesPath("A1"), form).Status })
	}
	wait.Wait()
	if status[0]+status[1] != http.StatusSeeOther+http.StatusUnprocessableEntity {
		t.Errorf("answered %v, want one 303 and one 422", status)
	}
	o.covered("A1", "2026-12")
	if n := o.Count(`select count(*) from duty_assignments a join duty_leaves l on l.person_id = a.person_id and l.during @> a.on_day`); n != 0 {
		t.Errorf("%d days are given to somebody on leave", n)
	}
}

func TestDaysThatAreOverStay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Tick(15 * 24 * time.Hour) // 2026-12-08
	c := o.As(access.TownshipClerk, "A")
	days := o.days("A1/张伟", "A1", "2026-12")
	form := o.away("A1/张伟", "2026-12-01", "2026-12-07")
	c.Post(o.leavesPath("A1"), form).Want(http.StatusSeeOther) // entered late: nothing that was printed changes
	if after := o.days("A1/张伟", "A1", "2026-12"); fmt.Sprint(after) != fmt.Sprint(days) {
		t.Errorf("stood on %v, now %v", days, after)
	}
}

func TestLeavesAreExportedAndShownWithThePerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	for _, v := range []string{"A1", "B1"} {
		o.Exec(`insert into duty_leaves (tenant_id, township_id, village_id, person_id, person_name, kind, during, recorded_by, recorded_at)
			select tenant_id, township_id, village_id, id, name, 'sick', daterange('2026-11-20', '2026-11-25'), '王', now() from persons where id = $1`, o.people[v+"/张伟"])
	}
	c.Post("/duty/leaves/export", url.Values{"month": {"2026-11"}}).Want(http.StatusUnprocessableEntity) // no purpose
	file := c.Post("/duty/leaves/export", url.Values{"month": {"2026-11"}, "purpose": {"报组织委员"}}).Want(http.StatusOK)
	book, err := excelize.OpenReader(bytes.NewReader(file.Body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(rows)
	if strings.Count(text, "张伟") != 1 || !strings.Contains(text, "病假") || !strings.Contains(text, "2026-11-24") {
		t.Errorf("the workbook holds %s", text)
	}
	if text := c.Get("/cadres/" + o.id("A1/张伟")).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "病假 2026-11-20至2026-11-24(5天)") ||
		!strings.Contains(text, "接下来值班") || !strings.Contains(text, "近12个月已值班0天") {
		t.Errorf("the person's page: %s", text)
	}
}
