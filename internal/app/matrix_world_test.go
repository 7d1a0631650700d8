package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/app"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/pg"
	"touyan/internal/testkit"
)

// unit is a place of the matrix world: 甲区 has the townships A and B with the villages A1, A2 and B1, 乙县 the township C
// with the village C1. A3 and the township D with D1 are new: nobody has an account there. All look alike: the same names, the same people, the same months.
type unit struct {
	name                      string
	tenant, township, village int64
}

// holds reports whether other lies within u.
func (u unit) holds(other unit) bool {
	return u.tenant == other.tenant && (u.township == 0 || u.township == other.township) && (u.village == 0 || u.village == other.village)
}

// world is a small house in which everything exists once per unit, at its own and at foreign places. It is made once and
// copied: the copies find the sessions of its users, so that nobody logs in again.
type world struct {
	db      testkit.Database
	keys    *crypt.Keys
	secret  []byte // the file of these keys
	units   map[string]unit
	cookies map[string]string // "township_clerk@A" → session cookie
	grants  map[string]string // likewise → grant
	ids     map[string]map[string]string
}

// members are the roles that act in the matrix, each at one unit, in the order of the columns of testdata/matrix.txt.
var members = []struct {
	column string
	role   access.Role
	unit   string
}{
	{"plat", access.PlatformAdmin, ""}, {"adm", access.DistrictAdmin, "甲"}, {"off", access.DistrictOfficer, "甲"},
	{"lead", access.DistrictLeader, "甲"}, {"fin", access.DistrictFinance, "甲"}, {"aud", access.Auditor, "甲"},
	{"clk", access.TownshipClerk, "A"}, {"head", access.TownshipLeader, "A"}, {"tfin", access.TownshipFinance, "A"},
	{"sec", access.VillageSecretary, "A1"}, {"vclk", access.VillageClerk, "A1"},
}

const matrixPassword = "Probe-word-2026"

// request fires one request past the network.
func request(h http.Handler, cookie, method, path string, form url.Values, file *upload) *httptest.ResponseRecorder {
	return send(h, cookie, newRequest(method, path, form, file))
}

// requestFrom fires a form from a page of another site.
func requestFrom(h http.Handler, origin, cookie, path string, form url.Values) *httptest.ResponseRecorder {
	r := newRequest(http.MethodPost, path, form, nil)
	r.Header.Set("Origin", origin)
	return send(h, cookie, r)
}

func send(h http.Handler, cookie string, r *http.Request) *httptest.ResponseRecorder {
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func newRequest(method, path string, form url.Values, file *upload) *http.Request {
	var body io.Reader
	kind := ""
	switch {
	case file != nil:
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for k, list := range form {
			for _, v := range list {
				_ = w.WriteField(k, v) // into memory
			}
		}
		part, _ := w.CreateFormFile(file.field, file.name)
		_, _ = part.Write(file.content)
		_ = w.Close()
		body, kind = &b, w.FormDataContentType()
	case method == http.MethodPost:
		body, kind = strings.NewReader(form.Encode()), "application/x-www-form-urlencoded"
	}
	r := httptest.NewRequest(method, path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return r
}

type upload struct {
	field, name string
	content     []byte
}

// uploads are the files that a line of the matrix can send, by name.
var uploads = map[string]upload{
	"roster": {"file", "花名册.csv", []byte("序号,村名,姓名,公民身份号码,性别,学历,政治面貌,现任职务,任职时间,联系电话\n1,马家沟1村,赵春梅," +
		idcard.Make("621202", time.Date(1985, 3, 8, 0, 0, 0, 0, time.UTC), 77, idcard.Female) + ",女,大专,中共党员,村文书,2024-01,13900000077\n")},
	"form": {"file", "赵春梅.lrmx", []byte("<Person><XingMing>赵春梅</XingMing><XianRenZhiWu>马家沟1村文书</XianRenZhiWu><ShenFenZheng>" +
		idcard.Make("621202", time.Date(1985, 3, 8, 0, 0, 0, 0, time.UTC), 77, idcard.Female) + "</ShenFenZheng></Person>")},
	"divisions": {"file", "区划.csv", []byte("town_code,town_name,village_code,village_name,urban_rural_code\n621299101,新镇,621299101201,新村民委员会,220\n")},
	"past":      {"file", "历史.csv", []byte("乡镇,姓名,等次\n安河镇,王建国,称职\n")},
	"superior":  {"file", "附件1.csv", []byte("序号,姓名,性别,文化程度\n1,王建国,,\n")},
	"term":      {"file", "换届.csv", []byte("行码,村(社区),姓名,现任职务,去向\n,马家沟1村,王建国,村党组织书记,届满离任\n")},
	"badterm":   {"file", "换届有误.csv", []byte("行码,村(社区),姓名,现任职务,去向\n,马家沟1村,查无此人,村党组织书记,不知道\n")},
	"scores":    {"file", "考评表.csv", []byte("行码,姓名,党建引领\n1,王建国,19\n")},
	"paper":     {"file", "毕业证.pdf", []byte("%PDF-1.7\n%%EOF\n")},
	"photo":     {"photo", "照片.png", picture()},
	"holidays":  {"file", "2027.json", []byte(`{"year":2027,"papers":[],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`)},
}

// matrixWorld makes the world at its first use.
func matrixWorld(t testing.TB) *world {
	t.Helper()
	made.Do(func() { made.world = makeWorld(t) })
	if made.world == nil {
		t.Fatal("the world of the matrix could not be made: see the first test that asked for it")
	}
	return made.world
}

var made struct {
	sync.Once
	*world
}

// builder is a world in the making.
type builder struct {
	*world
	t     testing.TB
	app   *app.App
	owner *pgx.Conn
}

// makeWorld builds the world through the program's own pages and stores where that is possible, so that it obeys the
// rules of real data; only what a year of work would bring about is written directly.
func makeWorld(t testing.TB) *world {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret.json")
	keys, err := crypt.LoadOrCreate(file, crypt.AES)
	if err != nil {
		t.Fatal(err)
	}
	w := buildWorld(t, testkit.Prepared(t), keys, func() time.Time { return today })
	if w.secret, err = os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	return w
}

// buildWorld fills a migrated, empty database.
func buildWorld(t testing.TB, db testkit.Database, keys *crypt.Keys, clock func() time.Time) *world {
	t.Helper()
	b := &builder{t: t, world: &world{db: db, keys: keys, units: map[string]unit{}, cookies: map[string]string{},
		grants: map[string]string{}, ids: map[string]map[string]string{}}}
	b.app = open(t, db, keys, clock)
	var err error
	if b.owner, err = pgx.Connect(context.Background(), db.OwnerURL); err != nil {
		t.Fatal(err)
	}
	b.plantUnits()
	b.plantAccounts()
	b.plantPeople()
	b.plantMonths()
	b.plantResults()
	b.plantPersonal()
	b.plantPapers()
	b.plantParts()
	b.plantElections()
	b.plantKeys()
	_ = b.owner.Close(context.Background()) // nobody may be connected while the copies are made
	b.app.Close(context.Background())
	return b.world
}

func (b *builder) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.owner.Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatalf("%s: %v", sql, err)
	}
}

func (b *builder) one(sql string, args ...any) (id int64) {
	b.t.Helper()
	if err := b.owner.QueryRow(context.Background(), sql, args...).Scan(&id); err != nil {
		b.t.Fatalf("%s: %v", sql, err)
	}
	return id
}

func (b *builder) within(tenant int64, fn func(ctx context.Context, tx *access.Tx) error) {
	b.t.Helper()
	s := b.app.Core.Platform("test")
	if tenant != 0 {
		s = b.app.Core.System("test", tenant)
	}
	ctx := context.Background()
	if err := access.InScope(ctx, s, func(tx *access.Tx) error { return fn(ctx, tx) }); err != nil {
		b.t.Fatalf("plant: %v", err)
	}
}

// post sends a form as a member, who must be answered with the status.
func (b *builder) post(member, path string, want int, form url.Values, file *upload) *httptest.ResponseRecorder {
	b.t.Helper()
	a := request(b.app.Handler, b.cookies[member], http.MethodPost, path, form, file)
	if a.Code != want {
		b.t.Fatalf("POST %s as %s: %d, want %d: %s", path, member, a.Code, want, testkit.ParseHTML(b.t, a.Body).Text("main"))
	}
	return a
}

func (b *builder) plantUnits() {
	b.units[""] = unit{}
	for _, d := range []struct{ place, code, name, towns string }{
		{"甲", "621202", "甲区", "A:101:安河镇:A1,A2,A3;B:102:安河镇:B1;D:103:新河镇:D1"}, {"乙", "620122", "乙县", "C:101:安河镇:C1"}} {
		tenant := b.one(`insert into tenants (code, name) values ($1, $2) returning id`, d.code, d.name)
		b.units[d.place] = unit{tenant: tenant, name: d.place}
		for _, town := range strings.Split(d.towns, ";") {
			part := strings.Split(town, ":")
			township := b.one(`insert into townships (tenant_id, code, name, official_name, kind) values ($1, $2, $3, $3, 'town') returning id`,
				tenant, d.code+part[1], part[2])
			b.units[part[0]] = unit{tenant: tenant, township: township, name: part[0]}
			for i, v := range strings.Split(part[3], ",") {
				village := b.one(`insert into villages (tenant_id, township_id, code, name, official_name, kind)
					values ($1, $2, $3, $4, $4, 'village') returning id`, tenant, township, fmt.Sprintf("%s%s%d", d.code, part[1], 201+i), fmt.Sprintf("马家沟%d村", i+1))
				b.units[v] = unit{v, tenant, township, village}
			}
		}
	}
}

// plantAccounts makes every role at every unit of its level, and logs each in.
func (b *builder) plantAccounts() {
	n := 0
	for _, role := range access.Roles() {
		for _, u := range b.units {
			if u.level() != role.Level() || slices.Contains([]string{"A3", "D", "D1"}, u.name) {
				continue // units that still lack accounts
			}
			n++
			name := fmt.Sprintf("user-%d", n)
			b.within(u.tenant, func(ctx context.Context, tx *access.Tx) error {
				made, err := b.app.Core.CreateAccount(ctx, tx, access.NewAccount{Username: name, Name: "王建国", Role: role,
					Township: u.township, Village: u.village, Password: matrixPassword})
				b.grants[string(role)+"@"+u.name] = fmt.Sprint(made.GrantID)
				return err
			})
			a := request(b.app.Handler, "", http.MethodPost, "/login", url.Values{"username": {name}, "password": {matrixPassword}}, nil)
			if a.Code != http.StatusSeeOther {
				b.t.Fatalf("log-in of %s@%s: %d", role, u.name, a.Code)
			}
			b.cookies[string(role)+"@"+u.name], _, _ = strings.Cut(a.Header().Get("Set-Cookie"), ";")
		}
	}
	// A proxy grant per township desk, which its leader may take back.
	b.exec(`insert into grants (tenant_id, account_id, role, township_id, kind, starts_on, ends_on, reason)
		select tenant_id, id, 'township_leader', township_id, 'proxy', date '2026-11-01', date '2026-12-31', '外出学习'
		from accounts a where township_id <> 0 and exists (select from grants g where g.account_id = a.id and g.role = 'township_clerk')`)
	// An account per township and village that nobody has opened yet.
	for _, u := range b.units {
		if u.township != 0 {
			b.exec(`with a as (insert into accounts (tenant_id, township_id, village_id, kind, username, name)
					values ($1, $2, $3, 'staff', 'waiting-' || $2::bigint || '-' || $3::bigint, '待开通') returning id, tenant_id, username)
				insert into credentials (account_id, tenant_id, username) select id, tenant_id, username from a`, u.tenant, u.township, u.village)
		}
	}
}

func (u unit) level() pg.Level {
	switch {
	case u.village != 0:
		return pg.Village
	case u.township != 0:
		return pg.Township
	case u.tenant != 0:
		return pg.District
	}
	return pg.Platform
}

// plantPeople registers four people per village: two in office, one who left, one without any post.
func (b *builder) plantPeople() {
	for _, v := range []struct{ village, district string }{{"A1", "甲"}, {"A2", "甲"}, {"B1", "甲"}, {"C1", "乙"}} {
		u, officer := b.units[v.village], "district_officer@"+v.district
		for i, name := range []string{"王建国", "李秀英", "张志强", "陈桂兰"} {
			birth := time.Date(1975+i, 5, 1+int(u.village), 0, 0, 0, 0, time.UTC)
			a := b.post(officer, "/cadres", http.StatusSeeOther, url.Values{"name": {name}, "id_number": {idcard.Make("621202", birth, i, idcard.Sex(fmt.Sprint(1+i%2)))},
				"ethnic": {"01"}, "political": {"13"}, "education": {"61"}, "phone": {fmt.Sprintf("1390000%04d", 10*u.village+int64(i))},
				"village": {fmt.Sprint(u.village)}}, nil)
			person := a.Header().Get("Location")
			if i == 3 {
				continue
			}
			post := []string{"party_secretary", "clerk", "vc_member"}[i]
			b.post(officer, person+"/posts", http.StatusSeeOther, url.Values{"village": {fmt.Sprint(u.village)}, "position": {post}, "management": {"ordinary"},
				"pay_scheme": {"village"}, "from": {"2024-01-01"}, "way_in": {"appointed"}}, nil)
			if i == 2 {
				b.exec(`update appointments set during = daterange('2024-01-01', '2024-06-01'), way_out = 'resigned'
					where tenant_id = $1 and village_id = $2 and position_code = $3`, u.tenant, u.village, post)
			}
		}
	}
}

// keep notes keys of a kind; the query gives place and key.
func (b *builder) keep(kind, sql string, args ...any) {
	b.t.Helper()
	rows, err := b.owner.Query(context.Background(), sql, args...)
	if err != nil {
		b.t.Fatalf("%s: %v", kind, err)
	}
	type pair struct{ Place, ID string }
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pair])
	if err != nil || len(list) == 0 {
		b.t.Fatalf("nothing of kind %s: %v", kind, err)
	}
	b.ids[kind] = map[string]string{}
	for _, p := range list {
		b.ids[kind][p.Place] = p.ID
	}
}

// plantKeys gives every kind of key a name for testdata/matrix.txt. A new table whose rows stand in paths or forms gets
// rows above and a name here.
func (b *builder) plantKeys() {
	b.exec(`create temp table place (name text, tenant_id bigint, township_id bigint, village_id bigint)`)
	for _, u := range b.units {
		b.exec(`insert into place values ($1, $2, $3, $4)`, u.name, u.tenant, u.township, u.village)
	}
	const at = ` join place p using (tenant_id, township_id, village_id) `
	b.keep("district", `select name, tenant_id::text from place where township_id = 0 and tenant_id <> 0`)
	b.keep("township", `select name, township_id::text from place where township_id <> 0 and village_id = 0`)
	b.keep("village", `select name, village_id::text from place where village_id <> 0`)
	for kind, name := range map[string]string{"person": "王建国", "other": "李秀英", "left": "张志强", "free": "陈桂兰"} {
		b.keep(kind, `select p.name, min(x.id)::text from persons x`+at+`where x.name = $1 group by 1`, name)
	}
	b.keep("post", `select p.name, x.id::text from appointments x`+at+`where x.position_code = 'party_secretary'`)
	for kind, role := range map[string]string{"admin": "district_admin", "officer": "district_officer", "desk": "township_clerk", "head": "township_leader",
		"secretary": "village_secretary", "villager": "village_clerk"} {
		b.keep(kind, `select p.name, x.id::text from accounts x`+at+`where exists (select from grants g where g.tenant_id = x.tenant_id
			and g.account_id = x.id and g.role = $1 and g.kind = 'regular')`, role)
		b.keep(kind+"grant", `select p.name, x.id::text from grants x`+at+`where x.role = $1 and x.kind = 'regular'`, role)
	}
	b.keep("owngrant", `select g.role || '@' || p.name, g.id::text from grants g join place p using (tenant_id, township_id, village_id) where g.kind = 'regular'`)
	b.keep("othervillage", `select name, (select min(v.id) from villages v where v.tenant_id = place.tenant_id and v.id <> place.village_id)::text
		from place where village_id <> 0 and tenant_id = (select tenant_id from place where name = '甲')`)
	b.keep("proxy", `select p.name, x.id::text from grants x`+at+`where x.kind = 'proxy'`)
	for kind, table := range map[string]string{"filter": "saved_filters", "run": "(select * from job_runs where state = 'done')",
		"runfile": "(select * from job_runs where state = 'done')", "failedrun": "(select * from job_runs where state = 'failed')"} {
		b.keep(kind, `select g.role || '@' || p.name, x.id::text from `+table+` x`+at+`join grants g on g.tenant_id = x.tenant_id and g.account_id = x.account_id
			and g.kind = 'regular'`)
	}
	b.keep("session", `select g.role || '@' || p.name, left(encode(sha256(x.token::bytea), 'hex'), 32) from sessions x
		join grants g on g.account_id = x.account_id and g.kind = 'regular' join place p using (tenant_id, township_id, village_id)`)
	for kind, of := range map[string]string{"batch": "roster", "formbatch": "forms", "termsheet": "election", "badtermsheet": "election"} {
		b.keep(kind, `select g.role || '@' || p.name, x.id::text from import_batches x`+at+`join grants g on g.tenant_id = x.tenant_id
			and g.account_id = x.created_by and g.kind = 'regular' where x.kind = $1 and (x.file_name like '%有误%') = ($2 like 'bad%')`, of, kind)
	}
	for kind, at := range map[string]string{"upload": "2026-10-01", "badupload": "2026-09-01"} {
		b.keep(kind, `select g.role || '@' || p.name, x.id::text from assessment_uploads x join grants g on g.tenant_id = x.tenant_id
				and g.account_id = x.created_by and g.kind = 'regular'
			join place p on p.tenant_id = x.tenant_id and p.township_id = x.township_id and p.village_id = 0
			join assessment_sheets s on s.tenant_id = x.tenant_id and s.id = x.sheet_id where s.month = $1::date`, at)
	}
	for kind, at := range map[string]string{"past": "2024-11", "badpast": "2024-12"} {
		b.keep(kind, `select g.role || '@' || p.name, x.id::text from assessment_uploads x join grants g on g.tenant_id = x.tenant_id
				and g.account_id = x.created_by and g.kind = 'regular'
			join place p on p.tenant_id = x.tenant_id and p.township_id = 0 and p.village_id = 0 where x.period = $1`, at)
	}
	b.keep("scheme", `select p.name, x.id::text from assessment_schemes x join place p on p.tenant_id = x.tenant_id and p.township_id = 0 where x.state = 'enabled' and x.name = '月考评方案'`)
	b.keep("nextscheme", `select p.name, x.id::text from assessment_schemes x join place p on p.tenant_id = x.tenant_id and p.township_id = 0 where x.name = '明年方案'`)
	b.keep("newscheme", `select p.name, x.id::text from assessment_schemes x join place p on p.tenant_id = x.tenant_id and p.township_id = 0 where x.state = 'draft'`)
	for _, m := range monthsOf {
		kind := m.kind
		b.ids["month_"+kind] = map[string]string{"甲": m.month, "乙": elsewhere}
		b.keep("sheet_"+kind, `select p.name, x.id::text from assessment_sheets x join place p on p.tenant_id = x.tenant_id and p.township_id = x.township_id
			and p.village_id = 0 where x.month = $1::date`, m.month+"-01")
		b.keep("row_"+kind, `select p.name, x.id::text from assessment_rows x`+at+`where x.month = $1::date and x.position_code = 'clerk'`, m.month+"-01")
		if kind == "published" || kind == "locked" || kind == "over" {
			b.keep("publication_"+kind, `select p.name, x.id::text from assessment_publications x join place p on p.tenant_id = x.tenant_id
				and p.township_id = x.township_id and p.village_id = 0 where x.month = $1::date`, m.month+"-01")
		}
	}
	b.keep("round", `select p.name, x.id::text from election_rounds x join place p on p.tenant_id = x.tenant_id and p.township_id = 0`)
	b.plantDuty()
	b.exec(`insert into report_publications (tenant_id, title, as_of, query, definition, figures, published_by, published_holder, published_at)
		select tenant_id, '书记结构', date '2026-10-31', '', '统计口径', '{"lines": []}', '王建国', 1, now() from place where township_id = 0 and tenant_id <> 0`)
	b.keep("figures", `select p.name, x.id::text from report_publications x join place p on p.tenant_id = x.tenant_id and p.township_id = 0`)
	b.keepPapers()
	b.keepParts()
	b.keep("entry", `select p.name, x.id::text from assessment_entries x`+at+`join assessment_rows r on r.tenant_id = x.tenant_id and r.id = x.row_id
		where r.position_code = 'clerk'`)
	b.keep("objection", `select p.name, x.id::text from assessment_objections x`+at)
	b.keep("proposal", `select p.name, min(x.id)::text from assessment_proposals x`+at+`group by 1`)
	b.keep("difference", `select p.name, min(x.id)::text from assessment_differences x`+at+`group by 1`)
	b.keep("asked", `select p.name, min(x.id)::text from transfer_requests x`+at+`group by 1`)
	b.keep("merge", `select p.name, x.id::text from person_merges x join place p on p.tenant_id = x.tenant_id and p.township_id = 0`)
	b.keep("transfer", `select p.name, x.id::text from transfer_requests x join place p on p.tenant_id = x.tenant_id and p.township_id = x.releasing_township_id
		and p.village_id = x.releasing_village_id`)
}
