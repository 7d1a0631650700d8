package duty_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

func (p *patrol) ledgerOf(unit, first, last string) url.Values {
	u := p.Units[unit]
	return url.Values{"township": {strconv.FormatInt(u.Township, 10)}, "village": {strconv.FormatInt(u.Village, 10)}, "first": {first}, "last": {last}}
}

// hang writes version 1 of every roster of the patrol as it looks.
func (p *patrol) hang() {
	p.Exec(`insert into duty_versions (tenant_id, township_id, village_id, roster_id, number, reason, days, changes, phone, made_by, made_at)
		select r.tenant_id, r.township_id, r.village_id, r.id, 1, '首次发布', jsonb_agg(jsonb_build_object('day', extract(day from a.on_day)::int,
			'name', a.person_name, 'title', a.title) order by a.on_day), '[]', '', '王建国', r.published_at
		from duty_rosters r join duty_assignments a on a.tenant_id = r.tenant_id and a.roster_id = r.id where r.number > 0 group by r.tenant_id, r.id`)
}

func TestALedgerProvesAMonthAndItsCodeIsConfirmed(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.hang()
	c := p.As(access.TownshipClerk, "A")
	c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "substitute", "found", "李娜")).Want(http.StatusSeeOther)
	c.Post(p.checkOf("A2"), spot("2026-11-22", "10:30", "absent")).Want(http.StatusSeeOther)
	at := c.Post("/duty/ledgers", p.ledgerOf("A1", "2026-10", "2026-11")).Want(http.StatusSeeOther).Location()
	paper := c.Get(at + "/print").Want(http.StatusOK).Doc()
	text := paper.Text("main")
	for _, want := range []string{"系统启用前,无记录", "第1版", "首次发布", "23 张伟", "24 李娜", "30 空岗", "他人代班(李娜)", "校验码"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("the paper does not say %q:\n%s", want, text)
		}
	}
	if len(paper.All("section.ledger")) != 2 || strings.Contains(text, "11-22") {
		t.Errorf("%d sections; what was found in the sibling village must not be there", len(paper.All("section.ledger")))
	}
	page := c.Get(at).Want(http.StatusOK).Doc()
	code := page.Text(".facts")
	code = code[strings.Index(code, "-")-5 : strings.Index(code, "-")+6]
	typed := " " + strings.ToLower(strings.ReplaceAll(code, "-", " ")) + " "
	confirmed := c.Get("/duty/ledgers/verify?code=" + url.QueryEscape(typed)).Want(http.StatusOK).Doc().Text("main")
	if !strings.Contains(confirmed, "一致") || !strings.Contains(confirmed, code) {
		t.Errorf("the code %q is not confirmed: %s", typed, confirmed)
	}
	if n := p.Count(`select count(*) from duty_ledgers where code = $1 and village_id = $2`, code, p.Units["A1"].Village); n != 1 {
		t.Error("the code is not kept")
	}
	// A neighbour cannot tell whether the code exists; the sibling village neither.
	for _, other := range []string{
		p.As(access.TownshipClerk, "B").Get("/duty/ledgers/verify?code=" + code).Want(http.StatusOK).Doc().Text("main"),
		p.As(access.VillageSecretary, "A2").Get("/duty/ledgers/verify?code=" + code).Want(http.StatusOK).Doc().Text("main"),
		p.As(access.TownshipClerk, "C").Get("/duty/ledgers/verify?code=" + code).Want(http.StatusOK).Doc().Text("main"),
	} {
		if !strings.Contains(other, "没有找到这个校验码") || strings.Contains(other, "一致") {
			t.Errorf("out of scope: %s", other)
		}
	}
	p.As(access.VillageSecretary, "A2").Get(at).Want(http.StatusNotFound)
	// Another fact is recorded: the paper is what it was, the record is not.
	c.Post(p.checkOf("A1"), spot("2026-11-21", "15:00", "in_post")).Want(http.StatusSeeOther)
	if now := c.Get("/duty/ledgers/verify?code=" + code).Doc().Text("main"); !strings.Contains(now, "制作以后系统中的记录有变化") {
		t.Errorf("a later record goes unnoticed: %s", now)
	}
	if text := c.Get(at + "/print").Doc().Text(".ledger-code"); !strings.Contains(text, "不能用校验码"+code+"证明") || strings.Contains(text, "制作:") {
		t.Errorf("a changed record is printed under the old code: %s", text)
	}
	if n := p.Count(`select count(*) from audit_log where action = 'duty.ledger'`); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
}

func TestALedgerOfASpanThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.TownshipClerk, "A")
	for sentence, form := range map[string]url.Values{
		"结束月份不能早于起始月份": p.ledgerOf("A1", "2026-11", "2026-10"),
		"台账只能到本月为止":    p.ledgerOf("A1", "2026-11", "2026-12"),
		"一次最多24个月":     p.ledgerOf("A1", "2023-01", "2026-11"),
		"请填写起止月份":      p.ledgerOf("A1", "2026-13", "x"),
		"一次最多3个月":      {"township": {strconv.FormatInt(p.Units["A"].Township, 10)}, "village": {"0"}, "first": {"2026-01"}, "last": {"2026-11"}},
	} {
		doc := c.Post("/duty/ledgers", form).Want(http.StatusUnprocessableEntity).Doc()
		if !strings.Contains(doc.Text("main"), sentence) || doc.One("input[name=last]").Attr("value") != form.Get("last") {
			t.Errorf("%v: %s", form, doc.Text("main"))
		}
	}
	c.Post("/duty/ledgers", p.ledgerOf("B1", "2026-11", "2026-11")).Want(http.StatusNotFound)
	p.As(access.VillageSecretary, "A2").Post("/duty/ledgers", p.ledgerOf("A1", "2026-11", "2026-11")).Want(http.StatusNotFound)
	if n := p.Count(`select count(*) from duty_ledgers`); n != 0 {
		t.Errorf("%d ledgers were made", n)
	}
	// The whole township in one: both villages, and nobody else's.
	at := c.Post("/duty/ledgers", url.Values{"township": {strconv.FormatInt(p.Units["A"].Township, 10)}, "village": {"0"}, "first": {"2026-11"}, "last": {"2026-11"}}).
		Want(http.StatusSeeOther).Location()
	if sections := c.Get(at + "/print").Doc().All("section.ledger"); len(sections) != 2 {
		t.Errorf("%d villages of the township", len(sections))
	}
}

func TestALedgerAsAWorkbookSaysWhatThePaperSays(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	p.hang()
	c := p.As(access.TownshipClerk, "A")
	c.Post(p.checkOf("A1"), spot("2026-11-23", "09:30", "substitute", "found", "李娜", "note", "=HYPERLINK(1)")).Want(http.StatusSeeOther)
	c.Post(p.checkOf("A2"), spot("2026-11-22", "10:30", "absent")).Want(http.StatusSeeOther)
	at := c.Post("/duty/ledgers", p.ledgerOf("A1", "2026-10", "2026-11")).Want(http.StatusSeeOther).Location()
	book, err := excelize.OpenReader(bytes.NewReader(c.Post(at+"/export", url.Values{}).Want(http.StatusOK).Body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range rows {
		all = append(all, strings.Join(r, "|"))
	}
	text := strings.Join(all, "\n")
	village := p.Units["A1"].Name
	for _, want := range []string{"校验码:", "2026-10|" + village + "|值班表||系统启用前,无记录", "2026-11|" + village + "|值班表第1版|2026-11-23|张伟|首次发布,王建国",
		"2026-11|" + village + "|值班表第1版|2026-11-30|空岗", "2026-11|" + village + "|抽查||11-23 09:30 实地走访 张伟 他人代班(李娜),检查人赵督查,=HYPERLINK(1)"} {
		if !strings.Contains(text, want) {
			t.Errorf("the workbook does not say %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "值班表第1版"); n != 30 {
		t.Errorf("%d days of version 1", n)
	}
	if strings.Contains(text, p.Units["A2"].Name) || strings.Contains(text, "11-22 10:30") {
		t.Error("the sibling village is in it")
	}
	p.As(access.VillageSecretary, "A2").Post(at+"/export", url.Values{}).Want(http.StatusNotFound)
	c.Post(p.checkOf("A1"), spot("2026-11-21", "15:00", "in_post")).Want(http.StatusSeeOther)
	if book, err = excelize.OpenReader(bytes.NewReader(c.Post(at+"/export", url.Values{}).Want(http.StatusOK).Body)); err != nil {
		t.Fatal(err)
	}
	if first, _ := book.GetRows(book.GetSheetName(0)); !strings.Contains(strings.Join(first[1], ""), "制作以后系统中的记录有变化") {
		t.Errorf("a changed record goes out under the old code: %v", first[:2])
	}
}

func TestALeaveStandsUnderEveryMonthThatItTouches(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	u := p.Units["A1"]
	p.Exec(`insert into duty_leaves (tenant_id, township_id, village_id, person_id, person_name, kind, during, recorded_by, recorded_at)
		values ($1, $2, $3, $4, '张伟', 'sick', daterange('2026-08-30', '2026-11-03'), '王建国', now())`, u.Tenant, u.Township, u.Village, p.people["A1/张伟"])
	c := p.As(access.TownshipClerk, "A")
	at := c.Post("/duty/ledgers", p.ledgerOf("A1", "2026-09", "2026-11")).Want(http.StatusSeeOther).Location()
	sections := c.Get(at + "/print").Want(http.StatusOK).Doc().All("section.ledger")
	if len(sections) != 3 {
		t.Fatalf("%d months", len(sections))
	}
	for i, s := range sections {
		if !strings.Contains(s.Text(), "张伟 病假 08-30至11-02,王建国登记") {
			t.Errorf("month %d: %s", i+9, s.Text())
		}
	}
	// What the code stands for is the facts and not how a release says them.
	err := access.Read(t.Context(), p.Scope(access.TownshipClerk, "A"), func(tx *access.Tx) error {
		l, err := p.module.Store.Ledger(t.Context(), tx, u.Township, u.Village, month.MustParse("2026-09"), month.MustParse("2026-11"))
		kept, _ := json.Marshal(l)
		for _, word := range []string{"病假", "登记", "无记录", "没有发布"} {
			if strings.Contains(string(kept), word) {
				t.Errorf("the fingerprint covers the word %s: %s", word, kept)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
