package app_test

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"
	"touyan/internal/platform/month"
	"touyan/internal/testkit"
)

// monthPlay is one month of 安化镇, the largest township, played in the browser by everybody who has a part in it.
type monthPlay struct {
	*demoHouse
	t     *testing.T
	owner *pgx.Conn
	tabs  map[string]*testkit.Browser
	sheet int64
	path  string
}

// TestTheMonthIsPlayedInTheBrowser goes from opening a month to amounts: grid, Excel, 按村扣分, 名单变动, submission, a tie at
// the quota's edge, three returned rows, publication, papers, an objection with its correction, and pay.
// With TOUYAN_SCREENSHOTS=docs/images it leaves the pictures of the README there.
func TestTheMonthIsPlayedInTheBrowser(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	h.setClock(time.Date(2026, time.December, 30, 9, 0, 0, 0, month.Zone))
	p := &monthPlay{demoHouse: h, t: t, owner: h.owner(), tabs: map[string]*testkit.Browser{}}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"the district opens December", p.opens}, {"the clerk scores by keys", p.scores}, {"and by Excel", p.uploads},
		{"and a whole village at once", p.deductsByVillage}, {"the register changes", p.acceptsChanges}, {"the sheet is submitted", p.submits},
		{"the leader decides the tie and approves", p.approves}, {"the district returns three rows", p.returnsThree},
		{"they come back", p.resubmits}, {"the district files and publishes", p.publishes}, {"papers are printed and posted", p.posts},
		{"a village objects", p.objects}, {"the objection is upheld and corrected", p.corrects}, {"the month becomes final with its amounts", p.pays},
	} {
		step.do()
		if t.Failed() {
			t.Fatalf("stopped at: %s", step.name)
		}
	}
}

// as gives the tab of an account, logging it in at its first use.
func (p *monthPlay) as(username string) *testkit.Browser {
	p.t.Helper()
	if p.tabs[username] == nil {
		p.tabs[username] = p.browser(username)
	}
	return p.tabs[username]
}

// later moves to another day; everybody has been logged out by then.
func (p *monthPlay) later(day time.Time) {
	p.setClock(day)
	clear(p.tabs)
}

// picture keeps a screenshot, if somebody wants them: in docs/images those that the README shows, elsewhere all.
func (p *monthPlay) picture(b *testkit.Browser, name string) {
	p.t.Helper()
	dir := os.Getenv("TOUYAN_SCREENSHOTS")
	if dir == "" {
		return
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(repository(p.t), dir)
	}
	readme, err := os.ReadFile(filepath.Join(repository(p.t), "README.md"))
	if err != nil {
		p.t.Fatal(err)
	}
	shown := bytes.Contains(readme, []byte("docs/images/"+name+".png"))
	if shown || !strings.HasSuffix(filepath.ToSlash(dir), "docs/images") {
		b.Screenshot(filepath.Join(dir, name+".png"))
	}
}

// says holds a page to a message.
func (p *monthPlay) says(b *testkit.Browser, words string) {
	p.t.Helper()
	if text := b.Text("body"); !strings.Contains(text, words) {
		p.t.Fatalf("%s does not say %q:\n%s", b.Path(), words, text)
	}
}

func (p *monthPlay) value(sql string, args ...any) string {
	p.t.Helper()
	var v string
	if err := p.owner.QueryRow(p.t.Context(), sql, args...).Scan(&v); err != nil {
		p.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (p *monthPlay) wants(want, sql string, args ...any) {
	p.t.Helper()
	if got := p.value(sql, args...); got != want {
		p.t.Errorf("%s: %s, want %s", sql, got, want)
	}
}

func (p *monthPlay) opens() {
	b := p.as("wd-officer")
	b.Go("/assessment/open")
	b.Fill("[name=month]", "2026-12")
	b.Submit(`form[action="/assessment/open"] button[type=submit]`)
	p.says(b, "已开启2026年12月:40个乡镇(街道)、2383名村(社区)干部")
	p.picture(b, "board")
	id, err := strconv.ParseInt(p.value(`select s.id::text from assessment_sheets s join townships t on t.tenant_id = s.tenant_id and t.id = s.township_id
		where s.month = '2026-12-01' and t.code = '621202101'`), 10, 64)
	if err != nil {
		p.t.Fatal(err)
	}
	p.sheet, p.path = id, fmt.Sprintf("/assessment/sheets/%d", id)
}

// row is the n-th row of the sheet in the order of the grid, as it was when it was drawn.
func (p *monthPlay) row(n int) string {
	p.t.Helper()
	return p.value(`select r.id::text from assessment_rows r join villages v on v.tenant_id = r.tenant_id and v.id = r.village_id
		where r.sheet_id = $1 and r.removed_at is null order by v.code, r.id offset $2 limit 1`, p.sheet, n)
}

// saved waits until every cell of the grid is stored. A cell is marked as soon as it is typed; the line above the grid follows
// a moment later, so that the line alone may still speak of the cell before.
func (p *monthPlay) saved(b *testkit.Browser) {
	p.t.Helper()
	b.Wait(`!document.querySelector("td.saving") && /^已保存/.test(document.querySelector("[data-grid-say]").textContent)`)
}

func (p *monthPlay) scores() {
	b := p.as("anhua-clerk")
	b.Go(p.path + "?mode=deduct")
	for i, row := range []string{p.row(0), p.row(5), p.row(9)} {
		b.Eval(`document.getElementsByName("v.` + row + `.learning")[0].focus()`)
		b.Press(strconv.Itoa(i+1), "Enter", "1", "Down")
		p.saved(b)
	}
	p.picture(b, "grid")
	p.wants("3", `select count(*)::text from assessment_entries e join assessment_rows r on r.id = e.row_id and r.tenant_id = e.tenant_id
		where r.sheet_id = $1 and e.dimension = 'learning' and e.clause <> ''`, p.sheet)
}

// uploads changes one score in the downloaded workbook, shuffles its lines, and sends it back.
func (p *monthPlay) uploads() {
	c := p.client("anhua-clerk")
	page := c.Get(p.path + "/excel")
	file := c.Post(p.path+"/excel/download", url.Values{"_grant": {page.Doc().One("input[name=_grant]").Attr("value")}})
	book, err := excelize.OpenReader(bytes.NewReader(file.Body))
	if err != nil {
		p.t.Fatalf("the sheet's workbook: %v", err)
	}
	name := book.GetSheetName(0)
	lines, err := book.GetRows(name)
	if err != nil {
		p.t.Fatal(err)
	}
	head, column := -1, -1
	for i, line := range lines {
		for j, title := range line {
			if strings.HasPrefix(title, "廉洁与公开") {
				head, column = i, j
			}
		}
	}
	if head < 0 {
		p.t.Fatalf("the workbook has no column 廉洁与公开: %v", lines[:min(len(lines), 5)])
	}
	cell, _ := excelize.CoordinatesToCellName(column+1, head+4)
	if err := book.SetCellValue(name, cell, 13); err != nil {
		p.t.Fatal(err)
	}
	path := filepath.Join(p.t.TempDir(), "安化镇.xlsx")
	if err := book.SaveAs(path); err != nil {
		p.t.Fatal(err)
	}
	b := p.as("anhua-clerk")
	b.Go(p.path + "/excel")
	b.Upload("input[type=file]", path)
	b.Submit(`form[enctype] button[type=submit]`)
	p.says(b, "将要改动的内容")
	p.picture(b, "excel")
	b.Submit(`button[name=act][value=save]`)
	p.wants("1", `select count(*)::text from assessment_cells c join assessment_rows r on r.id = c.row_id and r.tenant_id = c.tenant_id
		where r.sheet_id = $1 and c.dimension = 'integrity' and c.value = 13`, p.sheet)
}

func (p *monthPlay) deductsByVillage() {
	b := p.as("anhua-clerk")
	b.Go(p.path + "/villages")
	b.Eval(`const s = document.querySelector("select[name=choice]"); s.value = [...s.options].map(o => o.value).find(v => v.startsWith("governance|") && v.length > 11); s.dispatchEvent(new Event("change"))`)
	b.Fill("[name=reason]", "矛盾纠纷未及时化解")
	b.Fill("[name=reported_by]", "综治办")
	b.Click("input[name=village]")
	b.Submit(`form[action="` + p.path + `/villages"] button.button-primary`)
	p.says(b, "预览")
	p.picture(b, "village-deduction")
	b.Submit(`button[name=act][value=save]`)
	if n := p.value(`select count(*)::text from assessment_entries e join assessment_rows r on r.id = e.row_id and r.tenant_id = e.tenant_id
		where r.sheet_id = $1 and e.source = 'village' and e.reported_by = '综治办'`, p.sheet); n == "0" {
		p.t.Error("nothing fell on the village")
	}
}

// acceptsChanges lets a member leave his post in the register, which the sheet then names and the clerk accepts.
func (p *monthPlay) acceptsChanges() {
	person := p.value(`select r.person_id::text from assessment_rows r where r.sheet_id = $1
		and (select count(*) from appointments a where a.tenant_id = r.tenant_id and a.person_id = r.person_id and upper_inf(a.during)) = 1
		order by r.id desc limit 1`, p.sheet)
	b := p.as("anhua-clerk")
	b.Go("/cadres/" + person)
	b.Eval(`document.querySelectorAll("details").forEach(d => d.open = true)`)
	b.Fill(`form[action$="/end"] [name=last_day]`, "2026-12-08")
	b.Fill(`form[action$="/end"] [name=way_out]`, "resigned")
	p.picture(b, "leaving")
	b.Submit(`form[action$="/end"] button[type=submit]`)
	b.Go(p.path + "/check")
	p.says(b, "名单变动")
	b.Go(p.path + "/roster")
	p.picture(b, "roster-change")
	b.Fill(`select[name^="d."]`, "accepted")
	b.Submit(`button[name=save]`)
	b.Go(p.path + "/roster")
	p.says(b, "没有待处理的名单变动")
}

func (p *monthPlay) submits() {
	b := p.as("anhua-clerk")
	b.Go(p.path + "/check")
	p.says(b, "依据") // what came by Excel cites no clause yet
	b.Go("/assessment/rows/" + p.value(`select e.row_id::text from assessment_entries e join assessment_rows r on r.tenant_id = e.tenant_id and r.id = e.row_id
		where r.sheet_id = $1 and e.clause = ''`, p.sheet))
	b.Eval(`const s = document.querySelector('form[action*="/entries/"] select[name=choice]'); s.value = [...s.options].map(o => o.value).find(v => v.startsWith("integrity|") && v.length > 10)`)
	p.picture(b, "row")
	b.Click(`form[action*="/entries/"] button[type=submit]`)
	b.Wait(`(document.querySelector('form[action*="/entries/"] option[selected]') || {value: ""}).value.length > 10`)
	b.Go(p.path + "/check")
	b.Eval(`document.querySelectorAll('input[name^="jump."]').forEach(e => e.value = "本月工作有明显变化")`)
	p.picture(b, "check")
	b.Submit(`form[action="` + p.path + `/submit"] button.button-primary`)
	p.wants("submitted", `select state from assessment_sheets where id = $1`, p.sheet)
}

func (p *monthPlay) approves() {
	b := p.as("anhua-leader")
	b.Go(p.path + "/review")
	b.Submit(`form[action="` + p.path + `/review"] button[type=submit]`)
	b.Fill("[name=meeting_on]", "2026-12-29")
	b.Fill("[name=minutes_no]", "〔2026〕31号")
	b.Submit(`form[action="` + p.path + `/approve"] button.button-primary`)
	p.says(b, "名额") // the edge is not decided yet
	p.wants("submitted", `select state from assessment_sheets where id = $1`, p.sheet)
	p.marks(b)
	p.picture(b, "review")
	b.Submit(`form[action="` + p.path + `/approve"] button.button-primary`)
	p.wants("township_approved", `select state from assessment_sheets where id = $1`, p.sheet)
}

// marks ticks as many of the tied as there are seats.
func (p *monthPlay) marks(b *testkit.Browser) {
	p.t.Helper()
	seats := testkit.EvalAs[int](b, `Number((document.querySelector('form[action$="/approve"] fieldset legend') || {innerText: ""}).innerText.match(/(\d+)[^\d]*$/)[1])`)
	if tied := b.Count(`input[name=excellent]`); seats < 1 || tied <= seats {
		p.t.Fatalf("%d are tied for %d seats", tied, seats)
	}
	b.Eval(fmt.Sprintf(`[...document.querySelectorAll('input[name=excellent]')].forEach((e, i) => e.checked = i < %d)`, seats))
}

func (p *monthPlay) returnsThree() {
	b := p.as("wd-officer")
	b.Go(p.path + "/review?show=all")
	b.Eval(`[...document.querySelectorAll('input[name=row]')].slice(0, 3).forEach((e, i) => {
		e.checked = true; document.getElementById("f-why." + e.value).value = ["学习记录与台账不符", "扣分依据不当", "请核实分值"][i] })`)
	p.picture(b, "return")
	b.Submit(`button[form=return-form]`)
	p.wants("3", `select count(*)::text from assessment_rows where sheet_id = $1 and state = 'returned' and return_reason <> ''`, p.sheet)
}

func (p *monthPlay) resubmits() {
	b := p.as("anhua-clerk")
	b.Go(p.path + "?mode=deduct")
	p.picture(b, "returned")
	if n := b.Count(".grid-returned tr[data-row]"); n != 3 {
		p.t.Fatalf("%d returned rows stand on top", n)
	}
	b.Eval(`document.querySelector('.grid-returned input[name$=".governance"]').focus()`)
	b.Press("2", "Enter", "1", "Down")
	p.saved(b)
	b.Go(p.path + "/check")
	b.Submit(`form[action="` + p.path + `/submit"] button.button-primary`)
	p.wants("submitted", `select state from assessment_sheets where id = $1`, p.sheet)
	l := p.as("anhua-leader")
	l.Go(p.path + "/review")
	p.says(l, "退回原因")
	p.picture(l, "old-new")
	p.approveAgain()
}

// approveAgain approves a later round; meeting and minutes stand there from the first one.
func (p *monthPlay) approveAgain() {
	p.t.Helper()
	l := p.as("anhua-leader")
	l.Go(p.path + "/review")
	if l.Count(`input[name=excellent]`) > 0 {
		p.marks(l)
	}
	if l.Count(`input[name=decision]`) > 0 {
		l.Click(`input[name=decision]`)
	}
	l.Submit(`form[action="` + p.path + `/approve"] button.button-primary`)
	p.wants("township_approved", `select state from assessment_sheets where id = $1`, p.sheet)
}

func (p *monthPlay) publishes() {
	b := p.as("wd-officer")
	b.Go(p.path + "/review")
	b.Submit(`form[action="` + p.path + `/file"] button.button-primary`)
	b.Go("/assessment/2026-12/publish")
	p.picture(b, "publish")
	b.Eval(`document.querySelectorAll('input[name=sheet]').forEach(e => e.checked = true)`)
	b.Submit(`form[action="/assessment/2026-12/publish"] button.button-primary`)
	p.wants("published", `select state from assessment_sheets where id = $1`, p.sheet)
}

func (p *monthPlay) posts() {
	p.later(time.Date(2026, time.December, 31, 9, 0, 0, 0, month.Zone))
	b := p.as("anhua-clerk")
	b.Go(p.path + "/notice")
	b.Fill("[name=posted_on]", "2026-12-31")
	b.Submit(`button[name=all][value="1"]`)
	p.picture(b, "notice")
	p.wants("46", `select count(*)::text from assessment_postings o join assessment_publications p on p.tenant_id = o.tenant_id and p.id = o.publication_id
		where p.sheet_id = $1 and o.ends_on is not null`, p.sheet)
	b.Go(p.path + "/notice/print")
	p.says(b, "公示期")
	if pdf := b.PDF(); !bytes.HasPrefix(pdf, []byte("%PDF")) {
		p.t.Error("the notices do not print")
	}
	p.picture(b, "notice-paper")
	b.Go(p.path + "/summary")
	p.says(b, "组织委员")
	p.picture(b, "summary-paper")
	b.PDF()
}

func (p *monthPlay) objects() {
	b := p.as("anhua-silinshan")
	b.Size(390, 844)
	b.Go("/")
	p.picture(b, "village")
	b.Submit(`a[href^="/village/objections/new"]`)
	b.Click(`input[name=row]`)
	b.Fill(`[name=content]`, "学习扣分与实际参加培训情况不符,请核实")
	p.picture(b, "objection")
	b.Submit(`form button[type=submit]`)
	p.wants("1", `select count(*)::text from assessment_objections where sheet_id = $1 and state = 'open'`, p.sheet)
}

func (p *monthPlay) corrects() {
	objection := p.value(`select id::text from assessment_objections where sheet_id = $1`, p.sheet)
	l := p.as("anhua-leader")
	l.Go("/assessment/objections/" + objection)
	l.Click(`input[name=decision][value=upheld]`)
	l.Fill(`[name=answer]`, "经核实,该同志参加了培训,予以更正")
	p.picture(l, "answer")
	l.Submit(`form[action="/assessment/objections/` + objection + `"] button.button-primary`)
	b := p.as("anhua-clerk")
	b.Go(p.path)
	b.Eval(`document.querySelector('.grid-returned input[name$=".learning"]').focus()`)
	b.Press("1", "0", "Enter") // full marks need no clause
	p.saved(b)
	b.Go(p.path + "/check")
	b.Submit(`form[action="` + p.path + `/submit"] button.button-primary`)
	p.approveAgain()
	o := p.as("wd-officer")
	o.Go(p.path + "/review")
	o.Submit(`form[action="` + p.path + `/file"] button.button-primary`)
	o.Go("/assessment/2026-12/publish")
	p.says(o, "更正公示(第2版)")
	o.Eval(`document.querySelectorAll('input[name=sheet]').forEach(e => e.checked = true)`)
	o.Submit(`form[action="/assessment/2026-12/publish"] button.button-primary`)
	b.Go(p.path + "/notice")
	p.says(b, "更正公示(第2版)")
	b.Submit(`button[name=all][value="1"]`)
	b.Go(p.path + "/notice/print?publication=" + p.value(`select max(id)::text from assessment_publications where sheet_id = $1`, p.sheet))
	p.says(b, "第2版")
	p.picture(b, "correction-paper")
}

func (p *monthPlay) pays() {
	o := p.as("wd-officer")
	township := p.value(`select township_id::text from assessment_sheets where id = $1`, p.sheet)
	o.Go("/assessment/pay/2026-12?township=" + township)
	p.says(o, "预计")
	p.later(time.Date(2027, time.January, 20, 9, 0, 0, 0, month.Zone))
	o = p.as("wd-officer")
	o.Go("/assessment/2026-12")
	o.Submit(`form[action="/assessment/2026-12/lock"] button`)
	p.wants("locked", `select state from assessment_sheets where id = $1`, p.sheet)
	o.Go("/assessment/pay/2026-12?township=" + township)
	p.says(o, "最终")
	p.picture(o, "pay")
	sum := p.value(`select to_char(sum(amount_fen) / 100.0, 'FM999,999,990.00') from assessment_results r join assessment_publications b on b.tenant_id = r.tenant_id
		and b.id = r.publication_id where b.sheet_id = $1 and r.replaced_by is null`, p.sheet)
	p.says(o, sum)
}
