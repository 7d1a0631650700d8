package app_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"touyan/internal/platform/month"
	"touyan/internal/testkit"
)

var pageOfPDF = regexp.MustCompile(`/Type\s*/Page[^s]`)

// dutyPlay is a month of rosters of 安化镇, played in the browser.
type dutyPlay struct {
	*monthPlay
	village string // key of the village that the play looks at
	roster  string // its roster of January
}

// TestAMonthOfDutyIsPlayedInTheBrowser drafts a township's month, finds an empty day refused at publication, fills it,
// publishes, swaps by a consent link on a phone, records an absence, confirms the deduction in the month's sheet, and
// proves a month three months back. With TOUYAN_SCREENSHOTS=docs/images it leaves pictures there.
func TestAMonthOfDutyIsPlayedInTheBrowser(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	h.setClock(time.Date(2026, time.December, 28, 10, 0, 0, 0, month.Zone))
	p := &dutyPlay{monthPlay: &monthPlay{demoHouse: h, t: t, owner: h.owner(), tabs: map[string]*testkit.Browser{}}}
	p.village = p.value(`select v.id::text from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id
		where t.code = '621202101' and v.valid_to is null order by v.code limit 1`)
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"the clerk drafts January", p.drafts}, {"an empty day is refused", p.refused}, {"it is filled and published", p.fills},
		{"the sheet is printed", p.prints}, {"two swap by a link", p.swaps}, {"an absence becomes a deduction", p.absent}, {"an old month is proved", p.proves},
	} {
		step.do()
		if t.Failed() {
			t.Fatalf("stopped at: %s", step.name)
		}
	}
}

func (p *dutyPlay) drafts() {
	b := p.as("anhua-clerk")
	b.Go("/duty/2027-01")
	b.Submit(`form[action="/duty/2027-01/draft"] button`)
	p.wants("46", `select count(*)::text from duty_rosters r join townships t on t.tenant_id = r.tenant_id and t.id = r.township_id
		where t.code = '621202101' and r.month = '2027-01-01' and r.empty_days = 0 and r.filled = 31`)
	p.roster = p.value(`select id::text from duty_rosters where village_id = $1::bigint and month = '2027-01-01'`, p.village)
}

func (p *dutyPlay) refused() {
	b := p.as("anhua-clerk")
	at := "/duty/rosters/" + p.roster
	b.Go(at)
	p.picture(b, "roster")
	b.Click(`.roster-none input[name="d.20."]`)
	b.Submit(`form[action="` + at + `"] button.button-primary`)
	p.says(b, "空岗")
	b.Go("/duty/2027-01")
	b.Submit(`form[action="/duty/2027-01/publish"] button`)
	p.says(b, "20日")
	p.wants("45", `select count(*)::text from duty_rosters r join townships t on t.tenant_id = r.tenant_id and t.id = r.township_id
		where t.code = '621202101' and r.month = '2027-01-01' and r.number = 1`)
	p.wants("0", `select number::text from duty_rosters where id = $1::bigint`, p.roster)
}

func (p *dutyPlay) fills() {
	b := p.as("anhua-clerk")
	at := "/duty/rosters/" + p.roster
	b.Go(at)
	b.Submit(`form[action="` + at + `/repair"] button`)
	p.wants("0", `select empty_days::text from duty_rosters where id = $1::bigint`, p.roster)
	b.Submit(`form[action="` + at + `/publish"] button`)
	p.wants("1", `select number::text from duty_rosters where id = $1::bigint`, p.roster)
}

func (p *dutyPlay) prints() {
	b := p.as("anhua-clerk")
	b.Go("/duty/rosters/" + p.roster + "/wall")
	p.says(b, "2027年1月")
	p.onOnePage(b)
	p.picture(b, "wall")
}

// onOnePage holds what is shown to one sheet of paper.
func (p *dutyPlay) onOnePage(b *testkit.Browser) {
	p.t.Helper()
	if pages := len(pageOfPDF.FindAll(b.PDF(), -1)); pages != 1 {
		p.t.Errorf("%s takes %d pages", b.Path(), pages)
	}
}

func (p *dutyPlay) swaps() {
	b := p.as("anhua-clerk")
	b.Go("/duty/rosters/" + p.roster + "/swaps")
	first := testkit.EvalAsync[string](b, `document.querySelector("#f-from option[value]:not([value=''])").value`)
	b.Fill("#f-from", first)
	from := testkit.EvalAsync[string](b, `document.querySelector("#f-from").selectedOptions[0].innerText.trim().split(" ").pop()`)
	other := testkit.EvalAsync[string](b, `[...document.querySelectorAll("#f-with optgroup:first-of-type option")].find(o => !o.innerText.includes(`+strconv.Quote(from)+`)).value`)
	b.Fill("#f-with", other)
	b.Fill("[name=reason]", "到区里参加培训")
	b.Submit(`button[name=how][value=ask]`)
	message := testkit.EvalAsync[string](b, `document.querySelector("#f-message").value`)
	link := message[strings.Index(message, "/duty/consent/"):]
	phone := testkit.NewBrowser(p.t, p.URL)
	phone.Size(390, 844)
	phone.Go(link)
	if o := phone.Overflow(); o != "" {
		p.t.Errorf("%s reaches beyond a phone", o)
	}
	phone.Submit(`button[name=answer][value=agree]`)
	p.wants("2", `select number::text from duty_rosters where id = $1::bigint`, p.roster)
	p.wants("agreed", `select state from duty_swaps where roster_id = $1::bigint`, p.roster)
	phone.Go(link)
	if text := phone.Text("body"); phone.Count(`button[name=answer]`) != 0 {
		p.t.Errorf("the link works twice: %s", text)
	}
	p.wants("0", `select empty_days::text from duty_rosters where id = $1::bigint`, p.roster)
}

func (p *dutyPlay) absent() {
	p.opens() // December is assessed
	b := p.as("anhua-clerk")
	b.Go("/duty/2026-12")
	b.Submit(`form[action="/duty/2026-12/publish"] button`)
	// A village where today's is somebody who is assessed.
	village := p.value(`select r.village_id::text from duty_rosters r join duty_assignments a on a.tenant_id = r.tenant_id and a.roster_id = r.id
		join townships t on t.tenant_id = r.tenant_id and t.id = r.township_id
		join assessment_rows w on w.tenant_id = a.tenant_id and w.person_id = a.person_id and w.month = '2026-12-01'
		where t.code = '621202101' and r.month = '2026-12-01' and r.number > 0 and a.on_day = '2026-12-28' order by r.village_id limit 1`)
	b.Go("/duty/checks/villages/" + village)
	b.Fill("[name=time]", "09:30")
	b.Click(`[name=way][value=visit]`)
	b.Click(`[name=result][value=absent]`)
	b.Submit(`form[action="/duty/checks/villages/` + village + `"] button.button-primary`)
	p.wants("absent", `select result from duty_checks where village_id = $1::bigint and on_day = '2026-12-28'`, village)
	b.Go(p.path + "/check#proposals")
	p.says(b, "拟扣分")
	b.Submit(`#proposals button[name=decision][value=confirmed]`)
	p.wants("1", `select count(*)::text from assessment_entries e join assessment_rows w on w.tenant_id = e.tenant_id and w.id = e.row_id
		join duty_checks c on c.tenant_id = w.tenant_id and c.person_id = w.person_id where c.on_day = '2026-12-28' and w.month = '2026-12-01' and e.points < 0`)
}

func (p *dutyPlay) proves() {
	d := p.as("wd-officer")
	d.Go("/duty/overview/2026-11")
	p.says(d, "701")
	p.picture(d, "coverage")
	b := p.as("anhua-clerk")
	b.Go("/duty/ledgers")
	b.Fill("[name=village]", p.village)
	b.Fill("[name=first]", "2026-09")
	b.Fill("[name=last]", "2026-09")
	b.Submit(`form[action="/duty/ledgers"] button[type=submit]`)
	p.says(b, "一致")
	b.Submit(`a[href$="/print"]`)
	p.says(b, "第1版")
	p.says(b, "校验码")
	p.onOnePage(b)
}
