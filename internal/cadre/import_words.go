package cadre

import (
	"slices"
	"strings"

	"touyan/internal/platform/xlsx"
)

// positionWords are the words in which rosters write a post, the longer ones first where one contains another.
var positionWords = []struct{ word, code string }{
	{"驻村第一书记", "first_secretary"}, {"驻社区第一书记", "first_secretary"}, {"第一书记", "first_secretary"},
	{"驻村工作队队长", "resident_team_leader"}, {"工作队队长", "resident_team_leader"}, {"驻村队长", "resident_team_leader"},
	{"驻村工作队队员", "resident_team_member"}, {"工作队队员", "resident_team_member"}, {"驻村队员", "resident_team_member"},
	{"党支部副书记", "party_deputy_secretary"}, {"党总支副书记", "party_deputy_secretary"}, {"党委副书记", "party_deputy_secretary"},
	{"村党组织副书记", "party_deputy_secretary"}, {"党组织副书记", "party_deputy_secretary"}, {"副书记", "party_deputy_secretary"},
	{"团支部书记", "youth_league_secretary"}, {"团支书", "youth_league_secretary"},
	{"党组织书记", "party_secretary"}, {"党支部书记", "party_secretary"}, {"党总支书记", "party_secretary"}, {"党委书记", "party_secretary"},
	{"支书", "party_secretary"}, {"书记", "party_secretary"},
	{"村务监督委员会主任", "supervision_director"}, {"居务监督委员会主任", "supervision_director"}, {"监委会主任", "supervision_director"}, {"监督委员会主任", "supervision_director"},
	{"村务监督委员会委员", "supervision_member"}, {"居务监督委员会委员", "supervision_member"}, {"监委会委员", "supervision_member"}, {"监督委员会委员", "supervision_member"},
	{"妇联主席", "womens_federation_chair"}, {"妇联主任", "womens_federation_chair"},
	{"民兵连长", "militia_commander"},
	{"合作社理事长", "coop_chair"}, {"理事长", "coop_chair"},
	{"网格员", "grid_worker"},
	{"村民小组长", "group_leader"}, {"小组长", "group_leader"},
	{"村委会副主任", "vc_deputy_director"}, {"居委会副主任", "vc_deputy_director"}, {"副主任", "vc_deputy_director"},
	{"村委会主任", "village_director"}, {"居委会主任", "village_director"}, {"社区主任", "village_director"}, {"主任", "village_director"},
	{"党支部委员", "party_committee_member"}, {"党总支委员", "party_committee_member"}, {"组织委员", "party_committee_member"},
	{"宣传委员", "party_committee_member"}, {"纪检委员", "party_committee_member"}, {"支委委员", "party_committee_member"}, {"支委", "party_committee_member"},
	{"村委会委员", "vc_member"}, {"居委会委员", "vc_member"}, {"村委委员", "vc_member"}, {"居委委员", "vc_member"}, {"委员", "vc_member"},
	{"村文书", "clerk"}, {"文书", "clerk"}, {"会计", "clerk"}, {"报账员", "clerk"},
}

// ParsePositions reads 村党支部书记、村委会主任 and 书记兼主任 into codes, and gives back the words it does not know.
func ParsePositions(text string) (codes, unknown []string) {
	split := func(r rune) bool { return strings.ContainsRune("、,,;;/兼 和及\n", r) }
	for _, part := range strings.FieldsFunc(text, split) {
		if strings.Contains(part, "一肩挑") {
			codes = append(codes, "party_secretary", "village_director")
			continue
		}
		code := ""
		for _, w := range positionWords {
			if strings.HasSuffix(part, w.word) {
				code = w.code
				break
			}
		}
		if code == "" {
			unknown = append(unknown, part)
			continue
		}
		codes = append(codes, code)
	}
	return unique(codes), unknown
}

func unique(list []string) []string {
	seen := map[string]bool{}
	out := list[:0]
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// WayInOf reads how somebody came into a post; an empty cell means by election, as most did.
func WayInOf(text string) string {
	for _, w := range []struct{ word, code string }{
		{"补选", "by_election"}, {"选举", "election"}, {"换届", "election"}, {"公开选聘", "recruited"}, {"选聘", "recruited"}, {"招聘", "recruited"},
		{"选派", "dispatched"}, {"任命", "appointed"}, {"委派", "appointed"},
	} {
		if strings.Contains(text, w.word) {
			return w.code
		}
	}
	if strings.TrimSpace(text) == "" {
		return "election"
	}
	return ""
}

// ManagementOf reads a management type; empty if it is not known.
func ManagementOf(text string) string {
	for _, w := range []struct{ word, code string }{{"专业化", "professional"}, {"村官", "college_graduate_official"},
		{"一村一名", "one_village_one_graduate"}, {"选派", "dispatched"}, {"普通", "ordinary"}} {
		if strings.Contains(text, w.word) {
			return w.code
		}
	}
	return ""
}

// resident are the posts of 驻村干部, whose pay stays at the sending unit.
var resident = map[string]bool{"first_secretary": true, "resident_team_leader": true, "resident_team_member": true}

// RosterColumns are the columns of a 花名册 with the titles under which tables write them.
func RosterColumns() []xlsx.Column { return slices.Clone(roster.Columns) }
