package report_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/testkit"
)

// superior is an empty table as it comes from above: a merged title, a coloured header, a formula, names in the third column.
func superior(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetName("Sheet1", "附件1"))
	must(f.SetCellStr("附件1", "A1", "村党组织书记情况统计表"))
	must(f.MergeCell("附件1", "A1", "L1"))
	must(f.SetCellStr("附件1", "A2", "填报单位:"))
	head := []any{"序号", "单位", "姓 名", "性别", "出生年月", "文化程度", "现任职务", "入党时间(年月)", "公民身份号码", "手机号", "有何爱好", "现年龄"}
	must(f.SetSheetRow("附件1", "A3", &head))
	style, err := f.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFFF00"}}})
	must(err)
	must(f.SetCellStyle("附件1", "A3", "L3", style))
	must(f.SetCellStyle("附件1", "E4", "E9", style))
	for i, row := range rows {
		must(f.SetSheetRow("附件1", "A"+string(rune('4'+i)), &row))
	}
	must(f.SetCellFormula("附件1", "N1", "=SUM(A4:A9)"))
	var b bytes.Buffer
	must(f.Write(&b))
	return b.Bytes()
}

func book(t *testing.T, file []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("%v: %.200s", err, file)
	}
	return f
}

func cell(t *testing.T, f *excelize.File, sheet, ref string) string {
	t.Helper()
	v, err := f.GetCellValue(sheet, ref)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func upload(c *testkit.Client, table []byte, fields ...string) testkit.Answer {
	form := url.Values{"purpose": {"市委组织部年报"}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return c.PostFile("/reports/fill", form, "file", "附件1.xlsx", table)
}

func TestASuperiorsTableComesBackFilledInItsOwnLayout(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	o.add(person{at: "A2", name: "李同名", born: "1975-03"})
	o.add(person{at: "A1", name: "李同名", born: "1982-08", sex: "2"})
	o.add(person{at: "B1", name: "外镇的"})
	o.add(person{at: "A2", name: "钱公式", education: "-"})
	table := superior(t, []any{1, "", "赵春梅"}, []any{2, "马家沟2村", "李 同名"}, []any{3, "", "李同名"}, []any{4, "", "外镇的"}, []any{5, "", "查无人"},
		[]any{6, "", "钱公式", "女"})
	clerk := o.As(access.TownshipClerk, "A")
	f := book(t, upload(clerk, table).Want(http.StatusOK).Body)
	for ref, want := range map[string]string{"A1": "村党组织书记情况统计表", "B4": "马家沟1村", "D4": "女", "E4": "1990.12", "F4": "大学本科毕业", "G4": "村党组织书记", "H4": "2015.07", "I4": "",
		"J4": "", "K4": "", "L4": "35", "E5": "1975.03", "D6": "", "E6": "", "E7": "", "E8": "", "D9": "女", "F9": ""} {
		if got := cell(t, f, "附件1", ref); got != want && !(ref == "F4" && strings.Contains(got, "本科")) {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
	if formula, _ := f.GetCellFormula("附件1", "N1"); formula != "=SUM(A4:A9)" {
		t.Errorf("the formula is %q", formula)
	}
	if id, _ := f.GetCellStyle("附件1", "E4"); id == 0 {
		t.Error("the colour of a filled cell has gone")
	}
	rows, err := f.GetRows("填报说明")
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, r := range rows {
		said += strings.Join(r, " ") + "\n"
	}
	for _, want := range []string{"共6行人员,填写2行,未填4行", "6 李同名 同名2人,未填:安河镇马家沟1村 村党组织书记 1982-08生;安河镇马家沟2村 村党组织书记 1975-03生", "7 外镇的 姓名在本单位登记中没有找到", "8 查无人 姓名在本单位登记中没有找到",
		"9 钱公式 有同名人员,但单位、性别或出生年月不符", "有何爱好 K 未填:登记中没有这一项", "公民身份号码 I 未填", "用途:市委组织部年报"} {
		if !strings.Contains(said, want) {
			t.Errorf("the remarks do not say %q:\n%s", want, said)
		}
	}
}

// A table as superiors send it: two lines of head, ages that a formula works out, a merged unit, full-time beside in-service.
func TestATableWithFormulasAndMergedCellsKeepsThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	o.add(person{at: "A2", name: "李同名", born: "1975-03"})
	o.add(person{at: "B1", name: "李同名", born: "1982-08", sex: "2"})
	u := o.Units["A1"]
	for _, e := range [][4]string{{"fulltime", "61", "武都一中", "2009-07-01"}, {"inservice", "31", "甘肃广播电视大学", "2014-07-01"}, {"inservice", "21", "兰州大学", "2018-07-01"}} {
		o.Exec(`insert into education_records (tenant_id, township_id, village_id, person_id, mode, level, school, major, finished_on)
			select $1, $2, $3, id, $4, $5, $6, '行政管理专业', $7::text::date from persons where name = '赵春梅' and tenant_id = $1`, u.Tenant, u.Township, u.Village, e[0], e[1], e[2], e[3])
	}
	f := excelize.NewFile()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, row := range [][]any{{"村干部统计表"}, {"序号", "所在单位", "姓名", "基本情况", "", "", "学历", "", "党龄", "在职教育"}, {"", "", "", "出生年月", "年龄", "任职年限", "全日制", "在职", "", "毕业院校系及专业"},
		{1, "", "赵春梅"}, {2, "", "王建国"}, {3, "安河镇", "李同名"}, {4, "甲区柏川镇马家沟1村", "李同名"}, {5, "甲区", "赵春梅"}, {6, "柏川镇", "赵春梅"}, {"合计"}, {"填表人:"}} {
		must(f.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &row))
	}
	for _, m := range [][2]string{{"A1", "J1"}, {"A2", "A3"}, {"B2", "B3"}, {"C2", "C3"}, {"D2", "F2"}, {"G2", "H2"}, {"I2", "I3"}, {"B4", "B5"}} {
		must(f.MergeCell("Sheet1", m[0], m[1]))
	}
	must(f.SetCellFormula("Sheet1", "E4", `IF(D4="","",2026-LEFT(D4,4))`))
	must(f.SetCellFormula("Sheet1", "E10", `SUM(E4:E9)`))
	var b bytes.Buffer
	must(f.Write(&b))
	got := book(t, upload(o.As(access.DistrictOfficer, "甲"), b.Bytes()).Want(http.StatusOK).Body)
	for ref, want := range map[string]string{"B4": "安河镇马家沟1村", "D4": "1990.12", "F4": "5", "G4": "普通高中毕业", "H4": "大学本科毕业", "I4": "10", "J4": "兰州大学行政管理专业",
		"D6": "1975.03", "D7": "1982.08", "D8": "1990.12", "D9": "", "E6": "51"} {
		if text := cell(t, got, "Sheet1", ref); text != want {
			t.Errorf("%s: %q, want %q", ref, text, want)
		}
	}
	for ref, want := range map[string]string{"E4": `IF(D4="","",2026-LEFT(D4,4))`, "E10": "SUM(E4:E9)"} {
		if formula, _ := got.GetCellFormula("Sheet1", ref); formula != want {
			t.Errorf("the formula of %s is %q", ref, formula)
		}
	}
	if kind, _ := got.GetCellType("Sheet1", "E6"); kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("an age is stored as %v, which no sum reckons with", kind)
	}
	rows, err := got.GetRows("填报说明")
	must(err)
	said := fmt.Sprint(rows)
	if !strings.Contains(said, "[9 赵春梅 有同名人员,但单位、性别或出生年月不符,未填]") || strings.Contains(said, "没有登记在职学历") {
		t.Errorf("the remarks: %s", said)
	}
}

func TestWholeNumbersAreFilledOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.people()
	table := superior(t, []any{1, "", "赵春梅"})
	clerk := o.As(access.TownshipClerk, "A")
	upload(clerk, table, "purpose", " ").Want(http.StatusUnprocessableEntity)
	o.As(access.TownshipFinance, "A").Get("/reports/fill").Want(http.StatusForbidden)
	upload(o.As(access.DistrictLeader, "甲"), table).Want(http.StatusForbidden)
	if n := o.Count(`select count(*) from audit_log where action = 'export'`); n != 0 {
		t.Errorf("%d exports", n)
	}
	f := book(t, upload(clerk, table, "personal", "1").Want(http.StatusOK).Body)
	id := cell(t, f, "附件1", "I4")
	if !strings.HasPrefix(id, "62262119901215") || len(id) != 18 || cell(t, f, "附件1", "J4") != "13900000001" {
		t.Errorf("number %q, phone %q", id, cell(t, f, "附件1", "J4"))
	}
	if n := o.Count(`select count(*) from audit_log where action = 'export' and reason = '市委组织部年报' and (detail->>'personal')::bool and (detail->>'rows')::int = 1`); n != 1 {
		t.Errorf("%d lines of the trail", n)
	}
	// By the number of the card somebody is found without a name; a name that does not fit is not believed.
	found := book(t, upload(clerk, superior(t, []any{1, "", "", "", "", "", "", "", id}, []any{2, "", "别的人", "", "", "", "", "", id}, []any{3, "", "赵春梅", "", "", "", "", "", "622621199012150000"})).Want(http.StatusOK).Body)
	if got := cell(t, found, "附件1", "C4"); got != "赵春梅" {
		t.Errorf("found by number: %q", got)
	}
	if cell(t, found, "附件1", "E5") != "" || cell(t, found, "附件1", "E6") != "" {
		t.Error("a row whose number is wrong was filled")
	}
	if a := o.As(access.DistrictOfficer, "乙"); cell(t, book(t, upload(a, superior(t, []any{1, "", "", "", "", "", "", "", id})).Want(http.StatusOK).Body), "附件1", "C4") != "" {
		t.Error("another district has found the number")
	}
}

func TestWhatIsNoTableIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.As(access.TownshipClerk, "A")
	for name, content := range map[string][]byte{"nothing": {}, "text": []byte("你好"), "headless": superior(t)[:200], "old": []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxxxxxx"),
		"no names": superior(t)} {
		a := upload(clerk, content)
		if a.Status != http.StatusUnprocessableEntity || !a.Doc().Has(".field-error, .notice-error") {
			t.Errorf("%s: %d %s", name, a.Status, a.Doc().Text("main"))
		}
	}
	form := clerk.PostFile("/reports/fill", url.Values{"purpose": {"年报"}}, "other", "x", nil).Want(http.StatusUnprocessableEntity).Doc()
	if got := form.One("#f-purpose").Attr("value"); got != "年报" {
		t.Errorf("what was typed is %q", got)
	}
}
