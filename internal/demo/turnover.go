package demo

import (
	"fmt"
	"time"
)

// turnover lets posts change hands within the twelve months before the anchor and in the anchor month itself. Today's
// team stays as it was composed; what is added are predecessors, who left, moved on or died.
func (d *District) turnover() {
	r := d.dice("turnover")
	order := r.shuffled(len(d.Villages))
	used := map[int]bool{d.village(d.plan.extinct.into): true}
	next := func(heads bool, fits func(v int) bool) *Person {
		for _, v := range order {
			if used[v] || !fits(v) {
				continue
			}
			if p := d.replaceable(r, v, heads); p != nil {
				used[v] = true
				return p
			}
		}
		panic(fmt.Sprintf("demo: %s has no village left whose team could change", d.Name))
	}
	anywhere := func(int) bool { return true }
	months := func(i int) time.Time { return d.Spec.Anchor.Add(-1 - i%12).Date(r.between(2, 28)) }
	for i := range d.plan.replaced - d.plan.moved - d.plan.died {
		day := months(i)
		if i < 3 && d.plan.replaced > 10 {
			day = d.Spec.Anchor.Date([]int{6, 12, 20}[i])
		}
		where := anywhere
		if d.Spec.Anchor.In(day) {
			where = d.inTownship([]string{draftTownship, returnedTownship, draftTownship}[i])
		}
		// No secretary changes in the anchor month, so that its figures hold on each of its days.
		d.replace(r, next(!d.Spec.Anchor.In(day), where), day, d.reason(r))
	}
	for i := range d.plan.moved {
		p := next(true, anywhere)
		home := d.Villages[p.Village].Township
		other := next(true, func(v int) bool { return (d.Villages[v].Township == home) == (i%4 != 3) })
		d.move(r, p, other, months(i))
	}
	for i := range d.plan.died {
		d.replace(r, next(true, anywhere), d.Spec.Anchor.Add(-1-4*i%12).Date(r.between(23, 28)), "deceased")
	}
}

func (d *District) inTownship(code string) func(village int) bool {
	return func(v int) bool { return d.Townships[d.Villages[v].Township].Code == code }
}

// replaceable draws a cadre with pay whose post may have changed hands: now and then the secretary.
func (d *District) replaceable(r dice, v int, heads bool) *Person {
	var found []*Person
	for _, p := range d.People {
		if p.Village == v && !p.ending && !p.unpaid && p.Posts[0].Management == "ordinary" {
			if p.Posts[0].Position == secretary && (!heads || !r.chance(45)) {
				continue
			}
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return pick(r, found)
}

// reason draws why somebody leaves (way_out).
func (d *District) reason(r dice) string {
	return []string{"retired", "resigned", "removed", "promoted", "transferred", "terminated", "dismissed"}[r.weighted(34, 30, 8, 9, 12, 4, 3)]
}

// replace gives a cadre of today a predecessor, who left on the day or some weeks before.
func (d *District) replace(r dice, p *Person, day time.Time, reason string) *Person {
	before := &Person{Sex: p.Sex, Village: p.Village, ending: true, age: r.between(29, 57)}
	gap := 0
	switch {
	case reason == "deceased":
		before.age, gap = r.between(44, 61), r.between(7, 18)
	case reason == "retired":
		before.age = r.between(59, 63)
	}
	if reason != "deceased" && !d.Spec.Anchor.In(day) && r.chance(45) {
		gap = r.between(5, 33)
	}
	d.born(r, before)
	before.Posts = vacated(p.Posts)
	d.begin(r, before, d.elected[p.Village])
	left := day.AddDate(0, 0, -gap)
	d.leave(r, before.Posts, left, reason)
	if reason == "deceased" {
		before.DiedOn = left
	}
	d.takeOver(r, p, day)
	return d.add(before)
}

// move lets p come to his post from the post of other, who was its next holder.
func (d *District) move(r dice, p, other *Person, day time.Time) {
	earlier := vacated(other.Posts)
	past := &Person{Birth: p.Birth, Posts: earlier}
	d.begin(r, past, d.elected[other.Village])
	d.leave(r, earlier, day, "transferred")
	d.replace(r, p, day, []string{"retired", "resigned"}[r.IntN(2)])
	d.takeOver(r, other, day)
	p.Posts = append(earlier, p.Posts...)
}

// takeOver lets today's posts of a cadre begin on a later day.
func (d *District) takeOver(r dice, p *Person, day time.Time) {
	for i := range p.Posts {
		d.enter(r, &p.Posts[i], day, "between")
	}
}

func (d *District) leave(r dice, posts []Post, day time.Time, reason string) {
	for i := range posts {
		posts[i].To, posts[i].WayOut = day, reason
		if reason != "deceased" {
			posts[i].OutDoc = d.document(r, posts[i].Village, posts[i].Position, day)
		}
	}
}

// vacated copies posts as somebody else held them before: with ordinary management.
func vacated(posts []Post) []Post {
	var out []Post
	for _, q := range posts {
		out = append(out, Post{Village: q.Village, Position: q.Position, Management: "ordinary", PayScheme: q.PayScheme, Paid: q.Paid})
	}
	return out
}

// merge adds the village that was merged into another: one of its cadres serves on in the successor, the others left.
func (d *District) merge() {
	x := d.plan.extinct
	if x.code == "" {
		return
	}
	r := d.dice("merge")
	into := d.village(x.into)
	day := d.Spec.Anchor.Add(-5).First()
	gone := len(d.Villages)
	d.Villages = append(d.Villages, Village{Township: d.Villages[into].Township, Code: x.code, Official: x.official,
		Name: shortVillage(x.code, x.official), Urban: "220", Successor: into, ClosedOn: day, Document: fmt.Sprintf(x.document, day.Year())})
	d.elected = append(d.elected, d.elected[into])
	const why = "村级建制调整,所在村并入"
	note := func(posts []Post) {
		for i := range posts {
			posts[i].Note = why + d.Villages[into].Name
		}
	}
	for _, held := range [][]string{{secretary, director}, {clerk, vcMember}} {
		p := d.add(&Person{Sex: "1", Village: gone, ending: true, age: r.between(50, 60)})
		d.born(r, p)
		for _, position := range held {
			paid := position != vcMember
			p.Posts = append(p.Posts, Post{Village: gone, Position: position, Management: "ordinary", Paid: paid,
				PayScheme: map[bool]string{true: "village", false: "none"}[paid]})
		}
		d.begin(r, p, d.elected[gone])
		d.leave(r, p.Posts, day, "term_end")
		note(p.Posts)
	}
	var stays *Person
	for _, p := range d.People {
		if p.Village == into && !p.ending && !p.unpaid && p.Posts[0].Management == "ordinary" && p.Posts[0].Position != secretary {
			stays = p
		}
	}
	earlier := vacated(stays.Posts)
	for i := range earlier {
		earlier[i].Village = gone
	}
	past := &Person{Birth: stays.Birth, Posts: earlier}
	d.begin(r, past, d.elected[gone])
	d.leave(r, earlier, day, "transferred")
	note(earlier)
	d.takeOver(r, stays, day)
	stays.Posts = append(earlier, stays.Posts...)
}
