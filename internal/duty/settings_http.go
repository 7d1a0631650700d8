package duty

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

const settingsPath = "/duty/settings"

func (m *Module) settingsRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: settingsPath, Need: PermSettings, Do: m.showSettings},
		{Method: http.MethodPost, Path: settingsPath, Need: PermSettings, Do: m.saveSettings},
	}
}

type settingsProps struct {
	Form     settingsForm
	Now      Settings
	From     month.Month // other shifts would hold from this month on
	Grant    string
	Problems []ui.Problem
}

func (m *Module) showSettings(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.drawSettings(w, r, s, settingsProps{}, http.StatusOK)
}

func (m *Module) drawSettings(w http.ResponseWriter, r *http.Request, s access.Scope, p settingsProps, status int) error {
	p.Grant = s.GrantID()
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Now, err = m.Store.Settings(r.Context(), tx); err != nil {
			return err
		}
		p.From, err = m.Store.turnsFrom(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	if status == http.StatusOK {
		p.Form = typedOf(p.Now)
	}
	return access.Page(w, r, s, access.View{Title: "值班设置", Status: status, Crumbs: []ui.Crumb{{Title: "值班安排", Href: "/duty"}}}, settingsPage(p))
}

func typedSettings(form url.Values) settingsForm {
	f := settingsForm{PublicPage: form.Get("public_page") != "", PublicPhone: form.Get("public_phone") != ""}
	for i := range mostShifts {
		at := func(name string) string {
			return strings.ReplaceAll(strings.TrimSpace(form.Get(shiftField(name, i))), ":", ":")
		}
		f.Shifts = append(f.Shifts, Shift{Title: at("title"), Start: at("start"), End: at("end"), From: at("from"), To: at("to")})
	}
	return f
}

func (m *Module) saveSettings(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form struct {
		Version int `form:"version"`
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	p := settingsProps{Form: typedSettings(r.PostForm)}
	p.Form.Version = form.Version
	shifts, problems := p.Form.read()
	if len(problems) > 0 {
		p.Problems = problems
		return m.drawSettings(w, r, s, p, http.StatusUnprocessableEntity)
	}
	var from month.Month
	var turned bool
	err := access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		from, turned, err = m.Store.saveSettings(r.Context(), tx, p.Form, shifts)
		return err
	})
	if err != nil {
		return err
	}
	text := "已保存值班设置"
	if turned {
		text += fmt.Sprintf(",班次从%s起执行;该月及以后已有的草稿已清空,请再次自动排班", from.Title())
	}
	access.Flash(r, s, "success", text)
	return httpx.SeeOther(w, r, settingsPath)
}
