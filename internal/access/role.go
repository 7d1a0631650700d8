package access

import "touyan/internal/platform/pg"

// Role is a kind of user. What each may do stands in the modules' declarations.
type Role string

// The roles of the product.
const (
	PlatformAdmin    Role = "platform_admin"
	DistrictAdmin    Role = "district_admin"
	DistrictOfficer  Role = "district_officer"
	DistrictLeader   Role = "district_leader"
	DistrictFinance  Role = "district_finance"
	TownshipClerk    Role = "township_clerk"
	TownshipLeader   Role = "township_leader"
	TownshipFinance  Role = "township_finance"
	VillageSecretary Role = "village_secretary"
	VillageClerk     Role = "village_clerk"
	Auditor          Role = "auditor"
)

type roleFacts struct {
	level pg.Level
	title string
	idle  int // minutes until log-out without use; the district may set another
	stay  int // days for 本机保持登录; 0: not offered
}

var roles = map[Role]roleFacts{
	PlatformAdmin:    {pg.Platform, "平台管理员", 15, 0},
	DistrictAdmin:    {pg.District, "区级管理员", 15, 0},
	DistrictOfficer:  {pg.District, "区委组织部干部", 30, 0},
	DistrictLeader:   {pg.District, "区委组织部分管领导", 30, 0},
	DistrictFinance:  {pg.District, "区财政局人员", 30, 0},
	TownshipClerk:    {pg.Township, "乡镇组织干事", 30, 0},
	TownshipLeader:   {pg.Township, "乡镇组织委员", 30, 0},
	TownshipFinance:  {pg.Township, "乡镇财政所人员", 30, 0},
	VillageSecretary: {pg.Village, "村党组织书记", 60 * 24, 30},
	VillageClerk:     {pg.Village, "村文书", 60 * 24, 30},
	Auditor:          {pg.District, "安全审计员", 15, 0},
}

// Roles lists every role, from the platform down.
func Roles() []Role {
	return []Role{PlatformAdmin, DistrictAdmin, DistrictOfficer, DistrictLeader, DistrictFinance, Auditor,
		TownshipClerk, TownshipLeader, TownshipFinance, VillageSecretary, VillageClerk}
}

// Level is how deep a holder of the role sees.
func (r Role) Level() pg.Level { return roles[r].level }

// Title is the role's name on the screen.
func (r Role) Title() string { return roles[r].title }

// Known reports whether r is one of the product's roles.
func (r Role) Known() bool { _, ok := roles[r]; return ok }
