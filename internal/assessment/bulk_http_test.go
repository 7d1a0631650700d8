package assessment_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

// confirmation gives what the preview's form sends.
func confirmation(page testkit.Doc) url.Values {
	form := url.Values{}
	for name, values := range page.One(`form:has(button[value=save])`).Fields() {
		form[name] = values
	}
	form.Set("act", "save")
	return form
}

func (o *office) village(key string) string { return strconv.FormatInt(o.Units[key].Village, 10) }

func TestDeductByVillage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	path := o.sheetPath("A") + "/villages"
	if n := len(c.Get(path).Want(http.StatusOK).Doc().All(`input[name=village]`)); n != 2 {
		t.Errorf("%d villages to choose from", n)
	}
	form := url.Values{"choice": {"party_building|meetings_missed"}, "times": {"2"}, "reason": {"9月主题党日未开展"}, "reported_by": {"组织办"}, "village": {o.village("A1")}}
	page := c.Post(path, form).Want(http.StatusOK).Doc()
	lines := page.All(`[aria-label="预览"] tbody tr`)
	if len(lines) != 3 || lines[0].Doc().Text(`[data-label="分值"]`) != "-2" || lines[1].Doc().Text(`[data-label="分值"]`) != "-1" {
		t.Fatalf("%d lines: %s", len(lines), page.Text(`[aria-label="预览"] tbody`))
	}
	if n := o.Count(`select count(*) from assessment_entries`); n != 0 {
		t.Error("a preview changes nothing")
	}
	confirm := confirmation(page)
	for range 2 { // pressed twice
		if a := c.Post(path, confirm).Want(http.StatusSeeOther); a.Location() != o.sheetPath("A") {
			t.Errorf("leads to %s", a.Location())
		}
	}
	if o.total("A1/张伟") != "98" || o.total("A1/李娜") != "99" || o.total("A2/张伟") != "100" {
		t.Errorf("totals %s %s %s", o.total("A1/张伟"), o.total("A1/李娜"), o.total("A2/张伟"))
	}
	if n := o.Count(`select count(*) from assessment_entries where source = 'village' and batch <> '' and reported_by = '组织办'
		and reason = '9月主题党日未开展' and clause <> ''`); n != 3 {
		t.Errorf("%d entries", n)
	}
	if n := o.Count(`select count(*) from audit_log where summary like '按村扣分%'`); n != 1 {
		t.Errorf("%d lines in the trail", n)
	}
}

func TestWhatWasPreviewedIsWhatIsCounted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	path := o.sheetPath("A") + "/villages"
	form := url.Values{"choice": {"party_building|meetings_missed"}, "village": {o.village("A1"), o.village("A2")}}
	confirm := confirmation(c.Post(path, form).Want(http.StatusOK).Doc())
	o.save(o.secondClerk("A"), "A1/张伟", "party_building", "0", "20").Want(http.StatusOK)
	before := o.ledgerOf()
	page := c.Post(path, confirm).Want(http.StatusConflict).Doc()
	if o.ledgerOf() != before || !page.Has(".notice-warn") {
		t.Error("counted although the sheet had changed")
	}
	c.Post(path, confirmation(page)).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_entries where source = 'village'`); n != 5 {
		t.Errorf("%d entries; who has nothing left loses nothing", n)
	}
}

func TestOneClauseForMany(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.NewMember("self", access.NewAccount{Username: "self-clerk", Name: "张伟", Role: access.TownshipClerk, Person: o.people["A1/张伟"]}, "A")
	c := o.Guest()
	c.Login(m.Username, m.Password)
	path := o.sheetPath("A") + "/many"
	own := fmt.Sprint(o.row("A1/张伟"))
	if page := c.Get(path).Want(http.StatusOK).Doc(); len(page.All(`input[name=row]`)) != 6 || !page.Has(`input[name=row][value="`+own+`"][disabled]`) {
		t.Error("everybody can be chosen but himself")
	}
	form := url.Values{"choice": {"learning|training_absence"}, "reported_by": {"党校"}, "row": {own, fmt.Sprint(o.row("A1/李娜")), fmt.Sprint(o.row("A2/王芳"))}}
	confirm := confirmation(c.Post(path, form).Want(http.StatusOK).Doc())
	for range 2 {
		c.Post(path, confirm).Want(http.StatusSeeOther)
	}
	if o.total("A1/张伟") != "100" || o.total("A1/李娜") != "98" || o.total("A2/王芳") != "98" || o.total("A2/李娜") != "100" {
		t.Error("the chosen lose two points each, and nobody else")
	}
	form.Set("choice", "bonus|contest_rank")
	c.Post(path, confirmation(c.Post(path, form).Want(http.StatusOK).Doc())).Want(http.StatusSeeOther)
	if o.total("A1/李娜") != "99" {
		t.Errorf("a bonus for many: %s", o.total("A1/李娜"))
	}
}

func TestBulkActsThatCannotBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	before := o.ledgerOf()
	good := url.Values{"choice": {"party_building|meetings_missed"}, "village": {o.village("A1")}, "row": {fmt.Sprint(o.row("A1/李娜"))}, "act": {"save"}}
	with := func(name, value string) url.Values {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form[name] = []string{value}
		if value == "" {
			form.Del(name)
		}
		return form
	}
	for _, kind := range []struct{ path, field, other, foreign string }{
		{"/villages", "village", o.village("B1"), o.village("C1")},
		{"/many", "row", fmt.Sprint(o.row("B1/李娜")), fmt.Sprint(o.row("C1/李娜"))},
	} {
		path := o.sheetPath("A") + kind.path
		for name, form := range map[string]url.Values{kind.field: with(kind.field, ""), "choice": with("choice", ""), "points": with("points", "1e309"),
			"times": with("times", "0"), "reason": with("reason", string(make([]rune, 201)))} {
			if name == "reason" {
				form.Set("reason", fmt.Sprintf("%0201d", 1))
			}
			page := c.Post(path, form).Want(http.StatusUnprocessableEntity).Doc()
			if href := page.One("[data-problems] a").Attr("href"); href != "#f-"+name || !page.Has(`[id="f-`+name+`"]`) {
				t.Errorf("%s without %s: the message leads to %s", kind.path, name, href)
			}
		}
		c.Post(path, with("points", "20.5")).Want(http.StatusUnprocessableEntity)
		c.Post(path, with(kind.field, kind.other)).Want(http.StatusNotFound)
		c.Post(path, with(kind.field, kind.foreign)).Want(http.StatusNotFound)
		c.Post(path, with(kind.field, "x")).Want(http.StatusNotFound)
		c.Get(o.sheetPath("B") + kind.path).Want(http.StatusNotFound)
		c.Post(o.sheetPath("B")+kind.path, good).Want(http.StatusNotFound)
		o.As(access.TownshipLeader, "A").Post(path, good).Want(http.StatusForbidden)
		c.Post(path, good).Want(http.StatusOK) // without a preview that was looked at, only previewed
		c.Post(path, with("batch", kind.path[1:]+"-1")).Want(http.StatusConflict)
	}
	if o.ledgerOf() != before {
		t.Error("a refused act changed something")
	}
	o.submit(c, "A", nil).Want(http.StatusSeeOther)
	before = o.ledgerOf()
	for _, path := range []string{"/villages", "/many"} {
		c.Get(o.sheetPath("A") + path).Want(http.StatusConflict)
		c.Post(o.sheetPath("A")+path, with("batch", path[1:]+"-1")).Want(http.StatusConflict)
	}
	if o.ledgerOf() != before {
		t.Error("a submitted sheet changed")
	}
}
