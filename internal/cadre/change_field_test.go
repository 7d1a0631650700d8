package cadre_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

// agree takes a request through check and approval.
func (h *house) agree(path string) {
	h.T.Helper()
	h.As(access.TownshipLeader, "A").Post(path+"/check", nil).Want(http.StatusSeeOther)
	h.As(access.DistrictLeader, "甲").Post(path+"/approve", nil).Want(http.StatusSeeOther)
}

func TestEachKeyFieldIsCorrected(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.person("A1", "扎西·卓玛", number(born(1985, 2, 14), 1, idcard.Female))
	clerk := h.As(access.TownshipClerk, "A")
	// A birth that the Party file recognises stays when the number is mended later.
	h.agree(raise(clerk, path, "birth", "birth", "1984-12-03"))
	if text := clerk.Get(path).Doc().Text(".facts"); !strings.Contains(text, "1984年12月生") || !strings.Contains(text, "档案认定") {
		t.Errorf("the file says %q", text)
	}
	h.agree(raise(clerk, path, "id_number", "number", number(born(1985, 2, 15), 1, idcard.Male)))
	if n := h.Count(`select count(*) from persons where birth_date = '1984-12-03' and sex = '1'`); n != 1 {
		t.Error("the recognised birth was lost, or the sex did not follow")
	}
	h.agree(raise(clerk, path, "birth", "birth", "1985-02-15"))
	if strings.Contains(clerk.Get(path).Doc().Text(".facts"), "档案认定") {
		t.Error("a birth like the number's is still called recognised")
	}
	h.agree(raise(clerk, path, "party_join", "joined", "2010-07"))
	// Education: higher, then lower, which takes the entry that was wrong along.
	h.agree(raise(clerk, path, "education", "level", "21", "mode", "inservice", "school", "兰州大学法学", "finished", "2015-07"))
	if n := h.Count(`select count(*) from persons p join education_records e on e.person_id = p.id where p.education = '21' and e.level = '21' and e.mode = 'inservice'
		and e.school = '兰州大学法学' and e.finished_on = '2015-07-01' and e.village_id = p.village_id`); n != 1 {
		t.Error("the education was not stored")
	}
	at := raise(clerk, path, "education", "level", "31", "mode", "fulltime", "school", "陇南师专", "finished", "2007-07")
	if text := clerk.Get(at).Doc().Text(".change"); !strings.Contains(text, "大学本科毕业") || !strings.Contains(text, "(全日制,陇南师专,2007-07毕业)") {
		t.Errorf("old and new: %q", text)
	}
	h.agree(at)
	if n := h.Count(`select count(*) from persons where education = '31'`) + 10*h.Count(`select count(*) from education_records where level = '31'`) +
		100*h.Count(`select count(*) from education_records`) + 1000*h.Count(`select count(*) from audit_log where action = 'cadre.entry.remove' and detail::text like '%兰州大学法学%'`); n != 1111 {
		t.Errorf("after the lower one: %d", n)
	}
	// A card of a credit union without check digit is stored with a warning, masked in the request.
	at = raise(clerk, path, "bank", "bank", "武都区农村信用联社", "card", "6210 1234 5678 9012", "holder", "扎西•卓玛")
	if text := clerk.Get(at).Doc().Text("body"); !strings.Contains(text, "**** **** **** 9012") || strings.Contains(text, "6210123456789012") {
		t.Errorf("the card: %q", text)
	}
	h.agree(at)
	a := h.As(access.TownshipLeader, "A").Post(at+"/reveal", url.Values{"purpose": {"核对"}}).Want(http.StatusOK)
	if text := a.Doc().Text(".change"); !strings.Contains(text, "未登记") || !strings.Contains(text, "武都区农村信用联社 6210123456789012") {
		t.Errorf("revealed: %q", text)
	}
	if n := h.Count(`select count(*) from persons where bank_name = '武都区农村信用联社' and bank_index is not null and party_join_date = '2010-07-01'`); n != 1 {
		t.Error("the card or the Party date was not stored")
	}
	if n := h.Count(`select count(*) from change_requests where state = 'approved'`); n != 7 {
		t.Errorf("%d approved", n)
	}
}

func TestAWrongRequestComesBackWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := register(t)
	n := number(born(1985, 2, 14), 1, idcard.Male)
	path := h.person("A1", "王建国", n)
	h.person("B1", "王建国", number(born(1985, 2, 14), 3, idcard.Male))
	clerk := h.As(access.TownshipClerk, "A")
	for _, c := range []struct {
		field, input, say string
		values            []string
	}{
		{"id_number", "number", "校验位不符", []string{"number", "621202198502140018"}},
		{"id_number", "number", "不需要更正", []string{"number", n}},
		{"id_number", "number", "请填写身份证号", []string{"number", ""}},
		{"birth", "birth", "是存在的日期", []string{"birth", "1985-02-30"}},
		{"birth", "birth", "现在2岁", []string{"birth", "2024-02-03"}},
		{"birth", "birth", "入党时(2018-07)未满18周岁", []string{"birth", "2005-02-03"}},
		{"birth", "birth", "不需要更正", []string{"birth", "1985-02-14"}},
		{"party_join", "joined", "2006-07 的形式", []string{"joined", "2006年7月"}},
		{"party_join", "joined", "早于年满18周岁", []string{"joined", "2001-07"}},
		{"party_join", "joined", "在今天之后", []string{"joined", "2027-01"}},
		{"education", "level", "请选择学历", []string{"level", "99"}},
		{"education", "mode", "请选择教育类别", []string{"level", "21", "mode", "x"}},
		{"education", "school", "毕业院校", []string{"level", "21", "mode", "fulltime", "school", " "}},
		{"education", "finished", "请填写毕业时间", []string{"level", "21", "mode", "fulltime", "school", "兰大", "finished", ""}},
		{"education", "level", "不需要更正", []string{"level", "31", "mode", "fulltime", "school", "兰大", "finished", "2007-07"}},
		{"bank", "card", "16至19位", []string{"bank", "中国银行", "card", "621700", "holder", "王建国"}},
		{"bank", "card", "校验位不符", []string{"bank", "中国银行", "card", "6217003860000000000", "holder", "王建国"}},
		{"bank", "card", "科学计数法", []string{"bank", "中国银行", "card", "6.217E+18", "holder", "王建国"}},
		{"bank", "holder", "须与本人姓名一致", []string{"bank", "中国银行", "card", "6217003860000000008", "holder", "王建军"}},
		{"bank", "bank", "请填写开户行", []string{"bank", "", "card", "6217003860000000008", "holder", "王建国"}},
		{"party_join", "reason", "请填写更正理由", []string{"joined", "2010-07", "reason", " "}},
	} {
		f := changing(clerk, path, c.field, c.values...)
		doc := clerk.PostFile(path+"/changes", f, "file", "证明.pdf", certificate("x")).Want(http.StatusUnprocessableEntity).Doc()
		if text := doc.Text("#" + c.input + "-error"); !strings.Contains(text, c.say) {
			t.Errorf("%v: %q, want %q", c.values, text, c.say)
		}
		back := doc.One(`form[action="` + path + `/changes"]`).Fields()
		if got := url.Values(back).Get(c.input); got != f.Get(c.input) && c.input != "level" && c.input != "mode" && strings.TrimSpace(f.Get(c.input)) != "" {
			t.Errorf("%s comes back as %q, not %q", c.input, got, f.Get(c.input))
		}
	}
	// The month of joining fits the rest of the file.
	for sentence, change := range map[string]string{"晚于登记的转正时间(2019-07)": `update persons set party_full_date = '2019-07-01' where id = $1`,
		"政治面貌登记为群众": `update persons set political = '13' where id = $1`} {
		h.Exec(change, key(path))
		f := changing(clerk, path, "party_join", "joined", "2020-07")
		doc := clerk.PostFile(path+"/changes", f, "file", "证明.pdf", certificate("x")).Want(http.StatusUnprocessableEntity).Doc()
		if text := doc.Text("#joined-error"); !strings.Contains(text, sentence) || !strings.Contains(doc.Text("#file-hint"), "请重新选择文件") {
			t.Errorf("%q, want %q; the file: %q", text, sentence, doc.Text("#file-hint"))
		}
		h.Exec(`update persons set political = '01', party_full_date = null where id = $1`, key(path))
	}
	// Evidence must be there, be what its name says, and be of this person.
	f := changing(clerk, path, "party_join", "joined", "2010-07")
	for sentence, content := range map[string][]byte{"内容是网页": []byte("<html>"), "空的": nil} {
		if text := clerk.PostFile(path+"/changes", f, "file", "证明.jpg", content).Want(http.StatusUnprocessableEntity).Doc().Text("#file-error"); !strings.Contains(text, sentence) {
			t.Errorf("evidence: %q, want %q", text, sentence)
		}
	}
	if text := clerk.Post(path+"/changes", f).Want(http.StatusUnprocessableEntity).Doc().Text("#file-error"); !strings.Contains(text, "请上传依据(入党志愿书)") {
		t.Errorf("no evidence: %q", text)
	}
	other := h.person("A1", "李秀英", number(born(1986, 2, 14), 1, idcard.Male))
	foreign := attach(clerk, other, "party", "志愿书.pdf", certificate("李秀英"))
	f.Set("paper", itoa(key(foreign)))
	clerk.Post(path+"/changes", f).Want(http.StatusNotFound)
	own := attach(clerk, path, "party", "志愿书.pdf", certificate("王建国"))
	f.Set("paper", itoa(key(own)))
	clerk.PostFile(path+"/changes", f, "file", "又一份.pdf", certificate("z")).Want(http.StatusUnprocessableEntity)
	f.Set("field", "name")
	clerk.Post(path+"/changes", f).Want(http.StatusUnprocessableEntity)
	f.Set("field", "party_join")
	f.Del("_grant")
	h.As(access.TownshipLeader, "A").Post(path+"/changes", f).Want(http.StatusForbidden)
	h.As(access.TownshipClerk, "B").Post(path+"/changes", f).Want(http.StatusNotFound)
	h.As(access.DistrictOfficer, "乙").Post(path+"/changes", f).Want(http.StatusNotFound)
	if n := h.Count(`select count(*) from change_requests`); n != 0 {
		t.Fatalf("%d requests from bad forms", n)
	}
	clerk.Post(path+"/changes", f).Want(http.StatusSeeOther)
	// A number or a card that stands in another file is refused without saying in whose.
	f = changing(clerk, path, "id_number", "number", number(born(1985, 2, 14), 3, idcard.Male))
	a := clerk.PostFile(path+"/changes", f, "file", "证明.pdf", certificate("y")).Want(http.StatusConflict)
	if text := a.Doc().Text(".notice-error"); !strings.Contains(text, "已登记在本区另一份档案中") || strings.Contains(string(a.Body), "柏川") {
		t.Errorf("a number of another file: %q", text)
	}
	h.agree(raise(clerk, other, "bank", "bank", "中国银行", "card", "6217003860000000008", "holder", "李秀英"))
	f = changing(clerk, path, "bank", "bank", "中国银行", "card", "6217003860000000008", "holder", "王建国")
	if text := clerk.PostFile(path+"/changes", f, "file", "证明.pdf", certificate("k")).Want(http.StatusConflict).Doc().Text(".notice-error"); !strings.Contains(text, "另一位同志名下") {
		t.Errorf("a card of another file: %q", text)
	}
}

func TestARequestWhoseMaskHidesTheDifferenceSaysSo(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	path := h.person("A1", "王建国", number(born(1985, 2, 14), 1, idcard.Male))
	for day, want := range map[string]bool{"1985-02-15": true, "1985-03-14": false} {
		at := raise(clerk, path, "birth", "birth", day)
		if got := strings.Contains(clerk.Get(at).Doc().Text("main"), "不同之处在隐去的部分"); got != want {
			t.Errorf("%s: said %v", day, got)
		}
		if text := clerk.Post(at+"/reveal", url.Values{"purpose": {"核对"}}).Doc().Text("main"); strings.Contains(text, "不同之处在隐去的部分") {
			t.Errorf("%s: the revealed page still says so", day)
		}
		clerk.Post(at+"/cancel", nil).Want(http.StatusSeeOther)
	}
}

func TestARequestThatNoLongerFitsTheFileIsRefused(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, leader, officer := h.As(access.TownshipClerk, "A"), h.As(access.TownshipLeader, "A"), h.As(access.DistrictOfficer, "甲")
	ask := func(i int) (person, at string) {
		person = h.person("A1", "王建国", number(born(1985, 2, i), 1, idcard.Male))
		return person, raise(clerk, person, "party_join", "joined", "2010-07")
	}
	refused := func(at, what string) {
		t.Helper()
		if text := officer.Post(at+"/approve", nil).Want(http.StatusConflict).Doc().Text("main"); !strings.Contains(text, what) {
			t.Errorf("want %q: %q", what, text)
		}
	}
	// The value changed: both values are shown, to the checker and to the decider, and the way out is to send it back.
	person, at := ask(1)
	h.Exec(`update persons set party_join_date = '2012-01-01' where id = $1`, key(person))
	if text := leader.Post(at+"/check", nil).Want(http.StatusConflict).Doc().Text("main .notice"); !strings.Contains(text, "2018-07") || !strings.Contains(text, "2012-01") {
		t.Errorf("the checker sees %q", text)
	}
	if doc := leader.Get(at).Doc(); doc.Has(`form[action$="/check"]`) || !doc.Has(`form[action$="/return"]`) {
		t.Error("the page offers the check, or not to send it back")
	}
	h.Exec(`update persons set party_join_date = '2018-07-01' where id = $1`, key(person))
	leader.Post(at+"/check", nil).Want(http.StatusSeeOther)
	h.Exec(`update persons set party_join_date = '2012-01-01' where id = $1`, key(person))
	refused(at, "2012-01")
	officer.Post(at+"/reject", url.Values{"answer": {"已变更"}}).Want(http.StatusSeeOther)
	// Dead, void, moved to another township.
	for i, sql := range []string{`update persons set died_on = '2026-11-01' where id = $1`, `update persons set voided_at = now() where id = $1`} {
		person, at := ask(2 + i)
		leader.Post(at+"/check", nil).Want(http.StatusSeeOther)
		h.Exec(sql, key(person))
		refused(at, map[int]string{0: "已去世", 1: "已作废"}[i])
		if h.state(at) != "township_checked" {
			t.Error("a refused approval was stored")
		}
		officer.Post(at+"/reject", url.Values{"answer": {"不再办理"}}).Want(http.StatusSeeOther)
	}
	_, at = ask(4)
	leader.Post(at+"/check", nil).Want(http.StatusSeeOther)
	h.As(access.TownshipClerk, "B").Post("/transfers", wish("王建国", number(born(1985, 2, 4), 1, idcard.Male), h.Units["B1"].Village)).Want(http.StatusSeeOther)
	clerk.Post(clerk.Get("/transfers").Doc().One(`form[action$="/confirm"]`).Attr("action"), nil).Want(http.StatusSeeOther)
	refused(at, "档案已转到柏川镇")
	clerk.Get(at).Want(http.StatusNotFound)
	if n := h.Count(`select count(*) from persons where party_join_date = '2010-07-01'`); n != 0 {
		t.Errorf("%d files changed", n)
	}
	// A form that was drawn before somebody else changed the value: both values, and the form again.
	person = h.person("A1", "王建国", number(born(1985, 2, 5), 1, idcard.Male))
	f := changing(clerk, person, "party_join", "joined", "2010-07")
	h.Exec(`update persons set party_join_date = '2012-01-01' where id = $1`, key(person))
	doc := clerk.PostFile(person+"/changes", f, "file", "证明.pdf", certificate("q")).Want(http.StatusConflict).Doc()
	if text := doc.Text(".notice-warn"); !strings.Contains(text, "2012-01") || !strings.Contains(text, "2010-07") || doc.One("#f-joined").Attr("value") != "2010-07" {
		t.Errorf("the stale form: %q", text)
	}
	again := url.Values(doc.One(`form[action="` + person + `/changes"]`).Fields())
	clerk.PostFile(person+"/changes", again, "file", "证明.pdf", certificate("q")).Want(http.StatusSeeOther)
}

func TestTheListOfRequestsKeepsToItsScope(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, officer := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲")
	for i, unit := range []string{"A1", "A2", "B1", "C1"} {
		role, at := access.DistrictOfficer, "甲"
		if unit == "C1" {
			at = "乙"
		}
		person := h.person(unit, "王建国", number(born(1985, 2, 10+i), 1, idcard.Male))
		raise(h.As(role, at), person, "party_join", "joined", "2010-07")
	}
	second := raise(clerk, h.person("A1", "李秀英", number(born(1986, 2, 1), 1, idcard.Female)), "birth", "birth", "1986-02-03")
	clerk.Post(second+"/cancel", nil).Want(http.StatusSeeOther)
	rows := func(path string, role access.Role, unit string) (out []string) {
		for _, n := range h.As(role, unit).Get(path).Want(http.StatusOK).Doc().All("tbody tr") {
			out = append(out, n.Text())
		}
		return out
	}
	for _, c := range []struct {
		path string
		role access.Role
		unit string
		want int
	}{{"/changes", access.TownshipClerk, "A", 3}, {"/changes", access.TownshipLeader, "B", 1}, {"/changes", access.DistrictLeader, "甲", 4}, {"/changes", access.DistrictOfficer, "乙", 1},
		{"/changes?state=cancelled", access.DistrictOfficer, "甲", 1}, {"/changes?field=birth", access.TownshipClerk, "A", 1}, {"/changes?field=birth", access.TownshipLeader, "B", 0},
		{"/changes?q=李秀", access.DistrictOfficer, "甲", 1}, {"/changes?q=马家沟2村", access.DistrictOfficer, "甲", 1}, {"/changes?q=%25", access.DistrictOfficer, "甲", 0},
		{"/changes?township=" + itoa(h.Units["B"].Township), access.DistrictOfficer, "甲", 1}, {"/changes?township=" + itoa(h.Units["B"].Township), access.TownshipClerk, "A", 0},
		{"/changes/print", access.TownshipClerk, "A", 3}, {"/changes?state=nonsense&field=x&page=99", access.TownshipClerk, "A", 0}} {
		if got := rows(c.path, c.role, c.unit); len(got) != c.want {
			t.Errorf("%s as %s of %s: %d rows %q, want %d", c.path, c.role, c.unit, len(got), got, c.want)
		}
	}
	if list := rows("/changes", access.TownshipClerk, "A"); !strings.Contains(list[2], "李秀英") || !strings.Contains(list[2], "1986年2月**日") {
		t.Errorf("what is done stands last, masked: %q", list)
	}
	officer.Post("/changes/export", url.Values{"query": {"state=submitted"}}).Want(http.StatusOK)
	if n := h.Count(`select count(*) from audit_log where action = 'export' and object = 'change_requests' and detail->>'rows' = '3' and detail->>'filter' = '待乡镇核对'`); n != 1 {
		t.Error("the trail does not know the export")
	}
	h.As(access.DistrictFinance, "甲").Get("/changes").Want(http.StatusForbidden)
	h.Exec(`insert into change_requests (tenant_id, township_id, village_id, person_id, person_name, field, new_sealed, new_text, attachment_id, reason, state,
			requested_by, requested_holder, requested_at)
		select tenant_id, township_id, village_id, person_id, person_name, field, new_sealed, new_text, attachment_id, reason, 'cancelled', '王', 1, now()
		from change_requests, generate_series(1, 60) where field = 'birth'`)
	if doc := clerk.Get("/changes?page=2").Doc(); len(doc.All("tbody tr")) != 13 || !strings.Contains(doc.Text(".pager"), "共 63 条") {
		t.Errorf("the second page: %d rows, %q", len(doc.All("tbody tr")), doc.Text(".pager"))
	}
}
