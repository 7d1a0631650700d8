package cadre_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// electing is a house in which every village has a team that looks like the others': the secretary is the director too,
// two more sit in the villagers' committee, one of them a woman, and one only in the Party's.
type electing struct {
	*house
	round string           // the path of a round that elects both committees
	posts map[string]int64 // "A1/王建国/party_secretary" → the post
}

var team = []struct {
	name  string
	posts []string
}{{"王建国", []string{"party_secretary", "village_director"}}, {"李秀英", []string{"vc_member"}}, {"张志强", []string{"vc_deputy_director"}}, {"赵海", []string{"party_committee_member"}}}

func election(t *testing.T) *electing {
	t.Helper()
	e := &electing{house: register(t), posts: map[string]int64{}}
	for u, unit := range []string{"A1", "A2", "B1", "C1"} {
		for i, m := range team {
			sex := idcard.Male
			if m.name == "李秀英" {
				sex = idcard.Female
			}
			path := e.person(unit, m.name, number(born(1980+i, 3, 1+u), 10*u+i, sex))
			for _, p := range m.posts {
				e.officer(unit).Post(path+"/posts", post(e.Units[unit].Village, p, "2021-03-01")).Want(http.StatusSeeOther)
				e.posts[unit+"/"+m.name+"/"+p] = int64(e.Count(`select id::int from appointments where person_id = $1 and position_code = $2`, key(path), p))
			}
		}
	}
	e.round = e.officer("A1").Post("/elections", url.Values{"name": {"2026年村(社区)“两委”换届"}, "term_no": {"12"}, "party_on": {"2026-11-02"},
		"committee_on": {"2026-11-10"}}).Want(http.StatusSeeOther).Location()
	return e
}

func (h *house) officer(unit string) *testkit.Client {
	if strings.HasPrefix(unit, "C") {
		return h.As(access.DistrictOfficer, "乙")
	}
	return h.As(access.DistrictOfficer, "甲")
}

func (e *electing) village(unit string) string {
	return e.round + "/villages/" + itoa(e.Units[unit].Village)
}

func (e *electing) town(township string) string {
	return e.round + "/townships/" + itoa(e.Units[township].Township)
}

// form is the village's form as the page gives it, with everybody re-elected.
func (e *electing) form(c *testkit.Client, unit string) url.Values {
	e.T.Helper()
	f := url.Values(c.Get(e.village(unit)).Want(http.StatusOK).Doc().One("main form[action*='/villages/']").Fields())
	for name := range f {
		if strings.HasPrefix(name, "d.") {
			f.Set(name, "stay")
		}
	}
	f.Set("doc", "安党发〔2026〕7号")
	return f
}

func (e *electing) decide(f url.Values, line, decision, to string) {
	e.T.Helper()
	id, ok := e.posts[line]
	if !ok {
		e.T.Fatalf("no post %s", line)
	}
	f.Set("d."+itoa(id), decision)
	f.Set("to."+itoa(id), to)
}

// enter adds a newcomer to a form, on its i-th line.
func enter(f url.Values, i int, name, number, post string) {
	at := "n." + itoa(int64(i)) + "."
	f.Set(at+"name", name)
	f.Set(at+"number", number)
	f.Set(at+"post", post)
	f.Set(at+"terms", "village")
}

// checks gives the sentences of the township's check: the errors, then the warnings.
func (e *electing) checks(c *testkit.Client, township string) string {
	e.T.Helper()
	return c.Get(e.town(township) + "/check").Want(http.StatusOK).Doc().Text("main")
}

func TestATownshipChangesItsTermInOneAct(t *testing.T) {
	t.Parallel()
	e := election(t)
	clerk, leader := e.As(access.TownshipClerk, "A"), e.As(access.TownshipLeader, "A")

	// A1: 张志强 leaves, 赵海 goes over to the committee, a newcomer and a woman of the register enter.
	e.person("A1", "陈桂兰", number(born(1985, 5, 5), 77, idcard.Female))
	f := e.form(clerk, "A1")
	e.decide(f, "A1/张志强/vc_deputy_director", "leave", "")
	e.decide(f, "A1/赵海/party_committee_member", "move", "vc_deputy_director")
	fresh := number(born(1999, 12, 1), 78, idcard.Male)
	enter(f, 0, "陈桂兰", "", "vc_member")
	enter(f, 1, "刘新", fresh, "party_committee_member")
	f.Set("n.1.education", "21")
	f.Set("n.1.political", "01")
	clerk.Post(e.village("A1"), f).Want(http.StatusSeeOther)
	if text := e.checks(leader, "A"); !strings.Contains(text, "马家沟2村 还没有填写") {
		t.Fatalf("the check before the second village: %q", text)
	}
	clerk.Post(e.village("A2"), e.form(clerk, "A2")).Want(http.StatusSeeOther)
	apply := e.town("A") + "/apply"
	clerk.Post(apply, nil).Want(http.StatusForbidden) // who fills in does not apply
	text := e.checks(leader, "A")
	if !strings.Contains(text, "没有发现问题") || !strings.Contains(text, "书记、主任一肩挑:王建国") {
		t.Fatalf("the check says %q", text)
	}
	if n := e.Count(`select count(*) from appointments where not upper_inf(during)`); n != 0 {
		t.Fatalf("%d posts ended before anything was applied", n)
	}
	leader.Post(apply, nil).Want(http.StatusSeeOther)
	if doc := leader.Post(apply, nil).Want(http.StatusConflict).Doc(); !strings.Contains(doc.Text(".notice-error"), "没有重复应用") || !doc.Has(`main a[href="`+e.town("A")+`"]`) {
		t.Errorf("applied twice: %q", doc.Text("main"))
	}

	for what, sql := range map[string]string{
		"old Party posts end the day before":     `select count(*) = 4 from appointments where way_out = 'term_end' and upper(during) = '2026-11-02' and position_code in ('party_secretary', 'party_committee_member') and out_doc_no = '安党发〔2026〕7号'`,
		"old committee posts end the day before": `select count(*) = 6 from appointments where way_out = 'term_end' and upper(during) = '2026-11-10'`,
		"new posts begin by election": `select count(*) = 11 from appointments where way_in = 'election' and term_no = 12 and upper_inf(during) and doc_no = '安党发〔2026〕7号'
			and lower(during) = case when position_code like 'party%' then date '2026-11-02' else date '2026-11-10' end`,
		"the one who moved": `select count(*) = 1 from appointments where person_name = '赵海' and position_code = 'vc_deputy_director' and lower(during) = '2026-11-10'`,
		"the newcomer has a file, a birth and a post": `select count(*) = 1 from persons p join appointments a on a.person_id = p.id
			where p.name = '刘新' and p.birth_date = '1999-12-01' and p.sex = '1' and p.education = '21' and p.political = '01' and a.position_code = 'party_committee_member'`,
		"the villages of others go on": `select count(*) = 10 from appointments where upper_inf(during) and term_no is null`,
		"one line of the trail":        `select count(*) = 1 from audit_log where action = 'cadre.election' and (detail->>'begun')::int = 11 and (detail->>'ended')::int = 10 and (detail->>'files')::int = 1`,
		"no clear number is kept":      `select count(*) = 0 from election_rows where id_cipher is not null`,
	} {
		if n := e.Count(`select (` + sql + `)::int`); n != 1 {
			t.Errorf("not so: %s", what)
		}
	}
	clerk.Post(e.village("A1"), f).Want(http.StatusConflict)
	if text := leader.Get(e.town("A")).Doc().Text("main"); !strings.Contains(text, "已应用") {
		t.Errorf("the township says %q", text)
	}
	board := e.officer("A1").Get(e.round).Want(http.StatusOK).Doc()
	for _, row := range board.All("tbody tr") {
		line := row.Text()
		switch {
		case strings.HasPrefix(line, "安河镇") && !strings.Contains(line, "已应用 2/2 0 8 → 9 2/8(25.0%) → 3/9(33.3%) 0/8(0.0%) → 1/9(11.1%)"):
			t.Errorf("the board says %q", line)
		case strings.HasPrefix(line, "柏川乡") && !strings.Contains(line, "未开始 0/1 — 4 → —"):
			t.Errorf("the board says %q", line)
		}
	}
}

func TestWhatDoesNotFitIsNamedAndNothingIsApplied(t *testing.T) {
	t.Parallel()
	e := election(t)
	clerk, leader := e.As(access.TownshipClerk, "A"), e.As(access.TownshipLeader, "A")
	e.Exec(`update persons set political = '13' where name = '赵海'`)
	f := e.form(clerk, "A1")
	e.decide(f, "A1/王建国/party_secretary", "leave", "")
	e.decide(f, "A1/王建国/village_director", "move", "vc_member")
	e.decide(f, "A1/张志强/vc_deputy_director", "move", "village_director")
	e.decide(f, "A1/李秀英/vc_member", "leave", "")
	enter(f, 0, "张志强", itoa(0), "vc_member")
	f.Set("n.0.number", number(born(1982, 3, 1), 2, idcard.Male))
	enter(f, 1, "李秀英", number(born(1981, 3, 2), 11, idcard.Female), "vc_deputy_director") // of A2
	enter(f, 2, "小孙", number(born(2009, 1, 1), 79, idcard.Male), "vc_member")
	f.Set("n.2.education", "61")
	f.Set("n.2.political", "13")
	f.Set("on.committee", "2021-03-01")
	clerk.Post(e.village("A1"), f).Want(http.StatusSeeOther)
	g := e.form(clerk, "A2")
	e.decide(g, "A2/李秀英/vc_member", "stay", "")
	e.decide(g, "A2/王建国/village_director", "", "")
	clerk.Post(e.village("A2"), g).Want(http.StatusSeeOther)
	text := e.checks(leader, "A")
	for _, want := range []string{"没有村党组织书记", "相差一年以上", "任期会倒挂", "张志强在同一班子中任两个职务", "李秀英同时进入马家沟1村和马家沟2村的班子",
		"赵海登记的政治面貌是群众", "小孙在换届日期未满18周岁", "有1个职务还没有选择处理方式"} {
		if !strings.Contains(text, want) {
			t.Errorf("the check does not say %q:\n%s", want, text)
		}
	}
	leader.Post(e.town("A")+"/apply", nil).Want(http.StatusConflict)
	if n := e.Count(`select count(*) from appointments where term_no is not null or not upper_inf(during)`) + e.Count(`select count(*) from persons where name = '小孙'`); n != 0 {
		t.Errorf("%d rows were written", n)
	}
	// What a village explains is pointed out and does not stand in the way.
	f = e.form(clerk, "A2")
	e.decide(f, "A2/王建国/party_secretary", "leave", "")
	f.Set("vacancy", "另行选举")
	clerk.Post(e.village("A2"), f).Want(http.StatusSeeOther)
	if text := e.checks(leader, "A"); !strings.Contains(text, "没有村党组织书记(说明:另行选举)") {
		t.Errorf("an explained vacancy: %q", text)
	}
	// A director who left after the day of the election still holds the seat on it, those of the look-alike villages do not.
	for unit, until := range map[string]string{"A1": "2026-11-16", "A2": "2026-11-10", "B1": "2026-11-16"} {
		e.Exec(`update appointments set during = daterange(lower(during), $2::text::date), way_out = 'resigned' where id = $1`, e.posts[unit+"/王建国/village_director"], until)
	}
	for _, unit := range []string{"A1", "A2"} {
		f = e.form(clerk, unit)
		e.decide(f, unit+"/张志强/vc_deputy_director", "move", "village_director")
		clerk.Post(e.village(unit), f).Want(http.StatusSeeOther)
	}
	text = e.checks(leader, "A")
	if !strings.Contains(text, "马家沟1村委会主任在这段时间是王建国(2021-03-01 至 2026-11-15),请先登记其离任,或核对日期") || strings.Count(text, "在这段时间是") != 1 {
		t.Errorf("a director who left later: %q", text)
	}
}

func TestAVillageIsTypedWronglyOrTwiceAtOnce(t *testing.T) {
	t.Parallel()
	e := election(t)
	clerk, officer := e.As(access.TownshipClerk, "A"), e.officer("A1")
	elsewhere := number(born(1980, 3, 3), 20, idcard.Male) // 王建国 of B1
	for field, set := range map[string]func(f url.Values){
		"on.party":     func(f url.Values) { f.Set("on.party", "2026-11-31") },
		"on.committee": func(f url.Values) { f.Set("on.committee", "2026-12-31") },
		"n.0.number":   func(f url.Values) { enter(f, 0, "王建国", elsewhere, "vc_member") },
		"n.1.number": func(f url.Values) {
			enter(f, 0, "赵海", "", "vc_member")
			enter(f, 5, "查无此人", "", "vc_member")
		},
		"n.0.name":            func(f url.Values) { enter(f, 0, "王建军", number(born(1980, 3, 1), 0, idcard.Male), "vc_member") },
		"n.0.post":            func(f url.Values) { enter(f, 0, "赵海", "", "supervision_member") },
		"n.0.education":       func(f url.Values) { enter(f, 0, "刘新", number(born(1990, 1, 1), 80, idcard.Male), "vc_member") },
		"to." + e.first("A1"): func(f url.Values) { f.Set("d."+e.first("A1"), "move") },
	} {
		f := e.form(clerk, "A1")
		set(f)
		doc := clerk.Post(e.village("A1"), f).Want(http.StatusUnprocessableEntity).Doc()
		if doc.Text(`[id="`+field+`-error"]`) == "" {
			t.Errorf("%s: %q", field, doc.Text(".notice-error"))
		}
	}
	if body := string(clerk.Post(e.village("A1"), func() url.Values {
		f := e.form(clerk, "A1")
		enter(f, 0, "王建国", elsewhere, "vc_member")
		return f
	}()).Body); strings.Contains(body, "柏川") {
		t.Error("the answer tells where the person is")
	}
	// Keys of another village, township or district are absent.
	for _, unit := range []string{"A2", "B1", "C1"} {
		f := e.form(clerk, "A1")
		f.Set("d."+itoa(e.posts[unit+"/王建国/party_secretary"]), "leave")
		clerk.Post(e.village("A1"), f).Want(http.StatusNotFound)
	}
	clerk.Get(e.village("B1")).Want(http.StatusNotFound)
	clerk.Get(e.town("B")).Want(http.StatusNotFound)
	e.officer("C1").Get(e.round).Want(http.StatusNotFound)
	if n := e.Count(`select count(*) from election_drafts`); n != 0 {
		t.Fatalf("%d drafts from bad forms", n)
	}
	// Two at once: the second sees both, and may insist.
	first, second := e.form(clerk, "A1"), e.form(officer, "A1")
	e.decide(second, "A1/赵海/party_committee_member", "leave", "")
	clerk.Post(e.village("A1"), first).Want(http.StatusSeeOther)
	doc := officer.Post(e.village("A1"), second).Want(http.StatusConflict).Doc()
	if text := doc.Text(".notice-warn"); !strings.Contains(text, "连任") || !strings.Contains(text, "届满离任") {
		t.Errorf("the conflict says %q", text)
	}
	if n := e.Count(`select count(*) from election_rows where decision = 'leave'`); n != 0 {
		t.Error("the second save went through")
	}
	officer.Post(e.village("A1"), url.Values(doc.One("main form[action*='/villages/']").Fields())).Want(http.StatusSeeOther)
	if n := e.Count(`select count(*) from election_rows where decision = 'leave'`); n != 1 {
		t.Error("the second could not insist")
	}
	// A post that changes in the register meanwhile asks for another look.
	e.officer("A1").Post("/cadres/"+itoa(int64(e.Count(`select person_id::int from appointments where id = $1`, e.posts["A1/赵海/party_committee_member"])))+
		"/posts/"+itoa(e.posts["A1/赵海/party_committee_member"])+"/end", url.Values{"last_day": {"2026-10-31"}, "way_out": {"resigned"}}).Want(http.StatusSeeOther)
	if text := e.checks(clerk, "A"); !strings.Contains(text, "赵海的支委已在“任免变动”中发生变化") {
		t.Errorf("the check says %q", text)
	}
}

// first is the key of the secretary's post.
func (e *electing) first(unit string) string { return itoa(e.posts[unit+"/王建国/party_secretary"]) }

func TestVacanciesAreComputedFromThePosts(t *testing.T) {
	t.Parallel()
	e := election(t)
	officer := e.officer("A1")
	person := int64(e.Count(`select person_id::int from appointments where id = $1`, e.posts["A1/王建国/party_secretary"]))
	officer.Post("/cadres/"+itoa(person)+"/posts/"+e.first("A1")+"/end", url.Values{"last_day": {e.Core.Today().AddDate(0, 0, -10).Format(time.DateOnly)},
		"way_out": {"resigned"}}).Want(http.StatusSeeOther)
	rows := officer.Get("/elections/vacancies?position=party_secretary").Want(http.StatusOK).Doc().All("tbody tr")
	if len(rows) != 1 || !strings.Contains(rows[0].Text(), "马家沟1村 村党组织书记 2026-11-14 10 王建国(辞职)") {
		t.Fatalf("the list holds %d rows: %q", len(rows), rows[0].Text())
	}
	if n := len(e.As(access.TownshipClerk, "B").Get("/elections/vacancies?position=party_secretary").Doc().All("tbody tr")); n != 0 {
		t.Errorf("a sibling township sees %d vacancies", n)
	}
	if a := officer.Post("/elections/vacancies/export", url.Values{"position": {"party_secretary"}}).Want(http.StatusOK); len(a.Body) == 0 {
		t.Error("the export is empty")
	}
}
