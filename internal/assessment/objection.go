package assessment

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/web/ui"
)

// objection is one 异议 against a published result, with the person's name and post as published.
type objection struct {
	ID             int64
	SheetID        int64
	RowID          int64
	VillageID      int64
	VillageName    string
	PersonID       int64
	PersonName     string
	PositionTitle  string
	Source         string
	Objector       string
	Content        string
	State          string
	FiledBy        string
	FiledHolder    int64
	FiledAt        time.Time
	Answer         string
	AnsweredBy     string
	AnsweredHolder int64
	AnsweredAt     *time.Time
	Version        int
}

// The states of an objection.
const (
	objectionOpen     = "open"
	objectionRejected = "rejected" // 维持
	objectionUpheld   = "upheld"   // 调整
)

// fromVillage is the source of what a village account files itself; the others are recorded by the township's clerk.
const fromVillage = "village"

// objectionSources are the ways in which an objection comes, as (value, title) pairs for a choice.
var objectionSources = []string{fromVillage, "本村提交", "self", "本人", "call", "来电", "letter", "来信", "visit", "来访"}

// objectionStates are the states as (value, title) pairs.
var objectionStates = []string{objectionOpen, "待答复", objectionRejected, "维持", objectionUpheld, "调整"}

// titleOf finds the title of a value among pairs.
func titleOf(pairs []string, value string) string {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == value {
			return pairs[i+1]
		}
	}
	return value
}

// answerRoles may answer objections.
var answerRoles = []access.Role{access.TownshipClerk, access.TownshipLeader, access.DistrictOfficer}

// objectionForm is an objection as it is typed, by the village or by the clerk.
type objectionForm struct {
	Row      int64  `form:"row"`
	Source   string `form:"source"`
	Objector string `form:"objector"`
	Content  string `form:"content"`
}

// check lists what is wrong with the form. sources are those that may be chosen.
func (f *objectionForm) check(sources []string) []ui.Problem {
	var problems []ui.Problem
	f.Content, f.Objector = strings.TrimSpace(f.Content), strings.TrimSpace(f.Objector)
	if f.Row == 0 {
		problems = append(problems, ui.Problem{Field: "row", Sentence: "请选择对谁的结果有异议"})
	}
	if !slices.Contains(sources, f.Source) {
		problems = append(problems, ui.Problem{Field: "source", Sentence: "请选择异议来源"})
	}
	if utf8.RuneCountInString(f.Objector) > 50 {
		problems = append(problems, ui.Problem{Field: "objector", Sentence: "反映人最多50字"})
	}
	if n := utf8.RuneCountInString(f.Content); n == 0 {
		problems = append(problems, ui.Problem{Field: "content", Sentence: "请填写异议内容"})
	} else if n < 2 || n > 1000 {
		problems = append(problems, ui.Problem{Field: "content", Sentence: fmt.Sprintf("异议内容应为2到1000字,现为%d字", n)})
	}
	return problems
}

// mayObject says whether a result that hangs on a village's notice can be objected to. A village objects within the
// period; the clerk may still record afterwards what came in time by letter or call, until the sheet is locked. A
// correction of other rows that is under way takes nobody's right away.
func mayObject(sheet Sheet, line noticeLine, source string, today time.Time) error {
	switch {
	case sheet.State == SheetLocked:
		return fault.Conflict("%s考评结果已归档,不能再提出异议", sheet.Month.Title())
	case sheet.PublishedAt == nil && sheet.State != SheetPublished:
		return fault.Conflict("%s考评结果尚未公示", sheet.Month.Title())
	case source == fromVillage && line.state(today) == noticeOver:
		return fault.Conflict("公示期已于%s届满,不能再在这里提出异议;如有情况请联系乡镇(街道)", line.EndsOn.Format("2006年1月2日"))
	}
	return nil
}

// answerForm is the answer as it is typed.
type answerForm struct {
	Decision string `form:"decision"`
	Answer   string `form:"answer"`
	Version  int    `form:"version"`
}

func (f *answerForm) check() []ui.Problem {
	var problems []ui.Problem
	f.Answer = strings.TrimSpace(f.Answer)
	if f.Decision != objectionRejected && f.Decision != objectionUpheld {
		problems = append(problems, ui.Problem{Field: "decision", Sentence: "请选择维持或调整"})
	}
	if n := utf8.RuneCountInString(f.Answer); n < 2 || n > reasonLimit {
		problems = append(problems, ui.Problem{Field: "answer", Sentence: fmt.Sprintf("答复理由应为2到%d字,现为%d字", reasonLimit, n)})
	}
	return problems
}

// mayAnswer says whether this person may answer: nobody who had a hand in the score, who brought the objection in, or
// whom it is about. It is the natural person that counts, under whatever account or role.
func (o objection) mayAnswer(s access.Scope, scorers []int64) error {
	switch {
	case slices.Contains(scorers, s.Holder()):
		return fault.Conflict("您填报或提交过这项得分,不能由您答复")
	case s.Holder() == o.FiledHolder:
		return fault.Conflict("这条异议是您登记的,不能由您答复")
	case s.Person() != 0 && s.Person() == o.PersonID:
		return fault.Conflict("不能答复对本人结果的异议")
	}
	return nil
}

// answerer is somebody who may answer an objection.
type answerer struct {
	Name string
	Role access.Role
}

// theyMay names who may answer, for the page of somebody who may not.
func theyMay(list []answerer) string {
	var names []string
	for _, a := range list {
		names = append(names, a.Name+"("+a.Role.Title()+")")
	}
	if len(names) == 0 {
		return "本乡镇(街道)现在没有可以答复的人员:可由区委组织部未参与评分的干部答复,或由区委组织部为组织委员指定代理"
	}
	return "可由以下人员答复:" + strings.Join(names, "、") + ",以及区委组织部未参与评分的干部"
}
