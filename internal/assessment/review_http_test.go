package assessment_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/testkit"
)

func (o *office) reviewPath(township string) string { return o.sheetPath(township) + "/review" }

// deduct enters a grounded deduction as the clerk.
func (o *office) deduct(c *testkit.Client, who, points, reason string) {
	o.T.Helper()
	c.Post(fmt.Sprintf("/assessment/rows/%d/entries", o.row(who)), url.Values{"choice": {"party_building|meetings_missed"}, "points": {points},
		"reason": {reason}, "was": {""}}).Want(http.StatusSeeOther)
}

// submitted hands the township's sheet in, with one deduction.
func (o *office) submitted(township string) *testkit.Client {
	o.T.Helper()
	c := o.As(access.TownshipClerk, township)
	o.deduct(c, township+"1/王芳", "2", "少开一次组织生活会")
	o.submit(c, township, nil).Want(http.StatusSeeOther)
	return c
}

// form is what an act on the review sends at least: the version of the page.
func (o *office) form(township string, more ...string) url.Values {
	o.T.Helper()
	v := url.Values{"version": {strconv.Itoa(o.Count(`select version from assessment_sheets where id = $1`, o.sheet(township)))}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Add(more[i], more[i+1])
	}
	return v
}

// approval is the form of an approval that marks somebody at the edge.
func (o *office) approval(township string, excellent ...string) url.Values {
	v := o.form(township, "meeting_on", "2026-11-05", "minutes_no", "〔2026〕12号")
	for _, who := range excellent {
		v.Add("excellent", o.key(who))
	}
	return v
}

func (o *office) key(who string) string { return strconv.FormatInt(o.row(who), 10) }

func (o *office) graded(who string) string {
	o.T.Helper()
	n := o.Count(`select case grade when '' then 0 when 'excellent' then 1 when 'competent' then 2 + quota_capped::int else 9 end
		from assessment_rows where id = $1`, o.row(who))
	return map[int]string{0: "", 1: "优秀", 2: "称职", 3: "称职,名额已满", 9: "其他"}[n]
}

func TestTheLeaderMarksWhoOfTheTiedIsExcellent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.submitted("A")
	leader := o.As(access.TownshipLeader, "A")
	before := o.ledgerOf()
	page := leader.Get(o.reviewPath("A")).Want(http.StatusOK).Doc()
	if o.ledgerOf() != before {
		t.Error("looking changes something")
	}
	if n := len(page.All(`#approve-form input[name="excellent"]`)); n != 5 {
		t.Errorf("%d tied to choose from, want the five with full marks", n)
	}
	if !strings.Contains(page.Text("#decide"), "优秀名额还剩1个") || !strings.Contains(page.Text("#decide legend"), "100分的有5人") {
		t.Errorf("the quota is not explained: %s", page.Text("#decide"))
	}
	approve := o.sheetPath("A") + "/approve"
	refused := leader.Post(approve, o.approval("A")).Want(http.StatusUnprocessableEntity).Doc()
	if !refused.Has(`[data-problems] a[href="#f-excellent"]`) || refused.One(`[name="minutes_no"]`).Attr("value") != "〔2026〕12号" {
		t.Error("no message at the boxes, or what was typed is lost")
	}
	refused = leader.Post(approve, o.approval("A", "A1/张伟", "A2/张伟")).Want(http.StatusUnprocessableEntity).Doc()
	if n := len(refused.All(`input[name="excellent"][checked]`)); n != 2 {
		t.Errorf("%d marks are kept", n)
	}
	for field, bad := range map[string]string{"meeting_on": "2026-12-24", "minutes_no": " "} {
		form := o.approval("A", "A1/张伟")
		form.Set(field, bad)
		if !leader.Post(approve, form).Want(http.StatusUnprocessableEntity).Doc().Has(`[name="` + field + `"][aria-invalid="true"]`) {
			t.Errorf("no message at %s", field)
		}
	}
	leader.Post(approve, o.approval("A", "A1/张伟", "B1/张伟")).Want(http.StatusNotFound)
	stale := o.approval("A", "A1/张伟")
	stale.Set("version", "1")
	leader.Post(approve, stale).Want(http.StatusConflict)
	if o.ledgerOf() != before {
		t.Fatal("a refused approval left something behind")
	}

	form := o.approval("A", "A2/李娜")
	leader.Post(approve, form).Want(http.StatusSeeOther)
	for who, want := range map[string]string{"A2/李娜": "优秀", "A1/张伟": "称职,名额已满", "A1/王芳": "称职,名额已满", "B1/张伟": ""} {
		if got := o.graded(who); got != want {
			t.Errorf("%s is %q, want %q", who, got, want)
		}
	}
	if n := o.Count(`select count(*) from assessment_sheets where id = $1 and state = 'township_approved' and excellent = array[$2::bigint]
		and approved_by <> '' and approved_holder <> 0 and meeting_on = '2026-11-05' and review_opened_at is not null`, o.sheet("A"), o.row("A2/李娜")); n != 1 {
		t.Error("the approval is not on the sheet")
	}
	before = o.ledgerOf()
	leader.Post(approve, form).Want(http.StatusConflict) // pressed twice
	leader.Post(approve, o.approval("A", "A2/李娜")).Want(http.StatusConflict)
	if o.ledgerOf() != before {
		t.Error("the second approval changed something")
	}
}

func TestWhoTypedNeverApproves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Member(access.TownshipLeader, "A")
	m := o.NewMember("both", access.NewAccount{Username: "both-roles", Name: "赵两岗", Role: access.TownshipClerk}, "A")
	twin := o.NewMember("twin", access.NewAccount{Username: "second-account", Name: "赵两岗", Role: access.TownshipLeader}, "A")
	o.Exec(`update accounts set holder_id = $1 where id = $2`, m.Account, twin.Account)
	var grant int64
	err := access.InScope(t.Context(), o.Core.System("test", m.Tenant), func(tx *access.Tx) (err error) {
		grant, err = o.Core.AddGrant(t.Context(), tx, access.Grant{AccountID: m.Account, Role: access.TownshipLeader, TownshipID: o.Units["A"].Township,
			Kind: "proxy", StartsOn: testkit.Now.AddDate(0, -1, 0)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	both := o.Guest()
	both.Login(m.Username, m.Password)
	o.deduct(both, "A2/王芳", "1", "一项活动未留痕")
	o.submitted("A") // by another clerk
	both.Post("/switch", url.Values{"grant": {strconv.FormatInt(grant, 10)}}).Want(http.StatusSeeOther)
	other := o.Guest()
	other.Login(twin.Username, twin.Password)
	before := o.ledgerOf()
	for name, c := range map[string]*testkit.Client{"another grant": both, "another account": other} {
		page := c.Get(o.reviewPath("A")).Want(http.StatusOK).Doc()
		if page.Has(`#approve-form button`) || !strings.Contains(page.Text(".notice-warn"), "填报人不能审核") || !strings.Contains(page.Text(".notice-warn"), "乡镇组织委员A") {
			t.Errorf("under %s the page does not say why not and who could: %s", name, page.Text(".notice-warn"))
		}
		c.Post(o.sheetPath("A")+"/approve", o.approval("A", "A1/张伟")).Want(http.StatusForbidden)
	}
	if o.ledgerOf() != before {
		t.Fatal("a maker's approval left something behind")
	}
	// whoever stands on the sheet does not judge it either
	self := o.NewMember("self", access.NewAccount{Username: "self-leader", Name: "李娜", Role: access.TownshipLeader, Person: o.people["A2/李娜"]}, "A")
	own := o.Guest()
	own.Login(self.Username, self.Password)
	own.Post(o.sheetPath("A")+"/approve", o.approval("A", "A2/李娜")).Want(http.StatusForbidden)
	o.As(access.TownshipLeader, "A").Post(o.sheetPath("A")+"/approve", o.approval("A", "A1/张伟")).Want(http.StatusSeeOther)
}

func TestThreeRowsAreReturnedAndComeBackOldToNew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.submitted("A")
	leader := o.As(access.TownshipLeader, "A")
	path := o.sheetPath("A") + "/return"
	before := o.ledgerOf()
	leader.Post(path, o.form("A")).Want(http.StatusUnprocessableEntity)
	page := leader.Post(path, o.form("A", "row", o.key("A1/张伟"), "row", o.key("A1/王芳"), "why."+o.key("A2/李娜"), "学时不实")).Want(http.StatusUnprocessableEntity).Doc()
	if !page.Has(`[data-problems] a[href="#f-why.`+o.key("A1/张伟")+`"]`) || page.Has(`[data-problems] a[href="#f-why.`+o.key("A2/李娜")+`"]`) {
		t.Error("each row without a reason is named, the one with a reason is not")
	}
	page = leader.Post(path, o.form("A", "show", "all", "row", o.key("A2/张伟"))).Want(http.StatusUnprocessableEntity).Doc()
	if !page.Has(`input[name="row"][value="`+o.key("A2/张伟")+`"][checked]`) || !page.Has(`#return-form input[name="show"][value="all"]`) {
		t.Error("the refused form comes back without the row that it is about")
	}
	leader.Post(path, o.form("A", "row", o.key("B1/张伟"), "reason", "别的乡镇")).Want(http.StatusNotFound)
	leader.Post(path, o.form("A", "row", "abc", "reason", "不是行")).Want(http.StatusNotFound)
	if o.ledgerOf() != before {
		t.Fatal("a refused return left something behind")
	}

	leader.Post(path, o.form("A", "row", o.key("A1/张伟"), "row", o.key("A1/王芳"), "reason", "依据不足,请补充", "why."+o.key("A2/李娜"), "学时不实")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and state = 'returned' and returned_total = total
		and return_reason = case id when $2 then '学时不实' else '依据不足,请补充' end`, o.sheet("A"), o.row("A2/李娜")); n != 3 {
		t.Errorf("%d rows are returned with their reason, want 3", n)
	}
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and state = 'frozen' and return_reason = ''`, o.sheet("A")); n != 3 {
		t.Errorf("%d rows stay as they are, want 3", n)
	}
	if n := o.Count(`select count(*) from assessment_sheets where id = $1 and state = 'draft' and round = 2`, o.sheet("A")); n != 1 {
		t.Error("the sheet is not in its second round")
	}
	if n := o.Count(`select count(*) from assessment_acts where act = 'return_rows' and row_id <> 0 and reason <> ''`); n != 3 {
		t.Errorf("%d lines in the timeline", n)
	}
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.return_rows' and reason = '依据不足,请补充;学时不实'`); n != 1 {
		t.Error("no line in the trail")
	}

	o.save(clerk, "A2/张伟", "learning", "9", "10").Want(http.StatusUnprocessableEntity) // was not returned
	entry := o.Count(`select id from assessment_entries where row_id = $1`, o.row("A1/王芳"))
	clerk.Post(fmt.Sprintf("/assessment/rows/%d/entries/%d", o.row("A1/王芳"), entry), url.Values{"choice": {"party_building|meetings_missed"},
		"points": {"4"}, "reason": {"少开两次组织生活会"}, "was": {""}}).Want(http.StatusSeeOther)
	o.submit(clerk, "A", nil).Want(http.StatusSeeOther)

	page = leader.Get(o.reviewPath("A")).Want(http.StatusOK).Doc()
	if n := len(page.All("tbody tr.answered")); n != 3 {
		t.Errorf("%d rows come back, want the three that were returned", n)
	}
	row := page.One("#r" + o.key("A1/王芳")).Doc()
	if del, ins := row.Text(`td[data-label="合计"] del`), row.Text(`td[data-label="合计"] ins`); del != "98" || ins != "96" {
		t.Errorf("old → new: %q → %q", del, ins)
	}
	if said := row.Text(".grounds"); !strings.Contains(said, "依据不足,请补充") || !strings.Contains(said, "18 → 改为 16") {
		t.Errorf("reason and changed dimension: %s", said)
	}
	if !strings.Contains(page.One("#r"+o.key("A1/张伟")).Doc().Text(".grounds"), "分数没有变化") {
		t.Error("a returned row that was not changed does not say so")
	}
	if page.Has("#r" + o.key("A2/张伟")) {
		t.Error("a row with full marks that nobody returned needs no look")
	}
	leader.Post(o.sheetPath("A")+"/approve", o.approval("A", "A1/张伟")).Want(http.StatusSeeOther)
	if got := o.graded("A1/王芳"); got != "称职,名额已满" {
		t.Errorf("王芳 is %s", got)
	}
}

func TestTheReviewOfOthersIsAbsent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.submitted("A")
	before := o.ledgerOf()
	for role, units := range map[access.Role][]string{access.TownshipLeader: {"B", "C"}, access.DistrictOfficer: {"乙"}} {
		for _, unit := range units {
			c := o.As(role, unit)
			for _, page := range []string{"/review", "/summary", "/compare"} {
				c.Get(o.sheetPath("A") + page).Want(http.StatusNotFound)
			}
			c.Post(o.reviewPath("A")+"/export", url.Values{"purpose": {"好奇"}}).Want(http.StatusNotFound)
			acts := []string{"/review", "/approve", "/return", "/return-request/accept", "/return-request/decline"}
			if role == access.DistrictOfficer {
				acts = []string{"/file", "/file/return"}
			}
			for _, act := range acts {
				c.Post(o.sheetPath("A")+act, o.approval("A", "A1/张伟")).Want(http.StatusNotFound)
			}
		}
	}
	for role, acts := range map[access.Role][]string{access.TownshipClerk: {"/review", "/approve", "/return", "/file"},
		access.DistrictLeader: {"/approve", "/file"}, access.DistrictOfficer: {"/approve", "/confirm"}} {
		unit := map[access.Role]string{access.TownshipClerk: "A"}[role]
		if unit == "" {
			unit = "甲"
		}
		for _, act := range acts {
			o.As(role, unit).Post(o.sheetPath("A")+act, o.approval("A", "A1/张伟")).Want(http.StatusForbidden)
		}
	}
	if o.ledgerOf() != before {
		t.Error("somebody changed a sheet that is not his")
	}
}

func TestTheClerkAsksForAReturn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.submitted("A")
	leader := o.As(access.TownshipLeader, "A")
	leader.Post(o.reviewPath("A"), o.form("A")).Want(http.StatusSeeOther)
	clerk.Post(o.sheetPath("A")+"/withdraw", nil).Want(http.StatusConflict)
	leader.Post(o.sheetPath("A")+"/return-request/accept", o.form("A")).Want(http.StatusConflict) // nothing was asked
	clerk.Post(o.sheetPath("A")+"/return-request", url.Values{"reason": {"漏填一条扣分"}}).Want(http.StatusSeeOther)
	if !strings.Contains(leader.Get(o.reviewPath("A")).Doc().Text("main"), "漏填一条扣分") {
		t.Error("the leader does not see what the clerk asks")
	}
	leader.Post(o.sheetPath("A")+"/return-request/decline", o.form("A", "decline", " ")).Want(http.StatusUnprocessableEntity)
	leader.Post(o.sheetPath("A")+"/return-request/decline", o.form("A", "decline", "已上会")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_sheets where id = $1 and state = 'submitted' and return_requested = ''`, o.sheet("A")); n != 1 {
		t.Error("the declined sheet is not where it was")
	}
	clerk.Post(o.sheetPath("A")+"/return-request", url.Values{"reason": {"确实漏填"}}).Want(http.StatusSeeOther)
	leader.Post(o.sheetPath("A")+"/return-request/accept", o.form("A")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and state = 'returned' and return_reason = '同意退回申请:确实漏填'`, o.sheet("A")); n != 6 {
		t.Errorf("%d rows are back, want all", n)
	}
	o.submit(clerk, "A", nil).Want(http.StatusSeeOther)
	if n := len(leader.Get(o.reviewPath("A")).Doc().All(`table tbody tr[id]`)); n != 1 {
		t.Errorf("%d rows need a look; where everything came back only what lost points does", n)
	}
}

func TestJumpsAreShownAgainstLastMonth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.lastMonth("A2", "A2/张伟", "80")
	o.lastMonth("A2", "A2/李娜", "99")
	o.lastMonth("B1", "B1/张伟", "10")
	c := o.As(access.TownshipClerk, "A")
	o.deduct(c, "A1/王芳", "2", "少开一次组织生活会")
	c.Post(o.sheetPath("A")+"/submit", url.Values{"j." + o.key("A2/张伟"): {"上月病假未参加活动"}}).Want(http.StatusSeeOther)
	leader := o.As(access.TownshipLeader, "A")
	page := leader.Get(o.reviewPath("A")).Want(http.StatusOK).Doc()
	row := page.One("#r" + o.key("A2/张伟")).Doc()
	if row.Text(`[data-label="上月"]`) != "80.00" || row.Text(`[data-label="变化"] .tag`) != "+20" || !strings.Contains(row.Text(".grounds"), "上月病假未参加活动") {
		t.Errorf("the jump: %s", page.One("#r"+o.key("A2/张伟")).Text())
	}
	if n := len(page.All("table tbody tr[id]")); n != 2 {
		t.Errorf("%d rows need a look, want the deduction and the jump", n)
	}
	for query, want := range map[string]int{"?show=all": 6, "?kind=jump": 1, "?kind=deduct": 1, "?kind=bonus": 0, "?show=all&q=张伟": 2,
		"?grade=competent": 1, fmt.Sprintf("?show=all&village=%d", o.Units["A2"].Village): 3} {
		if n := len(leader.Get(o.reviewPath("A") + query).Want(http.StatusOK).Doc().All("table tbody tr[id]")); n != want {
			t.Errorf("%s: %d rows, want %d", query, n, want)
		}
	}
	page = leader.Get(o.sheetPath("A") + "/compare").Want(http.StatusOK).Doc()
	if said := page.One(`[aria-label="逐人对比"]`).Text(); !strings.Contains(said, "80.00") || !strings.Contains(said, "+20") || strings.Contains(said, "10.00") {
		t.Errorf("the comparison: %s", said)
	}
	leader.Get(o.sheetPath("A") + "/compare?with=2019-01").Want(http.StatusOK)
	query := "q=" + url.QueryEscape("张伟") + "&sort=change"
	found := leader.Get(o.sheetPath("A") + "/compare?" + query).Want(http.StatusOK).Doc().One(`[aria-label="逐人对比"]`).Doc()
	if n := len(found.All("tbody tr")); n != 2 {
		t.Errorf("%d persons found, want both of the name in the township", n)
	}
	if none := leader.Get(o.sheetPath("A") + "/compare?sort=change&q=" + url.QueryEscape("查无此人")).Want(http.StatusOK).Doc(); none.One(".empty a").Attr("href") != o.sheetPath("A")+"/compare?sort=change" {
		t.Error("nothing found offers no way back")
	}
	leader.Post(o.sheetPath("A")+"/compare/export", url.Values{"query": {query}}).Want(http.StatusUnprocessableEntity)
	rows := exported(t, leader.Post(o.sheetPath("A")+"/compare/export", url.Values{"query": {query}, "purpose": {"党委会研究"}}).Want(http.StatusOK).Body)
	if named(rows, "张伟") != 2 || named(rows, "李娜") != 0 || named(rows, "80.00|100.00|20.00") != 1 {
		t.Errorf("the comparison's export holds %v", rows)
	}
	o.As(access.TownshipLeader, "B").Post(o.sheetPath("A")+"/compare/export", url.Values{"purpose": {"党委会研究"}}).Want(http.StatusNotFound)

	if bad := leader.Post(o.reviewPath("A")+"/export", url.Values{"kind": {"jump"}}).Want(http.StatusUnprocessableEntity).Doc(); !bad.Has(`[name="purpose"][aria-invalid="true"]`) {
		t.Error("an export needs a purpose")
	}
	file := leader.Post(o.reviewPath("A")+"/export", url.Values{"kind": {"jump"}, "purpose": {"党委会研究"}}).Want(http.StatusOK)
	book, err := excelize.OpenReader(bytes.NewReader(file.Body))
	if err != nil {
		t.Fatal(err)
	}
	cells, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, line := range cells {
		if len(line) > 1 && (line[1] == "张伟" || line[1] == "李娜" || line[1] == "王芳") {
			named++
		}
	}
	if named != 1 {
		t.Errorf("the workbook names %d persons, the page one", named)
	}
}

func TestTheSummaryIsCutIntoSheets(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.submitted("A")
	o.Exec(`update townships set kind = 'street' where id = $1`, o.Units["A"].Township)
	leader := o.As(access.TownshipLeader, "A")
	page := leader.Get(o.sheetPath("A") + "/summary").Want(http.StatusOK).Doc()
	if n := len(page.All(".sheet")); n != 1 || page.Text(".sheet-number") != "第1页 共1页" {
		t.Errorf("%d sheets, %s", n, page.Text(".sheet-number"))
	}
	if signs := page.Text(".signatures"); !strings.Contains(signs, "填表人") || !strings.Contains(signs, "组织委员") || !strings.Contains(signs, "党工委书记") {
		t.Errorf("places to sign: %s", signs)
	}
	if !strings.Contains(page.Text(".sheet-title"), "送审稿") || !strings.Contains(page.Text(".sheet-note"), "同分待定5人") || !strings.Contains(page.Text("table.paper"), "待定") {
		t.Error("before the approval the form is a draft")
	}
	if !strings.Contains(leader.Get(o.reviewPath("A")).Doc().Text("#approve-form"), "党工委会研究日期") {
		t.Error("a street has a 党工委")
	}
	o.Exec(`update assessment_entries set reason = $1 where row_id in (select id from assessment_rows where sheet_id = $2)`, strings.Repeat("很长的事由", 40), o.sheet("A"))
	for _, who := range []string{"A1/张伟", "A1/李娜", "A2/张伟"} {
		o.Exec(`insert into assessment_entries (tenant_id, township_id, village_id, row_id, dimension, points, clause, reason, created_by, created_name, created_at)
			select tenant_id, township_id, village_id, id, 'learning', -1, '第八条', $1, 1, '王干事', now() from assessment_rows where id = $2`,
			strings.Repeat("很长的事由", 60), o.row(who))
	}
	leader.Post(o.sheetPath("A")+"/approve", o.approval("A", "A2/李娜")).Want(http.StatusSeeOther)
	page = leader.Get(o.sheetPath("A") + "/summary").Want(http.StatusOK).Doc()
	sheets := page.All(".sheet")
	if len(sheets) < 3 {
		t.Fatalf("%d sheets for rows of eighteen lines", len(sheets))
	}
	rows := 0
	for i, s := range sheets {
		d := s.Doc()
		rows += len(d.All("tbody tr"))
		if !d.Has("thead th") || !d.Has(".sheet-title") || !d.Has("tbody th") || d.Text(".sheet-number") != fmt.Sprintf("第%d页 共%d页", i+1, len(sheets)) {
			t.Errorf("sheet %d lacks title, head, village or number", i+1)
		}
		if last := i == len(sheets)-1; last != d.Has(".signatures") {
			t.Errorf("sheet %d: signatures %v", i+1, !last)
		}
	}
	if rows != 6 || !strings.Contains(page.Text(".sheet-note"), "经2026年11月5日党工委会研究(〔2026〕12号)") {
		t.Errorf("%d rows; %s", rows, page.Text(".sheet-note"))
	}
}
