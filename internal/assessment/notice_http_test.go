package assessment_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

// newNoticeOffice is an office whose townships A and B have been published, with one deduction of 李娜 in A1, entered by
// A's clerk. The look-alike township C of the other district is published too.
func newNoticeOffice(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	o.settle()
	o.save(o.As(access.TownshipClerk, "A"), "A1/李娜", "party_building", "16", "20").Want(http.StatusOK)
	o.Exec(`update assessment_entries set clause = '村级干部管理办法·工作管理', reason = '主题党日未开展'`)
	for _, town := range []string{"A", "B", "C"} {
		o.approve(town)
	}
	o.mustPublish("A", "B")
	return o
}

func (o *office) noticePath(township string) string { return o.sheetPath(township) + "/notice" }

// publication gives the key of a township's publication by number.
func (o *office) publication(township string, number int) int64 {
	return int64(o.Count(`select id from assessment_publications where sheet_id = $1 and number = $2`, o.sheet(township), number))
}

func (o *office) postings(township string, number int, on string, villages ...string) url.Values {
	form := url.Values{"publication": {strconv.FormatInt(o.publication(township, number), 10)}, "posted_on": {on}}
	for _, v := range villages {
		form.Add("village", strconv.FormatInt(o.Units[v].Village, 10))
	}
	return form
}

func (o *office) posted(where string, args ...any) int {
	return o.Count(`select count(*) from assessment_postings where posted_on is not null and `+where, args...)
}

func TestPostingDatesAreEnteredPerVillageOrAtOnce(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.TownshipClerk, "A")
	page := c.Get(o.noticePath("A")).Want(http.StatusOK).Doc()
	if n := len(page.All("table tbody tr")); n != 2 || !strings.Contains(page.Text("table"), "未登记") {
		t.Errorf("%d villages: %s", n, page.Text("table"))
	}
	c.Post(o.noticePath("A"), o.postings("A", 1, "2026-11-23", "A1")).Want(http.StatusSeeOther)
	// the fifth working day after the day of posting
	if o.posted(`village_id = $1 and posted_on = '2026-11-23' and ends_on = '2026-11-30'`, o.Units["A1"].Village) != 1 || o.posted("true") != 1 {
		t.Error("one village was posted until the fifth working day")
	}
	all := o.postings("A", 1, "2026-11-23")
	all.Set("all", "1")
	c.Post(o.noticePath("A"), all).Want(http.StatusSeeOther)
	c.Post(o.noticePath("A"), all).Want(http.StatusUnprocessableEntity) // nothing is left to enter
	if o.posted("true") != 2 {
		t.Error("all at once means those that had no date")
	}
	trail := o.Count(`select count(*) from audit_log where action = 'assessment.post'`)
	again := o.postings("A", 1, "2026-11-23", "A1")
	again.Set("was."+strconv.FormatInt(o.Units["A1"].Village, 10), "2026-11-23")
	c.Post(o.noticePath("A"), again).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.post'`); n != trail || trail != 2 {
		t.Errorf("%d lines in the trail: an unchanged date is no act", n)
	}
	if n := o.Count(`select count(*) from assessment_acts where act = 'post' and sheet_id = $1`, o.sheet("A")); n != 2 {
		t.Errorf("%d entries in the timeline", n)
	}
}

func TestAPostingDateIsCorrectedUntilTheSheetIsLocked(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.TownshipClerk, "A")
	c.Post(o.noticePath("A"), o.postings("A", 1, "2026-11-23", "A1", "A2")).Want(http.StatusSeeOther)
	o.Tick(26 * time.Hour)
	c = o.As(access.TownshipClerk, "A")
	stale := o.postings("A", 1, "2026-11-24", "A1")
	c.Post(o.noticePath("A"), stale).Want(http.StatusConflict) // the page showed no date
	village := strconv.FormatInt(o.Units["A1"].Village, 10)
	if got := c.Get(o.noticePath("A")).Doc().One(`input[name="was.` + village + `"]`).Attr("value"); got != "2026-11-23" {
		t.Errorf("the page shows %q", got)
	}
	stale.Set("was."+village, "2026-11-23")
	c.Post(o.noticePath("A"), stale).Want(http.StatusSeeOther)
	if o.posted(`village_id = $1 and posted_on = '2026-11-24' and ends_on = '2026-12-01'`, o.Units["A1"].Village) != 1 {
		t.Error("the corrected date moves the period")
	}
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.post' and detail -> 'before' ->> 0 like '%2026-11-23'`); n != 1 {
		t.Error("the trail keeps the old date")
	}
	o.Exec(`update assessment_sheets set state = 'locked' where id = $1`, o.sheet("A"))
	stale.Set("was."+village, "2026-11-24")
	stale.Set("posted_on", "2026-11-23")
	c.Post(o.noticePath("A"), stale).Want(http.StatusConflict)
	if o.posted(`posted_on = '2026-11-24'`) != 1 || c.Get(o.noticePath("A")).Doc().Has(`input[name="posted_on"]`) {
		t.Error("a locked sheet still takes dates")
	}
}

func TestPostingDatesThatCannotBe(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.TownshipClerk, "A")
	for _, on := range []string{"2026-11-24", "2026-11-22", "2026-02-30", "昨天", ""} {
		page := c.Post(o.noticePath("A"), o.postings("A", 1, on, "A1")).Want(http.StatusUnprocessableEntity).Doc()
		in := page.One(`input[name="posted_on"]`)
		if in.Attr("aria-invalid") != "true" || in.Attr("value") != on || !page.Has(`[data-problems] a[href="#`+in.Attr("id")+`"]`) {
			t.Errorf("%q: no message at the field, or what was typed is lost", on)
		}
		if !page.Has(`input[name="village"][checked]`) {
			t.Errorf("%q: the ticks are lost", on)
		}
	}
	c.Post(o.noticePath("A"), o.postings("A", 1, "2026-11-23", "B1")).Want(http.StatusNotFound)
	c.Post(o.noticePath("A"), o.postings("A", 1, "2026-11-23", "C1")).Want(http.StatusNotFound)
	other := o.postings("B", 1, "2026-11-23", "A1")
	c.Post(o.noticePath("A"), other).Want(http.StatusNotFound)
	c.Post(o.noticePath("B"), o.postings("B", 1, "2026-11-23", "B1")).Want(http.StatusNotFound)
	for _, role := range []access.Role{access.TownshipLeader, access.VillageSecretary} {
		unit := map[access.Role]string{access.TownshipLeader: "A", access.VillageSecretary: "A1"}[role]
		o.As(role, unit).Post(o.noticePath("A"), o.postings("A", 1, "2026-11-23", "A1")).Want(http.StatusForbidden)
	}
	if o.posted("true") != 0 || o.Count(`select count(*) from audit_log where action = 'assessment.post'`) != 0 {
		t.Error("something was written")
	}
	c = o.As(access.TownshipClerk, "C")
	if page := c.Get(o.noticePath("C")).Want(http.StatusOK).Doc(); !strings.Contains(page.Text("main"), "尚未发布公示") {
		t.Error("an unpublished sheet says so")
	}
	c.Post(o.noticePath("C"), url.Values{"publication": {"1"}, "posted_on": {"2026-11-23"}, "all": {"1"}}).Want(http.StatusConflict)
}

func TestTheNoticePrintsPerVillage(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.TownshipClerk, "A")
	page := c.Get(o.noticePath("A") + "/print").Want(http.StatusOK).Doc()
	if n := len(page.All(".sheet")); n != 2 {
		t.Fatalf("%d sheets, want one per village", n)
	}
	first := page.All(".sheet")[0].Text()
	for _, words := range []string{"村(社区)干部月考评结果公示", "安河镇马家沟1村2026年10月", "张伟", "李娜", "96.00", "称职",
		"公示期为 年 月 日至 年 月 日", "受理部门:区委组织部干部监督室", "0939-8200001", "中共甲区安河镇委员会", "第 1 页 共 1 页"} {
		if !strings.Contains(strings.ReplaceAll(first, " ", ""), strings.ReplaceAll(words, " ", "")) {
			t.Errorf("the notice does not say %q: %s", words, first)
		}
	}
	if strings.Contains(first, "主题党日") {
		t.Error("what the notice on the wall does not hold: the deductions")
	}
	c.Post(o.noticePath("A"), o.postings("A", 1, "2026-11-23", "A2")).Want(http.StatusSeeOther)
	one := c.Get(fmt.Sprintf("%s/print?village=%d", o.noticePath("A"), o.Units["A2"].Village)).Want(http.StatusOK).Doc()
	if n := len(one.All(".sheet")); n != 1 || !strings.Contains(one.Text(".sheet"), "公示期为2026年11月23日至2026年11月30日(5个工作日)") ||
		!strings.HasSuffix(one.Text(".sheet-seal"), "2026年11月23日") {
		t.Errorf("%d sheets: %s", n, one.Text(".sheet"))
	}
	c.Get(fmt.Sprintf("%s/print?village=%d", o.noticePath("A"), o.Units["B1"].Village)).Want(http.StatusNotFound)
	c.Get(o.noticePath("B") + "/print").Want(http.StatusNotFound)
	c.Get(fmt.Sprintf("%s/print?publication=%d", o.noticePath("A"), o.publication("B", 1))).Want(http.StatusNotFound)
}

func TestALongNoticeIsCutIntoNumberedSheetsWithRepeatedHeads(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	for i := range 20 {
		o.hire("A1", fmt.Sprintf("陈村%02d", i), "vc_member", "2024-01-01")
	}
	o.Exec(`insert into assessment_rows (tenant_id, township_id, village_id, sheet_id, month, person_id, person_name, sex, village_name, position_code,
			position_title, pay_position, pay_scheme, days, base, total, normalised)
		select p.tenant_id, p.township_id, p.village_id, $1, $2, p.id, p.name, p.sex, '马家沟1村', 'vc_member', '村委会委员', 'member', '', 31, 100, 100, 100
		from persons p where p.name like '陈村%'`, o.sheet("A"), o.month.First())
	o.approve("A")
	o.mustPublish("A")
	page := o.As(access.TownshipClerk, "A").Get(fmt.Sprintf("%s/print?village=%d", o.noticePath("A"), o.Units["A1"].Village)).Doc()
	sheets := page.All(".sheet")
	if len(sheets) != 2 {
		t.Fatalf("%d sheets for 23 cadres", len(sheets))
	}
	for i, s := range sheets {
		if len(s.Doc().All("thead th")) != 5 || !strings.Contains(strings.ReplaceAll(s.Doc().Text(".sheet-number"), " ", ""), fmt.Sprintf("第%d页共2页", i+1)) {
			t.Errorf("sheet %d: %s", i+1, s.Text())
		}
	}
	if sheets[0].Doc().Has(".sheet-seal") || !sheets[1].Doc().Has(".sheet-seal") {
		t.Error("the signature stands on the last sheet alone")
	}
}

func TestTheNoticeIsAWordDocumentToo(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	a := o.As(access.TownshipClerk, "A").Get(o.noticePath("A") + ".docx").Want(http.StatusOK)
	z, err := zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"月考评结果公示", "安河镇马家沟1村", "安河镇马家沟2村", "96.00", "中共甲区安河镇委员会"} {
		if !strings.Contains(string(text), words) {
			t.Errorf("the document does not say %q", words)
		}
	}
	if name := a.Header.Get("Content-Disposition"); !strings.Contains(name, ".docx") {
		t.Errorf("it is called %q", name)
	}
	o.As(access.TownshipClerk, "B").Get(o.noticePath("A") + ".docx").Want(http.StatusNotFound)
}

// wantNoObjection fails unless no objection stands anywhere.
func (o *office) wantNoObjection() {
	o.T.Helper()
	if n := o.Count(`select count(*) from assessment_objections`) + o.Count(`select count(*) from audit_log where action = 'assessment.object'`); n != 0 {
		o.T.Errorf("%d rows were written", n)
	}
}

func text(d testkit.Doc, selector string) string {
	return strings.ReplaceAll(d.Text(selector), " ", "")
}
