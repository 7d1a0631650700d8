package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"touyan/internal/access"
)

// emptied clears days of a draft of January in the editor.
func (o *office) emptied(days ...int) string {
	o.T.Helper()
	c := o.As(access.TownshipClerk, "A")
	c.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	form := url.Values{}
	for _, day := range days {
		form.Set(fmt.Sprintf("d.%d.", day), "")
		form.Set(fmt.Sprintf("w.%d.", day), fmt.Sprint(o.stands("A1", "2027-01", day)))
	}
	path := o.rosterPath("A1", "2027-01")
	c.Post(path, form).Want(http.StatusSeeOther)
	return path
}

func TestTheTownshipNamesStandInsForEmptyDays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	path := o.emptied(5, 6, 7)
	c := o.As(access.TownshipClerk, "A")
	c.Post(path+"/publish", url.Values{}).Want(http.StatusConflict)
	page := c.Get(path + "/stand-ins").Want(http.StatusOK).Doc()
	if n := len(page.All("tbody tr")); n != 3 {
		t.Fatalf("%d days are offered, want 3", n)
	}
	free := ""
	for _, name := range []string{"张伟", "李娜", "王芳"} {
		if o.stands("A2", "2027-01", 5) != o.people["A2/"+name] {
			free = "A2/" + name
		}
	}
	busy := o.stands("A2", "2027-01", 5)
	if page.Has(fmt.Sprintf(`select[name="c.5."] option[value="x%d"]`, busy)) || !page.Has(`select[name="c.5."] option[value="x`+o.id(free)+`"]`) ||
		page.Has(`option[value="x`+o.id("B1/张伟")+`"]`) {
		t.Error("who is offered: people of the township's other villages who do not stand anywhere that day")
	}
	was := o.print()
	for value, status := range map[string]int{"x" + o.id("B1/张伟"): http.StatusNotFound, "x" + o.id("C1/张伟"): http.StatusNotFound, "y": http.StatusNotFound,
		o.id("B1/张伟"): http.StatusNotFound, fmt.Sprintf("x%d", busy): http.StatusUnprocessableEntity, "staff": http.StatusUnprocessableEntity, "": http.StatusUnprocessableEntity} {
		c.Post(path+"/stand-ins", url.Values{"c.5.": {value}}).Want(status)
	}
	o.As(access.VillageSecretary, "A1").Post(path+"/stand-ins", url.Values{"c.5.": {"staff"}, "n.5.": {"刘洋"}}).Want(http.StatusForbidden)
	o.unchanged(was, "a stand-in who cannot be")

	c.Post(path+"/stand-ins", url.Values{"c.5.": {"x" + o.id(free)}, "c.6.": {"staff"}, "n.6.": {"刘洋"}, "c.7.": {o.id("A1/张伟")}}).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from duty_assignments where roster_id = $1 and (on_day = '2027-01-05' and person_id = $2 and stand_in
		or on_day = '2027-01-06' and person_id is null and person_name = '刘洋' and stand_in or on_day = '2027-01-07' and not stand_in)`,
		o.roster("A1", "2027-01"), o.people[free]); n != 3 {
		t.Errorf("%d of 3 days are filled as named", n)
	}
	o.covered("A1", "2027-01")
	c.Post(path+"/publish", url.Values{}).Want(http.StatusSeeOther) // a stand-in counts as filled

	// On the wall, a day of somebody is given to a stand-in with a reason.
	form := url.Values{"day": {"9."}, "c.9.": {"staff"}, "n.9.": {"刘洋"}}
	was = o.print()
	c.Post(path+"/stand-ins", form).Want(http.StatusUnprocessableEntity)
	o.unchanged(was, "a change of the wall sheet without a reason")
	form.Set("reason", "全村外出培训")
	c.Post(path+"/stand-ins", form).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from duty_versions where roster_id = $1 and number = 2 and reason = '全村外出培训'`, o.roster("A1", "2027-01")); n != 1 {
		t.Errorf("%d versions", n)
	}
}

func TestTheLastChangeIsUndone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stood := []int64{o.Units["A1"].Village, 0, 0}
	path := o.emptied(5, 6)
	stood[1], stood[2] = o.stands("A1", "2027-01", 5), o.stands("A1", "2027-01", 6)
	c := o.As(access.VillageSecretary, "A1")
	form := c.Get(path).Want(http.StatusOK).Doc()
	undo := fields(form, path+"/undo")
	c.Post(path+"/undo", undo).Want(http.StatusSeeOther)
	o.covered("A1", "2027-01")
	was := o.print()
	c.Post(path+"/undo", undo).Want(http.StatusConflict) // the button pressed twice
	o.unchanged(was, "a stale undo")
	if stood[1] != 0 || o.stands("A1", "2027-01", 5) == 0 {
		t.Error("the days have not come back")
	}

	// A published roster gets a next version, with a reason, and only as long as the place is as the change left it.
	december := o.rosterPath("A1", "2026-12")
	was = o.print()
	if c.Get(december).Want(http.StatusOK).Doc().Has(`form[action="` + december + `/undo"]`) {
		t.Error("there is nothing to undo yet")
	}
	c.Post(december+"/undo", url.Values{"version": {fmt.Sprint(o.Count(`select version from duty_rosters where id = $1`, o.roster("A1", "2026-12")))}, "reason": {"撤销"}}).Want(http.StatusConflict)
	o.unchanged(was, "an undo of nothing")
	day := o.days("A1/张伟", "A1", "2026-12")[0]
	c.Post(o.swapsPath("A1"), o.trade(day, o.id("A1/李娜"), "record")).Want(http.StatusSeeOther)
	undo = fields(c.Get(december).Want(http.StatusOK).Doc(), december+"/undo")
	was = o.print()
	c.Post(december+"/undo", undo).Want(http.StatusUnprocessableEntity) // no reason
	o.unchanged(was, "an undo without a reason")
	undo.Set("reason", "换班登记错了")
	c.Post(december+"/undo", undo).Want(http.StatusSeeOther)
	if o.stands("A1", "2026-12", day) != o.people["A1/张伟"] || o.Count(`select number from duty_rosters where id = $1`, o.roster("A1", "2026-12")) != 3 {
		t.Error("the swap is not undone by a third version")
	}
	// Whoever would come back must be able to stand.
	c.Post(o.swapsPath("A1"), o.trade(day, o.id("A1/李娜"), "record")).Want(http.StatusSeeOther)
	c.Post(o.leavesPath("A1"), o.away("A1/张伟", iso("2026-12", day), iso("2026-12", day))).Want(http.StatusSeeOther)
	undo = fields(c.Get(december).Want(http.StatusOK).Doc(), december+"/undo")
	undo.Set("reason", "换班登记错了")
	was = o.print()
	c.Post(december+"/undo", undo).Want(http.StatusConflict)
	o.unchanged(was, "an undo that puts somebody on leave")
}

func TestWhatIsOverIsNotRewritten(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Tick(14 * 24 * time.Hour) // 2026-12-07
	c := o.As(access.TownshipClerk, "A")
	path := o.rosterPath("A1", "2026-12")
	change := func(day int) url.Values {
		to := "A1/张伟"
		if o.stands("A1", "2026-12", day) == o.people[to] {
			to = "A1/李娜"
		}
		return url.Values{fmt.Sprintf("d.%d.", day): {o.id(to)}, fmt.Sprintf("w.%d.", day): {fmt.Sprint(o.stands("A1", "2026-12", day))}, "reason": {"记错了"}}
	}
	page := c.Get(path).Want(http.StatusOK).Doc()
	if !page.Has(`fieldset[id="f-d.6."][disabled]`) || page.Has(`fieldset[id="f-d.7."][disabled]`) {
		t.Error("days that are over are closed, today is open")
	}
	was := o.print()
	c.Post(path, change(6)).Want(http.StatusConflict)
	o.unchanged(was, "a change of a day that is over")
	c.Post(path, change(7)).Want(http.StatusSeeOther)
	o.Tick(31 * 24 * time.Hour) // January
	c = o.As(access.TownshipClerk, "A")
	was = o.print()
	for _, act := range []string{"", "/repair", "/undo", "/publish", "/draft"} {
		c.Post(path+act, change(31)).Want(http.StatusConflict)
	}
	o.unchanged(was, "a change of a month that is over")
}

func TestTwoDaysAreChangedOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	path := o.rosterPath("A1", "2026-12")
	a, b := o.days("A1/张伟", "A1", "2026-12")[0], o.days("A1/李娜", "A1", "2026-12")[1]
	form := url.Values{"a": {o.place(a, "A1/张伟")[1:]}, "b": {o.place(b, "A1/李娜")[1:]}}
	was := o.print()
	c.Post(path+"/exchange", form).Want(http.StatusUnprocessableEntity) // a published roster wants a reason
	c.Post(path+"/exchange", url.Values{"a": form["a"], "reason": {"对调"}}).Want(http.StatusUnprocessableEntity)
	c.Post(path+"/exchange", url.Values{"a": {o.place(a, "A2/张伟")[1:]}, "b": form["b"], "reason": {"对调"}}).Want(http.StatusNotFound)
	c.Post(path+"/exchange", url.Values{"a": {o.place(a, "A1/李娜")[1:]}, "b": form["b"], "reason": {"对调"}}).Want(http.StatusConflict)
	o.unchanged(was, "days that cannot be changed over")
	form.Set("reason", "两人对调")
	c.Post(path+"/exchange", form).Want(http.StatusSeeOther)
	if o.stands("A1", "2026-12", a) != o.people["A1/李娜"] || o.stands("A1", "2026-12", b) != o.people["A1/张伟"] {
		t.Error("the days have not changed hands")
	}
	was = o.print()
	c.Post(path+"/exchange", form).Want(http.StatusConflict) // sent twice: it is not changed back
	o.unchanged(was, "a form sent twice")
	o.covered("A1", "2026-12")
}
