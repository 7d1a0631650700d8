package demo

import (
	"cmp"
	"slices"
	"time"

	"touyan/internal/platform/month"
)

func date(year int, m time.Month, day int) time.Time {
	return time.Date(year, m, day, 0, 0, 0, 0, month.Zone)
}

// ages gives everybody of the team an age on the anchor's last day, the secretaries so that their mean is the plan's.
func (d *District) ages(r dice) {
	var heads []*Person
	for _, p := range d.People {
		switch p.Posts[0].Position {
		case secretary:
			p.age = r.bell(32, 59)
			if p.Posts[0].Management == "professional" {
				p.age = r.bell(25, 46)
			}
			heads = append(heads, p)
		case director, deputy, vcDeputy:
			p.age = r.bell(26, 59)
		case supervisor:
			p.age = r.bell(36, 62)
		case clerk:
			p.age = r.bell(23, 51)
		default:
			p.age = r.bell(24, 60)
		}
		if slices.ContainsFunc(p.Posts, func(q Post) bool { return q.Position == youth }) {
			p.age = r.between(22, 34)
		}
	}
	// 41.84 rather than 41.80: with births spread evenly over the year the mean then rounds to 41.8 on every day of the
	// anchor month, not on its last day alone.
	want, sum := (d.plan.secretaryAge*10+4)*len(heads)/100, 0
	for _, p := range heads {
		sum += p.age
	}
	for sum != want {
		p := pick(r, heads)
		lo, hi := 26, 60
		if p.Posts[0].Management == "professional" {
			lo, hi = 24, 48
		}
		switch {
		case sum < want && p.age < hi:
			p.age++
			sum++
		case sum > want && p.age > lo:
			p.age--
			sum--
		}
	}
	d.births(r, heads)
	d.births(r, slices.DeleteFunc(slices.Clone(d.People), func(p *Person) bool { return p.Posts[0].Position == secretary }))
	d.secretaryEducation(r, heads)
}

// births places birthdays evenly over the twelve months, so that the age is the same by day and by month on the
// anchor's last day. No one is born on 29 February, whose birthday two rules would see differently.
func (d *District) births(r dice, people []*Person) {
	for i, at := range r.shuffled(len(people)) {
		p := people[at]
		m := d.Spec.Anchor.Add(-12*p.age - i%12)
		days := m.Days()
		if m.Month() == time.February {
			days = 28
		}
		p.Birth = m.Date(r.between(1, days))
	}
}

// secretaryEducation gives exactly the plan's number of secretaries 大专 or more: all professional ones, then mostly the
// younger.
func (d *District) secretaryEducation(r dice, heads []*Person) {
	rank := make(map[*Person]int, len(heads))
	for _, p := range heads {
		rank[p] = p.age + r.IntN(22)
		if p.Posts[0].Management == "professional" {
			rank[p] = -1
		}
	}
	order := slices.Clone(heads)
	slices.SortStableFunc(order, func(a, b *Person) int { return cmp.Compare(rank[a], rank[b]) })
	for i, p := range order {
		if i < d.plan.college {
			p.Education = []string{"31", "21", "14"}[r.weighted(70, 29, 1)]
			if p.Posts[0].Management == "professional" {
				p.Education = []string{"31", "21", "14"}[r.weighted(38, 60, 2)]
			}
			continue
		}
		p.Education = []string{"61", "41", "44", "71"}[r.weighted(55, 22, 6, 17)]
	}
}
