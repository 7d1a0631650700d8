package assessment

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

func (m *Module) schemeRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/assessment/schemes", Need: PermScheme, Do: m.listSchemes},
		{Method: http.MethodPost, Path: "/assessment/schemes", Need: PermScheme, Do: m.copyScheme},
		{Method: http.MethodPost, Path: "/assessment/schemes/export", Need: PermScheme, Do: m.exportSchemes},
		{Method: http.MethodGet, Path: "/assessment/schemes/{id}", Need: PermScheme, Do: m.editScheme},
		{Method: http.MethodPost, Path: "/assessment/schemes/{id}", Need: PermScheme, Do: m.updateScheme},
		{Method: http.MethodGet, Path: "/assessment/schemes/{id}/trial", Need: PermScheme, Do: m.tryScheme},
		{Method: http.MethodPost, Path: "/assessment/schemes/{id}/trial/export", Need: PermScheme, Do: m.exportTrial},
		{Method: http.MethodPost, Path: "/assessment/schemes/{id}/enable", Need: PermScheme, Do: m.enableScheme},
		{Method: http.MethodGet, Path: "/assessment/{month}/scheme", Need: PermScheme, Do: m.askReplace},
		{Method: http.MethodPost, Path: "/assessment/{month}/scheme", Need: PermScheme, Do: m.replaceScheme},
		{Method: http.MethodGet, Path: "/assessment/settings", Need: PermScheme, Do: m.showSettings},
		{Method: http.MethodPost, Path: "/assessment/settings", Need: PermScheme, Do: m.saveSettings},
	}
}

var schemeCrumbs = []ui.Crumb{{Title: "考评方案", Href: "/assessment/schemes"}}

// copyScheme makes a draft from a version, or from the default scheme where there is none (from=0).
func (m *Module) copyScheme(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form struct {
		From int64 `form:"from"`
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	var id int64
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		content, name, from := DefaultScheme(), "月考评方案", (*int64)(nil)
		if form.From != 0 {
			v, err := m.Store.Scheme(r.Context(), tx, form.From)
			if err != nil {
				return err
			}
			content, name, from = v.Content, v.Name, &v.ID
		}
		var err error
		id, err = m.Store.CreateScheme(r.Context(), tx, name, month.Of(s.Now()).Next(), content, from)
		return err
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已复制为新方案,请修改生效月份和内容,试算后启用")
	return httpx.SeeOther(w, r, schemePath(id))
}

func schemePath(id int64) string { return "/assessment/schemes/" + strconv.FormatInt(id, 10) }

func (m *Module) loadScheme(r *http.Request, s access.Scope) (StoredScheme, error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return StoredScheme{}, err
	}
	var v StoredScheme
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		v, err = m.Store.Scheme(r.Context(), tx, id)
		return err
	})
	return v, err
}

func (m *Module) editScheme(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := m.loadScheme(r, s)
	if err != nil {
		return err
	}
	return m.schemeForm(w, r, s, v, nil, nil, http.StatusOK)
}

func (m *Module) schemeForm(w http.ResponseWriter, r *http.Request, s access.Scope, v StoredScheme, typed url.Values, problems Problems, status int) error {
	return access.Page(w, r, s, access.View{Title: v.Name, Status: status, Crumbs: schemeCrumbs},
		schemePage(schemeProps{Stored: v, typed: typed, Problems: problems, Grant: s.GrantID()}))
}

func (m *Module) updateScheme(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := m.loadScheme(r, s)
	if err != nil {
		return err
	}
	if v.State != SchemeDraft {
		return fault.Conflict("方案已启用,不能修改;请复制为新方案")
	}
	v.Version, _ = strconv.Atoi(r.PostForm.Get("version")) // a version that is no number is a stale one
	problems := v.Content.read(r.PostForm)
	v.Name = strings.TrimSpace(r.PostForm.Get("name"))
	problems.add(v.Name == "" || len([]rune(v.Name)) > 50, "name", "方案名称应为1到50字")
	from, err := month.Parse(r.PostForm.Get("effective_on"))
	problems.add(err != nil, "effective_on", "生效月份应写成 2026-10 的形式")
	v.EffectiveOn = from
	if len(problems) > 0 {
		return m.schemeForm(w, r, s, v, r.PostForm, problems, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.SaveScheme(r.Context(), tx, v) })
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存方案")
	return httpx.SeeOther(w, r, schemePath(v.ID))
}

func (m *Module) enableScheme(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	v, err := m.loadScheme(r, s)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.PostForm.Get("version")) // as above
	if problems := v.Content.Validate(); len(problems) > 0 {
		return m.schemeForm(w, r, s, v, nil, problems, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		return m.Store.EnableScheme(r.Context(), tx, v.ID, version)
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已启用,自"+v.EffectiveOn.Title()+"起生效;已开启的月份仍用原方案")
	return httpx.SeeOther(w, r, "/assessment/schemes")
}
