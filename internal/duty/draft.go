package duty

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// mostInARow is how many days running somebody stands at most, unless nobody else can.
const mostInARow = 7

// Plan is what a month's draft is made from.
type Plan struct {
	Kinds  []Kind   // of each day; its length is the month's
	Slots  []Slot   // the places to fill, in order
	People []Person // in the stable order that decides last
	Window string   // what Carry counts over, in words: 近12个月
}

// Draft fills a month from nothing; same plan, same result. A leave is never overridden. 不便值班日期 and more than seven
// days in a row are avoided as long as somebody else can stand. Among those left it is whoever stood least on days of
// that kind, then longest ago, then the order of the list.
func (p Plan) Draft() ([]Assignment, []Hole) { return p.Repair(nil) }

// Repair fills only the places that kept leaves empty; kept itself stays as it is.
func (p Plan) Repair(kept []Assignment) ([]Assignment, []Hole) {
	b := p.board(kept)
	var holes []Hole
	for _, slot := range p.Slots {
		if b.taken[slot] {
			continue
		}
		chosen, reason := b.choose(slot)
		if chosen < 0 {
			holes = append(holes, Hole{slot, reason})
			continue
		}
		b.put(Assignment{Slot: slot, Person: p.People[chosen].ID, Name: p.People[chosen].Name, Title: p.People[chosen].Title, Reason: reason})
	}
	order := make(map[Slot]int, len(p.Slots))
	for i, s := range p.Slots {
		order[s] = i
	}
	slices.SortStableFunc(b.made, func(x, y Assignment) int { return cmp.Compare(order[x.Slot], order[y.Slot]) })
	return b.made, holes
}

// board is a month in the making.
type board struct {
	Plan
	at    map[int64]int // person → place in People
	made  []Assignment
	taken map[Slot]bool
	load  []Counters // per person, with what he brought along
	stand []Days     // per person
}

func (p Plan) board(kept []Assignment) *board {
	b := &board{Plan: p, at: make(map[int64]int, len(p.People)), taken: map[Slot]bool{}, load: make([]Counters, len(p.People)),
		stand: make([]Days, len(p.People))}
	for i, one := range p.People {
		b.at[one.ID], b.load[i] = i, one.Carry
	}
	for _, a := range kept {
		b.put(a)
	}
	return b
}

func (b *board) put(a Assignment) {
	b.made, b.taken[a.Slot] = append(b.made, a), true
	if i, ours := b.at[a.Person]; ours {
		b.load[i][b.Kinds[a.Day-1]]++
		b.stand[i] |= Span(a.Day, a.Day)
	}
}

// candidate is somebody who can stand in a place.
type candidate struct {
	who         int
	wish, tired bool // the soft limits that this would break
	load, last  int
}

func (c candidate) broken() int {
	n := 0
	for _, b := range []bool{c.wish, c.tired} {
		if b {
			n++
		}
	}
	return n
}

// compare orders by the rule of Draft; 0 leaves it to the order of the list.
func (c candidate) compare(o candidate) int {
	return cmp.Or(c.broken()-o.broken(), c.load-o.load, c.last-o.last)
}

// choose gives the place in People of whoever stands, or -1, with the reason in words.
func (b *board) choose(s Slot) (int, string) {
	var list []candidate
	var why []string
	for i, p := range b.People {
		if reason, ok := p.free(s.Day); !ok {
			why = append(why, p.Name+reason)
			continue
		}
		if b.stand[i].Has(s.Day) {
			why = append(why, p.Name+"当天已值其他班次")
			continue
		}
		list = append(list, candidate{i, p.Wish.Has(s.Day), b.row(i, s.Day) > mostInARow, b.load[i][b.Kinds[s.Day-1]], b.last(i, s.Day)})
	}
	if len(list) == 0 {
		if len(why) == 0 {
			return -1, "没有可排班的人员"
		}
		return -1, strings.Join(why, "、")
	}
	slices.SortStableFunc(list, candidate.compare)
	return list[0].who, b.reason(s, list, why)
}

// row is how many days running the person would stand if he stood on this one too.
func (b *board) row(i, day int) int {
	n := 1
	for d := day - 1; ; d-- {
		if d < 1 {
			n += b.People[i].Run
			break
		}
		if !b.stand[i].Has(d) {
			break
		}
		n++
	}
	for d := day + 1; b.stand[i].Has(d); d++ {
		n++
	}
	return n
}

// last is the day before this one on which the person last stood.
func (b *board) last(i, day int) int {
	for d := day - 1; d >= 1; d-- {
		if b.stand[i].Has(d) {
			return d
		}
	}
	return b.People[i].Last
}

func (b *board) reason(s Slot, list []candidate, away []string) string {
	first := list[0]
	name, kind := b.People[first.who].Name, b.Kinds[s.Day-1].Title()
	var soft []string
	if first.wish {
		soft = append(soft, "当天是本人的不便值班日期")
	}
	if first.tired {
		soft = append(soft, fmt.Sprintf("已连续%d天", b.row(first.who, s.Day)-1))
	}
	switch {
	case len(list) == 1 && len(away) == 0:
		return strings.Join(append(soft, "只有"+name+"一人可以排班"), ",")
	case len(list) == 1:
		return strings.Join(append(soft, "其他人不能值班("+strings.Join(away, "、")+")"), ",")
	case len(soft) > 0:
		return strings.Join(append(soft, "但没有更合适的人选"), ",")
	}
	second := list[1]
	text := fmt.Sprintf("%s%s值班%d次", b.Window, kind, first.load)
	switch {
	case second.broken() > 0 || second.load > first.load:
		return text + ",最少"
	case second.last > first.last && first.last == Never:
		return fmt.Sprintf("%s,与%s同为最少,此前没有值过班", text, b.People[second.who].Name)
	case second.last > first.last:
		return fmt.Sprintf("%s,与%s同为最少,距上次值班%d天,更久", text, b.People[second.who].Name, s.Day-first.last)
	}
	return fmt.Sprintf("%s,与%s次数和间隔相同,按名单顺序", text, b.People[second.who].Name)
}

// Gaps lists the places that made leaves empty, with why nobody stands there.
func (p Plan) Gaps(made []Assignment) []Hole {
	b := p.board(made)
	var holes []Hole
	for _, slot := range p.Slots {
		if b.taken[slot] {
			continue
		}
		chosen, why := b.choose(slot)
		if chosen >= 0 {
			why = "尚未安排"
		}
		holes = append(holes, Hole{slot, why})
	}
	return holes
}
