package cadre_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// previewOf uploads a file and gives its preview with the address.
func previewOf(c *testkit.Client, name string, file []byte) (string, testkit.Doc) {
	a := c.PostFile("/cadres/import", nil, "file", name, file).Want(http.StatusSeeOther)
	return a.Location(), c.Get(a.Location()).Want(http.StatusOK).Doc()
}

// row is a good row of the standard header with one cell changed.
func row(seq int, change map[int]any) []any {
	r := []any{seq, "马家沟1", "王建国", id(seq, idcard.Male), "男", "大专", "党员", "村文书", "2021.01", "13893900001"}
	for i, v := range change {
		r[i] = v
	}
	return r
}

func TestEachBadCellIsNamedByRowAndColumn(t *testing.T) {
	t.Parallel()
	h := register(t)
	c := h.As(access.TownshipClerk, "A")
	died := h.serving("A1", "赵去世", number(born(1960, 1, 1), 1, idcard.Male), "clerk", "2015-01-01")
	c.Post(died+"/death", url.Values{"last_day": {"2025-01-01"}}).Want(http.StatusSeeOther)
	ended := h.serving("A1", "孙离任", number(born(1961, 1, 1), 1, idcard.Male), "clerk", "2015-01-01")
	c.Post(c.Get(ended).Doc().One(`form[action$="/end"]`).Attr("action"), url.Values{"last_day": {"2022-06-30"}, "way_out": {"resigned"}}).Want(http.StatusSeeOther)
	before := h.Count(`select count(*) from persons`)
	cases := []struct {
		change map[int]any
		ref    string
		want   string
	}{
		{map[int]any{2: "赵一😀"}, "C", "不能识别的字符"},
		{map[int]any{2: "王"}, "C", "2到25个字"},
		{map[int]any{3: "621202198502140018"}, "D", "校验位不符"},
		{map[int]any{3: 6.21202198502140e17}, "D", "科学计数法"},
		{map[int]any{3: "6.21202E+17"}, "D", "科学计数法"},
		{map[int]any{3: "621202850214001"}, "D", "15位旧号"},
		{map[int]any{4: "女"}, "E", "性别与身份证号不一致"},
		{map[int]any{5: "博士后"}, "F", "学历无法识别"},
		{map[int]any{7: "村长助理"}, "H", "不认识的职务"},
		{map[int]any{8: "2021-02-31"}, "I", ""},
		{map[int]any{8: "2027.01"}, "I", "今天之后"},
		{map[int]any{9: "1389390"}, "J", "现为7位"},
		{map[int]any{1: "马家沟9"}, "B", "没有找到这个村"},
		{map[int]any{1: ""}, "B", "没有填写"},
		{map[int]any{2: "赵去世", 3: number(born(1960, 1, 1), 1, idcard.Male)}, "C", "已登记去世"},
		{map[int]any{2: "孙离任", 3: number(born(1961, 1, 1), 1, idcard.Male), 8: "2021.01"}, "I", "重叠"},
		{map[int]any{2: "改名字", 3: number(born(1961, 1, 1), 1, idcard.Male), 8: "2023.01"}, "C", "姓名不同"},
	}
	var rows [][]any
	for i, one := range cases {
		rows = append(rows, row(100+i, one.change))
	}
	_, doc := previewOf(c, "花名册.xlsx", sheet(t, header, rows...))
	found := map[string]string{}
	for _, tr := range doc.All(`[aria-label="错误"] tbody tr`) {
		var cells []string
		for _, td := range tr.Doc().All("td") {
			cells = append(cells, td.Text())
		}
		found[cells[2]] += cells[3]
		if !strings.HasSuffix(cells[2], cells[0]) {
			t.Errorf("row %s and cell %s do not agree", cells[0], cells[2])
		}
	}
	for i, one := range cases {
		ref := fmt.Sprintf("%s%d", one.ref, 4+i)
		if !strings.Contains(found[ref], one.want) || found[ref] == "" {
			t.Errorf("%s: %q, want %q", ref, found[ref], one.want)
		}
	}
	if got := h.Count(`select count(*) from persons`); got != before {
		t.Errorf("%d persons were written", got-before)
	}
}

func TestWhatPeopleWriteIsUnderstood(t *testing.T) {
	t.Parallel()
	h := register(t)
	c := h.As(access.TownshipClerk, "A")
	h.serving("A2", "李重名", id(5, idcard.Male), "clerk", "2015-01-01")
	wide := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, id(1, idcard.Male))
	file := sheet(t, []any{"序号", "所在村", "姓 名", "身份证号(18位)", "性别", "文化程度", "政治面貌", "现任职务", "任现职时间", "手机号"},
		[]any{1, "安河镇马家沟1村村委会", "王　强", wide, "男", "专科", "中共党员", "书记兼主任", "198502", "138-9390-0001"},
		[]any{2, "马家沟2", "扎西•卓玛", id(2, idcard.Female), "女", "初中", "群众", "妇联主席", "1985年2月", ""},
		[]any{3, "马家沟2", "赵队长", id(3, idcard.Male), "男", "本科", "党员", "驻村第一书记", "2025-06-01", ""},
		[]any{4, "马家沟1", "李重名", id(5, idcard.Male), "男", "大专", "党员", "村文书", "2024.03", ""})
	at, doc := previewOf(c, "花名册.xlsx", file)
	if doc.Has(`[aria-label="错误"]`) {
		t.Fatalf("errors in a good file: %s", doc.Text(`[aria-label="错误"]`))
	}
	c.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	for sentence, sql := range map[string]string{
		"the name was not tidied":                   `select count(*) from persons where name in ('王强', '扎西·卓玛')`,
		"one who is both has not two posts":         `select count(*) from appointments where person_name = '王强' and lower(during) = '1985-02-01' and position_code in ('party_secretary', 'village_director')`,
		"the resident is not paid by his own unit":  `select 2 * count(*) from appointments where position_code = 'first_secretary' and pay_scheme = 'sending_unit' and not is_paid`,
		"the same post in another village was lost": `select count(*) from appointments where person_name = '李重名' and position_code = 'clerk'`,
	} {
		if got := h.Count(sql); got != 2 {
			t.Errorf("%s (%d)", sentence, got)
		}
	}
	if got := names(c.Get("/cadres?kind=resident").Doc()); len(got) != 1 || got[0] != "赵队长" {
		t.Errorf("the residents are %v", got)
	}
	if got := h.Count(`select count(*) from persons where village_id = $1`, h.Units["B1"].Village); got != 0 {
		t.Error("somebody landed in the village of the same name")
	}
}

func TestTheWholeNameDecidesBetweenAVillageAndItsCommunity(t *testing.T) {
	t.Parallel()
	h := register(t)
	u := h.Units["A1"]
	h.Exec(`insert into villages (tenant_id, township_id, code, name, official_name, kind) values ($1, $2, '621202101001', '马家沟1社区', '马家沟1居委会', 'community')`,
		u.Tenant, u.Township)
	head := []any{"村名", "姓名", "公民身份号码", "政治面貌", "现任职务", "任职时间"}
	of := func(village, name string, seq int) []any {
		return []any{village, name, id(seq, idcard.Male), "中共党员", "村文书", "2024.03"}
	}
	c := h.As(access.TownshipClerk, "A")
	at, doc := previewOf(c, "花名册.xlsx", sheet(t, head, of("马家沟1社区", "赵社区", 1), of("马家沟1居委会", "钱居委", 2), of("马家沟1村", "孙村", 3), of("马家沟1村民委员会", "李村委", 4)))
	if doc.Has(`[aria-label="错误"]`) {
		t.Fatalf("whole names are not understood: %s", doc.Text(`[aria-label="错误"]`))
	}
	c.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	if n := h.Count(`select count(*) from persons p join villages v on v.tenant_id = p.tenant_id and v.id = p.village_id
		where (p.name in ('赵社区', '钱居委')) = (v.kind = 'community') and v.name like '马家沟1%'`); n != 4 {
		t.Errorf("%d of 4 landed where their roster says", n)
	}
	_, doc = previewOf(c, "花名册.xlsx", sheet(t, head, of("马家沟1", "周不明", 5)))
	if text := doc.Text(`[aria-label="错误"]`); !strings.Contains(text, "安河镇有2个名称相近的村(社区),请写全称") {
		t.Errorf("half a name: %q", text)
	}
}

func TestThreeThousandRowsWithFourHundredErrors(t *testing.T) {
	t.Parallel()
	h := register(t)
	c := h.As(access.TownshipClerk, "A")
	var rows [][]any
	for i := range 3000 {
		birth := born(1960+i%40, 3, 1+i%28)
		r := row(i, map[int]any{3: number(birth, i%500, idcard.Male), 2: "王建" + string(rune('一'+i%2000))})
		if i%40 < 40 && i%15 == 0 && i < 3000 { // 200 rows
			r[9] = "12"
		}
		if i%15 == 1 { // 200 more
			r[8] = "2021年13月"
		}
		rows = append(rows, r)
	}
	file := sheet(t, header, rows...)
	at, doc := previewOf(c, "大表.xlsx", file)
	if text := doc.Text(".stats"); !strings.Contains(text, "有误的行 400") {
		t.Errorf("the preview counts %q", text)
	}
	c.Post(at+"/confirm", nil).Want(http.StatusConflict)
	fixed := c.Post(at+"/repair", nil).Want(http.StatusOK).Body
	book, err := excelize.OpenReader(bytes.NewReader(fixed))
	if err != nil {
		t.Fatal(err)
	}
	back, err := book.GetRows("Sheet1")
	if err != nil || len(back) < 3000 || back[2][3] != "公民身份号码" {
		t.Fatalf("the repair file lost the layout: %d rows, %v", len(back), err)
	}
	// Mended in the repair file itself, it goes in whole, in the background, once.
	for i := range 3000 {
		if err := book.SetCellValue("Sheet1", fmt.Sprintf("I%d", 4+i), "2021.01"); err != nil {
			t.Fatal(err)
		}
		if err := book.SetCellValue("Sheet1", fmt.Sprintf("J%d", 4+i), ""); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	at, doc = previewOf(c, "改好.xlsx", b.Bytes())
	if text := doc.Text(".stats"); !strings.Contains(text, "新增人员 3000") {
		t.Fatalf("the mended file: %q %s", text, doc.Text(`[aria-label="错误"]`)[:min(300, len(doc.Text(`[aria-label="错误"]`)))])
	}
	if err := h.jobs.Open(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	run := c.Post(at+"/confirm", nil).Want(http.StatusSeeOther).Location()
	c.Post(at+"/confirm", nil).Want(http.StatusConflict)
	if got := h.Count(`select count(*) from persons`); got != 0 {
		t.Errorf("%d persons before the work", got)
	}
	if text := h.work(c, run).Text("main"); !strings.Contains(text, "新增3000人") {
		t.Errorf("the run says %q", text)
	}
	if got := h.Count(`select count(*) from persons`) + h.Count(`select count(*) from appointments`); got != 6000 {
		t.Errorf("%d persons and posts", got)
	}
}

func TestFormattedEmptyRowsAndTextFiles(t *testing.T) {
	t.Parallel()
	h := register(t)
	c := h.As(access.TownshipClerk, "A")
	f, err := excelize.OpenReader(bytes.NewReader(sheet(t, header, row(1, nil))))
	if err != nil {
		t.Fatal(err)
	}
	style, err := f.NewStyle(&excelize.Style{Border: []excelize.Border{{Type: "bottom", Style: 1, Color: "000000"}}})
	if err == nil {
		err = f.SetCellStyle("Sheet1", "A6", "J900", style)
	}
	var b bytes.Buffer
	if err == nil {
		err = f.Write(&b)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, doc := previewOf(c, "带格式.xlsx", b.Bytes()); !strings.Contains(doc.Text(".stats"), "新增人员 1") || doc.Has(`[aria-label="错误"]`) {
		t.Errorf("formatted empty rows: %q", doc.Text("main"))
	}
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("村名,姓名,身份证号,学历,政治面貌,职务,任职时间\n马家沟1村,王建国," + id(7, idcard.Male) + ",大专,党员,村文书,2021.01\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, doc := previewOf(c, "旧系统.csv", []byte(gbk)); !strings.Contains(doc.Text(".stats"), "新增人员 1") {
		t.Errorf("a GBK file: %q", doc.Text("main"))
	}
}

func TestFilesThatAreNoWorkbookAreRefused(t *testing.T) {
	t.Parallel()
	h := register(t)
	c := h.As(access.TownshipClerk, "A")
	bomb := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"} {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			zeros := make([]byte, 1<<20)
			for range 60 {
				if _, err := w.Write(zeros); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	ole := func(stream string) []byte { // what an old workbook and an encrypted one have in common
		out := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 1016)...)
		for _, u := range utf16.Encode([]rune(stream)) {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
		return append(out, make([]byte, 512)...)
	}
	for _, one := range []struct {
		name, sentence string
		file           []byte
	}{
		{"花名册.xls", "另存为", ole("Workbook")}, {"花名册.et", "另存为", ole("Workbook")}, {"加密.xlsx", "密码", ole("EncryptedPackage")},
		{"炸弹.xlsx", "", bomb()}, {"照片.xlsx", "", []byte("\x89PNG\r\n\x1a\n00000000")}, {"空.csv", "", nil},
		{"没有表头.csv", "没有找到表头", []byte("一,二,三\n1,2,3\n")},
	} {
		a := c.PostFile("/cadres/import", nil, "file", one.name, one.file)
		if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusRequestEntityTooLarge || !strings.Contains(a.Doc().Text(".field-error"), one.sentence) || a.Doc().Text(".field-error") == "" {
			t.Errorf("%s: %d %q", one.name, a.Status, a.Doc().Text(".field-error"))
		}
	}
	if got := h.Count(`select count(*) from import_batches`); got != 0 {
		t.Errorf("%d refused files were kept", got)
	}
}

func TestAColumnAssignedOnceIsRememberedForTheTownship(t *testing.T) {
	t.Parallel()
	h := register(t)
	odd := append([]any{}, header...)
	odd[3], odd[9] = "证件", "微信"
	file := func(seq int) []byte { return sheet(t, odd, row(seq, map[int]any{9: "wx"})) }
	c := h.As(access.TownshipClerk, "A")
	at, doc := previewOf(c, "花名册.xlsx", file(1))
	form := url.Values(doc.One(`form[action$="/mapping"]`).Fields())
	form.Set("column.0", "id")
	form.Set("column.1", "id_cipher") // no column of ours
	c.Post(at+"/mapping", form).Want(http.StatusSeeOther)
	if text := c.Get(at).Doc().Text(".stats"); !strings.Contains(text, "新增人员 1") {
		t.Errorf("after the assignment: %q", text)
	}
	if _, doc := previewOf(c, "下一次.xlsx", file(2)); !strings.Contains(doc.Text(".stats"), "新增人员 1") {
		t.Errorf("the next upload: %q", doc.Text("main"))
	}
	if _, doc := previewOf(h.As(access.TownshipClerk, "B"), "别的乡镇.xlsx", file(3)); !strings.Contains(doc.Text("main"), "缺少必填列") {
		t.Errorf("another township remembers too: %q", doc.Text("main"))
	}
}
