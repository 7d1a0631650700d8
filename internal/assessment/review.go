package assessment

import (
	"slices"
	"strings"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

// review is what a reviewer needs of a sheet: the rows with last month's results, the grades as they would be or were
// approved, and what was published before, if this is a correction.
type review struct {
	*desk
	Period    Period
	Settings  Settings
	Committee string              // 党委 or 党工委
	Last      map[int64]lastMonth // by person
	Published map[int64]Graded    // in force, by row; empty until the first publication
	Reopened  []int64             // rows that were unlocked since that publication
	Before    map[int64]unlocked  // what the rows of this round stood at when they were returned
	Outcome   outcome
}

// lastMonth is a person's result of the month before, once it was approved.
type lastMonth struct {
	PersonID   int64
	Normalised points.Points
	Grade      Grade
}

// unlocked is a row at the moment of its return.
type unlocked struct {
	Grade Grade                    `json:"grade"`
	Cells map[string]points.Points `json:"cells"`
}

// outcome is the grading of the sheet under a choice at the edge and, for a correction, the committee's decision.
type outcome struct {
	Grades   map[int64]Graded
	Graded   int
	Quota    int
	Edge     *Edge         // the tie across the quota, decided or not
	Certain  []int64       // 优秀 without any choice
	Others   []GradeChange // of published rows that nobody corrected: they move only if the committee says so
	Own      []GradeChange // of corrected rows
	Refusal  string        // why it cannot be approved like this
	Decision bool          // the committee has to decide on others
}

// correction reports whether the sheet was published before.
func (v *review) correction() bool { return len(v.Published) > 0 }

func (v *review) gradeRows() []GradeRow {
	list := make([]GradeRow, len(v.Rows))
	for i, r := range v.Rows {
		list[i] = GradeRow{ID: r.ID, Score: r.Normalised, Veto: VetoEffect(r.Veto), NoGrade: r.NoGrade}
	}
	return list
}

// Decisions of the township committee on grades that a correction moves through the quota.
const (
	decisionKeep = "keep" // others keep what was published
	decisionMove = "move" // everybody is graded anew
)

// grade works out the outcome under the leader's marks and, for a correction, the committee's decision.
func (v *review) grade(marked []int64, decision string) {
	rows := v.gradeRows()
	result, err := v.Scheme.Grade(rows, marked)
	o := outcome{Grades: result.Grades, Graded: result.Graded, Quota: result.Quota, Edge: result.Edge}
	for _, r := range v.Rows {
		if result.Grades[r.ID].Grade == GradeExcellent && (o.Edge == nil || !slices.Contains(o.Edge.Tied, r.ID)) {
			o.Certain = append(o.Certain, r.ID)
		}
	}
	if err != nil {
		o.Refusal = fault.Of(err).Sentence
	}
	if !v.correction() {
		v.Outcome = o
		return
	}
	c := v.Scheme.Correct(rows, v.Published, v.Reopened, marked, decision == decisionMove)
	o.Grades, o.Others, o.Own = c.Grades, c.Others, c.Own
	o.Decision = len(c.Others) > 0 || c.Edge != nil
	switch {
	case !o.Decision:
		o.Refusal = ""
	case decision == "":
		o.Refusal = "更正会影响其他人员的等次,请选择" + v.Committee + "会的研究意见"
	case decision == decisionKeep && (c.Edge == nil || v.markedOf(c.Edge.Tied, marked) <= c.Edge.Seats):
		o.Refusal = "" // seats may stay empty: nobody moves by itself
	}
	v.Outcome = o
}

func (v *review) markedOf(tied, marked []int64) int {
	n := 0
	for _, id := range tied {
		if slices.Contains(marked, id) {
			n++
		}
	}
	return n
}

// marks are the leader's earlier marks and, after a publication, whoever was published as 优秀: where a new tie puts them
// at the edge they are proposed again.
func (v *review) marks() []int64 {
	list := slices.Clone(v.Sheet.Excellent)
	for id, g := range v.Published {
		if g.Grade == GradeExcellent {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// approved reports whether the township's approval holds.
func (v *review) approved() bool {
	switch v.State {
	case SheetTownshipApproved, SheetDistrictApproved, SheetPublished, SheetLocked:
		return true
	}
	return false
}

// graded is the grade that a row has: the approved one, or the one that an approval would give.
func (v *review) graded(r Row) Graded {
	if v.approved() {
		return Graded{Grade(r.Grade), r.QuotaCapped}
	}
	return v.Outcome.Grades[r.ID]
}

// pending reports whether a row's grade waits for the leader's marks at the edge.
func (v *review) pending(id int64) bool {
	return !v.approved() && v.tied(id) && v.Outcome.Refusal != "" && v.Outcome.Grades[id].Grade != GradeExcellent
}

// tied reports whether a row stands at the edge of the quota.
func (v *review) tied(id int64) bool {
	return v.Outcome.Edge != nil && slices.Contains(v.Outcome.Edge.Tied, id)
}

// wholeReturned says that every row was returned: then a return alone says nothing about a row.
func (v *review) wholeReturned() bool {
	return !slices.ContainsFunc(v.Rows, func(r Row) bool { return r.ReturnReason == "" })
}

// reviewQuery is what the address of the review remembers.
type reviewQuery struct {
	Show    string `form:"show"` // all, or empty for what needs a look
	Text    string `form:"q"`
	Village int64  `form:"village"`
	Kind    string `form:"kind"`
	Grade   string `form:"grade"`
}

// What a row may be looked at for.
const (
	kindDeduct   = "deduct"
	kindBonus    = "bonus"
	kindJump     = "jump"
	kindReturned = "returned"
	kindTied     = "tied"
	kindNone     = "none" // without a grade
)

// reviewKinds and reviewGrades are the choices of the review's filter.
var (
	reviewKinds = []string{"", "全部", kindDeduct, "有扣分", kindBonus, "有加分", kindJump, "分差较大", kindReturned, "退回后重报", kindTied, "优秀同分",
		kindNone, "不定等次"}
	reviewGrades = []string{"", "全部", string(GradeExcellent), "优秀", string(GradeCompetent), "称职", string(GradeBasicallyCompetent), "基本称职",
		string(GradeIncompetent), "不称职", "none", "不定等次"}
)

// reviewRow is a row as the reviewer sees it.
type reviewRow struct {
	Row
	Entries []reviewEntry
	Graded  Graded
	Last    *lastMonth
	Jump    bool // against last month, beyond the scheme's limit
	Deduct  bool
	Bonus   bool
	Tied    bool
	Pending bool           // at the edge, not decided yet
	Before  *unlocked      // of a returned row
	Changed []reviewChange // dimensions that differ from Before
}

type reviewEntry struct {
	StoredEntry
	Dimension string
	Title     string
}

type reviewChange struct{ Title, Before, After string }

// rows gives every row as the reviewer sees it, in the order of the grid.
func (v *review) rows() []reviewRow {
	list := make([]reviewRow, 0, len(v.Rows))
	for _, r := range v.Rows {
		w := reviewRow{Row: r, Graded: v.graded(r), Tied: v.tied(r.ID), Pending: v.pending(r.ID)}
		if last, ok := v.Last[r.PersonID]; ok {
			w.Last = &last
			change := r.Normalised - last.Normalised
			w.Jump = change > v.Scheme.JumpLimit || -change > v.Scheme.JumpLimit
		}
		for _, e := range v.entries[r.ID] {
			d := v.dimension(e.Dimension)
			w.Entries = append(w.Entries, reviewEntry{e, d.Title, v.Scheme.itemTitle(e.Entry())})
			w.Bonus = w.Bonus || e.Points > 0
			w.Deduct = w.Deduct || e.Points <= 0
		}
		if before, ok := v.Before[r.ID]; ok && r.ReturnReason != "" {
			w.Before = &before
			for _, d := range v.Scheme.Dimensions {
				if was, known := before.Cells[d.Code]; known && was != v.value(r.ID, d.Code) {
					now := v.value(r.ID, d.Code)
					w.Changed = append(w.Changed, reviewChange{d.Title, was.String(), now.String()})
				}
			}
		}
		list = append(list, w)
	}
	return list
}

// notable reports whether the reviewer has to look at a row.
func (v *review) notable(r reviewRow) bool {
	returned := r.ReturnReason != "" && (!v.wholeReturned() || len(r.Changed) > 0)
	return r.Deduct || r.Bonus || r.Jump || returned
}

// old is the total at the return, where it differs from the present one.
func (r reviewRow) old() (points.Points, bool) {
	if r.ReturnedTotal == nil || *r.ReturnedTotal == r.Total {
		return 0, false
	}
	return *r.ReturnedTotal, true
}

// is reports whether a row is of a kind.
func (r reviewRow) is(kind string) bool {
	switch kind {
	case kindDeduct:
		return r.Deduct
	case kindBonus:
		return r.Bonus
	case kindJump:
		return r.Jump
	case kindReturned:
		return r.ReturnReason != ""
	case kindTied:
		return r.Tied
	case kindNone:
		return r.NoGrade != ""
	}
	return true
}

// keep applies the filters.
func (v *review) keep(all []reviewRow, q reviewQuery) []reviewRow {
	text := squeeze(q.Text)
	return slices.DeleteFunc(slices.Clone(all), func(r reviewRow) bool {
		return q.Show != "all" && q.Kind == "" && q.Grade == "" && !v.notable(r) ||
			text != "" && !strings.Contains(squeeze(r.PersonName), text) && !strings.Contains(r.VillageName, text) ||
			q.Village != 0 && r.VillageID != q.Village || !r.is(q.Kind) ||
			q.Grade != "" && (r.Pending || gradeCode(r.Graded.Grade) != q.Grade)
	})
}

// gradeTitle names the row's grade as far as it is decided.
func (r reviewRow) gradeTitle() string {
	if r.Pending {
		return "待定"
	}
	return r.Graded.Grade.Title()
}

// gradeCode names a grade in an address, where the empty one needs a word.
func gradeCode(g Grade) string {
	if g == GradeNone {
		return "none"
	}
	return string(g)
}
