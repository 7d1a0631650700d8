package cadre_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/job"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// importWorld is a house with the import alone.
func importWorld(t *testing.T) *testkit.World {
	t.Helper()
	var runs *job.Runner
	w := testkit.NewWorld(t, func(keys *crypt.Keys) []access.Module {
		runs = job.New(nil, keys, nil)
		return []access.Module{cadre.New(keys, runs, &results{}).Module(), cadre.NewImporter(keys, runs).Module()}
	})
	return w.Serve()
}

var header = []any{"序号", "村名", "姓名", "公民身份号码", "性别", "学历", "政治面貌", "现任职务", "任职时间", "联系电话"}

// sheet makes a roster as a township sends it: merged title, 填报单位, header, rows, 合计.
func sheet(t *testing.T, header []any, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	set := func(row int, values ...any) {
		t.Helper()
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", row), &values); err != nil {
			t.Fatal(err)
		}
	}
	set(1, "安河镇村(社区)干部花名册")
	if err := f.MergeCell("Sheet1", "A1", "J1"); err != nil {
		t.Fatal(err)
	}
	set(2, "填报单位:安河镇")
	set(3, header...)
	for i, r := range rows {
		set(4+i, r...)
	}
	set(4+len(rows), "合计", len(rows))
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func id(seq int, sex idcard.Sex) string {
	return idcard.Make("622621", time.Date(1975+seq%20, 3, 1+seq%28, 0, 0, 0, 0, time.UTC), seq%500, sex)
}

func TestARosterIsPreviewedAndImported(t *testing.T) {
	t.Parallel()
	w := importWorld(t)
	c := w.As(access.TownshipClerk, "A")
	file := sheet(t, header,
		[]any{1, "马家沟1", "王建国", id(1, idcard.Male), "男", "大专", "党员", "党支部书记、村委会主任", "2021.01", "13893900001"},
		[]any{2, "马家沟2村", "扎西·卓玛", id(2, idcard.Female), "女", "高中", "群众", "妇联主席", "2021年3月", "13893900002"})
	a := c.PostFile("/cadres/import", nil, "file", "花名册.xlsx", file).Want(http.StatusSeeOther)
	preview := c.Get(a.Location()).Want(http.StatusOK)
	if text := preview.Doc().Text(".stats"); !strings.Contains(text, "新增人员 2") {
		t.Fatalf("the preview says %q", text)
	}
	if strings.Contains(string(preview.Body), id(1, idcard.Male)) {
		t.Error("the preview shows a whole ID number")
	}
	if n := w.Count(`select count(*) from persons`); n != 0 {
		t.Fatalf("%d persons before the confirmation", n)
	}
	confirm := a.Location() + "/confirm"
	c.Post(confirm, nil).Want(http.StatusSeeOther)
	c.Post(confirm, nil).Want(http.StatusConflict)
	if p, posts := w.Count(`select count(*) from persons`), w.Count(`select count(*) from appointments`); p != 2 || posts != 3 {
		t.Fatalf("%d persons, %d posts", p, posts)
	}
	again := c.PostFile("/cadres/import", nil, "file", "花名册.xlsx", file).Want(http.StatusSeeOther)
	if text := c.Get(again.Location()).Doc().Text(".stats"); !strings.Contains(text, "没有变化 2") {
		t.Errorf("the same file again: %q", text)
	}
	// The same person in another township is told by nothing but that he is registered.
	other := w.As(access.TownshipClerk, "B")
	foreign := other.PostFile("/cadres/import", nil, "file", "b.xlsx", sheet(t, header,
		[]any{1, "马家沟1", "王建国", id(1, idcard.Male), "男", "大专", "党员", "文书", "2024.01", ""}))
	body := other.Get(foreign.Location()).Doc().Text("main")
	if !strings.Contains(body, "该身份证号已登记,请发起调入申请") || strings.Contains(body, "安河镇村") {
		t.Errorf("a person of a sibling township: %q", body)
	}
	other.Get(a.Location()).Want(http.StatusNotFound)
	other.Post(confirm, nil).Want(http.StatusNotFound)
}

func TestEveryErrorOfEveryRowAndNothingWritten(t *testing.T) {
	t.Parallel()
	w := importWorld(t)
	c := w.As(access.TownshipClerk, "A")
	good := id(3, idcard.Male)
	file := sheet(t, header,
		[]any{1, "马家沟1", "王建国", good, "男", "大专", "党员", "书记", "2021.01", "13893900001"},
		[]any{2, "马家沟1", "李卫东", good, "男", "大专", "党员", "主任", "2021.01", ""},
		[]any{3, "马家沟9", "赵一😀", "621202198502140018", "女", "博士后", "党员", "村长助理", "2021-02-31", "1389390"},
		[]any{4, "马家沟2", "孙小军", 6.21202e17, "男", "大专", "党员", "文书", "2021.01", ""})
	a := c.PostFile("/cadres/import", nil, "file", "花名册.xlsx", file).Want(http.StatusSeeOther)
	doc := c.Get(a.Location()).Want(http.StatusOK).Doc()
	text := doc.Text("main")
	for _, want := range []string{"与第4行的身份证号相同", "科学计数法", "没有找到这个村", "不认识的职务", "D6", "J6", "I6"} {
		if !strings.Contains(text, want) {
			t.Errorf("the preview does not say %q:\n%s", want, text)
		}
	}
	if doc.Has(`form[action$="/confirm"]`) {
		t.Error("a file with errors can be confirmed")
	}
	c.Post(a.Location()+"/confirm", nil).Want(http.StatusConflict)
	if n := w.Count(`select count(*) from persons`); n != 0 {
		t.Errorf("%d persons were written", n)
	}
	fixed := c.Post(a.Location()+"/repair", nil).Want(http.StatusOK)
	book, err := excelize.OpenReader(bytes.NewReader(fixed.Body))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := book.GetRows("Sheet1"); err != nil || rows[0][0] != "安河镇村(社区)干部花名册" {
		t.Errorf("the repair file lost the user's layout: %v %v", rows, err)
	}
}

func TestAWrongHeaderIsNamedAndCanBeAssigned(t *testing.T) {
	t.Parallel()
	w := importWorld(t)
	c := w.As(access.TownshipClerk, "A")
	wrong := append([]any{}, header...)
	wrong[3] = "身分证号"
	file := sheet(t, wrong, []any{1, "马家沟1", "王建国", id(5, idcard.Male), "男", "大专", "党员", "书记", "2021.01", ""})
	a := c.PostFile("/cadres/import", nil, "file", "花名册.xlsx", file).Want(http.StatusSeeOther)
	doc := c.Get(a.Location()).Doc()
	if text := doc.Text("main"); !strings.Contains(text, "身份证号") || !strings.Contains(text, "身分证号") {
		t.Fatalf("the missing column is not named: %s", text)
	}
	form := url.Values(doc.One(`form[action$="/mapping"]`).Fields())
	for name := range form {
		if strings.HasPrefix(name, "column.") {
			form.Set(name, "id")
		}
	}
	c.Post(a.Location()+"/mapping", form).Want(http.StatusSeeOther)
	if text := c.Get(a.Location()).Doc().Text(".stats"); !strings.Contains(text, "新增人员 1") {
		t.Errorf("after the assignment: %q", text)
	}
}

func TestWhatIsNoRosterIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	w := importWorld(t)
	c := w.As(access.TownshipClerk, "A")
	ole := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 2048)...)
	for name, content := range map[string][]byte{"老表.xls": ole, "图片.png": []byte("\x89PNG\r\n\x1a\n0000"), "空.xlsx": {}, "乱.xlsx": []byte("PK\x03\x04 nothing")} {
		a := c.PostFile("/cadres/import", nil, "file", name, content)
		if a.Status != http.StatusUnprocessableEntity || a.Doc().Text(".field-error") == "" {
			t.Errorf("%s: %d %q", name, a.Status, a.Doc().Text("main"))
		}
	}
	if n := w.Count(`select count(*) from import_batches`); n != 0 {
		t.Errorf("%d refused files were kept", n)
	}
}
