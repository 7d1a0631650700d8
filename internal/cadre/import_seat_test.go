package cadre_test

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// wrong gives what a preview finds wrong, by cell.
func wrong(doc testkit.Doc) map[string]string {
	found := map[string]string{}
	for _, tr := range doc.All(`[aria-label="错误"] tbody tr`) {
		var cells []string
		for _, td := range tr.Doc().All("td") {
			cells = append(cells, td.Text())
		}
		n := len(cells)
		found[cells[n-2]] += cells[n-1]
	}
	return found
}

func sameFindings(t *testing.T, found, want map[string]string) {
	t.Helper()
	for ref, text := range want {
		if found[ref] != text {
			t.Errorf("%s: %q, want %q", ref, found[ref], text)
		}
	}
	if len(found) != len(want) {
		t.Errorf("findings %v", found)
	}
}

// secretaries is a roster that brings A1 a second secretary, A2 two at once, and posts that are free.
func secretaries(t *testing.T, more ...[]any) []byte {
	t.Helper()
	return sheet(t, header, append([][]any{
		{1, "马家沟1", "李一", id(1, idcard.Male), "男", "大专", "党员", "党组织书记", "2026.01", ""},
		{2, "马家沟1", "李二", id(2, idcard.Male), "男", "大专", "党员", "主任", "2026.01", ""},
		{3, "马家沟1", "李三", id(3, idcard.Male), "男", "大专", "党员", "委员", "2026.01", ""},
		{4, "马家沟2", "李四", id(4, idcard.Male), "男", "大专", "党员", "书记兼主任", "2026.01", ""}}, more...)...)
}

func TestARosterBringsNoSecondHead(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, officer := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲")
	old := h.serving("A1", "王建国", number(born(1975, 2, 14), 1, idcard.Male), "party_secretary", "2021-03-01")
	h.serving("C1", "王建国", number(born(1975, 2, 14), 1, idcard.Male), "party_secretary", "2021-03-01")
	before := h.digest()
	rival := []any{5, "马家沟2", "李五", id(5, idcard.Male), "男", "大专", "党员", "支部书记", "2026.02", ""}
	at, doc := previewOf(clerk, "花名册.xlsx", secretaries(t, rival))
	want := map[string]string{
		"H4": "马家沟1村党组织书记在这段时间是王建国(2021-03-01 至今),请先登记其离任,或核对日期",
		"H7": "与第8行李五(2026-02-01 至今)同时任马家沟2村党组织书记,只能有一人,请核对职务和日期",
		"H8": "与第7行李四(2026-01-01 至今)同时任马家沟2村党组织书记,只能有一人,请核对职务和日期",
	}
	sameFindings(t, wrong(doc), want)
	if text := doc.Text(".stats"); !strings.Contains(text, "有误的行 3") || !strings.Contains(text, "新增人员 2") {
		t.Errorf("the preview counts %q", text)
	}
	if doc.Has(`form[action$="/confirm"]`) {
		t.Error("a file with a second head can be confirmed")
	}
	clerk.Post(at+"/confirm", nil).Want(http.StatusConflict)
	if h.digest() != before {
		t.Fatal("a refused import changed something")
	}
	book, err := excelize.OpenReader(bytes.NewReader(clerk.Post(at+"/repair", nil).Want(http.StatusOK).Body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for row, text := range map[int]string{4: want["H4"], 5: "", 7: want["H7"], 8: want["H8"]} {
		if line := strings.Join(rows[row-1], " "); strings.Contains(line, "请") != (text != "") || !strings.Contains(line, text) {
			t.Errorf("row %d of the repair file: %s", row, line)
		}
	}
	// The same name in the sibling township is another village.
	_, doc = previewOf(h.As(access.TownshipClerk, "B"), "花名册.xlsx", sheet(t, header, []any{1, "马家沟1", "李六", id(6, idcard.Male), "男", "大专", "党员", "书记", "2026.01", ""}))
	sameFindings(t, wrong(doc), nil)
	// Mended, everything comes in: the old secretary has left, and of the two rivals one is a deputy.
	officer.Post(officer.Get(old).Doc().One(`form[action$="/end"]`).Attr("action"), url.Values{"last_day": {"2025-12-31"}, "way_out": {"removed"}}).Want(http.StatusSeeOther)
	rival[7] = "副书记"
	at, doc = previewOf(clerk, "花名册.xlsx", secretaries(t, rival))
	sameFindings(t, wrong(doc), nil)
	clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from appointments where position_code = 'party_secretary' and upper_inf(during) and lower(during) = '2026-01-01'`); n != 2 {
		t.Errorf("%d new secretaries", n)
	}
}

func TestAWorkbookBringsHeadsOneAfterTheOther(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	first, second, third := id(1, idcard.Male), id(2, idcard.Male), id(3, idcard.Female)
	h.serving("A2", "赵海", number(born(1975, 2, 14), 1, idcard.Male), "village_director", "2021-03-01")
	e := blank(t, clerk)
	for i, who := range [][2]string{{"钱一", first}, {"孙二", second}, {"周三", third}} {
		e.row("人员", i, map[string]any{"村(社区)": "马家沟1", "姓名": who[0], "身份证号": who[1], "政治面貌": "党员", "最高学历": "大专"})
	}
	term := func(n int, name, number, unit, post, since, until, out string) {
		e.row("任职", n, map[string]any{"姓名": name, "身份证号": number, "任职村(社区)": unit, "职务": post, "任职时间": since, "离任时间": until, "离任方式": out})
	}
	term(0, "钱一", first, "马家沟1", "村党组织书记", "2016-01-10", "2021-01-09", "免职")
	term(1, "孙二", second, "马家沟1", "村党组织书记、村委会主任", "2021-01-10", "", "")
	term(2, "钱一", first, "马家沟2", "村委会主任", "2018-01-10", "2021-02-28", "届满")
	term(3, "周三", third, "马家沟1", "村委会主任", "2016-01-10", "2021-01-09", "届满")
	good := e.bytes()
	term(3, "周三", third, "马家沟1", "村委会主任", "2016-01-10", "2021-01-10", "届满")
	term(4, "周三", third, "马家沟2", "村委会主任", "2026-01-10", "", "")
	before := h.digest()
	at, doc := previewOf(clerk, "档案.xlsx", e.bytes())
	found := wrong(doc)
	sameFindings(t, found, map[string]string{
		"E5": "与第7行周三(2016-01-10 至 2021-01-10)同时任马家沟1村委会主任,只能有一人,请核对职务和日期",
		"E7": "与第5行孙二(2021-01-10 至今)同时任马家沟1村委会主任,只能有一人,请核对职务和日期",
		"E8": "马家沟2村委会主任在这段时间是赵海(2021-03-01 至今),请先登记其离任,或核对日期",
	})
	if posts := doc.Text(`[aria-label="将要新增的任职"]`); strings.Contains(posts, "孙二") || !strings.Contains(posts, "马家沟2村 村委会主任 自2018-01-10") {
		t.Errorf("among what would be written: %s", posts)
	}
	clerk.Post(at+"/confirm", nil).Want(http.StatusConflict)
	if h.digest() != before {
		t.Fatal("a refused import changed something")
	}
	at, doc = previewOf(clerk, "档案.xlsx", good)
	sameFindings(t, wrong(doc), nil)
	clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from appointments`); n != 6 {
		t.Errorf("%d posts", n)
	}
}

// Rosters of the past give months: who left in one month hands over to who came in it.
func TestAHandOverInOneMonthIsNoOverlap(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk := h.As(access.TownshipClerk, "A")
	e := blank(t, clerk)
	for i, who := range []string{"钱一", "孙二", "周三"} {
		number := id(i+1, idcard.Male)
		e.row("人员", i, map[string]any{"村(社区)": "马家沟1", "姓名": who, "身份证号": number, "政治面貌": "党员", "最高学历": "大专"})
		post := map[string]any{"姓名": who, "身份证号": number, "任职村(社区)": "马家沟1", "职务": "村党组织书记", "任职时间": "2021.01"}
		switch i {
		case 0:
			post["任职时间"], post["离任时间"], post["离任方式"] = "2018.01", "2021.01", "届满"
		case 2: // a term that began and ended in one month stands on its first day, and is in nobody's way before it
			post["任职时间"], post["离任时间"], post["离任方式"] = "2018.01", "2018.01", "免职"
			post["职务"] = "村委会主任"
		}
		e.row("任职", i, post)
	}
	at, doc := previewOf(clerk, "档案.xlsx", e.bytes())
	sameFindings(t, wrong(doc), nil)
	clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	for during, name := range map[string]string{"[2018-01-01,2021-01-01)": "钱一", "[2021-01-01,)": "孙二", "[2018-01-01,2018-01-02)": "周三"} {
		if h.Count(`select count(*) from appointments where person_name = $1 and during = $2::daterange`, name, during) != 1 {
			t.Errorf("%s: no term %s", name, during)
		}
	}
}

// What went out says who serves; a row that gets a last day and a way out ends the post, and the seat is free for another row.
func TestAWorkbookEndsAPostAndFillsTheSeat(t *testing.T) {
	t.Parallel()
	h := register(t)
	path, old := h.whole() // secretary of A1, and a look-alike of B1
	clerk := h.As(access.TownshipClerk, "A")
	e := open(t, clerk.Post("/cadres/export/file", book(clerk, "", "id")).Want(http.StatusOK).Body)
	e.foot(1)
	next := id(7, idcard.Male)
	e.row("人员", 1, map[string]any{"村(社区)": "马家沟1", "姓名": "钱一", "身份证号": next, "政治面貌": "党员", "最高学历": "大专"})
	e.row("任职", 1, map[string]any{"姓名": "钱一", "身份证号": next, "任职村(社区)": "马家沟1", "职务": "村党组织书记", "任职时间": "2026-11-01"})
	_, doc := previewOf(clerk, "档案.xlsx", e.bytes())
	if found := wrong(doc); len(found) != 1 || !strings.Contains(found["E5"], "马家沟1村党组织书记在这段时间是王㛃𬭎(2021-01-15 至今)") {
		t.Errorf("while the old one serves: %v", found)
	}
	end := func(day, way string) (string, testkit.Doc) {
		t.Helper()
		e.row("任职", 0, map[string]any{"离任时间": day, "离任方式": way, "离任文号": "安党发〔2026〕9号"})
		return previewOf(clerk, "档案.xlsx", e.bytes())
	}
	for _, bad := range [][3]string{{"2026-10", "免职", "请写到日"}, {"2026-10-31", "去世", "去世请在干部信息中登记"}, {"2026-10-31", "", "请填写离任方式"},
		{"2020-10-31", "免职", "离任时间早于任职时间"}, {"2026-11-01", "免职", "在这段时间是王㛃𬭎(2021-01-15 至 2026-11-01)"}} {
		if _, doc := end(bad[0], bad[1]); !strings.Contains(doc.Text(`[aria-label="错误"]`), bad[2]) || doc.Has(`form[action$="/confirm"]`) {
			t.Errorf("%v: %s", bad, doc.Text("main"))
		}
	}
	at, doc := end("2026-10-31", "免职")
	sameFindings(t, wrong(doc), nil)
	if text := doc.Text(`[aria-label="将要登记的离任"]`); !strings.Contains(text, "王㛃𬭎 马家沟1村 村党组织书记 自2021-01-15至2026-10-31 免职") {
		t.Errorf("the preview says of the leave %q", text)
	}
	list := workbook(t, clerk.Post(at+"/changes", nil).Want(http.StatusOK).Body)["变化"]
	if !slices.ContainsFunc(list, func(r []string) bool { return len(r) > 4 && r[2] == "王㛃𬭎" && r[4] == "离任" }) {
		t.Errorf("the list of changes: %v", list)
	}
	before := h.digest()
	h.As(access.TownshipClerk, "B").Post(at+"/confirm", nil).Want(http.StatusNotFound)
	if h.digest() != before {
		t.Fatal("a refused import changed something")
	}
	clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	for sentence, sql := range map[string]string{
		"the old one has left":                         `select count(*) from appointments where person_id = $1 and during = '[2021-01-15,2026-11-01)' and way_out = 'removed' and out_doc_no = '安党发〔2026〕9号'`,
		"the trail says so":                            `select count(*) from audit_log where action = 'cadre.leave' and person_id = $1`,
		"the seat is filled, the look-alike serves on": `select count(*) - 1 from appointments where person_id <> $1 and position_code = 'party_secretary' and upper_inf(during)`,
	} {
		if h.Count(sql, key(path)) != 1 {
			t.Errorf("not so: %s", sentence)
		}
	}
	if _, doc := previewOf(clerk, "档案.xlsx", e.bytes()); doc.Has(`form[action$="/confirm"]`) || !strings.Contains(doc.Text("main"), "没有要写入的内容") {
		t.Errorf("the same file again: %s", doc.Text("main"))
	}
	if strings.Contains(doc.Text("main"), old) {
		t.Error("the preview shows a whole number")
	}
}

// Whoever is first has the seat, though neither preview found anything: two imports at once, and a clerk beside an import.
func TestOfManyAtOnceOneGetsTheSeat(t *testing.T) {
	t.Parallel()
	h := register(t)
	clerk, officer, village := h.As(access.TownshipClerk, "A"), h.As(access.DistrictOfficer, "甲"), h.Units["A1"].Village
	by := h.person("A1", "赵海", number(born(1975, 2, 14), 1, idcard.Male))
	var confirms []string
	for i := range 4 {
		at, doc := previewOf(clerk, "花名册.xlsx", sheet(t, header, []any{1, "马家沟1", "李一", id(10+i, idcard.Male), "男", "大专", "党员", "书记", "2026.01", ""}))
		sameFindings(t, wrong(doc), nil)
		confirms = append(confirms, at)
	}
	answers := make(chan testkit.Answer, len(confirms)+1)
	for _, at := range confirms {
		go func() { answers <- clerk.Post(at+"/confirm", nil) }()
	}
	go func() { answers <- officer.Post(by+"/posts", post(village, "party_secretary", "2026-11-01")) }()
	won := 0
	for range cap(answers) {
		switch a := <-answers; a.Status {
		case http.StatusSeeOther:
			won++
		case http.StatusConflict:
		default:
			t.Errorf("an answer %d", a.Status)
		}
	}
	if n := h.Count(`select count(*) from appointments`); n != 1 || won != 1 {
		t.Errorf("%d posts, %d winners", n, won)
	}
	if n := h.Count(`select count(*) from persons where name = '李一' and not exists (select from appointments a where a.person_id = persons.id)`); n != 0 {
		t.Errorf("%d people of a refused import stand in the register", n)
	}
	for _, at := range confirms {
		doc := clerk.Get(at).Want(http.StatusOK).Doc()
		if text := wrong(doc)["H4"]; doc.Has(`form[action$="/confirm"]`) && !strings.Contains(text, "请先登记其离任") {
			t.Errorf("the loser's preview says %q", text)
		}
	}
}
