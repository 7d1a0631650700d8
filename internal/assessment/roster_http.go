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
	"touyan/web/ui"
)

func (m *Module) rosterRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/assessment/sheets/{id}/roster", Need: PermRead, Do: m.showRoster},
		{Method: http.MethodPost, Path: "/assessment/sheets/{id}/roster", Need: PermEnter, Do: m.decideRoster},
	}
}

type rosterProps struct {
	*desk
	Grant    string
	Enters   bool
	Changes  []pendingChange
	Typed    url.Values
	Problems []ui.Problem
	Done     []Event
	decided  []rosterDecision
}

func (p rosterProps) canDecide() bool { return p.Enters && p.open() }

func rosterField(kind string, c RosterChange) string {
	return kind + "." + strconv.FormatInt(c.PersonID, 10)
}

func (m *Module) showRoster(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := rosterProps{}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error { return m.fillRoster(r.Context(), tx, id, false, &p) })
	if err != nil {
		return err
	}
	return m.drawRoster(w, r, s, p, http.StatusOK)
}

// fillRoster reads the sheet, what was decided, and what is left to decide.
func (m *Module) fillRoster(ctx context.Context, tx *access.Tx, sheet int64, lock bool, p *rosterProps) (err error) {
	if p.desk, err = m.Store.desk(ctx, tx, sheet, lock); err != nil {
		return err
	}
	if p.Changes, p.decided, err = m.pending(ctx, tx, p.desk); err != nil {
		return err
	}
	p.Done, err = m.Store.events(ctx, tx, sheet, eventQuery{Act: ActRoster}, 0, 0)
	return err
}

func (m *Module) drawRoster(w http.ResponseWriter, r *http.Request, s access.Scope, p rosterProps, status int) error {
	p.Grant, p.Enters = s.GrantID(), s.Can(PermEnter)
	return access.Page(w, r, s, access.View{Title: "名单变动", Status: status, Crumbs: sheetCrumbs(p.Sheet, true),
		AsOf: s.Now().Format("2006-01-02 15:04")}, rosterPage(p))
}

func (m *Module) decideRoster(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p, done := rosterProps{Typed: r.PostForm}, 0
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if err := m.fillRoster(r.Context(), tx, id, true, &p); err != nil {
			return err
		}
		choices, err := readDecisions(r.PostForm, p.Changes, p.decided)
		if err != nil || len(choices) == 0 {
			return err
		}
		if _, err := Next(p.State, ActRoster); err != nil {
			return err
		}
		if p.Problems = problemsOf(choices, p.Changes); len(p.Problems) > 0 {
			return nil
		}
		done = len(choices)
		return m.applyRoster(r.Context(), tx, p.desk, p.Changes, choices)
	})
	if err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return m.drawRoster(w, r, s, p, http.StatusUnprocessableEntity)
	}
	if done > 0 {
		access.Flash(r, s, "success", fmt.Sprintf("已处理%d项名单变动", done))
	}
	return httpx.SeeOther(w, r, sheetPath(id)+"/roster")
}

// readDecisions finds what was chosen for which person. Somebody about whom there is nothing to decide is absent, unless
// he was decided on by the same form already: a button pressed twice.
func readDecisions(form url.Values, changes []pendingChange, decided []rosterDecision) ([]rosterDecision, error) {
	var list []rosterDecision
	for name := range form {
		key, ok := strings.CutPrefix(name, "f.")
		if !ok {
			continue
		}
		person, err := strconv.ParseInt(key, 10, 64)
		k := rosterDecision{PersonID: person, Fingerprint: form.Get(name), Decision: form.Get("d." + key), Reason: strings.TrimSpace(form.Get("r." + key))}
		at := slices.IndexFunc(changes, func(c pendingChange) bool { return c.PersonID == person })
		known := slices.ContainsFunc(decided, func(d rosterDecision) bool { return d.PersonID == person && d.Fingerprint == k.Fingerprint })
		if err != nil || at < 0 && !known {
			return nil, fault.NotFound()
		}
		if at < 0 {
			continue
		}
		if form.Get("all") != "" && k.Decision == "" && !changes[at].Waiting {
			k.Decision = choiceAccepted
		}
		if k.Decision != choiceAccepted && k.Decision != choiceKept {
			continue
		}
		if k.Decision == choiceAccepted {
			k.Reason = ""
		}
		k.Kind = changes[at].Kind
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b rosterDecision) int { return int(a.PersonID - b.PersonID) })
	return list, nil
}

func changeOf(changes []pendingChange, k rosterDecision) pendingChange {
	return changes[slices.IndexFunc(changes, func(c pendingChange) bool { return c.PersonID == k.PersonID })]
}

func problemsOf(choices []rosterDecision, changes []pendingChange) []ui.Problem {
	var problems []ui.Problem
	for _, k := range choices {
		c := changeOf(changes, k)
		if err := c.settle(k); err != nil {
			field := rosterField("d", c.RosterChange)
			if k.Decision == choiceKept && c.MayKeep() {
				field = rosterField("r", c.RosterChange)
			}
			problems = append(problems, ui.Problem{Field: field, Sentence: fault.Of(err).Sentence})
		}
	}
	return problems
}

// applyRoster carries the decisions out, each with its line in the timeline.
func (m *Module) applyRoster(ctx context.Context, tx *access.Tx, d *desk, changes []pendingChange, choices []rosterDecision) error {
	if len(choices) == 0 {
		return nil
	}
	// Who leaves goes first, so that a post which changes hands is never counted twice.
	slices.SortStableFunc(choices, func(a, b rosterDecision) int {
		return leavesFirst(changeOf(changes, a)) - leavesFirst(changeOf(changes, b))
	})
	names := make([]string, 0, len(choices))
	for _, k := range choices {
		c := changeOf(changes, k)
		row, reason := c.RowID, "不作变动("+k.Reason+"):"+c.Sentence
		if k.Decision == choiceAccepted {
			var err error
			if row, err = m.Store.applyChange(ctx, tx, d, c.RosterChange); err != nil {
				return err
			}
			reason = "按花名册处理:" + c.Sentence
		}
		if err := m.Store.decide(ctx, tx, d.Sheet, k); err != nil {
			return err
		}
		if err := m.Store.act(ctx, tx, d.Sheet, row, ActRoster, reason, map[string]any{"kind": c.Kind, "decision": k.Decision}); err != nil {
			return err
		}
		names = append(names, c.name()+c.Kind.Title())
	}
	tx.Audit(access.Line{Action: "assessment.roster", Object: "assessment_sheets", ID: d.Sheet.ID,
		Summary: fmt.Sprintf("处理名单变动:%s%s,%d人", d.Sheet.TownshipName, d.Sheet.Month.Title(), len(choices)),
		Detail:  map[string]any{"changes": names}})
	return nil
}

func leavesFirst(c pendingChange) int {
	if c.Leaves() {
		return 0
	}
	return 1
}
