package assessment

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
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
	Missing bool // the township has no sheet in the other month
	Pairs   []pair
	Gone    []Row // on the other sheet only
}

type compareQuery struct {
	With string `form:"with"`
	Sort string `form:"sort"` // empty: as in the grid; change: the largest change first
}

// pair is a person in both months; Before is nil for whoever is new.
type pair struct {
	Now     Row
	Before  *Row
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
	if p.Before == nil {
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
		c.Pairs = append(c.Pairs, pair{r, at[r.PersonID], c.graded(r).Grade, c.pending(r.ID)})
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

func (m *Module) compareSheet(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	c := &sheetCompare{}
	httpx.DecodeQuery(r, &c.Query)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if c.review, err = m.Store.review(r.Context(), tx, id, false); err != nil {
			return err
		}
		if c.Periods, err = m.Store.Periods(r.Context(), tx, 36); err != nil {
			return err
		}
		c.Periods = slices.DeleteFunc(c.Periods, func(p Period) bool { return p.Month == c.Sheet.Month })
		if c.With, err = month.Parse(c.Query.With); err != nil {
			c.With = c.Sheet.Month.Prev()
		}
		other, err := m.Store.SheetOf(r.Context(), tx, c.With, c.Sheet.TownshipID)
		if errors.Is(err, pgx.ErrNoRows) {
			c.Missing = true
			return nil
		}
		if err != nil {
			return err
		}
		before, err := m.Store.Rows(r.Context(), tx, other, c.Scheme)
		if err == nil {
			c.pairUp(before)
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.With == c.Sheet.Month {
		return fault.NotFound()
	}
	crumbs := append(sheetCrumbs(c.Sheet, true), ui.Crumb{Title: "审核", Href: reviewPath(id)})
	return access.Page(w, r, s, access.View{Title: c.Sheet.TownshipName + "两个月对比", AsOf: s.Now().Format("2006-01-02 15:04"),
		Crumbs: crumbs}, sheetComparePage(c))
}
