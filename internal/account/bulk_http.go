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

// opening is an account that a unit still lacks.
type opening struct {
	access.NewAccount
	Unit string
}

// bulkForm says for whom accounts are made at once: for the district the desks of all townships, or the villages of one.
type bulkForm struct {
	Township int64  `form:"township"`
	Only     string `form:"only"` // secretary: without the village clerks
}

func (m *Module) askBulk(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := bulkProps{Scope: s, Grant: s.GrantID()}
	httpx.DecodeQuery(r, &p.Form)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Missing, err = m.missing(r.Context(), tx, p.Form.Township); err != nil {
			return err
		}
		if p.Waiting, err = m.waiting(r.Context(), tx, p.Form.Township); err != nil {
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

// waiting lists the managed accounts of a township (0: of the whole scope's desks or villages) that nobody has opened yet.
func (m *Module) waiting(ctx context.Context, tx *access.Tx, township int64) ([]access.AccountRow, error) {
	s := tx.Scope()
	if err := inScope(ctx, tx, township); err != nil {
		return nil, err
	}
	list, err := access.Accounts(ctx, tx, access.AccountFilter{State: "waiting", Township: township}, 0, 0)
	var out []access.AccountRow
	for _, a := range list {
		villages := s.Level() == pg.Township || township != 0
		if access.Manages(s, a) && (a.VillageID != 0) == villages {
			out = append(out, a)
		}
	}
	return out, err
}

// missing lists the accounts that the villages of a township (or, for the district without one, every township's desk)
// still lack. A village account bears the name of who holds the post today, and is linked to his file.
func (m *Module) missing(ctx context.Context, tx *access.Tx, township int64) ([]opening, error) {
	s := tx.Scope()
	if err := inScope(ctx, tx, township); err != nil {
		return nil, err
	}
	have, err := access.Accounts(ctx, tx, access.AccountFilter{State: "active"}, 0, 0)
	if err != nil {
		return nil, err
	}
	towns, err := org.Store{}.Townships(ctx, tx, s.Today())
	if err != nil {
		return nil, err
	}
	villages, err := org.Store{}.Villages(ctx, tx, township, s.Today())
	if err != nil {
		return nil, err
	}
	l := lacking{taken: map[seat]bool{}, names: map[string]bool{}}
	for _, a := range have {
		l.taken[seat{a.TownshipID, a.VillageID, a.Role}] = true
		l.names[a.Username] = true
	}
	incumbents := map[access.Role]map[int64]Person{}
	for _, role := range []access.Role{access.VillageSecretary, access.VillageClerk} {
		if m.register != nil {
			if incumbents[role], err = m.register.Incumbents(ctx, tx, role); err != nil {
				return nil, err
			}
		}
	}
	for _, t := range towns {
		if township != 0 && t.ID != township {
			continue
		}
		head := latin(strings.TrimRight(t.Name, "镇乡街道"))
		if s.Level() == pg.District && township == 0 {
			l.add(opening{access.NewAccount{Username: head + "-clerk", Name: t.Name + "组织干事", Role: access.TownshipClerk, Township: t.ID}, t.Name})
			l.add(opening{access.NewAccount{Username: head + "-leader", Name: t.Name + "组织委员", Role: access.TownshipLeader, Township: t.ID}, t.Name})
			continue
		}
		for _, v := range villages {
			if v.TownshipID != t.ID {
				continue
			}
			at := head + "-" + latin(strings.TrimSuffix(strings.TrimSuffix(v.Name, "社区"), "村"))
			for _, one := range []opening{
				{access.NewAccount{Username: at, Name: v.Name + "党组织书记", Role: access.VillageSecretary}, t.Name + v.Name},
				{access.NewAccount{Username: at + "-clerk", Name: v.Name + "文书", Role: access.VillageClerk}, t.Name + v.Name}} {
				if p, ok := incumbents[one.Role][v.ID]; ok {
					one.Name, one.Person = p.Name, p.ID
				}
				one.Township, one.Village = t.ID, v.ID
				l.add(one)
			}
		}
	}
	return l.list, nil
}

// inScope makes sure that a township that was named is one of the scope's own.
func inScope(ctx context.Context, tx *access.Tx, township int64) error {
	if township == 0 {
		return nil
	}
	_, err := org.Store{}.Township(ctx, tx, township)
	return err
}

// seat is a post at a unit, which one account is enough for.
type seat struct {
	township, village int64
	role              access.Role
}

// lacking collects openings with usernames that are still free in the scope.
type lacking struct {
	taken map[seat]bool
	names map[string]bool
	list  []opening
}

func (l *lacking) add(o opening) {
	if l.taken[seat{o.Township, o.Village, o.Role}] {
		return
	}
	base := o.Username
	for i := 2; l.names[o.Username]; i++ {
		o.Username = fmt.Sprintf("%s%d", base, i)
	}
	l.names[o.Username] = true
	l.list = append(l.list, o)
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

// bulk makes the missing accounts and answers with their slips. Sent twice, the second finds nothing missing.
func (m *Module) bulk(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form bulkForm
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	var slips []slip
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		list, err := m.missing(r.Context(), tx, form.Township)
		if err != nil {
			return err
		}
		for _, n := range list {
			if form.Only != "" && n.Role == access.VillageClerk {
				continue
			}
			made, err := m.openOne(r.Context(), tx, &n)
			if err != nil {
				return err
			}
			slips = append(slips, slip{Username: n.Username, Name: n.Name, Unit: n.Unit, Role: n.Role, Code: made.Code})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(slips) == 0 {
		return fault.Conflict("各单位都已有账号,没有需要开设的。已开设而未使用的,可以在批量开户页重新打印通知单")
	}
	return m.slips(w, r, s, fmt.Sprintf("已开设%d个账号", len(slips)), slips, "/accounts")
}

// openOne makes an account. Usernames are unique in the whole system: where another unit has the name already, which the
// actor cannot see, the next number is tried.
func (m *Module) openOne(ctx context.Context, tx *access.Tx, n *opening) (made access.Created, err error) {
	base := n.Username
	for i := 2; ; i++ {
		free, err := m.core.UsernameFree(ctx, tx, n.Username)
		if err != nil {
			return made, err
		}
		if free {
			return m.core.CreateAccount(ctx, tx, n.NewAccount)
		}
		n.Username = fmt.Sprintf("%s%d", base, i)
	}
}

// bulkCodes gives new codes to all accounts that nobody has opened yet, for slips that were lost or ran out.
func (m *Module) bulkCodes(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form bulkForm
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	var slips []slip
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		list, err := m.waiting(r.Context(), tx, form.Township)
		if err != nil {
			return err
		}
		for _, a := range list {
			code, err := m.core.ResetPassword(r.Context(), tx, a.ID)
			if err != nil {
				return err
			}
			slips = append(slips, slip{Username: a.Username, Name: a.Name, Unit: a.Unit(), Role: a.Role, Code: code})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(slips) == 0 {
		return fault.Conflict("没有待开通的账号,不需要重新发放")
	}
	return m.slips(w, r, s, fmt.Sprintf("已重新发放%d个开通码", len(slips)), slips, "/accounts?state=waiting")
}
