package duty

import (
	"fmt"
	"math/bits"
	"slices"

	"touyan/internal/platform/month"
)

// Coverage sums villages up over the days of a month. 在岗保障率 is Covered of Required: village-days on which the
// published roster names somebody and no spot check found the place empty. A village without a published roster covers no
// day.
type Coverage struct {
	Villages    int
	Unpublished int
	Holed       int // published villages with an empty day after a change
	HoleDays    int
	Checked     int // villages with a spot check
	CheckDays   int
	AbsentDays  int // days on which a check found nobody
	Required    int
	Covered     int
}

// until is the last day that counts: past days only while the month runs, all of them before and after.
func until(m month.Month, now month.Month, today int) int {
	if m == now {
		return today
	}
	return m.Days()
}

// Add takes a village in. until is the last day of the month that counts towards the rate.
func (c *Coverage) Add(l Line, until int) {
	c.Villages++
	c.Required += until
	if l.Number == 0 {
		c.Unpublished++
	}
	if n := l.Holes().Count(); n > 0 {
		c.Holed++
		c.HoleDays += n
	}
	if n := Days(l.CheckedDays).Count(); n > 0 {
		c.Checked++
		c.CheckDays += n
	}
	c.AbsentDays += Days(l.AbsentDays).Count()
	c.Covered += (l.Covered() & Span(1, until)).Count()
}

// Rate writes the share with one decimal, rounded down: 100.0% means that not one day was without anybody.
func (c Coverage) Rate() string {
	if c.Required == 0 {
		return "—"
	}
	permille := c.Covered * 1000 / c.Required
	return fmt.Sprintf("%d.%d%%", permille/10, permille%10)
}

// Holes are the days that became empty on a published roster.
func (l Line) Holes() Days {
	if l.Number == 0 {
		return 0
	}
	return Days(l.EmptyDays)
}

// Covered are the days with somebody in post.
func (l Line) Covered() Days {
	if l.Number == 0 {
		return 0
	}
	return ^Days(0) &^ Days(l.EmptyDays) &^ Days(l.AbsentDays) & Span(1, 31)
}

// mark is what a village's day shows on the map.
type mark struct {
	Class string // of heat.css
	Short string // in the cell
	Words string // for the reader of the cell
}

var (
	markNone   = mark{"heat-none", "—", "未发布"}
	markHole   = mark{"heat-hole", "空", "空岗"}
	markAbsent = mark{"heat-absent", "缺", "抽查不在岗"}
	markSeen   = mark{"heat-seen", "✓", "抽查在岗"}
	markSet    = mark{"heat-set", "", "已安排"}
)

// markOf looks at a day of a village.
func markOf(l *Line, day int) mark {
	switch {
	case l.Number == 0:
		return markNone
	case Days(l.AbsentDays).Has(day):
		return markAbsent
	case Days(l.EmptyDays).Has(day):
		return markHole
	case Days(l.CheckedDays).Has(day):
		return markSeen
	}
	return markSet
}

// shape is everything of one kind on a township's map. A path for each kind holds a district's month in a few hundred
// elements; a square for each village and day would be twenty thousand.
type shape struct {
	Class string
	Path  string // stretches of days that show the same, five units a day and five a village
}

func (b block) shapes() []shape {
	marks := []mark{markSet, markSeen, markHole, markAbsent, markNone}
	paths := make([][]byte, len(marks))
	for row := range b.Lines {
		l, from := &b.Lines[row], 1
		for day := 1; day <= b.Days; day++ {
			m := markOf(l, day)
			if day < b.Days && markOf(l, day+1) == m {
				continue
			}
			at := slices.Index(marks, m)
			paths[at] = fmt.Appendf(paths[at], "M%d %dh%dv4h-%dz", (from-1)*5, row*5, (day-from+1)*5-1, (day-from+1)*5-1)
			from = day + 1
		}
	}
	var list []shape
	for i, path := range paths {
		if len(path) > 0 {
			list = append(list, shape{marks[i].Class, string(path)})
		}
	}
	return list
}

// block is a township on the map of the district.
type block struct {
	ID    int64
	Name  string
	Lines []Line
	Coverage
	Days int
	Gaps []int // per day, how many villages nobody covers
}

// blocks groups the lines of a board by township; they come in the order of the tree.
func blocks(lines []Line, m month.Month, until int) []block {
	var list []block
	for i := range lines {
		l := &lines[i]
		if n := len(list); n == 0 || list[n-1].ID != l.TownshipID {
			list = append(list, block{ID: l.TownshipID, Name: l.TownshipName, Days: m.Days(), Gaps: make([]int, m.Days()), Lines: lines[i:i]})
		}
		b := &list[len(list)-1]
		b.Lines = b.Lines[:len(b.Lines)+1] // a township's lines stand together
		b.Add(*l, until)
		for open := Span(1, b.Days) &^ l.Covered(); open != 0; open &= open - 1 {
			b.Gaps[bits.TrailingZeros32(uint32(open))]++
		}
	}
	return list
}

// shade is the class of a cell that counts some uncovered villages: grey while they are those without a published roster, red
// where others join them, the darker, the greater their share.
func (b block) shade(n int) string {
	found := n - b.Unpublished
	switch {
	case found == 0:
		return "heat-none"
	case found*10 <= b.Villages:
		return "heat-few"
	case found*2 <= b.Villages:
		return "heat-some"
	}
	return "heat-most"
}
