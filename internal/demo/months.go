package demo

import (
	"fmt"
	"slices"
	"time"

	"touyan/internal/assessment"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
	"touyan/internal/platform/workday"
)

// Past is the number of months with final results before the anchor.
const Past = 12

// Month is one month of assessments.
type Month struct {
	Month  month.Month
	Due    assessment.DueDates
	Sheets []*Sheet
}

// Sheet is a township's month.
type Sheet struct {
	Township  int
	State     assessment.SheetState
	Rows      []*Row
	Excellent []*Row // marked by the leader among the tied
	Times
	Minutes    string
	Round      int
	Objections []Objection
	Correction *Correction
	Quota      int
}

// Row is a cadre's month. The ids within RosterRow are positions in the district plus one.
type Row struct {
	assessment.RosterRow
	Person, Village int
	State           assessment.RowState
	Entries         []assessment.Entry
	Entered         bool
	Score           assessment.Score
	NoGrade         string
	Graded          assessment.Graded
	JumpReason      string
	ReturnReason    string
	ReturnedTotal   *points.Points
	Pay             assessment.PayLine
}

func (r *Row) township() int { return int(r.TownshipID) - 1 }

// Objection is what somebody said against a published result, and the answer.
type Objection struct {
	Row     *Row
	Source  string
	Content string
	State   string // open, rejected, upheld
	FiledAt time.Time
	Answer  string
	At      time.Time
}

// Correction is an upheld objection: the row before and after it.
type Correction struct {
	Row    *Row
	Before Row
	Reason string
	Times
}

// Months makes the results of the twelve months before the anchor and the half-done anchor month. title names posts as
// the register does; now bounds what has already happened.
func (d *District) Months(scheme assessment.Scheme, title assessment.Titler, now time.Time) ([]*Month, error) {
	m, err := d.marker(scheme)
	if err != nil {
		return nil, err
	}
	cal := workday.Embedded()
	last := map[int]points.Points{} // normalised total of the month before, by person
	vetoes := d.vetoes()
	var months []*Month
	for _, at := range month.Span(d.Spec.Anchor.Add(-Past), d.Spec.Anchor) {
		current := at == d.Spec.Anchor
		mo := &Month{Month: at, Due: scheme.DueDates(cal, at)}
		states := d.states(current)
		known := scheme.Roster(at, d.posts(at, title, true))
		opened := scheme.Roster(at, d.posts(at, title, false))
		for t := range d.Townships {
			s := &Sheet{Township: t, State: states[t], Round: 1}
			roster := known
			if s.State == assessment.SheetNotStarted || s.State == assessment.SheetDraft || s.State == assessment.SheetReturned {
				roster = opened // what came later stands as 名单变动 until the clerk decides
			}
			s.rows(roster)
			r := d.dice(fmt.Sprintf("month/%s/%s", at, d.Townships[t].Code))
			m.fill(r, s, at)
			if item := vetoes[at][t]; !current && item != "" {
				m.veto(r, s, item, at)
			}
			m.settle(r, s, at, last)
			d.schedule(r, cal, s, mo, now)
			if !current {
				m.objections(r, s, at)
			}
			mo.Sheets = append(mo.Sheets, s)
		}
		if current {
			m.unfinished(mo, now)
		}
		for _, s := range mo.Sheets {
			for _, row := range s.Rows {
				last[row.Person] = row.Score.Normalised
			}
		}
		months = append(months, mo)
	}
	return months, nil
}

// posts gives the appointments of the district as the roster rule reads them. whole: with what changed within the anchor
// month; otherwise as the register stood when the month was opened.
func (d *District) posts(at month.Month, title assessment.Titler, whole bool) []assessment.Post {
	var list []assessment.Post
	for _, p := range d.People {
		for _, q := range p.Posts {
			to := q.To
			if !whole && at.In(q.From) && q.From.Day() > 1 {
				continue
			}
			if !whole && !to.IsZero() && at.In(to) {
				to = time.Time{}
			}
			v := d.Villages[q.Village]
			list = append(list, assessment.Post{PersonID: int64(p.Key + 1), PersonName: p.Name, Sex: string(p.Sex),
				TownshipID: int64(v.Township + 1), VillageID: int64(q.Village + 1), VillageName: v.Name, PositionCode: q.Position,
				PositionTitle: title(q.Position, v.Community()), PayScheme: q.PayScheme, ManagementType: q.Management,
				IsPaid: q.Paid, From: q.From, To: to,
				// Whoever died was on the sheets of the months before; the month of the death no longer lists him.
				Died: !p.DiedOn.IsZero() && p.DiedOn.Before(at.Next().First())})
		}
	}
	return list
}

func (s *Sheet) rows(roster []assessment.RosterRow) {
	for _, r := range roster {
		if int(r.TownshipID) == s.Township+1 {
			s.Rows = append(s.Rows, &Row{RosterRow: r, Person: int(r.PersonID) - 1, Village: int(r.VillageID) - 1,
				State: assessment.RowFrozen})
		}
	}
}

// fill marks the sheet village by village.
func (m *marker) fill(r dice, s *Sheet, at month.Month) {
	for _, rows := range s.byVillage() {
		m.mark(r, rows, at.First())
	}
	for _, row := range s.Rows {
		row.NoGrade = m.scheme.NoGrade(row.Days, r.IntN(900) == 0)
		row.Entered = true
	}
}

// byVillage gives the rows of each village, in order.
func (s *Sheet) byVillage() [][]*Row {
	var list [][]*Row
	for _, row := range s.Rows {
		if n := len(list); n > 0 && list[n-1][0].Village == row.Village {
			list[n-1] = append(list[n-1], row)
			continue
		}
		list = append(list, []*Row{row})
	}
	return list
}

// settle computes scores, grades under the quota, and pay, all by the module's rules.
func (m *marker) settle(r dice, s *Sheet, at month.Month, last map[int]points.Points) {
	rows := make([]assessment.GradeRow, len(s.Rows))
	for i, row := range s.Rows {
		row.Score = m.scheme.Score(row.Entries)
		before, was := last[row.Person]
		if jump := row.Score.Normalised - before; was && (jump > m.scheme.JumpLimit || -jump > m.scheme.JumpLimit) {
			row.JumpReason = []string{"上月集中扣分,本月已整改到位", "本月问题集中,已约谈本人并核实"}[btoi(jump < 0)]
		}
		rows[i] = assessment.GradeRow{ID: int64(i + 1), Score: row.Score.Normalised, Veto: row.Score.Veto, NoGrade: row.NoGrade}
	}
	result, err := m.scheme.Grade(rows, nil)
	if err != nil {
		var marked []int64
		for _, i := range r.shuffled(len(result.Edge.Tied))[:result.Edge.Seats] {
			marked = append(marked, result.Edge.Tied[i])
		}
		slices.Sort(marked)
		if result, err = m.scheme.Grade(rows, marked); err != nil {
			panic(fmt.Sprintf("demo: %s %s: %v", m.d.Townships[s.Township].Name, at, err)) // as many were marked as asked
		}
		for _, id := range marked {
			s.Excellent = append(s.Excellent, s.Rows[id-1])
		}
	}
	s.Quota = result.Quota
	for i, row := range s.Rows {
		row.Graded = result.Grades[int64(i+1)]
	}
	m.pay(s, at)
}

// pay computes the sheet's performance pay.
func (m *marker) pay(s *Sheet, at month.Month) {
	lines := make([]assessment.PayLine, len(s.Rows))
	for i, row := range s.Rows {
		lines[i] = m.scheme.Pay.Pay(assessment.PayInput{Position: row.PayPosition, PayScheme: row.PayScheme, Total: row.Score.Total,
			Normalised: row.Score.Normalised, Grade: row.Graded.Grade, Veto: row.Score.Veto, Days: row.Days, MonthDays: at.Days()})
	}
	if m.scheme.Pay.CapToPool {
		lines, _ = assessment.FitPool(lines)
	}
	for i, row := range s.Rows {
		row.Pay = lines[i]
	}
}
