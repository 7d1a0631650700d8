package demo

import (
	"fmt"
	"slices"
	"time"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/idcard"
)

// File is what a personnel file says beyond the register. Some files lack something, as in life.
type File struct {
	NativePlace, BirthPlace, PartyBranch, Health, Marital, Specialty, SocialInsurance string
	Address, BankName, BankCard                                                       string
	PartyFull, WorkStart                                                              time.Time
	Local                                                                             bool
	Schools                                                                           []School
	Resume                                                                            []Line
	Family                                                                            []Relative
	Awards                                                                            []Award
	Grades                                                                            []Grade
	Seats                                                                             []Seat
	Promotions                                                                        []Promotion
}

// School is one entry of somebody's education.
type School struct {
	Mode, Level, Degree, School string
	Finished                    time.Time
}

// Line is one line of a résumé, To zero for 至今. Posts of the village follow the body by their codes.
type Line struct {
	From, To   time.Time
	Kind, Body string
	Village    int
	Positions  []string
}

// Relative is a member of the family.
type Relative struct {
	Relation, Name, Political, Work string
	Birth                           time.Time
}

// Award is a commendation or title.
type Award struct {
	Kind, Title, Level, Issuer, Doc, Reason string
	On                                      time.Time
}

// Grade is a year's appraisal.
type Grade struct {
	Year  int
	Grade string
}

// Seat is one of 两代表一委员.
type Seat struct {
	Kind, Level, Term string
	From              time.Time
}

// Promotion is a step up from a village.
type Promotion struct {
	Kind, From, To, Doc string
	On                  time.Time
}

// papers completes the files: everybody's own story, and the honours and seats of the plan.
func (d *District) papers(names lists) {
	r := d.dice("papers")
	cards := map[string]bool{}
	for _, p := range d.People {
		d.facts(r, p, cards)
		d.schools(r, p)
		d.resume(r, p)
		p.File.Family = family(r, p, names)
		d.grades(r, p)
		for i, q := range p.Posts {
			if q.Management == "professional" && q.To.IsZero() {
				p.Posts[i].Contract = q.From.AddDate(5, 0, -1)
			}
		}
	}
	d.honours(r)
	d.seats(r)
}

func (d *District) facts(r dice, p *Person, cards map[string]bool) {
	f := &p.File
	village := d.Villages[p.Village]
	town := d.Townships[village.Township].Name
	home := "甘肃" + string([]rune(d.Name)[:2])
	f.Local = !p.resident() && r.chance(93)
	if p.resident() || !f.Local {
		home = pick(r, []string{"甘肃兰州", "甘肃天水", "甘肃成县", "甘肃文县", "甘肃礼县", "四川广元", "陕西宁强"})
	}
	f.NativePlace, f.BirthPlace = home, home
	f.Health = []string{"1", "3"}[r.weighted(96, 4)]
	f.Marital = []string{"20", "10", "40", "30"}[r.weighted(90, 5, 4, 1)]
	if p.age < 26 {
		f.Marital = []string{"10", "20"}[r.weighted(70, 30)]
	}
	f.WorkStart = firstOf(p.Birth.AddDate(r.between(18, 22), r.IntN(12), 0))
	if p.Political == member {
		f.PartyFull = p.PartyJoin.AddDate(1, 0, 0)
	}
	if !p.PartyJoin.IsZero() && !p.resident() {
		f.PartyBranch = town + village.Name + "党支部"
	}
	f.SocialInsurance = "resident"
	if p.resident() || p.Posts[0].PayScheme == "institution" {
		f.SocialInsurance = "employee"
	}
	if p.holds(cooperates) || r.chance(12) {
		f.Specialty = pick(r, []string{"花椒种植", "油橄榄种植", "中药材种植", "养蜂", "电子商务", "矛盾纠纷调解", "财务会计", "畜牧养殖"})
	}
	if f.Local {
		f.Address = fmt.Sprintf("%s%s%s%d社%d号", d.Name, town, village.Name, r.between(1, 6), r.between(1, 99))
	}
	if !p.resident() && !p.ending {
		f.BankName, f.BankCard = d.Name+"农村信用合作联社", card(r, cards)
	}
	if r.chance(3) { // nobody has asked yet
		f.NativePlace, f.BirthPlace = "", ""
	}
	if r.chance(4) {
		f.WorkStart = time.Time{}
	}
	if r.chance(3) {
		f.BankName, f.BankCard = "", ""
	}
}

// card draws a card number with a valid check digit and zeros in the middle, so that it shows what it is.
func card(r dice, used map[string]bool) string {
	for {
		n := fmt.Sprintf("623052110000%06d", r.IntN(1_000_000))
		for digit := '0'; digit <= '9'; digit++ {
			if full := n + string(digit); luhn(full) && !used[full] {
				used[full] = true
				return full
			}
		}
	}
}

func luhn(n string) bool {
	sum := 0
	for i, c := range n {
		v := int(c - '0')
		if (len(n)-i)%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

func firstOf(t time.Time) time.Time { return date(t.Year(), t.Month(), 1) }

// schools are the full-time school of youth and, for some, a later degree beside the work; the higher is the file's.
func (d *District) schools(r dice, p *Person) {
	name := func(level codelist.Level) string {
		switch level {
		case codelist.LevelPostgraduate, codelist.LevelBachelor:
			return pick(r, []string{"甘肃农业大学农学专业", "西北师范大学汉语言文学专业", "兰州理工大学土木工程专业", "陇东学院思想政治教育专业", "天水师范学院会计学专业"})
		case codelist.LevelCollege:
			return pick(r, []string{"陇南师范高等专科学校小学教育专业", "甘肃林业职业技术学院园林技术专业", "甘肃畜牧工程职业技术学院畜牧兽医专业", "兰州资源环境职业技术学院测绘专业"})
		}
		return d.Name + pick(r, []string{"第一中学", "第二中学", "两水中学", "职业中等专业学校"})
	}
	top := codelist.LevelOf(p.Education)
	finished := func(age int) time.Time { return date(p.Birth.Year()+age, time.July, 1) }
	if top >= codelist.LevelCollege && p.age >= 32 && r.chance(60) { // studied beside the work
		at := finished(r.between(26, min(p.age-1, 38)))
		p.File.Schools = []School{{"fulltime", "61", "", d.Name + "第一中学", finished(18)},
			{"inservice", p.Education, degree(top, r.chance(30)), name(top), at}}
		return
	}
	age := map[codelist.Level]int{codelist.LevelPostgraduate: 25, codelist.LevelBachelor: 22, codelist.LevelCollege: 21, codelist.LevelSenior: 18}[top]
	if age == 0 {
		age = 15
	}
	if p.Birth.AddDate(age+1, 0, 0).After(d.Spec.Anchor.Last()) {
		return
	}
	p.File.Schools = []School{{"fulltime", p.Education, degree(top, top >= codelist.LevelBachelor), name(top), finished(age)}}
}

func degree(level codelist.Level, given bool) string {
	switch {
	case !given:
		return ""
	case level == codelist.LevelPostgraduate:
		return "农学硕士"
	case level == codelist.LevelBachelor:
		return "学士"
	}
	return ""
}

// resume tells school, work elsewhere, and the posts of the register.
func (d *District) resume(r dice, p *Person) {
	if len(p.Posts) == 0 {
		return
	}
	first := p.Posts[0].From
	for _, q := range p.Posts {
		if q.From.Before(first) {
			first = q.From
		}
	}
	first = firstOf(first)
	at := firstOf(p.Birth.AddDate(19, 0, 0))
	if s := p.File.Schools; len(s) > 0 && s[0].Mode == "fulltime" && s[0].Finished.Before(first) {
		p.File.Resume = append(p.File.Resume, Line{From: date(s[0].Finished.Year()-3, time.September, 1), To: s[0].Finished, Kind: "study", Body: s[0].School + "学习"})
		at = s[0].Finished
	}
	if at.Before(first) {
		p.File.Resume = append(p.File.Resume, Line{From: at, To: first, Kind: "work", Body: pick(r, []string{"务农", "外出务工", "个体经营", "务农", "在企业务工"})})
	}
	type held struct {
		village  int
		from, to time.Time
	}
	titles := map[held][]string{}
	var order []held
	for _, q := range p.Posts {
		h := held{q.Village, firstOf(q.From), time.Time{}}
		if !q.To.IsZero() {
			h.to = firstOf(q.To)
		}
		if _, known := titles[h]; !known {
			order = append(order, h)
		}
		titles[h] = append(titles[h], q.Position)
	}
	slices.SortStableFunc(order, func(a, b held) int { return a.from.Compare(b.from) })
	for _, h := range order {
		v := d.Villages[h.village]
		p.File.Resume = append(p.File.Resume, Line{h.from, h.to, "work", d.Townships[v.Township].Name + v.Name, h.village, titles[h]})
	}
}

// family are parents, spouse and children, with names drawn like everybody's.
func family(r dice, p *Person, names lists) []Relative {
	surname := string([]rune(p.Name)[:1])
	named := func(sex idcard.Sex, age int, own bool) string {
		s := surname
		if !own {
			surnames, weights := names.pairs("surname")
			s = surnames[r.weighted(weights...)]
		}
		return names.name(r, &Person{Sex: sex, Ethnic: han, age: age}, s)
	}
	born := func(years int) time.Time { return firstOf(p.Birth.AddDate(years, r.IntN(12), 0)) }
	work := func() string { return pick(r, []string{"务农", "务农", "外出务工", "个体经营", "村医"}) }
	list := []Relative{{"10", named(idcard.Male, p.age+25, true), masses, work(), born(-26)}, {"11", named(idcard.Female, p.age+24, false), masses, "务农", born(-24)}}
	if p.age > 58 {
		list[0].Work = "已去世"
	}
	if p.File.Marital != "20" {
		return list
	}
	spouse := Relative{"13", named(idcard.Female, p.age, false), masses, work(), born(1)}
	if p.Sex == idcard.Female {
		spouse = Relative{"12", named(idcard.Male, p.age, false), masses, work(), born(-2)}
	}
	list = append(list, spouse)
	for i := range r.weighted(8, 40, 52) {
		age := p.age - 24 - 3*i
		if age < 1 {
			break
		}
		child := Relative{"15", named(idcard.Female, age, p.Sex == idcard.Male), masses, "学生", born(24 + 3*i)}
		if r.chance(52) {
			child.Relation, child.Name = "14", named(idcard.Male, age, p.Sex == idcard.Male)
		}
		if p.Sex == idcard.Female { // a child bears its father's name
			child.Name = string([]rune(spouse.Name)[:1]) + string([]rune(child.Name)[1:])
		}
		if age > 22 {
			child.Work = pick(r, []string{"外出务工", "在企业工作", "个体经营", "小学教师"})
		}
		list = append(list, child)
	}
	return list
}

// grades are the appraisals of the last years in which somebody served the whole year.
func (d *District) grades(r dice, p *Person) {
	for year := d.Spec.Anchor.Year() - 4; year < d.Spec.Anchor.Year(); year++ {
		whole := slices.ContainsFunc(p.Posts, func(q Post) bool {
			return (q.Paid || p.resident()) && q.From.Before(date(year, 1, 2)) && (q.To.IsZero() || q.To.After(date(year, 12, 30)))
		})
		if whole {
			p.File.Grades = append(p.File.Grades, Grade{year, []string{"excellent", "competent", "basically_competent"}[r.weighted(18, 80, 2)]})
		}
	}
}

// honours hands out what the plan counts, and the everyday commendations besides.
func (d *District) honours(r dice) {
	serving := func(p *Person) bool { return !p.ending && !p.resident() }
	head := func(p *Person) bool { return serving(p) && p.Posts[len(p.Posts)-1].Paid && p.holds(secretary) }
	issuer := "中共" + d.Name + "委"
	on := d.monthsBack(27, 12)
	d.chosen(r, d.plan.praised, func(p *Person) bool { return serving(p) && !p.unpaid }, func(i int, p *Person) {
		p.File.Awards = append(p.File.Awards, Award{"notice", "防汛抢险救灾工作通报表扬", "district", issuer + "、" + d.Name + "人民政府",
			fmt.Sprintf("区委发〔%d〕23号", on.Year()), "在防汛抢险救灾中组织群众转移", on})
	})
	title := d.monthsBack(16, 28)
	d.chosen(r, d.plan.titled, head, func(i int, p *Person) {
		p.File.Awards = append(p.File.Awards, Award{"good_secretary", "担当作为好支书", "district", issuer, fmt.Sprintf("区委发〔%d〕17号", title.Year()), "", title})
	})
	d.chosen(r, len(d.People)/12, func(p *Person) bool { return serving(p) && p.Political == member }, func(i int, p *Person) {
		day := date(d.Spec.Anchor.Year()-r.between(1, 4), time.July, 1)
		p.File.Awards = append(p.File.Awards, Award{"party_member", "优秀共产党员", "township", d.Townships[d.Villages[p.Village].Township].Name + "党委", "", "", day})
	})
	d.chosen(r, d.plan.promoted[0], func(p *Person) bool {
		return !p.ending && p.Posts[0].Management == "professional" && p.Posts[0].To.IsZero()
	}, func(i int, p *Person) {
		p.File.Promotions = append(p.File.Promotions, Promotion{Kind: toProfessional, From: d.Villages[p.Village].Name + pick(r, []string{"党组织书记", "村委会主任", "副书记", "村文书"}),
			To: "专业化管理村党组织书记", On: p.Posts[0].From, Doc: p.Posts[0].Doc})
	})
}

// seats gives the plan's number of committee members a seat; some have two.
func (d *District) seats(r dice) {
	from := date(d.electionYear(), time.November, 20)
	two := []string{secretary, deputy, branch, director, vcDeputy, vcMember}
	seat := func() Seat {
		switch r.weighted(42, 20, 22, 10, 6) {
		case 1:
			return Seat{"party_delegate", "district", "第十次党代会", from}
		case 2:
			return Seat{"npc_deputy", "township", "第二十届", from}
		case 3:
			return Seat{"npc_deputy", "district", "第十九届", from}
		case 4:
			return Seat{"cppcc_member", "district", "第十届", from}
		}
		return Seat{"party_delegate", "township", "第十二次党代会", from}
	}
	d.chosen(r, d.plan.delegates, func(p *Person) bool {
		return !p.ending && slices.ContainsFunc(p.Posts, func(q Post) bool { return q.To.IsZero() && slices.Contains(two, q.Position) })
	}, func(i int, p *Person) {
		p.File.Seats = []Seat{seat()}
		if second := seat(); r.chance(9) && second != p.File.Seats[0] {
			p.File.Seats = append(p.File.Seats, second)
		}
	})
}
