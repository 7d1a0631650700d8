package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"touyan/internal/access"
)

func (o *office) objection(who, content string) url.Values {
	return url.Values{"row": {strconv.FormatInt(o.row(who), 10)}, "content": {content}}
}

func TestTheVillageSeesItsOwnPublishedResults(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	page := c.Get("/village").Want(http.StatusOK).Doc()
	if n := len(page.All("tbody td.num")); n != 3 {
		t.Fatalf("%d cadres, want the three of the village", n)
	}
	for _, words := range []string{"2026年10月考评结果", "李娜", "vc_deputy_director", "96", "称职", "党建引领", "-4分", "主题党日未开展", "依据:村级干部管理办法·工作管理",
		"尚未登记张贴日期", "提出异议", "区委组织部干部监督室0939-8200001"} {
		if !strings.Contains(text(page, "main"), words) {
			t.Errorf("the page does not say %q: %s", words, page.Text("main"))
		}
	}
	if page.Has("script") || page.Has("nav") || page.Has("input[required]") {
		t.Error("no script, no menu, nothing that must be done")
	}
	if got := text(o.As(access.VillageClerk, "A2").Get("/village").Doc(), "main"); strings.Contains(got, "主题党日") {
		t.Error("the sibling village of the same cadres shows the other's deduction")
	}
	if got := text(o.As(access.VillageSecretary, "C1").Get("/village").Doc(), "main"); !strings.Contains(got, "还没有公示过") {
		t.Errorf("the other district has published nothing: %s", got)
	}
	for _, path := range []string{"/village?month=2026-09", "/village?month=x", "/village/notice?month=2026-09", "/village/notice?month=x",
		"/village/notice?month=2026-10&publication=" + strconv.FormatInt(o.publication("B", 1), 10)} {
		c.Get(path).Want(http.StatusNotFound)
	}
	print := c.Get("/village/notice?month=2026-10&village=" + strconv.FormatInt(o.Units["A2"].Village, 10)).Want(http.StatusOK).Doc()
	if len(print.All(".sheet")) != 1 || !strings.Contains(print.Text(".sheet"), "马家沟1村") || print.Has("script") {
		t.Error("the village prints its own notice, without script")
	}
	for _, path := range []string{o.noticePath("A"), o.noticePath("A") + "/print", o.noticePath("A") + ".docx", o.sheetPath("A") + "/objections"} {
		c.Get(path).Want(http.StatusForbidden)
	}
	o.As(access.TownshipClerk, "A").Get("/village").Want(http.StatusForbidden)
}

func TestTheVillageObjectsOnce(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	c.Get("/village/objections/new?month=2026-10").Want(http.StatusOK)
	bad := c.Post("/village/objections/new?month=2026-10", o.objection("A1/李娜", "冤")).Want(http.StatusUnprocessableEntity).Doc()
	if bad.One("textarea").Text() != "冤" || !bad.Has(`input[name="row"][checked]`) || !bad.Has(`textarea[aria-invalid="true"]`) {
		t.Error("what was typed is lost, or has no message")
	}
	form := o.objection("A1/李娜", "主题党日当天开展了,有记录")
	for range 3 { // pressed three times, and once in other words
		if to := c.Post("/village/objections/new", form).Want(http.StatusSeeOther).Location(); to != "/village?month=2026-10" {
			t.Errorf("leads to %s", to)
		}
	}
	c.Post("/village/objections/new", o.objection("A1/李娜", "再说一遍")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_objections where source = 'village' and state = 'open' and village_id = $1`, o.Units["A1"].Village); n != 1 {
		t.Errorf("%d objections", n)
	}
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.object'`); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
	if got := text(c.Get("/village").Doc(), "main"); !strings.Contains(got, "我提出的异议") || !strings.Contains(got, "有记录") || !strings.Contains(got, "待答复") {
		t.Errorf("the own objection is shown: %s", got)
	}
	if got := text(o.As(access.VillageClerk, "A1").Get("/village").Doc(), "main"); strings.Contains(got, "有记录") {
		t.Error("an objection is shown to who made it, not to colleagues")
	}
	// answered: the same publication takes no second one
	o.Exec(`update assessment_objections set state = 'rejected', answer = '经核实当天未开展', answered_by = '周委员', answered_at = filed_at`)
	page := c.Post("/village/objections/new", o.objection("A1/李娜", "还是不服")).Want(http.StatusConflict).Doc()
	if !strings.Contains(page.Text("[data-problems]"), "只能提出一次") || page.One("textarea").Text() != "还是不服" {
		t.Errorf("refused without a word: %s", page.Text("main"))
	}
	if got := text(c.Get("/village").Doc(), "main"); !strings.Contains(got, "经核实当天未开展") || !strings.Contains(got, "维持") {
		t.Errorf("the answer is shown: %s", got)
	}
}

func TestManyObjectionsAtTheSameMomentAreOne(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	statuses := make([]int, 12)
	var wg sync.WaitGroup
	for i := range statuses {
		form := o.objection("A1/李娜", fmt.Sprintf("扣分不实,第%d次点", i))
		wg.Go(func() { statuses[i] = c.Post("/village/objections/new", form).Status })
	}
	wg.Wait()
	for _, s := range statuses {
		if s != http.StatusSeeOther {
			t.Errorf("status %d", s)
		}
	}
	if n := o.Count(`select count(*) from assessment_objections`); n != 1 {
		t.Errorf("%d objections", n)
	}
}

func TestObjectionsFromElsewhereAndOutOfTimeChangeNothing(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	for _, who := range []string{"A2/李娜", "B1/李娜", "C1/李娜"} {
		c.Post("/village/objections/new", o.objection(who, "与我同名的人")).Want(http.StatusNotFound)
	}
	c.Post("/village/objections/new", url.Values{"row": {"999999999"}, "content": {"没有这个人"}}).Want(http.StatusNotFound)
	o.As(access.TownshipClerk, "A").Post("/village/objections/new", o.objection("A1/李娜", "不是村里的账号")).Want(http.StatusForbidden)
	o.As(access.VillageSecretary, "C1").Post("/village/objections/new", o.objection("C1/李娜", "尚未公示")).Want(http.StatusConflict)
	o.wantNoObjection()

	o.Exec(`update assessment_postings set posted_on = '2026-11-13', ends_on = '2026-11-20'`)
	if page := c.Get("/village").Doc(); strings.Contains(page.Text(".actions"), "提出异议") {
		t.Error("the button stays after the period")
	}
	c.Post("/village/objections/new", o.objection("A1/李娜", "晚了一天")).Want(http.StatusConflict)
	o.Exec(`update assessment_postings set ends_on = '2026-11-23'`) // its last day still counts
	o.Exec(`update assessment_sheets set state = 'locked' where id = $1`, o.sheet("A"))
	c.Post("/village/objections/new", o.objection("A1/李娜", "已归档")).Want(http.StatusConflict)
	o.wantNoObjection()
	o.Exec(`update assessment_sheets set state = 'published' where id = $1`, o.sheet("A"))
	c.Post("/village/objections/new", o.objection("A1/李娜", "最后一天提出")).Want(http.StatusSeeOther)
}

func TestTheSuccessorReadsTheMergedVillagesMonths(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	m := o.Member(access.VillageSecretary, "A2")
	a1 := o.Units["A1"]
	o.Exec(`insert into grants (tenant_id, account_id, role, township_id, village_id, kind, starts_on)
		values ($1, $2, 'village_secretary', $3, $4, 'predecessor', '2026-01-01')`, a1.Tenant, m.Account, a1.Township, a1.Village)
	c := o.As(access.VillageSecretary, "A2")
	if strings.Contains(text(c.Get("/village").Doc(), "main"), "主题党日") {
		t.Fatal("the own village has no deduction")
	}
	old := o.Count(`select max(id) from grants where kind = 'predecessor'`)
	c.Post("/switch", url.Values{"grant": {strconv.Itoa(old)}}).Want(http.StatusSeeOther)
	page := c.Get("/village").Want(http.StatusOK).Doc()
	if !strings.Contains(text(page, "main"), "主题党日") || strings.Contains(page.Text(".actions"), "提出异议") {
		t.Errorf("the old unit's months are read, and only read: %s", page.Text("main"))
	}
	c.Post("/village/objections/new", o.objection("A1/李娜", "原村的结果")).Want(http.StatusForbidden)
	o.wantNoObjection()
}

func TestPastMonthsStay(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	o.Exec(`insert into assessment_months (tenant_id, month, scheme_id, fill_due, review_due, file_due, opened_by)
		select tenant_id, '2026-09-01', scheme_id, fill_due, review_due, file_due, opened_by from assessment_months where month = '2026-10-01'`)
	o.Exec(`insert into assessment_sheets (tenant_id, township_id, month, township_name, state, published_at)
		select tenant_id, township_id, '2026-09-01', township_name, 'locked', now() from assessment_sheets where month = '2026-10-01'`)
	o.Exec(`insert into assessment_rows (tenant_id, township_id, village_id, sheet_id, month, person_id, person_name, sex, village_name, position_code,
			position_title, pay_position, pay_scheme, days)
		select r.tenant_id, r.township_id, r.village_id, s.id, s.month, r.person_id, r.person_name || '(旧)', r.sex, r.village_name, r.position_code,
			r.position_title, r.pay_position, r.pay_scheme, r.days
		from assessment_rows r join assessment_sheets s on s.tenant_id = r.tenant_id and s.township_id = r.township_id and s.month = '2026-09-01'`)
	o.Exec(`insert into assessment_publications (tenant_id, township_id, sheet_id, month, number, kind, office, phone, published_by, published_at)
		select tenant_id, township_id, id, month, 1, 'first', '受理处', '1', '干部', now() from assessment_sheets where month = '2026-09-01'`)
	o.Exec(`insert into assessment_results (tenant_id, township_id, village_id, publication_id, row_id, month, person_id, person_name, village_name,
			position_title, total, normalised, grade, quota_capped, veto, no_grade, deductions, rule)
		select r.tenant_id, r.township_id, r.village_id, p.id, r.id, r.month, r.person_id, r.person_name, r.village_name, r.position_title, 88, 88,
			'competent', false, '', '', '[]', '' from assessment_rows r join assessment_publications p on p.sheet_id = r.sheet_id where r.month = '2026-09-01'`)
	o.Tick(time.Minute)
	c := o.As(access.VillageSecretary, "A1")
	if page := c.Get("/village").Doc(); !page.Has(`a[href="/village?month=2026-09"]`) || strings.Contains(page.Text("table"), "旧") {
		t.Error("the newest month comes first and leads to the others")
	}
	page := c.Get("/village?month=2026-09").Want(http.StatusOK).Doc()
	if n := len(page.All("tbody td.num")); n != 3 || !strings.Contains(page.Text("table"), "张伟(旧)") || strings.Contains(page.Text(".actions"), "提出异议") ||
		!strings.Contains(page.Text("main"), "最终结果") {
		t.Errorf("%d cadres of the past month: %s", n, page.Text("main"))
	}
	c.Get(fmt.Sprintf("/village/objections/new?month=2026-09&row=%d", o.row("A1/李娜"))).Want(http.StatusOK)
}

// The sheet is being locked in one transaction while a village objects in another: it must not end up locked over an
// objection that nobody will answer.
func TestAnObjectionWaitsForWhoeverLocksTheSheet(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	form := o.objection("A1/李娜", "刚好在归档的时候")
	locker := o.DB.Owner(t)
	tx, err := locker.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from assessment_sheets where id = $1 for update`, o.sheet("A")); err != nil {
		t.Fatal(err)
	}
	status := make(chan int)
	go func() { status <- c.Post("/village/objections/new", form).Status }()
	for deadline := time.Now().Add(20 * time.Second); o.Count(`select count(*) from pg_stat_activity where datname = current_database()
		and wait_event_type = 'Lock' and query like 'insert into assessment_objections%'`) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the objection does not wait for the lock")
		}
	}
	if _, err := tx.Exec(t.Context(), `update assessment_sheets set state = 'locked' where id = $1`, o.sheet("A")); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-status; got != http.StatusConflict {
		t.Errorf("status %d", got)
	}
	o.wantNoObjection()
}
