package assessment_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// finish publishes and locks October of both townships of 甲区, and opens November.
func (o *office) finish() {
	o.T.Helper()
	o.settle()
	o.approve("A")
	o.approve("B")
	o.mustPublish("A", "B")
	o.post(time.Date(2026, 11, 2, 0, 0, 0, 0, month.Zone), 7)
	o.lock(o.month)
	o.Tick(time.Hour)
	o.openMonth(o.month.Next())
}

func (o *office) openMonth(at month.Month) {
	o.T.Helper()
	err := access.InScope(context.Background(), o.Scope(access.DistrictOfficer, "甲"), func(tx *access.Tx) error {
		_, err := o.module.Open(context.Background(), tx, at)
		return err
	})
	if err != nil {
		o.T.Fatal(err)
	}
}

// compare looks for differences of October as the clerk of A.
func (o *office) compare() int {
	o.T.Helper()
	open := 0
	err := access.InScope(context.Background(), o.Scope(access.TownshipClerk, "A"), func(tx *access.Tx) (err error) {
		open, err = o.module.Differences(context.Background(), tx, o.month, o.Units["A"].Township)
		return err
	})
	if err != nil {
		o.T.Fatal(err)
	}
	return open
}

// difference reads the one difference of a person that is in a state.
func (o *office) difference(who, state string) (id, paid, due int64) {
	o.T.Helper()
	if err := o.Owner.QueryRow(context.Background(), `select id, paid_fen, due_fen from assessment_differences where person_id = $1 and state = $2`,
		o.people[who], state).Scan(&id, &paid, &due); err != nil {
		o.T.Fatalf("difference of %s: %v", who, err)
	}
	return id, paid, due
}

func TestARegisterChangeInAFinalMonthIsADifference(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.finish()
	if n := o.compare(); n != 0 {
		t.Fatalf("%d differences though nothing changed", n)
	}
	frozen := `select count(*) from assessment_results where amount_fen in (65655, 59090, 52524)`
	before := o.Count(frozen)
	o.dismiss("A1", "李娜", "2026-10-16") // left on the 15th, told in November
	o.dismiss("B1", "李娜", "2026-10-16")
	o.Exec(`update persons set died_on = '2026-10-15' where id = $1`, o.people["A1/李娜"])
	if n := o.compare(); n != 1 {
		t.Fatalf("%d differences, want that of the own township", n)
	}
	o.compare() // the night looks again
	id, paid, due := o.difference("A1/李娜", "open")
	if paid != 59090 || due != 28592 { // 590.90 × 15 ÷ 31
		t.Errorf("paid %d, due %d", paid, due)
	}
	if o.Count(frozen) != before {
		t.Error("a final result was rewritten")
	}
	path := fmt.Sprintf("/assessment/differences/%d", id)
	c := o.As(access.TownshipClerk, "A")
	c.Post(path, url.Values{"decision": {"refused"}}).Want(http.StatusUnprocessableEntity)
	c.Post(path, url.Values{"decision": {"later"}}).Want(http.StatusUnprocessableEntity)
	o.As(access.TownshipClerk, "B").Post(path, url.Values{"decision": {"accepted"}}).Want(http.StatusNotFound)
	o.As(access.TownshipLeader, "A").Post(path, url.Values{"decision": {"accepted"}}).Want(http.StatusForbidden)
	if n := o.Count(`select count(*) from assessment_differences where state <> 'open'`); n != 0 {
		t.Fatal("a refused request decided")
	}
	c.Post(path, url.Values{"decision": {"accepted"}, "reason": {"家属已告知"}}).Want(http.StatusSeeOther)
	c.Post(path, url.Values{"decision": {"accepted"}}).Want(http.StatusSeeOther) // pressed twice
	c.Post(path, url.Values{"decision": {"refused"}, "reason": {"改主意"}}).Want(http.StatusConflict)
	if n := o.Count(`select count(*) from assessment_differences where id = $1 and carried_month = '2026-11-01'`, id); n != 1 {
		t.Error("the next open month does not carry it")
	}
	if n := o.compare(); n != 0 {
		t.Error("what was accepted is found again")
	}
	o.Exec(`update appointments set during = daterange(lower(during), null), way_out = '' where person_id = $1`, o.people["A1/李娜"])
	if n := o.compare(); n != 1 {
		t.Fatal("an accepted difference that no longer holds is not told")
	}
	if _, paid, due := o.difference("A1/李娜", "open"); paid != 28592 || due != 59090 {
		t.Errorf("taking back: paid %d, due %d", paid, due)
	}
	o.dismiss("A1", "李娜", "2026-10-16")
	if n := o.compare(); n != 0 || o.Count(`select count(*) from assessment_differences where state = 'refused' and decided_by = '系统'`) != 1 {
		t.Error("a difference that nobody decided on and that no longer holds closes by itself")
	}
}

func TestAcceptedDifferencesAreLinesOfTheNextMonth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.finish()
	o.dismiss("A1", "李娜", "2026-10-16")
	o.compare()
	id, _, _ := o.difference("A1/李娜", "open")
	c := o.As(access.TownshipClerk, "A")
	c.Post(fmt.Sprintf("/assessment/differences/%d", id), url.Values{"decision": {"accepted"}}).Want(http.StatusSeeOther)
	o.month = o.month.Next()
	o.approve("A")
	o.mustPublish("A")
	page := c.Get("/assessment/pay/2026-11").Want(http.StatusOK).Doc()
	if text := page.One("#carried").Text(); !strings.Contains(text, "李娜") || !strings.Contains(text, "-304.98") {
		t.Errorf("the difference is no line of November: %s", text)
	}
	if text := c.Get("/assessment/pay/2026-11/print").Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "以前月份差额") {
		t.Error("the printed sheet lacks the difference")
	}
	file := c.Post("/assessment/pay/2026-11/export", url.Values{"purpose": {"报财政所"}}).Want(http.StatusOK)
	if got := lastColumn(t, file.Body, "金额"); got["李娜以前月份差额"] != "-304.98" {
		t.Errorf("the export: %v", got)
	}
	if n := o.Count(`select count(*) from audit_log where action = 'export' and reason = '报财政所'`); n != 1 {
		t.Error("the export is not in the trail")
	}
	c.Post("/assessment/pay/2026-11/export", url.Values{"purpose": {" "}}).Want(http.StatusUnprocessableEntity)
	if text := o.As(access.TownshipClerk, "B").Get("/assessment/pay/2026-11?township=" + fmt.Sprint(o.Units["A"].Township)).Want(http.StatusOK).Doc().Text("main"); strings.Contains(text, "李娜") {
		t.Error("another township reads A's pay sheet")
	}
}

// lastColumn reads name+title → the value of a column of an exported sheet.
func lastColumn(t *testing.T, body []byte, title string) map[string]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	got, at := map[string]string{}, -1
	for _, r := range rows {
		for i, c := range r {
			if c == title {
				at = i
			}
		}
		if at >= 0 && len(r) > at && len(r) > 4 {
			got[r[3]+r[4]] = r[at]
		}
	}
	return got
}

func TestALateCorrectionNeverMovesWhatWasPaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.finish()
	officer := o.As(access.DistrictOfficer, "甲")
	path := fmt.Sprintf("/assessment/sheets/%d/reopen", o.sheet("A"))
	row := url.Values{"row": {fmt.Sprint(o.row("A1/李娜"))}, "reason": {"信访核实,漏扣"}}
	officer.Get(path).Want(http.StatusOK)
	officer.Post(path, url.Values{"row": row["row"]}).Want(http.StatusUnprocessableEntity)
	officer.Post(path, url.Values{"row": {fmt.Sprint(o.row("B1/李娜"))}, "reason": {"x"}}).Want(http.StatusNotFound)
	o.As(access.TownshipLeader, "A").Post(path, row).Want(http.StatusForbidden)
	if o.state("A") != "locked" {
		t.Fatal("a refused request reopened the sheet")
	}
	officer.Post(path, row).Want(http.StatusSeeOther)
	officer.Post(path, row).Want(http.StatusConflict) // pressed twice
	if n := o.Count(`select count(*) from assessment_months where month = $1 and state = 'open' and tenant_id = $2`, o.month.First(), o.Units["甲"].Tenant); n != 1 {
		t.Error("the month of a reopened sheet is not open")
	}
	if n := o.Count(`select count(*) from assessment_rows where sheet_id = $1 and state = 'returned'`, o.sheet("A")); n != 1 {
		t.Errorf("%d rows are open", n)
	}
	o.Exec(`update assessment_rows set base = 80, total = 80, normalised = 80 where id = $1`, o.row("A1/李娜"))
	o.approve("A")
	done := o.mustPublish("A")
	if done.Results != 1 || done.Sheets[0].Number != 2 {
		t.Fatalf("correction %+v", done)
	}
	c := o.As(access.TownshipClerk, "A")
	if text := c.Get("/assessment/pay/2026-10?q=李娜").Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "590.90") || strings.Contains(text, "472.72") {
		t.Error("the pay sheet of a paid month moved")
	}
	if text := c.Get(fmt.Sprintf("/assessment/results/%d", o.row("A1/李娜"))).Want(http.StatusOK).Doc().Text("main"); !strings.Contains(text, "第2版") || !strings.Contains(text, "第1版") || !strings.Contains(text, "信访核实,漏扣") {
		t.Error("both versions stay visible, with the reason")
	}
	if n := o.compare(); n != 1 {
		t.Fatalf("%d differences", n)
	}
	if _, paid, due := o.difference("A1/李娜", "open"); paid != 59090 || due != 47272 {
		t.Errorf("paid %d, due %d", paid, due)
	}
}

func TestNobodyDecidesOnHisOwnDifference(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.finish()
	o.dismiss("A1", "李娜", "2026-10-16")
	o.compare()
	id, _, _ := o.difference("A1/李娜", "open")
	m := o.NewMember("self", access.NewAccount{Username: "self-clerk", Name: "李娜", Role: access.TownshipClerk, Person: o.people["A1/李娜"]}, "A")
	c := o.Guest()
	c.Login(m.Username, m.Password)
	c.Post(fmt.Sprintf("/assessment/differences/%d", id), url.Values{"decision": {"accepted"}}).Want(http.StatusConflict)
	o.difference("A1/李娜", "open")
}

func TestWhoServedUnassessedInAFinalMonthIsNamed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.finish()
	o.hire("A1", "赵强", "vc_member", "2026-10-20") // registered late
	if n := o.compare(); n != 1 {
		t.Fatalf("%d differences", n)
	}
	if n := o.Count(`select count(*) from assessment_differences where person_name = '赵强' and reason like '%在岗12天%没有考评得分%'`); n != 1 {
		t.Error("the clerk does not read why")
	}
}

func TestPublishingIsAllOrNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	o.approve("A")
	o.approve("B")
	stop := fault.Conflict("stop")
	err := access.InScope(t.Context(), o.Scope(access.DistrictOfficer, "甲"), func(tx *access.Tx) error {
		if _, err := o.module.Store.Publish(t.Context(), tx, o.month, []int64{o.sheet("A"), o.sheet("B")}); err != nil {
			return err
		}
		return stop
	})
	if !fault.Is(err, fault.KindConflict) {
		t.Fatal(err)
	}
	if n := o.Count(`select (select count(*) from assessment_publications) + (select count(*) from assessment_results) + (select count(*) from assessment_postings)
		+ (select count(*) from assessment_sheets where state = 'published') + (select count(*) from audit_log where action = 'assessment.publish')`); n != 0 {
		t.Error("half a publication stayed")
	}
}
