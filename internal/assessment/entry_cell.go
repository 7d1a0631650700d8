package assessment

import (
	"encoding/json"
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

// cellAnswer tells the script what became of one cell. Sentence is empty when it was saved.
type cellAnswer struct {
	Text     string `json:"text"`  // as the cell shows it now
	Value    string `json:"value"` // what a later save sends as was
	Total    string `json:"total"`
	Lost     bool   `json:"lost"`
	Entries  string `json:"entries"`
	Open     string `json:"open"`
	Sentence string `json:"sentence,omitempty"`
	Theirs   string `json:"theirs,omitempty"`
	By       string `json:"by,omitempty"`
}

// saveCell saves one cell by itself.
func (m *Module) saveCell(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var form struct {
		Dimension string `form:"dimension"`
		Text      string `form:"text"`
		Mode      string `form:"mode"`
		Was       string `form:"was"`
		Item      string `form:"item"`
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	t := typedCell{Row: id, Dimension: form.Dimension, Text: form.Text, Mode: gridQuery{Mode: form.Mode}.mode(), Was: form.Was, Item: form.Item}
	var answer cellAnswer
	status := http.StatusOK
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		d, err := m.Store.deskOfRow(r.Context(), tx, id, true)
		if err != nil {
			return err
		}
		if d.dimension(t.Dimension).Code == "" {
			return fault.NotFound()
		}
		l := newLedger(d, s, sourceGrid)
		if p := l.enter(t); p != nil {
			status = statusOf([]cellProblem{*p})
			answer = refusal(d, *p)
			return nil
		}
		if err := m.saveOne(r, tx, l); err != nil {
			return err
		}
		answer = l.answer(t)
		return nil
	})
	if err != nil {
		return err
	}
	return answerJSON(w, status, answer)
}

// saveOne writes the ledger of one row, with a line of the trail that says what changed on whom.
func (m *Module) saveOne(r *http.Request, tx *access.Tx, l *ledger) error {
	scores, err := m.Store.write(r.Context(), tx, l)
	if err != nil || scores == nil {
		return err
	}
	row := l.Rows[0]
	l.Rows[0].Total = scores[row.ID].Total
	var what []string
	for _, p := range l.touched {
		what = append(what, l.dimension(p.Dimension).Title+" "+l.before[p].String()+"→"+scores[row.ID].Cells[p.Dimension].String())
	}
	tx.Audit(access.Line{Action: "assessment.enter", Object: "assessment_rows", ID: row.ID, Person: row.PersonID,
		Summary: "填报" + row.Month.Title() + "考评:" + strings.Join(what, ","), Detail: map[string]any{"source": l.source, "cells": l.changes()}})
	return nil
}

// answer describes a cell after it was saved.
func (l *ledger) answer(t typedCell) cellAnswer {
	d := l.dimension(t.Dimension)
	entries := l.entriesOf(t.Row)
	value := l.value(t.Row, t.Dimension)
	if _, ok := l.before[place{t.Row, t.Dimension}]; ok {
		value = l.Scheme.Score(entriesOf(entries)).Cells[t.Dimension]
	}
	open := 0
	for _, e := range entries {
		if e.Clause == "" {
			open++
		}
	}
	return cellAnswer{Text: d.Shown(value, t.Mode), Value: value.String(), Total: l.row(t.Row).Total.String(), Lost: value != d.Full(),
		Entries: entriesTitle(len(entries)), Open: openTitle(open)}
}

func refusal(d *desk, p cellProblem) cellAnswer {
	a := cellAnswer{Text: p.Text, Value: d.value(p.Row, p.Dimension).String(), Total: d.row(p.Row).Total.String(), Sentence: p.Sentence, By: p.By}
	if p.Theirs != nil {
		a.Theirs = p.Theirs.String()
	}
	return a
}

func answerJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client may have gone
	return nil
}
