package assessment_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/assessment"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

func (o *office) sheets(townships ...string) url.Values {
	form := url.Values{}
	for _, t := range townships {
		form.Add("sheet", strconv.FormatInt(o.sheet(t), 10))
	}
	return form
}

func TestTheOfficerPublishesFromThePage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.DistrictOfficer, "甲")
	o.approve("A")
	page := c.Get("/assessment/2026-10/publish").Want(http.StatusOK).Doc()
	if page.Has(`form[action="/assessment/2026-10/publish"] button`) || !page.Has(`a[href="/assessment/settings"]`) {
		t.Error("without an office for objections there is no button but a way to the settings")
	}
	c.Post("/assessment/2026-10/publish", o.sheets("A")).Want(http.StatusConflict)
	o.settle()
	page = c.Get("/assessment/2026-10/publish").Want(http.StatusOK).Doc()
	if n := len(page.All(`input[name="sheet"]`)); n != 1 || !page.Has(`input[name="sheet"][checked]`) {
		t.Errorf("%d sheets to choose from, want the one that is approved", n)
	}
	c.Post("/assessment/2026-10/publish", url.Values{}).Want(http.StatusUnprocessableEntity)
	c.Post("/assessment/2026-10/publish", o.sheets("A", "C")).Want(http.StatusNotFound)
	c.Post("/assessment/2026-10/publish", o.sheets("A", "B")).Want(http.StatusConflict)
	if n := o.Count(`select count(*) from assessment_publications`); n != 0 {
		t.Fatal("something was published")
	}
	c.Post("/assessment/2026-10/publish", o.sheets("A")).Want(http.StatusSeeOther)
	c.Post("/assessment/2026-10/publish", o.sheets("A")).Want(http.StatusSeeOther) // pressed twice
	if n := o.Count(`select count(*) from assessment_publications`); n != 1 {
		t.Errorf("%d publications", n)
	}
	for _, role := range []access.Role{access.TownshipClerk, access.TownshipLeader} {
		o.As(role, "A").Post("/assessment/2026-10/publish", o.sheets("A")).Want(http.StatusForbidden)
	}
}

// post enters the posting date of every notice that has none.
func (o *office) post(on time.Time, days int) {
	o.Exec(`update assessment_postings set posted_on = $1::date, ends_on = $1::date + $2::int, posted_by = '李干事' where posted_on is null`, on, days)
}

func (o *office) lock(at month.Month) assessment.Locked {
	o.T.Helper()
	var done assessment.Locked
	err := access.InScope(context.Background(), o.Scope(access.DistrictOfficer, "甲"), func(tx *access.Tx) (err error) {
		done, err = o.module.Store.Lock(context.Background(), tx, at)
		return err
	})
	if err != nil {
		o.T.Fatal(err)
	}
	return done
}

func (o *office) state(township string) (state string) {
	o.T.Helper()
	if err := o.Owner.QueryRow(context.Background(), `select state from assessment_sheets where id = $1`, o.sheet(township)).Scan(&state); err != nil {
		o.T.Fatal(err)
	}
	return state
}

func TestResultsBecomeFinalWhenNoticesAreOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	o.approve("A")
	o.approve("B")
	o.mustPublish("A")
	today := time.Date(2026, 11, 23, 0, 0, 0, 0, month.Zone)
	if done := o.lock(o.month); len(done.Townships) != 0 || len(done.Waiting) != 1 {
		t.Errorf("a notice that nobody posted: %+v", done)
	}
	o.post(today.AddDate(0, 0, -7), 7) // its last day is today
	if done := o.lock(o.month); len(done.Townships) != 0 {
		t.Error("locked on the last day of the notice")
	}
	o.Exec(`update assessment_postings set ends_on = $1`, today.AddDate(0, 0, -1))
	o.Exec(`insert into assessment_objections (tenant_id, township_id, village_id, sheet_id, row_id, source, content, filed_by, filed_holder, filed_at)
		select tenant_id, township_id, village_id, sheet_id, id, 'call', '扣分有误', '李干事', 1, now() from assessment_rows where id = $1`, o.row("A1/李娜"))
	err := access.InScope(t.Context(), o.Scope(access.DistrictOfficer, "甲"), func(tx *access.Tx) error {
		return o.module.Store.LockSheet(t.Context(), tx, o.sheet("A"))
	})
	if !fault.Is(err, fault.KindConflict) || o.state("A") != "published" {
		t.Errorf("locked over an open objection: %v", err)
	}
	o.Exec(`update assessment_objections set state = 'rejected'`)
	o.As(access.TownshipClerk, "A").Post("/assessment/2026-10/lock", nil).Want(http.StatusForbidden)
	c := o.As(access.DistrictOfficer, "甲")
	c.Post("/assessment/2026-10/lock", nil).Want(http.StatusSeeOther)
	if o.state("A") != "locked" {
		t.Error("not locked though nothing is left to do")
	}
	if n := o.Count(`select count(*) from assessment_months where state = 'closed'`); n != 0 {
		t.Error("the month closed while a township is not finished")
	}
	o.mustPublish("B")
	o.post(today.AddDate(0, 0, -8), 7)
	if done := o.lock(month.Month{}); len(done.Townships) != 1 || len(done.Closed) != 1 {
		t.Errorf("the last sheet closes the month: %+v", done)
	}
	if n := o.Count(`select count(*) from assessment_months where state = 'open' and tenant_id = $1`, o.Units["乙"].Tenant); n != 1 {
		t.Error("the other district's month was touched")
	}
	if n := o.Count(`select count(*) from assessment_acts where act = 'lock'`) + o.Count(`select count(*) from audit_log where action in ('assessment.lock', 'assessment.close')`); n != 5 {
		t.Errorf("%d acts and lines", n)
	}
	c.Post("/assessment/sheets/"+strconv.FormatInt(o.sheet("A"), 10)+"/lock", nil).Want(http.StatusSeeOther) // again: harmless
	c.Post("/assessment/sheets/"+strconv.FormatInt(o.sheet("C"), 10)+"/lock", nil).Want(http.StatusNotFound)
}
