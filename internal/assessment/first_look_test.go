package assessment_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
)

// The page that opens a month proposes the one that is due, not one that runs, and says when the next can be opened.
func TestTheMonthThatIsDueIsProposed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.DistrictOfficer, "甲")
	page := c.Get("/assessment/open").Want(http.StatusOK).Doc()
	latest := o.month
	if got := page.One("input[name=month]").Attr("value"); got != latest.Next().String() {
		t.Errorf("proposed is %q while %s runs", got, latest)
	}
	if said := page.Text("main .notice"); !strings.Contains(said, "2026年10月仍在进行中。可以同时开启2026年11月。") {
		t.Errorf("said is %q", said)
	}
	c.Post("/assessment/open", url.Values{"month": {"2026-11"}}).Want(http.StatusSeeOther)
	page = c.Get("/assessment/open").Want(http.StatusOK).Doc()
	if got := page.One("input[name=month]").Attr("value"); got != "" {
		t.Errorf("proposed is %q, which has not begun", got)
	}
	if said := page.Text("main .notice"); !strings.Contains(said, "2026年12月从2026-12-01起可以开启。") {
		t.Errorf("said is %q", said)
	}
	refused := c.Post("/assessment/open", url.Values{"month": {"2026-12"}}).Want(http.StatusUnprocessableEntity).Doc()
	if !strings.Contains(refused.Text(".field-error"), "2026-12-01起可以开启") || refused.One("input[name=month]").Attr("value") != "2026-12" {
		t.Errorf("refused with %q", refused.Text(".field-error"))
	}
}

// An average of rows that nobody has touched and a count of grades that nobody has given are no figures.
func TestTheBoardHasNoFiguresBeforeTheyExist(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.DistrictOfficer, "甲")
	cells := func(n int) (average, excellent string) {
		t.Helper()
		line := c.Get("/assessment/2026-10").Want(http.StatusOK).Doc().All("main tbody tr")[n].Doc().All("td.num")
		return line[3].Text(), line[4].Text()
	}
	if average, excellent := cells(0); average != "—" || excellent != "—" {
		t.Errorf("a sheet not begun shows an average of %q and %q excellent", average, excellent)
	}
	o.approve("A")
	if average, excellent := cells(0); average == "—" || excellent == "—" {
		t.Errorf("an approved sheet shows an average of %q and %q excellent", average, excellent)
	}
}

// What holds for the whole sheet is not repeated on each of its lines.
func TestASheetThatCannotBeWrittenSaysSoOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.submitted("A")
	page := c.Get(o.sheetPath("A")).Want(http.StatusOK).Doc()
	if said := page.Text(".grid"); strings.Contains(said, "不能修改") {
		t.Errorf("each line says why: %s", said)
	}
	if said := page.Text(".grid-bar"); !strings.Contains(said, "显示方式") || strings.Contains(said, "录入") {
		t.Errorf("a sheet that is only read explains how to type: %s", said)
	}
}

// Everything that a form lacks is said at once.
func TestABulkActSaysEverythingThatIsMissing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	for kind, who := range map[string]string{"villages": "请选择村(社区)", "many": "请选择人员"} {
		said := c.Post(o.sheetPath("A")+"/"+kind, url.Values{}).Want(http.StatusUnprocessableEntity).Doc().Text("[data-problems]")
		if !strings.Contains(said, "请选择考评内容") || !strings.Contains(said, who) {
			t.Errorf("%s: %s", kind, said)
		}
	}
	if n := o.Count(`select count(*) from assessment_entries`); n != 0 {
		t.Errorf("%d entries came of it", n)
	}
}
