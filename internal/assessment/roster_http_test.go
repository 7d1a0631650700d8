package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

// transfer ends a person's posts and gives him one in another village.
func (o *office) transfer(who, to, position, on string) {
	from, name, _ := strings.Cut(who, "/")
	o.dismiss(from, name, on)
	o.appoint(to, name, o.people[who], position, on)
}

// rosterForm gives what a browser sends from the page of 名单变动, with one choice for one person.
func (o *office) rosterForm(c *testkit.Client, township, who, choice, reason string) url.Values {
	o.T.Helper()
	form := url.Values{}
	for name, values := range c.Get(o.sheetPath(township) + "/roster").Want(http.StatusOK).Doc().One(`form[action$="/roster"]`).Fields() {
		form[name] = values
	}
	form.Del("all")
	key := strconv.FormatInt(o.people[who], 10)
	form.Set("d."+key, choice)
	form.Set("r."+key, reason)
	return form
}

// roster gives the sentences of the page of 名单变动.
func (o *office) roster(c *testkit.Client, township string) []string {
	o.T.Helper()
	var list []string
	for _, row := range c.Get(o.sheetPath(township) + "/roster").Want(http.StatusOK).Doc().All("tbody tr") {
		list = append(list, row.Doc().Text("th")+" "+row.Doc().Text(".tag"))
	}
	return list
}

// ledgerOf is everything that a refused act may not have changed.
func (o *office) ledgerOf() string {
	o.T.Helper()
	var sum string
	for _, table := range []string{"assessment_sheets", "assessment_rows", "assessment_cells", "assessment_entries", "assessment_proposals",
		"assessment_roster_decisions", "assessment_acts"} {
		var part string
		if err := o.Owner.QueryRow(o.T.Context(), `select coalesce(md5(string_agg(x::text, ',' order by x::text)), '') from `+table+` x`).Scan(&part); err != nil {
			o.T.Fatal(err)
		}
		sum += part
	}
	return sum
}

func TestTheRegisterChangesUnderAnOpenSheet(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	if page := c.Get(o.sheetPath("A") + "/roster").Want(http.StatusOK).Doc(); !page.Has(".empty") {
		t.Error("a fresh sheet agrees with the register")
	}
	o.save(c, "A1/王芳", "learning", "8", "10").Want(http.StatusOK)
	o.hire("A2", "赵敏", "clerk", "2026-10-10")
	o.dismiss("A1", "李娜", "2026-10-01")
	o.transfer("A1/王芳", "A2", "clerk", "2026-10-05")
	o.dismiss("A2", "王芳", "2026-10-11")
	o.Exec(`update persons set died_on = '2026-11-02' where id = $1`, o.people["A2/李娜"])
	want := []string{"李娜 离任", "王芳 调动", "李娜 去世", "王芳 任职变化", "赵敏 新增"}
	if got := o.roster(c, "A"); !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
	if badge := c.Get(o.sheetPath("A")).Doc().Text(`a[href$="/roster"] .badge`); badge != "5" {
		t.Errorf("the grid's button says %q", badge)
	}
	if got := o.roster(o.As(access.TownshipClerk, "B"), "B"); len(got) != 0 {
		t.Errorf("the neighbour sees %q", got)
	}

	// The dead and those who left may not stay, and a choice to leave something as it is needs a reason.
	before := o.ledgerOf()
	for _, refused := range []struct{ who, choice, reason string }{{"A2/李娜", "kept", "家属来电"}, {"A1/李娜", "kept", "仍在工作"}, {"A2/赵敏", "kept", ""}} {
		page := c.Post(o.sheetPath("A")+"/roster", o.rosterForm(c, "A", refused.who, refused.choice, refused.reason)).Want(http.StatusUnprocessableEntity).Doc()
		field := page.One("[data-problems] a").Attr("href")
		if !page.Has(strings.ReplaceAll(field, ".", `\.`)) {
			t.Errorf("%s: no field %s", refused.who, field)
		}
	}
	if o.ledgerOf() != before {
		t.Error("a refused decision changed something")
	}

	form := o.rosterForm(c, "A", "A2/赵敏", "kept", "试用期,由原岗位考评")
	c.Post(o.sheetPath("A")+"/roster", form).Want(http.StatusSeeOther)
	c.Post(o.sheetPath("A")+"/roster", form).Want(http.StatusSeeOther) // pressed twice
	if n := o.Count(`select count(*) from assessment_roster_decisions where decision = 'kept' and reason <> ''`); n != 1 {
		t.Errorf("%d decisions", n)
	}
	all := o.rosterForm(c, "A", "A1/李娜", "", "")
	all.Set("all", "1")
	c.Post(o.sheetPath("A")+"/roster", all).Want(http.StatusSeeOther)
	c.Post(o.sheetPath("A")+"/roster", all).Want(http.StatusSeeOther)
	if got := o.roster(c, "A"); len(got) != 0 {
		t.Errorf("left to decide: %q", got)
	}
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and removed_at is not null`, o.sheet("A")); n != 2 {
		t.Errorf("%d rows left the sheet, want 2", n)
	}
	if o.cell("A1/王芳", "learning") != "8" || o.total("A1/王芳") != "98" {
		t.Error("scores stay with whom they were given")
	}
	if n := o.Count(`select count(*) from assessment_rows r join assessment_entries e on e.row_id = r.id and e.village_id = r.village_id
		where r.id = $1 and r.village_id = $2 and r.days = 31`, o.row("A1/王芳"), o.Units["A2"].Village); n != 1 {
		t.Error("the row and its entry stand in the new village")
	}
	if n := o.Count(`select count(*) from assessment_rows where id = $1 and days = 10 and no_grade <> ''`, o.row("A2/王芳")); n != 1 {
		t.Error("ten days are no grade")
	}
	if n := o.Count(`select count(*) from assessment_acts where act = 'roster'`); n != 5 {
		t.Errorf("%d lines in the timeline", n)
	}

	// A later, different change of the same person asks again.
	o.dismiss("A2", "赵敏", "2026-10-21")
	if got := o.roster(c, "A"); !slices.Equal(got, []string{"赵敏 新增"}) {
		t.Errorf("%q", got)
	}
	// Who comes back finds the scores given before.
	o.Exec(`delete from appointments where person_id = $1`, o.people["A1/王芳"])
	c.Post(o.sheetPath("A")+"/roster", o.rosterForm(c, "A", "A1/王芳", "accepted", "")).Want(http.StatusSeeOther)
	o.appoint("A1", "王芳", o.people["A1/王芳"], "clerk", "2026-10-03")
	c.Post(o.sheetPath("A")+"/roster", o.rosterForm(c, "A", "A1/王芳", "accepted", "")).Want(http.StatusSeeOther)
	if o.total("A1/王芳") != "98" || o.Count(`select count(*) from assessment_rows where person_id = $1`, o.people["A1/王芳"]) != 1 {
		t.Error("the row that left came back")
	}
}

func TestAMoveBetweenTownshipsNeverCountsTwice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a, b := o.As(access.TownshipClerk, "A"), o.As(access.TownshipClerk, "B")
	o.transfer("A1/王芳", "B1", "vc_member", "2026-10-08")
	if got := o.roster(a, "A"); !slices.Equal(got, []string{"王芳 调动"}) {
		t.Fatalf("where he left: %q", got)
	}
	page := a.Get(o.sheetPath("A") + "/roster").Doc().Text("main")
	if strings.Contains(page, "vc_member") {
		t.Error("where to is not for the unit he left")
	}
	if got := o.roster(b, "B"); !slices.Equal(got, []string{"王芳 新增"}) {
		t.Fatalf("where he arrived: %q", got)
	}
	if badge := b.Get(o.sheetPath("B")).Doc().Text(`a[href$="/roster"] .badge`); badge != "" {
		t.Errorf("what waits for a neighbour is not for this clerk to decide: %q", badge)
	}
	before := o.ledgerOf()
	b.Post(o.sheetPath("B")+"/roster", o.rosterForm(b, "B", "A1/王芳", "accepted", "")).Want(http.StatusUnprocessableEntity)
	if o.ledgerOf() != before {
		t.Error("taken over while the other township still scores him")
	}
	a.Post(o.sheetPath("A")+"/roster", o.rosterForm(a, "A", "A1/王芳", "accepted", "")).Want(http.StatusSeeOther)
	b.Post(o.sheetPath("B")+"/roster", o.rosterForm(b, "B", "A1/王芳", "accepted", "")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_rows where person_id = $1 and removed_at is null and township_id = $2 and days = 31`,
		o.people["A1/王芳"], o.Units["B"].Township); n != 1 {
		t.Error("he stands once, where he served most days, with the days of both")
	}
	if len(o.roster(a, "A"))+len(o.roster(b, "B")) != 0 {
		t.Error("nothing is left to decide")
	}
}

func TestAFinalListIsNeverAltered(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.transfer("A1/王芳", "B1", "vc_member", "2026-10-08")
	o.hire("A2", "赵敏", "clerk", "2026-10-10")
	o.Exec(`update assessment_sheets set state = 'published', published_at = now() where id = $1`, o.sheet("A"))
	a, b := o.As(access.TownshipClerk, "A"), o.As(access.TownshipClerk, "B")
	if got := append(o.roster(a, "A"), o.roster(b, "B")...); len(got) != 0 {
		t.Errorf("the first published list keeps him: %q", got)
	}
	before := o.ledgerOf()
	key := fmt.Sprint(o.people["A2/赵敏"])
	a.Post(o.sheetPath("A")+"/roster", url.Values{"f." + key: {"added"}, "d." + key: {"accepted"}}).Want(http.StatusNotFound)
	if o.ledgerOf() != before {
		t.Error("a published sheet changed")
	}
}

func TestRosterDecisionsThatCannotBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	o.dismiss("A1", "李娜", "2026-10-01")
	o.dismiss("B1", "李娜", "2026-10-01")
	o.dismiss("C1", "李娜", "2026-10-01")
	mine := o.rosterForm(c, "A", "A1/李娜", "accepted", "")
	before := o.ledgerOf()
	for _, other := range []string{"B1/李娜", "C1/李娜", "A2/李娜"} {
		form := url.Values{}
		for k, v := range mine {
			form[k] = v
		}
		key := strconv.FormatInt(o.people[other], 10)
		form.Set("f."+key, "left")
		form.Set("d."+key, "accepted")
		c.Post(o.sheetPath("A")+"/roster", form).Want(http.StatusNotFound)
	}
	for _, township := range []string{"B", "C"} {
		c.Get(o.sheetPath(township) + "/roster").Want(http.StatusNotFound)
		c.Post(o.sheetPath(township)+"/roster", mine).Want(http.StatusNotFound)
	}
	o.As(access.TownshipLeader, "A").Post(o.sheetPath("A")+"/roster", mine).Want(http.StatusForbidden)
	o.As(access.TownshipLeader, "A").Get(o.sheetPath("A") + "/roster").Want(http.StatusOK)
	stale := o.rosterForm(c, "A", "A1/李娜", "accepted", "")
	stale.Set("f."+strconv.FormatInt(o.people["A1/李娜"], 10), "post_changed:1")
	c.Post(o.sheetPath("A")+"/roster", stale).Want(http.StatusUnprocessableEntity)
	if o.ledgerOf() != before {
		t.Error("something was decided")
	}
	o.Exec(`update assessment_sheets set state = 'submitted' where id = $1`, o.sheet("A"))
	before = o.ledgerOf()
	c.Post(o.sheetPath("A")+"/roster", mine).Want(http.StatusConflict)
	if o.ledgerOf() != before {
		t.Error("a submitted sheet changed")
	}
}

func TestAChangeOnAReturnedSheetPassesTheReviewAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	o.Exec(`update assessment_sheets set state = 'draft', round = 2 where id = $1`, o.sheet("A"))
	o.Exec(`update assessment_rows set state = case when id = $2 then 'returned' else 'frozen' end, return_reason = case when id = $2 then '请核对' else '' end
		where sheet_id = $1`, o.sheet("A"), o.row("A1/张伟"))
	o.hire("A2", "赵敏", "clerk", "2026-10-10")
	o.dismiss("A2", "王芳", "2026-10-21")
	all := o.rosterForm(c, "A", "A2/赵敏", "accepted", "")
	all.Set("all", "1")
	c.Post(o.sheetPath("A")+"/roster", all).Want(http.StatusSeeOther)
	for _, who := range []string{"A1/张伟", "A2/赵敏", "A2/王芳"} {
		if n := o.Count(`select count(*) from assessment_rows where id = $1 and state = 'returned' and return_reason <> ''`, o.row(who)); n != 1 {
			t.Errorf("%s is not unlocked with a reason", who)
		}
	}
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and state = 'frozen'`, o.sheet("A")); n != 4 {
		t.Errorf("%d rows stay approved, want 4", n)
	}
}

func TestTheDeadAreCarriedNoFurther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk, head, officer := o.As(access.TownshipClerk, "A"), o.As(access.TownshipLeader, "A"), o.As(access.DistrictOfficer, "甲")
	o.Exec(`insert into assessment_settings (tenant_id, objection_office, objection_phone) values ($1, '组织部', '0939-8212345')`, o.Units["甲"].Tenant)
	o.submit(clerk, "A", nil).Want(http.StatusSeeOther)
	review := o.sheetPath("A") + "/review"
	if page := head.Get(review).Want(http.StatusOK).Doc(); page.Has(`a[href$="/roster"]`) {
		t.Error("nothing has changed yet")
	}
	o.Exec(`update persons set died_on = '2026-11-02' where id = $1`, o.people["A2/李娜"])
	if page := head.Get(review).Want(http.StatusOK).Doc(); !page.Has(`.notice a[href$="/roster"]`) {
		t.Error("the reviewer is not told what the register says now")
	}
	before := o.ledgerOf()
	if text := head.Post(o.sheetPath("A")+"/approve", o.approval("A", "A1/张伟")).Want(http.StatusConflict).Doc().Text("main"); !strings.Contains(text, "李娜") {
		t.Errorf("whom it concerns is not said: %s", text)
	}
	if o.ledgerOf() != before {
		t.Error("approved with somebody dead on the sheet")
	}
	for _, state := range []string{"township_approved", "district_approved"} {
		o.Exec(`update assessment_sheets set state = $2 where id = $1`, o.sheet("A"), state)
		before = o.ledgerOf()
		if state == "township_approved" {
			officer.Post(o.sheetPath("A")+"/file", o.form("A")).Want(http.StatusConflict)
		} else {
			officer.Post("/assessment/2026-10/publish", o.sheets("A")).Want(http.StatusConflict)
		}
		if o.ledgerOf() != before {
			t.Errorf("carried on from %s", state)
		}
	}
	if n := o.Count(`select count(*) from assessment_publications`); n != 0 {
		t.Error("published")
	}
	// A list that is out already stays as it is.
	o.Exec(`update assessment_sheets set state = 'published', published_at = now() where id = $1`, o.sheet("A"))
	if page := head.Get(review).Want(http.StatusOK).Doc(); page.Has(`.notice a[href$="/roster"]`) {
		t.Error("a final list has no pending changes")
	}
}
