package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"touyan/internal/access"
	"touyan/internal/testkit"
)

// paste posts a block to a township's sheet as the text area or the grid's script does.
func (o *office) paste(c *testkit.Client, township string, form url.Values) testkit.Answer {
	o.T.Helper()
	return c.Post(o.sheetPath(township)+"/paste", form)
}

// confirm gives what the preview's button sends.
func confirm(page testkit.Doc, act string) url.Values {
	form := url.Values(page.One(`form:has([name=seen])`).Fields())
	form.Set("act", act)
	return form
}

func (o *office) touched() int {
	return o.Count(`select count(*) from assessment_cells`) + o.Count(`select count(*) from assessment_entries`)
}

func TestABlockIsPastedByNameInAnyOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	c.Get(o.sheetPath("A") + "/paste").Want(http.StatusOK)
	block := "村\t姓名\t党建引领\t学习培训\n马家沟2村\t王芳\t18\t10\n马家沟1村\t张伟\t19.5\t9\n马家沟2\t张 伟\t20\t\n合计\t\t57.5\t19"
	page := o.paste(c, "A", url.Values{"text": {block}}).Want(http.StatusOK).Doc()
	if o.touched() != 0 {
		t.Fatal("the preview has written")
	}
	if got := page.Text("del"); got != "20 20 10" {
		t.Errorf("old values: %s", got)
	}
	if got := page.Text("ins"); got != "18 19.5 9" {
		t.Errorf("new values: %s", got)
	}
	form := confirm(page, "save")
	if got := o.paste(c, "A", form).Want(http.StatusSeeOther).Location(); got != o.sheetPath("A") {
		t.Errorf("leads to %s", got)
	}
	for who, want := range map[string]string{"A2/王芳": "18", "A1/张伟": "19.5", "A2/张伟": ""} {
		if got := o.cell(who, "party_building"); got != want {
			t.Errorf("%s: %q, want %q", who, got, want)
		}
	}
	if n := o.Count(`select count(*) from assessment_entries where source = 'paste' and clause = ''`); n != 3 {
		t.Errorf("%d entries", n)
	}
	o.paste(c, "A", form).Want(http.StatusSeeOther) // the button pressed twice
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.enter'`); n != 1 || o.touched() != 6 {
		t.Errorf("%d lines of the trail, %d written", n, o.touched())
	}
}

func TestABlockWithoutNamesShowsWhoGetsWhat(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	form := url.Values{"text": {"8\n\n9"}, "row": {fmt.Sprint(o.row("A1/李娜"))}, "dimension": {"learning"}}
	form.Set("act", "save") // nobody has looked yet
	page := o.paste(c, "A", form).Want(http.StatusConflict).Doc()
	if o.touched() != 0 {
		t.Fatal("saved without a look")
	}
	lines := page.All("tbody tr")
	if len(lines) != 2 || !strings.HasPrefix(lines[0].Text(), "李娜 马家沟1村") || !strings.HasPrefix(lines[1].Text(), "张伟 马家沟2村") {
		t.Fatalf("pairs: %s", page.Text("tbody"))
	}
	look := confirm(page, "save")
	o.hire("A1", "赵云", "vc_deputy_director", "2024-01-01") // comes before 王芳 on the sheet
	o.Exec(`insert into assessment_rows (tenant_id, township_id, village_id, sheet_id, month, person_id, person_name, sex, village_name,
			position_code, position_title, pay_position, pay_scheme, days, base, total, normalised)
		select tenant_id, township_id, village_id, $1, '2026-10-01', id, name, '1', '马家沟1村', 'vc_deputy_director', '副主任', 'deputy',
			'village', 31, 100, 100, 100 from persons where name = '赵云'`, o.sheet("A"))
	page = o.paste(c, "A", look).Want(http.StatusConflict).Doc()
	if o.touched() != 0 || !strings.Contains(page.Text(".notice"), "再核对一次") {
		t.Fatal("the numbers fell on others than those shown")
	}
	o.paste(c, "A", confirm(page, "save")).Want(http.StatusSeeOther)
	if got := o.cell("A1/李娜", "learning"); got != "8" {
		t.Errorf("李娜: %s", got)
	}
}

func TestNumbersThatFitTheOtherModeAreAskedAbout(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	page := o.paste(c, "A", url.Values{"text": {"村\t姓名\t党建引领\t加分\n马家沟1村\t张伟\t2\t1\n马家沟1村\t李娜\t1\t"}}).Want(http.StatusOK).Doc()
	if !strings.Contains(page.Text(".notice"), "像是扣分") || page.Has(`button[value=save]`) {
		t.Fatalf("no question: %s", page.Text("main"))
	}
	form := confirm(page, "save")
	o.paste(c, "A", form).Want(http.StatusUnprocessableEntity)
	if o.touched() != 0 {
		t.Fatal("saved without an answer")
	}
	form.Set("mode.party_building", "deduct")
	page = o.paste(c, "A", confirm(o.paste(c, "A", form).Doc(), "look")).Doc()
	form = confirm(page, "look")
	form.Set("mode.party_building", "deduct")
	page = o.paste(c, "A", form).Want(http.StatusOK).Doc()
	o.paste(c, "A", confirm(page, "save")).Want(http.StatusSeeOther)
	if a, b := o.cell("A1/张伟", "party_building"), o.cell("A1/张伟", "bonus"); a != "18" || b != "1" {
		t.Errorf("stored %s and %s", a, b)
	}
}

func TestTheUserChoosesWhereNamesDoNotDecide(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	page := o.paste(c, "A", url.Values{"text": {"姓名\t党建引领\n张伟\t18\n刘备\t19\n李娜\t18\n"}}).Want(http.StatusOK).Doc()
	if page.Has(`button[value=save]`) || len(page.All(`select[name^="line."]`)) != 3 {
		t.Fatalf("not asked: %s", page.Text("tbody"))
	}
	if n := len(page.All(`select[name="line.2"] option`)); n != 4 { // 请选择, 跳过, and the two of that name
		t.Errorf("%d choices for a name that two bear", n)
	}
	form := confirm(page, "look")
	form.Set("line.2", fmt.Sprint(o.row("A2/张伟")))
	form.Set("line.3", "-1")
	form.Set("line.4", fmt.Sprint(o.row("B1/李娜"))) // of another township
	page = o.paste(c, "A", form).Want(http.StatusOK).Doc()
	if page.Has(`button[value=save]`) || !strings.Contains(page.Text(".field-error"), "不在名单中") {
		t.Fatalf("a row of another sheet passed: %s", page.Text("tbody"))
	}
	form = confirm(page, "look")
	form.Set("line.4", fmt.Sprint(o.row("A2/张伟")))
	if page = o.paste(c, "A", form).Doc(); !strings.Contains(page.Text(".field-error"), "同一人") {
		t.Fatal("two lines for one person")
	}
	form = confirm(page, "look")
	form.Set("line.4", fmt.Sprint(o.row("A1/李娜")))
	page = o.paste(c, "A", form).Want(http.StatusOK).Doc()
	o.paste(c, "A", confirm(page, "save")).Want(http.StatusSeeOther)
	if o.cell("A2/张伟", "party_building") != "18" || o.cell("A1/李娜", "party_building") != "18" || o.touched() != 4 {
		t.Errorf("%d written", o.touched())
	}
}

func TestAPastedBlockIsSavedAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c, other := o.As(access.TownshipClerk, "A"), o.secondClerk("A")
	bad := "村\t姓名\t党建引领\n马家沟1村\t张伟\t18\n马家沟1村\t李娜\t21\n马家沟1村\t王芳\t1e309"
	page := o.paste(c, "A", url.Values{"text": {bad}}).Want(http.StatusOK).Doc()
	if n := len(page.All("td .field-error")); n != 2 || !strings.Contains(page.One("textarea").Text(), "1e309") {
		t.Errorf("%d cells with a message, or the block is gone", n)
	}
	o.paste(c, "A", confirm(page, "save")).Want(http.StatusUnprocessableEntity)
	if o.touched() != 0 {
		t.Fatal("the good cells alone were saved")
	}
	good := url.Values{"text": {"村\t姓名\t党建引领\n马家沟1村\t张伟\t18\n马家沟1村\t李娜\t19"}}
	form := confirm(o.paste(c, "A", good).Doc(), "save")
	o.save(other, "A1/李娜", "party_building", "17", "20").Want(http.StatusOK)
	page = o.paste(c, "A", form).Want(http.StatusConflict).Doc()
	if o.cell("A1/张伟", "party_building") != "" || o.cell("A1/李娜", "party_building") != "17" {
		t.Fatal("a block with a stale cell was saved")
	}
	if got := page.Text("td .field-error"); !strings.Contains(got, "王干事") || !strings.Contains(got, "17") || !strings.Contains(got, "19") {
		t.Errorf("not both values: %s", got)
	}
	o.paste(c, "A", confirm(page, "save")).Want(http.StatusSeeOther)
	if o.cell("A1/张伟", "party_building") != "18" || o.cell("A1/李娜", "party_building") != "19" {
		t.Error("having seen both, the block counts")
	}
	for _, unread := range []string{" \n\t", "姓名\n张伟"} {
		page := o.paste(c, "A", url.Values{"text": {unread}}).Want(http.StatusUnprocessableEntity).Doc()
		if page.Text(".notice-error") == "" || page.Has("[name=seen]") {
			t.Errorf("%q: no message, or something to confirm", unread)
		}
	}
	o.paste(c, "B", good).Want(http.StatusNotFound)
	c.Get(o.sheetPath("B") + "/paste").Want(http.StatusNotFound)
	o.paste(c, "A", url.Values{"text": {"8"}, "row": {fmt.Sprint(o.row("B1/张伟"))}}).Want(http.StatusNotFound)
	o.paste(c, "A", url.Values{"text": {"8"}, "dimension": {"no_such"}}).Want(http.StatusNotFound)
}

func TestLockedRowsTakeNoPaste(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	o.Exec(`update assessment_sheets set state = 'draft' where id = $1`, o.sheet("A"))
	o.Exec(`update assessment_rows set state = case when id = $2 then 'returned' else 'frozen' end where sheet_id = $1`, o.sheet("A"), o.row("A1/张伟"))
	block := "村\t姓名\t党建引领\n马家沟1村\t张伟\t18\n马家沟1村\t李娜\t20\n马家沟2村\t李娜\t19\n马家沟2村\t王芳\t19"
	page := o.paste(c, "A", url.Values{"text": {block}}).Want(http.StatusOK).Doc()
	if n := len(page.All("th .field-error")); n != 2 {
		t.Fatalf("%d locked lines, want the two that would change: %s", n, page.Text("tbody"))
	}
	page = o.paste(c, "A", confirm(page, "skip")).Want(http.StatusOK).Doc()
	o.paste(c, "A", confirm(page, "save")).Want(http.StatusSeeOther)
	if o.cell("A1/张伟", "party_building") != "18" || o.Count(`select count(*) from assessment_cells`) != 1 {
		t.Error("the returned row alone is written")
	}
	o.Exec(`update assessment_sheets set state = 'submitted' where id = $1`, o.sheet("A"))
	c.Get(o.sheetPath("A") + "/paste").Want(http.StatusConflict)
	o.paste(c, "A", url.Values{"text": {block}}).Want(http.StatusConflict)
}

func TestABlockPastedIntoTheGrid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	b := o.clerk(t, "A", "?q=马家沟2")
	o.focus(b, "A2/李娜", "learning")
	b.Keys("7" + kb.ArrowDown) // saved before the page is left
	b.Eval(`const data = new DataTransfer(); data.setData("text/plain", "8\t14\n\n");
		document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}))`)
	b.Wait(`document.querySelector("button[value=save]")`)
	b.shot("paste-positions")
	if got := b.Text("tbody th"); !strings.HasPrefix(got, "王芳") {
		t.Errorf("the block begins at %q, not at the cell with the cursor", got)
	}
	b.Submit("button[value=save]")
	for dimension, want := range map[string]string{"learning": "8", "integrity": "14"} {
		if got := o.cell("A2/王芳", dimension); got != want {
			t.Errorf("%s: stored %q", dimension, got)
		}
	}
	if o.cell("A2/李娜", "learning") != "7" {
		t.Error("the number typed before is lost")
	}
}
