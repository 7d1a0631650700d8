package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"touyan/internal/access"
)

// byHand puts somebody else on a day of a village's draft of January, and says whom.
func (o *office) byHand(village string, day int) int64 {
	o.T.Helper()
	was := o.stands(village, "2027-01", day)
	to := o.people[village+"/张伟"]
	if was == to {
		to = o.people[village+"/李娜"]
	}
	o.As(access.TownshipClerk, village[:1]).Post(o.rosterPath(village, "2027-01"), url.Values{fmt.Sprintf("d.%d.", day): {fmt.Sprint(to)},
		fmt.Sprintf("w.%d.", day): {fmt.Sprint(was)}}).Want(http.StatusSeeOther)
	return to
}

func TestDraftingAgainLosesNothingThatPeopleArranged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.As(access.TownshipClerk, "A")
	clerk.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	drafted := o.stands("A1", "2027-01", 7)
	by := o.byHand("A1", 7)
	version := func(village string) int {
		return o.Count(`select version from duty_rosters where id = $1`, o.roster(village, "2027-01"))
	}

	// 自动排班 makes what is missing, nothing else.
	a1, a2 := version("A1"), version("A2")
	clerk.Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	if o.stands("A1", "2027-01", 7) != by || version("A1") != a1 || version("A2") != a2 {
		t.Error("drafting touched rosters that were there")
	}
	if board := clerk.Get("/duty/2027-01").Doc(); !strings.Contains(board.Text(".flash, .notice"), "都已有值班表") || !board.Has(`a[href="/duty/2027-01/redraft"]`) {
		t.Errorf("the board says %s", board.Text("main"))
	}

	// Drafting anew names what would be lost, and leaves it unless it is asked for.
	page := clerk.Get("/duty/2027-01/redraft").Want(http.StatusOK).Doc()
	if text := page.Text("main"); !strings.Contains(text, "未发布的1份草稿") || !strings.Contains(text, "有1份草稿经过手工调整,不勾选则保持不变:"+o.Units["A1"].Name) || strings.Contains(text, o.Units["A2"].Name) {
		t.Errorf("the page says %s", text)
	}
	clerk.Post("/duty/2027-01/redraft", url.Values{}).Want(http.StatusSeeOther)
	if o.stands("A1", "2027-01", 7) != by || version("A1") != a1 || version("A2") == a2 {
		t.Error("drafting anew touched the draft that was changed by hand, or left the other one")
	}
	clerk.Post("/duty/2027-01/redraft", fields(page, "/duty/2027-01/redraft")).Want(http.StatusSeeOther) // the box is not ticked
	if o.stands("A1", "2027-01", 7) != by {
		t.Error("an unticked box lost what was arranged by hand")
	}
	clerk.Post("/duty/2027-01/redraft", url.Values{"edited": {"1"}}).Want(http.StatusSeeOther)
	if o.stands("A1", "2027-01", 7) != drafted {
		t.Error("the ticked box did not draft anew")
	}
	if page := clerk.Get("/duty/2027-01/redraft").Doc(); page.Has("input[name=edited]") {
		t.Error("nothing is changed by hand any more")
	}
	// What hangs on the wall is out of reach, and so is the neighbour's draft.
	was := o.print()
	clerk.Post("/duty/2026-12/redraft", url.Values{"edited": {"1"}}).Want(http.StatusSeeOther)
	clerk.Post("/duty/2026-10/redraft", url.Values{"edited": {"1"}}).Want(http.StatusConflict)
	o.unchanged(was, "drafting anew what is published or over")
}

func TestASingleDraftChangedByHandIsMadeAnewAfterAsking(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.As(access.TownshipClerk, "A").Post("/duty/2027-01/draft", url.Values{}).Want(http.StatusSeeOther)
	path, c := o.rosterPath("A1", "2027-01"), o.As(access.VillageSecretary, "A1")
	if page := c.Get(path).Doc(); !page.Has(`form[action="` + path + `/draft"]`) {
		t.Error("an untouched draft asks before it is made anew")
	}
	c.Post(path+"/draft", url.Values{}).Want(http.StatusSeeOther)
	drafted := o.stands("A1", "2027-01", 7)
	o.byHand("A1", 7)
	was := o.print()
	c.Post(path+"/draft", url.Values{}).Want(http.StatusConflict)
	o.unchanged(was, "drafting over what was arranged by hand")
	if page := c.Get(path).Doc(); page.Has(`form[action="`+path+`/draft"]`) || !page.Has(`a[href="`+path+`/draft"]`) {
		t.Error("the page does not lead to the question")
	}
	ask := c.Get(path + "/draft").Want(http.StatusOK).Doc()
	if text := ask.Text("main"); !strings.Contains(text, "手工调整将丢失") {
		t.Errorf("the question is %s", text)
	}
	c.Post(path+"/draft", fields(ask, path+"/draft")).Want(http.StatusSeeOther)
	if o.stands("A1", "2027-01", 7) != drafted {
		t.Error("it was not drafted anew")
	}
	for _, other := range []string{"A2", "B1", "C1"} {
		x := o.As(access.VillageSecretary, other)
		x.Get(path + "/draft").Want(http.StatusNotFound)
		x.Post(path+"/draft", url.Values{"edited": {"1"}}).Want(http.StatusNotFound)
	}
}
