package assessment

import (
	"fmt"
	"slices"
	"strings"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

// PasteTarget is a row of the grid, in the grid's order.
type PasteTarget struct {
	RowID   int64
	Name    string
	Village string
}

// PasteAt is the cell at which the user pasted: indexes into the targets and into the scheme's dimensions.
type PasteAt struct {
	Row       int
	Dimension int
}

// PasteAnswers are what the user has answered to an earlier proposal for the same block.
type PasteAnswers struct {
	Rows      map[int]int64        // line → row; PasteSkip leaves the line out
	Modes     map[string]EntryMode // dimension → mode
	Positions bool                 // the pairs of a block without names are right
}

// PasteSkip answers that a line belongs to nobody.
const PasteSkip int64 = -1

// PasteProposal is what a pasted block would change. Nothing is saved by making it.
type PasteProposal struct {
	Positional bool // without names: the user confirms the pairs
	Confirmed  bool // … and did
	Columns    []PasteColumn
	Lines      []PasteLine
	Problem    string // why the block as a whole cannot be read
}

// PasteColumn is a column of the block taken as a dimension.
type PasteColumn struct {
	Source    int // column of the block, from 0
	Dimension string
	Mode      EntryMode
	Question  string // the numbers fit the other mode better; empty once answered
}

// PasteLine is a line of the block. RowID 0 means that the user chooses among Choices, or all rows if there are none.
type PasteLine struct {
	Line    int // of the block, from 1
	Name    string
	Village string
	RowID   int64
	Choices []PasteTarget
	Problem string
	Cells   []PasteCell
}

// PasteCell is one number of the block. Difference is as of ParseTyped.
type PasteCell struct {
	Dimension  string
	Text       string
	Difference points.Points
	Problem    string
}

// Ready reports whether the proposal can be saved as it is.
func (p PasteProposal) Ready() bool {
	if p.Problem != "" || p.Positional && !p.Confirmed || len(p.Lines) == 0 {
		return false
	}
	for _, c := range p.Columns {
		if c.Question != "" {
			return false
		}
	}
	for _, l := range p.Lines {
		if l.RowID == 0 || l.Problem != "" || slices.ContainsFunc(l.Cells, func(c PasteCell) bool { return c.Problem != "" }) {
			return false
		}
	}
	return true
}

// ReadPaste reads a pasted block. With a column of names it is matched by village and name, in any order; without, line
// by line from where it was pasted, which the user has to confirm. Blank cells change nothing.
func (s Scheme) ReadPaste(text string, targets []PasteTarget, at PasteAt, mode EntryMode, answers PasteAnswers) PasteProposal {
	block := ParseBlock(text)
	if len(block) == 0 {
		return PasteProposal{Problem: "没有读到内容,请重新复制后粘贴"}
	}
	layout := s.layout(block, targets, at)
	p := PasteProposal{Positional: layout.name < 0, Confirmed: answers.Positions, Columns: layout.columns, Problem: layout.problem}
	for i := range p.Columns {
		s.askMode(&p.Columns[i], block[layout.first:], mode, answers)
	}
	village := ""
	for i := layout.first; i < len(block); i++ {
		cells := block[i]
		line := PasteLine{Line: i + 1}
		switch {
		case p.Positional:
			line.pair(targets, at.Row+i-layout.first)
		default:
			line.Name = squeeze(cellAt(cells, layout.name))
			if v := squeeze(cellAt(cells, layout.village)); v != "" {
				village = v // merged cells name the village on the first line of its group only
			}
			line.Village = village
			if line.Name == "" || summary(line.Name, targets) {
				continue
			}
			line.match(targets)
		}
		if chosen, ok := answers.Rows[line.Line]; ok {
			if chosen == PasteSkip {
				continue
			}
			line.choose(targets, chosen)
		}
		for _, c := range p.Columns {
			if cell, ok := s.readCell(cellAt(cells, c.Source), c); ok {
				line.Cells = append(line.Cells, cell)
			}
		}
		if len(line.Cells) > 0 {
			p.Lines = append(p.Lines, line)
		}
	}
	if len(p.Lines) == 0 && p.Problem == "" {
		p.Problem = "没有读到可用的分值"
	}
	p.refuseTwice()
	return p
}

func cellAt(cells []string, i int) string {
	if i < 0 || i >= len(cells) {
		return ""
	}
	return cells[i]
}

func (s Scheme) readCell(text string, c PasteColumn) (PasteCell, bool) {
	if _, blank := signOf(text); blank {
		return PasteCell{}, false
	}
	d, _ := s.Dimension(c.Dimension)
	cell := PasteCell{Dimension: c.Dimension, Text: text}
	var err error
	if cell.Difference, err = ParseTyped(text, c.Mode, d); err != nil {
		cell.Problem = fault.Of(err).Sentence
	}
	return cell, true
}

// pair gives the line to the row at its position.
func (l *PasteLine) pair(targets []PasteTarget, i int) {
	if i < 0 || i >= len(targets) {
		l.Problem = "超出人员名单的行数"
		return
	}
	l.RowID, l.Name, l.Village = targets[i].RowID, targets[i].Name, targets[i].Village
}

// match finds the row by name, and by village where the block names one.
func (l *PasteLine) match(targets []PasteTarget) {
	var same, here []PasteTarget
	for _, t := range targets {
		if squeeze(t.Name) != l.Name {
			if l.Village != "" && sameVillage(t.Village, l.Village) {
				here = append(here, t)
			}
			continue
		}
		same = append(same, t)
	}
	both := slices.DeleteFunc(slices.Clone(same), func(t PasteTarget) bool { return l.Village != "" && !sameVillage(t.Village, l.Village) })
	switch {
	case len(both) == 1:
		l.RowID, l.Village = both[0].RowID, both[0].Village
	case len(both) > 1:
		l.Choices, l.Problem = both, fmt.Sprintf("有%d人叫“%s”,请选择", len(both), l.Name)
	case len(same) > 0:
		l.Choices, l.Problem = same, fmt.Sprintf("“%s”不在%s,请核对后选择", l.Name, l.Village)
	default:
		l.Choices, l.Problem = here, fmt.Sprintf("名单中没有“%s”,请选择对应人员或跳过", l.Name)
	}
}

func (l *PasteLine) choose(targets []PasteTarget, id int64) {
	for _, t := range targets {
		if t.RowID == id {
			l.RowID, l.Problem, l.Choices = id, "", nil
			return
		}
	}
	l.Problem = "所选人员不在名单中"
}

// refuseTwice keeps two lines from writing the same row, the later one silently winning.
func (p *PasteProposal) refuseTwice() {
	lines := map[int64][]int{}
	for i, l := range p.Lines {
		if l.RowID != 0 {
			lines[l.RowID] = append(lines[l.RowID], i)
		}
	}
	for _, twice := range lines {
		if len(twice) < 2 {
			continue
		}
		for _, i := range twice {
			l := &p.Lines[i]
			l.Problem = fmt.Sprintf("第%d行与第%d行是同一人(%s),请跳过其中一行", p.Lines[twice[0]].Line, p.Lines[twice[1]].Line, l.Name)
		}
	}
}

// squeeze removes the spaces that sheets put into short names (张 三).
func squeeze(name string) string { return strings.Join(strings.Fields(name), "") }
