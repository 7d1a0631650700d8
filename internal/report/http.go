package report

import (
	"net/http"
	"slices"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/pg"
)

// The permissions of the module.
const (
	PermRead   access.Permission = "report.read"   // figures and the named rows behind them, of the own unit
	PermExport access.Permission = "report.export" // named rows as a workbook

	PermPublished access.Permission = "report.published" // figures that the district published
	PermPublish   access.Permission = "report.publish"   // publishing figures
)

// Module is the reports as the house mounts them.
type Module struct {
	Store    Store
	keys     *crypt.Keys
	register cadre.Store // opens and masks sealed values
}

// New makes the module on the register.
func New(keys *crypt.Keys, register cadre.Store) *Module {
	return &Module{keys: keys, register: register}
}

// Module declares permissions, menu and routes. Each sub-feature lists its own routes beside its handlers.
func (m *Module) Module() access.Module {
	admin, officer, leader, clerk, head := access.DistrictAdmin, access.DistrictOfficer, access.DistrictLeader, access.TownshipClerk, access.TownshipLeader
	return access.Module{
		Name:    "report",
		Figures: m.Figures,
		Permissions: []access.Grantable{
			{Key: PermRead, Title: "统计查询", Roles: []access.Role{admin, officer, leader, access.DistrictFinance, clerk, head, access.TownshipFinance}},
			{Key: PermPublished, Title: "查看已发布统计", Roles: []access.Role{admin, officer, leader, access.DistrictFinance}},
			{Key: PermPublish, Title: "发布统计数据", Roles: []access.Role{officer}},
			{Key: PermExport, Title: "导出统计名单", Roles: []access.Role{officer, clerk, head}},
		},
		Menu: []access.MenuEntry{
			{Group: "统计", Title: "结构统计", Href: structureRoot, Need: PermRead, Order: 400},
			{Group: "统计", Title: "即时查询", Href: queryRoot, Need: PermRead, Order: 410},
			{Group: "统计", Title: "按上级表样填报", Href: fillRoot, Need: PermExport, Order: 420},
			{Group: "统计", Title: "常用名单", Href: listsRoot, Need: PermRead, Order: 430},
			{Group: "统计", Title: "工作综述", Href: overviewRoot, Need: PermRead, Order: 440},
			{Group: "统计", Title: "已发布统计", Href: publicationsRoot, Need: PermPublished, Order: 450},
		},
		Routes: slices.Concat(m.structureRoutes(), m.publicationRoutes(), m.queryRoutes(), m.fillRoutes(), m.readyRoutes(), m.overviewRoutes()),
		Sentences: pg.Sentences{
			"report_publications_title_key":   "已发布过同名的统计数据,请换一个标题",
			"report_publications_title_check": "标题应为2到60字",
		},
	}
}

func get(path string, do access.Handler) access.Route {
	return access.Route{Method: http.MethodGet, Path: path, Need: PermRead, Do: do}
}

func post(path string, need access.Permission, do access.Handler) access.Route {
	return access.Route{Method: http.MethodPost, Path: path, Need: need, Do: do}
}
