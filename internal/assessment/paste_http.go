package assessment

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

func (m *Module) pasteRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/assessment/sheets/{id}/paste", Need: PermEnter, Do: m.showPaste},
		{Method: http.MethodPost, Path: "/assessment/sheets/{id}/paste", Need: PermEnter, Do: m.paste},
	}
}

// pasteForm is a block with everything that was said about it. The grid posts the cell at which it was pasted, the plain
// page what its drop-downs say; each later step posts the block again, so that nothing waits on the server.
type pasteForm struct {
	Text      string
	Row       int64  // at which the block begins, 0 for the first
	Dimension string // likewise
	Query     gridQuery
	Save      bool
	Seen      string // fingerprint of the proposal that the user looked at
	Answers   PasteAnswers
	was       url.Values
}

func readPasteForm(form url.Values) pasteForm {
	f := pasteForm{Text: form.Get("text"), Dimension: form.Get("dimension"), Save: form.Get("act") == "save", Seen: form.Get("seen"),
		Query: gridQuery{form.Get("mode"), form.Get("q"), form.Get("show")}, was: form}
	if f.Query.Mode == string(ModeScore) {
		f.Query.Mode = "" // as the grid's address says it
	}
	f.Row, _ = strconv.ParseInt(form.Get("row"), 10, 64)
	f.Answers = PasteAnswers{Rows: map[int]int64{}, Modes: map[string]EntryMode{}, Positions: f.Save}
	for name := range form {
		value := form.Get(name)
		if line, ok := strings.CutPrefix(name, "line."); ok {
			n, bad := strconv.Atoi(line)
			row, wrong := strconv.ParseInt(value, 10, 64)
			if bad == nil && wrong == nil && row != 0 {
				f.Answers.Rows[n] = row
			}
		}
		if dimension, ok := strings.CutPrefix(name, "mode."); ok && (value == string(ModeScore) || value == string(ModeDeduct)) {
			f.Answers.Modes[dimension] = EntryMode(value)
		}
	}
	return f
}

func (m *Module) showPaste(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := pasteProps{Grant: s.GrantID()}
	httpx.DecodeQuery(r, &p.Form.Query)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.desk, err = m.Store.desk(r.Context(), tx, id, false); err != nil {
			return err
		}
		_, err = Next(p.State, ActEnter)
		return err
	})
	if err != nil {
		return err
	}
	return m.drawPaste(w, r, s, p, http.StatusOK)
}

func (m *Module) drawPaste(w http.ResponseWriter, r *http.Request, s access.Scope, p pasteProps, status int) error {
	return access.Page(w, r, s, access.View{Title: "粘贴", Status: status, Crumbs: sheetCrumbs(p.Sheet, true)}, pastePage(p))
}

// paste shows what a block would change; asked to save, it does so if the proposal is the one that was looked at, wholly
// right, and nobody has changed one of its cells meanwhile. Otherwise nothing is saved and the block is shown again.
func (m *Module) paste(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := pasteProps{Grant: s.GrantID(), Form: readPasteForm(r.PostForm)}
	saved, rows := 0, 0
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if p.desk, err = m.Store.desk(r.Context(), tx, id, true); err != nil {
			return err
		}
		if _, err := Next(p.State, ActEnter); err != nil {
			return err
		}
		l := newLedger(p.desk, s, sourcePaste)
		if err := p.propose(l); err != nil {
			return err
		}
		if r.PostForm.Get("act") == "skip" {
			p.skipLocked()
			return p.propose(newLedger(p.desk, s, sourcePaste))
		}
		if !p.saves() {
			return nil
		}
		rows = len(l.changedRows())
		saved, err = m.saveLedger(r.Context(), tx, l, "粘贴")
		return err
	})
	if err != nil {
		return err
	}
	if !p.saves() {
		return m.drawPaste(w, r, s, p, p.status())
	}
	access.Flash(r, s, "success", pastedWords(rows, saved))
	return httpx.SeeOther(w, r, p.Form.Query.address(id))
}

// propose reads the block against the sheet, and tries it on the ledger without storing anything.
func (p *pasteProps) propose(l *ledger) error {
	targets, from, err := p.targets(l.person)
	if err != nil {
		return err
	}
	at := PasteAt{Row: from, Dimension: slices.IndexFunc(p.Scheme.Dimensions, func(d Dimension) bool { return d.Code == p.Form.Dimension })}
	if p.Form.Dimension == "" {
		at.Dimension = 0
	} else if at.Dimension < 0 {
		return fault.NotFound()
	}
	p.Proposal = p.Scheme.ReadPaste(p.Form.Text, targets.shown, at, p.Form.Query.mode(), p.Form.Answers)
	if !p.Proposal.Positional && len(targets.shown) < len(targets.all) { // names are found beyond the filter of the grid
		p.Proposal = p.Scheme.ReadPaste(p.Form.Text, targets.all, at, p.Form.Query.mode(), p.Form.Answers)
	}
	for _, line := range p.Proposal.Lines {
		p.Lines = append(p.Lines, p.try(l, line))
	}
	p.fingerprint()
	return nil
}

type pasteTargets struct{ all, shown []PasteTarget }

// targets are the rows of the sheet in the order of the grid, all of them and those that its filter leaves, and the place
// among the latter at which the block begins.
func (p *pasteProps) targets(person int64) (t pasteTargets, from int, err error) {
	g := gridProps{desk: p.desk, Query: p.Form.Query, Enters: true}
	g.arrange(person)
	for _, r := range p.Rows {
		t.all = append(t.all, PasteTarget{RowID: r.ID, Name: r.PersonName, Village: r.VillageName})
	}
	for _, group := range g.Groups {
		for _, r := range group.Rows {
			t.shown = append(t.shown, PasteTarget{RowID: r.ID, Name: r.PersonName, Village: r.VillageName})
		}
	}
	if p.Form.Row == 0 {
		return t, 0, nil
	}
	if !p.holds(p.Form.Row) {
		return t, 0, fault.NotFound()
	}
	from = slices.IndexFunc(t.shown, func(x PasteTarget) bool { return x.RowID == p.Form.Row })
	return t, max(from, 0), nil
}

// try enters the numbers of a line into the ledger and notes what would become of each. A line that repeats what a
// locked row says anyway is no problem.
func (p *pasteProps) try(l *ledger, line PasteLine) pasteRow {
	row := pasteRow{PasteLine: line, Cells: map[string]pasteCell{}, Answer: p.Form.Answers.Rows[line.Line]}
	known := line.RowID != 0 && line.Problem == ""
	if known {
		row.Person = p.row(line.RowID)
	}
	for _, c := range line.Cells {
		cell := pasteCell{Text: c.Text, Problem: c.Problem}
		if known && c.Problem == "" {
			d := p.dimension(c.Dimension)
			cell.Before, cell.After = p.value(row.Person.ID, d.Code), (d.Full()+c.Difference).Clamp(0, d.Max)
			if cell.Before != cell.After {
				if why := l.closed(row.Person); why != "" {
					row.Problem, row.Locked = why, true
				} else {
					p.enter(l, row.Person.ID, c, &cell)
				}
			}
		}
		if cell.Problem != "" {
			p.Bad++
		}
		row.Cells[c.Dimension] = cell
	}
	if row.Problem != "" {
		p.Bad++
	}
	return row
}

func (p *pasteProps) enter(l *ledger, row int64, c PasteCell, cell *pasteCell) {
	b := l.enter(typedCell{Row: row, Dimension: c.Dimension, Text: c.Text, Mode: p.Proposal.mode(c.Dimension), Was: p.was(row, c.Dimension)})
	if b == nil {
		p.Changes++
		return
	}
	cell.Problem, cell.Theirs = b.Sentence, b.Theirs != nil
	p.Stale = p.Stale || cell.Theirs
}

// skipLocked leaves out every line of a locked row, as one button asks.
func (p *pasteProps) skipLocked() {
	for _, l := range p.Lines {
		if l.Locked {
			p.Form.Answers.Rows[l.Line] = PasteSkip
		}
	}
	p.Lines, p.Changes, p.Bad, p.Stale = nil, 0, 0, false
}

// was is the value with which the preview was drawn: what a first preview shows is the present one.
func (p *pasteProps) was(row int64, dimension string) string {
	if !p.Form.Save {
		return p.value(row, dimension).String()
	}
	return p.Form.was.Get(wasName(row, dimension))
}

func wasName(row int64, dimension string) string { return fmt.Sprintf("was.%d.%s", row, dimension) }

// fingerprint says who gets what. If people are added to the sheet or returned between look and save, a block that goes
// by position would fall on others.
func (p *pasteProps) fingerprint() {
	h := sha256.New()
	for _, l := range p.Proposal.Lines {
		fmt.Fprintf(h, "%d>%d", l.Line, l.RowID)
		for _, c := range l.Cells {
			fmt.Fprintf(h, " %s:%d", c.Dimension, c.Difference)
		}
	}
	p.Print = hex.EncodeToString(h.Sum(nil)[:12])
}

// ready reports whether nothing is left to ask.
func (p pasteProps) ready() bool {
	proposal := p.Proposal
	proposal.Confirmed = true
	return proposal.Ready() && p.Bad == 0
}

func (p pasteProps) saves() bool { return p.Form.Save && p.ready() && p.Form.Seen == p.Print }

func (p pasteProps) status() int {
	switch {
	case p.Form.Save && (p.Stale || p.ready()):
		return http.StatusConflict
	case p.Form.Save || p.Proposal.Problem != "":
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func pastedWords(rows, cells int) string {
	if cells == 0 {
		return "考评表已经是粘贴的分值,没有改动"
	}
	return fmt.Sprintf("粘贴的内容已保存:%d人%d格", rows, cells)
}
