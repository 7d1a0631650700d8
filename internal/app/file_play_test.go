package app_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/month"
	"touyan/internal/testkit"
)

// filePlay is the life of a personnel file in 安化镇, played in the browser.
type filePlay struct {
	*monthPlay
	number  string // of the newcomer
	person  string // the newcomer's key
	village string // its name
	chief   string // key of the secretary who goes up
}

// TestAPersonnelFileIsPlayedInTheBrowser imports a workbook with an error, repairs it and imports it again, corrects a birth
// date by a request through three accounts, promotes a secretary, sees the figures move and opens their list, takes the form
// of appointment out and in again, and reads who did what. With TOUYAN_SCREENSHOTS=docs/images it leaves pictures there.
func TestAPersonnelFileIsPlayedInTheBrowser(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	h.setClock(time.Date(2026, time.December, 10, 10, 0, 0, 0, month.Zone))
	p := &filePlay{monthPlay: &monthPlay{demoHouse: h, t: t, owner: h.owner(), tabs: map[string]*testkit.Browser{}}}
	p.number = idcard.Make("622621", time.Date(1988, time.May, 17, 0, 0, 0, 0, time.UTC), 377, idcard.Female)
	p.village = p.value(`select v.name from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id
		where t.code = '621202101' and v.valid_to is null order by v.code limit 1`)
	p.chief = p.value(`select a.person_id::text from appointments a join townships t on t.tenant_id = a.tenant_id and t.id = a.township_id
		join persons f on f.tenant_id = a.tenant_id and f.id = a.person_id and f.township_id = t.id
		where t.code = '621202101' and a.position_code = 'party_secretary' and upper_inf(a.during) and a.management_type = 'ordinary' order by a.person_id limit 1`)
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"a workbook with an error is repaired and imported", p.imports}, {"a birth date is corrected through three accounts", p.corrects},
		{"a secretary's file gets its photo and is printed as a form", p.prints}, {"a secretary goes up and the figures move", p.promotes}, {"the form of appointment goes out and comes in", p.exchanges},
		{"the auditor reads it", p.audits},
	} {
		step.do()
		if t.Failed() {
			t.Fatalf("stopped at: %s", step.name)
		}
	}
}

// fetched posts a form of the page as its button would, and gives the file that comes back.
func (p *filePlay) fetched(b *testkit.Browser, form string) []byte {
	p.t.Helper()
	text := testkit.EvalAsync[string](b, `(async () => {
		const form = document.querySelector(`+strconv.Quote(form)+`)
		const res = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) })
		const bytes = new Uint8Array(await res.arrayBuffer())
		return res.status + " " + btoa(Array.from(bytes, (c) => String.fromCharCode(c)).join("")) })()`)
	status, packed, _ := strings.Cut(text, " ")
	content, err := base64.StdEncoding.DecodeString(packed)
	if err != nil || status != "200" {
		p.t.Fatalf("%s answers %s %v %.300s", form, status, err, content)
	}
	return content
}

// upload sends a file by the page's form.
func (p *filePlay) upload(b *testkit.Browser, field, name string, content []byte, submit string) {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
	b.Upload(field, path)
	b.Submit(submit)
}

func (p *filePlay) imports() {
	book := excelize.NewFile()
	defer book.Close()
	wrong := p.number[:17] + map[bool]string{true: "1", false: "2"}[p.number[17] != '1']
	for i, row := range [][]any{{"安化镇村(社区)干部花名册"}, {"序号", "村名", "姓名", "公民身份号码", "性别", "学历", "政治面貌", "现任职务", "任职时间", "联系电话"},
		{1, p.village, "卓玛·㛃", wrong, "女", "大专", "中共党员", "村委会委员", "2025.03", "13900001234"}} {
		if err := book.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &row); err != nil {
			p.t.Fatal(err)
		}
	}
	file, err := book.WriteToBuffer()
	if err != nil {
		p.t.Fatal(err)
	}
	b := p.as("anhua-clerk")
	b.Go("/cadres/import")
	p.upload(b, "[name=file]", "安化镇花名册.xlsx", file.Bytes(), `form[action="/cadres/import"] button[type=submit]`)
	p.says(b, "校验位不符")
	p.wants("0", `select count(*)::text from persons where name = '卓玛·㛃'`)
	repair, err := excelize.OpenReader(bytes.NewReader(p.fetched(b, `form[action$="/repair"]`)))
	if err != nil {
		p.t.Fatal(err)
	}
	defer repair.Close()
	sheet := repair.GetSheetName(0)
	cells, err := repair.SearchSheet(sheet, wrong)
	if err != nil || len(cells) != 1 {
		p.t.Fatalf("the repair file has the number at %v, %v", cells, err)
	}
	if err := repair.SetCellStr(sheet, cells[0], p.number); err != nil {
		p.t.Fatal(err)
	}
	mended, err := repair.WriteToBuffer()
	if err != nil {
		p.t.Fatal(err)
	}
	b.Go("/cadres/import")
	p.upload(b, "[name=file]", "安化镇花名册-已改.xlsx", mended.Bytes(), `form[action="/cadres/import"] button[type=submit]`)
	p.says(b, "新增")
	b.Submit(`form[action$="/confirm"] button`)
	p.person = p.value(`select id::text from persons where name = '卓玛·㛃' and birth_date = '1988-05-17'`)
}

func (p *filePlay) corrects() {
	clerk := p.as("anhua-clerk")
	clerk.Go("/cadres/" + p.person + "/changes/new?field=birth")
	clerk.Fill("[name=birth]", "1987-05-17")
	clerk.Fill("[name=reason]", "干部档案认定的出生日期与身份证号不一致")
	p.upload(clerk, "[name=file]", "档案认定表.pdf", []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
		`form[action$="/changes"] button[type=submit]`)
	request := clerk.Path()
	if !strings.HasPrefix(request, "/changes/") {
		p.t.Fatalf("the request leads to %s: %s", request, clerk.Text("main"))
	}
	if clerk.Count(`form[action$="/check"], form[action$="/approve"]`) != 0 {
		p.t.Error("who asks may also check")
	}
	leader := p.as("anhua-leader")
	leader.Go(request)
	leader.Submit(`form[action$="/check"] button`)
	p.wants("1988-05-17", `select birth_date::text from persons where id = $1::bigint`, p.person)
	officer := p.as("wd-officer")
	officer.Go(request)
	officer.Submit(`form[action$="/approve"] button`)
	p.picture(officer, "change")
	p.wants("1987-05-17", `select birth_date::text from persons where id = $1::bigint`, p.person)
	officer.Go("/cadres/" + p.person)
	p.says(officer, "1987年5月")
}

// portrait draws nobody: a head and shoulders before a light ground, wider than a two-inch photo.
func portrait(t *testing.T) []byte {
	t.Helper()
	const w, h = 420, 490
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			dx, head, body := float64(x-w/2), float64(y-190), float64(y-h)
			c := color.RGBA{0xd5, 0xe2, 0xee, 0xff}
			switch {
			case dx*dx/(85*85)+head*head/(105*105) < 1:
				c = color.RGBA{0x9a, 0xa9, 0xb8, 0xff}
			case dx*dx/(170*170)+body*body/(170*170) < 1:
				c = color.RGBA{0x6f, 0x80, 0x92, 0xff}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (p *filePlay) prints() {
	full := p.value(`select f.id::text from persons f join townships t on t.tenant_id = f.tenant_id and t.id = f.township_id
		where t.code = '621202101' and exists (select from appointments a where a.tenant_id = f.tenant_id and a.person_id = f.id and upper_inf(a.during)
			and a.position_code = 'party_secretary')
		order by (select count(*) from resume_entries e where e.tenant_id = f.tenant_id and e.person_id = f.id)
			+ (select count(*) from education_records e where e.tenant_id = f.tenant_id and e.person_id = f.id) desc, f.id limit 1`)
	clerk := p.as("anhua-clerk")
	clerk.Go("/cadres/" + full + "/attachments")
	p.upload(clerk, "[name=photo]", "照片.jpg", portrait(p.t), `form[action$="/photo"] button[type=submit]`)
	clerk.Go("/cadres/" + full)
	if clerk.Count(`.photo-aside img`) != 1 {
		p.t.Error("the photo does not stand on the page")
	}
	p.picture(clerk, "file")
	clerk.Go("/cadres/" + full + "/form")
	clerk.Fill("[name=purpose]", "换届考察")
	clerk.Submit(`button[formaction$="/form/print"]`)
	p.says(clerk, "干部任免审批表")
	clerk.Size(860, 1010)
	p.picture(clerk, "form")
	clerk.Size(1280, 800)
}

func (p *filePlay) promotes() {
	const figures = "/reports/structure?caliber=secretary&by=unit"
	officer := p.as("wd-officer")
	officer.Go(figures)
	p.says(officer, "701")
	p.picture(officer, "structure")
	clerk := p.as("anhua-clerk")
	clerk.Go("/cadres/" + p.chief)
	clerk.Eval(`document.querySelectorAll("#appoint details").forEach((d) => { d.open = true })`)
	clerk.Fill("#f-promote-kind", "leading_group")
	clerk.Fill("#f-promote-to_post", "安化镇党委委员")
	clerk.Fill("#f-promote-on", "2026-12-08")
	clerk.Click("#f-promote-end_posts")
	clerk.Submit(`form[action$="/promote"] button[type=submit]`)
	p.wants("1", `select count(*)::text from promotions where person_id = $1::bigint and kind = 'leading_group' and to_post = '安化镇党委委员'`, p.chief)
	p.wants("0", `select count(*)::text from appointments where person_id = $1::bigint and upper_inf(during)`, p.chief)
	officer.Go(figures)
	total := testkit.EvalAsync[string](officer, `document.querySelector("tfoot td a").textContent.trim()`)
	if total != "700" {
		p.t.Errorf("after the promotion %s secretaries", total)
	}
	officer.Submit("tfoot td a") // the named rows behind the figure
	p.says(officer, "700")
	p.picture(officer, "structure-list")
	officer.Go("/reports/overview")
	p.says(officer, "工作综述")
	p.picture(officer, "overview")
}

func (p *filePlay) exchanges() {
	officer := p.as("wd-officer")
	officer.Go("/cadres/" + p.person + "/form")
	officer.Fill("[name=purpose]", "干部任免呈报")
	file := p.fetched(officer, `form[action$="/form/export"]`)
	if !bytes.Contains(file, []byte("<XingMing>卓玛·㛃</XingMing>")) || !bytes.Contains(file, []byte("<ChuShengNianYue>198705</ChuShengNianYue>")) {
		p.t.Fatalf("the file says %.400s", file)
	}
	clerk := p.as("anhua-clerk")
	const send = `form[action="/cadres/forms/import"] button[type=submit]`
	clerk.Go("/cadres/forms/import")
	p.upload(clerk, "[name=file]", "卓玛·㛃.lrmx", file, send)
	p.says(clerk, "与花名册一致")
	changed := bytes.Replace(file, []byte("<JiGuan />"), []byte("<JiGuan>甘肃武都</JiGuan>"), 1)
	clerk.Go("/cadres/forms/import")
	p.upload(clerk, "[name=file]", "卓玛·㛃.lrmx", changed, send)
	p.says(clerk, "甘肃武都")
	p.picture(clerk, "form-import")
	clerk.Submit(`form[action$="/confirm"] button[type=submit]`)
	p.wants("甘肃武都", `select native_place from persons where id = $1::bigint`, p.person)
}

func (p *filePlay) audits() {
	auditor := p.as("wd-auditor")
	auditor.Go("/audit/people")
	auditor.Fill("[name=q]", "卓玛·㛃")
	auditor.Submit(`main form button[type=submit]`)
	auditor.Submit(`td a[href*="person="]`)
	for _, words := range []string{"任免审批表", "干部任免呈报"} {
		p.says(auditor, words)
	}
	if text := auditor.Text("body"); strings.Contains(text, p.number) {
		p.t.Error("the auditor sees the whole number")
	}
}
