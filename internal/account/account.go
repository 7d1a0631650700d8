// Package account owns the pages of accounts: a unit's accounts with their grants, opening them one by one or for a whole
// township, reset, unlock, stop, 代理 and 交接, the settings of sessions and second factor, every user's own account, and
// the page of the audit trail. It writes through package access, which owns the tables.
//
// A unit manages the accounts of its own subtree and never above it (access.Below).
package account

import (
	"context"
	"net/http"

	"touyan/internal/access"
)

// The permissions of the module.
const (
	PermManage   access.Permission = "account.manage"
	PermSettings access.Permission = "account.settings"
	PermAudit    access.Permission = "account.audit"
	PermAdmins   access.Permission = "account.admins" // the platform's: first administrators of districts
)

// Person is a file of the register, as an account is linked to it.
type Person struct {
	ID                int64
	Name, Unit, Title string
	VillageID         int64
}

// Register is what accounts ask of the personnel register, within the scope of the transaction.
type Register interface {
	// Find gives living persons by name, pinyin, village or the last four of the ID number.
	Find(ctx context.Context, tx *access.Tx, text string) ([]Person, error)
	// Person reads one file.
	Person(ctx context.Context, tx *access.Tx, id int64) (Person, error)
	// Incumbents gives who holds the post today that goes with a village role, by village.
	Incumbents(ctx context.Context, tx *access.Tx, r access.Role) (map[int64]Person, error)
}

// Module is the accounts as the house mounts them.
type Module struct {
	core     *access.Core
	url      string // the address that slips name
	register Register
}

// New makes the module; url is the public address that 账号通知单 names. Without a register accounts are linked to nobody.
func New(url string, register Register) *Module {
	return &Module{url: url, register: register}
}

// Bind gives the module the core, which is made after it.
func (m *Module) Bind(core *access.Core) { m.core = core }

// Module declares permissions, menu and routes.
func (m *Module) Module() access.Module {
	admin, officer, clerk := access.DistrictAdmin, access.DistrictOfficer, access.TownshipClerk
	get, post := http.MethodGet, http.MethodPost
	return access.Module{
		Name:  "account",
		Tasks: m.Tasks, Bind: m.Bind,
		Permissions: []access.Grantable{
			{Key: PermManage, Title: "管理账号", Roles: []access.Role{admin, officer, clerk, access.TownshipLeader}},
			{Key: PermSettings, Title: "登录设置", Roles: []access.Role{admin}},
			{Key: PermAudit, Title: "查看操作日志", Roles: []access.Role{access.Auditor, admin}},
			{Key: PermAdmins, Title: "区级管理员账号", Roles: []access.Role{access.PlatformAdmin}},
		},
		Menu: []access.MenuEntry{
			{Group: "系统管理", Title: "账号管理", Href: "/accounts", Need: PermManage, Order: 900},
			{Group: "系统管理", Title: "登录设置", Href: "/accounts/settings", Need: PermSettings, Order: 910},
			{Group: "系统管理", Title: "操作日志", Href: "/audit", Need: PermAudit, Order: 970},
		},
		Routes: []access.Route{
			{Method: get, Path: "/accounts", Need: PermManage, Do: m.list},
			{Method: get, Path: "/accounts/new", Need: PermManage, Do: m.newAccount},
			{Method: post, Path: "/accounts", Need: PermManage, Do: m.create},
			{Method: get, Path: "/accounts/bulk", Need: PermManage, Do: m.askBulk},
			{Method: post, Path: "/accounts/bulk", Need: PermManage, Do: m.bulk},
			{Method: post, Path: "/accounts/bulk/codes", Need: PermManage, Do: m.bulkCodes},
			{Method: post, Path: "/accounts/export", Need: PermManage, Do: m.export},
			{Method: get, Path: "/accounts/settings", Need: PermSettings, Do: m.showSettings},
			{Method: post, Path: "/accounts/settings", Need: PermSettings, Do: m.saveSettings},
			{Method: get, Path: "/accounts/{id}", Need: PermManage, Do: m.show},
			{Method: get, Path: "/accounts/{id}/edit", Need: PermManage, Do: m.edit},
			{Method: post, Path: "/accounts/{id}", Need: PermManage, Do: m.update},
			{Method: post, Path: "/accounts/{id}/reset", Need: PermManage, Do: m.reset},
			{Method: post, Path: "/accounts/{id}/unlock", Need: PermManage, Do: m.unlock},
			{Method: post, Path: "/accounts/{id}/disable", Need: PermManage, Do: m.disable},
			{Method: post, Path: "/accounts/{id}/grants", Need: PermManage, Do: m.lend},
			{Method: post, Path: "/accounts/{id}/roles", Need: PermManage, Do: m.addRole},
			{Method: post, Path: "/accounts/{id}/grants/{grant}/end", Need: PermManage, Do: m.endGrant},
			{Method: get, Path: "/accounts/{id}/handover", Need: PermManage, Do: m.askHandover},
			{Method: post, Path: "/accounts/{id}/handover", Need: PermManage, Do: m.handover},
			{Method: get, Path: "/districts/{id}/admins", Need: PermAdmins, Do: m.admins},
			{Method: post, Path: "/districts/{id}/admins", Need: PermAdmins, Do: m.createAdmin},
			{Method: post, Path: "/districts/{id}/admins/{account}/reset", Need: PermAdmins, Do: m.resetAdmin},
			{Method: get, Path: "/account", Need: access.Own, Do: m.own},
			{Method: post, Path: "/account/sessions", Need: access.Own, Do: m.endSessions},
			{Method: post, Path: "/account/sessions/{session}/end", Need: access.Own, Do: m.endSession},
			{Method: get, Path: "/account/password", Need: access.Own, Do: m.askPassword},
			{Method: post, Path: "/account/password", Need: access.Own, Do: m.changePassword},
			{Method: get, Path: "/account/totp", Need: access.Own, Do: m.askTOTP},
			{Method: post, Path: "/account/totp", Need: access.Own, Do: m.changeTOTP},
			{Method: get, Path: "/audit", Need: PermAudit, Do: m.audit},
			{Method: post, Path: "/audit/verify", Need: PermAudit, Do: m.verifyAudit},
			{Method: post, Path: "/audit/export", Need: PermAudit, Do: m.exportAudit},
		},
	}
}
