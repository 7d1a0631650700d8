package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/cadre"
	"touyan/internal/org"
	"touyan/internal/platform/codelist"
)

// readyAsk is a ready list as it stands in the address.
type readyAsk struct {
	List     string   `form:"list"`
	On       string   `form:"on"`
	Township int64    `form:"township"`
	Text     string   `form:"q"`
	Level    string   `form:"level"`  // graduates: college_up (default) or bachelor_up
	At       string   `form:"at"`     // aged: the day of the election
	Age      string   `form:"age"`    // aged: 60 if empty
	Months   string   `form:"months"` // contracts: within so many months, 6 if empty
	Show     string   `form:"show"`   // dual: no lists those who are not
	Fields   []string `form:"field"`  // missing: which fields
	Page     int      `form:"page"`
}

// readyLine is one row of a ready list: a village, or a person in it.
type readyLine struct {
	Township, Village string
	Person            int64 // 0: the row is a village
	Name              string
	Cells             []string
}

// readyList is a question that is asked every year, with its answer.
type readyList struct {
	Code, Title string
	Note        string   // what is listed, and by which rule
	Columns     []string // behind unit and name
	Named       bool     // a row is a person
	Answer      string   // with numerator and denominator
	Lines       []readyLine
}

var readyTitles = []cadre.Word{{Code: "graduates", Title: "没有大学生的村(社区)"}, {Code: "aged", Title: "换届时超龄的书记"}, {Code: "contracts", Title: "合同到期的专业化书记"},
	{Code: "vacant", Title: "空缺职务"}, {Code: "dual", Title: "书记、主任一肩挑"}, {Code: "missing", Title: "关键信息缺项"}}

func readyCode(code string) string {
	if wordOf(readyTitles, code) != code {
		return code
	}
	return readyTitles[0].Code
}

// byVillageID orders facts by the village in which they count.
func byVillageID(facts []Fact) map[int64][]*Fact {
	m := map[int64][]*Fact{}
	for i := range facts {
		m[facts[i].VillageID] = append(m[facts[i].VillageID], &facts[i])
	}
	return m
}

// eachOnce leaves of several posts of one person the first.
func eachOnce(posts []*Fact) (out []*Fact) {
	seen := map[int64]bool{}
	for _, f := range posts {
		if !seen[f.PersonID] {
			seen[f.PersonID] = true
			out = append(out, f)
		}
	}
	return out
}

// places names the villages of a list.
type places struct {
	villages  []org.Village
	townships map[int64]string
}

func (p places) line(v org.Village) readyLine {
	return readyLine{Township: p.townships[v.TownshipID], Village: v.Name}
}

// graduates lists the villages none of whose cadres has the level (一村一名大学生). It takes posts: who holds one in a village
// serves there, wherever else he counts.
func graduates(posts []Fact, p places, level string) readyList {
	word := map[string]string{"college_up": "大专及以上", "bachelor_up": "本科及以上"}[level]
	l := readyList{Columns: []string{"在任干部", "最高学历", "未登记学历"}}
	in := byVillageID(posts)
	for _, v := range p.villages {
		best, unknown, has := "", 0, false
		serving := eachOnce(in[v.ID])
		for _, f := range serving {
			switch {
			case !hasEducation(f):
				unknown++
			case measureOf(level).is(f):
				has = true
			}
			if codelist.Rank(f.Education) > codelist.Rank(best) {
				best = f.Education
			}
		}
		if !has {
			line := p.line(v)
			line.Cells = []string{strconv.Itoa(len(serving)), levelName(best), blankZero(unknown)}
			l.Lines = append(l.Lines, line)
		}
	}
	n := len(p.villages) - len(l.Lines)
	l.Note = "在任的村(社区)干部(不含驻村干部)中没有一人学历在" + word + "的;未登记学历的不算有"
	l.Answer = fmt.Sprintf("%d个村(社区)中,%d个有%s学历的干部,占%s(%s);没有的%d个。", len(p.villages), n, word, Ratio{n, len(p.villages)}.Percent(), Ratio{n, len(p.villages)}.Fraction(), len(l.Lines))
	return l
}

func levelName(code string) string {
	if code == "" {
		return "—"
	}
	return codelist.LevelOf(code).Name()
}

func blankZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// nextElection is the end of the year in which the term ends for those who began with most others, or of a later term.
func nextElection(secretaries []Fact, today time.Time) time.Time {
	years := map[int]int{}
	for _, f := range secretaries {
		years[f.Since.Year()]++
	}
	year, most := today.Year(), 0
	for y, n := range years {
		if n > most || n == most && y > year {
			year, most = y, n
		}
	}
	for most > 0 && year < today.Year() {
		year += termYears
	}
	return time.Date(year, time.December, 31, 0, 0, 0, 0, today.Location())
}

// termYears is the term of 村“两委”.
const termYears = 5

// overAge lists the secretaries who will have reached an age on a day.
func overAge(facts []Fact, at time.Time, age int) readyList {
	l := readyList{Named: true, Columns: []string{"出生年月", "现年龄", "届时年龄", "任职时间", "管理类型"}}
	known := 0
	for i := range facts {
		f := &facts[i]
		if f.Age < 0 {
			continue
		}
		known++
		if then := cadre.Age(f.Birth, at); then >= age {
			l.Lines = append(l.Lines, f.line(f.birthMonth(), strconv.Itoa(f.Age), strconv.Itoa(then), f.Since.Format(time.DateOnly), wordOf(cadre.Managements, f.Management())))
		}
	}
	slices.SortStableFunc(l.Lines, func(a, b readyLine) int { return strings.Compare(a.Cells[0], b.Cells[0]) })
	r := Ratio{len(l.Lines), known}
	l.Note = fmt.Sprintf("现任村党组织书记中,%s时满%d周岁的(%s及以前出生),按出生年月计算,年长的在前", chineseDay(at), age, bornUntil(age, at))
	l.Answer = fmt.Sprintf("%d名书记中,届时满%d周岁的%d人,占%s(%s)。", known, age, r.N, r.Percent(), r.Fraction())
	return l
}

func (f *Fact) line(cells ...string) readyLine {
	l := readyLine{Township: f.TownshipName, Village: f.VillageName, Name: f.Name, Cells: cells}
	if f.File {
		l.Person = f.PersonID
	}
	return l
}

// contracts lists the professional secretaries whose contract ends soon, has ended, or is not on record.
func contracts(facts []Fact, on time.Time, months int) readyList {
	l := readyList{Named: true, Columns: []string{"合同到期", "剩余天数", "任职时间"}}
	limit := on.AddDate(0, months, 0)
	all, unknown := 0, 0
	type row struct {
		line readyLine
		end  time.Time
	}
	var rows []row
	for i := range facts {
		f := &facts[i]
		if f.Management() != "professional" {
			continue
		}
		all++
		switch {
		case f.ContractEnd == nil:
			unknown++
			rows = append(rows, row{f.line("未登记", "", f.Since.Format(time.DateOnly)), time.Time{}})
		case !f.ContractEnd.After(limit):
			days := int(day(*f.ContractEnd).Sub(day(on)).Hours() / 24)
			rows = append(rows, row{f.line(f.ContractEnd.Format(time.DateOnly), strconv.Itoa(days), f.Since.Format(time.DateOnly)), *f.ContractEnd})
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		if a.end.IsZero() != b.end.IsZero() { // what is not on record stands last
			return cmp.Compare(btoi(a.end.IsZero()), btoi(b.end.IsZero()))
		}
		return a.end.Compare(b.end)
	})
	for _, r := range rows {
		l.Lines = append(l.Lines, r.line)
	}
	due := len(rows) - unknown
	l.Note = fmt.Sprintf("专业化管理的村党组织书记,合同在%s(含)以前到期的,先到期的在前;没有登记到期日的列在最后", limit.Format(time.DateOnly))
	l.Answer = fmt.Sprintf("%d名专业化管理的书记中,%d个月内到期(含已过期)的%d人,未登记到期日的%d人。", all, months, due, unknown)
	return l
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// chiefPosts are the posts of which every village has one.
var chiefPosts = []string{"party_secretary", "village_director"}

// vacancy is who held a post last.
type vacancy struct {
	VillageID int64
	Position  string
	Name      string
	LeftOn    time.Time
}

// vacant lists the villages without a secretary or a director.
func vacant(posts []Fact, p places, last []vacancy, on time.Time) readyList {
	l := readyList{Columns: []string{"空缺职务", "原任", "空缺自", "空缺天数"},
		Note: "没有在任的党组织书记,或没有在任的村(居)委会主任的村(社区);一人兼任的不算空缺"}
	held := map[string]bool{}
	key := func(village int64, post string) string { return strconv.FormatInt(village, 10) + post }
	for _, f := range posts {
		held[key(f.VillageID, f.Posts[0])] = true
	}
	former := map[string]vacancy{}
	for _, v := range last {
		former[key(v.VillageID, v.Position)] = v
	}
	empty := map[string]int{}
	for _, v := range p.villages {
		for _, post := range chiefPosts {
			if held[key(v.ID, post)] {
				continue
			}
			empty[post]++
			line := p.line(v)
			line.Cells = []string{cadre.PositionTitle(post, v.Kind == "community"), "无任职记录", "", ""}
			if was, ok := former[key(v.ID, post)]; ok {
				line.Cells = []string{line.Cells[0], was.Name, was.LeftOn.Format(time.DateOnly), strconv.Itoa(max(int(day(on).Sub(day(was.LeftOn)).Hours()/24), 0))}
			}
			l.Lines = append(l.Lines, line)
		}
	}
	l.Answer = fmt.Sprintf("%d个村(社区)中,缺党组织书记的%d个,缺村(居)委会主任的%d个。", len(p.villages), empty[chiefPosts[0]], empty[chiefPosts[1]])
	return l
}

// dual lists the secretaries who are directors of the same village too, or (other) those who are not.
func dual(posts []Fact, other bool) readyList {
	type both struct {
		secretary *Fact
		director  string
	}
	in := map[int64]*both{}
	var order []int64
	for i := range posts {
		f := &posts[i]
		b := in[f.VillageID]
		if b == nil {
			b = &both{}
			in[f.VillageID], order = b, append(order, f.VillageID)
		}
		if f.Posts[0] == chiefPosts[0] {
			b.secretary = f
		} else {
			b.director = f.Name
		}
	}
	holds := map[string]bool{}
	for _, f := range posts {
		if f.Posts[0] == chiefPosts[1] {
			holds[fmt.Sprint(f.VillageID, f.PersonID)] = true
		}
	}
	l := readyList{Named: true, Columns: []string{"村(居)委会主任", "年龄", "最高学历", "任职时间", "管理类型"}, Note: "同一人任同一村(社区)党组织书记和村(居)委会主任的"}
	if other {
		l.Note = "党组织书记不兼任本村(社区)村(居)委会主任的"
	}
	all, n := 0, 0
	for _, id := range order {
		b := in[id]
		if b.secretary == nil {
			continue
		}
		all++
		yes := holds[fmt.Sprint(id, b.secretary.PersonID)]
		if yes {
			n++
		}
		if yes != other {
			f := b.secretary
			l.Lines = append(l.Lines, f.line(or(b.director, "空缺"), count(f.Age), f.educationWord(), f.Since.Format(time.DateOnly), wordOf(cadre.Managements, f.Management())))
		}
	}
	l.Answer = fmt.Sprintf("%d个有党组织书记的村(社区)中,一肩挑的%d个,占%s(%s)。", all, n, Ratio{n, all}.Percent(), Ratio{n, all}.Fraction())
	return l
}

func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

// keyFields are the fields whose absence the list 关键信息缺项 knows; the first ones are looked for where nothing was chosen.
var keyFields = []cadre.Word{{Code: "phone", Title: "联系电话"}, {Code: "ethnic", Title: "民族"}, {Code: "political", Title: "政治面貌"}, {Code: "education", Title: "最高学历"},
	{Code: "joined", Title: "入党时间(党员)"}, {Code: "origin", Title: "来源"}, {Code: "native", Title: "籍贯"}, {Code: "work", Title: "参加工作时间"},
	{Code: "bank", Title: "一卡通账号(领取报酬的)"}, {Code: "photo", Title: "照片"}}

const usualFields = 5

// gap is a person whose file lacks something.
type gap struct {
	PersonID              int64
	Name                  string
	TownshipName, Village string
	Missing               []string
}

// missing lists the people whose files lack one of the fields.
func missing(gaps []gap, fields []string, people int) readyList {
	l := readyList{Named: true, Columns: []string{"缺少"}}
	times := map[string]int{}
	for _, g := range gaps {
		var words []string
		for _, f := range keyFields {
			if slices.Contains(g.Missing, f.Code) && slices.Contains(fields, f.Code) {
				words = append(words, f.Title)
				times[f.Code]++
			}
		}
		l.Lines = append(l.Lines, readyLine{Township: g.TownshipName, Village: g.Village, Person: g.PersonID, Name: g.Name, Cells: []string{strings.Join(words, "、")}})
	}
	var parts []string
	for _, f := range keyFields {
		if times[f.Code] > 0 {
			parts = append(parts, fmt.Sprintf("%s%d人", f.Title, times[f.Code]))
		}
	}
	r := Ratio{people - len(gaps), people}
	l.Note = "在任的村(社区)干部(不含驻村干部)档案中缺少所选项目之一的"
	l.Answer = fmt.Sprintf("%d名在任干部中,所选项目齐全的%d人,占%s(%s);有缺项的%d人", people, r.N, r.Percent(), r.Fraction(), len(gaps))
	if len(parts) > 0 {
		l.Answer += ":" + strings.Join(parts, "、")
	}
	l.Answer += "。"
	return l
}
