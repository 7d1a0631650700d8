package account

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/qrcode"
	"touyan/web/ui"
)

func (m *Module) own(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := ownProps{Scope: s, Grant: s.GrantID()}
	var err error
	if p.Sessions, err = access.OwnSessions(r, s); err != nil {
		return err
	}
	if p.On, err = access.OwnTOTP(r.Context(), s); err != nil {
		return err
	}
	if p.Use, err = access.TOTPUse(r.Context(), s); err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "我的账号"}, ownPage(p))
}

// endSession ends one log-in, such as that of a phone that was lost.
func (m *Module) endSession(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := access.EndOwnSession(r.Context(), s, chi.URLParam(r, "session")); err != nil {
		return err
	}
	access.Flash(r, s, "success", "已退出这处登录")
	return httpx.SeeOther(w, r, "/account")
}

func (m *Module) endSessions(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	if err := access.EndOwnSessions(r, s); err != nil {
		return err
	}
	access.Flash(r, s, "success", "其他设备上的登录都已退出")
	return httpx.SeeOther(w, r, "/account")
}

func (m *Module) askPassword(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.passwordForm(w, r, s, nil, http.StatusOK)
}

func (m *Module) passwordForm(w http.ResponseWriter, r *http.Request, s access.Scope, problems []ui.Problem, status int) error {
	return access.Page(w, r, s, access.View{Title: "修改密码", Status: status}, passwordPage(problems, s.GrantID()))
}

func (m *Module) changePassword(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form struct {
		Old      string `form:"old"`
		Password string `form:"password"`
		Again    string `form:"again"`
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	if form.Password != form.Again {
		return m.passwordForm(w, r, s, []ui.Problem{{Field: "again", Sentence: "两次输入的新密码不一致"}}, http.StatusUnprocessableEntity)
	}
	if err := access.ChangeOwnPassword(r, s, form.Old, form.Password); err != nil {
		if !fault.Is(err, fault.KindInvalid) {
			return err
		}
		return m.passwordForm(w, r, s, []ui.Problem{{Field: "password", Sentence: fault.Of(err).Sentence}}, http.StatusUnprocessableEntity)
	}
	access.Flash(r, s, "success", "密码已修改,其他设备上的登录都已退出")
	return access.Onward(w, r, s, "/")
}

func (m *Module) askTOTP(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.totpForm(w, r, s, "", http.StatusOK)
}

func (m *Module) totpForm(w http.ResponseWriter, r *http.Request, s access.Scope, problem string, status int) error {
	p := totpProps{Problem: problem, Grant: s.GrantID()}
	var err error
	if p.On, err = access.OwnTOTP(r.Context(), s); err != nil {
		return err
	}
	if !p.On {
		address, secret, err := access.BeginTOTP(r, s)
		if err != nil {
			return err
		}
		code, err := qrcode.Encode(address)
		if err != nil {
			return err
		}
		p.Secret, p.QR = secret, code
	}
	return access.Page(w, r, s, access.View{Title: "动态口令", Status: status}, totpPage(p))
}

func (m *Module) changeTOTP(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	on, err := access.OwnTOTP(r.Context(), s)
	if err != nil {
		return err
	}
	code, done := r.PostForm.Get("code"), "已启用动态口令,下次登录时需要输入"
	if on {
		done = "已停用动态口令"
		err = access.EndTOTP(r, s, code)
	} else {
		err = access.ConfirmTOTP(r, s, code)
	}
	if fault.Is(err, fault.KindInvalid) {
		return m.totpForm(w, r, s, fault.Of(err).Sentence, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", done)
	return access.Onward(w, r, s, "/account")
}
