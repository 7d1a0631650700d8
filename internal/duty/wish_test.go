package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
)

func (o *office) wishesPath(village, at string) string {
	return fmt.Sprintf("/duty/villages/%d/wishes/%s", o.Units[village].Village, at)
}

// wish is somebody's line of the page, drawn with was.
func (o *office) wish(who, was, first, second string) url.Values {
	return url.Values{"w." + o.id(who): {was}, "d0." + o.id(who): {first}, "d1." + o.id(who): {second}}
}

func TestTwoWishesAMonthThatTheDraftKeeps(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.VillageSecretary, "A1")
	path := o.wishesPath("A1", "2027-01")
	page := c.Get(path).Want(http.StatusOK).Doc()
	form := fields(page, path)
	if len(form) != 9+1 { // three people, two days and what was drawn each, and the grant
		t.Fatalf("the form sends %d fields", len(form))
	}
	form.Set("d0."+o.id("A1/张伟"), "2027-01-09")
	form.Set("d1."+o.id("A1/张伟"), "2027-01-03")
	form.Set("d0."+o.id("A1/李娜"), "2027-01-03")
	form.Set("d1."+o.id("A1/李娜"), "2027-01-03") // the same day twice is one day
	c.Post(path, form).Want(http.StatusSeeOther)
	c.Post(path, form).Want(http.StatusSeeOther) // sent twice
	if n := o.Count(`select count(*) from duty_wishes`); n != 3 {
		t.Errorf("%d wishes, want 3", n)
	}
	o.As(access.TownshipClerk, "A").Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	if o.stands("A1", "2027-01", 3) != o.people["A1/王芳"] || o.stands("A1", "2027-01", 9) == o.people["A1/张伟"] {
		t.Error("the draft does not keep to the wishes")
	}
	// One is given back.
	c.Post(path, o.wish("A1/张伟", "2027-01-03,2027-01-09", "2027-01-09", "")).Want(http.StatusSeeOther)
	if n := o.Count(`select count(*) from duty_wishes where person_id = $1 and on_day = '2027-01-09'`, o.people["A1/张伟"]) +
		o.Count(`select count(*) from duty_wishes where person_id = $1`, o.people["A1/张伟"]); n != 2 {
		t.Error("张伟 should keep the 9th alone")
	}
}

func TestWishesRefuseWhatCannotBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	path := o.wishesPath("A1", "2027-01")
	c.Post(path, o.wish("A1/张伟", "", "2027-01-09", "")).Want(http.StatusSeeOther)
	was := o.print()
	for says, form := range map[string]url.Values{"只能选择2027年1月的日期": o.wish("A1/李娜", "", "2027-02-01", ""), "存在的日期": o.wish("A1/李娜", "", "1月9日", "")} {
		if text := c.Post(path, form).Want(http.StatusUnprocessableEntity).Doc().Text(".field-error"); !strings.Contains(text, says) {
			t.Errorf("%q, want %q", text, says)
		}
	}
	for _, who := range []string{"A2/张伟", "B1/张伟", "C1/张伟"} {
		c.Post(path, o.wish(who, "", "2027-01-09", "")).Want(http.StatusNotFound)
	}
	c.Post(o.wishesPath("B1", "2027-01"), o.wish("B1/张伟", "", "2027-01-09", "")).Want(http.StatusNotFound)
	c.Post(o.wishesPath("A1", "2026-10"), o.wish("A1/张伟", "", "2026-10-09", "")).Want(http.StatusConflict)
	// The page was drawn before somebody else saved: both values are shown, what was typed stays.
	page := c.Post(path, o.wish("A1/张伟", "", "2027-01-20", "2027-01-21")).Want(http.StatusConflict).Doc()
	if !strings.Contains(page.Text("main"), "2027-01-09") || page.One(`input[name="d0.`+o.id("A1/张伟")+`"]`).Attr("value") != "2027-01-20" {
		t.Error("both values should be on the page")
	}
	o.unchanged(was, "bad wishes")
}
