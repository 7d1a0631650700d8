package report

import (
	"net/http"
	"slices"

	"touyan/internal/access"
	"touyan/internal/platform/pg"
)

// The permissions of the module.
const (
	PermRead   access.Permission = "report.read"   // figures and the named rows behind them, of the own unit
	PermExport access.Permission = "report.export" // named rows as a workbook
)

// Module is the reports as the house mounts them.
type Module struct {
	Store Store
}

// New makes the module.
func New() *Module { return &Module{} }

// Module declares permissions, menu and routes. Each sub-feature lists its own routes beside its handlers.
func (m *Module) Module() access.Module {
	admin, officer, leader, clerk, head := access.DistrictAdmin, access.DistrictOfficer, access.DistrictLeader, access.TownshipClerk, access.TownshipLeader
	return access.Module{
		Name: "report",
		Permissions: []access.Grantable{
			{Key: PermRead, Title: "统计查询", Roles: []access.Role{admin, officer, leader, access.DistrictFinance, clerk, head, access.TownshipFinance}},
			{Key: PermExport, Title: "导出统计名单", Roles: []access.Role{officer, clerk, head}},
		},
		Menu: []access.MenuEntry{
			{Group: "统计", Title: "结构统计", Href: structureRoot, Need: PermRead, Order: 400},
		},
		Routes:    slices.Concat(m.structureRoutes()),
		Sentences: pg.Sentences{},
	}
}

func get(path string, do access.Handler) access.Route {
	return access.Route{Method: http.MethodGet, Path: path, Need: PermRead, Do: do}
}

func post(path string, need access.Permission, do access.Handler) access.Route {
	return access.Route{Method: http.MethodPost, Path: path, Need: need, Do: do}
}
