package report_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/job"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/pinyin"
	"touyan/internal/report"
	"touyan/internal/testkit"
)

// office is a world with a register and the reports on it. Its today is 2026-11-23.
type office struct {
	*testkit.World
	born int // makes every ID number another one
}

// noResults stands for the assessment, which has closed no month.
type noResults struct{}

func (noResults) HasResults(context.Context, *access.Tx, int64) (bool, error) { return false, nil }

func (noResults) FinalSince(context.Context, *access.Tx, int64, time.Time) (bool, error) {
	return false, nil
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{World: testkit.NewWorldOn(t, func(w *testkit.World) []access.Module {
		jobs := job.New(w.Pool, w.Keys, slog.New(slog.DiscardHandler))
		register := cadre.New(w.Keys, jobs, noResults{})
		return []access.Module{jobs.Module(), register.Module(), report.New(w.Keys, register.Store).Module()}
	}).Serve()}
	// A figure counts posts, whoever holds them: four villages may have more secretaries here than they can have.
	o.Exec(`alter table appointments drop constraint appointments_seat_excl`)
	return o
}

// person is somebody of a fixture; what is empty is the usual.
type person struct {
	at, name, sex, born         string // sex 1, born 1980-05
	education, political        string // 31, 01
	ethnic, joined, origin      string // 01
	post, since, until, managed string
	unpaid                      bool
}

func or(value, usual string) string {
	if value == "" {
		return usual
	}
	return value
}

// add registers somebody with a post; education "-" is none.
func (o *office) add(p person) int64 {
	o.T.Helper()
	u := o.Units[p.at]
	birth, err := time.Parse("2006-01-02", or(p.born, "1980-05")+"-15")
	if err != nil {
		o.T.Fatal(err)
	}
	o.born++
	sex := or(p.sex, "1")
	number := idcard.Make("622621", birth, o.born, idcard.Sex(sex))
	full, initials := pinyin.Keys(p.name)
	var joined *string
	if p.joined != "" {
		joined = &p.joined
	}
	var id int64
	err = o.Owner.QueryRow(context.Background(), `insert into persons (tenant_id, township_id, village_id, name, pinyin, initials, sex, birth_date, ethnic, political,
			education, party_join_date, id_cipher, id_index, id_tail_index, phone_cipher, phone_index, origins)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::date, $13, $14, $15, $16, $17, $18) returning id`, u.Tenant, u.Township, u.Village, p.name, full, initials, sex,
		birth, or(p.ethnic, "01"), or(p.political, "01"), strings.Trim(or(p.education, "31"), "-"), joined, o.Keys.Encrypt(u.Tenant, "cadre.id_number", number),
		o.Keys.Index(u.Tenant, "cadre.id_number", number), o.Keys.Index(u.Tenant, "cadre.id_tail", number[14:]), o.Keys.Encrypt(u.Tenant, "cadre.phone", "13900000001"),
		o.Keys.Index(u.Tenant, "cadre.phone", "13900000001"), strings.Fields(p.origin)).Scan(&id)
	if err != nil {
		o.T.Fatal(err)
	}
	o.hold(id, p)
	return id
}

// hold gives somebody a post.
func (o *office) hold(id int64, p person) {
	o.T.Helper()
	u := o.Units[p.at]
	var until *string
	way := ""
	if p.until != "" {
		until, way = &p.until, "resigned"
	}
	o.Exec(`insert into appointments (tenant_id, township_id, village_id, person_id, person_name, sex, position_code, management_type, pay_scheme, is_paid, during, way_in, way_out)
		values ($1, $2, $3, $4, $5, $6, $7, $8, case when $9 then 'village' else 'none' end, $9, daterange($10::text::date, $11::text::date), 'election', $12)`, u.Tenant, u.Township, u.Village, id, p.name,
		or(p.sex, "1"), or(p.post, "party_secretary"), or(p.managed, "ordinary"), !p.unpaid, or(p.since, "2021-01-10"), until, way)
}

// people fills the villages: A1 has a young woman, A2 and B1 an older man each of the same name, C1 of another district as well.
func (o *office) people() {
	o.T.Helper()
	for _, v := range []string{"A2", "B1", "C1"} {
		o.add(person{at: v, name: "王建国", born: "1970-01", education: "61"})
	}
	o.add(person{at: "A1", name: "赵春梅", sex: "2", born: "1990-12", education: "21", ethnic: "04", origin: "graduate", joined: "2015-07-01"})
}

func number(d testkit.Doc, row, column int) string {
	tr := d.All("table")[0].Doc().All("tbody tr, tfoot tr")[row]
	return tr.Doc().All("td")[column].Text()
}

func sheet(t *testing.T, file []byte) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestFiguresObeyTheScope(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	district := o.As(access.DistrictOfficer, "甲").Get("/reports/structure").Want(http.StatusOK).Doc()
	if got := district.Text("#f-answer"); !strings.Contains(got, "甲区村党组织书记共3人") || !strings.Contains(got, "平均年龄49.0岁(年龄合计147÷3)") ||
		!strings.Contains(got, "女性1人,占33.3%(1/3)") || !strings.Contains(got, "35岁及以下1人,占33.3%(1/3)(1990-12及以后出生)") {
		t.Errorf("the district's answer: %s", got)
	}
	township := o.As(access.TownshipClerk, "A").Get("/reports/structure").Want(http.StatusOK).Doc()
	if got := township.Text("#f-answer"); !strings.Contains(got, "安河镇村党组织书记共2人") {
		t.Errorf("the township's answer: %s", got)
	}
	for _, foreign := range []string{"B", "C"} {
		path := fmt.Sprintf("/reports/structure?township=%d", o.Units[foreign].Township)
		if got := o.As(access.TownshipClerk, "A").Get(path).Want(http.StatusOK).Doc().Text("#f-answer"); !strings.Contains(got, "共2人") {
			t.Errorf("asked for %s, the clerk reads %s", foreign, got)
		}
	}
	one := o.As(access.DistrictOfficer, "甲").Get(fmt.Sprintf("/reports/structure?township=%d", o.Units["B"].Township)).Want(http.StatusOK).Doc()
	if got := one.Text("#f-answer"); !strings.Contains(got, "柏川镇村党组织书记共1人") {
		t.Errorf("one township: %s", got)
	}
	for _, role := range []access.Role{access.VillageSecretary, access.VillageClerk} {
		o.As(role, "A1").Get("/reports/structure").Want(http.StatusForbidden)
	}
}

func TestAFigureLeadsToTheRowsThatItCounts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	o.add(person{at: "A1", name: "李没学历", education: "-", post: "party_secretary", since: "2023-01-01"})
	c := o.As(access.TownshipClerk, "A")
	page := c.Get("/reports/structure").Want(http.StatusOK).Doc()
	checked := 0
	for _, a := range page.All("table a[href*='/reports/structure/list']") {
		list := c.Get(a.Attr("href")).Want(http.StatusOK).Doc()
		rows := len(list.All("table[class*=table] tbody tr"))
		if strings.Contains(a.Attr("href"), "age_mean") {
			continue // a mean leads to all whose age it counts
		}
		if fmt.Sprint(rows) != a.Text() {
			t.Errorf("%s says %s, its list has %d rows", a.Attr("href"), a.Text(), rows)
		}
		checked++
	}
	if checked < 20 {
		t.Errorf("only %d figures led to a list", checked)
	}
	// 大专及以上 leaves out whoever has no education on record, and says so.
	list := c.Get("/reports/structure/list?col=college_up").Want(http.StatusOK).Doc()
	if got := list.Text("main p"); !strings.Contains(got, "大专及以上学历1人,占可统计的2人的50.0%") || !strings.Contains(got, "未登记学历的1人") {
		t.Errorf("the definition: %s", got)
	}
	left := c.Get(list.One("main p a").Attr("href")).Want(http.StatusOK).Doc()
	if got := left.Text("tbody"); !strings.Contains(got, "李没学历") || strings.Contains(got, "赵春梅") {
		t.Errorf("left out: %s", got)
	}
}

func TestAgesCountByTheMonthOfBirth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(person{at: "A1", name: "刚好卅五", born: "1990-12"})
	o.add(person{at: "A2", name: "刚满卅六", born: "1990-11"})
	c := o.As(access.DistrictOfficer, "甲")
	young := func(on string) string {
		return c.Get("/reports/structure/list?col=age_35&on=" + on).Want(http.StatusOK).Doc().Text("tbody")
	}
	if got := young("2026-11-01"); !strings.Contains(got, "刚好卅五") || strings.Contains(got, "刚满卅六") {
		t.Errorf("in November: %s", got)
	}
	if got := young("2026-12-01"); got != "" {
		t.Errorf("a month later nobody is 35: %s", got)
	}
	if got := young("2026-10-31"); !strings.Contains(got, "刚满卅六") {
		t.Errorf("a month earlier both are: %s", got)
	}
}

func TestAPersonCountsOnceAndAPostEachTime(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.add(person{at: "A1", name: "一肩挑的", post: "vc_member"})
	o.hold(id, person{at: "A1", name: "一肩挑的", post: "party_secretary"})
	o.hold(id, person{at: "A1", name: "一肩挑的", post: "village_director"})
	o.hold(id, person{at: "A1", name: "一肩挑的", post: "resident_team_member"}) // of another caliber
	c := o.As(access.DistrictOfficer, "甲")
	for path, want := range map[string]string{
		"/reports/structure?caliber=committee":               "共1人",
		"/reports/structure?caliber=committee&count=post":    "共3个职务",
		"/reports/structure?caliber=paid":                    "共1人",
		"/reports/structure?caliber=resident":                "共1人",
		"/reports/structure?caliber=supervision":             "共0人",
		"/reports/structure?caliber=committee&on=2020-12-31": "共0人",
	} {
		if got := c.Get(path).Want(http.StatusOK).Doc().Text("#f-answer"); !strings.Contains(got, want) {
			t.Errorf("%s: %s", path, got)
		}
	}
	posts := c.Get("/reports/structure?caliber=committee&by=post").Want(http.StatusOK).Doc()
	if number(posts, 0, 0) != "1" || number(posts, 3, 0) != "0" {
		t.Errorf("by post a person stands under the highest: %s", posts.Text("tbody"))
	}
	if got := c.Get("/reports/structure/list?caliber=committee").Want(http.StatusOK).Doc().Text("tbody"); !strings.Contains(got, "村党组织书记、村委会主任、村委会委员") {
		t.Errorf("posts: %s", got)
	}
}

func TestThePastKeepsItsUnitAndSaysWhatItCannotKnow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.add(person{at: "A1", name: "调走的人", until: "2026-06-01"})
	o.hold(id, person{at: "B1", name: "调走的人", since: "2026-06-01"})
	o.Exec(`update persons set township_id = $1, village_id = $2 where id = $3`, o.Units["B1"].Township, o.Units["B1"].Village, id)
	void := o.add(person{at: "A2", name: "误录的人", until: "2026-06-01"})
	o.Exec(`update persons set voided_at = now() where id = $1`, void)
	clerk := o.As(access.TownshipClerk, "A")
	page := clerk.Get("/reports/structure?on=2026-05-31").Want(http.StatusOK).Doc()
	if got := page.Text("#f-answer"); !strings.Contains(got, "共1人。平均年龄—岁(年龄合计0÷0)") {
		t.Errorf("the former unit: %s", got)
	}
	if got := page.Text("main p"); !strings.Contains(got, "未登记学历的1人") {
		t.Errorf("it names what it leaves out: %s", got)
	}
	list := clerk.Get("/reports/structure/list?on=2026-05-31").Want(http.StatusOK).Doc()
	if got := list.Text("tbody"); !strings.Contains(got, "调走的人") || !strings.Contains(got, "档案已转到其他单位") || strings.Contains(got, "1980") || list.Has("tbody a") {
		t.Errorf("the list: %s", got)
	}
	if got := o.As(access.TownshipClerk, "B").Get("/reports/structure").Want(http.StatusOK).Doc().Text("#f-answer"); !strings.Contains(got, "共1人。平均年龄46.0岁") {
		t.Errorf("the present unit: %s", got)
	}
	if got := o.As(access.DistrictOfficer, "甲").Get("/reports/structure?on=2026-05-31").Want(http.StatusOK).Doc().Text("#f-answer"); !strings.Contains(got, "共1人。平均年龄46.0岁") {
		t.Errorf("the district: %s", got)
	}
}

// Nobody counts on the day of his death, although his posts last to its end, and nothing stops counting before.
func TestTheDeadDoNotCount(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.add(person{at: "A1", name: "去世的人", until: "2026-11-24"})
	o.hold(id, person{at: "A1", name: "去世的人", post: "village_director", until: "2026-11-24"})
	o.Exec(`update persons set died_on = '2026-11-23' where id = $1`, id)
	o.seat(id, "A1", "npc_deputy", "")
	c := o.As(access.DistrictOfficer, "甲")
	for on, want := range map[string]string{"2026-11-22": "共1人", "2026-11-23": "共0人", "2026-11-24": "共0人"} {
		for _, path := range []string{"/reports/structure?on=", "/reports/query?caliber=secretary&on="} {
			if got := answer(c.Get(path + on).Want(http.StatusOK).Doc()); !strings.Contains(got, want) {
				t.Errorf("%s%s: %s", path, on, got)
			}
		}
	}
	for query, want := range map[string]string{"list=vacant": "缺党组织书记的3个,缺村(居)委会主任的3个", "list=vacant&on=2026-11-22": "缺党组织书记的2个,缺村(居)委会主任的2个",
		"list=missing": "0名在任干部", "list=missing&on=2026-11-22": "1名在任干部", "list=dual": "0个有党组织书记", "list=graduates&on=2026-11-22": "1个有大专及以上"} {
		if got, _ := o.rows(access.DistrictOfficer, "甲", query); !strings.Contains(got, want) {
			t.Errorf("%s: %s", query, got)
		}
	}
	if got := c.Get("/reports/lists?list=vacant&q=马家沟1村").Want(http.StatusOK).Doc().Text("tbody"); !strings.Contains(got, "去世的人 2026-11-24 0") {
		t.Errorf("who held the vacant post: %s", got)
	}
	if page := c.Get("/reports/overview").Want(http.StatusOK).Doc(); strings.Contains(page.Text("main"), "两代表一委员") {
		t.Error("a seat of somebody who died counts")
	}
}

func TestTwoDaysSideBySide(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	o.add(person{at: "B1", name: "新来的", sex: "2", born: "1996-03", education: "21", since: "2026-03-01", post: "party_secretary"})
	c := o.As(access.DistrictOfficer, "甲")
	page := c.Get("/reports/structure/compare?from=2025-11-23&col=women").Want(http.StatusOK).Doc()
	want := map[string][3]string{"人数": {"3", "4", "+1"}, "女性": {"1 33.3%(1/3)", "2 50.0%(2/4)", "+1 +16.7百分点"}, "平均年龄": {"48.0 144÷3", "44.3 177÷4", "-3.7"}}
	for _, tr := range page.All("table")[0].Doc().All("tbody tr") {
		title := tr.Doc().Text("th")
		if w, ok := want[title]; ok {
			td := tr.Doc().All("td")
			if got := [3]string{td[0].Text(), td[1].Text(), td[2].Text()}; got != w {
				t.Errorf("%s: %q, want %q", title, got, w)
			}
			delete(want, title)
		}
	}
	if len(want) > 0 {
		t.Errorf("not compared: %v", want)
	}
	units := page.All("table")[1].Doc().Text("tbody")
	if !strings.Contains(units, "柏川镇 0 0.0%(0/1) 1 50.0%(1/2) +1") {
		t.Errorf("by township: %s", units)
	}
	rows := sheet(t, c.Post("/reports/structure/compare/export", url.Values{"query": {"from=2025-11-23&col=women"}}).Want(http.StatusOK).Body)
	if rows[3][0] != "人数" || rows[3][1] != "3" || rows[3][4] != "4" || rows[3][7] != "1" {
		t.Errorf("the workbook: %v", rows[:5])
	}
}

func TestNamedRowsLeaveWithAPurposeAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	clerk := o.As(access.TownshipClerk, "A")
	lines := func() int { return o.Count(`select count(*) from audit_log where action = 'export'`) }
	before := lines()
	clerk.Post("/reports/structure/list/export", url.Values{"query": {"col=people"}}).Want(http.StatusUnprocessableEntity)
	o.As(access.DistrictLeader, "甲").Post("/reports/structure/list/export", url.Values{"query": {"col=people"}, "purpose": {"看看"}}).Want(http.StatusForbidden)
	if lines() != before {
		t.Error("a refused export left a line")
	}
	file := clerk.Post("/reports/structure/list/export", url.Values{"query": {"col=people&q=赵"}, "purpose": {"年报核对"}}).Want(http.StatusOK).Body
	text := fmt.Sprint(sheet(t, file))
	if !strings.Contains(text, "赵春梅") || strings.Contains(text, "王建国") || !strings.Contains(text, "年报核对") || strings.Contains(text, "622621") || strings.Contains(text, "139") {
		t.Errorf("the workbook: %s", text)
	}
	if lines() != before+1 {
		t.Error("an export must leave one line")
	}
	figures := fmt.Sprint(sheet(t, clerk.Post("/reports/structure/export", url.Values{"query": {"caliber=secretary"}}).Want(http.StatusOK).Body))
	for _, want := range []string{"统计口径:村党组织书记", "统计截至:2026-11-23", "未计入相应项目", "35岁及以下(1990-12及以后出生)", "合计"} {
		if !strings.Contains(figures, want) {
			t.Errorf("the table does not say %s: %s", want, figures)
		}
	}
	paper := clerk.Get("/reports/structure/print").Want(http.StatusOK).Doc().Text("main")
	for _, want := range []string{"统计口径:村党组织书记", "第1页 共1页", "1990-12及以后出生"} {
		if !strings.Contains(paper, want) {
			t.Errorf("the paper does not say %s: %s", want, paper)
		}
	}
}

// sorted puts words in order, for lists whose order is not meant.
func sorted(text string) string {
	words := strings.Fields(text)
	slices.Sort(words)
	return strings.Join(words, " ")
}
