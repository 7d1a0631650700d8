package cadre_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/testkit"
)

// termSheet is the township's sheet as it is downloaded, to be filled in.
type termSheet struct {
	t    *testing.T
	file *excelize.File
	name string
	head int            // the row of the header
	col  map[string]int // by title
}

func (e *electing) workbook(t *testing.T, c *testkit.Client, township string) *termSheet {
	t.Helper()
	a := c.Post(e.town(township)+"/workbook", nil).Want(http.StatusOK)
	f, err := excelize.OpenReader(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	w := &termSheet{t: t, file: f, name: f.GetSheetName(0), col: map[string]int{}}
	rows, err := f.GetRows(w.name)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		for j, title := range r {
			if title == "行码" {
				w.head = i + 1
			}
			if w.head == i+1 {
				w.col[title] = j + 1
			}
		}
	}
	return w
}

// row finds the row of a person's post in a village.
func (w *termSheet) row(village, name, post string) int {
	w.t.Helper()
	rows, err := w.file.GetRows(w.name)
	if err != nil {
		w.t.Fatal(err)
	}
	at := func(r []string, title string) string {
		if i := w.col[title] - 1; i < len(r) {
			return r[i]
		}
		return ""
	}
	for i, r := range rows {
		if at(r, "村(社区)") == village && at(r, "姓名") == name && at(r, "现任职务") == post {
			return i + 1
		}
	}
	w.t.Fatalf("no row of %s %s %s", village, name, post)
	return 0
}

func (w *termSheet) set(row int, title, value string) {
	w.t.Helper()
	cell, err := excelize.CoordinatesToCellName(w.col[title], row)
	if err == nil {
		err = w.file.SetCellStr(w.name, cell, value)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// stay re-elects everybody.
func (w *termSheet) stay() (last int) {
	w.t.Helper()
	rows, err := w.file.GetRows(w.name)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, r := range rows {
		if i+1 > w.head && len(r) > w.col["姓名"] && r[w.col["姓名"]-1] != "" {
			w.set(i+1, "去向", "连任")
			last = i + 1
		}
	}
	return last
}

func (w *termSheet) bytes() []byte {
	w.t.Helper()
	var b bytes.Buffer
	if err := w.file.Write(&b); err != nil {
		w.t.Fatal(err)
	}
	return b.Bytes()
}

func TestATownshipIsFilledInAsOneWorkbook(t *testing.T) {
	t.Parallel()
	e := election(t)
	clerk, leader := e.As(access.TownshipClerk, "A"), e.As(access.TownshipLeader, "A")
	w := e.workbook(t, clerk, "A")
	last := w.stay()
	w.set(w.row("马家沟1村", "张志强", "村委会副主任"), "去向", "届满离任")
	move := w.row("马家沟1村", "赵海", "支委")
	w.set(move, "去向", "转任")
	w.set(move, "转任或新任职务", "村委会副主任")
	for title, value := range map[string]string{"村(社区)": "马家沟1村", "姓名": "刘新", "去向": "新任", "转任或新任职务": "支委", "管理和报酬": "普通,不领取报酬",
		"身份证号": number(born(1990, 1, 1), 81, idcard.Male), "学历": "大专", "政治面貌": "党员"} {
		w.set(last+1, title, value)
	}
	upload := e.town("A") + "/upload"
	a := clerk.PostFile(upload, nil, "file", "换届.xlsx", w.bytes()).Want(http.StatusSeeOther)
	doc := clerk.Get(a.Location()).Want(http.StatusOK).Doc()
	if text := doc.Text("main"); !strings.Contains(text, "张志强村委会副主任: 原为 未选择") || !strings.Contains(text, "届满离任") || !strings.Contains(text, "刘新 支委") {
		t.Fatalf("the preview says %q", text)
	}
	if n := e.Count(`select count(*) from election_drafts`); n != 0 {
		t.Fatalf("%d drafts before the confirmation", n)
	}
	confirm := url.Values(doc.One(`form[action$="/confirm"]`).Fields())
	if list := waiting(clerk, upload); len(list) != 1 || !strings.Contains(list[0], "换届.xlsx") || len(waiting(e.As(access.TownshipClerk, "B"), e.town("B")+"/upload")) != 0 {
		t.Errorf("what waits: %q", list)
	}
	e.As(access.TownshipClerk, "B").Get(a.Location()).Want(http.StatusNotFound)
	e.As(access.TownshipClerk, "B").Post(a.Location()+"/confirm", url.Values{}).Want(http.StatusNotFound)
	clerk.Post(a.Location()+"/confirm", confirm).Want(http.StatusSeeOther)
	clerk.Post(a.Location()+"/confirm", confirm).Want(http.StatusConflict)
	for decision, want := range map[string]int{"stay": 8, "leave": 1, "move": 1, "new": 1} {
		if n := e.Count(`select count(*) from election_rows where decision = $1`, decision); n != want {
			t.Errorf("%d rows %s, want %d", n, decision, want)
		}
	}
	// What was saved comes back in the sheet, without the number, and goes in again unchanged.
	again := e.workbook(t, clerk, "A")
	if row := again.row("马家沟1村", "刘新", ""); row == 0 {
		t.Error("the newcomer is not in the sheet")
	}
	b := clerk.PostFile(upload, nil, "file", "again.xlsx", again.bytes()).Want(http.StatusSeeOther)
	if text := clerk.Get(b.Location()).Doc().Text("main"); strings.Count(text, "没有变化") != 2 {
		t.Errorf("the same sheet again: %q", text)
	}
	// A village that somebody saves meanwhile is not overwritten.
	stale := url.Values(clerk.Get(b.Location()).Doc().One(`form[action$="/confirm"]`).Fields())
	clerk.Post(e.village("A1"), e.form(clerk, "A1")).Want(http.StatusSeeOther)
	clerk.Post(b.Location()+"/confirm", stale).Want(http.StatusConflict)
	leader.Post(upload, nil).Want(http.StatusForbidden)
}

func TestEveryErrorOfAWorkbookIsNamedAndNothingSaved(t *testing.T) {
	t.Parallel()
	e := election(t)
	clerk := e.As(access.TownshipClerk, "A")
	w := e.workbook(t, clerk, "A")
	last := w.stay()
	swapped := w.row("马家沟1村", "张志强", "村委会副主任")
	w.set(swapped, "姓名", "王建国")
	w.set(w.row("马家沟1村", "赵海", "支委"), "去向", "高升")
	w.set(w.row("马家沟1村", "李秀英", "村委会委员"), "换届日期", "2026-11-31")
	move := w.row("马家沟2村", "赵海", "支委")
	w.set(move, "去向", "转任")
	w.set(move, "转任或新任职务", "区长")
	w.set(w.row("马家沟2村", "李秀英", "村委会委员"), "换届日期", "2026-11-11")
	for i, values := range []map[string]string{
		{"村(社区)": "马家沟9村", "姓名": "刘新", "去向": "新任"},
		{"村(社区)": "马家沟1村", "姓名": "刘新", "去向": "新任", "转任或新任职务": "支委", "管理和报酬": "普通,领取村级报酬", "身份证号": "621202198502140018"},
		{"村(社区)": "马家沟1村", "姓名": "王建国", "去向": "新任", "转任或新任职务": "支委", "管理和报酬": "普通,领取村级报酬", "身份证号": number(born(1980, 3, 3), 20, idcard.Male)},
	} {
		for title, value := range values {
			w.set(last+1+i, title, value)
		}
	}
	a := clerk.PostFile(e.town("A")+"/upload", nil, "file", "换届.xlsx", w.bytes()).Want(http.StatusSeeOther)
	doc := clerk.Get(a.Location()).Want(http.StatusOK).Doc()
	text := doc.Text("main")
	for _, want := range []string{strconv.Itoa(swapped) + " 姓名 C" + strconv.Itoa(swapped) + " 行码与姓名不一致", "去向应为连任", "换届日期应写成", "不认识的职务", "同一村同一班子应相同",
		"没有这个村", "校验位不符", "请发起调入申请"} {
		if !strings.Contains(text, want) {
			t.Errorf("the preview does not say %q:\n%s", want, text)
		}
	}
	if doc.Has(`form[action$="/confirm"]`) {
		t.Error("a file with errors can be confirmed")
	}
	clerk.Post(a.Location()+"/confirm", url.Values{}).Want(http.StatusConflict)
	if n := e.Count(`select count(*) from election_drafts`); n != 0 {
		t.Errorf("%d villages were saved", n)
	}
	clerk.Post(a.Location()+"/repair", nil).Want(http.StatusOK)
	for name, content := range map[string][]byte{"图片.png": []byte("\x89PNG\r\n\x1a\n0000"), "空.xlsx": {}} {
		if b := clerk.PostFile(e.town("A")+"/upload", nil, "file", name, content); b.Status != http.StatusUnprocessableEntity || b.Doc().Text(".field-error") == "" {
			t.Errorf("%s: %d", name, b.Status)
		}
	}
}
