package assessment

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

// Grade is a month's result (等次); GradeNone is 不定等次.
type Grade string

// The grades.
const (
	GradeNone               Grade = ""
	GradeExcellent          Grade = "excellent"
	GradeCompetent          Grade = "competent"
	GradeBasicallyCompetent Grade = "basically_competent"
	GradeIncompetent        Grade = "incompetent"
)

// Title names the grade.
func (g Grade) Title() string {
	switch g {
	case GradeExcellent:
		return "优秀"
	case GradeCompetent:
		return "称职"
	case GradeBasicallyCompetent:
		return "基本称职"
	case GradeIncompetent:
		return "不称职"
	}
	return "不定等次"
}

// Rank orders grades, 优秀 highest, no grade lowest.
func (g Grade) Rank() int {
	return slices.Index([]Grade{GradeNone, GradeIncompetent, GradeBasicallyCompetent, GradeCompetent, GradeExcellent}, g)
}

// GradeRow is what grading needs of a cadre's row.
type GradeRow struct {
	ID      int64
	Score   points.Points // normalised
	Veto    VetoEffect
	NoGrade string // why there is no grade, see Scheme.NoGrade; empty if there is one
}

// Graded is a row's grade. QuotaCapped: the score reached 优秀, but the quota was used up.
type Graded struct {
	Grade       Grade
	QuotaCapped bool
}

// Edge is a tie across the end of the quota: Seats of the Tied can be 优秀, besides the Certain.
type Edge struct {
	Seats   int
	Tied    []int64
	Certain []int64
}

// GradeResult is the grading of a township.
type GradeResult struct {
	Grades map[int64]Graded
	Graded int   // n: rows with a grade
	Quota  int   // of 优秀
	Edge   *Edge // nil where no tie crosses the quota
	Marked int   // of the tied that the leader marked
}

// Decided reports whether nothing is left open at the edge.
func (r GradeResult) Decided() bool { return r.Edge == nil || r.Marked == r.Edge.Seats }

// NoGrade tells why a row gets no grade: too few days in post, or long leave approved for more than half the month.
func (s Scheme) NoGrade(days int, longLeave bool) string {
	if days < s.MinDays {
		return fmt.Sprintf("当月在岗%d天,不足%d天", days, s.MinDays)
	}
	if longLeave {
		return "当月请假超过半个月"
	}
	return ""
}

// ByThreshold is the grade of a score before the quota.
func (s Scheme) ByThreshold(normalised points.Points) Grade {
	switch {
	case normalised >= s.Thresholds.Excellent:
		return GradeExcellent
	case normalised >= s.Thresholds.Competent:
		return GradeCompetent
	case normalised >= s.Thresholds.BasicallyCompetent:
		return GradeBasicallyCompetent
	}
	return GradeIncompetent
}

// Grade grades a township's rows. marked are the rows that the leader chose among the tied; others in it are ignored,
// since an earlier choice may have been overtaken by a score. The result is whole also with an error, which says that
// the edge is not decided: the tied then stand as 称职 unless marked.
func (s Scheme) Grade(rows []GradeRow, marked []int64) (GradeResult, error) {
	result := GradeResult{Grades: make(map[int64]Graded, len(rows))}
	var candidates []GradeRow
	for _, r := range rows {
		if r.NoGrade != "" {
			result.Grades[r.ID] = Graded{}
			continue
		}
		result.Graded++
		grade := s.ByThreshold(r.Score)
		switch {
		case r.Veto == VetoGradeIncompetent:
			grade = GradeIncompetent
		case grade == GradeExcellent && r.Veto == VetoNoExcellent:
			grade = GradeCompetent
		case grade == GradeExcellent:
			candidates = append(candidates, r)
		}
		result.Grades[r.ID] = Graded{Grade: grade}
	}
	result.Quota = s.Quota.Seats(result.Graded)
	if len(candidates) <= result.Quota {
		return result, nil
	}
	for _, c := range candidates {
		result.Grades[c.ID] = Graded{Grade: GradeCompetent, QuotaCapped: true}
	}
	if result.Quota == 0 {
		return result, nil
	}
	return result, result.seat(candidates, marked)
}

// seat gives the seats to the best candidates, of which there are more than seats.
func (r *GradeResult) seat(candidates []GradeRow, marked []int64) error {
	slices.SortFunc(candidates, func(a, b GradeRow) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	cut := candidates[r.Quota-1].Score
	tie := candidates[r.Quota].Score == cut
	edge := Edge{Seats: r.Quota}
	for _, c := range candidates {
		switch {
		case c.Score > cut || c.Score == cut && !tie:
			r.Grades[c.ID] = Graded{Grade: GradeExcellent}
			edge.Certain = append(edge.Certain, c.ID)
			edge.Seats--
		case c.Score == cut:
			edge.Tied = append(edge.Tied, c.ID)
		}
	}
	if !tie {
		return nil
	}
	r.Edge = &edge
	var chosen []int64
	for _, id := range edge.Tied {
		if slices.Contains(marked, id) {
			chosen = append(chosen, id)
		}
	}
	if len(chosen) > edge.Seats {
		return fault.Invalid("同分%d人只剩%d个优秀名额,已标出%d人,请重新标出", len(edge.Tied), edge.Seats, len(chosen))
	}
	for _, id := range chosen {
		r.Grades[id] = Graded{Grade: GradeExcellent}
	}
	r.Marked = len(chosen)
	if !r.Decided() {
		return fault.Invalid("优秀名额落在同分人员中:%s分的有%d人,名额%d个,请标出其中%d人为优秀(已标%d人)",
			cut, len(edge.Tied), edge.Seats, edge.Seats, len(chosen))
	}
	return nil
}

// GradeChange is a published grade that a recalculation sees differently.
type GradeChange struct {
	ID       int64
	From, To Graded
}

// Correction is what a correction of published rows comes to.
type Correction struct {
	Grades map[int64]Graded // to publish now
	Own    []GradeChange    // of the corrected rows
	Others []GradeChange    // would follow through the quota; they move only if the township committee decides so
	Edge   *Edge            // the correction opened a tie that is not decided
}

// Correct grades a sheet again after some of its published rows were corrected. Others keep what was published for
// them unless accepted; until then a corrected row becomes 优秀 only where a seat is free. marked is the committee's
// new choice at the edge; nil keeps those who were published as 优秀.
func (s Scheme) Correct(rows []GradeRow, published map[int64]Graded, corrected, marked []int64, accepted bool) Correction {
	if marked == nil {
		for id, g := range published {
			if g.Grade == GradeExcellent {
				marked = append(marked, id)
			}
		}
	}
	again, err := s.Grade(rows, marked)
	c := Correction{Grades: maps.Clone(again.Grades)}
	if err != nil {
		c.Edge = again.Edge
	}
	taken := 0
	var own []GradeRow
	for _, r := range rows {
		before, was := published[r.ID]
		if !was || slices.Contains(corrected, r.ID) {
			own = append(own, r)
			continue
		}
		open := c.Edge != nil && slices.Contains(c.Edge.Tied, r.ID)
		if after := again.Grades[r.ID]; after != before && !open {
			c.Others = append(c.Others, GradeChange{r.ID, before, after})
		}
		if !accepted || open {
			c.Grades[r.ID] = before
		}
		if c.Grades[r.ID].Grade == GradeExcellent {
			taken++
		}
	}
	slices.SortFunc(own, func(a, b GradeRow) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	for _, r := range own {
		if c.Grades[r.ID].Grade == GradeExcellent {
			if taken >= again.Quota {
				c.Grades[r.ID] = Graded{Grade: GradeCompetent, QuotaCapped: true}
			} else {
				taken++
			}
		}
		if before := published[r.ID]; before != c.Grades[r.ID] {
			c.Own = append(c.Own, GradeChange{r.ID, before, c.Grades[r.ID]})
		}
	}
	slices.SortFunc(c.Others, func(a, b GradeChange) int { return cmp.Compare(a.ID, b.ID) })
	return c
}
