package app_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// What follows counts the register a second time, from raw rows and with rules of its own: nothing here calls the program.

// rawPost is a row of appointments with the codes of its unit.
type rawPost struct {
	Person                         int64
	Position, Managed              string
	Paid                           bool
	From                           time.Time
	To                             *time.Time
	Township, Village, VillageName string
	TownshipName                   string
}

// rawPerson is a row of persons.
type rawPerson struct {
	ID                                int64
	Sex, Ethnic, Political, Education string
	Birth                             time.Time
	Joined, Full                      *time.Time
	Origins                           []string
	Gone                              bool // voided or merged
	Died                              *time.Time
}

// rawAct is a commendation, a promotion or a seat.
type rawAct struct {
	Person int64
	Kind   string
	From   time.Time
	To     *time.Time
}

// raw is the register of one district as its tables hold it.
type raw struct {
	posts   []rawPost
	persons map[int64]rawPerson
	acts    []rawAct
	seats   []rawAct
}

func readRaw[T any](t *testing.T, c *pgx.Conn, sql string) []T {
	t.Helper()
	rows, err := c.Query(context.Background(), sql)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func rawRegister(t *testing.T, c *pgx.Conn) *raw {
	t.Helper()
	const district = ` where x.tenant_id = (select id from tenants where code = '621202') `
	r := &raw{persons: map[int64]rawPerson{}}
	r.posts = readRaw[rawPost](t, c, `select x.person_id, x.position_code, x.management_type, x.is_paid, lower(x.during), upper(x.during), t.code, v.code, v.name, t.name
		from appointments x join townships t on t.id = x.township_id join villages v on v.id = x.village_id`+district)
	for _, p := range readRaw[rawPerson](t, c, `select x.id, x.sex, x.ethnic, x.political, x.education, x.birth_date, x.party_join_date, x.party_full_date, x.origins,
		x.voided_at is not null or x.merged_into is not null, x.died_on from persons x`+district) {
		r.persons[p.ID] = p
	}
	r.acts = readRaw[rawAct](t, c, `select x.person_id, x.kind, x.awarded_on, null::date from awards x`+district+`union all
		select x.person_id, x.kind, x.promoted_on, null from promotions x`+district)
	r.seats = readRaw[rawAct](t, c, `select x.person_id, x.kind, x.from_on, x.to_on from representative_roles x`+district)
	return r
}

// rawOrder is the order of posts as domain.md lists them by weight.
var rawOrder = []string{"party_secretary", "village_director", "party_deputy_secretary", "vc_deputy_director", "supervision_director", "party_committee_member",
	"vc_member", "supervision_member", "clerk", "womens_federation_chair", "youth_league_secretary", "militia_commander", "coop_chair", "grid_worker", "group_leader",
	"village_assistant", "first_secretary", "resident_team_leader", "resident_team_member"}

// rawCalibers say which posts count for whom.
var rawCalibers = map[string]func(p rawPost) bool{
	"secretary": func(p rawPost) bool { return p.Position == "party_secretary" },
	"committee": func(p rawPost) bool {
		return slices.Contains([]string{"party_secretary", "party_deputy_secretary", "party_committee_member", "village_director", "vc_deputy_director", "vc_member"}, p.Position)
	},
	"paid": func(p rawPost) bool { return p.Paid },
	"supervision": func(p rawPost) bool {
		return p.Position == "supervision_director" || p.Position == "supervision_member"
	},
	"resident": func(p rawPost) bool {
		return p.Position == "first_secretary" || p.Position == "resident_team_leader" || p.Position == "resident_team_member"
	},
}

// counted is somebody, or a post, as a line of a table counts him.
type counted struct {
	rawPerson
	top     rawPost
	managed map[string]bool
	on      time.Time
}

// who counts for a caliber on a day: each person once, under his highest post, or each post.
func (r *raw) who(caliber string, on time.Time, byPost bool) (out []counted) {
	held := map[int64][]rawPost{}
	for _, p := range r.posts {
		if rawCalibers[caliber](p) && !p.From.After(on) && (p.To == nil || p.To.After(on)) && !r.persons[p.Person].Gone &&
			(r.persons[p.Person].Died == nil || r.persons[p.Person].Died.After(on)) {
			held[p.Person] = append(held[p.Person], p)
		}
	}
	for id, posts := range held {
		slices.SortFunc(posts, func(a, b rawPost) int {
			return cmp.Or(slices.Index(rawOrder, a.Position)-slices.Index(rawOrder, b.Position), cmp.Compare(a.Township, b.Township), cmp.Compare(a.Village, b.Village))
		})
		groups := [][]rawPost{posts}
		if byPost {
			groups = slices.Collect(slices.Chunk(posts, 1))
		}
		for _, g := range groups {
			c := counted{rawPerson: r.persons[id], top: g[0], managed: map[string]bool{}, on: on}
			for _, p := range g {
				c.managed[p.Managed] = true
			}
			out = append(out, c)
		}
	}
	return out
}

// age in full years by months of birth: the months between, by twelve.
func (c counted) age() int {
	return ((c.on.Year()-c.Birth.Year())*12 + int(c.on.Month()) - int(c.Birth.Month())) / 12
}

// since is the number of anniversaries that have passed.
func (c counted) since(from time.Time) int {
	n := 0
	for !from.AddDate(n+1, 0, 0).After(c.on) {
		n++
	}
	return n
}

// partyYears of a full member; -1 for anybody else.
func (c counted) partyYears() int {
	switch {
	case c.Political != "01":
		return -1
	case c.Full != nil:
		return c.since(*c.Full)
	case c.Joined != nil:
		return c.since(c.Joined.AddDate(1, 0, 0))
	}
	return -1
}

// yes of a measure by its title in a choice of columns; known says of whom it can be told.
type rawMeasure struct{ known, yes func(c counted) bool }

func any1(counted) bool { return true }

func rawLevel(digits string) rawMeasure {
	return rawMeasure{func(c counted) bool { return c.Education != "" }, func(c counted) bool {
		for _, d := range digits {
			if c.Education[0] == byte(d) {
				return true
			}
		}
		return false
	}}
}

func rawAge(from, to int) rawMeasure {
	return rawMeasure{any1, func(c counted) bool { return c.age() >= from && c.age() <= to }}
}

func rawParty(from, to int) rawMeasure {
	return rawMeasure{func(c counted) bool { return c.partyYears() >= 0 }, func(c counted) bool { return c.partyYears() >= from && c.partyYears() <= to }}
}

func rawOrigin(code string) rawMeasure {
	return rawMeasure{func(c counted) bool { return len(c.Origins) > 0 }, func(c counted) bool { return slices.Contains(c.Origins, code) }}
}

func rawManaged(code string) rawMeasure {
	return rawMeasure{any1, func(c counted) bool {
		if code == "ordinary" {
			return len(c.managed) == 1 && c.managed["ordinary"]
		}
		return c.managed[code]
	}}
}

func rawServing(from, to int) rawMeasure {
	return rawMeasure{any1, func(c counted) bool { n := c.since(c.top.From); return n >= from && n <= to }}
}

// rawColumns are the measures of each choice of columns, in the order of the page.
var rawColumns = map[string][]rawMeasure{
	"": {{any1, any1}, {any1, func(c counted) bool { return c.Sex == "2" }}, {func(c counted) bool { return c.Ethnic != "" }, func(c counted) bool { return c.Ethnic != "01" }},
		{func(c counted) bool { return c.Political != "" }, func(c counted) bool { return c.Political == "01" || c.Political == "02" }},
		rawAge(0, 35), rawAge(36, 45), rawAge(46, 55), rawAge(56, 200), {}, rawLevel("123"), rawLevel("12")},
	"education": {{any1, any1}, rawLevel("123"), rawLevel("12"), rawLevel("1"), rawLevel("2"), rawLevel("3"), rawLevel("46"), rawLevel("7"), rawLevel("89"),
		{any1, func(c counted) bool { return c.Education == "" }}},
	"party": {{any1, any1}, {func(c counted) bool { return c.Political != "" }, func(c counted) bool { return c.Political == "01" || c.Political == "02" }},
		{func(c counted) bool { return c.Political != "" }, func(c counted) bool { return c.Political == "02" }},
		rawParty(0, 4), rawParty(5, 9), rawParty(10, 19), rawParty(20, 29), rawParty(30, 99), {any1, func(c counted) bool { return c.Political == "01" && c.Joined == nil && c.Full == nil }}},
	"origin": {{any1, any1}, rawOrigin("graduate"), rawOrigin("rich_leader"), rawOrigin("returnee"), rawOrigin("veteran"), rawOrigin("migrant_worker"),
		rawOrigin("village_doctor_teacher"), rawOrigin("coop_leader"), rawOrigin("selected_graduate"), rawOrigin("one_village_one_graduate"), rawOrigin("retired_official"),
		rawOrigin("org_dispatched"), rawOrigin("other"), {any1, func(c counted) bool { return len(c.Origins) == 0 }}},
	"service": {{any1, any1}, rawManaged("ordinary"), rawManaged("professional"), rawManaged("college_graduate_official"), rawManaged("one_village_one_graduate"),
		rawManaged("dispatched"), rawServing(0, 0), rawServing(1, 2), rawServing(3, 4), rawServing(5, 9), rawServing(10, 99)},
}

// row is a line of the page as it must read: a share stands behind 大专及以上 and 本科及以上, a sum below the mean age.
func rawRow(set string, list []counted) (cells []string) {
	for i, m := range rawColumns[set] {
		if m.yes == nil {
			sum := 0
			for _, c := range list {
				sum += c.age()
			}
			if len(list) == 0 {
				cells = append(cells, "—")
				continue
			}
			cells = append(cells, fmt.Sprintf("%s %d÷%d", oneDecimal(sum, len(list)), sum, len(list)))
			continue
		}
		n, of := 0, 0
		for _, c := range list {
			if m.known(c) {
				of++
				if m.yes(c) {
					n++
				}
			}
		}
		cells = append(cells, fmt.Sprint(n))
		if set == "" && i >= 9 || set == "education" && (i == 1 || i == 2) {
			if of == 0 {
				cells = append(cells, "—")
			} else {
				cells = append(cells, fmt.Sprintf("%s%% %d/%d", oneDecimal(100*n, of), n, of))
			}
		}
	}
	return cells
}

// oneDecimal divides and rounds half up, by long division.
func oneDecimal(n, by int) string {
	whole, rest := n/by, n%by
	tenth, rest := rest*10/by, rest*10%by
	if 2*rest >= by {
		tenth++
	}
	return fmt.Sprintf("%d.%d", whole+tenth/10, tenth%10)
}
