package assessment

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/points"
	"touyan/web/ui"
)

func (m *Module) entryRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	own := []access.Route{
		{Method: get, Path: "/assessment/sheets/{id}", Need: PermRead, Do: m.showSheet},
		{Method: post, Path: "/assessment/sheets/{id}", Need: PermEnter, Do: m.saveCells},
		{Method: post, Path: "/assessment/rows/{id}/cells", Need: PermEnter, Do: m.saveCell},
	}
	return slices.Concat(own, m.rowRoutes(), m.pasteRoutes(), m.rosterRoutes(), m.submitRoutes(), m.proposalRoutes(), m.historyRoutes(), m.bulkRoutes())
}

func (m *Module) showSheet(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := gridProps{}
	httpx.DecodeQuery(r, &p.Query)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		d, err := m.Store.desk(r.Context(), tx, id, false)
		if err != nil {
			return err
		}
		return m.fillGrid(r.Context(), tx, d, &p)
	})
	if err != nil {
		return err
	}
	return m.drawGrid(w, r, s, p, http.StatusOK)
}

// fillGrid reads what the grid shows besides the desk.
func (m *Module) fillGrid(ctx context.Context, tx *access.Tx, d *desk, p *gridProps) (err error) {
	s := tx.Scope()
	p.desk, p.Grant, p.Account, p.Enters = d, s.GrantID(), s.Account(), s.Can(PermEnter)
	if p.Period, err = m.Store.Period(ctx, tx, d.Sheet.Month); err != nil {
		return err
	}
	if p.canEdit() {
		changes, _, err := m.pending(ctx, tx, d)
		if err != nil {
			return err
		}
		p.Changes = len(undecided(changes))
		if p.Proposals, err = m.Store.countProposals(ctx, tx, d.Sheet); err != nil {
			return err
		}
	}
	p.arrange(s.Person())
	return nil
}

func (m *Module) drawGrid(w http.ResponseWriter, r *http.Request, s access.Scope, p gridProps, status int) error {
	view := access.View{Title: sheetTitle(p.Sheet), Status: status, Crumbs: sheetCrumbs(p.Sheet, false)}
	if p.canEdit() && p.listed() > 0 { // what finds nobody has no grid
		view.Scripts = []string{"js/grid.js", "js/grid-keys.js", "js/grid-detail.js"}
	}
	if p.Period.Source == "imported" {
		view.Title = p.Sheet.TownshipName + p.Sheet.Month.Title() + "月考评结果"
		return access.Page(w, r, s, view, importedRows(p))
	}
	return access.Page(w, r, s, view, gridPage(p))
}

func sheetTitle(s Sheet) string { return s.TownshipName + s.Month.Title() + "月考评录入" }

// sheetCrumbs is the way to a sheet, and to a page below it.
func sheetCrumbs(s Sheet, below bool) []ui.Crumb {
	list := []ui.Crumb{{Title: "月考评总览", Href: "/assessment/" + s.Month.String()}}
	if below {
		list = append(list, ui.Crumb{Title: sheetTitle(s), Href: sheetPath(s.ID)})
	}
	return list
}

// saveCells takes the whole form of a page without script: what was changed is saved, what cannot be is shown again with
// its message and what was typed.
func (m *Module) saveCells(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := gridProps{Query: gridQuery{r.PostForm.Get("mode"), r.PostForm.Get("q"), r.PostForm.Get("show")}}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		d, err := m.Store.desk(r.Context(), tx, id, true)
		if err != nil {
			return err
		}
		typed, err := readCells(r.PostForm, d, p.Query.mode())
		if err != nil {
			return err
		}
		l := newLedger(d, s, sourceGrid)
		p.Problems = l.enterAll(typed)
		if p.Saved, err = m.saveLedger(r.Context(), tx, l, "填报"); err != nil || len(p.Problems) == 0 {
			return err
		}
		if d, err = m.Store.desk(r.Context(), tx, id, false); err != nil {
			return err
		}
		return m.fillGrid(r.Context(), tx, d, &p)
	})
	if err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return m.drawGrid(w, r, s, p, statusOf(p.Problems))
	}
	access.Flash(r, s, "success", fmt.Sprintf("已保存%d格", p.Saved))
	return httpx.SeeOther(w, r, p.Query.address(id))
}

// statusOf is 409 where somebody else was faster, 422 where only the input is wrong.
func statusOf(problems []cellProblem) int {
	if slices.ContainsFunc(problems, func(p cellProblem) bool { return p.Theirs != nil }) {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// readCells finds the cells of a form whose text is not the one that was drawn. A row or dimension that is not on the
// sheet refuses the whole form, as if it did not exist.
func readCells(form url.Values, d *desk, mode EntryMode) ([]typedCell, error) {
	var list []typedCell
	for name := range form {
		rest, ok := strings.CutPrefix(name, "v.")
		if !ok {
			continue
		}
		key, dimension, _ := strings.Cut(rest, ".")
		id, err := strconv.ParseInt(key, 10, 64)
		column := slices.IndexFunc(d.Scheme.Dimensions, func(x Dimension) bool { return x.Code == dimension })
		if err != nil || column < 0 || !d.holds(id) {
			return nil, fault.NotFound()
		}
		t := typedCell{Row: id, Dimension: dimension, Text: form.Get(name), Mode: mode, Item: form.Get("i." + rest)}
		if was := strings.Split(form.Get("was."+key), ","); column < len(was) {
			t.Was = was[column]
		}
		if was, err := points.Parse(t.Was); err == nil && t.Item == "" && strings.TrimSpace(t.Text) == d.Scheme.Dimensions[column].Shown(was, mode) {
			continue
		}
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b typedCell) int {
		if a.Row != b.Row {
			return d.at[a.Row] - d.at[b.Row]
		}
		return strings.Compare(a.Dimension, b.Dimension)
	})
	return list, nil
}

// enterAll takes over what it can and lists the rest.
func (l *ledger) enterAll(typed []typedCell) []cellProblem {
	var problems []cellProblem
	for _, t := range typed {
		if p := l.enter(t); p != nil {
			problems = append(problems, *p)
		}
	}
	return problems
}

// saveLedger writes the ledger with one line of the trail and returns the number of cells.
func (m *Module) saveLedger(ctx context.Context, tx *access.Tx, l *ledger, what string) (int, error) {
	if len(l.touched) == 0 {
		return 0, nil
	}
	if _, err := m.Store.write(ctx, tx, l); err != nil {
		return 0, err
	}
	rows := l.changedRows()
	tx.Audit(access.Line{Action: "assessment.enter", Object: "assessment_sheets", ID: l.Sheet.ID,
		Summary: fmt.Sprintf("%s:%s%s,%d人%d格", what, l.Sheet.TownshipName, l.Sheet.Month.Title(), len(rows), len(l.touched)),
		Detail:  map[string]any{"source": l.source, "rows": len(rows), "cells": l.changes()}})
	return len(l.touched), nil
}

// changes lists old and new values for the trail: row, dimension, before, after.
func (l *ledger) changes() [][4]any {
	list := make([][4]any, 0, len(l.touched))
	for _, p := range l.touched {
		after := l.Scheme.Score(entriesOf(l.entriesOf(p.Row))).Cells[p.Dimension]
		list = append(list, [4]any{p.Row, p.Dimension, l.before[p], after})
	}
	return list
}
