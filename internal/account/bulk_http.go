package account

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/pinyin"
)

func (m *Module) askBulk(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := bulkProps{Scope: s, Grant: s.GrantID()}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Missing, err = m.missing(r.Context(), tx, 0); err != nil {
			return err
		}
		p.Townships, err = org.Store{}.Townships(r.Context(), tx, s.Today())
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "批量开户", Crumbs: listCrumbs}, bulkPage(p))
}

// missing lists the accounts that a whole township (or, for the district, every township's desk) still lacks.
func (m *Module) missing(ctx context.Context, tx *access.Tx, township int64) ([]access.NewAccount, error) {
	s := tx.Scope()
	have, err := access.Accounts(ctx, tx, access.AccountFilter{State: "active"}, 0, 0)
	if err != nil {
		return nil, err
	}
	type place struct {
		township, village int64
		role              access.Role
	}
	taken, names := map[place]bool{}, map[string]bool{}
	for _, a := range have {
		taken[place{a.TownshipID, a.VillageID, a.Role}] = true
		names[a.Username] = true
	}
	towns, err := org.Store{}.Townships(ctx, tx, s.Today())
	if err != nil {
		return nil, err
	}
	villages, err := org.Store{}.Villages(ctx, tx, township, s.Today())
	if err != nil {
		return nil, err
	}
	var out []access.NewAccount
	add := func(role access.Role, t org.Township, village int64, name, username string) {
		if taken[place{t.ID, village, role}] {
			return
		}
		for i, base := 2, username; names[username]; i++ {
			username = fmt.Sprintf("%s%d", base, i)
		}
		names[username] = true
		out = append(out, access.NewAccount{Username: username, Name: name, Role: role, Township: t.ID, Village: village})
	}
	for _, t := range towns {
		if township != 0 && t.ID != township {
			continue
		}
		head := latin(strings.TrimRight(t.Name, "镇乡街道"))
		if s.Level() == pg.District {
			add(access.TownshipClerk, t, 0, t.Name+"组织干事", head+"-clerk")
			add(access.TownshipLeader, t, 0, t.Name+"组织委员", head+"-leader")
			continue
		}
		for _, v := range villages {
			if v.TownshipID == t.ID {
				at := head + "-" + latin(strings.TrimSuffix(strings.TrimSuffix(v.Name, "社区"), "村"))
				add(access.VillageSecretary, t, v.ID, v.Name+"党组织书记", at)
				add(access.VillageClerk, t, v.ID, v.Name+"文书", at+"-clerk")
			}
		}
	}
	return out, nil
}

// latin writes a name in letters that a username may hold.
func latin(name string) string {
	full, _ := pinyin.Keys(name)
	if len(full) == 0 {
		return "unit"
	}
	var b strings.Builder
	for _, r := range strings.ToLower(full[0]) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return "unit"
	}
	return b.String()[:min(b.Len(), 24)]
}

func (m *Module) bulk(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form struct {
		Only string `form:"only"` // secretary: without the village clerks
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	var slips []slip
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		list, err := m.missing(r.Context(), tx, 0)
		if err != nil {
			return err
		}
		for _, n := range list {
			if form.Only != "" && n.Role == access.VillageClerk {
				continue
			}
			made, err := m.core.CreateAccount(r.Context(), tx, n)
			if err != nil {
				return err
			}
			slips = append(slips, slip{Username: n.Username, Name: n.Name, Role: n.Role, Code: made.Code})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(slips) == 0 {
		return fault.Conflict("各单位都已有账号,没有需要开设的")
	}
	return m.slips(w, r, s, fmt.Sprintf("已开设%d个账号", len(slips)), slips, "/accounts")
}
