package cadre

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"

	"github.com/a-h/templ"
)

// The permissions of the register.
const (
	PermRead   access.Permission = "cadre.read"
	PermWrite  access.Permission = "cadre.write"
	PermReveal access.Permission = "cadre.reveal"
	PermExport access.Permission = "cadre.export"
	PermMerge  access.Permission = "cadre.merge"
)

// Panel is what another module shows on a person's page.
type Panel func(ctx context.Context, tx *access.Tx, person int64) (title string, body templ.Component, err error)

// Results tells whether a person has results that forbid voiding the file.
type Results interface {
	HasResults(ctx context.Context, tx *access.Tx, person int64) (bool, error)
}

// Module is the register as the house mounts it.
type Module struct {
	Store   Store
	panels  []Panel
	results Results
}

// New makes the module with the panels of modules above it.
func New(keys *crypt.Keys, results Results, panels ...Panel) *Module {
	return &Module{Store: Store{keys}, results: results, panels: panels}
}

// Module declares permissions, menu and routes.
func (m *Module) Module() access.Module {
	admin, officer, leader, clerk, head := access.DistrictAdmin, access.DistrictOfficer, access.DistrictLeader, access.TownshipClerk, access.TownshipLeader
	return access.Module{
		Name: "cadre",
		Permissions: []access.Grantable{
			{Key: PermRead, Title: "查看花名册", Roles: []access.Role{admin, officer, leader, access.DistrictFinance, clerk, head, access.TownshipFinance}},
			{Key: PermWrite, Title: "维护花名册", Roles: []access.Role{officer, clerk}},
			{Key: PermReveal, Title: "查看完整信息", Roles: []access.Role{officer, clerk, head}},
			{Key: PermExport, Title: "导出花名册", Roles: []access.Role{officer, clerk, head}},
			{Key: PermMerge, Title: "疑似重复人员", Roles: []access.Role{officer}},
		},
		Menu: []access.MenuEntry{
			{Group: "干部管理", Title: "花名册", Href: "/cadres", Need: PermRead, Order: 100},
			{Group: "干部管理", Title: "调入调出", Href: "/transfers", Need: PermWrite, Order: 110},
			{Group: "干部管理", Title: "疑似重复", Href: "/cadres/duplicates", Need: PermMerge, Order: 120},
		},
		Sentences: pg.Sentences{
			"persons_id_index_key":       "该身份证号已登记,请发起调入申请",
			"persons_name_check":         "姓名应为2到25个字",
			"persons_sex_check":          "性别与身份证号不一致",
			"persons_died_check":         "去世日期早于出生日期",
			"appointments_overlap_excl":  "该同志在这个村(社区)的同一职务上任期重叠,请先结束原任职",
			"appointments_during_check":  "任职起止日期不正确",
			"appointments_way_out_check": "离任时必须选择离任方式",
			"transfer_requests_open_key": "该同志已有一份待办的调入申请",
			"saved_filters_name_key":     "已有同名的常用筛选",
			"saved_filters_name_check":   "筛选名称应为1到30字",
		},
		Routes: append([]access.Route{
			{Method: http.MethodGet, Path: "/cadres", Need: PermRead, Do: m.list},
			{Method: http.MethodPost, Path: "/cadres/export", Need: PermExport, Do: m.export},
			{Method: http.MethodGet, Path: "/cadres/new", Need: PermWrite, Do: m.newPerson},
			{Method: http.MethodPost, Path: "/cadres", Need: PermWrite, Do: m.create},
			{Method: http.MethodGet, Path: "/cadres/{id}", Need: PermRead, Do: m.show},
			{Method: http.MethodGet, Path: "/cadres/{id}/edit", Need: PermWrite, Do: m.edit},
			{Method: http.MethodPost, Path: "/cadres/{id}", Need: PermWrite, Do: m.update},
			{Method: http.MethodPost, Path: "/cadres/{id}/reveal", Need: PermReveal, Do: m.reveal},
			{Method: http.MethodPost, Path: "/cadres/{id}/void", Need: PermWrite, Do: m.void},
			{Method: http.MethodPost, Path: "/cadres/{id}/posts", Need: PermWrite, Do: m.appoint},
			{Method: http.MethodPost, Path: "/cadres/{id}/posts/{post}/end", Need: PermWrite, Do: m.leave},
			{Method: http.MethodPost, Path: "/cadres/filters", Need: PermRead, Do: m.saveFilter},
			{Method: http.MethodPost, Path: "/cadres/filters/{id}/delete", Need: PermRead, Do: m.deleteFilter},
		}, append(m.transferRoutes(), m.duplicateRoutes()...)...),
	}
}

var listCrumbs = []ui.Crumb{{Title: "花名册", Href: "/cadres"}}

func personPath(id int64) string { return "/cadres/" + strconv.FormatInt(id, 10) }

func (m *Module) list(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := listProps{scope: s, store: m.Store, URL: r.URL, Grant: s.GrantID(), District: s.Level() == pg.District}
	httpx.DecodeQuery(r, &p.Filter)
	page := max(p.Filter.Page, 1)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Total, err = m.Store.Count(r.Context(), tx, p.Filter, s.Today()); err != nil {
			return err
		}
		if p.People, err = m.Store.List(r.Context(), tx, p.Filter, s.Today(), PageSize, (page-1)*PageSize); err != nil {
			return err
		}
		if p.District {
			if p.Townships, err = (org.Store{}).Townships(r.Context(), tx, s.Today()); err != nil {
				return err
			}
		} else if p.Villages, err = (org.Store{}).Villages(r.Context(), tx, s.Township(), s.Today()); err != nil {
			return err
		}
		p.Saved, err = m.Store.filters(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	p.Pager = ui.PagerOf(r.URL, page, p.Total, PageSize)
	return access.Page(w, r, s, access.View{Title: "村(社区)干部花名册", AsOf: s.Today().Format("2006-01-02")}, listPage(p))
}

func (m *Module) load(r *http.Request, s access.Scope) (Person, error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return Person{}, err
	}
	var p Person
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		p, err = m.Store.Get(r.Context(), tx, id, s.Today())
		return err
	})
	return p, err
}

func (m *Module) villages(r *http.Request, s access.Scope) (list []org.Village, towns []org.Township, err error) {
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if list, err = (org.Store{}).Villages(r.Context(), tx, 0, s.Today()); err != nil {
			return err
		}
		towns, err = (org.Store{}).Townships(r.Context(), tx, s.Today())
		return err
	})
	return list, towns, err
}

func (m *Module) newPerson(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.form(w, r, s, 0, PersonForm{Ethnic: "01", Political: "13"}, nil, http.StatusOK)
}

func (m *Module) form(w http.ResponseWriter, r *http.Request, s access.Scope, id int64, f PersonForm, problems []ui.Problem, status int) error {
	villages, towns, err := m.villages(r, s)
	if err != nil {
		return err
	}
	title, crumbs := "新增干部", listCrumbs
	if id != 0 {
		title, crumbs = "修改 "+f.Name, append(crumbs[:1:1], ui.Crumb{Title: f.Name, Href: personPath(id)})
	}
	return access.Page(w, r, s, access.View{Title: title, Status: status, Crumbs: crumbs},
		formPage(formProps{ID: id, Form: f, Problems: problems, Villages: villages, Townships: towns, Grant: s.GrantID()}))
}

func (m *Module) create(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f PersonForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	values, problems := f.check(s.Today(), true)
	if f.Village == 0 {
		problems = append(problems, ui.Problem{Field: "village", Sentence: "请选择村(社区)"})
	}
	if len(problems) > 0 {
		return m.form(w, r, s, 0, f, problems, http.StatusUnprocessableEntity)
	}
	var id int64
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		v, err := org.Store{}.Village(r.Context(), tx, f.Village)
		if err != nil {
			return err
		}
		id, err = m.Store.Create(r.Context(), tx, values, v.TownshipID, v.ID)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return m.form(w, r, s, 0, f, []ui.Problem{{Field: "id_number", Sentence: fault.Of(err).Sentence}}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已新增,请继续登记任职")
	return httpx.SeeOther(w, r, personPath(id))
}

func (m *Module) edit(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	f := PersonForm{Name: p.Name, FormerName: p.FormerName, Ethnic: p.Ethnic, Political: p.Political, Education: p.Education,
		PartyJoin: monthText(p.PartyJoin), Version: p.Version}
	return m.form(w, r, s, p.ID, f, nil, http.StatusOK)
}

func (m *Module) update(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var f PersonForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	values, problems := f.check(s.Today(), false)
	if len(problems) > 0 {
		if _, err := m.load(r, s); err != nil {
			return err
		}
		return m.form(w, r, s, id, f, problems, http.StatusUnprocessableEntity)
	}
	if err := access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.Update(r.Context(), tx, id, values, f.Version) }); err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存")
	return httpx.SeeOther(w, r, personPath(id))
}

func (m *Module) void(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	if reason == "" {
		return fault.Invalid("请填写作废原因")
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		p, err := m.Store.Get(r.Context(), tx, id, s.Today())
		if err != nil {
			return err
		}
		if len(p.Posts) > 0 {
			return fault.Conflict("%s仍有在任职务,不能作废", p.Name)
		}
		used, err := m.results.HasResults(r.Context(), tx, id)
		if err != nil {
			return err
		}
		if used {
			return fault.Conflict("%s已有考评结果,不能作废", p.Name)
		}
		return m.Store.Void(r.Context(), tx, id, reason)
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已作废")
	return httpx.SeeOther(w, r, "/cadres")
}
