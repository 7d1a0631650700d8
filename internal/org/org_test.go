package org_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/testkit"
)

func world(t *testing.T) *testkit.World {
	t.Helper()
	o := org.New()
	w := testkit.NewWorld(t, func(*crypt.Keys) []access.Module { return []access.Module{o.Module()} })
	o.Bind(w.Core)
	return w.Serve()
}

const (
	short = "town_code,town_name,village_code,village_name,urban_rural_code\n"
	long  = "code,name,town_code,town_name,county_code,county_name,urban_rural_code\n"
)

// file is a small district: a street with a community and a town with two villages, and rows of a neighbour.
const file = short + "629901001,东街道,629901001001,旧城山社区居委会,111\n629901101,安河镇,629901101200,马家沟村村委会,220\n" +
	"629901101,安河镇,629901101201,石门村村委会,220\n629902101,别处镇,629902101200,别处村村委会,220\n"

func TestReadDivisions(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	twelve := long + "629901001001,旧城山社区居委会,629901001000,东街道,629901000000,某区,111\n629901101200,马家沟村村委会,629901101000,安河镇,629901000000,某区,220\n" +
		"629901101201,石门村村委会,629901101000,安河镇,629901000000,某区,220\n"
	for name, text := range map[string]string{"9 digits": file, "12 digits": twelve, "GBK": gbk, "with a mark": "\ufeff" + file} {
		list, err := org.ReadDivisions(strings.NewReader(text), "629901")
		if err != nil || len(list) != 3 {
			t.Errorf("%s: %d rows, %v", name, len(list), err)
			continue
		}
		if d := list[1]; d.TownshipCode != "629901101" || d.Code != "629901101200" || d.TownshipName != "安河镇" {
			t.Errorf("%s: %+v", name, d)
		}
	}
	for name, c := range map[string]struct{ text, says string }{
		"empty":               {"", "空的"},
		"wrong header":        {"编码,名称\n1,2\n", "town_code"},
		"one column missing":  {strings.Replace(file, "town_name", "town", 1), "town_name"},
		"a workbook":          {"PK\x03\x04 not text", "表头"},
		"another district":    {strings.ReplaceAll(file, "629901", "629903"), "629901"},
		"a short code":        {short + "629901101,安河镇,6299011,马家沟村村委会,220\n", "12位"},
		"town and village":    {short + "629901102,安河镇,629901101200,马家沟村村委会,220\n", "不一致"},
		"the same code twice": {file + "629901101,安河镇,629901101200,马家沟村村委会,220\n", "第6行"},
		"no name":             {short + "629901101,安河镇,629901101200,,220\n", "缺少村名"},
	} {
		_, err := org.ReadDivisions(strings.NewReader(c.text), "629901")
		if !fault.Is(err, fault.KindInvalid) || !strings.Contains(fault.Of(err).Sentence, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := org.ReadDivisions(strings.NewReader(file), "6299"); !fault.Is(err, fault.KindInvalid) {
		t.Error("a district code of four digits is accepted")
	}
}

func TestNamesAreCleaned(t *testing.T) {
	t.Parallel()
	for official, want := range map[string]string{"旧城山社区居委会": "旧城山社区", "安子里村委会会": "安子里村", "马家沟村村委会": "马家沟村",
		"石门村社区居民委员会": "石门村社区", "三河 村民委员会": "三河村", "东江居委会": "东江社区"} {
		kind := "village"
		if strings.Contains(want, "社区") {
			kind = "community"
		}
		if got := org.ShortName(official, kind); got != want {
			t.Errorf("%s becomes %s, want %s", official, got, want)
		}
	}
}

func (h hall) upload(do, code, name, text string) testkit.Answer {
	h.T.Helper()
	return h.platform.PostFile("/districts", url.Values{"code": {code}, "name": {name}, "do": {do}}, "file", "divisions.csv", []byte(text))
}

// hall is a world in which the platform administrator is logged in.
type hall struct {
	*testkit.World
	platform *testkit.Client
}

func TestThePlatformImportsDivisions(t *testing.T) {
	t.Parallel()
	w := world(t)
	h := hall{w, w.As(access.PlatformAdmin, "")}
	units := func() int {
		return w.Count(`select (select count(*) from villages) + (select count(*) from townships) + (select count(*) from tenants)`)
	}
	before := units()
	if a := h.upload("import", "629901", "", file).Want(http.StatusUnprocessableEntity); !strings.Contains(a.Doc().Text("main"), "区县名称") ||
		a.Doc().One("#f-code").Attr("value") != "629901" {
		t.Error("an unknown district without a name: no sentence, or the typed code is lost")
	}
	h.upload("import", "629901", "某区", "编码,名称\n1,2\n").Want(http.StatusUnprocessableEntity)
	if text := h.upload("preview", "629901", "某区", file).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "没有保存") || !strings.Contains(text, "新增 5") {
		t.Errorf("the preview says %s", text)
	}
	if units() != before {
		t.Fatal("a refused file or a preview left units behind")
	}
	if text := h.upload("import", "629901", "某区", file).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "2 个乡镇(街道)、3 个村(社区)") {
		t.Errorf("the import says %s", text)
	}
	if units() != before+6 {
		t.Errorf("%d units came, want a district, two townships and three villages", units()-before)
	}
	if text := h.upload("import", "629901", "", file).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "新增 0,更名 0,文件中没有的 0") || units() != before+6 {
		t.Errorf("the second import is not idle: %s", text)
	}
	renamed := strings.Replace(strings.Replace(file, "石门村村委会", "石门新村村委会", 1), "629901001,东街道,629901001001,旧城山社区居委会,111\n", "", 1)
	preview := h.upload("preview", "629901", "", renamed).Want(http.StatusOK).Doc().Text("main")
	if !strings.Contains(preview, "石门村 → 石门新村") || w.Count(`select count(*) from villages where name = '石门新村'`) != 0 {
		t.Errorf("the preview of a renaming says %s, or renames", preview)
	}
	done := h.upload("import", "629901", "", renamed).Want(http.StatusOK).Doc().Text("main")
	if !strings.Contains(done, "更名 1,文件中没有的 2") || !strings.Contains(done, "旧城山社区") {
		t.Errorf("the import says %s", done)
	}
	if w.Count(`select count(*) from villages where valid_to is null and code like '629901%'`) != 3 {
		t.Error("a village that the file lacks was removed")
	}
	for role, unit := range map[access.Role]string{access.DistrictAdmin: "甲", access.TownshipClerk: "A", access.VillageSecretary: "A1"} {
		c := w.As(role, unit)
		c.Get("/districts").Want(http.StatusForbidden)
		c.PostFile("/districts", url.Values{"code": {"629901"}}, "file", "d.csv", []byte(file)).Want(http.StatusForbidden)
	}
}

func TestDivisionsAreListedWithinTheScope(t *testing.T) {
	t.Parallel()
	w := world(t)
	a := w.Units["A"]
	for i := range 60 {
		w.Exec(`insert into villages (tenant_id, township_id, code, name, official_name, kind) values ($1, $2, $3, $4, $4, 'community')`,
			a.Tenant, a.Township, fmt.Sprintf("621202101%03d", 100+i), fmt.Sprintf("新区%02d社区", i))
	}
	clerk := w.As(access.TownshipClerk, "A")
	if n := len(clerk.Get("/divisions?kind=community").Want(http.StatusOK).Doc().All("tbody tr")); n != 50 {
		t.Errorf("%d rows on the first page", n)
	}
	if n := len(clerk.Get("/divisions?kind=community&page=2").Doc().All("tbody tr")); n != 10 {
		t.Errorf("%d rows on the second page", n)
	}
	late := clerk.Post("/divisions/export?kind=community", url.Values{"query": {"kind=community&q=" + url.QueryEscape("没有这个村")}}).Want(http.StatusOK)
	if strings.Contains(fmt.Sprint(sheet(t, late.Body)), "新区00") {
		t.Error("an export follows the address of its button instead of the filter")
	}
	none := clerk.Get("/divisions?kind=community&q=" + url.QueryEscape("没有这个村")).Doc()
	if none.One(".empty a").Attr("href") != "/divisions" || len(none.All("a.chip")) != 2 {
		t.Error("nothing found offers no way back")
	}
	found := clerk.Get("/divisions?q=" + url.QueryEscape("马家沟1")).Doc().All("tbody tr")
	if len(found) != 1 || !strings.Contains(found[0].Text(), "安河镇") {
		t.Errorf("%d villages of this name are found, want the own township's alone", len(found))
	}
	file, err := excelize.OpenReader(bytes.NewReader(clerk.Post("/divisions/export", url.Values{"query": {"kind=village"}}).Want(http.StatusOK).Body))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := file.GetRows(file.GetSheetName(0))
	if text := fmt.Sprint(rows); err != nil || !strings.Contains(text, "621202101200") || strings.Contains(text, "新区00") || strings.Contains(text, "柏川镇") {
		t.Errorf("the export holds %s (%v)", text, err)
	}
}

// sheet reads the rows of a workbook that was sent.
func sheet(t *testing.T, body []byte) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestThePlatformFindsOneDistrictAmongThousands(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.Exec(`insert into tenants (code, name) select (100000 + n)::text, '示例' || n || '区' from generate_series(1, 3000) n`)
	platform := w.As(access.PlatformAdmin, "")
	page := platform.Get("/districts").Want(http.StatusOK).Doc()
	if n := len(page.All("tbody tr")); n != 50 || !strings.Contains(page.Text("nav.pager"), "共 3002 条") {
		t.Errorf("%d districts on a page, %q", n, page.Text("nav.pager"))
	}
	query := "q=" + url.QueryEscape("示例77区")
	if n := len(platform.Get("/districts?" + query).Doc().All("tbody tr")); n != 1 {
		t.Errorf("%d districts found by name", n)
	}
	if n := len(platform.Get("/districts?q=621202").Doc().All("tbody tr")); n != 1 {
		t.Errorf("%d districts found by code", n)
	}
	if none := platform.Get("/districts?q=" + url.QueryEscape("没有这个区")).Doc(); none.One(".empty a").Attr("href") != "/districts" {
		t.Error("nothing found offers no way back")
	}
	if text := fmt.Sprint(sheet(t, platform.Post("/districts/export", url.Values{"query": {query}}).Want(http.StatusOK).Body)); !strings.Contains(text, "示例77区") || strings.Contains(text, "示例78区") {
		t.Errorf("the export holds %s", text)
	}
	if kept := platform.PostFile("/districts", url.Values{"code": {"629901"}, "name": {"新区县"}, "do": {"import"}}, "file", "a.csv", []byte("编码,名称\n1,2\n")).
		Want(http.StatusUnprocessableEntity).Doc(); kept.One("#f-name").Attr("value") != "新区县" || !kept.Has("#file-error") {
		t.Error("a refused import loses what was typed or has no message at the file")
	}
}

func TestAVillageIsMergedOrRenamed(t *testing.T) {
	t.Parallel()
	w := world(t)
	id := func(unit string) string { return fmt.Sprint(w.Units[unit].Village) }
	merge := func(old, into, on, document string) url.Values {
		return url.Values{"kind": {"merged"}, "old": {old}, "new": {into}, "on": {on}, "document": {document}}
	}
	officer := w.As(access.DistrictOfficer, "甲")
	records := func() int {
		return w.Count(`select (select count(*) from unit_successions) + (select count(*) from villages where valid_to is not null)`)
	}
	for field, form := range map[string]url.Values{
		"new":      merge(id("A1"), id("A1"), "2026-11-01", "武政发〔2026〕12号"),
		"on":       merge(id("A1"), id("A2"), "2026-13-01", "武政发〔2026〕12号"),
		"document": merge(id("A1"), id("A2"), "2026-11-01", " "),
		"old":      merge("0", id("A2"), "2026-11-01", "武政发〔2026〕12号"),
	} {
		page := officer.Post("/divisions/succession", form).Want(http.StatusUnprocessableEntity).Doc()
		if !page.Has("#" + field + "-error") {
			t.Errorf("no message at %s", field)
		}
	}
	tomorrow := officer.Post("/divisions/succession", merge(id("A1"), id("A2"), "2026-11-24", "武政发〔2026〕12号")).Want(http.StatusUnprocessableEntity).Doc()
	if tomorrow.One("#f-document").Attr("value") != "武政发〔2026〕12号" {
		t.Error("the typed document is lost")
	}
	officer.Post("/divisions/succession", merge(id("A1"), id("C1"), "2026-11-01", "武政发〔2026〕12号")).Want(http.StatusNotFound)
	w.As(access.TownshipClerk, "A").Post("/divisions/succession", merge(id("A1"), id("A2"), "2026-11-01", "x")).Want(http.StatusForbidden)
	if records() != 0 {
		t.Fatal("a refused merger left something behind")
	}
	officer.Post("/divisions/succession", merge(id("A1"), id("A2"), "2026-11-01", "武政发〔2026〕12号")).Want(http.StatusSeeOther)
	officer.Post("/divisions/succession", merge(id("A1"), id("A2"), "2026-11-01", "武政发〔2026〕12号")).Want(http.StatusConflict)
	gone := officer.Post("/divisions/succession", merge(id("B1"), id("A1"), "2026-11-01", "武政发〔2026〕13号")).Want(http.StatusConflict).Doc()
	if gone.One("#f-document").Attr("value") != "武政发〔2026〕13号" || gone.One("#f-old option[selected]").Attr("value") != id("B1") || !strings.Contains(gone.Text("#old-error"), "已经撤并") {
		t.Error("a merger into a unit that is gone loses what was typed")
	}
	page := officer.Get("/divisions").Doc()
	if n := len(page.One(".table-wrap").Doc().All("tbody tr")); n != 2 {
		t.Errorf("%d villages stand in the list after the merger", n)
	}
	rename := url.Values{"kind": {"renamed"}, "old": {id("B1")}, "name": {"石门村村委会"}, "on": {"2026-11-10"}, "document": {"武政发〔2026〕14号"}}
	officer.Post("/divisions/succession", rename).Want(http.StatusSeeOther)
	officer.Post("/divisions/succession", rename).Want(http.StatusConflict)
	if text := officer.Get("/divisions").Doc().Text("main"); !strings.Contains(text, "马家沟1村 石门村 武政发〔2026〕14号") || !strings.Contains(text, "武政发〔2026〕12号") {
		t.Errorf("the records are not listed: %s", text)
	}
	if w.Count(`select count(*) from villages where name = '马家沟1村' and valid_to is null`) != 1 {
		t.Error("the look-alike of the other district was touched")
	}
	var n int
	err := access.Read(context.Background(), w.Scope(access.VillageSecretary, "B1"), func(tx *access.Tx) error {
		return tx.QueryRow(context.Background(), `select count(*) from villages where tenant_id = $1 and name = '石门村'`, tx.Tenant()).Scan(&n)
	})
	if err != nil || n != 1 {
		t.Errorf("the renamed village is another unit for its secretary (%d, %v)", n, err)
	}
}

const year2027 = `{"year":2027,"papers":[],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true},{"name":"春节","date":"2027-02-06","isOffDay":true}]}`

func TestHolidaysOfTheNextYear(t *testing.T) {
	t.Parallel()
	w := world(t)
	officer := w.As(access.DistrictOfficer, "甲")
	load := func(year, text string) testkit.Answer {
		return officer.PostFile("/holidays", url.Values{"year": {year}}, "file", "2027.json", []byte(text))
	}
	if text := officer.Get("/holidays").Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "2027年 节假日未公布") {
		t.Errorf("2027 before the file: %s", text)
	}
	for name, c := range map[string]struct{ year, text, says string }{
		"no JSON":       {"2027", "节假日", "JSON"},
		"another year":  {"2027", strings.ReplaceAll(year2027, "2027", "2026"), "应为2027年"},
		"a day twice":   {"2027", strings.Replace(year2027, "2027-02-06", "2027-01-01", 1), "重复"},
		"no such day":   {"2027", strings.Replace(year2027, "2027-02-06", "2027-02-30", 1), "真实日期"},
		"no days":       {"2027", `{"year":2027,"papers":[],"days":[]}`, "还没有公布"},
		"a wrong field": {"2027", `{"days":[]}`, "year"},
		"far ahead":     {"2031", strings.ReplaceAll(year2027, "2027", "2031"), "年份应为"},
	} {
		if text := load(c.year, c.text).Want(http.StatusUnprocessableEntity).Doc().Text(".field-error"); !strings.Contains(text, c.says) {
			t.Errorf("%s: %q", name, text)
		}
	}
	if w.Count(`select count(*) from holiday_years`) != 0 {
		t.Fatal("a refused file was stored")
	}
	tasks := func() (n int) {
		t.Helper()
		err := access.Read(context.Background(), w.Scope(access.DistrictOfficer, "甲"), func(tx *access.Tx) error {
			list, err := org.New().Tasks(context.Background(), tx)
			n = len(list)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if tasks() != 1 {
		t.Error("in November the first page does not ask for the next year")
	}
	load("2027", year2027).Want(http.StatusSeeOther)
	load("2027", year2027).Want(http.StatusSeeOther)
	if text := officer.Get("/holidays").Doc().Text("main"); strings.Contains(text, "节假日未公布") || !strings.Contains(text, "2月6日") {
		t.Errorf("2027 after the file: %s", text)
	}
	if tasks() != 0 || w.Count(`select count(*) from holiday_years`) != 1 {
		t.Error("the first page still asks, or the year is stored twice")
	}
	if text := w.As(access.DistrictOfficer, "乙").Get("/holidays").Doc().Text("main"); !strings.Contains(text, "2027年 节假日未公布") {
		t.Error("the other district got the file too")
	}
	w.As(access.TownshipClerk, "A").Get("/holidays").Want(http.StatusForbidden)
}
