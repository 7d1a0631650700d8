// Package cadre owns the register (花名册) of village and community cadres: persons, their appointments as dated ranges,
// transfers between units, possible duplicates and their merging, and the import and export of rosters.
//
// A person exists once per district and has one file-keeping unit, which scopes the file. Appointments keep the unit in
// which they happened, with name and sex as they were, so that a transfer moves the person and not the history.
// Fields follow GB 11643 (ID number), GB/T 2261, 3304, 4762 and 4658 (codes).
package cadre

import (
	"strings"
	"time"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
	"touyan/web/ui"
)

// Position is a post with its words in a village and in a community.
type Position struct {
	Code      string
	Village   string
	Community string
	Body      string // party, committee, supervision, staff, mass, resident
}

// positions in the order in which a person's posts are named.
var positions = []Position{
	{"party_secretary", "村党组织书记", "社区党组织书记", "party"},
	{"village_director", "村委会主任", "居委会主任", "committee"},
	{"party_deputy_secretary", "副书记", "副书记", "party"},
	{"vc_deputy_director", "村委会副主任", "居委会副主任", "committee"},
	{"supervision_director", "村务监督委员会主任", "居务监督委员会主任", "supervision"},
	{"party_committee_member", "支委", "支委", "party"},
	{"vc_member", "村委会委员", "居委会委员", "committee"},
	{"supervision_member", "村务监督委员会委员", "居务监督委员会委员", "supervision"},
	{"clerk", "村文书", "社区文书", "staff"},
	{"womens_federation_chair", "妇联主席", "妇联主席", "mass"},
	{"youth_league_secretary", "团支部书记", "团支部书记", "mass"},
	{"militia_commander", "民兵连长", "民兵连长", "mass"},
	{"coop_chair", "集体经济组织理事长", "集体经济组织理事长", "staff"},
	{"grid_worker", "网格员", "网格员", "staff"},
	{"group_leader", "村民小组长", "居民小组长", "staff"},
	{"village_assistant", "村主任助理", "社区主任助理", "staff"},
	{"first_secretary", "驻村第一书记", "驻社区第一书记", "resident"},
	{"resident_team_leader", "驻村工作队队长", "驻社区工作队队长", "resident"},
	{"resident_team_member", "驻村工作队队员", "驻社区工作队队员", "resident"},
}

// PositionOrder lists the codes of posts, the highest first.
func PositionOrder() []string {
	codes := make([]string, len(positions))
	for i, p := range positions {
		codes[i] = p.Code
	}
	return codes
}

// PositionTitle names a post as it is said in a village or a community.
func PositionTitle(code string, community bool) string {
	for _, p := range positions {
		if p.Code == code {
			if community {
				return p.Community
			}
			return p.Village
		}
	}
	return code
}

// Word is a code with its name on the screen.
type Word struct{ Code, Title string }

// WaysIn are the ways into a post.
var WaysIn = []Word{{"election", "换届选举"}, {"by_election", "补选"}, {"appointed", "上级任命或委派"}, {"recruited", "公开选聘"}, {"dispatched", "选派"}}

// WaysOut are the ways out of a post; deceased ends every post and takes the person off every list.
var WaysOut = []Word{{"term_end", "届满"}, {"resigned", "辞职"}, {"removed", "免职"}, {"recalled", "罢免"}, {"terminated", "自行终止"},
	{"promoted", "提拔"}, {"transferred", "调离"}, {"retired", "退出"}, {"deceased", "去世"}, {"dismissed", "违纪违法"}}

// Managements are the management types of a post.
var Managements = []Word{{"ordinary", "普通"}, {"professional", "专业化管理"}, {"college_graduate_official", "大学生村官"},
	{"one_village_one_graduate", "一村一名大学生"}, {"dispatched", "选派"}}

// PaySchemes say who pays.
var PaySchemes = []Word{{"village", "村级报酬"}, {"institution", "事业单位工资"}, {"sending_unit", "派出单位"}, {"none", "不领取报酬"}}

func wordOf(list []Word, code string) string {
	for _, w := range list {
		if w.Code == code {
			return w.Title
		}
	}
	return code
}

func has(list []Word, code string) bool { return wordOf(list, code) != code || code == "" }

// Age is in full years on a day, by the month of birth, as personnel files count it.
func Age(birth, on time.Time) int {
	n := on.Year() - birth.Year()
	if on.Month() < birth.Month() {
		n--
	}
	return n
}

// PersonForm is a person's fields as typed.
type PersonForm struct {
	Name       string `form:"name"`
	FormerName string `form:"former_name"`
	IDNumber   string `form:"id_number"`
	Ethnic     string `form:"ethnic"`
	Political  string `form:"political"`
	Education  string `form:"education"`
	PartyJoin  string `form:"party_join"` // 2006-07
	Phone      string `form:"phone"`
	Village    int64  `form:"village"`
	Version    int    `form:"version"`
	FileForm
}

// fields are a person's values, checked.
type fields struct {
	Name, FormerName string
	ID               idcard.Card // zero where an edit leaves the number as it is
	Ethnic           string
	Political        string
	Education        string
	PartyJoin        *time.Time
	Phone            string
	Details          Details
}

// check reads the form. A new person (born is nil) must have a number, which says when he was born; an edit leaves it alone.
func (f PersonForm) check(today time.Time, born *time.Time) (fields, []ui.Problem) {
	out := fields{Name: TidyName(f.Name), FormerName: TidyName(f.FormerName), Ethnic: f.Ethnic, Political: f.Political, Education: f.Education}
	var problems []ui.Problem
	bad := func(field string, err error) {
		problems = append(problems, ui.Problem{Field: field, Sentence: fault.Of(err).Sentence})
	}
	if err := CheckName(out.Name); err != nil {
		bad("name", err)
	}
	var err error
	if born == nil {
		if out.ID, err = idcard.Parse(f.IDNumber, today); err != nil {
			bad("id_number", err)
		} else {
			born = &out.ID.Birth
		}
	}
	if out.FormerName != "" {
		if err := CheckName(out.FormerName); err != nil {
			bad("former_name", err)
		}
	}
	for _, l := range []struct {
		field, code string
		list        *codelist.List
	}{{"ethnic", f.Ethnic, codelist.Ethnic()}, {"political", f.Political, codelist.Political()}, {"education", f.Education, codelist.Education()}} {
		if !l.list.Has(l.code) {
			bad(l.field, fault.Invalid("请选择%s", l.list.Title()))
		}
	}
	if s := strings.TrimSpace(f.PartyJoin); s != "" {
		t, err := time.Parse("2006-01", s)
		if err != nil {
			bad("party_join", fault.Invalid("入党时间应写成 2006-07 的形式"))
		} else {
			out.PartyJoin = &t
		}
	}
	if out.PartyJoin != nil && born != nil && out.PartyJoin.Before(born.AddDate(18, 0, -31)) {
		bad("party_join", fault.Invalid("入党时间早于年满18周岁"))
	}
	if out.PartyJoin != nil && out.PartyJoin.After(today) {
		bad("party_join", fault.Invalid("入党时间在今天之后"))
	}
	if out.Phone, err = contact.ParsePhone(f.Phone); strings.TrimSpace(f.Phone) != "" && err != nil {
		bad("phone", err)
	}
	var more []ui.Problem
	out.Details, more = f.FileForm.check(today, born, out.PartyJoin)
	return out, append(problems, more...)
}

// keepKeys puts the key fields of a file that have a value back into the form, since its page does not send them, and
// refuses another value: a key field changes by a request with evidence.
func (f *PersonForm) keepKeys(p Person, d Details) (problems []ui.Problem) {
	for _, k := range []struct {
		field, label, is string
		typed            *string
	}{{"education", "最高学历", p.Education, &f.Education}, {"party_join", "入党时间", monthText(p.PartyJoin), &f.PartyJoin}} {
		if k.is == "" {
			continue
		}
		if typed := strings.TrimSpace(*k.typed); typed != "" && typed != k.is {
			problems = append(problems, ui.Problem{Field: k.field, Sentence: k.label + "已登记,请附依据申请更正"})
			continue
		}
		*k.typed = k.is
	}
	if len(d.BankCipher) > 0 && strings.TrimSpace(f.BankCard) != "" {
		problems = append(problems, ui.Problem{Field: "bank_card", Sentence: "银行卡已登记,请附依据申请更正"})
	}
	return problems
}
