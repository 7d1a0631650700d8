package assessment

import (
	"slices"

	"touyan/internal/platform/money"
	"touyan/internal/platform/points"
)

// Scheme is one version of a district's rules (考评方案): what is scored, how scores become grades and grades pay. It is
// stored as one JSON document and never changed once a month was opened with it. Ratios are whole per cents.
type Scheme struct {
	Dimensions []Dimension   `json:"dimensions"`
	Items      []Item        `json:"items"`
	BonusCap   points.Points `json:"bonus_cap"`  // of all bonus dimensions together
	TotalCap   points.Points `json:"total_cap"`  // the total lies between 0 and this
	Thresholds Thresholds    `json:"thresholds"` // on scores normalised to 100
	Quota      Quota         `json:"quota"`
	MinDays    int           `json:"min_days"`   // in post for fewer days: no grade
	JumpLimit  points.Points `json:"jump_limit"` // a larger change against last month, normalised, needs a reason
	PostFactor PostFactor    `json:"post_factor"`
	Positions  []Position    `json:"positions"` // assessed posts, highest first
	PaidOnly   bool          `json:"paid_only"` // only posts with pay are assessed (在职领取报酬的村(社区)干部)
	Pay        PayRule       `json:"pay"`
	Deadlines  Deadlines     `json:"deadlines"`
	NoticeDays int           `json:"notice_days"` // 公示期 in working days
}

// DimensionKind tells what is deducted from from what is added to.
type DimensionKind string

// The kinds of dimension.
const (
	DimensionBase  DimensionKind = "base"
	DimensionBonus DimensionKind = "bonus"
)

// Dimension is a column of the grid (维度): a base dimension starts at Max and loses, a bonus starts at 0 and gains.
type Dimension struct {
	Code  string        `json:"code"`
	Title string        `json:"title"`
	Max   points.Points `json:"max"`
	Kind  DimensionKind `json:"kind"`
}

// Full is the value of a cell that nobody has touched.
func (d Dimension) Full() points.Points {
	if d.Kind == DimensionBonus {
		return 0
	}
	return d.Max
}

// ItemKind is what an item does to a score.
type ItemKind string

// The kinds of item (扣分, 加分, 一票否决).
const (
	ItemDeduct ItemKind = "deduct"
	ItemAdd    ItemKind = "add"
	ItemVeto   ItemKind = "veto"
)

// VetoEffect is what a confirmed veto does, whatever the score.
type VetoEffect string

// The effects: 不称职 with no performance pay for the month, or 不得评优 alone.
const (
	VetoNone             VetoEffect = ""
	VetoNoExcellent      VetoEffect = "no_excellent"
	VetoGradeIncompetent VetoEffect = "grade_incompetent"
)

// Title names the effect.
func (v VetoEffect) Title() string {
	switch v {
	case VetoGradeIncompetent:
		return "一票否决"
	case VetoNoExcellent:
		return "不得评优"
	}
	return ""
}

// Item is a line of the rules (考评内容) that an entry cites.
type Item struct {
	Code        string        `json:"code"`
	Dimension   string        `json:"dimension"`
	Title       string        `json:"title"`
	Clause      string        `json:"clause"` // 依据
	Kind        ItemKind      `json:"kind"`
	UnitPoints  points.Points `json:"unit_points"`            // per occurrence, without sign
	Cap         points.Points `json:"cap,omitempty"`          // per month, without sign; 0: none
	VillageWide bool          `json:"village_wide,omitempty"` // falls on all cadres of the village by post factor
	Positions   []string      `json:"positions,omitempty"`    // applies to these posts only; empty: to all
	VetoEffect  VetoEffect    `json:"veto_effect,omitempty"`
}

// AppliesTo reports whether the item may be used for a holder of the post.
func (i Item) AppliesTo(position string) bool {
	return len(i.Positions) == 0 || slices.Contains(i.Positions, position)
}

// Thresholds are the lowest normalised scores of the grades.
type Thresholds struct {
	Excellent          points.Points `json:"excellent"`
	Competent          points.Points `json:"competent"`
	BasicallyCompetent points.Points `json:"basically_competent"`
}

// Quota bounds the 优秀 of a township: floor(n × Percent), at least one from AtLeastOneFrom graded cadres on.
type Quota struct {
	Percent        int `json:"percent"`
	AtLeastOneFrom int `json:"at_least_one_from"`
}

// Seats is the quota of n graded cadres.
func (q Quota) Seats(n int) int {
	seats := n * q.Percent / 100
	if seats == 0 && q.AtLeastOneFrom > 0 && n >= q.AtLeastOneFrom {
		return 1
	}
	return seats
}

// PostFactor is the share, in per cent, of a village-wide deduction that a cadre carries.
type PostFactor struct {
	Chief  int `json:"chief"`
	Others int `json:"others"`
}

// Of gives the share of one cadre.
func (f PostFactor) Of(chief bool) int {
	if chief {
		return f.Chief
	}
	return f.Others
}

// PayPosition is the class of post that decides the performance base.
type PayPosition string

// The pay positions. PayDualPost (一肩挑) is derived: secretary and director of one village at the same time.
const (
	PayChief    PayPosition = "chief"
	PayDualPost PayPosition = "dual_post"
	PayDeputy   PayPosition = "deputy"
	PayMember   PayPosition = "member"
	PayClerk    PayPosition = "clerk"
)

// PayPositions lists them in the order of the settings page.
func PayPositions() []PayPosition {
	return []PayPosition{PayChief, PayDualPost, PayDeputy, PayMember, PayClerk}
}

// Title names the pay position.
func (p PayPosition) Title() string {
	switch p {
	case PayChief:
		return "正职"
	case PayDualPost:
		return "一肩挑"
	case PayDeputy:
		return "副职"
	case PayMember:
		return "委员"
	case PayClerk:
		return "文书"
	}
	return ""
}

// Chief reports whether its holder carries village-wide deductions in full.
func (p PayPosition) Chief() bool { return p == PayChief || p == PayDualPost }

// Position is an assessed post.
type Position struct {
	Code        string      `json:"code"`
	PayPosition PayPosition `json:"pay_position"`
}

// Deadlines are 填报截止, 审核截止 and 报备截止 as working days of the following month.
type Deadlines struct {
	Fill   int `json:"fill"`
	Review int `json:"review"`
	File   int `json:"file"`
}

// PayRule is how a final result becomes performance pay.
type PayRule struct {
	Calculator Calculator                `json:"calculator"`
	Base       map[PayPosition]money.Fen `json:"base"`        // per month of full service
	GradeCoeff GradeCoeff                `json:"grade_coeff"` // GRADE_COEFF, in per cent of the base
	FullMark   points.Points             `json:"full_mark"`   // BAND and PER_POINT: the score, not normalised, that loses nothing
	Bands      []Band                    `json:"bands"`       // BAND, highest first
	BandsFixed bool                      `json:"bands_fixed"` // bands name amounts, not per cents of the base
	PerPoint   money.Fen                 `json:"per_point"`   // PER_POINT: lost with every point below FullMark
	CapToPool  bool                      `json:"cap_to_pool"` // the sum of a township stays within the sum of its bases
}

// GradeCoeff gives the per cents of the base by grade.
type GradeCoeff struct {
	Excellent          int `json:"excellent"`
	Competent          int `json:"competent"`
	BasicallyCompetent int `json:"basically_competent"`
	Incompetent        int `json:"incompetent"`
	NoGrade            int `json:"no_grade"` // 不定等次, paid by days
}

// Band pays everyone from From on, up to the next higher band.
type Band struct {
	From    points.Points `json:"from"`
	Percent int           `json:"percent,omitempty"`
	Amount  money.Fen     `json:"amount,omitempty"`
}

// Dimension finds a dimension by code.
func (s Scheme) Dimension(code string) (Dimension, bool) {
	for _, d := range s.Dimensions {
		if d.Code == code {
			return d, true
		}
	}
	return Dimension{}, false
}

// Item finds an item by code.
func (s Scheme) Item(code string) (Item, bool) {
	for _, i := range s.Items {
		if i.Code == code {
			return i, true
		}
	}
	return Item{}, false
}

// ItemsFor is the short list of a cell: the items of the dimension that apply to the post.
func (s Scheme) ItemsFor(dimension, position string) []Item {
	var list []Item
	for _, i := range s.Items {
		if i.Dimension == dimension && i.AppliesTo(position) {
			list = append(list, i)
		}
	}
	return list
}

// Position finds an assessed post; a lower rank is a higher post.
func (s Scheme) Position(code string) (p Position, rank int, ok bool) {
	for rank, p := range s.Positions {
		if p.Code == code {
			return p, rank, true
		}
	}
	return Position{}, len(s.Positions), false
}

// FullMarks is the sum of the base dimensions: what a cadre without entries scores. It need not be 100.
func (s Scheme) FullMarks() points.Points {
	var sum points.Points
	for _, d := range s.Dimensions {
		if d.Kind == DimensionBase {
			sum += d.Max
		}
	}
	return sum
}

// Normalise brings a total to full marks of 100, so that thresholds and comparisons over schemes make sense.
func (s Scheme) Normalise(total points.Points) points.Points {
	full := s.FullMarks()
	if full <= 0 {
		return 0
	}
	return total.MulRatio(int64(points.Of(100)), int64(full))
}
