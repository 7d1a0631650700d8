package assessment

import (
	"fmt"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

// FindingLevel says whether a finding stops the submission.
type FindingLevel string

// The levels.
const (
	FindingBlock FindingLevel = "block"
	FindingWarn  FindingLevel = "warn"
)

// FindingAbout says what a finding is about, and so where it is put right.
type FindingAbout string

// What findings are about. The empty one is the sheet as a whole.
const (
	AboutRoster   FindingAbout = "roster"
	AboutProposal FindingAbout = "proposal"
	AboutEntries  FindingAbout = "entries"
	AboutJump     FindingAbout = "jump"
)

// Finding is a result of 检查: what is wrong, and where to click.
type Finding struct {
	Level     FindingLevel
	About     FindingAbout
	RowID     int64  // 0: the sheet as a whole
	Dimension string // empty: the row as a whole
	Sentence  string
}

// CheckRow is a row of the sheet before submission.
type CheckRow struct {
	ID         int64
	Name       string
	Village    string
	Position   string
	Entries    []Entry
	Last       *points.Points // normalised total of the last month, nil if there was none
	JumpReason string
}

// OpenProposal is a deduction that another module proposed (an absence found by a spot check) and nobody decided on.
type OpenProposal struct {
	RowID     int64
	Name      string
	Dimension string
	Reason    string
}

// equalShare is the per cent of equal totals from which the reviewer is warned.
const equalShare = 90

// Check tells what stops a submission and what the reviewer should look at, blocks first, rows in their order. changes
// are the undecided 名单变动.
func (s Scheme) Check(rows []CheckRow, changes []RosterChange, proposals []OpenProposal) []Finding {
	var blocks, warnings []Finding
	block := func(about FindingAbout, row int64, dimension, format string, args ...any) {
		blocks = append(blocks, Finding{FindingBlock, about, row, dimension, fmt.Sprintf(format, args...)})
	}
	if len(rows) == 0 {
		block("", 0, "", "考评表中没有人员")
	}
	for _, c := range changes {
		block(AboutRoster, c.RowID, "", "名单变动未处理:%s", c.Sentence)
	}
	for _, p := range proposals {
		block(AboutProposal, p.RowID, p.Dimension, "%s有一条拟扣分未处理:%s", p.Name, p.Reason)
	}
	totals := make(map[points.Points]int)
	for _, r := range rows {
		score := s.Score(r.Entries)
		totals[score.Total]++
		s.checkEntries(r, block)
		if r.Last == nil || r.JumpReason != "" {
			continue
		}
		if jump := score.Normalised - *r.Last; jump > s.JumpLimit || -jump > s.JumpLimit {
			block(AboutJump, r.ID, "", "%s(%s)%s分,上月%s分,相差超过%s分,请说明原因", r.Name, r.Village, score.Normalised, *r.Last, s.JumpLimit)
		}
	}
	if most, total := mostCommon(totals); len(rows) >= 3 && most*100 >= equalShare*len(rows) {
		sentence := fmt.Sprintf("%d人中有%d人(%d%%)都是%s分,请核对是否如实考评", len(rows), most, most*100/len(rows), total)
		if most == len(rows) {
			sentence = fmt.Sprintf("全部%d人(100%%)都是%s分,请核对是否如实考评", most, total)
		}
		warnings = append(warnings, Finding{Level: FindingWarn, Sentence: sentence})
	}
	return append(blocks, warnings...)
}

// checkEntries tells once per cell what is wrong with its entries.
func (s Scheme) checkEntries(r CheckRow, block func(about FindingAbout, row int64, dimension, format string, args ...any)) {
	sums := make(map[string]points.Points, len(s.Dimensions))
	open := make(map[string]int)
	for _, e := range r.Entries {
		if _, err := s.CheckEntry(e, r.Position); err != nil {
			block(AboutEntries, r.ID, e.Dimension, "%s(%s):%s", r.Name, r.Village, fault.Of(err).Sentence)
			continue
		}
		sums[e.Dimension] += e.Points
		if !e.Grounded() {
			open[e.Dimension]++
		}
	}
	for _, d := range s.Dimensions {
		if sum := max(sums[d.Code], -sums[d.Code]); sum > d.Max {
			block(AboutEntries, r.ID, d.Code, "%s(%s)“%s”各条合计%s分,超过满分%s分", r.Name, r.Village, d.Title, sum, d.Max)
		}
		if n := open[d.Code]; n > 0 {
			block(AboutEntries, r.ID, d.Code, "%s(%s)“%s”有%d条待补依据", r.Name, r.Village, d.Title, n)
		}
	}
}

func mostCommon(totals map[points.Points]int) (most int, total points.Points) {
	for t, n := range totals {
		if n > most || n == most && t > total {
			most, total = n, t
		}
	}
	return most, total
}

// Blocked reports whether the findings stop the submission.
func Blocked(findings []Finding) bool {
	for _, f := range findings {
		if f.Level == FindingBlock {
			return true
		}
	}
	return false
}
