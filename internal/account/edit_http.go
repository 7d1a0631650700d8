package account

import (
	"context"
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// editForm is who holds an account, as typed.
type editForm struct {
	Name    string `form:"name"`
	Phone   string `form:"phone"`
	Person  int64  `form:"person"`
	Note    string `form:"note"`
	Version int    `form:"version"`
}

type editProps struct {
	Account  access.AccountRow
	Form     editForm
	Search   string
	Linked   Person   // as the account stands
	Found    []Person // who could be linked
	Problems []ui.Problem
	Grant    string
}

// linked names the personnel file that an account is linked to; empty where there is none or it left the scope.
func (m *Module) linked(ctx context.Context, tx *access.Tx, a access.AccountRow) (string, error) {
	if m.register == nil || a.PersonID == nil {
		return "", nil
	}
	p, err := m.register.Person(ctx, tx, *a.PersonID)
	if fault.Is(err, fault.KindNotFound) {
		return "已关联(档案在其他单位)", nil
	}
	return p.Unit + " " + p.Name + " " + p.Title, err
}

func (m *Module) edit(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	f := editForm{Name: p.Account.Name, Phone: access.AccountPhone(s, p.Account.Phone), Note: p.Account.Note, Version: p.Account.Version}
	if p.Account.PersonID != nil {
		f.Person = *p.Account.PersonID
	}
	return m.editor(w, r, s, p, f, nil, http.StatusOK)
}

func (m *Module) editor(w http.ResponseWriter, r *http.Request, s access.Scope, p showProps, f editForm, problems []ui.Problem, status int) error {
	if !p.Manages {
		return fault.Forbidden("这个账号由上级管理")
	}
	e := editProps{Account: p.Account, Form: f, Problems: problems, Grant: s.GrantID(), Search: strings.TrimSpace(r.URL.Query().Get("find"))}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		if m.register == nil {
			return nil
		}
		var err error
		if f.Person != 0 {
			e.Linked, err = m.register.Person(r.Context(), tx, f.Person)
			if fault.Is(err, fault.KindNotFound) {
				e.Linked, err = Person{ID: f.Person, Name: "(档案在其他单位)"}, nil
			}
			if err != nil {
				return err
			}
		}
		if e.Search != "" {
			e.Found, err = m.register.Find(r.Context(), tx, e.Search)
		}
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "修改资料", Status: status,
		Crumbs: append(listCrumbs[:1:1], ui.Crumb{Title: p.Account.Name, Href: path(p.Account.ID)})}, editPage(e))
}

func (m *Module) update(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	var f editForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	var problems []ui.Problem
	if strings.TrimSpace(f.Name) == "" {
		problems = append(problems, ui.Problem{Field: "name", Sentence: "请填写姓名"})
	}
	phone := ""
	if strings.TrimSpace(f.Phone) != "" {
		if phone, err = contact.ParsePhone(f.Phone); err != nil {
			problems = append(problems, ui.Problem{Field: "phone", Sentence: fault.Of(err).Sentence})
		}
	}
	if len(problems) > 0 {
		return m.editor(w, r, s, p, f, problems, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if kept := p.Account.PersonID != nil && *p.Account.PersonID == f.Person; m.register != nil && f.Person != 0 && !kept {
			if _, err := m.register.Person(r.Context(), tx, f.Person); err != nil {
				return err
			}
		}
		return m.core.SaveHolding(r.Context(), tx, p.Account.ID, access.Holding{Name: f.Name, Phone: phone, Person: f.Person,
			Note: strings.TrimSpace(f.Note), Version: f.Version})
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存,本人需要重新登录")
	return httpx.SeeOther(w, r, path(p.Account.ID))
}
