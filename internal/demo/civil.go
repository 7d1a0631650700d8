package demo

import (
	"slices"
	"strings"
	"time"
)

// The codes of GB/T 3304, 4762 and 4658 that the generator uses by name.
const (
	han       = "01"
	hui       = "03"
	tibetan   = "04"
	member    = "01" // 中共党员
	probation = "02" // 预备党员
	league    = "03" // 共青团员
	masses    = "13" // 群众
)

// civil gives everybody an ethnic group, a political status with its date, an education and a source.
func (d *District) civil() {
	r := d.dice("civil")
	for _, p := range d.People {
		p.Ethnic = d.ethnic(r, p)
		d.political(r, p)
		if p.Education == "" {
			p.Education = education(r, p)
		}
		p.Origin = origin(r, p)
	}
}

func (d *District) ethnic(r dice, p *Person) string {
	if p.resident() {
		return []string{han, hui, tibetan, "12", "26"}[r.weighted(94, 2, 3, 1, 1)]
	}
	if strings.Contains(d.Townships[d.Villages[p.Village].Township].Name, "藏族") {
		return []string{tibetan, han}[r.weighted(72, 28)]
	}
	return []string{han, hui, tibetan}[r.weighted(975, 17, 8)]
}

func (p *Person) resident() bool { return p.Posts[0].Management == "dispatched" }

func (p *Person) holds(positions ...string) bool {
	return slices.ContainsFunc(p.Posts, func(q Post) bool { return slices.Contains(positions, q.Position) })
}

func (d *District) political(r dice, p *Person) {
	percent := 46
	switch {
	case p.holds(secretary, deputy, branch, firstSec, teamLead):
		percent = 100
	case p.holds(supervisor):
		percent = 96
	case p.holds(director):
		percent = 90
	case p.resident():
		percent = 84
	}
	if r.chance(percent) {
		p.Political = member
		p.PartyJoin = d.joined(r, p)
		return
	}
	switch {
	case r.chance(5):
		p.Political = probation
		p.PartyJoin = r.day(d.Spec.Anchor.Add(-10).First(), d.Spec.Anchor.Add(-1).Last())
	case p.age <= 27 && r.chance(70):
		p.Political = league
	default:
		p.Political = masses
	}
}

// joined draws the day of joining the Party: of age, and before the first post that only a member can hold.
func (d *District) joined(r dice, p *Person) time.Time {
	last := d.Spec.Anchor.Add(-15).First()
	for _, q := range p.Posts {
		if inParty(q.Position) && q.From.Before(last) {
			last = q.From.AddDate(-1, 0, 0)
		}
	}
	first := p.Birth.AddDate(18, 1, 0)
	if last.Before(first) {
		return first
	}
	if usual := p.Birth.AddDate(38, 0, 0); usual.Before(last) {
		last = usual
	}
	return r.day(first, last)
}

// education follows age and post, as it does in the villages.
func education(r dice, p *Person) string {
	codes := []string{"14", "21", "31", "41", "44", "61", "71", "81"}
	switch {
	case p.resident():
		return codes[r.weighted(5, 62, 30, 2, 0, 1, 0, 0)]
	case p.age < 32:
		return codes[r.weighted(0, 22, 50, 8, 4, 14, 2, 0)]
	case p.age < 42:
		return codes[r.weighted(0, 8, 33, 14, 6, 28, 11, 0)]
	case p.age < 52:
		return codes[r.weighted(0, 2, 15, 14, 4, 34, 30, 1)]
	}
	return codes[r.weighted(0, 0, 6, 10, 2, 36, 41, 5)]
}

// origin is where somebody came from before serving (source of cadres); most of the older ones simply served on.
func origin(r dice, p *Person) string {
	switch {
	case p.resident():
		return "org_dispatched"
	case p.age < 35 && (p.Education == "31" || p.Education == "21"):
		return []string{"graduate", "returnee", "one_village_one_graduate", ""}[r.weighted(46, 22, 12, 20)]
	case p.holds(secretary, director):
		return []string{"rich_leader", "returnee", "veteran", "migrant_worker", "coop_leader", "village_doctor_teacher", ""}[r.weighted(22, 18, 14, 14, 8, 4, 20)]
	}
	return []string{"", "veteran", "migrant_worker", "returnee", "village_doctor_teacher"}[r.weighted(66, 8, 14, 8, 4)]
}
