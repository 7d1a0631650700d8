package assessment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

func (m *Module) proposalRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodPost, Path: "/assessment/sheets/{id}/proposals/{proposal}", Need: PermEnter, Do: m.decideProposal},
	}
}

// What the clerk does with a proposal, as form and table say it.
const (
	proposalConfirmed = "confirmed"
	proposalRefused   = "refused"
)

func proposalField(id int64) string { return "p." + strconv.FormatInt(id, 10) }

// decideProposal confirms a proposed deduction, which makes it an entry, or refuses it with a reason.
func (m *Module) decideProposal(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "proposal")
	if err != nil {
		return err
	}
	decision, reason := r.PostForm.Get("decision"), strings.TrimSpace(r.PostForm.Get("reason"))
	p, err := m.onCheckup(r, s, func(ctx context.Context, tx *access.Tx, p *checkProps) error {
		at := slices.IndexFunc(p.Proposals, func(o StoredProposal) bool { return o.ID == id })
		if at < 0 {
			done, err := m.Store.decidedProposal(ctx, tx, p.Sheet, id)
			if err == nil && !done {
				err = fault.NotFound()
			}
			return err // the button was pressed twice
		}
		if _, err := Next(p.State, ActProposal); err != nil {
			return err
		}
		o := p.Proposals[at]
		if why := o.refuses(decision, reason); why != "" {
			p.Refused, p.Problems = id, []ui.Problem{{Field: proposalField(id), Sentence: why}}
			return nil
		}
		return m.applyProposal(ctx, tx, p.desk, o, decision, reason)
	})
	if err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return m.drawCheck(w, r, s, p, http.StatusUnprocessableEntity)
	}
	access.Flash(r, s, "success", map[string]string{proposalConfirmed: "已确认扣分", proposalRefused: "已记为不予扣分"}[decision])
	return httpx.SeeOther(w, r, sheetPath(p.Sheet.ID)+"/check")
}

// refuses says what is wrong with a decision; empty if nothing.
func (o StoredProposal) refuses(decision, reason string) string {
	switch {
	case decision != proposalConfirmed && decision != proposalRefused:
		return "请选择确认扣分或不予扣分"
	case decision == proposalConfirmed && o.RowID == 0:
		return "该同志不在本月考评表中,不能扣分"
	case decision == proposalRefused && utf8.RuneCountInString(reason) < 2:
		return "请填写不予扣分的原因"
	case utf8.RuneCountInString(reason) > reasonLimit:
		return "原因最多200字"
	}
	return ""
}

func (m *Module) applyProposal(ctx context.Context, tx *access.Tx, d *desk, o StoredProposal, decision, reason string) error {
	if p := tx.Scope().Person(); p != 0 && o.PersonID == p {
		return fault.Conflict("不能处理本人的拟扣分,请其他填报人办理")
	}
	text := "不予扣分(" + reason + "):" + o.Reason
	if decision == proposalConfirmed {
		text = "确认扣" + (-o.Points).String() + "分:" + o.Reason
		row, l := d.row(o.RowID), newLedger(d, tx.Scope(), sourceProposal)
		l.batch = fmt.Sprintf("proposal-%d", o.ID)
		if why := l.closed(row); why != "" {
			return fault.Conflict("%s", why)
		}
		if err := l.add(row, Entry{Dimension: o.Dimension, Item: o.Item, Points: o.Points, Clause: o.Clause, Reason: o.Reason}); err != nil {
			return err
		}
		if _, err := m.saveLedger(ctx, tx, l, "确认拟扣分"); err != nil {
			return err
		}
	} else {
		tx.Audit(access.Line{Action: "assessment.refuse", Object: "assessment_proposals", ID: o.ID, Person: o.PersonID,
			Summary: "不予扣分:" + d.Sheet.TownshipName + d.Sheet.Month.Title(), Reason: reason})
	}
	if err := m.Store.decideProposal(ctx, tx, d.Sheet, o.ID, decision, reason); err != nil {
		return err
	}
	return m.Store.act(ctx, tx, d.Sheet, o.RowID, ActProposal, text, map[string]any{"proposal": o.ID, "decision": decision})
}
