package account

import (
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

type handoverProps struct {
	showProps
	Form newForm
	Work []access.Task // what the holder has not finished: a draft, returned rows, an objection
}

func (m *Module) askHandover(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	return m.handoverForm(w, r, s, handoverProps{showProps: p}, http.StatusOK)
}

func (m *Module) handoverForm(w http.ResponseWriter, r *http.Request, s access.Scope, p handoverProps, status int) error {
	if !p.Manages {
		return fault.Forbidden("这个账号由上级管理")
	}
	if p.Account.DisabledAt != nil {
		return fault.Conflict("这个账号已经停用,不能再办理交接")
	}
	for _, g := range p.running() {
		work, err := m.workOf(r, s, g)
		if err != nil {
			return err
		}
		p.Work = append(p.Work, work...)
	}
	return access.Page(w, r, s, access.View{Title: "办理交接:" + p.Account.Name, Status: status, Crumbs: listCrumbs}, handoverPage(p))
}

// running are the account's own identities today, which its successor gets.
func (p showProps) running() []access.Grant {
	var out []access.Grant
	for _, g := range p.Grants {
		if g.Kind == "regular" && g.Running(p.Scope.Today()) {
			out = append(out, g)
		}
	}
	return out
}

// workOf lists what waits for whoever acts under a grant, read as he would see it. His successor finds the same, since work
// belongs to the unit and not to the account.
func (m *Module) workOf(r *http.Request, s access.Scope, g access.Grant) (work []access.Task, err error) {
	as, err := m.core.Resume(r.Context(), s.Tenant(), g.AccountID, g.ID)
	if err != nil {
		return nil, err
	}
	err = access.Read(r.Context(), as, func(tx *access.Tx) error {
		work, err = access.Tasks(r.Context(), tx)
		return err
	})
	return work, err
}

// handover closes the old account and opens the new one with the same running identities, in one transaction. Open work
// belongs to the unit, so the successor finds it without anything being copied.
func (m *Module) handover(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := handoverProps{}
	var err error
	if p.showProps, err = m.load(r, s); err != nil {
		return err
	}
	if err := httpx.Decode(r, &p.Form); err != nil {
		return err
	}
	grants := p.running()
	if len(grants) == 0 {
		return fault.Conflict("这个账号没有有效的身份可以交接")
	}
	last := grants[len(grants)-1] // the oldest is the main one
	f := p.Form
	f.Role, f.Township, f.Village = string(last.Role), last.TownshipID, last.VillageID
	n, problems := f.read()
	if p.Problems = problems; len(problems) > 0 {
		return m.handoverForm(w, r, s, p, http.StatusUnprocessableEntity)
	}
	n.EndsOn = last.EndsOn
	var made access.Created
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if made, err = m.succeed(r, tx, p.showProps, n); err != nil {
			return err
		}
		tx.Audit(access.Line{Action: "account.handover", Object: "accounts", ID: made.ID, Summary: "办理交接:" + p.Account.Username + " → " + strings.ToLower(n.Username),
			Detail: map[string]any{"from": p.Account.ID, "grants": len(grants)}})
		return nil
	})
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		p.Problems = []ui.Problem{{Field: "username", Sentence: fault.Of(err).Sentence}}
		return m.handoverForm(w, r, s, p, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return m.slips(w, r, s, "交接已办理", []slip{{Username: strings.ToLower(n.Username), Name: n.Name, Unit: last.Unit(), Role: n.Role, Code: made.Code}}, path(made.ID))
}

// succeed stops the old account, takes its identities back, and gives those that ran to the new one.
func (m *Module) succeed(r *http.Request, tx *access.Tx, p showProps, n access.NewAccount) (access.Created, error) {
	s, grants := tx.Scope(), p.running()
	if p.Account.DisabledAt != nil {
		return access.Created{}, fault.Conflict("这个账号已经停用,不能再办理交接")
	}
	if err := m.core.SetDisabled(r.Context(), tx, p.Account.ID, true, "办理交接"); err != nil {
		return access.Created{}, err
	}
	for _, g := range p.Grants {
		if g.RevokedAt == nil {
			if err := m.core.EndGrant(r.Context(), tx, g.ID, s.Today().AddDate(0, 0, -1)); err != nil {
				return access.Created{}, err
			}
		}
	}
	made, err := m.core.CreateAccount(r.Context(), tx, n)
	if err != nil {
		return made, err
	}
	for _, g := range grants[:len(grants)-1] {
		if err := access.Below(s, g.Role, g.TownshipID, g.VillageID); err != nil {
			return made, err
		}
		g.AccountID, g.StartsOn, g.Reason = made.ID, s.Today(), "办理交接"
		if _, err := m.core.AddGrant(r.Context(), tx, g); err != nil {
			return made, err
		}
	}
	return made, nil
}
