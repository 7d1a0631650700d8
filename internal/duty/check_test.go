package duty_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/duty"
	"touyan/internal/job"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/testkit"
)

// monthSheet stands for the month's assessment: it remembers what is proposed to it.
type monthSheet struct {
	sync.Mutex
	refuse    string // says this instead of taking anything
	resident  map[int64]bool
	open      map[string]string
	confirmed map[string]bool
}

func (s *monthSheet) ProposeDeduction(_ context.Context, _ *access.Tx, at month.Month, village, person int64, origin, item, reason string) (bool, error) {
	s.Lock()
	defer s.Unlock()
	if s.resident[person] {
		return false, fault.Conflict("该同志的职务不参加考评")
	}
	if s.refuse != "" {
		return false, fault.Conflict("%s", s.refuse)
	}
	_, known := s.open[origin]
	s.open[origin] = fmt.Sprintf("%s %d %d %s", at, village, person, item)
	return !known, nil
}

func (s *monthSheet) WithdrawDeduction(_ context.Context, _ *access.Tx, origin, reason string) (bool, error) {
	if !s.confirmed[origin] {
		delete(s.open, origin)
	}
	return s.confirmed[origin], nil
}

func (s *monthSheet) Deductions(_ context.Context, _ *access.Tx, origins []string) (map[string]string, error) {
	words := map[string]string{}
	for _, o := range origins {
		if words[o] = "待确认"; s.confirmed[o] {
			words[o] = "已确认扣分"
		}
	}
	return words, nil
}

// patrol is a world in which every village has a published roster for November: 张伟 stands on odd days, 李娜 on even ones,
// and nobody on the 30th.
type patrol struct {
	*testkit.World
	module  *duty.Module
	jobs    *job.Runner
	sheet   *monthSheet
	people  map[string]int64
	persons int
}

func newPatrol(t *testing.T) *patrol {
	t.Helper()
	p := &patrol{people: map[string]int64{}, sheet: &monthSheet{open: map[string]string{}, confirmed: map[string]bool{}, resident: map[int64]bool{}}}
	p.World = testkit.NewWorldOn(t, func(w *testkit.World) []access.Module {
		p.jobs = job.New(w.Pool, slog.New(slog.DiscardHandler))
		p.module = duty.New("http://localhost", []string{"party_secretary", "clerk", "first_secretary"}, func(code string, _ bool) string { return code })
		p.module.Feed(p.sheet)
		p.module.Work(p.jobs)
		return []access.Module{p.jobs.Module(), p.module.Module()}
	})
	p.jobs.Bind(p.Core)
	p.module.Bind(p.Core)
	p.Serve()
	for _, v := range []string{"A1", "A2", "B1", "C1"} {
		p.hire(v, "张伟", "party_secretary")
		p.hire(v, "李娜", "first_secretary")
		p.sheet.resident[p.people[v+"/李娜"]] = true
		p.post(v, "2026-11", 1)
	}
	return p
}

func (p *patrol) hire(village, name, position string) {
	p.T.Helper()
	u := p.Units[village]
	p.persons++
	id := int64(p.Count(`insert into persons (tenant_id, township_id, village_id, name, sex, birth_date, ethnic, political, education, id_cipher,
			id_index, id_tail_index) values ($1, $2, $3, $4, '1', '1985-02-14', '01', '01', '70', '', $5, '') returning id`,
		u.Tenant, u.Township, u.Village, name, []byte(strconv.Itoa(p.persons))))
	p.people[village+"/"+name] = id
	p.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, is_paid, during, way_in)
		values ($1, $2, $3, $4, $5, '1', $6, true, daterange('2024-01-01', null), '选举')`, u.Tenant, u.Township, u.Village, id, name, position)
}

// post hangs a roster on the wall of a village.
func (p *patrol) post(village, at string, number int) int64 {
	p.T.Helper()
	u, m := p.Units[village], month.MustParse(at)
	id := int64(p.Count(`insert into duty_rosters (tenant_id, township_id, village_id, month, township_name, village_name, places, filled, empty_days, number,
			published_at, drafted_by, drafted_at) values ($1, $2, $3, $4, (select name from townships where id = $2), $5, $6, $6 - 1, 1 << 29, $7, now(), '王', now()) returning id`,
		u.Tenant, u.Township, u.Village, m.First(), u.Name, m.Days(), number))
	for day := 1; day <= m.Days(); day++ {
		name := []string{"李娜", "张伟"}[day%2]
		if day != 30 {
			p.Exec(`insert into duty_assignments (tenant_id, township_id, village_id, roster_id, on_day, person_id, person_name, title, reason)
				values ($1, $2, $3, $4, $5, $6, $7, '村文书', '最少')`, u.Tenant, u.Township, u.Village, id, m.Date(day), p.people[village+"/"+name], name)
		}
	}
	return id
}

func (p *patrol) checkOf(village string) string {
	return fmt.Sprintf("/duty/checks/villages/%d", p.Units[village].Village)
}

// spot is the form of a check; the world's today is 2026-11-23.
func spot(day, clock, result string, more ...string) url.Values {
	f := url.Values{"day": {day}, "time": {clock}, "way": {"visit"}, "checker": {"赵督查"}, "result": {result}}
	for i := 0; i+1 < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

// rows is everything that a check may change, to see that a refused one changed nothing.
func (p *patrol) rows() int {
	return p.Count(`select (select count(*) * 1000 from duty_checks) + (select count(*) from duty_checks where voided_at is not null)
		+ (select count(*) from duty_rosters where absent_days <> 0 or checked_days <> 0)`) + 100000*len(p.sheet.open)
}

func TestAnAbsenceIsProposedOnce(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.TownshipClerk, "A")
	if page := c.Get(p.checkOf("A1")).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(page, "张伟") {
		t.Errorf("the form does not say who should be there: %s", page)
	}
	for range 2 {
		c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")).Want(http.StatusSeeOther)
	}
	id := p.Count(`select id from duty_checks`)
	origin := fmt.Sprintf("duty.check:%d", id)
	if want := fmt.Sprintf("2026-11 %d %d duty_absence", p.Units["A1"].Village, p.people["A1/张伟"]); len(p.sheet.open) != 1 || p.sheet.open[origin] != want {
		t.Errorf("proposed %v, want %s", p.sheet.open, want)
	}
	if n := p.Count(`select count(*) from duty_rosters where village_id = $1 and absent_days = 1 << 22 and checked_days = 1 << 22`, p.Units["A1"].Village); n != 1 {
		t.Error("the roster does not know that nobody was found on the 23rd")
	}
	list := c.Get("/duty/overview/2026-11/checks").Want(http.StatusOK).Doc()
	if rows := list.All("tbody tr"); len(rows) != 1 || !strings.Contains(rows[0].Text(), "不在岗") || !strings.Contains(rows[0].Text(), "待确认") {
		t.Errorf("the list shows %d rows: %s", len(rows), list.Text("tbody"))
	}
	if rows := p.As(access.TownshipClerk, "B").Get("/duty/overview/2026-11/checks").Doc().All("tbody tr"); len(rows) != 0 {
		t.Error("the sibling township sees it")
	}
	if rows := p.As(access.DistrictOfficer, "甲").Get("/duty/overview/2026-11/checks").Doc().All("tbody tr"); len(rows) != 1 {
		t.Error("the district does not see it")
	}
}

func TestAResidentOrAnEmptyDayIsNotProposed(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.TownshipClerk, "A")
	a := c.Post(p.checkOf("A1"), spot("2026-11-22", "09:30", "absent")).Want(http.StatusSeeOther) // 李娜, 驻村第一书记
	if said := c.Get(a.Location()).Doc().Text("body"); !strings.Contains(said, "没有提出拟扣分:该同志的职务不参加考评") {
		t.Errorf("it is not said: %s", said)
	}
	p.Tick(8 * 24 * time.Hour)
	c = p.As(access.TownshipClerk, "A")
	c.Post(p.checkOf("A1"), spot("2026-11-30", "09:30", "absent")).Want(http.StatusSeeOther)
	c.Post(p.checkOf("A2"), spot("2026-11-30", "09:30", "substitute", "found", "镇上小王")).Want(http.StatusSeeOther)
	c.Post(p.checkOf("A2"), spot("2026-11-29", "09:30", "excused")).Want(http.StatusSeeOther)
	if len(p.sheet.open) != 0 {
		t.Errorf("proposed %v", p.sheet.open)
	}
	if n := p.Count(`select count(*) from duty_checks where person_id is null and person_name = ''`); n != 2 {
		t.Errorf("%d checks of an empty day", n)
	}
	if n := p.Count(`select absent_days from duty_rosters where village_id = $1`, p.Units["A2"].Village); n != 1<<28 {
		t.Errorf("a leave with nobody there is a day without anybody: %b", n)
	}
}

func TestAClosedSheetIsSaidAndTheCheckStands(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.sheet.refuse = "2026年11月的考评结果已公示,不能再提出扣分"
	c := p.As(access.TownshipClerk, "A")
	a := c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")).Want(http.StatusSeeOther)
	if said := c.Get(a.Location()).Doc().Text("body"); !strings.Contains(said, "没有提出拟扣分:2026年11月的考评结果已公示") {
		t.Errorf("it is not said: %s", said)
	}
	id := p.Count(`select id from duty_checks where proposal = ''`)
	p.sheet.refuse = ""
	for range 2 {
		c.Post(fmt.Sprintf("/duty/checks/%d/propose", id), nil).Want(http.StatusSeeOther)
	}
	if len(p.sheet.open) != 1 || p.Count(`select count(*) from duty_checks where proposal <> ''`) != 1 {
		t.Errorf("proposed %v", p.sheet.open)
	}
}

func TestARefusedCheckChangesNothing(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.post("A2", "2026-12", 0)
	c := p.As(access.TownshipClerk, "A")
	c.Post(p.checkOf("A1"), spot("2026-11-23", "09:00", "in_post")).Want(http.StatusSeeOther)
	before := p.rows()
	for _, x := range []struct {
		path   string
		form   url.Values
		status int
	}{
		{p.checkOf("A1"), spot("2026-11-24", "09:30", "absent"), http.StatusUnprocessableEntity},     // tomorrow
		{p.checkOf("A1"), spot("2026-10-01", "09:30", "absent"), http.StatusUnprocessableEntity},     // too long ago
		{p.checkOf("A1"), spot("2026-11-31", "09:30", "absent"), http.StatusUnprocessableEntity},     // no such day
		{p.checkOf("A1"), spot("2026-11-23", "九点", "absent"), http.StatusUnprocessableEntity},        // no such time
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "asleep"), http.StatusUnprocessableEntity},     // no such result
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "substitute"), http.StatusUnprocessableEntity}, // by whom?
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "absent", "checker", ""), http.StatusUnprocessableEntity},
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "absent", "way", "gps"), http.StatusUnprocessableEntity},
		{p.checkOf("A1"), spot("2026-11-23", "09:30", "absent", "note", strings.Repeat("长", 201)), http.StatusUnprocessableEntity},
		{p.checkOf("A1"), spot("2026-11-23", "09:00", "absent"), http.StatusConflict},  // something else was found at that moment
		{p.checkOf("A1"), spot("2026-10-31", "09:00", "in_post"), http.StatusConflict}, // no roster
		{p.checkOf("B1"), spot("2026-11-23", "09:30", "absent"), http.StatusNotFound},
		{p.checkOf("C1"), spot("2026-11-23", "09:30", "absent"), http.StatusNotFound},
	} {
		if a := c.Post(x.path, x.form); a.Status != x.status {
			t.Errorf("%s %v: %d, want %d", x.path, x.form, a.Status, x.status)
		}
		if p.rows() != before {
			t.Fatalf("%s %v changed something", x.path, x.form)
		}
	}
	page := c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "substitute", "note", "敲门无人应")).Doc()
	if got := page.One(`form.form input[name="note"]`).Attr("value"); got != "敲门无人应" {
		t.Errorf("what was typed is lost: %q", got)
	}
	if page.Text(".field-bad .field-error") == "" {
		t.Error("the field has no message")
	}
}

func TestACheckRecordedWronglyIsCorrectedWithAReason(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.TownshipClerk, "A")
	c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")).Want(http.StatusSeeOther)
	id := p.Count(`select id from duty_checks`)
	path := fmt.Sprintf("/duty/checks/%d", id)
	before := p.rows()
	c.Post(path, spot("2026-11-23", "09:30", "in_post")).Want(http.StatusUnprocessableEntity) // why?
	c.Post(path+"/void", url.Values{"reason": {" "}}).Want(http.StatusUnprocessableEntity)
	other := p.As(access.TownshipClerk, "B")
	other.Post(path, spot("2026-11-23", "09:30", "in_post", "reason", "记错了村")).Want(http.StatusNotFound)
	other.Post(path+"/void", url.Values{"reason": {"记错了村"}}).Want(http.StatusNotFound)
	other.Post(path+"/propose", nil).Want(http.StatusNotFound)
	p.As(access.DistrictOfficer, "甲").Post(path+"/void", url.Values{"reason": {"记错了村"}}).Want(http.StatusForbidden)
	if p.rows() != before {
		t.Fatal("a refused correction changed something")
	}

	// the same finding with a remark: the clerk's decision on the proposal stays his
	c.Post(path, spot("2026-11-23", "09:30", "absent", "note", "门锁着", "reason", "补充备注")).Want(http.StatusSeeOther)
	if len(p.sheet.open) != 1 || p.Count(`select count(*) from duty_checks where voided_at is null and proposal = $1 and corrects = $2`, fmt.Sprintf("duty.check:%d", id), id) != 1 {
		t.Errorf("proposals %v", p.sheet.open)
	}
	c.Post(path, spot("2026-11-23", "09:30", "in_post", "reason", "再更正一次")).Want(http.StatusConflict) // it is struck out

	id = p.Count(`select id from duty_checks where voided_at is null`)
	path = fmt.Sprintf("/duty/checks/%d", id)
	c.Post(path, spot("2026-11-23", "09:30", "in_post", "reason", "结果记反了")).Want(http.StatusSeeOther)
	if len(p.sheet.open) != 0 {
		t.Errorf("the proposal stays: %v", p.sheet.open)
	}
	if n := p.Count(`select absent_days from duty_rosters where village_id = $1`, p.Units["A1"].Village); n != 0 {
		t.Errorf("the day still counts as empty: %b", n)
	}
	if n := p.Count(`select count(*) from duty_checks where voided_at is not null and void_reason <> '' and voided_by <> ''`); n != 2 {
		t.Errorf("%d struck-out records are kept", n)
	}
	doc := c.Get("/duty/overview/2026-11/checks").Doc()
	if n := len(doc.All("tbody tr")); n != 1 {
		t.Errorf("%d rows stand", n)
	}
	if n := len(c.Get("/duty/overview/2026-11/checks?struck=1").Doc().All("tbody tr")); n != 3 {
		t.Errorf("%d rows in all", n)
	}

	// absent once more, and confirmed meanwhile: only the clerk can take it out of the sheet
	id = p.Count(`select id from duty_checks where voided_at is null`)
	c.Post(fmt.Sprintf("/duty/checks/%d", id), spot("2026-11-23", "09:30", "absent", "reason", "确实无人")).Want(http.StatusSeeOther)
	id = p.Count(`select id from duty_checks where voided_at is null`)
	p.sheet.confirmed[fmt.Sprintf("duty.check:%d", id)] = true
	a := c.Post(fmt.Sprintf("/duty/checks/%d/void", id), url.Values{"reason": {"查的是别的村"}}).Want(http.StatusSeeOther)
	if said := c.Get(a.Location()).Doc().Text("body"); !strings.Contains(said, "原拟扣分已经确认") {
		t.Error("it is not said that the deduction stands")
	}
	if n := p.Count(`select checked_days from duty_rosters where village_id = $1`, p.Units["A1"].Village); n != 0 {
		t.Errorf("a check that never took place still counts: %b", n)
	}
}

func TestOneOfManyEqualReportsIsKept(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	var wait sync.WaitGroup
	for range 10 {
		c := p.As(access.TownshipClerk, "A")
		wait.Go(func() {
			if a := c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "absent")); a.Status != http.StatusSeeOther {
				t.Errorf("%d", a.Status)
			}
		})
	}
	wait.Wait()
	if n := p.Count(`select count(*) from duty_checks`); n != 1 || len(p.sheet.open) != 1 {
		t.Errorf("%d checks, proposals %v", n, p.sheet.open)
	}
}

func TestARoundIsRecordedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.TownshipClerk, "A")
	field := func(kind, village string) string { return fmt.Sprintf("%s.%d", kind, p.Units[village].Village) }
	page := c.Get("/duty/checks").Want(http.StatusOK).Doc()
	if n := len(page.All("tbody tr")); n != 2 {
		t.Errorf("%d villages on the round", n)
	}
	form := url.Values{"day": {"2026-11-23"}, "time": {"09:30"}, "way": {"landline"}, "checker": {"赵督查"}, field("r", "A1"): {"absent"}, field("r", "A2"): {"substitute"}}
	before := p.rows()
	back := c.Post("/duty/checks", form).Want(http.StatusUnprocessableEntity).Doc() // who was there in A2?
	if got := back.One(`select[name="` + field("r", "A1") + `"] option[selected]`).Attr("value"); got != "absent" {
		t.Errorf("what was chosen is lost: %q", got)
	}
	for _, foreign := range []string{"B1", "C1"} {
		more := url.Values{"day": {"2026-11-23"}, "time": {"09:30"}, "way": {"landline"}, "checker": {"赵督查"}, field("r", "A1"): {"absent"}, field("r", foreign): {"absent"}}
		c.Post("/duty/checks", more).Want(http.StatusNotFound)
	}
	c.Post("/duty/checks", url.Values{"time": {"09:30"}, "way": {"landline"}, "checker": {"赵督查"}}).Want(http.StatusUnprocessableEntity)
	if p.rows() != before {
		t.Fatal("a refused round changed something")
	}
	form.Set(field("f", "A2"), "王会计")
	for range 2 {
		c.Post("/duty/checks", form).Want(http.StatusSeeOther)
	}
	if n := p.Count(`select count(*) from duty_checks where way = 'landline' and checker = '赵督查'`); n != 2 || len(p.sheet.open) != 1 {
		t.Errorf("%d checks, proposals %v", n, p.sheet.open)
	}
	page = c.Get("/duty/checks").Doc()
	if n := len(page.All("tbody tr")); n != 2 || !strings.Contains(page.Text("tbody"), "当日已抽查") {
		t.Errorf("the day's list changed while it was worked off: %s", page.Text("tbody"))
	}
}

func TestTheSuggestionIsStableForADay(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, month.Zone)
	var list []duty.Candidate
	for i := range 46 {
		c := duty.Candidate{Village: int64(100 + i)}
		if i >= 3 {
			c.Last = day.AddDate(0, 0, -i)
		}
		list = append(list, c)
	}
	first := duty.Suggest(list, 1, 2, day)
	if len(first) != 10 {
		t.Fatalf("%d villages of 46", len(first))
	}
	for i, want := range []int64{100, 101, 102, 145, 144, 143, 142} {
		if first[i].Village != want {
			t.Errorf("place %d is %d (%s), want %d", i, first[i].Village, first[i].Why, want)
		}
	}
	if first[0].Why != "从未抽查" || first[3].Why != "距上次抽查45天" || first[9].Why != "随机抽取" {
		t.Errorf("reasons %v", first)
	}
	seen := map[int64]bool{}
	for _, s := range first {
		if seen[s.Village] {
			t.Errorf("%d is named twice", s.Village)
		}
		seen[s.Village] = true
	}
	slices.Reverse(list)
	if again := duty.Suggest(list, 1, 2, day.Add(15*time.Hour)); !slices.Equal(first, again) {
		t.Error("the list of a day changes during the day")
	}
	drawn := map[int64]bool{}
	for n := range 200 {
		for _, s := range duty.Suggest(list, 1, 2, day.AddDate(0, 0, n))[7:] {
			drawn[s.Village] = true
		}
	}
	if len(drawn) != 39 {
		t.Errorf("in 200 days the lot falls on %d of the 39 others", len(drawn))
	}
	if got := duty.Suggest(list[:2], 1, 2, day); len(got) != 2 {
		t.Errorf("a township of two villages gets %d", len(got))
	}
	if got := duty.Suggest(nil, 1, 2, day); len(got) != 0 {
		t.Errorf("nothing to check, %d suggested", len(got))
	}
}
