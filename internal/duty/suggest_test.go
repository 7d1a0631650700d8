package duty_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"touyan/internal/access"
	"touyan/internal/duty"
	"touyan/internal/platform/month"
)

func TestARoundIsRecordedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	p := newPatrol(t)
	c := p.As(access.TownshipClerk, "A")
	field := func(kind, village string) string { return fmt.Sprintf("%s.%d", kind, p.Units[village].Village) }
	page := c.Get("/duty/checks").Want(http.StatusOK).Doc()
	if n := len(page.All("tbody tr")); n != 2 {
		t.Errorf("%d villages on the round", n)
	}
	form := url.Values{"day": {"2026-11-23"}, "time": {"09:30"}, "way": {"landline"}, "checker": {"赵督查"}, field("r", "A1"): {"absent"}, field("r", "A2"): {"substitute"}}
	before := p.rows()
	back := c.Post("/duty/checks", form).Want(http.StatusUnprocessableEntity).Doc() // who was there in A2?
	if got := back.One(`select[name="` + field("r", "A1") + `"] option[selected]`).Attr("value"); got != "absent" {
		t.Errorf("what was chosen is lost: %q", got)
	}
	for _, foreign := range []string{"B1", "C1"} {
		more := url.Values{"day": {"2026-11-23"}, "time": {"09:30"}, "way": {"landline"}, "checker": {"赵督查"}, field("r", "A1"): {"absent"}, field("r", foreign): {"absent"}}
		c.Post("/duty/checks", more).Want(http.StatusNotFound)
	}
	c.Post("/duty/checks", url.Values{"time": {"09:30"}, "way": {"landline"}, "checker": {"赵督查"}}).Want(http.StatusUnprocessableEntity)
	if p.rows() != before {
		t.Fatal("a refused round changed something")
	}
	form.Set(field("f", "A2"), "王会计")
	for range 2 {
		c.Post("/duty/checks", form).Want(http.StatusSeeOther)
	}
	if n := p.Count(`select count(*) from duty_checks where way = 'landline' and checker = '赵督查'`); n != 2 || len(p.sheet.open) != 1 {
		t.Errorf("%d checks, proposals %v", n, p.sheet.open)
	}
	page = c.Get("/duty/checks").Doc()
	if n := len(page.All("tbody tr")); n != 2 || !strings.Contains(page.Text("tbody"), "当日已抽查") {
		t.Errorf("the day's list changed while it was worked off: %s", page.Text("tbody"))
	}
}

func TestTheSuggestionIsStableForADay(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, month.Zone)
	var list []duty.Candidate
	for i := range 46 {
		c := duty.Candidate{Village: int64(100 + i)}
		if i >= 3 {
			c.Last = day.AddDate(0, 0, -i)
		}
		list = append(list, c)
	}
	first := duty.Suggest(list, 1, 2, day)
	if len(first) != 10 {
		t.Fatalf("%d villages of 46", len(first))
	}
	for i, want := range []int64{100, 101, 102, 145, 144, 143, 142} {
		if first[i].Village != want {
			t.Errorf("place %d is %d (%s), want %d", i, first[i].Village, first[i].Why, want)
		}
	}
	if first[0].Why != "从未抽查" || first[3].Why != "距上次抽查45天" || first[9].Why != "随机抽取" {
		t.Errorf("reasons %v", first)
	}
	seen := map[int64]bool{}
	for _, s := range first {
		if seen[s.Village] {
			t.Errorf("%d is named twice", s.Village)
		}
		seen[s.Village] = true
	}
	slices.Reverse(list)
	if again := duty.Suggest(list, 1, 2, day.Add(15*time.Hour)); !slices.Equal(first, again) {
		t.Error("the list of a day changes during the day")
	}
	drawn := map[int64]bool{}
	for n := range 200 {
		for _, s := range duty.Suggest(list, 1, 2, day.AddDate(0, 0, n))[7:] {
			drawn[s.Village] = true
		}
	}
	if len(drawn) != 39 {
		t.Errorf("in 200 days the lot falls on %d of the 39 others", len(drawn))
	}
	if got := duty.Suggest(list[:2], 1, 2, day); len(got) != 2 {
		t.Errorf("a township of two villages gets %d", len(got))
	}
	if got := duty.Suggest(nil, 1, 2, day); len(got) != 0 {
		t.Errorf("nothing to check, %d suggested", len(got))
	}
}
