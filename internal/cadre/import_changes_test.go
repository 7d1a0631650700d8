package cadre_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/platform/idcard"
)

// A row whose first month cannot be read was once drawn as what it would add, and broke the page.
func TestARowWithAnErrorIsNotAmongWhatWouldBeWritten(t *testing.T) {
	t.Parallel()
	h := register(t)
	_, id := h.whole()
	clerk := h.As(access.TownshipClerk, "A")
	e := open(t, clerk.Post("/cadres/export/file", book(clerk, "", "id")).Want(http.StatusOK).Body)
	e.foot(1)
	e.set("简历", "起", 0, "2021-13")
	e.row("年度考核", 1, map[string]any{"姓名": "王㛃𬭎", "身份证号": id, "年度": "2023", "等次": "很好"})
	e.row("任职", 1, map[string]any{"姓名": "王㛃𬭎", "身份证号": id, "任职村(社区)": "马家沟2", "职务": "村文书", "任职时间": "2015-02-31"})
	e.set("人员", "出生日期", 0, "1985-02-30")
	e.set("人员", "最高学历", 0, "大学本科毕业")
	_, doc := previewOf(clerk, "有误.xlsx", e.bytes())
	errors := doc.Text(`[aria-label="错误"]`)
	for _, want := range []string{"没有13月", "等次无法识别", "2015年2月没有31日", "1985年2月没有30日"} {
		if !strings.Contains(errors, want) {
			t.Errorf("not said: %s in %s", want, errors)
		}
	}
	for _, kind := range []string{"简历的变化", "年度考核的变化", "将要新增的任职", "将要写入的内容", "需申请更正"} {
		if doc.Has(`[aria-label="` + kind + `"]`) {
			t.Errorf("a wrong row is drawn under %s", kind)
		}
	}
}

func TestSheetsThatAreNotReadAreSaid(t *testing.T) {
	t.Parallel()
	h := register(t)
	h.whole()
	clerk := h.As(access.TownshipClerk, "A")
	e := open(t, clerk.Post("/cadres/export/file", book(clerk, "")).Want(http.StatusOK).Body)
	if err := e.SetSheetName("学历", "学历情况表"); err != nil {
		t.Fatal(err)
	}
	if err := e.SetSheetName("人员", "人员 "); err != nil { // typed with a space behind it
		t.Fatal(err)
	}
	_, doc := previewOf(clerk, "改了名.xlsx", e.bytes())
	if text := doc.Text(".notice-warn"); !strings.Contains(text, "没有读取工作表「学历情况表」") || strings.Contains(text, "人员 ") {
		t.Errorf("a renamed sheet: %q", text)
	}
	if text := doc.Text(".stats"); !strings.Contains(text, "没有变化 1") {
		t.Errorf("the people were not read: %q", text)
	}
	// One tab per village is how many townships keep their roster.
	f, err := excelize.OpenReader(bytes.NewReader(sheet(t, header, row(1, nil))))
	if err != nil {
		t.Fatal(err)
	}
	from, err := f.GetSheetIndex("Sheet1")
	to, err2 := f.NewSheet("马家沟2村")
	if err != nil || err2 != nil || f.CopySheet(from, to) != nil {
		t.Fatal(err, err2)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if _, doc := previewOf(clerk, "每村一张.xlsx", b.Bytes()); !strings.Contains(doc.Text(".notice-warn"), "没有读取工作表「马家沟2村」") {
		t.Errorf("a second roster in the file: %q", doc.Text("main"))
	}
	// The hidden lists of a template are no sheet of anybody's.
	template := clerk.Get("/cadres/import/template/file").Want(http.StatusOK).Body
	if _, doc := previewOf(clerk, "模板.xlsx", template); doc.Has(".notice-warn") || doc.Has(`form[action$="/confirm"]`) {
		t.Errorf("an empty template: %q", doc.Text("main"))
	}
}

func TestEveryChangeOfAnUploadCanBeTakenAlong(t *testing.T) {
	t.Parallel()
	h := register(t)
	path, id := h.whole()
	clerk := h.As(access.TownshipClerk, "A")
	whole := clerk.Post("/cadres/export/file", book(clerk, "", "id", "phone")).Want(http.StatusOK).Body
	if at, doc := previewOf(clerk, "原样.xlsx", whole); doc.Has(`form[action$="/confirm"]`) || !strings.Contains(doc.Text("main"), "没有要写入的内容") {
		t.Errorf("an unchanged file offers to be imported: %s", at)
	}
	e := open(t, whole)
	e.foot(1)
	e.row("人员", 0, map[string]any{"籍贯": "甘肃陇南", "出生日期": "1985-02-15"})
	e.row("年度考核", 1, map[string]any{"姓名": "王㛃𬭎", "身份证号": id, "年度": 2023, "等次": "称职"})
	fresh := number(born(1991, 3, 5), 21, idcard.Female)
	e.row("人员", 1, map[string]any{"村(社区)": "马家沟1", "姓名": "阿依·古丽", "身份证号": fresh, "最高学历": "大专", "政治面貌": "群众", "联系电话": "13893901234"})
	at, doc := previewOf(clerk, "改过.xlsx", e.bytes())
	if text := doc.Text(`[aria-label="需申请更正"]`); !strings.Contains(text, "1985-02-14") || !strings.Contains(text, "1985-02-15") {
		t.Errorf("a birthday that differs by a day: %q", text)
	}
	before := h.digest()
	rows := workbook(t, clerk.Post(at+"/changes", nil).Want(http.StatusOK).Body)["变化"]
	for _, want := range [][]string{
		{"人员", "4", "王㛃𬭎", "需申请更正", "出生日期", "1985-02-14", "1985-02-15"},
		{"人员", "4", "王㛃𬭎", "修改", "籍贯", "甘肃武都", "甘肃陇南"},
		{"人员", "5", "阿依·古丽", "新增", "人员", "", "马家沟1村"},
		{"年度考核", "5", "王㛃𬭎", "新增", "年度考核", "", "2023 称职"},
	} {
		if !slices.ContainsFunc(rows, func(r []string) bool { return slices.Equal(r, want) }) {
			t.Errorf("not in the list: %v\n%v", want, rows)
		}
	}
	if text := strings.Join(slices.Concat(rows...), " "); strings.Contains(text, fresh) || strings.Contains(text, "13893901234") {
		t.Error("the list says a whole number")
	}
	if h.digest() != before {
		t.Error("the list changed the register")
	}
	h.As(access.TownshipClerk, "B").Post(at+"/changes", nil).Want(http.StatusNotFound)
	clerk.Post(at+"/confirm", nil).Want(http.StatusSeeOther)
	clerk.Post(at+"/changes", nil).Want(http.StatusConflict)
	if text := clerk.Get(path).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "甘肃陇南") {
		t.Error("the import was not done")
	}
}

// A unit that is no more is found by no name; what was registered there still comes back as it went out.
func TestPostsInAMergedVillageComeBackUnchanged(t *testing.T) {
	t.Parallel()
	h := register(t)
	path := h.serving("A1", "赵大海", number(born(1970, 5, 5), 1, idcard.Male), "clerk", "2015-01-01")
	clerk := h.As(access.TownshipClerk, "A")
	clerk.Post(path+"/posts", post(h.Units["A2"].Village, "village_director", "2005-03-01")).Want(http.StatusSeeOther)
	h.Exec(`update appointments set during = daterange('2005-03-01', '2010-06-01'), way_out = 'term_end' where position_code = 'village_director'`)
	h.Exec(`update villages set valid_to = '2020-01-01' where id = $1`, h.Units["A2"].Village)
	whole := clerk.Post("/cadres/export/file", book(clerk, "", "id")).Want(http.StatusOK).Body
	if _, doc := previewOf(clerk, "原样.xlsx", whole); doc.Has(`[aria-label="错误"]`) || doc.Has(`form[action$="/confirm"]`) {
		t.Errorf("what went out does not come in: %s", doc.Text("main"))
	}
	// Another day is another post, for which there is no such village.
	e := open(t, whole)
	for n := range 2 {
		if at, _ := e.GetCellValue("任职", "E"+itoa(int64(4+n))); strings.Contains(at, "主任") {
			e.set("任职", "任职时间", n, "2005-03-02")
		}
	}
	if _, doc := previewOf(clerk, "改过.xlsx", e.bytes()); !strings.Contains(doc.Text(`[aria-label="错误"]`), "没有找到这个村") {
		t.Errorf("a post in a village that is no more: %s", doc.Text("main"))
	}
}
