// Package demo makes the demonstration district: 武都区 with its real townships and villages and invented people, and a
// second, small district beside it that proves that nothing crosses over.
//
// Generation has no side effects (Generate and what it calls): the same seed and anchor month give the same people,
// posts and results. Loading writes them into an empty database. The targets of the plan are the published figures of
// the practice that the product models; the product itself computes every figure from the rows.
//
// Division codes and names are those of the statistics bureau (统计用区划代码, 2022). All people are invented: names
// are drawn from lists, ID numbers have a valid check digit and no owner that we know of.
package demo

import (
	"embed"
	"fmt"
	"time"

	"touyan/internal/org"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/month"
)

//go:embed data
var files embed.FS

// Spec says which demonstration to make.
type Spec struct {
	Seed   uint64      // 0 means DefaultSeed
	Anchor month.Month // the open month; the twelve before it have results
}

// DefaultSeed is the seed of a demonstration for which none was given.
const DefaultSeed = 2383

// plan is what a district must add up to on the last day of the anchor month.
type plan struct {
	code, name   string
	file         string
	paid         int    // cadres with pay, who are assessed
	unpaid       int    // further members of the two committees
	resident     int    // 驻村帮扶干部
	teams        int    // villages with a resident team
	secretaryAge int    // mean age of the secretaries, in tenths of a year
	college      int    // secretaries with 大专 or more
	professional int    // secretaries under professional management
	replaced     int    // posts that changed hands within the last twelve months
	moved        int    // of them by a move from another village
	died         int    // of them by a death
	promoted     [3]int // to professional secretary, head of an institution, township leading group
	delegates    int    // members of the two committees with a seat of 两代表一委员
	praised      int    // commended by name for fighting floods
	titled       int    // 担当作为好支书
	extinct      extinctVillage
	areas        areaMix
}

// extinctVillage is a village that was merged into another one some months before the anchor. It is invented: the
// division file holds only what exists.
type extinctVillage struct {
	township, code, official string
	into                     string // the successor's code
	document                 string
}

// areaMix is where the ID numbers of the people begin.
type areaMix struct {
	old, new string   // the county's code before and after it changed
	near     []string // where people married in from
	far      []string // where resident cadres come from
}

var wudu = plan{
	code: "621202", name: "武都区", file: "data/wudu_divisions.csv",
	paid: 2383, unpaid: 706, resident: 954, teams: 318,
	secretaryAge: 418, college: 492, professional: 183,
	replaced: 62, moved: 11, died: 3,
	promoted: [3]int{69, 23, 4}, delegates: 386, praised: 16, titled: 20,
	extinct: extinctVillage{"621202107", "621202107299", "老坪村委会", "621202107203", "武政发〔%d〕31号"},
	areas: areaMix{old: "622621", new: "621202",
		near: []string{"622623", "622625", "622626", "622627", "622624", "510822", "610726"},
		far:  []string{"620102", "620503", "622424", "622622", "622630", "610702", "622421"}},
}

var gaolan = plan{
	code: "620122", name: "皋兰县", file: "data/gaolan_divisions.csv",
	paid: 143, unpaid: 42, resident: 36, teams: 12,
	secretaryAge: 436, college: 27, professional: 7,
	replaced: 5, moved: 1,
	promoted: [3]int{3, 1, 1}, delegates: 23, praised: 2, titled: 2,
	areas: areaMix{old: "620122", new: "620122", near: []string{"620121", "620123", "622422"}, far: []string{"620102", "620103"}},
}

// District is a generated district.
type District struct {
	Code, Name string
	Spec       Spec
	Divisions  []org.Division
	Townships  []Township
	Villages   []Village
	People     []*Person
	plan       plan
	elected    [][2]time.Time // per village: the days on which Party branch and committee were last elected
}

// Township is a township of the division file.
type Township struct {
	Code, Name string
	Villages   []int // indexes of the villages that exist on the anchor
}

// Short is the name without its kind: 安化镇 → 安化.
func (t Township) Short() string { return shortTownship(t.Name) }

// Village is a village of the division file, or the one that was merged into another.
type Village struct {
	Township  int
	Code      string
	Official  string
	Name      string
	Urban     string
	Document  string
	Successor int       // index of the village that took it over
	ClosedOn  time.Time // zero while the village exists
}

// Community reports whether the unit is a community (社区).
func (v Village) Community() bool { return org.VillageKind(v.Code, v.Official) == "community" }

// Person is an invented person with all posts that he holds or held.
type Person struct {
	Key       int // position in People
	Name      string
	Sex       idcard.Sex
	Birth     time.Time
	Ethnic    string
	Political string
	PartyJoin time.Time // zero for who is no member
	Education string
	IDNumber  string
	Phone     string
	Origin    string
	DiedOn    time.Time
	Village   int // keeps the file
	Posts     []Post
	File      File

	age    int // full years on the anchor's last day
	unpaid bool
	ending bool // already left: not one of today's team
}

// Post is one post of a person as a half-open range of days.
type Post struct {
	Village    int
	Position   string
	Management string
	PayScheme  string
	Paid       bool
	From, To   time.Time // To is zero while the post is held
	WayIn      string
	WayOut     string
	Doc        string
	OutDoc     string
	Note       string
	Contract   time.Time // the last day of a professional secretary's contract, zero for others
}

// On reports whether the post is held on a day.
func (p Post) On(day time.Time) bool {
	return !day.Before(p.From) && (p.To.IsZero() || day.Before(p.To))
}

// Generate makes the two districts.
func Generate(s Spec) ([]*District, error) {
	if s.Seed == 0 {
		s.Seed = DefaultSeed
	}
	var list []*District
	for _, p := range []plan{wudu, gaolan} {
		d, err := p.generate(s)
		if err != nil {
			return nil, fmt.Errorf("generate %s: %w", p.name, err)
		}
		list = append(list, d)
	}
	return list, nil
}

func (p plan) generate(s Spec) (*District, error) {
	d := &District{Code: p.code, Name: p.name, Spec: s, plan: p}
	if err := d.readUnits(); err != nil {
		return nil, err
	}
	names, err := readNames()
	if err != nil {
		return nil, err
	}
	d.team()
	d.residents()
	d.turnover()
	d.merge()
	d.risen()
	d.civil()
	d.identify(names)
	d.papers(names)
	return d, nil
}

func (d *District) add(p *Person) *Person {
	p.Key = len(d.People)
	d.People = append(d.People, p)
	return p
}
