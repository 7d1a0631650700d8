package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

func (o *office) objectionsPath(township string) string { return o.sheetPath(township) + "/objections" }

// recorded is an objection as the clerk types it.
func (o *office) recorded(who, source, content string) url.Values {
	form := o.objection(who, content)
	form.Set("source", source)
	return form
}

// objected files one objection as the village and gives its path.
func (o *office) objected(who string) string {
	o.T.Helper()
	village, _, _ := strings.Cut(who, "/")
	o.As(access.VillageSecretary, village).Post("/village/objections/new", o.objection(who, "主题党日当天开展了")).Want(http.StatusSeeOther)
	return fmt.Sprintf("/assessment/objections/%d", o.Count(`select max(id) from assessment_objections where row_id = $1`, o.row(who)))
}

func decision(state, why string) url.Values {
	return url.Values{"decision": {state}, "answer": {why}}
}

// unanswered fails unless the objection still waits and no row was given back.
func (o *office) unanswered() {
	o.T.Helper()
	if n := o.Count(`select count(*) from assessment_objections where state <> 'open' or answer <> ''`) +
		o.Count(`select count(*) from assessment_rows where state = 'returned'`) + o.Count(`select count(*) from audit_log where action = 'assessment.answer'`); n != 0 {
		o.T.Errorf("%d rows were written", n)
	}
}

func TestTheClerkRecordsWhatComesByCallLetterAndVisit(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	c := o.As(access.TownshipClerk, "A")
	for _, source := range []string{"self", "call", "letter", "visit"} {
		form := o.recorded("A1/李娜", source, "反映扣分不实:"+source)
		form.Set("objector", "村民甲")
		c.Post(o.objectionsPath("A"), form).Want(http.StatusSeeOther)
		c.Post(o.objectionsPath("A"), form).Want(http.StatusSeeOther) // sent twice
	}
	if n := o.Count(`select count(*) from assessment_objections where objector = '村民甲' and village_id = $1`, o.Units["A1"].Village); n != 4 {
		t.Errorf("%d objections, want 4", n)
	}
	page := c.Get(o.objectionsPath("A") + "?source=call").Want(http.StatusOK).Doc()
	if n := len(page.All("tbody tr")); n != 1 || !strings.Contains(page.Text("tbody"), "来电") {
		t.Errorf("filtered: %d rows", n)
	}
	if n := len(c.Get(o.objectionsPath("A") + fmt.Sprintf("?village=%d", o.Units["A2"].Village)).Doc().All("tbody tr")); n != 0 {
		t.Errorf("%d objections of the sibling village", n)
	}
	if n := len(c.Get(o.objectionsPath("A") + "?q=" + url.QueryEscape("不实:visit")).Doc().All("tbody tr")); n != 1 {
		t.Errorf("searched: %d rows", n)
	}
	if strings.Contains(o.As(access.VillageSecretary, "A1").Get("/village").Doc().Text("main"), "村民甲") {
		t.Error("the village reads who complained")
	}
	bad := c.Post(o.objectionsPath("A"), o.recorded("A1/李娜", "village", "来")).Want(http.StatusUnprocessableEntity).Doc()
	if len(bad.All(".field-bad")) != 2 || bad.One(`textarea[name="content"]`).Text() != "来" {
		t.Errorf("%d fields with a message", len(bad.All(".field-bad")))
	}
	c.Post(o.objectionsPath("A"), o.recorded("B1/李娜", "call", "别的乡镇的同名人")).Want(http.StatusNotFound)
	c.Post(o.objectionsPath("B"), o.recorded("B1/李娜", "call", "别的乡镇")).Want(http.StatusNotFound)
	o.As(access.TownshipLeader, "A").Post(o.objectionsPath("A"), o.recorded("A1/李娜", "call", "组织委员不代录")).Want(http.StatusForbidden)
	o.As(access.TownshipClerk, "C").Post(o.objectionsPath("C"), o.recorded("C1/李娜", "call", "还没有公示")).Want(http.StatusConflict)
	o.Exec(`update assessment_sheets set state = 'locked' where id = $1`, o.sheet("A"))
	c.Post(o.objectionsPath("A"), o.recorded("A1/张伟", "call", "归档以后")).Want(http.StatusConflict)
	if n := o.Count(`select count(*) from assessment_objections`); n != 4 {
		t.Errorf("a refused one was written: %d", n)
	}
}

func TestTheListOfObjectionsGoesOutWithAPurpose(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	o.objected("A1/李娜")
	c := o.As(access.TownshipClerk, "A")
	c.Post(o.objectionsPath("A")+"/export", url.Values{}).Want(http.StatusUnprocessableEntity)
	a := c.Post(o.objectionsPath("A")+"/export", url.Values{"purpose": {"报区委组织部"}, "state": {"open"}}).Want(http.StatusOK)
	if a.Header.Get("Content-Type") != access.XLSX || o.Count(`select count(*) from audit_log where action = 'export' and (detail ->> 'rows')::int = 1`) != 1 {
		t.Error("no workbook, or no line in the trail")
	}
	o.As(access.TownshipClerk, "B").Post(o.objectionsPath("A")+"/export", url.Values{"purpose": {"好奇"}}).Want(http.StatusNotFound)
}

func TestWhoScoredDoesNotAnswer(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	path := o.objected("A1/李娜")
	scorer := o.As(access.TownshipClerk, "A")
	page := scorer.Get(path).Want(http.StatusOK).Doc()
	if page.Has(`textarea[name="answer"]`) || !strings.Contains(page.Text("#answer"), "您填报或提交过这项得分") {
		t.Errorf("the clerk who scored is offered an answer: %s", page.Text("#answer"))
	}
	scorer.Post(path, decision("rejected", "我认为扣得对")).Want(http.StatusConflict)
	o.unanswered()

	// the same natural person under another account and role
	clerk := o.Member(access.TownshipClerk, "A")
	m := o.NewMember("same", access.NewAccount{Username: "same-person", Name: "乡镇组织干事A", Role: access.TownshipLeader}, "A")
	o.Exec(`update accounts set holder_id = $1 where id = $2`, clerk.Account, m.Account)
	twin := o.Guest()
	twin.Login(m.Username, m.Password)
	twin.Post(path, decision("rejected", "换个账号")).Want(http.StatusConflict)
	o.unanswered()

	// whom it is about, and who submitted
	m = o.NewMember("about", access.NewAccount{Username: "about-herself", Name: "李娜", Role: access.TownshipLeader, Person: o.people["A1/李娜"]}, "A")
	self := o.Guest()
	self.Login(m.Username, m.Password)
	self.Post(path, decision("upheld", "给自己加回来")).Want(http.StatusConflict)
	second := o.secondClerk("A")
	o.Exec(`update assessment_sheets set submitted_holder = $1 where id = $2`, o.Count(`select id from accounts where username = 'second-clerk'`), o.sheet("A"))
	second.Post(path, decision("rejected", "我提交的")).Want(http.StatusConflict)
	o.unanswered()

	if names := page.Text("#answer"); !strings.Contains(names, "王干事") && !strings.Contains(names, "区委组织部未参与评分的干部") {
		t.Errorf("the page names who may: %s", names)
	}
	o.Member(access.TownshipLeader, "A")
	names := scorer.Get(path).Doc().Text("#answer")
	if !strings.Contains(names, "乡镇组织委员A") || strings.Contains(names, "王干事") || strings.Contains(names, "李娜(") {
		t.Errorf("the page names who may: %s", names)
	}
	for role, unit := range map[access.Role]string{access.TownshipLeader: "B", access.TownshipClerk: "C", access.DistrictOfficer: "乙"} {
		other := o.As(role, unit)
		other.Get(path).Want(http.StatusNotFound)
		other.Post(path, decision("rejected", "不归我管")).Want(http.StatusNotFound)
	}
	o.As(access.VillageSecretary, "A1").Post(path, decision("upheld", "自己答复自己")).Want(http.StatusForbidden)
	o.As(access.DistrictLeader, "甲").Post(path, decision("upheld", "只看不办")).Want(http.StatusForbidden)
	o.unanswered()
	o.As(access.TownshipLeader, "A").Post(path, decision("rejected", "经核实,当天没有开展记录")).Want(http.StatusSeeOther)
}

func TestAnObjectionIsAnsweredOnceWithAReason(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	path := o.objected("A1/李娜")
	c := o.As(access.TownshipLeader, "A")
	for _, form := range []url.Values{decision("rejected", ""), decision("", "说明"), decision("open", "说明"), decision("upheld", strings.Repeat("长", 201))} {
		page := c.Post(path, form).Want(http.StatusUnprocessableEntity).Doc()
		if !page.Has(".field-bad") || page.One(`textarea[name="answer"]`).Text() != form.Get("answer") {
			t.Errorf("%v: no message beside the field", form)
		}
	}
	o.unanswered()
	form := decision("rejected", "经核实,当天没有开展记录")
	c.Post(path, form).Want(http.StatusSeeOther)
	c.Post(path, form).Want(http.StatusSeeOther)
	c.Post(path, decision("upheld", "改主意了")).Want(http.StatusConflict)
	if n := o.Count(`select count(*) from assessment_objections where state = 'rejected' and answered_by <> '' and answer like '经核实%'`); n != 1 {
		t.Error("it is answered")
	}
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.answer'`); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
	if n := o.Count(`select count(*) from assessment_rows where state = 'returned'`); n != 0 || o.state("A") != "published" {
		t.Error("维持 leaves everything as it is")
	}
}

func TestOneAnswerOfManyAtTheSameMoment(t *testing.T) {
	t.Parallel()
	o := newNoticeOffice(t)
	path := o.objected("A1/李娜")
	statuses := make([]int, 8)
	clients := make([]*testkit.Client, len(statuses))
	for i := range clients {
		role, unit := access.TownshipLeader, "A"
		if i%2 == 1 {
			role, unit = access.DistrictOfficer, "甲"
		}
		clients[i] = o.As(role, unit)
	}
	var wg sync.WaitGroup
	for i, c := range clients {
		wg.Go(func() { statuses[i] = c.Post(path, decision("upheld", "理由"+strconv.Itoa(i))).Status })
	}
	wg.Wait()
	done := 0
	for _, s := range statuses {
		switch s {
		case http.StatusSeeOther:
			done++
		case http.StatusConflict:
		default:
			t.Errorf("status %d", s)
		}
	}
	if done != 1 || o.Count(`select count(*) from assessment_acts where act = 'correct' and row_id <> 0`) != 1 {
		t.Errorf("%d of %d answers counted", done, len(statuses))
	}
}
