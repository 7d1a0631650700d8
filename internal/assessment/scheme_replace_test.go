package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/assessment"
)

// scheme enables another version for 甲区: no item 无故不参加培训, no dimension 廉洁自律, learning counts 25.
func (o *office) scheme() (id int64) {
	o.T.Helper()
	content := assessment.DefaultScheme()
	content.Items = slices.DeleteFunc(content.Items, func(i assessment.Item) bool { return i.Code == "training_absence" || i.Dimension == "integrity" })
	content.Dimensions = slices.DeleteFunc(content.Dimensions, func(d assessment.Dimension) bool { return d.Code == "integrity" })
	for i := range content.Dimensions {
		if content.Dimensions[i].Code == "learning" {
			content.Dimensions[i].Max += assessment.DefaultScheme().FullMarks() - content.FullMarks()
		}
	}
	err := access.InScope(o.T.Context(), o.Scope(access.DistrictOfficer, "甲"), func(tx *access.Tx) (err error) {
		if id, err = o.module.Store.CreateScheme(o.T.Context(), tx, "新方案", o.month.Next(), content, nil); err != nil {
			return err
		}
		return o.module.Store.EnableScheme(o.T.Context(), tx, id, 1)
	})
	if err != nil {
		o.T.Fatal(err)
	}
	return id
}

func TestReplacingTheSchemeOfAnOpenMonth(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk, officer := o.As(access.TownshipClerk, "A"), o.As(access.DistrictOfficer, "甲")
	o.save(clerk, "A1/张伟", "integrity", "13", "15").Want(http.StatusOK)
	o.save(clerk, "A1/李娜", "learning", "8", "10").Want(http.StatusOK)
	o.save(o.As(access.TownshipClerk, "C"), "C1/张伟", "integrity", "13", "15").Want(http.StatusOK)
	o.approve("B")
	id := o.scheme()
	path := "/assessment/2026-10/scheme"
	page := officer.Get(fmt.Sprintf("%s?to=%d", path, id)).Want(http.StatusOK).Doc()
	if text := page.Text("main"); !strings.Contains(text, "1条扣分、加分") || !strings.Contains(text, "张伟") || !strings.Contains(text, "柏川镇") {
		t.Errorf("what would be lost is not named: %s", text)
	}
	form := url.Values{"to": {fmt.Sprint(id)}, "version": {"1"}}
	officer.Post(path, form).Want(http.StatusUnprocessableEntity) // without a reason
	form.Set("reason", "区委常委会通过新方案")
	clerk.Post(path, form).Want(http.StatusForbidden)
	if n := o.Count(`select count(*) from assessment_entries`); n != 3 {
		t.Fatalf("a refused request left %d entries", n)
	}
	officer.Post(path, form).Want(http.StatusSeeOther)
	officer.Post(path, form).Want(http.StatusUnprocessableEntity) // pressed twice: it is the scheme already
	if n := o.Count(`select count(*) from assessment_entries where tenant_id = $1 and dimension = 'learning'`, o.Units["甲"].Tenant); n != 1 || o.Count(`select count(*) from assessment_entries`) != 2 {
		t.Error("exactly the entry without a place is gone")
	}
	if o.total("A1/张伟") != "100" || o.total("A1/李娜") != "98" || o.cell("A1/李娜", "learning") != "23" || o.total("C1/张伟") != "98" {
		t.Errorf("scores: %s %s, cell %s", o.total("A1/张伟"), o.total("A1/李娜"), o.cell("A1/李娜", "learning"))
	}
	if n := o.Count(`select count(*) from assessment_sheets s where id = $1 and state = 'draft' and approved_holder = 0
		and not exists (select from assessment_rows r where r.sheet_id = s.id and (state <> 'editable' or grade <> ''))`, o.sheet("B")); n != 1 {
		t.Error("an approved sheet goes back to its clerk")
	}
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.replacescheme' and reason <> ''`); n != 1 {
		t.Error("the reason is not in the trail")
	}
}

func TestAMonthWithANoticeKeepsItsScheme(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.settle()
	o.approve("A")
	o.mustPublish("A")
	form := url.Values{"to": {fmt.Sprint(o.scheme())}, "version": {"1"}, "reason": {"x"}}
	officer := o.As(access.DistrictOfficer, "甲")
	officer.Get("/assessment/2026-10/scheme").Want(http.StatusOK)
	officer.Post("/assessment/2026-10/scheme", form).Want(http.StatusConflict)
	if n := o.Count(`select count(*) from assessment_months where version > 1`); n != 0 {
		t.Error("the scheme was replaced")
	}
}
