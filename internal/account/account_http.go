package account

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

var listCrumbs = []ui.Crumb{{Title: "账号管理", Href: "/accounts"}}

const pageSize = 50

func path(id int64) string { return "/accounts/" + strconv.FormatInt(id, 10) }

type listProps struct {
	Scope     access.Scope
	URL       *url.URL
	Filter    access.AccountFilter
	Accounts  []access.AccountRow
	Townships []org.Township
	Pager     ui.Pager
	Grant     string
}

func (m *Module) list(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := listProps{Scope: s, URL: r.URL}
	httpx.DecodeQuery(r, &p.Filter)
	p.Filter.Text = strings.TrimSpace(p.Filter.Text)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		total, err := access.CountAccounts(r.Context(), tx, p.Filter)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(r.URL, p.Filter.Page, total, pageSize)
		if p.Accounts, err = access.Accounts(r.Context(), tx, p.Filter, pageSize, p.Pager.Offset()); err != nil {
			return err
		}
		if s.Level() == pg.District {
			p.Townships, err = org.Store{}.Townships(r.Context(), tx, s.Today())
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Grant = s.GrantID()
	return access.Page(w, r, s, access.View{Title: "账号管理", AsOf: s.Now().Format("2006-01-02 15:04"), Print: true}, listPage(p))
}

// newForm is a new account as typed.
type newForm struct {
	Username string `form:"username"`
	Name     string `form:"name"`
	Phone    string `form:"phone"`
	Role     string `form:"role"`
	Township int64  `form:"township"`
	Village  int64  `form:"village"`
	EndsOn   string `form:"ends_on"`
}

// read checks the form. Its unit is refused by access.Below if it lies outside the actor's subtree.
func (f newForm) read() (access.NewAccount, []ui.Problem) {
	n := access.NewAccount{Username: f.Username, Name: f.Name, Role: access.Role(f.Role), Township: f.Township, Village: f.Village}
	var problems []ui.Problem
	bad := func(field, sentence string) {
		problems = append(problems, ui.Problem{Field: field, Sentence: sentence})
	}
	if strings.TrimSpace(f.Name) == "" {
		bad("name", "请填写姓名")
	}
	if strings.TrimSpace(f.Username) == "" {
		bad("username", "请填写用户名")
	}
	if !n.Role.Known() {
		bad("role", "请选择角色")
	}
	if strings.TrimSpace(f.Phone) != "" {
		phone, err := contact.ParsePhone(f.Phone)
		if err != nil {
			bad("phone", fault.Of(err).Sentence)
		}
		n.Phone = phone
	}
	if f.EndsOn != "" {
		t, err := time.Parse(time.DateOnly, f.EndsOn)
		if err != nil {
			bad("ends_on", "截止日期应写成 2026-12-31 的形式")
		}
		n.EndsOn = &t
	}
	switch n.Role.Level() {
	case pg.District, pg.Platform:
		n.Township, n.Village = 0, 0
	case pg.Township:
		n.Village = 0
	}
	return n, problems
}

// place names a unit within the scope. A village says its township, whatever was posted beside it.
func place(ctx context.Context, tx *access.Tx, township *int64, village int64) (string, error) {
	var name string
	if village != 0 {
		v, err := org.Store{}.Village(ctx, tx, village)
		if err != nil {
			return "", err
		}
		*township, name = v.TownshipID, v.Name
	}
	if *township == 0 {
		return tx.Scope().District(), nil
	}
	t, err := org.Store{}.Township(ctx, tx, *township)
	return t.Name + name, err
}

func (m *Module) newAccount(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.form(w, r, s, newForm{Township: s.Township()}, nil, http.StatusOK)
}

func (m *Module) form(w http.ResponseWriter, r *http.Request, s access.Scope, f newForm, problems []ui.Problem, status int) error {
	p := formProps{Scope: s, Form: f, Problems: problems, Grant: s.GrantID()}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Townships, err = (org.Store{}).Townships(r.Context(), tx, s.Today()); err != nil {
			return err
		}
		p.Villages, err = org.Store{}.Villages(r.Context(), tx, 0, s.Today())
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "开设账号", Status: status, Crumbs: listCrumbs}, formPage(p))
}

func (m *Module) create(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f newForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	n, problems := f.read()
	if len(problems) > 0 {
		return m.form(w, r, s, f, problems, http.StatusUnprocessableEntity)
	}
	var made access.Created
	var unit string
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if unit, err = place(r.Context(), tx, &n.Township, n.Village); err != nil {
			return err
		}
		made, err = m.core.CreateAccount(r.Context(), tx, n)
		return err
	})
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) || fault.Is(err, fault.KindForbidden) {
		return m.form(w, r, s, f, []ui.Problem{{Field: "username", Sentence: fault.Of(err).Sentence}}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return m.slips(w, r, s, "账号已开设", []slip{{Username: strings.ToLower(n.Username), Name: n.Name, Unit: unit, Role: n.Role, Code: made.Code}}, path(made.ID))
}

type showProps struct {
	Scope   access.Scope
	Account access.AccountRow
	Grants  []access.Grant
	Phone   string
	Person  string // the personnel file that the account is linked to
	Manages bool
	Lenders []access.AccountRow // colleagues who can be given 代理
	Grant   string

	Townships []org.Township
	Villages  []org.Village
	Lend      lendForm
	Role      roleForm
	Problems  []ui.Problem
}

func (m *Module) load(r *http.Request, s access.Scope) (p showProps, err error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return p, err
	}
	p = showProps{Scope: s, Grant: s.GrantID()}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Account, err = access.Account(r.Context(), tx, id); err != nil {
			return err
		}
		if p.Grants, err = access.Grants(r.Context(), tx, id); err != nil {
			return err
		}
		if p.Person, err = m.linked(r.Context(), tx, p.Account); err != nil {
			return err
		}
		all, err := access.Accounts(r.Context(), tx, access.AccountFilter{Township: p.Account.TownshipID, State: "active"}, 200, 0)
		for _, a := range all {
			if a.ID != id && a.VillageID == p.Account.VillageID && a.TownshipID == p.Account.TownshipID {
				p.Lenders = append(p.Lenders, a)
			}
		}
		return err
	})
	p.Phone = contact.MaskPhone(access.AccountPhone(s, p.Account.Phone))
	p.Manages = access.Manages(s, p.Account)
	return p, err
}

func (m *Module) show(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	return m.shown(w, r, s, p, http.StatusOK)
}

// shown draws the page of an account, again with what was typed where a form of it was refused.
func (m *Module) shown(w http.ResponseWriter, r *http.Request, s access.Scope, p showProps, status int) error {
	if p.Manages {
		err := access.Read(r.Context(), s, func(tx *access.Tx) error {
			var err error
			if p.Townships, err = (org.Store{}).Townships(r.Context(), tx, s.Today()); err != nil {
				return err
			}
			p.Villages, err = org.Store{}.Villages(r.Context(), tx, 0, s.Today())
			return err
		})
		if err != nil {
			return err
		}
	}
	return access.Page(w, r, s, access.View{Title: p.Account.Name, Status: status, Crumbs: listCrumbs}, showPage(p))
}

func (m *Module) reset(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	var code string
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		code, err = m.core.ResetPassword(r.Context(), tx, p.Account.ID)
		return err
	})
	if err != nil {
		return err
	}
	return m.slips(w, r, s, "密码已重置", []slip{{Username: p.Account.Username, Name: p.Account.Name, Unit: p.Account.Unit(), Role: p.Account.Role, Code: code}}, path(p.Account.ID))
}

// act runs a change of an account and goes back to its page.
func (m *Module) act(w http.ResponseWriter, r *http.Request, s access.Scope, done string, do func(ctx context.Context, tx *access.Tx, account int64) error) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	if err := access.InScope(r.Context(), s, func(tx *access.Tx) error { return do(r.Context(), tx, id) }); err != nil {
		return err
	}
	access.Flash(r, s, "success", done)
	return httpx.SeeOther(w, r, path(id))
}

func (m *Module) unlock(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.act(w, r, s, "已解除锁定", m.core.Unlock)
}

func (m *Module) disable(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	stop, reason := r.PostForm.Get("stop") != "", strings.TrimSpace(r.PostForm.Get("reason"))
	if stop && reason == "" {
		return fault.Invalid("请填写停用原因")
	}
	done := "已启用账号"
	if stop {
		done = "已停用账号,正在使用的登录立即失效"
	}
	return m.act(w, r, s, done, func(ctx context.Context, tx *access.Tx, account int64) error {
		return m.core.SetDisabled(ctx, tx, account, stop, reason)
	})
}
