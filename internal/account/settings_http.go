package account

import (
	"net/http"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
)

func (m *Module) showSettings(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.settings(w, r, s, "", http.StatusOK)
}

func (m *Module) settings(w http.ResponseWriter, r *http.Request, s access.Scope, problem string, status int) error {
	var list []access.Setting
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		list, err = access.Settings(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "登录设置", Status: status}, settingsPage(list, problem, s.GrantID()))
}

// saveSettings stores the setting of one role; the page has a form for each.
func (m *Module) saveSettings(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form struct {
		Role, Idle, Stay, Days, TOTP, Version string
	}
	form.Role, form.Idle, form.Stay = r.PostForm.Get("role"), r.PostForm.Get("idle"), r.PostForm.Get("stay")
	form.Days, form.TOTP, form.Version = r.PostForm.Get("days"), r.PostForm.Get("totp"), r.PostForm.Get("version")
	set := access.Setting{Role: access.Role(form.Role), TOTP: form.TOTP}
	if !set.Role.Known() || set.Role == access.PlatformAdmin {
		return fault.NotFound()
	}
	for _, f := range []struct {
		text string
		dst  *int
	}{{form.Idle, &set.IdleMinutes}, {form.Stay, &set.StayDays}, {form.Days, &set.PasswordDays}, {form.Version, &set.Version}} {
		n, err := strconv.Atoi(f.text)
		if err != nil || n < 0 || n > 1_000_000 {
			return m.settings(w, r, s, set.Role.Title()+":请填写整数", http.StatusUnprocessableEntity)
		}
		*f.dst = n
	}
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error { return access.SaveSetting(r.Context(), tx, set) })
	if fault.Is(err, fault.KindInvalid) {
		return m.settings(w, r, s, set.Role.Title()+":"+fault.Of(err).Sentence, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存"+set.Role.Title()+"的登录设置,下次登录起生效")
	return httpx.SeeOther(w, r, "/accounts/settings")
}
