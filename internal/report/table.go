package report

import (
	"cmp"
	"slices"
	"strconv"

	"touyan/internal/cadre"
)

// Cell is one figure: how many of how many, or for a mean the sum over how many.
type Cell struct {
	N   int `json:"n"`
	Of  int `json:"of"`
	Sum int `json:"sum,omitempty"`
}

// Ratio is the cell as a part.
func (c Cell) Ratio() Ratio { return Ratio{c.N, c.Of} }

// text is the cell as its measure says it.
func (c Cell) text(m *Measure) string {
	if m.Mean() {
		return mean(c.Sum, c.N)
	}
	return strconv.Itoa(c.N)
}

// Line is one row of a table: a unit, a post, or all.
type Line struct {
	Key   string // empty: all
	Title string
	cells []Cell // by the place of the measure
}

// Cell is the figure of a measure.
func (l Line) Cell(m *Measure) Cell { return l.cells[m.place] }

// Table is the structure of a set of facts.
type Table struct {
	Lines []Line
	Total Line
}

// Heading is a line that stands in a table whether or not it counts anybody.
type Heading struct{ Key, Title string }

// grouping tells the line in which a fact counts.
type grouping func(f *Fact) Heading

func byTownship(f *Fact) Heading {
	return Heading{strconv.FormatInt(f.TownshipID, 10), f.TownshipName}
}

func byVillage(f *Fact) Heading { return Heading{strconv.FormatInt(f.VillageID, 10), f.VillageName} }

func byPost(f *Fact) Heading { return Heading{f.Posts[0], cadre.PositionTitle(f.Posts[0], false)} }

// Tabulate counts in every line the measures given, and in all every measure. Headings give lines and their order; a fact of
// another line gets one behind them, so that lines always add up.
func Tabulate(facts []Fact, of []*Measure, group grouping, headings []Heading) Table {
	t := Table{Total: newLine(Heading{"", "合计"})}
	at := make(map[string]int, len(headings))
	add := func(h Heading) int {
		at[h.Key] = len(t.Lines)
		t.Lines = append(t.Lines, newLine(h))
		return len(t.Lines) - 1
	}
	for _, h := range headings {
		add(h)
	}
	for i := range facts {
		f := &facts[i]
		h := group(f)
		line, ok := at[h.Key]
		if !ok {
			line = add(h)
		}
		for _, m := range of {
			m.count(f, &t.Lines[line].cells[m.place])
		}
		for _, m := range measures {
			m.count(f, &t.Total.cells[m.place])
		}
	}
	slices.SortFunc(t.Lines[len(headings):], func(a, b Line) int { return cmp.Compare(a.Title, b.Title) })
	return t
}

func newLine(h Heading) Line { return Line{h.Key, h.Title, make([]Cell, len(measures))} }

// count adds a fact to the cell of the measure.
func (m *Measure) count(f *Fact, c *Cell) {
	if m.known != nil && !m.known(f) {
		return
	}
	c.Of++
	switch {
	case m.value != nil:
		c.N++
		c.Sum += m.value(f)
	case m.is == nil || m.is(f):
		c.N++
	}
}

// holds reports whether a fact is among the rows behind the measure's figure.
func (m *Measure) holds(f *Fact) bool {
	if m.known != nil && !m.known(f) {
		return false
	}
	return m.is == nil || m.is(f)
}

// pick keeps the facts behind one figure: of a line (empty: all) and a measure.
func pick(facts []Fact, m *Measure, group grouping, line string) (out []Fact) {
	for i := range facts {
		if f := &facts[i]; (line == "" || group(f).Key == line) && m.holds(f) {
			out = append(out, *f)
		}
	}
	return out
}

// persons makes one fact of each person's posts. The highest post decides in which unit he counts; of equal ones the first in
// the order of units.
func persons(posts []Fact) []Fact {
	at := make(map[int64]int, len(posts))
	out := make([]Fact, 0, len(posts))
	for i := range posts {
		n, ok := at[posts[i].PersonID]
		if !ok {
			at[posts[i].PersonID] = len(out)
			out = append(out, posts[i])
			continue
		}
		out[n] = join(out[n], posts[i])
	}
	for i := range out {
		if len(out[i].Posts) > 1 {
			slices.SortStableFunc(out[i].Posts, func(a, b string) int { return rank[a] - rank[b] })
			out[i].Posts = slices.Compact(out[i].Posts)
		}
	}
	return out
}

// join adds a further post to a person's fact.
func join(f, p Fact) Fact {
	posts, managed := append(f.Posts, p.Posts...), append(f.Managed, p.Managed...)
	paid, contract := f.Paid || p.Paid, f.ContractEnd
	if contract == nil {
		contract = p.ContractEnd
	}
	if p.rank < f.rank || p.rank == f.rank && order(p, f) < 0 {
		f = p
	}
	f.Posts, f.Managed, f.Paid, f.ContractEnd = posts, managed, paid, contract
	return f
}

// inOrder puts facts into the order of lists.
func inOrder(facts []Fact) []Fact {
	slices.SortFunc(facts, order)
	return facts
}

// order is that of lists: by unit, then by post, then by name.
func order(a, b Fact) int {
	return cmp.Or(cmp.Compare(a.TownshipCode, b.TownshipCode), cmp.Compare(a.VillageCode, b.VillageCode), a.rank-b.rank,
		cmp.Compare(a.Name, b.Name), cmp.Compare(a.PersonID, b.PersonID))
}
