package cadre

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/month"
)

// remark is one sentence of the check of a township. Only those of kind error stand in the way.
type remark struct {
	VillageID int64
	Village   string
	Kind      string // error, warn or info
	Sentence  string
}

// facts are what the check must know beyond the ballots.
type facts struct {
	people     map[int64]standing
	posts      []servedPost
	registered map[string]bool // indexes of ID numbers of newcomers that are registered by now
	kin        map[int64][]string
	seated     []seated // posts of others that stand in the way of the new heads
}

// standing is how a person's file stands.
type standing struct {
	ID        int64
	Name      string
	BirthDate time.Time
	Political string
	Gone      bool // dead, void or merged into another file
}

// servedPost is a post of the bodies that a person of the ballots holds or held anywhere in the district.
type servedPost struct {
	ID         int64
	PersonID   int64
	TownshipID int64
	VillageID  int64
	Position   string
	UntilOn    *time.Time
}

// checker collects the findings of a township.
type checker struct {
	round    Round
	today    time.Time
	township int64
	facts    facts
	ballots  []ballot
	found    []remark
}

// check goes through a township as a whole: nothing of it can be applied while one village does not fit.
func check(round Round, township int64, ballots []ballot, f facts, today time.Time) []remark {
	c := &checker{round: round, today: today, township: township, facts: f, ballots: ballots}
	for _, b := range ballots {
		if b.applied() {
			continue
		}
		if b.Draft == nil {
			c.note(b, "error", "还没有填写")
			continue
		}
		if n := b.undecided(); n > 0 {
			c.note(b, "error", "有%d个职务还没有选择处理方式", n)
		}
		for _, g := range b.Gone {
			c.note(b, "error", "%s的%s已在“任免变动”中发生变化,请打开本村核对后重新保存", g.PersonName, b.title(g.FromPosition))
		}
		c.dates(b)
		c.chiefs(b)
		c.committee(b)
		c.supervision(b)
		c.people(b)
	}
	c.acrossVillages()
	return c.found
}

func (c *checker) note(b ballot, kind, format string, args ...any) {
	c.found = append(c.found, remark{b.Village.ID, b.Village.Name, kind, fmt.Sprintf(format, args...)})
}

// short notes that a post is not filled: what a village has explained is only pointed out.
func (c *checker) short(b ballot, format string, args ...any) {
	if b.Draft.VacancyNote != "" {
		c.note(b, "warn", format+"(说明:%s)", append(args, b.Draft.VacancyNote)...)
		return
	}
	c.note(b, "error", format+";确需暂缺的,请在本村填写暂缺说明", args...)
}

// farFrom is how many days a village's election may lie from the round's: beyond, the year was mistyped.
const farFrom = 366

func (c *checker) dates(b ballot) {
	for _, body := range c.round.bodies() {
		name, on := wordOf(Bodies, body), b.Draft.Of(body)
		switch {
		case on == nil:
			c.note(b, "error", "没有填写%s的换届日期", name)
			continue
		case month.Day(*on).After(c.today):
			c.note(b, "error", "%s的换届日期%s在今天之后", name, on.Format(time.DateOnly))
		case on.Sub(*c.round.Of(body)).Abs() > farFrom*24*time.Hour:
			c.note(b, "error", "%s的换届日期%s与本轮换届相差一年以上,请核对", name, on.Format(time.DateOnly))
		}
		for _, s := range b.Seats {
			if bodyOf(s.Position) == body && !on.After(s.FromOn) {
				c.note(b, "error", "%s任%s始于%s,不早于换届日期%s,任期会倒挂", s.PersonName, b.title(s.Position), s.FromOn.Format(time.DateOnly), on.Format(time.DateOnly))
			}
		}
	}
	if b.Draft.DocNo == "" {
		c.note(b, "warn", "没有填写文号")
	}
}

func names(list []Choice) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.PersonName
	}
	return strings.Join(words, "、")
}

// chiefs holds that each body has its one head, and names who is secretary and director at once.
func (c *checker) chiefs(b ballot) {
	held := map[string][]Choice{}
	for _, post := range c.round.seats() {
		held[post] = b.holders(post)
		switch len(held[post]) {
		case 0:
			c.short(b, "没有%s", b.title(post))
		case 1:
		default:
			c.note(b, "error", "有%d名%s:%s", len(held[post]), b.title(post), names(held[post]))
		}
	}
	for _, h := range c.facts.seated {
		if _, ends := b.seat(h.ID); !ends && h.VillageID == b.Village.ID {
			c.note(b, "error", "%s", h.sentence())
		}
	}
	for _, s := range held["party_secretary"] {
		for _, d := range held["village_director"] {
			if s.who() == d.who() {
				c.note(b, "info", "书记、主任一肩挑:%s", s.PersonName)
			}
		}
	}
}

// members are the people of a body, each once.
func members(b ballot, body string) (list []Choice) {
	for _, p := range positions {
		if p.Body != body {
			continue
		}
		for _, c := range b.holders(p.Code) {
			if !slices.ContainsFunc(list, func(m Choice) bool { return m.who() == c.who() }) {
				list = append(list, c)
			}
		}
	}
	return list
}

// committee: 3 to 7 members, the director and deputies among them, at least one of them a woman.
func (c *checker) committee(b ballot) {
	if c.round.CommitteeOn == nil {
		return
	}
	list := members(b, "committee")
	name := map[bool]string{false: "村民委员会", true: "居民委员会"}[b.community()]
	switch n := len(list); {
	case n < 3:
		c.short(b, "%s应由3至7人组成,现为%d人", name, n)
	case n > 7:
		c.note(b, "error", "%s应由3至7人组成,现为%d人", name, n)
	}
	if !slices.ContainsFunc(list, func(m Choice) bool { return m.Sex == codelist.Female }) {
		c.short(b, "%s成员中应有妇女,现在没有", name)
	}
}

// supervision: 3 to 5 members, nobody of the villagers' committee among them. The Party's committee may send its head, so a
// member of it is pointed out and not refused; relatives are pointed out as far as the files name them.
func (c *checker) supervision(b ballot) {
	if c.round.SupervisionOn == nil {
		return
	}
	list := members(b, "supervision")
	name := map[bool]string{false: "村务监督委员会", true: "居务监督委员会"}[b.community()]
	switch n := len(list); {
	case n < 3:
		c.short(b, "%s应由3至5人组成,现为%d人", name, n)
	case n > 5:
		c.note(b, "error", "%s应由3至5人组成,现为%d人", name, n)
	}
	committee, party := c.sitting(b, "committee"), c.sitting(b, "party")
	for _, m := range list {
		switch {
		case committee[m.who()]:
			c.note(b, "error", "%s同时是村(居)民委员会成员,不能进入%s", m.PersonName, name)
		case party[m.who()]:
			c.note(b, "warn", "%s同时是村(社区)党组织班子成员,请确认可以在%s任职", m.PersonName, name)
		}
		c.relatives(b, m, name)
	}
}

// sitting are the people of a body after the round: as decided, or as they serve where the body is not elected.
func (c *checker) sitting(b ballot, body string) map[string]bool {
	out := map[string]bool{}
	for _, m := range members(b, body) {
		out[m.who()] = true
	}
	if c.round.Of(body) == nil {
		for _, p := range c.facts.posts {
			if p.VillageID == b.Village.ID && p.UntilOn == nil && bodyOf(p.Position) == body {
				out[fmt.Sprint(p.PersonID)] = true
			}
		}
	}
	return out
}

// relatives points out members of the two committees whom the file of m, or whose file, names as family.
func (c *checker) relatives(b ballot, m Choice, name string) {
	for _, other := range append(members(b, "party"), members(b, "committee")...) {
		if other.who() == m.who() {
			continue
		}
		if names := c.facts.kin; slices.Contains(names[id64(m.PersonID)], other.PersonName) || slices.Contains(names[id64(other.PersonID)], m.PersonName) {
			c.note(b, "warn", "%s的%s与%s登记有家庭成员关系,两委成员的近亲属不应进入%s,请核对", name, m.PersonName, other.PersonName, name)
			return
		}
	}
}

func id64(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}

// people looks at each line that gives a post, and at each person's lines together.
func (c *checker) people(b ballot) {
	inBody := map[string]string{}
	for _, line := range b.Rows {
		post := line.gets()
		if post == "" {
			continue
		}
		body := bodyOf(post)
		if c.round.Of(body) == nil {
			c.note(b, "error", "%s:本轮换届不包括%s的职务", line.PersonName, wordOf(Bodies, body))
			continue
		}
		if was, twice := inBody[line.who()+body]; twice {
			c.note(b, "error", "%s在同一班子中任两个职务:%s、%s", line.PersonName, b.title(was), b.title(post))
		}
		inBody[line.who()+body] = post
		birth, political := line.BirthDate, line.Political
		if line.PersonID == nil {
			if c.facts.registered[string(line.IDIndex)] {
				c.note(b, "error", "%s的身份证号已登记,请打开本村重新选择;不在本单位的,请发起调入申请", line.PersonName)
			}
		} else if p, ok := c.facts.people[*line.PersonID]; ok {
			birth, political = &p.BirthDate, p.Political
			if p.Gone {
				c.note(b, "error", "%s已登记去世,或档案已作废、合并,不能任职", line.PersonName)
			}
		}
		on := b.day(post)
		if birth != nil && on != nil && birth.AddDate(18, 0, 0).After(*on) {
			c.note(b, "error", "%s在换届日期未满18周岁", line.PersonName)
		}
		if body == "party" && political != "" {
			c.membership(b, line, political)
		}
		if line.Terms == "professional" {
			c.note(b, "warn", "%s按专业化管理任职,请在应用后的“更正”中登记合同到期日", line.PersonName)
		}
		c.overlap(b, line, post, on)
	}
}

func (c *checker) membership(b ballot, line Choice, political string) {
	switch political {
	case codelist.PartyMember:
	case codelist.Probationer:
		c.note(b, "warn", "%s登记为中共预备党员,请核对是否已经转正", line.PersonName)
	default:
		c.note(b, "error", "%s登记的政治面貌是%s,不能任%s", line.PersonName, codeName("political", political), b.title(line.gets()))
	}
}

// overlap refuses a post that a former one of the same kind still covers, and a person who serves elsewhere.
func (c *checker) overlap(b ballot, line Choice, post string, on *time.Time) {
	if line.PersonID == nil || on == nil {
		return
	}
	elsewhere := false
	for _, p := range c.facts.posts {
		if p.PersonID != *line.PersonID {
			continue
		}
		if p.VillageID == b.Village.ID {
			if _, old := b.seat(p.ID); !old && p.Position == post && (p.UntilOn == nil || p.UntilOn.After(*on)) {
				c.note(b, "error", "%s的%s与已登记的同一职务任期重叠", line.PersonName, b.title(post))
			}
			continue
		}
		// A post in another village of the township ends with this round, if the round elects its body.
		ends := p.TownshipID == c.township && c.round.Of(bodyOf(p.Position)) != nil
		if p.UntilOn == nil && !ends && !elsewhere {
			elsewhere = true
			c.note(b, "error", "%s在其他村(社区)还有未结束的班子职务,请先办理离任", line.PersonName)
		}
	}
}

// acrossVillages finds people in the new teams of two villages.
func (c *checker) acrossVillages() {
	first := map[string]ballot{}
	for _, b := range c.ballots {
		for _, line := range b.Rows {
			if line.gets() == "" {
				continue
			}
			was, seen := first[line.who()]
			if seen && was.Village.ID != b.Village.ID {
				c.note(b, "error", "%s同时进入%s和%s的班子", line.PersonName, was.Village.Name, b.Village.Name)
			}
			if !seen {
				first[line.who()] = b
			}
		}
	}
}

// errorsIn counts what stands in the way.
func errorsIn(list []remark) (n int) {
	for _, f := range list {
		if f.Kind == "error" {
			n++
		}
	}
	return n
}
