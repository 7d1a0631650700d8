package account

import (
	"net/http"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// within moves the platform administrator into one district, where he sees the accounts of its administrators alone.
func within(r *http.Request, s access.Scope) (access.Scope, string, error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return access.Scope{}, "", err
	}
	in, err := s.WithinDistrict(id)
	if err != nil {
		return access.Scope{}, "", err
	}
	var name string
	err = access.Read(r.Context(), in, func(tx *access.Tx) error {
		return tx.QueryRow(r.Context(), `select name from tenants where id = $1`, id).Scan(&name)
	})
	return in, name, err
}

func adminsPath(tenant int64) string {
	return "/districts/" + strconv.FormatInt(tenant, 10) + "/admins"
}

func (m *Module) admins(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.adminList(w, r, s, newForm{}, nil, http.StatusOK)
}

func (m *Module) adminList(w http.ResponseWriter, r *http.Request, s access.Scope, f newForm, problems []ui.Problem, status int) error {
	in, name, err := within(r, s)
	if err != nil {
		return err
	}
	p := adminProps{Tenant: in.Tenant(), Form: f, Problems: problems, Grant: s.GrantID()}
	err = access.Read(r.Context(), in, func(tx *access.Tx) error {
		p.Accounts, err = access.Accounts(r.Context(), tx, access.AccountFilter{}, 0, 0)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: name + "区级管理员", Status: status, Crumbs: []ui.Crumb{{Title: "区县", Href: "/districts"}}}, adminsPage(p))
}

func (m *Module) createAdmin(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	in, name, err := within(r, s)
	if err != nil {
		return err
	}
	var f newForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	f.Role = string(access.DistrictAdmin)
	n, problems := f.read()
	if len(problems) > 0 {
		return m.adminList(w, r, s, f, problems, http.StatusUnprocessableEntity)
	}
	var made access.Created
	err = access.InScope(r.Context(), in, func(tx *access.Tx) error {
		made, err = m.core.CreateAccount(r.Context(), tx, n)
		return err
	})
	if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		return m.adminList(w, r, s, f, []ui.Problem{{Field: "username", Sentence: fault.Of(err).Sentence}}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return m.slips(w, r, s, "账号已开设", []slip{{Username: n.Username, Name: n.Name, Unit: name, Role: n.Role, Code: made.Code}}, adminsPath(in.Tenant()))
}

func (m *Module) resetAdmin(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	in, name, err := within(r, s)
	if err != nil {
		return err
	}
	id, err := httpx.ID(r, "account")
	if err != nil {
		return err
	}
	var a access.AccountRow
	var code string
	err = access.InScope(r.Context(), in, func(tx *access.Tx) error {
		if a, err = access.Account(r.Context(), tx, id); err != nil {
			return err
		}
		code, err = m.core.ResetPassword(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	return m.slips(w, r, s, "密码已重置", []slip{{Username: a.Username, Name: a.Name, Unit: name, Role: a.Role, Code: code}}, adminsPath(in.Tenant()))
}
