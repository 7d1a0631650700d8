package assessment_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"touyan/internal/assessment"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

const (
	excellent   = assessment.GradeExcellent
	competent   = assessment.GradeCompetent
	basically   = assessment.GradeBasicallyCompetent
	incompetent = assessment.GradeIncompetent
)

func gradeRows(scores ...string) []assessment.GradeRow {
	rows := make([]assessment.GradeRow, len(scores))
	for i, s := range scores {
		rows[i] = assessment.GradeRow{ID: int64(i + 1), Score: points.MustParse(s)}
	}
	return rows
}

func TestThresholds(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	for score, want := range map[string]assessment.Grade{
		"110": excellent, "90": excellent, "89.99": competent, "75": competent, "74.99": basically, "60": basically, "59.99": incompetent, "0": incompetent,
	} {
		if got := s.ByThreshold(points.MustParse(score)); got != want {
			t.Errorf("%s: %s", score, got)
		}
	}
	if s.NoGrade(15, false) != "" || s.NoGrade(14, false) != "当月在岗14天,不足15天" || s.NoGrade(31, true) == "" {
		t.Error("reasons for no grade")
	}
	if !(excellent.Rank() > competent.Rank() && basically.Rank() > incompetent.Rank() && incompetent.Rank() > assessment.GradeNone.Rank()) {
		t.Error("the order of grades")
	}
}

func TestQuotaTakesTheBest(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	got, err := s.Grade(gradeRows("91", "99", "95", "92", "70", "50", "93", "94", "80", "90"), nil) // ten: two seats
	if err != nil || got.Quota != 2 || got.Graded != 10 || got.Edge != nil {
		t.Fatalf("%+v, %v", got, err)
	}
	want := []assessment.Graded{{Grade: competent, QuotaCapped: true}, {Grade: excellent}, {Grade: excellent}, {Grade: competent, QuotaCapped: true}, {Grade: basically}, {Grade: incompetent}}
	for i, w := range want {
		if got.Grades[int64(i+1)] != w {
			t.Errorf("row %d: %+v, want %+v", i+1, got.Grades[int64(i+1)], w)
		}
	}
}

// Most cadres keep full marks, so the edge of the quota runs through the tied.
func TestTieNeedsTheLeader(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	rows := gradeRows("101", "100", "100", "100", "99", "98", "97", "96", "95", "94", "93", "92", "91", "90", "80") // 15: three seats
	got, err := s.Grade(rows, nil)
	if err == nil || got.Decided() || got.Edge.Seats != 2 || !slices.Equal(got.Edge.Tied, []int64{2, 3, 4}) || !slices.Equal(got.Edge.Certain, []int64{1}) {
		t.Fatalf("%+v, %v", got.Edge, err)
	}
	if want := "优秀名额落在同分人员中:100分的有3人,名额2个,请标出其中2人为优秀(已标0人)"; fault.Of(err).Sentence != want {
		t.Error(err)
	}
	if _, err = s.Grade(rows, []int64{3}); err == nil {
		t.Error("one of two seats was marked, yet the edge passed as decided")
	}
	if _, err = s.Grade(rows, []int64{2, 3, 4}); err == nil || !strings.Contains(err.Error(), "只剩2个优秀名额") {
		t.Errorf("three marked for two seats: %v", err)
	}
	got, err = s.Grade(rows, []int64{4, 2, 9}) // 9 is not tied: an overtaken choice
	if err != nil || got.Grades[4].Grade != excellent || got.Grades[2].Grade != excellent ||
		got.Grades[3] != (assessment.Graded{Grade: competent, QuotaCapped: true}) || got.Grades[9].Grade != competent {
		t.Errorf("%+v, %v", got.Grades, err)
	}
}

func TestVetoAndNoGrade(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	rows := gradeRows("100", "99", "98", "97")
	rows[0].Veto, rows[1].Veto, rows[2].NoGrade = assessment.VetoGradeIncompetent, assessment.VetoNoExcellent, "当月在岗3天,不足15天"
	got, err := s.Grade(rows, nil)
	if err != nil || got.Graded != 3 || got.Quota != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	for id, want := range map[int64]assessment.Graded{1: {Grade: incompetent}, 2: {Grade: competent}, 3: {}, 4: {Grade: excellent}} {
		if got.Grades[id] != want {
			t.Errorf("row %d: %+v", id, got.Grades[id])
		}
	}
	two, err := s.Grade(gradeRows("100", "100"), nil)
	if err != nil || two.Quota != 0 || !two.Grades[1].QuotaCapped || !two.Grades[2].QuotaCapped {
		t.Errorf("two cadres have no seat and no edge: %+v, %v", two, err)
	}
}

func TestCorrectionMovesNobodyElse(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	before, err := s.Grade(gradeRows("99", "95", "94", "80", "80"), nil) // one seat: row 1
	if err != nil {
		t.Fatal(err)
	}
	fallen := gradeRows("85", "95", "94", "80", "80")
	c := s.Correct(fallen, before.Grades, []int64{1}, nil, false)
	if len(c.Own) != 1 || c.Own[0].To.Grade != competent || len(c.Others) != 1 || c.Others[0].ID != 2 || c.Others[0].To.Grade != excellent {
		t.Fatalf("%+v", c)
	}
	if c.Grades[2] != before.Grades[2] {
		t.Error("row 2 moved by itself")
	}
	if c = s.Correct(fallen, before.Grades, []int64{1}, nil, true); c.Grades[2].Grade != excellent {
		t.Error("the committee's decision moves row 2")
	}

	risen := gradeRows("99", "95", "94", "100", "80") // row 4 would push row 1 out
	c = s.Correct(risen, before.Grades, []int64{4}, nil, false)
	if c.Grades[1].Grade != excellent || c.Grades[4] != (assessment.Graded{Grade: competent, QuotaCapped: true}) || len(c.Others) != 1 || c.Others[0].ID != 1 {
		t.Errorf("undecided: %+v", c)
	}
	c = s.Correct(risen, before.Grades, []int64{4}, nil, true)
	if c.Grades[1] != (assessment.Graded{Grade: competent, QuotaCapped: true}) || c.Grades[4].Grade != excellent {
		t.Errorf("decided: %+v", c)
	}

	level := gradeRows("95", "95", "94", "80", "80") // row 1 now ties with row 2 for the seat it holds
	c = s.Correct(level, before.Grades, []int64{1}, nil, false)
	if c.Edge != nil || c.Grades[1].Grade != excellent || len(c.Own)+len(c.Others) != 0 {
		t.Errorf("who was published as 优秀 keeps the seat: %+v", c)
	}
	c = s.Correct(level, before.Grades, []int64{1}, []int64{}, false)
	if c.Edge == nil || c.Grades[2] != before.Grades[2] {
		t.Errorf("an opened edge is told: %+v", c)
	}
}

func drawGradeRows(t *rapid.T) []assessment.GradeRow {
	n := rapid.IntRange(0, 60).Draw(t, "n")
	rows := make([]assessment.GradeRow, n)
	for i := range rows {
		rows[i] = assessment.GradeRow{
			ID:    int64(i + 1),
			Score: rapid.SampledFrom([]points.Points{5000, 6000, 7499, 7500, 8999, 9000, 9500, 9999, 10000, 10000, 10000, 10200}).Draw(t, "score"),
			Veto:  rapid.SampledFrom([]assessment.VetoEffect{"", "", "", "", assessment.VetoNoExcellent, assessment.VetoGradeIncompetent}).Draw(t, "veto"),
		}
		if rapid.IntRange(0, 9).Draw(t, "new") == 0 {
			rows[i].NoGrade = "当月在岗3天,不足15天"
		}
	}
	return rows
}

func TestGradingProperties(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	rapid.Check(t, func(t *rapid.T) {
		rows := drawGradeRows(t)
		marked := rapid.SliceOf(rapid.Int64Range(1, 60)).Draw(t, "marked")
		got, err := s.Grade(rows, marked)
		if (err == nil) != got.Decided() {
			t.Fatalf("error %v, decided %v", err, got.Decided())
		}
		seats := 0
		for _, r := range rows {
			g := got.Grades[r.ID]
			if g.Grade == excellent {
				seats++
				if r.Veto != "" || r.NoGrade != "" || r.Score < s.Thresholds.Excellent {
					t.Fatalf("%+v became 优秀", r)
				}
			}
			if (g.Grade == assessment.GradeNone) != (r.NoGrade != "") {
				t.Fatalf("%+v: %+v", r, g)
			}
		}
		if seats > got.Quota || got.Quota > got.Graded || 5*got.Quota > got.Graded && got.Quota != 1 {
			t.Fatalf("%d 优秀, quota %d of %d", seats, got.Quota, got.Graded)
		}
		if got.Edge != nil && (got.Edge.Seats < 1 || got.Edge.Seats >= len(got.Edge.Tied) || got.Edge.Seats+len(got.Edge.Certain) != got.Quota) {
			t.Fatalf("edge %+v of quota %d", got.Edge, got.Quota)
		}
		for _, a := range rows {
			for _, b := range rows {
				same := a.Veto == b.Veto && a.NoGrade == "" && b.NoGrade == ""
				if same && a.Score > b.Score && got.Grades[a.ID].Grade.Rank() < got.Grades[b.ID].Grade.Rank() {
					t.Fatalf("%+v is graded below %+v", a, b)
				}
			}
		}
		shuffled := rapid.Permutation(rows).Draw(t, "order")
		again, _ := s.Grade(shuffled, marked)
		for id, g := range got.Grades {
			if again.Grades[id] != g {
				t.Fatalf("the order of rows decides over row %d", id)
			}
		}
	})
}

func TestCorrectionProperties(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	rapid.Check(t, func(t *rapid.T) {
		rows := drawGradeRows(t)
		first, err := s.Grade(rows, nil)
		if err != nil {
			first, _ = s.Grade(rows, first.Edge.Tied[:first.Edge.Seats])
		}
		if same := s.Correct(rows, first.Grades, nil, nil, true); len(same.Own)+len(same.Others) > 0 || same.Edge != nil {
			t.Fatalf("nothing was corrected, yet %+v", same)
		}
		if len(rows) == 0 {
			return
		}
		i := rapid.IntRange(0, len(rows)-1).Draw(t, "corrected")
		rows[i].Score = points.Points(rapid.Int64Range(0, 11000).Draw(t, "score"))
		c := s.Correct(rows, first.Grades, []int64{rows[i].ID}, nil, false)
		seats := 0
		for _, r := range rows {
			if r.ID != rows[i].ID && c.Grades[r.ID] != first.Grades[r.ID] {
				t.Fatalf("row %d moved by itself", r.ID)
			}
			if c.Grades[r.ID].Grade == excellent {
				seats++
			}
		}
		if seats > first.Quota {
			t.Fatalf("%d 优秀 after the correction, quota %d", seats, first.Quota)
		}
	})
}
