package duty

import (
	"cmp"
	"slices"
	"time"

	"touyan/internal/platform/month"
)

// windowMonths is over how many months before the drafted one loads are carried.
const windowMonths = 12

// windowTitle names that window in reasons.
const windowTitle = "近12个月"

// post is one appointment as the team is made from it.
type post struct {
	VillageID  int64
	PersonID   int64
	PersonName string
	Position   string
	Community  bool
	From       time.Time
	To         *time.Time // the first day that is not served any more
	Since      time.Time  // the first day of any post in this village
}

// team makes the people of a village who are in post on any day of the month, in the order of their highest posts.
// order ranks posts, title names them.
func team(m month.Month, posts []post, order []string, title func(position string, community bool) string) []Person {
	slices.SortStableFunc(posts, func(a, b post) int {
		return cmp.Or(cmp.Compare(rank(order, a.Position), rank(order, b.Position)), cmp.Compare(a.PersonID, b.PersonID))
	})
	var people []Person
	at := map[int64]int{}
	for _, p := range posts {
		days := daysOf(m, p.From, p.To)
		if days == 0 {
			continue
		}
		i, known := at[p.PersonID]
		if !known {
			i = len(people)
			at[p.PersonID] = i
			people = append(people, Person{ID: p.PersonID, Name: p.PersonName, Title: title(p.Position, p.Community),
				Away: map[int]string{}, Last: Never, since: p.Since})
		}
		people[i].Post |= days
	}
	return people
}

func rank(order []string, position string) int {
	if i := slices.Index(order, position); i >= 0 {
		return i
	}
	return len(order)
}

// daysOf gives the days of the month within the half-open range; a nil end is open.
func daysOf(m month.Month, from time.Time, to *time.Time) Days {
	first, last := 1, m.Days()
	if from = month.Day(from); from.After(m.Last()) {
		return 0
	} else if m.In(from) {
		first = from.Day()
	}
	if to != nil {
		end := month.Day(*to).AddDate(0, 0, -1)
		if end.Before(m.First()) {
			return 0
		} else if m.In(end) {
			last = end.Day()
		}
	}
	return Span(first, last)
}

// level raises the loads of people who joined within the window by the average of the others for the time before, so
// that a newcomer is not sent on every duty until he has caught up. at is the first day of the month.
func level(people []Person, at time.Time) {
	start := at.AddDate(0, -windowMonths, 0)
	whole := int(at.Sub(start).Hours() / 24)
	var sum Counters
	old := 0
	for _, p := range people {
		if !p.since.After(start) {
			old++
			for k, n := range p.Carry {
				sum[k] += n
			}
		}
	}
	if old == 0 {
		return
	}
	for i, p := range people {
		missed := min(int(month.Day(p.since).Sub(start).Hours()/24), whole)
		if missed <= 0 {
			continue
		}
		for k := range p.Carry {
			people[i].Carry[k] += sum[k] * missed / (old * whole)
		}
	}
}
