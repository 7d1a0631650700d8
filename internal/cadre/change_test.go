package cadre_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// changing fills the form of a request as its page draws it.
func changing(c *testkit.Client, person, field string, values ...string) url.Values {
	f := url.Values(c.Get(person + "/changes/new?field=" + field).Want(http.StatusOK).Doc().One(`form[action="` + person + `/changes"]`).Fields())
	f.Set("reason", "录入时抄错")
	for i := 0; i < len(values); i += 2 {
		f.Set(values[i], values[i+1])
	}
	return f
}

// raise sends a request with a paper of its own, and gives the request's path.
func raise(c *testkit.Client, person, field string, values ...string) string {
	f := changing(c, person, field, values...)
	return c.PostFile(person+"/changes", f, "file", "证明.pdf", certificate(person+field+f.Encode())).Want(http.StatusSeeOther).Location()
}

func (h *house) state(path string) (state string) {
	h.T.Helper()
	if err := h.Owner.QueryRow(context.Background(), `select state from change_requests where id = $1`, key(path)).Scan(&state); err != nil {
		h.T.Fatal(err)
	}
	return state
}

func (h *house) todo(role access.Role, unit string) (out string) {
	h.T.Helper()
	err := access.Read(context.Background(), h.Scope(role, unit), func(tx *access.Tx) error {
		list, err := h.module.Tasks(context.Background(), tx)
		for _, one := range list {
			out += one.Title + itoa(int64(one.Count)) + " "
		}
		return err
	})
	if err != nil {
		h.T.Fatal(err)
	}
	return strings.TrimSpace(out)
}

func TestANumberIsCorrectedByThreePeople(t *testing.T) {
	t.Parallel()
	h := register(t)
	wrong, right := number(born(1985, 2, 24), 1, idcard.Male), number(born(1985, 2, 14), 1, idcard.Female)
	path := h.serving("A1", "王㛃·𬭎", wrong, "clerk", "2021-01-01")
	twin := h.serving("A2", "王㛃·𬭎", number(born(1984, 2, 24), 3, idcard.Male), "clerk", "2021-01-01")
	clerk, leader, officer := h.As(access.TownshipClerk, "A"), h.As(access.TownshipLeader, "A"), h.As(access.DistrictOfficer, "甲")
	if doc := clerk.Get(path + "/changes/new").Want(http.StatusOK).Doc(); !doc.Has(`a[href$="field=bank"]`) || !clerk.Get(path).Doc().Has(`a[href="`+path+`/changes/new"]`) {
		t.Error("nothing leads to the form")
	}
	at := raise(clerk, path, "id_number", "number", strings.ToLower(right))
	doc := clerk.Get(at).Want(http.StatusOK).Doc()
	if text := doc.Text("main"); !strings.Contains(text, idcard.Mask(wrong)) || !strings.Contains(text, idcard.Mask(right)) || strings.Contains(text, right) {
		t.Errorf("the request says %q", text)
	}
	if doc.Has(`form[action$="/check"]`) || doc.Has(`form[action$="/approve"]`) || !doc.Has(`form[action$="/cancel"]`) {
		t.Error("the clerk has the buttons of another")
	}
	// Whoever is not to act finds no way, and changes nothing.
	answer := url.Values{"answer": {"依据不清"}}
	for _, c := range []struct {
		who   *testkit.Client
		act   string
		wants int
	}{{clerk, "check", 403}, {clerk, "approve", 403}, {clerk, "reject", 403}, {officer, "check", 403}, {officer, "approve", 409}, {officer, "reject", 409},
		{leader, "approve", 403}, {leader, "cancel", 403}, {h.As(access.DistrictLeader, "甲"), "approve", 409}, {h.As(access.TownshipLeader, "B"), "check", 404},
		{h.As(access.TownshipLeader, "B"), "return", 404}, {h.As(access.TownshipClerk, "B"), "cancel", 404}, {h.As(access.DistrictOfficer, "乙"), "approve", 404},
		{h.As(access.TownshipLeader, "C"), "check", 404}, {h.As(access.TownshipFinance, "A"), "check", 403}, {h.As(access.Auditor, "甲"), "approve", 403}} {
		c.who.Post(at+"/"+c.act, answer).Want(c.wants)
	}
	h.As(access.TownshipLeader, "B").Get(at).Want(http.StatusNotFound)
	h.As(access.DistrictOfficer, "乙").Post(at+"/reveal", url.Values{"purpose": {"x"}}).Want(http.StatusNotFound)
	h.As(access.TownshipLeader, "B").Post(at+"/evidence", url.Values{"purpose": {"x"}}).Want(http.StatusNotFound)
	if h.state(at) != "submitted" {
		t.Fatalf("a refused act was stored: %s", h.state(at))
	}
	if got := h.todo(access.TownshipLeader, "A") + "|" + h.todo(access.DistrictOfficer, "甲") + "|" + h.todo(access.TownshipLeader, "B"); got != "更正申请待核对1||" {
		t.Errorf("there is to do: %q", got)
	}
	// The leader reads both values and the evidence for a purpose, then checks, once.
	leader.Post(at+"/reveal", nil).Want(http.StatusUnprocessableEntity)
	leader.Post(at+"/evidence", nil).Want(http.StatusUnprocessableEntity)
	if text := leader.Post(at+"/reveal", url.Values{"purpose": {"核对证件"}}).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, right) || !strings.Contains(text, wrong) {
		t.Errorf("revealed: %q", text)
	}
	leader.Post(at+"/evidence", url.Values{"purpose": {"核对证件"}}).Want(http.StatusOK)
	leader.Post(at+"/check", nil).Want(http.StatusSeeOther)
	leader.Post(at+"/check", nil).Want(http.StatusConflict)
	leader.Post(at+"/return", answer).Want(http.StatusConflict)
	if got := h.todo(access.TownshipLeader, "A") + "|" + h.todo(access.DistrictOfficer, "甲"); got != "|更正申请待审批1" {
		t.Errorf("there is to do: %q", got)
	}
	if n := h.Count(`select count(*) from persons where birth_date in ('1985-02-24', '1984-02-24') and sex = '1'`); n != 2 {
		t.Fatal("the file changed before the approval")
	}
	// Two tabs of the district: one wins.
	officer.Post(at+"/approve", nil).Want(http.StatusSeeOther)
	if text := h.As(access.DistrictLeader, "甲").Post(at+"/reject", answer).Want(http.StatusConflict).Doc().Text(".notice"); !strings.Contains(text, "已更正,没有重复办理") {
		t.Errorf("the second tab: %q", text)
	}
	officer.Post(at+"/approve", nil).Want(http.StatusConflict)
	clerk.Post(at+"/cancel", nil).Want(http.StatusConflict)
	if n := h.Count(`select count(*) from persons p join appointments a on a.person_id = p.id where p.id = $1 and birth_date = '1985-02-14' and p.sex = '2' and a.sex = '2'`, key(path)); n != 1 {
		t.Error("birth and sex did not follow the number")
	}
	if n := h.Count(`select count(*) from persons where id = $1 and sex = '1'`, key(twin)); n != 1 {
		t.Error("the namesake changed too")
	}
	if clerk.Get("/cadres?q="+right[14:]).Doc().Text("tbody") == "" {
		t.Error("the new number is not found")
	}
	if n := h.Count(`select count(distinct action) from audit_log where person_id = $1 and action in ('cadre.change.request', 'cadre.change.reveal', 'cadre.attachment.open',
		'cadre.change.township_checked', 'cadre.change.approved', 'cadre.correct_number')`, key(path)); n != 6 {
		t.Errorf("%d kinds of lines in the trail", n)
	}
	if n := h.Count(`select count(*) from audit_log where detail::text || summary || reason like any (array['%' || $1 || '%', '%' || $2 || '%'])`, right, wrong); n != 0 {
		t.Error("the trail holds a whole number")
	}
	if n := h.Count(`select count(*) from change_requests where old_text || new_text || encode(new_sealed, 'escape') like '%' || $1 || '%'`, right); n != 0 {
		t.Error("the request holds the number in clear")
	}
	if text := clerk.Get(at).Doc().Text(".steps"); !strings.Contains(text, "乡镇组织干事A") || !strings.Contains(text, "乡镇组织委员A") || !strings.Contains(text, "区委组织部干部甲") {
		t.Errorf("the steps say %q", text)
	}
}

func TestNobodyActsTwiceOnARequest(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.person("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male))
	other := h.person("A1", "李秀英", number(born(1986, 2, 14), 1, idcard.Male))
	clerk, leader := h.Member(access.TownshipClerk, "A"), h.Member(access.TownshipLeader, "A")
	officer, boss := h.Member(access.DistrictOfficer, "甲"), h.Member(access.DistrictLeader, "甲")
	same := func(a, b testkit.Member) {
		h.Exec(`update accounts set holder_id = $1 where id = $2`, a.Account, b.Account)
	}
	refused := func(c *testkit.Client, path, why string) {
		t.Helper()
		if text := c.Post(path, url.Values{"answer": {"x"}}).Want(http.StatusConflict).Doc().Text(".notice-error"); !strings.Contains(text, why) {
			t.Errorf("%s: %q, want %q", path, text, why)
		}
	}
	// The officer asks: the township checks, and another one of the district decides.
	at := raise(h.As(access.DistrictOfficer, "甲"), path, "party_join", "joined", "2010-07")
	h.As(access.TownshipLeader, "A").Post(at+"/check", nil).Want(http.StatusSeeOther)
	refused(h.As(access.DistrictOfficer, "甲"), at+"/approve", "您是这份申请的申请人,须由其他同志办理。可由其他有权限的同志办理,或在“账号管理”中把身份代理给:区委组织部分管领导甲")
	refused(h.As(access.DistrictOfficer, "甲"), at+"/reject", "您是这份申请的申请人")
	if doc := h.As(access.DistrictOfficer, "甲").Get(at).Doc(); doc.Has(`form[action$="/approve"]`) || !strings.Contains(doc.Text("main"), "您是这份申请的申请人") {
		t.Error("the page offers what is refused, or does not say why")
	}
	if got := h.todo(access.DistrictOfficer, "甲") + "|" + h.todo(access.DistrictLeader, "甲"); got != "|更正申请待审批1" {
		t.Errorf("there is to do: %q", got)
	}
	// One natural person under two accounts counts as one: as maker and checker, and as checker and decider.
	same(leader, boss)
	refused(h.As(access.DistrictLeader, "甲"), at+"/approve", "您已代表乡镇(街道)核对过这份申请")
	same(clerk, leader)
	second := raise(h.As(access.TownshipClerk, "A"), other, "party_join", "joined", "2010-07")
	refused(h.As(access.TownshipLeader, "A"), second+"/check", "您是这份申请的申请人,须由其他同志办理。本单位没有其他可以办理的账号")
	refused(h.As(access.TownshipLeader, "A"), second+"/return", "您是这份申请的申请人")
	same(testkit.Member{}, leader)
	same(testkit.Member{}, boss)
	// Nobody decides about his own file.
	h.Exec(`update accounts set person_id = $1 where id = $2`, key(path), boss.Account)
	refused(h.As(access.DistrictLeader, "甲"), at+"/approve", "这是您本人的档案")
	h.Exec(`update accounts set person_id = null where id = $1`, boss.Account)
	if h.state(at) != "township_checked" || h.state(second) != "submitted" {
		t.Fatal("a refused act was stored")
	}
	h.As(access.DistrictLeader, "甲").Post(at+"/approve", nil).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from persons where id = $1 and party_join_date = '2010-07-01'`, key(path)); n != 1 {
		t.Error("the approved month was not stored")
	}
	_ = officer
}

func TestARequestComesBackOrIsTakenBack(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.person("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male))
	clerk, leader, officer := h.As(access.TownshipClerk, "A"), h.As(access.TownshipLeader, "A"), h.As(access.DistrictOfficer, "甲")
	first := raise(clerk, path, "party_join", "joined", "2010-07")
	// One open request per person and field, whoever asks; another field may be asked for beside it.
	f := changing(clerk, path, "bank")
	f.Set("field", "party_join")
	f.Set("was", "")
	if doc := clerk.Get(path + "/changes/new?field=party_join").Doc(); doc.Has(`input[name=joined]`) || !doc.Has(`a[href="`+first+`"]`) {
		t.Error("a second request is offered, or the first one not shown")
	}
	bank := raise(officer, path, "bank", "bank", "武都区农村信用联社", "card", "6217003860000000008", "holder", "王建国")
	if text := leader.Post(first+"/return", url.Values{"answer": {" "}}).Want(http.StatusUnprocessableEntity).Doc().Text("#answer-error"); !strings.Contains(text, "请填写退回原因") {
		t.Errorf("without a reason: %q", text)
	}
	leader.Post(first+"/return", url.Values{"answer": {"志愿书看不清"}}).Want(http.StatusSeeOther)
	if got := h.todo(access.TownshipClerk, "A"); got != "更正申请被退回1" {
		t.Errorf("the clerk has to do: %q", got)
	}
	if text := clerk.Get(first).Doc().Text("main"); !strings.Contains(text, "志愿书看不清") || !strings.Contains(text, "已退回") {
		t.Errorf("the clerk reads %q", text)
	}
	// After it came back he asks again; the clerk of the unit may also take back what the district asked.
	again := raise(clerk, path, "party_join", "joined", "2010-07")
	leader.Post(again+"/check", nil).Want(http.StatusSeeOther)
	officer.Post(again+"/reject", url.Values{"answer": {"与党员信息不一致"}}).Want(http.StatusSeeOther)
	clerk.Post(bank+"/cancel", nil).Want(http.StatusSeeOther)
	if h.state(first) != "rejected" || h.state(again) != "rejected" || h.state(bank) != "cancelled" {
		t.Error("the requests did not end")
	}
	if n := h.Count(`select count(*) from persons where party_join_date = '2018-07-01' and bank_index is null`); n != 1 {
		t.Error("the file was changed by what was refused")
	}
	if n := h.Count(`select count(*) from audit_log where action in ('cadre.change.rejected', 'cadre.change.cancelled')`); n != 3 {
		t.Errorf("%d lines of the ends", n)
	}
}

func TestManyWhoApproveAtOnceApproveOnce(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.person("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male))
	at := raise(h.As(access.TownshipClerk, "A"), path, "education", "level", "21", "mode", "inservice", "school", "兰州大学", "finished", "2015-07")
	h.As(access.TownshipLeader, "A").Post(at+"/check", nil).Want(http.StatusSeeOther)
	officer := h.As(access.DistrictOfficer, "甲")
	answers := make(chan int, 12)
	for range cap(answers) {
		go func() { answers <- officer.Post(at+"/approve", nil).Status }()
	}
	count := map[int]int{}
	for range cap(answers) {
		count[<-answers]++
	}
	if count[http.StatusSeeOther] != 1 || count[http.StatusConflict] != cap(answers)-1 {
		t.Errorf("answers: %v", count)
	}
	if n := h.Count(`select count(*) from education_records`) + 10*h.Count(`select count(*) from audit_log where action = 'cadre.change.approved'`); n != 11 {
		t.Errorf("entries and lines: %d", n)
	}
}

func TestTwoOpenRequestsForOneFieldAreOneTooMany(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.person("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male))
	clerk, officer := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲")
	one, two := changing(clerk, path, "party_join", "joined", "2010-07"), changing(officer, path, "party_join", "joined", "2011-07")
	clerk.PostFile(path+"/changes", one, "file", "志愿书.pdf", certificate("a")).Want(http.StatusSeeOther)
	for c, f := range map[*testkit.Client]url.Values{clerk: one, officer: two} {
		doc := c.PostFile(path+"/changes", f, "file", "志愿书.pdf", certificate("a")).Want(http.StatusConflict).Doc()
		if text := doc.Text(".notice-error"); !strings.Contains(text, "已有一份未办结的更正申请") {
			t.Errorf("the second request: %q", text)
		}
	}
	if n := h.Count(`select count(*) from change_requests`) + 10*h.Count(`select count(*) from attachments`); n != 11 {
		t.Errorf("requests and papers: %d", n)
	}
}
