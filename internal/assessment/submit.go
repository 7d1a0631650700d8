package assessment

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
	"touyan/web/ui"
)

// checkup is a sheet before its submission: what the reviewer will see, with everything that speaks against it.
type checkup struct {
	*review
	Changes   []pendingChange
	Proposals []StoredProposal
	Findings  []Finding
}

// check finds what stops a submission. Proposals for rows that are locked wait for a return, and changes that wait for
// another township never hold this one up: both are told, neither blocks.
func (c *checkup) check() {
	rows := make([]CheckRow, len(c.Rows))
	for i, r := range c.Rows {
		rows[i] = CheckRow{ID: r.ID, Name: r.PersonName, Village: r.VillageName, Position: r.PositionCode,
			Entries: entriesOf(c.entries[r.ID]), Last: c.last(r), JumpReason: r.JumpReason}
	}
	var open []OpenProposal
	for _, p := range c.Proposals {
		if c.decidable(p) {
			open = append(open, OpenProposal{RowID: p.RowID, Name: p.PersonName, Dimension: p.Dimension, Reason: p.Reason})
		}
	}
	c.Findings = c.Scheme.Check(rows, undecided(c.Changes), open)
	for _, p := range c.Changes {
		if p.Waiting {
			c.Findings = append(c.Findings, Finding{Level: FindingWarn, About: AboutRoster,
				Sentence: p.name() + "由本区其他乡镇(街道)调入,原单位尚未移出,本月暂未列入"})
		}
	}
	for _, r := range c.answered() {
		if r.untouched() {
			c.Findings = append(c.Findings, Finding{Level: FindingWarn, About: AboutEntries, RowID: r.ID,
				Sentence: r.PersonName + "被退回后未作修改,退回原因:" + r.ReturnReason})
		}
	}
}

// last is the normalised score of the month before, nil if there was none.
func (c *checkup) last(r Row) *points.Points {
	last, ok := c.Last[r.PersonID]
	if !ok {
		return nil
	}
	return &last.Normalised
}

// decidable reports whether the clerk can act on a proposal: its row is on the sheet and unlocked.
func (c *checkup) decidable(p StoredProposal) bool {
	return c.holds(p.RowID) && Writable(c.State, c.row(p.RowID).State)
}

// jump is a row that moved further against last month than the scheme lets pass without a reason.
type jump struct {
	Row
	Was points.Points
}

func (c *checkup) jumps() []jump {
	var list []jump
	for _, r := range c.Rows {
		if last := c.last(r); last != nil {
			if by := r.Normalised - *last; by > c.Scheme.JumpLimit || -by > c.Scheme.JumpLimit {
				list = append(list, jump{r, *last})
			}
		}
	}
	return list
}

// answered are the rows that came back from a review, with what they stood at then.
func (c *checkup) answered() []reviewRow {
	var list []reviewRow
	for _, r := range c.rows() {
		if r.State == RowReturned {
			list = append(list, r)
		}
	}
	return list
}

// untouched reports whether a returned row stands as it did then, so that the clerk is warned before sending it again.
func (r reviewRow) untouched() bool {
	return len(r.Changed) == 0 && (r.ReturnedTotal == nil || *r.ReturnedTotal == r.Total)
}

func jumpField(row int64) string { return "j." + strconv.FormatInt(row, 10) }

// explain takes the typed reasons of jumps over and returns the rows whose reason changed. A row that is not on the sheet
// refuses the whole form.
func (c *checkup) explain(form url.Values) (changed []Row, problems []ui.Problem, err error) {
	for name := range form {
		if key, ok := strings.CutPrefix(name, "j."); ok {
			if id, err := strconv.ParseInt(key, 10, 64); err != nil || !c.holds(id) {
				return nil, nil, fault.NotFound()
			}
		}
	}
	for _, j := range c.jumps() {
		name := jumpField(j.ID)
		if !form.Has(name) {
			continue
		}
		reason := strings.TrimSpace(form.Get(name))
		if utf8.RuneCountInString(reason) > reasonLimit {
			problems = append(problems, ui.Problem{Field: name, Sentence: j.PersonName + "的原因最多" + strconv.Itoa(reasonLimit) + "字"})
			continue
		}
		if row := &c.Rows[c.at[j.ID]]; row.JumpReason != reason {
			row.JumpReason = reason
			changed = append(changed, *row)
		}
	}
	return changed, problems, nil
}

// submitAct is how the sheet is handed in: anew, or after a return.
func (d *desk) submitAct() Act {
	if d.State == SheetReturned {
		return ActResubmit
	}
	return ActSubmit
}

// withdrawn gives the states of the rows after the clerk took the sheet back: those that a reviewer returned in this
// round alone, if there are any.
func (d *desk) withdrawn() map[int64]RowState {
	anyReturned := false
	for _, r := range d.Rows {
		anyReturned = anyReturned || r.ReturnReason != ""
	}
	states := make(map[int64]RowState, len(d.Rows))
	for _, r := range d.Rows {
		states[r.ID] = NextRow(r.State, ActWithdraw, false, r.ReturnReason != "", anyReturned)
	}
	return states
}
