package cadre

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/crypt"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// The permissions of the register.
const (
	PermRead   access.Permission = "cadre.read"
	PermWrite  access.Permission = "cadre.write"
	PermReveal access.Permission = "cadre.reveal"
	PermExport access.Permission = "cadre.export"
	// PermForm lets a user take forms of appointment (任免审批表) out or print them; they show an ID number in clear.
	PermForm access.Permission = "cadre.form"
	// PermImport lets a user bring rosters, whole files and forms of appointment into the register.
	PermImport access.Permission = "cadre.import"
	PermMerge  access.Permission = "cadre.merge"
	// PermChange lets a user read the requests to correct key fields (更正申请); who raises one needs PermWrite.
	PermChange access.Permission = "cadre.change"
	PermCheck  access.Permission = "cadre.check"
	PermDecide access.Permission = "cadre.decide"
	// PermTrace lets the auditor ask who saw or took away what belongs to a person; numbers stay masked.
	PermTrace access.Permission = "cadre.trace"
	// PermTransfer lets a user ask for a person of another unit, and answer such requests to the own one.
	PermTransfer access.Permission = "cadre.transfer"
)

// Results tells what the assessment knows of a person.
type Results interface {
	// HasResults reports whether the person stands on any sheet, which forbids voiding the file.
	HasResults(ctx context.Context, tx *access.Tx, person int64) (bool, error)
	// FinalSince reports whether a month with the person was published since and has become final, which forbids taking
	// a merge of files back.
	FinalSince(ctx context.Context, tx *access.Tx, person int64, since time.Time) (bool, error)
}

// Module is the register as the house mounts it.
type Module struct {
	Store   Store
	jobs    *job.Runner
	results Results
}

// New makes the module and registers its background work.
func New(keys *crypt.Keys, jobs *job.Runner, results Results) *Module {
	m := &Module{Store: Store{keys}, jobs: jobs, results: results}
	jobs.Register("cadre.export", m.workExport)
	jobs.Register("cadre.export.file", m.workBook)
	jobs.Register("cadre.forms", m.workForms)
	jobs.Register("cadre.forms.import", m.workFormsImport)
	return m
}

// Module declares permissions, menu and routes.
func (m *Module) Module() access.Module {
	admin, officer, leader, clerk, head := access.DistrictAdmin, access.DistrictOfficer, access.DistrictLeader, access.TownshipClerk, access.TownshipLeader
	return access.Module{
		Name:   "cadre",
		Tasks:  m.Tasks,
		Sealed: sealedColumns,
		Permissions: append([]access.Grantable{
			{Key: PermRead, Title: "查看花名册", Roles: []access.Role{admin, officer, leader, access.DistrictFinance, clerk, head, access.TownshipFinance}},
			{Key: PermWrite, Title: "维护花名册", Roles: []access.Role{officer, clerk}},
			{Key: PermReveal, Title: "查看完整信息", Roles: []access.Role{officer, clerk, head}},
			{Key: PermExport, Title: "导出花名册", Roles: []access.Role{officer, clerk, head}},
			{Key: PermForm, Title: "导出任免审批表", Roles: []access.Role{officer, clerk, head}},
			{Key: PermImport, Title: "批量导入花名册", Roles: []access.Role{officer, clerk}},
			{Key: PermChange, Title: "查看更正申请", Roles: []access.Role{officer, leader, clerk, head}},
			{Key: PermCheck, Title: "核对更正申请", Roles: []access.Role{head}},
			{Key: PermDecide, Title: "审批更正申请", Roles: []access.Role{officer, leader}},
			{Key: PermTrace, Title: "查询谁看过、导出过", Roles: []access.Role{access.Auditor, admin}},
			{Key: PermTransfer, Title: "调入调出", Roles: []access.Role{officer, clerk}},
			{Key: PermMerge, Title: "疑似重复人员", Roles: []access.Role{officer}},
		}, electionPermissions()...),
		Menu: []access.MenuEntry{
			{Group: "干部管理", Title: "花名册", Href: "/cadres", Need: PermRead, Order: 100},
			{Group: "干部管理", Title: "更正申请", Href: "/changes", Need: PermChange, Order: 105},
			{Group: "干部管理", Title: "调入调出", Href: "/transfers", Need: PermTransfer, Order: 110},
			{Group: "系统管理", Title: "谁看过、导出过", Href: "/audit/people", Need: PermTrace, Order: 971},
			{Group: "干部管理", Title: "疑似重复", Href: "/cadres/duplicates", Need: PermMerge, Order: 120},
			{Group: "干部管理", Title: "换届任免", Href: "/elections", Need: PermElection, Order: 130},
		},
		Sentences: pg.Sentences{
			"persons_id_index_key":                "该身份证号已登记,请发起调入申请",
			"persons_name_check":                  "姓名应为2到25个字",
			"persons_sex_check":                   "性别与身份证号不一致",
			"persons_died_check":                  "去世日期早于出生日期",
			"appointments_overlap_excl":           "该同志在这个村(社区)的同一职务上任期重叠,请先结束原任职",
			"appointments_seat_excl":              "村(社区)的书记、主任和监委会主任同一时间各只有一人,这段时间已经登记了别人。没有写入任何内容,请刷新核对后再办",
			"appointments_during_check":           "任职起止日期不正确",
			"appointments_way_out_check":          "离任时必须选择离任方式",
			"yearly_grades_year_key":              "该年度的考核等次已登记,请修改原来那一条",
			"representative_roles_township_check": "乡镇(街道)不设政协,请核对级别",
			"change_requests_open_key":            "该同志的这一项已有一份未办结的更正申请,请先办结或撤回",
			"persons_party_full_check":            "转正时间早于入党时间,请先在“修改信息”中核对转正时间",
			"transfer_requests_open_key":          "该同志已有一份待办的调入申请",
			"election_rounds_name_key":            "已有同名的一轮换届",
			"saved_filters_name_key":              "已有同名的常用筛选",
			"saved_filters_name_check":            "筛选名称应为1到30字",
		},
		Routes: append([]access.Route{
			{Method: http.MethodGet, Path: "/cadres", Need: PermRead, Do: m.list},
			{Method: http.MethodGet, Path: "/cadres/print", Need: PermRead, Do: m.printList},
			{Method: http.MethodGet, Path: "/cadres/export", Need: PermExport, Do: m.askExport},
			{Method: http.MethodPost, Path: "/cadres/export", Need: PermExport, Do: m.export},
			{Method: http.MethodGet, Path: "/cadres/export/file", Need: PermExport, Do: m.askBook},
			{Method: http.MethodPost, Path: "/cadres/export/file", Need: PermExport, Do: m.exportBook},
			{Method: http.MethodGet, Path: "/cadres/new", Need: PermWrite, Do: m.newPerson},
			{Method: http.MethodPost, Path: "/cadres", Need: PermWrite, Do: m.create},
			{Method: http.MethodGet, Path: "/cadres/{id}", Need: PermRead, Do: m.show},
			{Method: http.MethodGet, Path: "/cadres/{id}/edit", Need: PermWrite, Do: m.edit},
			{Method: http.MethodPost, Path: "/cadres/{id}", Need: PermWrite, Do: m.update},
			{Method: http.MethodPost, Path: "/cadres/{id}/reveal", Need: PermReveal, Do: m.reveal},
			{Method: http.MethodPost, Path: "/cadres/{id}/void", Need: PermWrite, Do: m.void},
			{Method: http.MethodPost, Path: "/cadres/{id}/history", Need: PermRead, Do: m.history},
			{Method: http.MethodPost, Path: "/cadres/{id}/village", Need: PermWrite, Do: m.move},
			{Method: http.MethodPost, Path: "/cadres/{id}/death", Need: PermWrite, Do: m.die},
			{Method: http.MethodPost, Path: "/cadres/{id}/death/undo", Need: PermWrite, Do: m.revive},
			{Method: http.MethodPost, Path: "/cadres/{id}/posts", Need: PermWrite, Do: m.appoint},
			{Method: http.MethodPost, Path: "/cadres/{id}/promote", Need: PermWrite, Do: m.promote},
			{Method: http.MethodPost, Path: "/cadres/{id}/posts/{post}/end", Need: PermWrite, Do: m.leave},
			{Method: http.MethodGet, Path: "/cadres/{id}/posts/{post}", Need: PermWrite, Do: m.editPost},
			{Method: http.MethodPost, Path: "/cadres/{id}/posts/{post}", Need: PermWrite, Do: m.correctPost},
			{Method: http.MethodPost, Path: "/cadres/{id}/posts/{post}/remove", Need: PermWrite, Do: m.removePost},
			{Method: http.MethodPost, Path: "/cadres/filters", Need: PermRead, Do: m.saveFilter},
			{Method: http.MethodPost, Path: "/cadres/filters/{id}/delete", Need: PermRead, Do: m.deleteFilter},
		}, slices.Concat(m.sectionRoutes(), m.approvalRoutes(), m.transferRoutes(), m.duplicateRoutes(), m.attachmentRoutes(), m.changeRoutes(), m.traceRoutes(),
			m.electionRoutes(), m.electionBookRoutes())...),
	}
}

var listCrumbs = []ui.Crumb{{Title: "花名册", Href: "/cadres"}}

func personPath(id int64) string { return "/cadres/" + strconv.FormatInt(id, 10) }

func postPath(person, post int64) string {
	return personPath(person) + "/posts/" + strconv.FormatInt(post, 10)
}
