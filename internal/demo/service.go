package demo

import (
	"fmt"
	"slices"
	"time"
)

// begin sets the days on which a cadre's posts began and how he came to them: for most at the last election, for some
// at an earlier one, for others in between. All of it lies more than a year before the anchor; turnover changes that.
func (d *District) begin(r dice, p *Person, elected [2]time.Time) {
	earliest := p.Birth.AddDate(20, 1, 0)
	recent := d.Spec.Anchor.Add(-14).Last()
	start := [2]time.Time{elected[0], elected[1]} // of posts in the Party branch, of all others
	way := "election"
	year := elected[0].Year()
	switch {
	case p.Posts[0].Management == "professional":
		var batches []time.Time
		for _, back := range []int{50, 38, 26, 15} {
			if b := d.Spec.Anchor.Add(-back).Date(16); b.After(earliest) {
				batches = append(batches, b)
			}
		}
		b := pick(r, batches)
		start, way = [2]time.Time{b, b}, "recruited"
	case r.chance(16):
		day := r.day(date(year-3, 1, 8), date(year-3, 3, 20))
		start = [2]time.Time{day, day}
	case r.chance(8):
		day := r.day(date(year-7, 1, 8), date(year-7, 3, 20))
		start = [2]time.Time{day, day}
	case r.chance(20):
		day := r.day(elected[1].AddDate(0, 4, 0), recent)
		start, way = [2]time.Time{day, day}, "between"
	}
	if start[0].Before(earliest) {
		day := r.day(earliest, recent)
		start, way = [2]time.Time{day, day}, "between"
	}
	for i := range p.Posts {
		d.enter(r, &p.Posts[i], start[btoi(!inParty(p.Posts[i].Position))], way)
	}
}

// enter begins one post. Between elections the Party appoints, villagers hold a by-election; a clerk is always hired.
func (d *District) enter(r dice, q *Post, day time.Time, way string) {
	q.From, q.WayIn = day, way
	if way == "between" || q.Position == clerk {
		q.WayIn = "appointed"
		if slices.Contains(villagers, q.Position) && q.Position != clerk {
			q.WayIn = "by_election"
		}
	}
	if way == "recruited" && q.Position != secretary {
		q.WayIn = "by_election"
	}
	q.Doc = d.document(r, q.Village, q.Position, day)
}

// document numbers the paper behind a change of post.
func (d *District) document(r dice, village int, position string, day time.Time) string {
	t := d.Townships[d.Villages[village].Township]
	short, party := t.Short(), "党发"
	if len(t.Name) > len(short) && t.Name[len(short):] == "街道" {
		party = "党工发"
	}
	if !inParty(position) {
		party = "政发"
	}
	return fmt.Sprintf("%s%s〔%d〕%d号", short, party, day.Year(), r.between(3, 88))
}

func inParty(position string) bool {
	return position == secretary || position == deputy || position == branch
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// residents sends teams of two to four to villages: a first secretary, who mostly leads the team, and members.
func (d *District) residents() {
	r := d.dice("residents")
	var rural []int
	for v := range d.Villages {
		if !d.Villages[v].Community() {
			rural = append(rural, v)
		}
	}
	places := r.shuffled(len(rural))[:d.plan.teams]
	slices.Sort(places)
	for i, size := range r.spread(d.plan.resident, 2, 4, slices.Repeat([]int{1}, d.plan.teams)) {
		v := rural[places[i]]
		posts := [][]string{{firstSec, teamLead}}
		if r.chance(15) {
			posts = [][]string{{firstSec}, {teamLead}}
		}
		for len(posts) < size {
			posts = append(posts, []string{teamMember})
		}
		for _, held := range posts {
			d.resident(r, v, held)
		}
	}
}

func (d *District) resident(r dice, v int, held []string) {
	p := d.add(&Person{Village: v, Sex: "1", age: r.bell(25, 57)})
	if held[0] == teamMember && r.chance(34) {
		p.Sex = "2"
	}
	d.born(r, p)
	// Teams rotate every two years, mostly in June; some stay for a second turn, some come in between.
	start := d.rotation(0)
	switch r.weighted(62, 24, 14) {
	case 1:
		start = d.rotation(1)
	case 2:
		start = r.day(d.rotation(0), d.Spec.Anchor.Add(-1).Last())
	}
	if start.Before(p.Birth.AddDate(22, 6, 0)) {
		start = d.rotation(0)
	}
	doc := fmt.Sprintf("%s组发〔%d〕%d号", string([]rune(d.Name)[:1]), start.Year(), r.between(20, 60))
	for _, position := range held {
		p.Posts = append(p.Posts, Post{Village: v, Position: position, Management: "dispatched", PayScheme: "sending_unit",
			From: start, WayIn: "dispatched", Doc: doc})
	}
}

// rotation is the start of the resident teams' present turn, or of the one before.
func (d *District) rotation(back int) time.Time {
	year := d.Spec.Anchor.Add(-10).Year()
	year -= (year + 1) % 2 // turns begin in odd years
	return date(year-2*back, 6, 20)
}

// born draws a birthday that fits the age on the anchor's last day.
func (d *District) born(r dice, p *Person) {
	m := d.Spec.Anchor.Add(-12*p.age - r.IntN(12))
	p.Birth = m.Date(r.between(1, min(28, m.Days())))
}
