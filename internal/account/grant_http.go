package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// lendForm is a 代理 as typed.
type lendForm struct {
	To     int64  `form:"to"`
	Grant  int64  `form:"lent"`
	EndsOn string `form:"ends_on"`
	Reason string `form:"reason"`
}

func (f lendForm) read(today time.Time) (until time.Time, problems []ui.Problem) {
	until, err := time.ParseInLocation(time.DateOnly, f.EndsOn, today.Location())
	if err != nil || until.Before(today) || until.After(today.AddDate(1, 0, 0)) {
		problems = append(problems, ui.Problem{Field: "lend-until", Sentence: "代理截止日期应在今天到一年以内"})
	}
	if strings.TrimSpace(f.Reason) == "" {
		problems = append(problems, ui.Problem{Field: "lend-reason", Sentence: "请填写代理原因"})
	}
	return until, problems
}

// lend gives a colleague the running grant of an account until a date (代理): a leader lends the clerk's, the district
// does so for a leader. Maker and checker stay apart by the natural person, whatever was lent.
func (m *Module) lend(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	if err := httpx.Decode(r, &p.Lend); err != nil {
		return err
	}
	until, problems := p.Lend.read(s.Today())
	if p.Problems = problems; len(problems) > 0 {
		return m.shown(w, r, s, p, http.StatusUnprocessableEntity)
	}
	return m.act(w, r, s, "已设置代理,到期自动收回", func(ctx context.Context, tx *access.Tx, from int64) error {
		lent, err := m.lendable(ctx, tx, from, p.Lend.Grant)
		if err != nil {
			return err
		}
		to, err := access.Account(ctx, tx, p.Lend.To)
		if err != nil {
			return err
		}
		if to.ID == from || to.DisabledAt != nil || to.TownshipID != lent.TownshipID || to.VillageID != lent.VillageID {
			return fault.Invalid("代理人应是同一单位在用的其他账号")
		}
		held, err := access.Grants(ctx, tx, to.ID)
		if err != nil {
			return err
		}
		for _, g := range held {
			if g.Role == lent.Role && g.TownshipID == lent.TownshipID && g.VillageID == lent.VillageID && g.Running(s.Today()) {
				return fault.Conflict("%s已经有这个身份(%s),没有重复设置", to.Name, g.KindTitle())
			}
		}
		_, err = m.core.AddGrant(ctx, tx, access.Grant{AccountID: to.ID, Role: lent.Role, TownshipID: lent.TownshipID, VillageID: lent.VillageID,
			Kind: "proxy", StartsOn: s.Today(), EndsOn: &until, Reason: strings.TrimSpace(p.Lend.Reason)})
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
		own := s.Role() == access.TownshipLeader && g.TownshipID == s.Township() && g.Role == access.TownshipClerk
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
