package duty_test

import (
	"flag"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"touyan/internal/duty"
)

// A thousand random teams each; the command line may ask for another number.
func init() {
	if err := flag.Set("rapid.checks", "1000"); err != nil {
		panic(err)
	}
}

// team draws a month, one to nine people with leave and wishes; some of them share leave and wishes.
func team(t *rapid.T) duty.Plan {
	p := duty.Plan{Window: "近12个月"}
	days := rapid.IntRange(28, 31).Draw(t, "days")
	for range days {
		p.Kinds = append(p.Kinds, duty.Kind(rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2}).Draw(t, "kind")))
	}
	shifts := rapid.SampledFrom([][]string{{""}, {""}, {""}, {"am", "pm"}}).Draw(t, "shifts")
	p.Slots = slots(days, shifts...)
	whole := duty.Span(1, days)
	type pattern struct {
		away map[int]string
		wish duty.Days
		post duty.Days
	}
	var patterns []pattern
	for i := range rapid.IntRange(1, 3).Draw(t, "patterns") {
		one := pattern{away: map[int]string{}, post: whole}
		for range rapid.IntRange(0, 3).Draw(t, "leaves") {
			from := rapid.IntRange(1, days).Draw(t, "from")
			for d := from; d <= min(days, from+rapid.IntRange(0, 12).Draw(t, "length")); d++ {
				one.away[d] = "事假"
			}
		}
		for range rapid.IntRange(0, 2).Draw(t, "wishes") {
			d := rapid.IntRange(1, days).Draw(t, "wish")
			one.wish |= duty.Span(d, d)
		}
		if i == 2 {
			one.post = duty.Span(1, rapid.IntRange(1, days).Draw(t, "leaves office"))
		}
		patterns = append(patterns, one)
	}
	for i := range rapid.IntRange(1, 9).Draw(t, "people") {
		one := patterns[rapid.IntRange(0, len(patterns)-1).Draw(t, "pattern")]
		p.People = append(p.People, duty.Person{ID: int64(i + 1), Name: fmt.Sprintf("甲%d", i+1), Post: one.post, Away: one.away, Wish: one.wish,
			Carry: duty.Counters{rapid.IntRange(0, 1).Draw(t, "carry") * 3}, Last: duty.Never})
	}
	return p
}

func slots(days int, shifts ...string) (list []duty.Slot) {
	for day := 1; day <= days; day++ {
		for _, s := range shifts {
			list = append(list, duty.Slot{Day: day, Shift: s})
		}
	}
	return list
}

// running is for how many days in a row up to one somebody stands.
func running(standing map[[2]int64]bool, who int64, day int) (n int) {
	for ; standing[[2]int64{who, int64(day)}]; day-- {
		n++
	}
	return n
}

func find(p duty.Plan, id int64) duty.Person { return p.People[id-1] }

func TestDraftProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := team(t)
		made, holes := p.Draft()
		if len(made)+len(holes) != len(p.Slots) {
			t.Fatalf("%d places filled and %d named as impossible, of %d", len(made), len(holes), len(p.Slots))
		}
		standing := map[[2]int64]bool{}
		counted := map[int64]duty.Counters{}
		for _, a := range made {
			who := find(p, a.Person)
			if !who.Post.Has(a.Day) || who.Away[a.Day] != "" {
				t.Fatalf("%s stands on day %d, on which he is away", who.Name, a.Day)
			}
			key := [2]int64{a.Person, int64(a.Day)}
			if standing[key] {
				t.Fatalf("%s stands twice on day %d", who.Name, a.Day)
			}
			standing[key] = true
			if a.Reason == "" {
				t.Fatalf("day %d gives no reason", a.Day)
			}
			c := counted[a.Person]
			c[p.Kinds[a.Day-1]]++
			counted[a.Person] = c
		}
		for _, h := range holes {
			for _, who := range p.People {
				if who.Post.Has(h.Day) && who.Away[h.Day] == "" && !standing[[2]int64{who.ID, int64(h.Day)}] {
					t.Fatalf("day %d is named as impossible, but %s can stand", h.Day, who.Name)
				}
				if !strings.Contains(h.Why, who.Name) {
					t.Fatalf("day %d does not say why not %s: %q", h.Day, who.Name, h.Why)
				}
			}
		}
		for i, a := range p.People {
			for _, b := range p.People[i+1:] {
				if a.Carry != b.Carry || a.Wish != b.Wish || a.Post != b.Post || !reflect.DeepEqual(a.Away, b.Away) {
					continue
				}
				for kind := range counted[a.ID] {
					more, less, d := a.ID, b.ID, counted[a.ID][kind]-counted[b.ID][kind]
					if d < 0 {
						more, less, d = less, more, -d
					}
					// Whoever has stood for seven days running is not available like his colleague on the eighth.
					for day := range p.Kinds {
						if int(p.Kinds[day]) == kind && standing[[2]int64{more, int64(day + 1)}] && running(standing, less, day) >= 7 {
							d--
						}
					}
					if d > 1 {
						t.Fatalf("%s stands %v and %s %v although they could stand on the same days", a.Name, counted[a.ID], b.Name, counted[b.ID])
					}
				}
			}
		}
		again, _ := p.Draft()
		if !reflect.DeepEqual(made, again) {
			t.Fatal("the same plan gave another roster")
		}
	})
}

// One more leave empties some days; repairing fills those and touches nothing else.
func TestRepairChangesOnlyWhatBecameEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := team(t)
		made, _ := p.Draft()
		if len(made) == 0 {
			return
		}
		ill := rapid.SampledFrom(made).Draw(t, "ill")
		who := find(p, ill.Person)
		away := map[int]string{}
		for d, why := range who.Away {
			away[d] = why
		}
		for d := ill.Day; d <= ill.Day+3; d++ {
			away[d] = "病假"
		}
		who.Away = away
		p.People[ill.Person-1] = who
		var kept []duty.Assignment
		for _, a := range made {
			if a.Person != ill.Person || away[a.Day] == "" {
				kept = append(kept, a)
			}
		}
		repaired, holes := p.Repair(kept)
		now := map[duty.Slot]duty.Assignment{}
		for _, a := range repaired {
			now[a.Slot] = a
		}
		for _, a := range kept {
			if now[a.Slot] != a {
				t.Fatalf("%+v became %+v although its day was not empty", a, now[a.Slot])
			}
		}
		if len(repaired)+len(holes) != len(p.Slots) {
			t.Fatalf("%d filled, %d impossible", len(repaired), len(holes))
		}
	})
}

func TestSoftLimitsAreBrokenLast(t *testing.T) {
	month := make([]duty.Kind, 30)
	a := duty.Person{ID: 1, Name: "张三", Post: duty.Span(1, 30), Wish: duty.Span(3, 3), Last: duty.Never}
	b := duty.Person{ID: 2, Name: "李四", Post: duty.Span(1, 30), Last: duty.Never, Carry: duty.Counters{9}}
	on := func(made []duty.Assignment, day int) duty.Assignment { return made[day-1] }

	made, _ := duty.Plan{Kinds: month, Slots: slots(30, ""), People: []duty.Person{a, b}, Window: "近12个月"}.Draft()
	if got := on(made, 1); got.Person != 1 || got.Reason != "近12个月工作日值班0次,最少" {
		t.Errorf("day 1: %+v", got)
	}
	if got := on(made, 3); got.Person != 2 {
		t.Errorf("day 3 falls on a wish although somebody else can stand: %+v", got)
	}
	for day, run := 1, 0; day <= 30; day++ {
		if run++; on(made, day).Person != 1 {
			run = 0
		}
		if run > 7 {
			t.Fatalf("%d days in a row up to day %d", run, day)
		}
	}
	b.Post = duty.Span(1, 2)
	made, _ = duty.Plan{Kinds: month, Slots: slots(30, ""), People: []duty.Person{a, b}}.Draft()
	if got := on(made, 3); got.Person != 1 || got.Reason != "当天是本人的不便值班日期,其他人不能值班(李四不在岗)" {
		t.Errorf("day 3 with nobody else: %+v", got)
	}
	if got := on(made, 12); got.Person != 1 || !strings.HasPrefix(got.Reason, "已连续") {
		t.Errorf("day 12 after many in a row: %+v", got)
	}
}
