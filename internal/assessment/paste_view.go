package assessment

import (
	"fmt"
	"strconv"
	"strings"

	"touyan/internal/platform/points"
	"touyan/web/ui"
)

// pasteProps is the page of a block: first the empty text area, then what the block would change.
type pasteProps struct {
	*desk
	Grant    string
	Form     pasteForm
	Proposal PasteProposal
	Lines    []pasteRow
	Print    string // fingerprint of the proposal
	Changes  int    // cells that would change
	Bad      int    // lines and cells that keep the block from being saved
	Stale    bool   // another account changed one of the cells
}

// pasteRow is a line of the block beside the person whom it was given to.
type pasteRow struct {
	PasteLine
	Person Row
	Cells  map[string]pasteCell
	Answer int64
	Locked bool // the row takes no entries now
}

type pasteCell struct {
	Text          string
	Before, After points.Points
	Problem       string
	Theirs        bool
}

// mode is what the numbers of a dimension mean.
func (p PasteProposal) mode(dimension string) EntryMode {
	for _, c := range p.Columns {
		if c.Dimension == dimension {
			return c.Mode
		}
	}
	return ModeScore
}

// modeOptions are the two meanings of a column; a column that is asked about has none chosen.
func (c PasteColumn) modeOptions() []ui.Option {
	selected := string(c.Mode)
	if c.Question != "" {
		selected = ""
	}
	return ui.Options(selected, string(ModeScore), "得分", string(ModeDeduct), "扣分")
}

// letter names a column of the block as a spreadsheet does.
func (c PasteColumn) letter() string {
	name := ""
	for n := c.Source; n >= 0; n = n/26 - 1 {
		name = string(rune('A'+n%26)) + name
	}
	return name
}

// asks reports whether the line has a choice to make or to change.
func (r pasteRow) asks() bool { return r.Problem != "" || r.Answer != 0 }

const pasteChoices = 30 // lines of which each may choose among everybody: a block of another township is not worth more

// options are the people whom a line may belong to: those of the same name or village, else everybody without a line.
func (p pasteProps) options(r pasteRow) []ui.Option {
	list := []ui.Option{{Value: "", Title: "请选择"}, {Value: strconv.FormatInt(PasteSkip, 10), Title: "跳过这一行"}}
	add := func(id int64, name, village string) {
		list = append(list, ui.Option{Value: strconv.FormatInt(id, 10), Title: name + "(" + village + ")", Selected: id == r.RowID})
	}
	if len(r.Choices) > 0 {
		for _, c := range r.Choices {
			add(c.RowID, c.Name, c.Village)
		}
		return list
	}
	taken := map[int64]bool{}
	asking := 0
	for _, l := range p.Lines {
		if l.Line < r.Line && l.asks() {
			asking++
		}
		if l.Line != r.Line {
			taken[l.RowID] = true
		}
	}
	if asking >= pasteChoices {
		return list
	}
	for _, row := range p.Rows {
		if !taken[row.ID] || row.ID == r.RowID {
			add(row.ID, row.PersonName, row.VillageName)
		}
	}
	return list
}

// skipped are the lines that the user left out.
func (p pasteProps) skipped() []int {
	var list []int
	for line := range p.Form.Answers.Rows {
		if p.Form.Answers.Rows[line] == PasteSkip {
			list = append(list, line)
		}
	}
	return list
}

// summary is what the block comes to, in one sentence.
func (p pasteProps) summary() string {
	people := 0
	for _, l := range p.Lines {
		for _, c := range l.Cells {
			if c.Problem == "" && l.Problem == "" && c.Before != c.After {
				people++
				break
			}
		}
	}
	s := fmt.Sprintf("读到%d行,将修改%d人%d格", len(p.Lines), people, p.Changes)
	if n := len(p.skipped()); n > 0 {
		s += fmt.Sprintf(",跳过%d行", n)
	}
	if p.Bad > 0 {
		s += fmt.Sprintf(",%d处需要处理", p.Bad)
	}
	return s
}

// area is the block as a text area keeps it: the first line break after the tag is not content.
func (f pasteForm) area() string {
	if strings.HasPrefix(f.Text, "\n") {
		return "\n" + f.Text
	}
	return f.Text
}

// startOptions are the people at whom a block without names may begin.
func (p pasteProps) startOptions() []ui.Option {
	list := make([]ui.Option, 0, len(p.Rows))
	for _, r := range p.Rows {
		list = append(list, ui.Option{Value: strconv.FormatInt(r.ID, 10), Title: r.VillageName + " " + r.PersonName, Selected: r.ID == p.Form.Row})
	}
	return list
}

func (s Scheme) dimensionOptions(selected string) []ui.Option {
	list := make([]ui.Option, 0, len(s.Dimensions))
	for _, d := range s.Dimensions {
		list = append(list, ui.Option{Value: d.Code, Title: d.Title, Selected: d.Code == selected})
	}
	return list
}

// onlyStale reports whether nothing but changes by other accounts stands in the way: both values are on the page now.
func (p pasteProps) onlyStale() bool {
	stale := 0
	for _, l := range p.Lines {
		for _, c := range l.Cells {
			if c.Theirs {
				stale++
			}
		}
	}
	return stale > 0 && stale == p.Bad && p.Proposal.questions() == 0
}

// locked counts the lines whose rows take no entries.
func (p pasteProps) locked() int {
	n := 0
	for _, l := range p.Lines {
		if l.Locked {
			n++
		}
	}
	return n
}

func (p PasteProposal) questions() int {
	n := 0
	for _, c := range p.Columns {
		if c.Question != "" {
			n++
		}
	}
	return n
}
