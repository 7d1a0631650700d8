package assessment_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
	"touyan/internal/testkit"
)

func decode(t *testing.T, a testkit.Answer) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.Body, &v); err != nil {
		t.Fatalf("%d is no JSON: %s", a.Status, a.Body)
	}
	return v
}

func TestACellSavesItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	page := c.Get(o.sheetPath("A")).Want(http.StatusOK).Doc()
	if n := len(page.All("tr[data-row]")); n != 6 {
		t.Fatalf("%d rows, want 6", n)
	}
	if got := page.One(`input[name$=".party_building"]`).Attr("value"); got != "20" {
		t.Errorf("full marks are not filled in: %q", got)
	}
	for _, typed := range []struct{ text, was, want, shown string }{
		{"18", "20", "18", "18"}, {"１７．５", "18", "17.5", "17.5"}, {"-2", "17.5", "18", "18"}, {" 18分 ", "18", "18", "18"}, {"", "18", "20", "20"},
	} {
		got := decode(t, o.save(c, "A1/张伟", "party_building", typed.text, typed.was).Want(http.StatusOK))
		if got["text"] != typed.shown || o.cell("A1/张伟", "party_building") != typed.want {
			t.Errorf("%q: shows %v, stored %s", typed.text, got["text"], o.cell("A1/张伟", "party_building"))
		}
	}
	o.save(c, "A1/张伟", "bonus", "3", "0").Want(http.StatusOK)
	if got := o.total("A1/张伟"); got != "103" {
		t.Errorf("total %s", got)
	}
	if n := o.Count(`select count(*) from assessment_sheets where id = $1 and state = 'draft'`, o.sheet("A")); n != 1 {
		t.Error("the first save makes a draft")
	}
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.enter'`); n != 5 { // an unchanged cell is no act
		t.Errorf("%d lines in the trail", n)
	}
}

func TestNumbersThatCannotBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	for _, text := range []string{"1e309", "很好", "21", "-20.5", "+1", "18.555", "99999999999", "--2"} {
		got := decode(t, o.save(c, "A1/张伟", "party_building", text, "20").Want(http.StatusUnprocessableEntity))
		if got["sentence"] == "" || got["text"] != text {
			t.Errorf("%q: %v", text, got)
		}
	}
	o.save(c, "A1/张伟", "no_such_column", "1", "20").Want(http.StatusNotFound)
	if n := o.Count(`select count(*) from assessment_cells`) + o.Count(`select count(*) from assessment_entries`); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func TestOnlyTheCellOfAnotherAccountIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mine, again, other := o.As(access.TownshipClerk, "A"), o.As(access.TownshipClerk, "A"), o.secondClerk("A")
	o.save(other, "A1/张伟", "party_building", "17", "20").Want(http.StatusOK)
	got := decode(t, o.save(mine, "A1/张伟", "party_building", "16", "20").Want(http.StatusConflict))
	if got["theirs"] != "17" || got["text"] != "16" || !strings.Contains(got["sentence"].(string), "王干事") {
		t.Errorf("both values: %v", got)
	}
	o.save(mine, "A1/张伟", "governance", "16", "20").Want(http.StatusOK) // another cell of the same row
	o.save(mine, "A1/张伟", "party_building", "17", "20").Want(http.StatusOK)
	if o.cell("A1/张伟", "party_building") != "17" {
		t.Error("two who agree are no conflict")
	}
	o.save(mine, "A1/张伟", "party_building", "16", "17").Want(http.StatusOK) // having seen it
	o.save(again, "A1/张伟", "party_building", "15", "20").Want(http.StatusOK)
	if o.cell("A1/张伟", "party_building") != "15" {
		t.Error("the own second tab is no conflict")
	}
}

func TestThePlainFormSavesChangedCellsAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c, other := o.As(access.TownshipClerk, "A"), o.secondClerk("A")
	form := gridForm(c.Get(o.sheetPath("A")).Doc())
	o.save(other, "A2/张伟", "learning", "9", "10").Want(http.StatusOK)
	o.save(other, "A2/李娜", "learning", "8", "10").Want(http.StatusOK) // a cell that the form leaves as drawn
	cell := func(who, dimension string) string { return fmt.Sprintf("v.%d.%s", o.row(who), dimension) }
	form.Set(cell("A1/张伟", "party_building"), "18")
	form.Set(cell("A1/李娜", "party_building"), "25")
	form.Set(cell("A2/张伟", "learning"), "7")
	page := c.Post(o.sheetPath("A"), form).Want(http.StatusConflict).Doc()
	if o.cell("A1/张伟", "party_building") != "18" || o.cell("A1/李娜", "party_building") != "" || o.cell("A2/张伟", "learning") != "9" || o.cell("A2/李娜", "learning") != "8" {
		t.Error("the valid changed cell alone is saved")
	}
	for name, typed := range map[string]string{cell("A1/李娜", "party_building"): "25", cell("A2/张伟", "learning"): "7"} {
		in := page.One(`input[name="` + name + `"]`)
		if in.Attr("value") != typed || in.Attr("aria-invalid") != "true" || !page.Has(`[data-problems] a[href="#`+in.Attr("id")+`"]`) {
			t.Errorf("%s lost what was typed, or has no message", name)
		}
	}
	form = gridForm(page)
	form.Set(cell("A1/李娜", "party_building"), "15")
	c.Post(o.sheetPath("A"), form).Want(http.StatusSeeOther)
	if o.cell("A2/张伟", "learning") != "7" || o.cell("A1/李娜", "party_building") != "15" {
		t.Error("having seen both values the second save wins")
	}
	c.Post(o.sheetPath("A"), form).Want(http.StatusSeeOther) // sent twice
	if n := o.Count(`select count(*) from assessment_entries`); n != 4 {
		t.Errorf("%d entries", n)
	}
}

// gridForm gives what a browser without script sends from the grid.
func gridForm(page testkit.Doc) url.Values {
	form := url.Values{}
	for _, in := range page.All(`input[form="grid-form"]`) {
		form.Add(in.Attr("name"), in.Attr("value"))
	}
	for _, in := range page.All(`#grid-form input`) {
		form.Add(in.Attr("name"), in.Attr("value"))
	}
	return form
}

func TestSixtyCellsAreAHandfulOfStatements(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	form := gridForm(c.Get(o.sheetPath("A")).Doc())
	for name := range form {
		if strings.HasPrefix(name, "v.") && !strings.HasSuffix(name, ".bonus") {
			form.Set(name, "9")
		}
	}
	c.Post(o.sheetPath("A"), form).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from assessment_cells where value = 9`); n != 36 {
		t.Errorf("%d cells", n)
	}
	if n := o.Count(`select count(*) from audit_log where action = 'assessment.enter'`); n != 1 {
		t.Errorf("a bulk act is one line of the trail, not %d", n)
	}
	if n := o.Count(`select count(*) from assessment_rows where total = 54 and sheet_id = $1`, o.sheet("A")); n != 6 {
		t.Errorf("%d rows with the new total", n)
	}
}

func TestRowsOfOthersAreAbsent(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	form := gridForm(c.Get(o.sheetPath("A")).Doc())
	form.Set(fmt.Sprintf("v.%d.party_building", o.row("A1/张伟")), "18")
	for _, who := range []string{"B1/张伟", "C1/张伟"} {
		o.save(c, who, "party_building", "18", "20").Want(http.StatusNotFound)
		c.Get(fmt.Sprintf("/assessment/rows/%d", o.row(who))).Want(http.StatusNotFound)
		form.Set(fmt.Sprintf("v.%d.party_building", o.row(who)), "18")
		c.Post(o.sheetPath("A"), form).Want(http.StatusNotFound)
		form.Del(fmt.Sprintf("v.%d.party_building", o.row(who)))
	}
	c.Get(o.sheetPath("B")).Want(http.StatusNotFound)
	c.Post(o.sheetPath("B"), form).Want(http.StatusNotFound)
	if n := o.Count(`select count(*) from assessment_cells`); n != 0 {
		t.Errorf("%d cells were written", n)
	}
	for _, role := range []access.Role{access.DistrictOfficer, access.TownshipLeader} {
		unit := map[access.Role]string{access.DistrictOfficer: "甲", access.TownshipLeader: "A"}[role]
		reader := o.As(role, unit)
		if page := reader.Get(o.sheetPath("A")).Want(http.StatusOK).Doc(); page.Has(`input[form="grid-form"]`) {
			t.Errorf("%s may not type", role)
		}
		o.save(reader, "A1/张伟", "party_building", "18", "20").Want(http.StatusForbidden)
	}
}

func TestNobodyScoresHimself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.NewMember("self", access.NewAccount{Username: "self-clerk", Name: "张伟", Role: access.TownshipClerk, Person: o.people["A1/张伟"]}, "A")
	c := o.Guest()
	c.Login(m.Username, m.Password)
	row := o.row("A1/张伟")
	page := c.Get(o.sheetPath("A")).Want(http.StatusOK).Doc()
	if page.Has(fmt.Sprintf(`tr[data-row="%d"] input[name^="v."]`, row)) {
		t.Error("the own row can be typed in")
	}
	o.save(c, "A1/张伟", "party_building", "19", "20").Want(http.StatusUnprocessableEntity)
	c.Post(fmt.Sprintf("/assessment/rows/%d/entries", row), url.Values{"choice": {"bonus|commended_county"}}).Want(http.StatusConflict)
	c.Post(o.sheetPath("A"), url.Values{fmt.Sprintf("v.%d.bonus", row): {"5"}}).Want(http.StatusUnprocessableEntity)
	if n := o.Count(`select count(*) from assessment_cells`); n != 0 {
		t.Error("something was written")
	}
	o.save(c, "A2/张伟", "party_building", "19", "20").Want(http.StatusOK)
}
