package demo

import "time"

// The kinds of promotion that the district reports.
const (
	toProfessional = "professional_secretary"
	toInstitution  = "institution_head"
	toLeadership   = "leading_group"
)

// risen adds the secretaries who went up: each left a village on the day when its present professional secretary came.
func (d *District) risen() {
	r := d.dice("risen")
	first, last := d.plan.promoted[1], d.plan.promoted[1]+d.plan.promoted[2]
	n := 0
	for _, at := range r.shuffled(len(d.People)) {
		p := d.People[at]
		if n == last {
			return
		}
		q := p.Posts[0]
		if q.Management != "professional" || p.ending || !q.From.Before(d.Spec.Anchor.Add(-14).First()) {
			continue
		}
		before := &Person{Sex: "1", Village: p.Village, ending: true, age: r.between(32, 44), Education: []string{"31", "21"}[r.IntN(2)]}
		if r.chance(20) {
			before.Sex = "2"
		}
		d.born(r, before)
		before.Posts = vacated(p.Posts[:1])
		before.Posts[0].From, before.Posts[0].WayIn = q.From.AddDate(-r.between(3, 5), 0, -r.IntN(60)), "election"
		kind, up := toLeadership, d.Townships[d.Villages[p.Village].Township].Name+"党委委员"
		if n < first {
			kind, up = toInstitution, d.Townships[d.Villages[p.Village].Township].Name+pick(r, []string{"农业农村综合服务中心", "社会治理和应急管理中心", "便民服务中心"})+"主任(副科级)"
			before.Posts[0].Management, before.Posts[0].PayScheme, before.Posts[0].WayIn = "professional", "institution", "recruited"
		}
		before.Posts[0].Doc = d.document(r, p.Village, secretary, before.Posts[0].From)
		d.leave(r, before.Posts, q.From, "promoted")
		before.File.Promotions = []Promotion{{Kind: kind, From: d.Villages[p.Village].Name + "党组织书记", To: up, On: q.From, Doc: before.Posts[0].OutDoc}}
		d.add(before)
		n++
	}
	panic("demo: " + d.Name + " has too few professional secretaries for those who went up")
}

// chosen marks so many of those who fit, drawn at random.
func (d *District) chosen(r dice, n int, fits func(p *Person) bool, mark func(i int, p *Person)) {
	i := 0
	for _, at := range r.shuffled(len(d.People)) {
		if p := d.People[at]; i < n && fits(p) {
			mark(i, p)
			i++
		}
	}
	if i < n {
		panic("demo: " + d.Name + " has too few people to choose from")
	}
}

// monthsBack is a day so many months before the anchor.
func (d *District) monthsBack(n, day int) time.Time { return d.Spec.Anchor.Add(-n).Date(day) }
