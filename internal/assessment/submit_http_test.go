package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

// lastMonth writes a final September in which a person scored so many points of 100.
func (o *office) lastMonth(village, who, score string) {
	u := o.Units[village]
	september := o.month.Prev().First()
	o.Exec(`insert into assessment_months (tenant_id, month, state, scheme_id, fill_due, review_due, file_due, opened_by)
		select tenant_id, $2, 'closed', scheme_id, fill_due, review_due, file_due, opened_by from assessment_months where tenant_id = $1
		on conflict do nothing`, u.Tenant, september)
	o.Exec(`insert into assessment_sheets (tenant_id, township_id, month, township_name, state) values ($1, $2, $3, '某镇', 'locked')
		on conflict do nothing`, u.Tenant, u.Township, september)
	o.Exec(`insert into assessment_rows (tenant_id, township_id, village_id, sheet_id, month, person_id, person_name, sex, village_name,
			position_code, position_title, pay_position, pay_scheme, days, state, base, total, normalised)
		select r.tenant_id, r.township_id, r.village_id, s.id, s.month, r.person_id, r.person_name, r.sex, r.village_name, r.position_code,
			r.position_title, r.pay_position, r.pay_scheme, 30, 'frozen', $3::numeric, $3::numeric, $3::numeric
		from assessment_rows r join assessment_sheets s on s.tenant_id = r.tenant_id and s.township_id = r.township_id and s.month = $2
		where r.id = $1`, o.row(who), september, score)
}

// findings gives what the page of 检查 says must be put right.
func findings(page testkit.Doc) []string {
	var list []string
	for _, row := range page.All(`[aria-label="检查结果"] tbody tr`) {
		if row.Doc().Has(".tag-bad") {
			list = append(list, row.Doc().Text(`[data-label="情况"]`))
		}
	}
	return list
}

func (o *office) submit(c *testkit.Client, township string, form url.Values) testkit.Answer {
	o.T.Helper()
	return c.Post(o.sheetPath(township)+"/submit", form)
}

func TestNothingIsSubmittedThatIsNotComplete(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	o.lastMonth("A1", "A1/张伟", "100")
	o.lastMonth("B1", "B1/张伟", "50")
	o.save(c, "A1/张伟", "party_building", "2", "20").Want(http.StatusOK) // open, and a jump
	o.dismiss("A1", "李娜", "2026-10-01")
	o.propose("A", "A2", "A2/王芳", "duty.check:1", "duty_absence", "10月8日值班抽查不在岗")
	before := o.ledgerOf()
	page := o.submit(c, "A", nil).Want(http.StatusUnprocessableEntity).Doc()
	want := []string{"名单变动未处理:李娜当月不在马家沟1村任应考评职务", "王芳有一条拟扣分未处理:10月8日值班抽查不在岗",
		"张伟(马家沟1村)“党建引领”有1条待补依据", "张伟(马家沟1村)82分,上月100分,相差超过15分,请说明原因"}
	if got := findings(page); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	for _, a := range page.All(`[aria-label="检查结果"] tbody a`) {
		href := a.Attr("href")
		if id, ok := strings.CutPrefix(href, "#"); ok && !page.Has(`[id="`+id+`"]`) {
			t.Errorf("%s leads nowhere", href)
		} else if !ok {
			c.Get(href).Want(http.StatusOK)
		}
	}
	jump := fmt.Sprintf("j.%d", o.row("A1/张伟"))
	page = o.submit(c, "A", url.Values{jump: {"发生进京信访"}}).Want(http.StatusUnprocessableEntity).Doc()
	if n := len(findings(page)); n != 3 || page.One(`[name="`+jump+`"]`).Attr("value") != "发生进京信访" {
		t.Errorf("%d findings, or the typed reason is lost", n)
	}
	o.submit(c, "A", url.Values{jump: {strings.Repeat("长", 201)}}).Want(http.StatusUnprocessableEntity)
	for _, other := range []string{"B1/张伟", "C1/张伟"} {
		foreign := url.Values{jump: {"发生进京信访"}, fmt.Sprintf("j.%d", o.row(other)): {"别乡的原因"}}
		o.submit(c, "A", foreign).Want(http.StatusNotFound)
		c.Post(o.sheetPath("A")+"/check", foreign).Want(http.StatusNotFound)
	}
	if o.ledgerOf() != before {
		t.Error("a refused submission changed something")
	}

	form := o.rosterForm(c, "A", "A1/李娜", "accepted", "")
	c.Post(o.sheetPath("A")+"/roster", form).Want(http.StatusSeeOther)
	entry := fmt.Sprintf("/assessment/rows/%d/entries/%d", o.row("A1/张伟"), o.Count(`select id from assessment_entries where row_id = $1`, o.row("A1/张伟")))
	c.Post(entry, url.Values{"choice": {"party_building|meetings_missed"}, "points": {"18"}}).Want(http.StatusSeeOther)
	c.Post(o.proposal("A", "duty.check:1"), url.Values{"decision": {"refused"}, "reason": {"当日因公外出"}}).Want(http.StatusSeeOther)
	c.Post(o.sheetPath("A")+"/check", url.Values{jump: {"多次未开展组织生活"}}).Want(http.StatusSeeOther)
	if got := findings(c.Get(o.sheetPath("A") + "/check").Want(http.StatusOK).Doc()); len(got) != 0 {
		t.Fatalf("still %q", got)
	}
	o.submit(c, "A", nil).Want(http.StatusSeeOther)
	o.submit(c, "A", nil).Want(http.StatusSeeOther) // pressed twice
	if n := o.Count(`select count(*) from assessment_sheets where id = $1 and state = 'submitted' and submitted_by <> '' and submitted_holder <> 0
		and submitted_at is not null`, o.sheet("A")); n != 1 {
		t.Error("the sheet is not submitted")
	}
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and removed_at is null and state <> 'frozen'`, o.sheet("A")); n != 0 {
		t.Errorf("%d rows are not frozen", n)
	}
	if n := o.Count(`select count(*) from assessment_acts where act = 'submit'`); n != 1 {
		t.Errorf("%d submissions in the timeline", n)
	}
	if n := o.Count(`select count(*) from assessment_rows where grade <> ''`); n != 0 {
		t.Error("a submission grades nobody")
	}
	before = o.ledgerOf()
	o.submit(o.secondClerk("A"), "A", nil).Want(http.StatusConflict)
	c.Post(o.sheetPath("A")+"/check", url.Values{jump: {"别的原因"}}).Want(http.StatusConflict)
	o.save(c, "A2/张伟", "learning", "9", "10").Want(http.StatusUnprocessableEntity)
	if o.ledgerOf() != before {
		t.Error("a submitted sheet changed")
	}
	history := c.Get(o.sheetPath("A") + "/history").Want(http.StatusOK).Doc().Text(".timeline")
	for _, said := range []string{"提交审核", "名单变动:李娜", "拟扣分:王芳", "当日因公外出"} {
		if !strings.Contains(history, said) {
			t.Errorf("the history does not say %s", said)
		}
	}
}

func TestTakingASheetBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	o.save(c, "A1/张伟", "learning", "10", "10").Want(http.StatusOK)
	before := o.ledgerOf()
	c.Post(o.sheetPath("A")+"/withdraw", nil).Want(http.StatusConflict)
	c.Get(o.sheetPath("A") + "/return-request").Want(http.StatusSeeOther)
	c.Post(o.sheetPath("A")+"/return-request", url.Values{"reason": {"漏填一人"}}).Want(http.StatusConflict)
	if o.ledgerOf() != before {
		t.Error("a sheet that was never submitted was taken back")
	}
	o.submit(c, "A", nil).Want(http.StatusSeeOther)
	if !c.Get(o.sheetPath("A")).Doc().Has(`form[action$="/withdraw"]`) {
		t.Error("no 撤回 on the grid")
	}
	c.Get(o.sheetPath("A") + "/return-request").Want(http.StatusSeeOther)
	o.As(access.TownshipClerk, "B").Post(o.sheetPath("A")+"/withdraw", nil).Want(http.StatusNotFound)
	o.As(access.TownshipLeader, "A").Post(o.sheetPath("A")+"/withdraw", nil).Want(http.StatusForbidden)
	c.Post(o.sheetPath("A")+"/withdraw", nil).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and state = 'editable'`, o.sheet("A")); n != 6 {
		t.Errorf("%d rows can be typed in again, want 6", n)
	}
	if n := o.Count(`select count(*) from assessment_sheets where id = $1 and state = 'draft' and submitted_at is null`, o.sheet("A")); n != 1 {
		t.Error("the sheet is not back")
	}

	o.submit(c, "A", nil).Want(http.StatusSeeOther)
	o.Exec(`update assessment_sheets set review_opened_at = now() where id = $1`, o.sheet("A"))
	before = o.ledgerOf()
	c.Post(o.sheetPath("A")+"/withdraw", nil).Want(http.StatusConflict)
	if page := c.Post(o.sheetPath("A")+"/return-request", url.Values{"reason": {" "}}).Want(http.StatusUnprocessableEntity).Doc(); !page.Has(`[name=reason][aria-invalid=true]`) {
		t.Error("a reason is needed")
	}
	c.Post(o.sheetPath("A")+"/return-request", url.Values{"reason": {strings.Repeat("长", 201)}}).Want(http.StatusUnprocessableEntity)
	if o.ledgerOf() != before {
		t.Error("the leader's review was disturbed")
	}
	c.Get(o.sheetPath("A") + "/return-request").Want(http.StatusOK)
	for range 2 {
		c.Post(o.sheetPath("A")+"/return-request", url.Values{"reason": {"漏填一人"}}).Want(http.StatusSeeOther)
	}
	if n := o.Count(`select count(*) from assessment_acts where act = 'request_return' and reason = '漏填一人'`); n != 1 {
		t.Errorf("%d requests", n)
	}
	if !strings.Contains(c.Get(o.sheetPath("A")).Doc().Text("main"), "漏填一人") {
		t.Error("the grid does not say that it was asked back")
	}
	c.Post(o.sheetPath("A")+"/return-request", url.Values{"reason": {"又一个原因"}}).Want(http.StatusConflict)
}

func TestReturnedRowsAloneAreResubmitted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	o.submit(c, "A", nil).Want(http.StatusSeeOther)
	o.Exec(`update assessment_sheets set state = 'draft', round = 2, return_requested = '漏填' where id = $1`, o.sheet("A"))
	o.Exec(`update assessment_rows set state = 'returned', return_reason = '请核对学习培训', returned_total = total where id = $1`, o.row("A1/张伟"))
	c.Post(fmt.Sprintf("/assessment/rows/%d/entries", o.row("A1/张伟")), url.Values{"choice": {"learning|training_absence"}}).Want(http.StatusSeeOther)
	page := c.Get(o.sheetPath("A") + "/check").Want(http.StatusOK).Doc()
	shown := page.Text(`[aria-label="被退回的人员"] tbody`)
	for _, want := range []string{"张伟", "请核对学习培训", "100", "98"} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q lacks %s", shown, want)
		}
	}
	if got := page.Text(`form[action$="/submit"] .button-primary`); got != "重新提交" {
		t.Errorf("the button says %q", got)
	}
	o.submit(c, "A", nil).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_rows where id = $1 and state = 'frozen' and return_reason <> '' and returned_total = 100 and total = 98`,
		o.row("A1/张伟")); n != 1 {
		t.Error("the reviewer needs old → new")
	}
	if n := o.Count(`select count(*) from assessment_sheets where id = $1 and return_requested = ''`, o.sheet("A")); n != 1 {
		t.Error("the request to return it is answered")
	}
	if n := o.Count(`select count(*) from assessment_acts where act = 'resubmit' and round = 2`); n != 1 {
		t.Error("the timeline lacks the resubmission")
	}
	c.Post(o.sheetPath("A")+"/withdraw", nil).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and state = 'returned'`, o.sheet("A")); n != 1 {
		t.Error("taking it back unlocks what was returned, and nothing else")
	}
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and state = 'frozen'`, o.sheet("A")); n != 5 {
		t.Error("the rest stays locked")
	}
}

func TestActsOnSheetsOfOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a, leader := o.As(access.TownshipClerk, "A"), o.As(access.TownshipLeader, "A")
	before := o.ledgerOf()
	for _, township := range []string{"B", "C"} {
		for _, page := range []string{"/check", "/history", "/roster", "/return-request"} {
			a.Get(o.sheetPath(township) + page).Want(http.StatusNotFound)
		}
		for _, act := range []string{"/check", "/submit", "/withdraw", "/return-request"} {
			a.Post(o.sheetPath(township)+act, url.Values{"reason": {"原因"}}).Want(http.StatusNotFound)
		}
	}
	for _, act := range []string{"/check", "/submit", "/withdraw", "/return-request"} {
		leader.Post(o.sheetPath("A")+act, url.Values{"reason": {"原因"}}).Want(http.StatusForbidden)
	}
	if o.ledgerOf() != before {
		t.Error("something was changed")
	}
	for _, page := range []string{"/check", "/history"} {
		leader.Get(o.sheetPath("A") + page).Want(http.StatusOK)
	}
}
