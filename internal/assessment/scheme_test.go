package assessment_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"touyan/internal/assessment"
	"touyan/internal/platform/points"
)

func TestDefaultScheme(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	if problems := s.Validate(); len(problems) > 0 {
		t.Fatalf("the default is refused: %v", problems)
	}
	if s.FullMarks() != points.Of(100) || s.TotalCap != points.Of(110) {
		t.Errorf("full marks %s, cap %s", s.FullMarks(), s.TotalCap)
	}
	for _, position := range s.Positions {
		for _, d := range s.Dimensions {
			if len(s.ItemsFor(d.Code, position.Code)) == 0 {
				t.Errorf("%s has nothing to choose for %s", d.Title, position.Code)
			}
		}
	}
	veto, _ := s.Item("no_new_member")
	if !veto.AppliesTo("party_secretary") || veto.AppliesTo("clerk") {
		t.Error("only the secretary answers for new members")
	}
}

func TestSchemeSurvivesStorage(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	out, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back assessment.Scheme
	if err := json.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(s, back) {
		t.Errorf("stored %s\nread %+v", out, back)
	}
}

func TestValidateNamesTheField(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*assessment.Scheme){
		"dimensions":                     func(s *assessment.Scheme) { s.Dimensions = s.Dimensions[6:] },
		"dimensions.1.code":              func(s *assessment.Scheme) { s.Dimensions[1].Code = s.Dimensions[0].Code },
		"dimensions.0.max":               func(s *assessment.Scheme) { s.Dimensions[0].Max = 0 },
		"items.0.clause":                 func(s *assessment.Scheme) { s.Items[0].Clause = "" },
		"items.0.unit_points":            func(s *assessment.Scheme) { s.Items[0].UnitPoints = points.Of(21) },
		"items.0.kind":                   func(s *assessment.Scheme) { s.Items[0].Kind = assessment.ItemAdd },
		"items.0.dimension":              func(s *assessment.Scheme) { s.Items[0].Dimension = "gone" },
		"items.0.cap":                    func(s *assessment.Scheme) { s.Items[0].Cap = 1 },
		"items.0.positions":              func(s *assessment.Scheme) { s.Items[0].Positions = []string{"first_secretary"} },
		"total_cap":                      func(s *assessment.Scheme) { s.TotalCap = points.Of(90) },
		"thresholds.competent":           func(s *assessment.Scheme) { s.Thresholds.Competent = points.Of(95) },
		"thresholds.basically_competent": func(s *assessment.Scheme) { s.Thresholds.BasicallyCompetent = points.Of(75) },
		"quota.percent":                  func(s *assessment.Scheme) { s.Quota.Percent = 101 },
		"post_factor.others":             func(s *assessment.Scheme) { s.PostFactor.Others = -1 },
		"deadlines.review":               func(s *assessment.Scheme) { s.Deadlines.Review = 2 },
		"notice_days":                    func(s *assessment.Scheme) { s.NoticeDays = 0 },
		"positions":                      func(s *assessment.Scheme) { s.Positions = nil },
		"positions.0.pay_position":       func(s *assessment.Scheme) { s.Positions[0].PayPosition = assessment.PayDualPost },
		"pay.base.dual_post":             func(s *assessment.Scheme) { delete(s.Pay.Base, assessment.PayDualPost) },
		"pay.base.chief":                 func(s *assessment.Scheme) { s.Pay.Base[assessment.PayChief] = -1 },
		"pay.calculator":                 func(s *assessment.Scheme) { s.Pay.Calculator = "" },
		"pay.grade_coeff": func(s *assessment.Scheme) {
			s.Pay.Calculator, s.Pay.GradeCoeff.Competent = assessment.CalcGradeCoeff, 120
		},
		"pay.bands.1": func(s *assessment.Scheme) { s.Pay.Calculator, s.Pay.Bands[1].Percent = assessment.CalcBand, 101 },
		"pay.bands":   func(s *assessment.Scheme) { s.Pay.Calculator, s.Pay.Bands = assessment.CalcBand, s.Pay.Bands[:4] },
		"pay.per_point": func(s *assessment.Scheme) {
			s.Pay.Calculator, s.Pay.PerPoint = assessment.CalcPerPoint, -1
		},
		"pay.full_mark": func(s *assessment.Scheme) { s.Pay.Calculator, s.Pay.FullMark = assessment.CalcPerPoint, 0 },
	} {
		s := assessment.DefaultScheme()
		spoil(&s)
		if problems := s.Validate(); problems[field] == "" {
			t.Errorf("%s: not told, only %v", field, problems)
		}
	}
}

func TestNormaliseOtherFullMarks(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	s.Dimensions[0].Max = points.Of(55) // a scheme of 135
	if got := s.Normalise(points.Of(135)); got != points.Of(100) {
		t.Errorf("full marks are %s of 100", got)
	}
	if got := s.Normalise(points.Of(100)); got.String() != "74.07" {
		t.Errorf("100 of 135 is %s", got)
	}
	if got := (assessment.Scheme{}).Normalise(points.Of(1)); got != 0 {
		t.Errorf("no scheme gives %s", got)
	}
}

func TestQuotaSeats(t *testing.T) {
	t.Parallel()
	q := assessment.DefaultScheme().Quota
	for n, want := range map[int]int{0: 0, 2: 0, 3: 1, 4: 1, 5: 1, 9: 1, 10: 2, 60: 12, 156: 31} {
		if got := q.Seats(n); got != want {
			t.Errorf("%d graded: %d seats, want %d", n, got, want)
		}
	}
}
