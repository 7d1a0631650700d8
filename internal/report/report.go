// Package report answers questions about the register as a whole: structure figures (统计查询) at any day and at two days
// side by side, figures that were published and stay as they were, questions put together from conditions (即时查询), the
// superior's own tables filled in (按上级表样填报), ready lists, and 工作综述.
//
// It owns the published figures (report_publications) and nothing else. Every figure is counted from facts: one row per
// person, or per post, who belongs to a 统计口径 on a day. A figure and the named rows behind it are the same facts under the
// same condition, so they cannot differ.
package report

import (
	"strconv"
	"strings"
	"time"

	"touyan/internal/cadre"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/month"
)

// Caliber is a 统计口径: whose posts count.
type Caliber struct {
	Code  string
	Title string
	Note  string   // which posts are meant
	posts []string // codes; none: every post of a village cadre
	paid  bool     // only posts that carry pay
}

// residents are the posts of 驻村干部.
var residents = []string{"first_secretary", "resident_team_leader", "resident_team_member"}

// calibers in the order in which pages offer them; the first is the default.
var calibers = []Caliber{
	{Code: "secretary", Title: "村党组织书记", Note: "任村(社区)党组织书记的", posts: []string{"party_secretary"}},
	{Code: "committee", Title: "村“两委”成员", Note: "党组织书记、副书记、支委,村(居)委会主任、副主任、委员",
		posts: []string{"party_secretary", "party_deputy_secretary", "party_committee_member", "village_director", "vc_deputy_director", "vc_member"}},
	{Code: "paid", Title: "在职领取报酬的村(社区)干部", Note: "至少一个职务领取报酬的,不含驻村干部", paid: true},
	{Code: "supervision", Title: "村务监督委员会成员", Note: "村(居)务监督委员会主任、委员", posts: []string{"supervision_director", "supervision_member"}},
	{Code: "resident", Title: "驻村帮扶干部", Note: "驻村第一书记、工作队队长、队员", posts: residents},
}

// everyone is the caliber of questions that name posts themselves.
var everyone = Caliber{Code: "all", Title: "村(社区)干部", Note: "担任任何职务的,不含驻村干部"}

// caliberOf finds a caliber; what is unknown means the first.
func caliberOf(code string) Caliber {
	for _, c := range calibers {
		if c.Code == code {
			return c
		}
	}
	return calibers[0]
}

// rank orders the codes of posts, the highest first.
var rank = func() map[string]int {
	m := map[string]int{}
	for i, code := range cadre.PositionOrder() {
		m[code] = i
	}
	return m
}()

// Fact is one person of a caliber on a day, with the posts of the caliber that he holds; or one post, where posts are counted.
//
// A person counts in the unit of his highest post, so that units add up. What his file says is unknown where the file is
// kept elsewhere: somebody who served here then and has been transferred since.
type Fact struct {
	PersonID     int64
	Name         string
	Sex          string
	TownshipID   int64
	VillageID    int64
	TownshipName string
	VillageName  string
	TownshipCode string
	VillageCode  string
	Community    bool
	Posts        []string // the highest first
	Managed      []string
	Paid         bool
	Dual         bool      // secretary and director of one village (一肩挑), whatever posts the caliber counts; filled in where it is asked for
	Since        time.Time // the first day in the highest of the posts
	ContractEnd  *time.Time
	File         bool // the file is in scope
	Birth        time.Time
	Ethnic       string
	Political    string
	Education    string
	PartyJoin    *time.Time
	PartyFull    *time.Time
	Origins      []string

	// Counted on the day of the facts; -1 is unknown.
	Age, PartyYears, PostYears int

	// What the measures ask again and again.
	rank                                       int // of the highest post
	level                                      codelist.Level
	educated, ethnicKnown, political, isMember bool
}

// Title says the posts as they are said.
func (f *Fact) Title() string {
	words := make([]string, len(f.Posts))
	for i, code := range f.Posts {
		words[i] = cadre.PositionTitle(code, f.Community)
	}
	return strings.Join(words, "、")
}

// Management is the management type of the posts: what is not ordinary counts.
func (f *Fact) Management() string {
	for _, m := range f.Managed {
		if m != "ordinary" {
			return m
		}
	}
	return "ordinary"
}

// count fills in what depends on the day. Party years run from the day of full membership; where the file has only the day of
// admission, from one year later (the probation).
func (f *Fact) count(on time.Time) {
	f.Age, f.PartyYears = -1, -1
	if f.File {
		f.Age = cadre.Age(f.Birth, on)
		f.level, f.educated = codelist.LevelOf(f.Education), codelist.Education().Has(f.Education)
		f.ethnicKnown, f.political = codelist.Ethnic().Has(f.Ethnic), codelist.Political().Has(f.Political)
		f.isMember = f.political && codelist.IsPartyMember(f.Political)
	}
	switch {
	case f.PartyFull != nil:
		f.PartyYears = years(*f.PartyFull, on)
	case f.PartyJoin != nil:
		f.PartyYears = years(f.PartyJoin.AddDate(1, 0, 0), on)
	}
	f.PostYears = years(f.Since, on)
}

// years are the full years between two days, never fewer than none.
func years(from, on time.Time) int {
	n := on.Year() - from.Year()
	if on.Month() < from.Month() || on.Month() == from.Month() && on.Day() < from.Day() {
		n--
	}
	return max(n, 0)
}

// bornFrom is the first month of birth of those who are at most so old on a day; bornUntil the last of those who are at least
// so old. An age counts by the month of birth.
func bornFrom(age int, on time.Time) month.Month { return month.Of(on).Add(-12*(age+1) + 1) }

func bornUntil(age int, on time.Time) month.Month { return month.Of(on).Add(-12 * age) }

// Ratio is a number of those who are meant among those who could be.
type Ratio struct{ N, Of int }

// Percent says it with one decimal, rounded half up; — where nobody could be.
func (r Ratio) Percent() string {
	if r.Of == 0 {
		return "—"
	}
	return tenths(r.N*1000, r.Of) + "%"
}

// Fraction says numerator and denominator.
func (r Ratio) Fraction() string { return strconv.Itoa(r.N) + "/" + strconv.Itoa(r.Of) }

// tenthsOf divides a number that is ten times too large, rounded half up.
func tenthsOf(n, by int) int { return (2*n + by) / (2 * by) }

// tenths is tenthsOf with its decimal point.
func tenths(n, by int) string {
	t := tenthsOf(n, by)
	return strconv.Itoa(t/10) + "." + strconv.Itoa(t%10)
}

// mean says the mean of a sum over so many with one decimal.
func mean(sum, n int) string {
	if n == 0 {
		return "—"
	}
	return tenths(sum*10, n)
}
