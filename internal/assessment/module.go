package assessment

import (
	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/pg"
)

// The permissions of the module.
const (
	PermRead     access.Permission = "assessment.read"     // the board and the sheets of the own unit
	PermOpen     access.Permission = "assessment.open"     // opening and reopening months
	PermEnter    access.Permission = "assessment.enter"    // entering scores
	PermApprove  access.Permission = "assessment.approve"  // the township's review
	PermFile     access.Permission = "assessment.file"     // the district's review and publication
	PermConfirm  access.Permission = "assessment.confirm"  // the department leader's confirmation of a publication
	PermNotice   access.Permission = "assessment.notice"   // posting dates, objections on behalf of a villager
	PermAnswer   access.Permission = "assessment.answer"   // answering objections
	PermScheme   access.Permission = "assessment.scheme"   // schemes and settings
	PermPay      access.Permission = "assessment.pay"      // 绩效核算表
	PermCheckPay access.Permission = "assessment.checkpay" // comparing final months with the register
	PermVillage  access.Permission = "assessment.village"  // the village's own results and objection
)

// Module is the monthly assessment as the house mounts it.
type Module struct {
	Store Store
	title Titler
	jobs  *job.Runner
	core  *access.Core
}

// New makes the module. title names posts, which the register owns.
func New(title Titler) *Module { return &Module{title: title} }

// Module declares permissions, menu and routes. Each sub-feature lists its own routes beside its handlers.
func (m *Module) Module() access.Module {
	var (
		admin, officer, leader, finance = access.DistrictAdmin, access.DistrictOfficer, access.DistrictLeader, access.DistrictFinance
		clerk, head, purse              = access.TownshipClerk, access.TownshipLeader, access.TownshipFinance
	)
	routes := [][]access.Route{m.boardRoutes(), m.publishRoutes(), m.schemeRoutes(), m.entryRoutes(), m.reviewRoutes(), m.noticeRoutes(), m.payRoutes()}
	mod := access.Module{
		Name:  "assessment",
		Tasks: m.Tasks, Bind: m.Bind,
		Person: m.PersonPanel,
		Permissions: []access.Grantable{
			{Key: PermRead, Title: "查看月考评", Roles: []access.Role{admin, officer, leader, clerk, head}},
			{Key: PermOpen, Title: "开启、重新开启月份", Roles: []access.Role{officer}},
			{Key: PermEnter, Title: "填报月考评", Roles: []access.Role{clerk}},
			{Key: PermApprove, Title: "乡镇审核", Roles: []access.Role{head}},
			{Key: PermFile, Title: "备案审核、发布公示", Roles: []access.Role{officer}},
			{Key: PermConfirm, Title: "确认发布", Roles: []access.Role{leader}},
			{Key: PermNotice, Title: "公示张贴、代录异议", Roles: []access.Role{clerk}},
			{Key: PermAnswer, Title: "答复异议", Roles: answerRoles},
			{Key: PermScheme, Title: "考评方案与设置", Roles: []access.Role{officer}},
			{Key: PermPay, Title: "绩效核算表", Roles: []access.Role{officer, leader, finance, clerk, head, purse}},
			{Key: PermCheckPay, Title: "核对以前月份绩效差额", Roles: []access.Role{officer, clerk}},
			{Key: PermVillage, Title: "本村考评结果与异议", Roles: []access.Role{access.VillageSecretary, access.VillageClerk}},
		},
		Menu: []access.MenuEntry{
			{Group: "月考评", Title: "月考评总览", Href: "/assessment", Need: PermRead, Order: 200},
			{Group: "月考评", Title: "绩效核算表", Href: "/assessment/pay", Need: PermPay, Order: 210},
			{Group: "月考评", Title: "考评方案", Href: "/assessment/schemes", Need: PermScheme, Order: 220},
		},
		Sentences: pg.Sentences{
			"assessment_months_pkey":              "这个月份已经开启,没有重复开启",
			"assessment_schemes_effective_key":    "这个生效月份已有启用的考评方案,请换一个生效月份",
			"assessment_rows_person_key":          "该同志当月已在考评表中",
			"assessment_objections_content_check": "异议内容应为2到1000字",
			"assessment_postings_dates_check":     "公示截止日期不能早于张贴日期",
			"assessment_publications_number_key":  "同时有人在发布,请刷新后查看",
			"assessment_proposals_origin_key":     "这项拟扣分已经提出过",
		},
	}
	for _, r := range routes {
		mod.Routes = append(mod.Routes, r...)
	}
	return mod
}
