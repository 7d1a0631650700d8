package assessment_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"touyan/internal/access"
	"touyan/internal/testkit"
)

// book is a downloaded workbook on a clerk's desk.
type book struct {
	t *testing.T
	*excelize.File
	sheet string
	lines map[string]int // "马家沟1村/张伟" → row
}

// The columns of the workbook of the default scheme.
const (
	colCode, colName, colParty, colLearning, colBonus, colTotal = "A", "C", "E", "I", "K", "L"
)

func (o *office) download(t *testing.T, c *testkit.Client, township string) *book {
	t.Helper()
	a := c.Post(o.sheetPath(township)+"/excel/download", nil).Want(http.StatusOK)
	f, err := excelize.OpenReader(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	b := &book{t: t, File: f, sheet: f.GetSheetName(0), lines: map[string]int{}}
	rows, err := f.GetRows(b.sheet)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if len(r) > 4 && r[0] != "行码" && r[0] != "" {
			b.lines[r[1]+"/"+r[2]] = i + 1
		}
	}
	return b
}

func (b *book) set(who, column string, value any) *book {
	b.t.Helper()
	line, ok := b.lines[who]
	if !ok {
		b.t.Fatalf("no %s in %v", who, b.lines)
	}
	if err := b.SetCellValue(b.sheet, fmt.Sprintf("%s%d", column, line), value); err != nil {
		b.t.Fatal(err)
	}
	return b
}

func (b *book) bytes() []byte {
	b.t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		b.t.Fatal(err)
	}
	return out.Bytes()
}

// upload sends a file and gives the address of its preview.
func (o *office) upload(c *testkit.Client, township string, content []byte) string {
	o.T.Helper()
	return c.PostFile(o.sheetPath(township)+"/excel", nil, "file", "考评表.xlsx", content).Want(http.StatusSeeOther).Location()
}

func act(name string) url.Values { return url.Values{"act": {name}} }

func TestASheetGoesOutAndComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	o.save(c, "A1/李娜", "learning", "8", "10").Want(http.StatusOK)
	b := o.download(t, c, "A")
	if len(b.lines) != 6 {
		t.Fatalf("rows: %v", b.lines)
	}
	if v, err := b.CalcCellValue(b.sheet, fmt.Sprintf("%s%d", colTotal, b.lines["马家沟1村/李娜"])); err != nil || v != "98" {
		t.Errorf("the total is %q %v", v, err)
	}
	if p, err := b.GetSheetProtection(b.sheet); err != nil || !p.SelectUnlockedCells {
		t.Errorf("anything can be typed anywhere: %v", err)
	}
	preview := o.upload(c, "A", b.set("马家沟1村/张伟", colParty, 18.5).set("马家沟2村/王芳", colLearning, "９").set("马家沟2村/王芳", colBonus, 2).bytes())
	page := c.Get(preview).Want(http.StatusOK).Doc()
	if got := page.Text("main p strong"); !strings.Contains(got, "将修改2人3格,4人没有变化") {
		t.Errorf("the preview says %s", got)
	}
	if o.Count(`select count(*) from assessment_cells`) != 1 {
		t.Fatal("the preview has written")
	}
	form := act("save")
	c.Post(preview, form).Want(http.StatusSeeOther)
	for who, cells := range map[string]map[string]string{"A1/张伟": {"party_building": "18.5"}, "A2/王芳": {"learning": "9", "bonus": "2"}, "A1/李娜": {"learning": "8"}} {
		for dimension, want := range cells {
			if got := o.cell(who, dimension); got != want {
				t.Errorf("%s %s: %s, want %s", who, dimension, got, want)
			}
		}
	}
	if n := o.Count(`select count(*) from assessment_entries where source = 'excel'`); n != 3 {
		t.Errorf("%d entries", n)
	}
	c.Post(preview, form).Want(http.StatusConflict) // pressed twice
	if n := o.Count(`select count(*) from assessment_uploads where content <> ''`); n != 0 {
		t.Error("the file is still kept")
	}
}

func TestAWorkbookIsMatchedByItsRowCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	b := o.download(t, c, "A")
	// two lines change places as a whole, one name alone is moved, one line is added
	first, last := b.lines["马家沟1村/张伟"], b.lines["马家沟2村/王芳"]
	for col := 'A'; col <= 'M'; col++ {
		x, _ := b.GetCellValue(b.sheet, fmt.Sprintf("%c%d", col, first))
		y, _ := b.GetCellValue(b.sheet, fmt.Sprintf("%c%d", col, last))
		_ = b.SetCellValue(b.sheet, fmt.Sprintf("%c%d", col, first), y)
		_ = b.SetCellValue(b.sheet, fmt.Sprintf("%c%d", col, last), x)
	}
	_ = b.SetCellValue(b.sheet, fmt.Sprintf("%s%d", colParty, last), "17") // 张伟 of A1, wherever he stands now
	preview := o.upload(c, "A", b.bytes())
	c.Post(preview, act("save")).Want(http.StatusSeeOther)
	if o.cell("A1/张伟", "party_building") != "17" || o.Count(`select count(*) from assessment_cells`) != 1 {
		t.Fatal("the number went by position")
	}
	b = o.download(t, c, "A").set("马家沟1村/张伟", colName, "李娜").set("马家沟1村/王芳", colCode, o.row("B1/王芳")).
		set("马家沟2村/李娜", colCode, o.row("A1/李娜")).set("马家沟2村/张伟", colParty, "25").set("马家沟2村/张伟", colLearning, "1e309").
		set("马家沟2村/王芳", colBonus, "很好").set("马家沟1村/李娜", colParty, 15)
	preview = o.upload(c, "A", b.bytes())
	page := c.Get(preview).Want(http.StatusOK).Doc()
	text := page.Text("main")
	for _, want := range []string{"姓名与行码不一致", "行码不在本月的考评表中", "是同一人", fmt.Sprintf("C%d", b.lines["马家沟1村/张伟"]), fmt.Sprintf("I%d", b.lines["马家沟2村/张伟"]), "满分20分"} {
		if !strings.Contains(text, want) {
			t.Errorf("the preview does not say %q", want)
		}
	}
	if got := page.Text("tbody tr td:nth-child(2)"); strings.Contains(got, "/") {
		t.Errorf("columns are named %s", got)
	}
	if n := len(page.All("tbody tr")); page.Has("[name=act]") || n != 7 {
		t.Errorf("%d lines, or a file with errors can be confirmed: %s", n, text)
	}
	c.Post(preview, nil).Want(http.StatusConflict)
	if n := o.Count(`select count(*) from assessment_cells`); n != 1 {
		t.Errorf("%d cells", n)
	}
	fixed := c.Post(preview+"/repair", nil).Want(http.StatusOK)
	if f, err := excelize.OpenReader(bytes.NewReader(fixed.Body)); err != nil {
		t.Error(err)
	} else if got, _ := f.GetCellValue(f.GetSheetName(0), fmt.Sprintf("%s%d", colName, b.lines["马家沟1村/张伟"])); got != "李娜" {
		t.Errorf("the user's own file comes back with %q", got)
	}
}

func TestAnUploadNeverUndoesLaterWorkOfOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c, other := o.As(access.TownshipClerk, "A"), o.secondClerk("A")
	b := o.download(t, c, "A").set("马家沟1村/张伟", colParty, 18).set("马家沟1村/李娜", colParty, 19)
	o.save(other, "A1/张伟", "learning", "7", "10").Want(http.StatusOK)        // left alone in the file
	o.save(other, "A1/李娜", "party_building", "16", "20").Want(http.StatusOK) // changed in the file too
	preview := o.upload(c, "A", b.bytes())
	page := c.Get(preview).Want(http.StatusOK).Doc()
	if got := page.Text(".field-error"); !strings.Contains(got, "王干事刚改为16") || len(page.All("del")) != 2 {
		t.Fatalf("both values: %s", page.Text("main"))
	}
	keep := act("keep")
	o.save(other, "A1/张伟", "party_building", "12", "20").Want(http.StatusOK) // between look and confirmation
	c.Post(preview, keep).Want(http.StatusConflict)
	if o.Count(`select count(*) from assessment_entries where source = 'excel'`) != 0 {
		t.Fatal("saved what nobody has looked at")
	}
	o.save(other, "A1/张伟", "party_building", "20", "12").Want(http.StatusOK)
	c.Post(preview, act("keep")).Want(http.StatusConflict) // it moved once more
	c.Post(preview, act("keep")).Want(http.StatusSeeOther)
	for who, want := range map[string]string{"A1/张伟": "18", "A1/李娜": "16"} {
		if got := o.cell(who, "party_building"); got != want {
			t.Errorf("%s: %s, want %s", who, got, want)
		}
	}
	if o.cell("A1/张伟", "learning") != "7" {
		t.Error("an untouched cell of the file undid the work of another")
	}
	b = o.download(t, c, "A").set("马家沟1村/李娜", colParty, 20)
	o.save(other, "A1/李娜", "party_building", "15", "16").Want(http.StatusOK)
	preview = o.upload(c, "A", b.bytes())
	c.Post(preview, act("overwrite")).Want(http.StatusSeeOther)
	if got := o.cell("A1/李娜", "party_building"); got != "20" {
		t.Errorf("李娜: %s", got)
	}
}

func TestWhatIsNoSheetIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c, neighbour := o.As(access.TownshipClerk, "A"), o.As(access.TownshipClerk, "B")
	foreign := o.download(t, neighbour, "B").bytes()
	empty := o.download(t, c, "A")
	_ = empty.RemoveCol(empty.sheet, colParty)
	ole := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 2048)...)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("姓名,党建引领\n张伟,18\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]struct {
		content []byte
		want    string
	}{"其他乡镇.xlsx": {foreign, "不是安河镇2026年10月的考评表"}, "老表.xls": {ole, ".xlsx"}, "图片.png": {[]byte("\x89PNG\r\n\x1a\n0000"), ""}, "空.xlsx": {nil, "空"}} {
		a := c.PostFile(o.sheetPath("A")+"/excel", nil, "file", name, f.content).Want(http.StatusUnprocessableEntity)
		if got := a.Doc().Text(".field-error"); got == "" || !strings.Contains(got, f.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for name, content := range map[string][]byte{"少一列": empty.bytes(), "GBK": []byte(gbk)} {
		page := c.Get(o.upload(c, "A", content)).Want(http.StatusOK).Doc()
		if got := page.Text(".notice-error"); !strings.Contains(got, "缺少必填列") || page.Has("[name=act]") {
			t.Errorf("%s: %q", name, got)
		}
	}
	preview := o.upload(c, "A", o.download(t, c, "A").set("马家沟1村/张伟", colParty, 18).bytes())
	o.secondClerk("A").Get(preview).Want(http.StatusNotFound)
	neighbour.Get(preview).Want(http.StatusNotFound)
	neighbour.Post(preview, nil).Want(http.StatusNotFound)
	neighbour.Post(o.sheetPath("A")+"/excel/download", nil).Want(http.StatusNotFound)
	o.Exec(`update assessment_sheets set state = 'submitted' where id = $1`, o.sheet("A"))
	c.Post(preview, nil).Want(http.StatusConflict)
	c.Post(o.sheetPath("A")+"/excel/download", nil).Want(http.StatusConflict)
	if n := o.Count(`select count(*) from assessment_cells`); n != 0 {
		t.Errorf("%d cells", n)
	}
}
