package duty

import (
	"slices"
	"strings"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/pg"
)

// The permissions of the module.
const (
	PermRead    access.Permission = "duty.read"    // rosters and boards of the own unit
	PermArrange access.Permission = "duty.arrange" // drafting, changing and publishing rosters

	PermOverview access.Permission = "duty.overview" // coverage and spot checks of a township or of the district
	PermCheck    access.Permission = "duty.check"    // recording and correcting the township's spot checks
	PermStandIn  access.Permission = "duty.stand_in" // naming somebody from outside the village (代班)
	PermSettings access.Permission = "duty.settings" // shifts, the public page
	PermPhone    access.Permission = "duty.phone"    // the duty phone on sheets
)

// Module is duty as the house mounts it.
type Module struct {
	Store Store
	sheet MonthSheet
	jobs  *job.Runner
	url   string // of the house, for links that are sent
	core  *access.Core
}

// New makes the module. positions are the codes of posts, the highest first; title names them; url is where the house stands.
func New(url string, positions []string, title Titler) *Module {
	return &Module{Store: Store{title: title, order: positions}, url: strings.TrimSuffix(url, "/")}
}

// Bind hands over the core, which opens links.
func (m *Module) Bind(core *access.Core) { m.core = core }

// Module declares permissions, menu and routes. Each sub-feature lists its own routes beside its handlers.
func (m *Module) Module() access.Module {
	var (
		admin, officer, leader, clerk, head = access.DistrictAdmin, access.DistrictOfficer, access.DistrictLeader, access.TownshipClerk, access.TownshipLeader
		secretary, scribe                   = access.VillageSecretary, access.VillageClerk
	)
	return access.Module{
		Name:  "duty",
		Tasks: m.Tasks,
		Permissions: []access.Grantable{
			{Key: PermRead, Title: "查看值班安排", Roles: []access.Role{admin, officer, leader, clerk, head, secretary, scribe}},
			{Key: PermArrange, Title: "排班、调整与发布", Roles: []access.Role{officer, clerk, secretary, scribe}},
			{Key: PermOverview, Title: "查看值班总览与抽查记录", Roles: []access.Role{admin, officer, leader, clerk, head}},
			{Key: PermCheck, Title: "登记值班抽查", Roles: []access.Role{clerk, head}},
			{Key: PermLedger, Title: "制作与核验值班台账", Roles: []access.Role{admin, officer, leader, clerk, head, secretary, scribe}},
			{Key: PermStandIn, Title: "指定代班", Roles: []access.Role{clerk}},
			{Key: PermSettings, Title: "值班设置", Roles: []access.Role{officer}},
			{Key: PermPhone, Title: "填写值班电话", Roles: []access.Role{clerk, secretary, scribe}},
		},
		Menu: []access.MenuEntry{
			{Group: "坐班值班", Title: "值班安排", Href: "/duty", Need: PermRead, Order: 300},
			{Group: "坐班值班", Title: "请假登记", Href: "/duty/leaves", Need: PermRead, Order: 310},
			{Group: "坐班值班", Title: "值班总览", Href: "/duty/overview", Need: PermOverview, Order: 315},
			{Group: "坐班值班", Title: "值班抽查", Href: roundPath, Need: PermCheck, Order: 320},
			{Group: "坐班值班", Title: "值班台账", Href: ledgersRoot, Need: PermLedger, Order: 330},
			{Group: "坐班值班", Title: "值班电话", Href: phonesPath, Need: PermPhone, Order: 340},
			{Group: "坐班值班", Title: "值班设置", Href: settingsPath, Need: PermSettings, Order: 350},
		},
		Person: m.PersonPanel, Village: m.VillagePanel,
		Hears: m.hears(), Public: m.publicRoutes(), Bind: m.Bind,
		Routes: slices.Concat(
			m.boardRoutes(), m.redraftRoutes(), m.rosterRoutes(),
			m.checkRoutes(), m.overviewRoutes(),
			m.leaveRoutes(), m.swapRoutes(), m.standInRoutes(), m.wishRoutes(), m.feedRoutes(),
			m.wallRoutes(), m.settingsRoutes(), m.phoneRoutes(), m.ledgerRoutes(), m.standRoutes(),
		),
		Sentences: pg.Sentences{
			"duty_assignments_person_key": "该同志当天已在其他村(社区)或其他班次值班,一天只能安排一次",
			"duty_assignments_pkey":       "值班表刚被其他人修改,请刷新后再操作",
			"duty_checks_moment_key":      "这个时间已登记过一次抽查,请刷新后再操作",
			"duty_leaves_overlap_excl":    "与已登记的请假重叠",
			"duty_swaps_open_key":         "这一天已有待确认的换班,请先撤回",
			"duty_rosters_month_key":      "这个月的值班表已经存在",
			"duty_rosters_phone_check":    "值班电话不超过30个字",
			"duty_phones_phone_check":     "值班电话不超过30个字",
			"duty_stands_person_key":      "该同志当天已补记在其他村(社区)值班",
			"duty_stands_place_key":       "这一班刚由其他人补记,请刷新后再操作",
			"duty_versions_pkey":          "值班表刚被其他人修改,请刷新后再操作",
		},
	}
}
