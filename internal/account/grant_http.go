package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

// lend gives a colleague the running grant of an account until a date (代理): a leader lends the clerk's or his own, the
// district lends a leader's. Maker and checker stay apart by the natural person, whatever was lent.
func (m *Module) lend(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form struct {
		To     int64  `form:"to"`
		Grant  int64  `form:"lent"`
		EndsOn string `form:"ends_on"`
		Reason string `form:"reason"`
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	until, err := time.Parse(time.DateOnly, form.EndsOn)
	if err != nil || until.Before(s.Today()) || until.After(s.Today().AddDate(1, 0, 0)) {
		return fault.Invalid("代理截止日期应在今天到一年以内,写成 2026-12-31 的形式")
	}
	if strings.TrimSpace(form.Reason) == "" {
		return fault.Invalid("请填写代理原因")
	}
	return m.act(w, r, s, "已设置代理,到期自动收回", func(ctx context.Context, tx *access.Tx, from int64) error {
		lent, err := m.lendable(ctx, tx, from, form.Grant)
		if err != nil {
			return err
		}
		to, err := access.Account(ctx, tx, form.To)
		if err != nil {
			return err
		}
		if to.DisabledAt != nil || to.TownshipID != lent.TownshipID || to.VillageID != lent.VillageID {
			return fault.Invalid("代理人应是同一单位在用的账号")
		}
		_, err = m.core.AddGrant(ctx, tx, access.Grant{AccountID: to.ID, Role: lent.Role, TownshipID: lent.TownshipID, VillageID: lent.VillageID,
			Kind: "proxy", StartsOn: s.Today(), EndsOn: &until, Reason: strings.TrimSpace(form.Reason)})
		return err
	})
}

// lendable finds a running grant of an account that the actor may lend.
func (m *Module) lendable(ctx context.Context, tx *access.Tx, account, grant int64) (access.Grant, error) {
	s := tx.Scope()
	list, err := access.Grants(ctx, tx, account)
	if err != nil {
		return access.Grant{}, err
	}
	for _, g := range list {
		if g.ID != grant || g.Kind != "regular" || !g.Running(s.Today()) {
			continue
		}
		own := s.Role() == access.TownshipLeader && g.TownshipID == s.Township() && g.VillageID == 0 &&
			(g.Role == access.TownshipClerk || account == s.Account())
		if err := access.Below(s, g.Role, g.TownshipID, g.VillageID); err != nil && !own {
			return access.Grant{}, fault.Forbidden("您不能为这个身份设置代理")
		}
		return g, nil
	}
	return access.Grant{}, fault.NotFound()
}

func (m *Module) endGrant(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	grant, err := httpx.ID(r, "grant")
	if err != nil {
		return err
	}
	return m.act(w, r, s, "已收回授权", func(ctx context.Context, tx *access.Tx, account int64) error {
		a, err := access.Account(ctx, tx, account)
		if err != nil {
			return err
		}
		list, err := access.Grants(ctx, tx, account)
		if err != nil {
			return err
		}
		for _, g := range list {
			if g.ID != grant {
				continue
			}
			proxyOfOwnDesk := g.Kind == "proxy" && s.Role() == access.TownshipLeader && g.TownshipID == s.Township()
			if !access.Manages(s, a) && !proxyOfOwnDesk {
				return fault.Forbidden("这个账号由上级管理")
			}
			return m.core.EndGrant(ctx, tx, grant, s.Today().AddDate(0, 0, -1))
		}
		return fault.NotFound()
	})
}

func (m *Module) askHandover(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.handoverForm(w, r, s, newForm{}, "", http.StatusOK)
}

func (m *Module) handoverForm(w http.ResponseWriter, r *http.Request, s access.Scope, f newForm, problem string, status int) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	if !p.Manages {
		return fault.Forbidden("这个账号由上级管理")
	}
	h := handoverProps{showProps: p, Form: f}
	h.Problem = problem
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		for _, source := range m.work {
			list, err := source(r.Context(), tx, p.Account.TownshipID, p.Account.VillageID)
			if err != nil {
				return err
			}
			h.Work = append(h.Work, list...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "办理交接:" + p.Account.Name, Status: status, Crumbs: listCrumbs}, handoverPage(h))
}

// handover closes the old account and opens the new one with the same running grants, in one transaction. Open work
// belongs to the unit, so the successor finds it without anything being copied.
func (m *Module) handover(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f newForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	f.Role, f.Township, f.Village = string(p.Account.Role), p.Account.TownshipID, p.Account.VillageID
	n, problems := f.read()
	if len(problems) > 0 {
		return m.handoverForm(w, r, s, f, problems[0].Sentence, http.StatusUnprocessableEntity)
	}
	var made access.Created
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if err := m.core.SetDisabled(r.Context(), tx, p.Account.ID, true, "办理交接"); err != nil {
			return err
		}
		for _, g := range p.Grants {
			if g.RevokedAt == nil {
				if err := m.core.EndGrant(r.Context(), tx, g.ID, s.Today().AddDate(0, 0, -1)); err != nil {
					return err
				}
			}
		}
		made, err = m.core.CreateAccount(r.Context(), tx, n)
		return err
	})
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		return m.handoverForm(w, r, s, f, fault.Of(err).Sentence, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return m.slips(w, r, s, "交接已办理", []slip{{Username: strings.ToLower(n.Username), Name: n.Name, Unit: p.Account.Unit(), Role: n.Role, Code: made.Code}}, path(made.ID))
}
