package assessment

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
	"touyan/web/ui"
)

// sheetCompare is one township's month beside another one of its months, person by person.
type sheetCompare struct {
	*review
	Query   compareQuery
	With    month.Month
	Periods []Period
	Notes   []string // that the address names no month
	Missing bool     // the township has no sheet in the other month
	Pairs   []pair
	Gone    []Row  // on the other sheet only
	Found   []pair // whom the search finds, those that are gone last
	URL     *url.URL
	Pager   ui.Pager
	Grant   string
}

type compareQuery struct {
	With string `form:"with"`
	Sort string `form:"sort"` // empty: as in the grid; change: the largest change first
	Text string `form:"q"`
	Page int    `form:"page"`
}

// pair is a person in both months; Before is nil for whoever is new, Now is absent for whoever has left.
type pair struct {
	Now     Row
	Before  *Row
	Left    bool // Before alone counts
	Grade   Grade
	Pending bool // at the edge of the quota, not decided yet
}

func (p pair) gradeTitle() string {
	if p.Pending {
		return "待定"
	}
	return p.Grade.Title()
}

// change is the difference of the normalised scores, so that it holds over two schemes.
func (p pair) change() (points.Points, bool) {
	if p.Before == nil || p.Left {
		return 0, false
	}
	return p.Now.Normalised - p.Before.Normalised, true
}

func (p pair) size() points.Points {
	d, ok := p.change()
	if !ok {
		return -1
	}
	return max(d, -d)
}

// pairUp matches the rows of two months by person.
func (c *sheetCompare) pairUp(before []Row) {
	at := make(map[int64]*Row, len(before))
	for i := range before {
		at[before[i].PersonID] = &before[i]
	}
	for _, r := range c.Rows {
		c.Pairs = append(c.Pairs, pair{Now: r, Before: at[r.PersonID], Grade: c.graded(r).Grade, Pending: c.pending(r.ID)})
		delete(at, r.PersonID)
	}
	for _, r := range before {
		if at[r.PersonID] != nil {
			c.Gone = append(c.Gone, r)
		}
	}
	if c.Query.Sort == "change" {
		slices.SortStableFunc(c.Pairs, func(a, b pair) int { return cmp.Compare(b.size(), a.size()) })
	}
}

// find keeps whom the search means.
func (c *sheetCompare) find() {
	all := slices.Clone(c.Pairs)
	for i := range c.Gone {
		all = append(all, pair{Now: c.Gone[i], Before: &c.Gone[i], Left: true, Grade: Grade(c.Gone[i].Grade)})
	}
	text := strings.TrimSpace(c.Query.Text)
	for _, p := range all {
		if strings.Contains(p.Now.PersonName, text) || strings.Contains(p.Now.VillageName, text) {
			c.Found = append(c.Found, p)
		}
	}
}

// chips say the search in force, with the way to take it away.
func (c *sheetCompare) chips() []ui.Chip {
	if c.Query.Text == "" {
		return nil
	}
	return []ui.Chip{ui.ChipOf(c.URL, "q", c.Query.Text, "搜索:"+c.Query.Text)}
}

// remark says why a line cannot be compared simply.
func (c *sheetCompare) remark(p pair) string {
	switch {
	case p.Left:
		return c.Sheet.Month.Title() + "不在考评表中"
	case p.Before == nil:
		return c.With.Title() + "不在考评表中 " + p.Now.JumpReason
	case p.Before.VillageID != p.Now.VillageID:
		return "原在" + p.Before.VillageName + " " + p.Now.JumpReason
	}
	return p.Now.JumpReason
}

// other is the month to compare with where none is asked for: the last one before, or else the first one after.
func (c *sheetCompare) other() month.Month {
	var nearest month.Month
	for _, p := range c.Periods { // the newest first
		if p.Month.After(c.Sheet.Month) {
			nearest = p.Month
			continue
		}
		return p.Month
	}
	if nearest.IsZero() {
		return c.Sheet.Month.Prev()
	}
	return nearest
}

// villageMean is a village's average in both months.
type villageMean struct {
	Village     string
	Now, Before *points.Points
}

func (c *sheetCompare) villages() []villageMean {
	var order []int64
	names, now, before := map[int64]string{}, map[int64][]points.Points{}, map[int64][]points.Points{}
	for _, r := range c.Rows {
		if _, known := names[r.VillageID]; !known {
			names[r.VillageID] = r.VillageName
			order = append(order, r.VillageID)
		}
		now[r.VillageID] = append(now[r.VillageID], r.Normalised)
	}
	for _, p := range c.Pairs {
		if p.Before != nil {
			before[p.Before.VillageID] = append(before[p.Before.VillageID], p.Before.Normalised)
		}
	}
	for _, r := range c.Gone {
		before[r.VillageID] = append(before[r.VillageID], r.Normalised)
	}
	var list []villageMean
	for _, id := range order {
		list = append(list, villageMean{names[id], mean(now[id]), mean(before[id])})
	}
	return list
}

func mean(list []points.Points) *points.Points {
	if p, ok := points.Average(list); ok {
		return &p
	}
	return nil
}

// figures are the sums of both months, old → new.
func (c *sheetCompare) figures() []compareFigure {
	var now, before []points.Points
	grades, old, pending := map[Grade]int{}, map[Grade]int{}, 0
	for _, p := range c.Pairs {
		now = append(now, p.Now.Normalised)
		if p.Pending {
			pending++
		} else {
			grades[p.Grade]++
		}
		if p.Before != nil {
			before = append(before, p.Before.Normalised)
			old[Grade(p.Before.Grade)]++
		}
	}
	for _, r := range c.Gone {
		before = append(before, r.Normalised)
		old[Grade(r.Grade)]++
	}
	list := []compareFigure{{"人数", strconv.Itoa(len(before)), strconv.Itoa(len(now))}, {"平均分", pointsText(mean(before)), pointsText(mean(now))}}
	for _, g := range []Grade{GradeExcellent, GradeCompetent, GradeBasicallyCompetent, GradeIncompetent, GradeNone} {
		list = append(list, compareFigure{g.Title(), strconv.Itoa(old[g]), strconv.Itoa(grades[g])})
	}
	if pending > 0 {
		list = append(list, compareFigure{"待定", "", strconv.Itoa(pending)})
	}
	return list
}

type compareFigure struct{ Title, Before, Now string }
