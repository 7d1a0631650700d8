package org

import (
	"bytes"
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// The permissions of the module.
const (
	PermDistricts access.Permission = "org.districts" // the platform's list of districts and their import
	PermRead      access.Permission = "org.read"      // the tree of the own unit
	PermSucceed   access.Permission = "org.succeed"   // recording merged units
	PermHolidays  access.Permission = "org.holidays"  // loading the next year's holidays
)

// Module is the tree of units as the house mounts it.
type Module struct {
	Store Store
	core  *access.Core
}

// New makes the module; Bind gives it the core, which is made after it.
func New() *Module { return &Module{} }

// Bind gives the module the core, for work within a district that the platform administrator starts.
func (m *Module) Bind(core *access.Core) { m.core = core }

// Module declares permissions, menu and routes.
func (m *Module) Module() access.Module {
	admin, officer := access.DistrictAdmin, access.DistrictOfficer
	return access.Module{
		Name:  "org",
		Tasks: m.Tasks, Bind: m.Bind,
		Permissions: []access.Grantable{
			{Key: PermDistricts, Title: "管理区县与导入区划", Roles: []access.Role{access.PlatformAdmin}},
			{Key: PermRead, Title: "查看区划", Roles: []access.Role{admin, officer, access.DistrictLeader, access.DistrictFinance, access.Auditor, access.TownshipClerk, access.TownshipLeader, access.TownshipFinance}},
			{Key: PermSucceed, Title: "登记村(社区)撤并", Roles: []access.Role{admin, officer}},
			{Key: PermHolidays, Title: "装入节假日安排", Roles: []access.Role{admin, officer}},
		},
		Menu: []access.MenuEntry{
			{Group: "平台管理", Title: "区县", Href: "/districts", Need: PermDistricts, Order: 800},
			{Group: "系统管理", Title: "区划", Href: "/divisions", Need: PermRead, Order: 920},
			{Group: "系统管理", Title: "节假日", Href: "/holidays", Need: PermHolidays, Order: 930},
		},
		Sentences: pg.Sentences{
			"tenants_code_key":            "这个区县代码已经存在",
			"tenants_code_check":          "区县代码应为6位数字",
			"tenants_name_check":          "请填写区县名称",
			"unit_successions_kind_check": "请选择变更类型",
			"villages_valid_check":        "撤并日期必须晚于设立日期",
			"holiday_years_year_check":    "年份超出范围",
		},
		Routes: []access.Route{
			{Method: http.MethodGet, Path: "/districts", Need: PermDistricts, Do: m.listDistricts},
			{Method: http.MethodPost, Path: "/districts", Need: PermDistricts, Do: m.importDistrict, Upload: true},
			{Method: http.MethodPost, Path: "/districts/export", Need: PermDistricts, Do: m.exportDistricts},
			{Method: http.MethodGet, Path: "/divisions", Need: PermRead, Do: m.showTree},
			{Method: http.MethodPost, Path: "/divisions/export", Need: PermRead, Do: m.exportTree},
			{Method: http.MethodPost, Path: "/divisions/succession", Need: PermSucceed, Do: m.succeed},
			{Method: http.MethodGet, Path: "/holidays", Need: PermHolidays, Do: m.showHolidays},
			{Method: http.MethodPost, Path: "/holidays", Need: PermHolidays, Do: m.loadHolidays, Upload: true},
		},
	}
}

func (m *Module) importDistrict(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form districtForm
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	refuse := func(field string, err error) error {
		if !fault.Is(err, fault.KindInvalid) && !fault.Is(err, fault.KindConflict) {
			return err
		}
		return m.districts(w, r, s, form, []ui.Problem{{Field: field, Sentence: fault.Of(err).Sentence}}, http.StatusUnprocessableEntity)
	}
	file, err := httpx.File(r, "file")
	if err != nil {
		return refuse("file", err)
	}
	divisions, err := ReadDivisions(bytes.NewReader(file.Data), strings.TrimSpace(form.Code))
	if err != nil {
		return refuse("file", err)
	}
	work, title := m.ImportAs, "导入结果"
	if form.Do == "preview" {
		work, title = m.PreviewAs, "预览导入"
	}
	done, err := work(r.Context(), s, strings.TrimSpace(form.Code), strings.TrimSpace(form.Name), divisions)
	if err != nil {
		return refuse("code", err)
	}
	return access.Page(w, r, s, access.View{Title: title, Crumbs: []ui.Crumb{{Title: "区县", Href: "/districts"}}}, importedPage(done, form.Do == "preview"))
}
