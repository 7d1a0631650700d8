package account

import (
	"context"
	"net/http"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// roleForm is a further identity of an account, as typed.
type roleForm struct {
	Role     string `form:"role"`
	Township int64  `form:"township"`
	Village  int64  `form:"village"`
	StartsOn string `form:"starts_on"`
	EndsOn   string `form:"ends_on"`
	Reason   string `form:"reason"`
}

// read checks the dates; an empty end means for good.
func (f roleForm) read(today time.Time) (g access.Grant, problems []ui.Problem) {
	bad := func(field, sentence string) {
		problems = append(problems, ui.Problem{Field: field, Sentence: sentence})
	}
	g = access.Grant{Role: access.Role(f.Role), TownshipID: f.Township, VillageID: f.Village, Kind: "regular", StartsOn: today,
		Reason: strings.TrimSpace(f.Reason)}
	if !g.Role.Known() {
		bad("role-role", "请选择角色")
	}
	if f.StartsOn != "" {
		t, err := time.ParseInLocation(time.DateOnly, f.StartsOn, today.Location())
		if err != nil {
			bad("role-from", "开始日期应写成 2026-12-31 的形式")
		}
		g.StartsOn = t
	}
	if f.EndsOn != "" {
		t, err := time.ParseInLocation(time.DateOnly, f.EndsOn, today.Location())
		if err != nil || t.Before(g.StartsOn) || t.Before(today) {
			bad("role-until", "截止日期不能早于开始日期和今天")
		}
		g.EndsOn = &t
	}
	switch g.Role.Level() {
	case pg.District, pg.Platform:
		g.TownshipID, g.VillageID = 0, 0
	case pg.Township:
		g.VillageID = 0
	}
	return g, problems
}

// addRole gives an account a further identity with its own dates, such as a clerk who also does the finances.
func (m *Module) addRole(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	if !p.Manages {
		return fault.Forbidden("这个账号由上级管理")
	}
	if err := httpx.Decode(r, &p.Role); err != nil {
		return err
	}
	g, problems := p.Role.read(s.Today())
	if p.Problems = problems; len(problems) > 0 {
		return m.shown(w, r, s, p, http.StatusUnprocessableEntity)
	}
	if g.TownshipID == 0 {
		g.TownshipID = s.Township()
	}
	return m.act(w, r, s, "已增加身份,本人下次登录起可以切换", func(ctx context.Context, tx *access.Tx, account int64) error {
		if g.Role.Level() != pg.District {
			if _, err := place(ctx, tx, &g.TownshipID, g.VillageID); err != nil {
				return err
			}
		}
		if err := access.Below(s, g.Role, g.TownshipID, g.VillageID); err != nil {
			return err
		}
		for _, has := range p.Grants {
			if has.Role == g.Role && has.TownshipID == g.TownshipID && has.VillageID == g.VillageID && has.RevokedAt == nil &&
				(has.EndsOn == nil || !has.EndsOn.Before(g.StartsOn)) {
				return fault.Conflict("这个账号已经有这个身份,没有重复增加")
			}
		}
		g.AccountID = account
		_, err := m.core.AddGrant(ctx, tx, g)
		return err
	})
}
