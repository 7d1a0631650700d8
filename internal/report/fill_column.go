package report

import (
	"slices"
	"strings"
	"time"

	"touyan/internal/cadre"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/xlsx"
)

// Holder is a file with the posts of a day, as a superior's table may ask for it.
type Holder struct {
	Fact
	IDIndex       []byte
	IDCipher      []byte
	PhoneCipher   []byte
	FormerName    string
	NativePlace   string
	BirthPlace    string
	WorkStart     *time.Time
	TechnicalPost string
	Specialty     string
	PartyBranch   string
	Schooling     [2]schooling // full time, in service
	Died          bool
}

// schooling is the highest education of one way of studying.
type schooling struct{ Level, School string }

// level is its name, and empty where there is none.
func (s schooling) level() string {
	if s.Level == "" {
		return ""
	}
	return codelist.Education().Name(s.Level)
}

// serving reports whether somebody holds a post on the day.
func (h *Holder) serving() bool { return len(h.Posts) > 0 }

// fillColumn is a column that can be filled from the register.
type fillColumn struct {
	xlsx.Column
	value  func(h *Holder) string
	number bool // the cell holds a number, which formulas of the table reckon with
	// expected tells of whom a blank deserves a remark; nil: of everybody. In-service education or the day of joining the Party
	// is missing in most files because there is none.
	expected func(h *Holder) bool
	// personal columns are filled only with the permission to reveal, and only if asked for.
	personal func(s cadre.Store, tenant int64, p cadre.Person) (string, error)
}

// filling are the columns of superiors' tables, with the words of the register's own import and those that only such tables use.
var filling = func() []fillColumn {
	values := map[string]func(h *Holder) string{
		"township": func(h *Holder) string { return h.TownshipName }, "village": func(h *Holder) string { return h.VillageName },
		"name": func(h *Holder) string { return h.Name }, "former": func(h *Holder) string { return h.FormerName },
		"sex": func(h *Holder) string { return h.sexWord() }, "birth": func(h *Holder) string { return dotted(&h.Birth) },
		"ethnic": func(h *Holder) string { return h.ethnicWord() }, "political": func(h *Holder) string { return h.politicalWord() },
		"joined": func(h *Holder) string { return dotted(h.PartyJoin) }, "education": func(h *Holder) string { return codelist.Education().Name(h.Education) },
		"position": func(h *Holder) string { return h.Title() }, "since": (*Holder).sinceMonth,
		"management": func(h *Holder) string { return ifServing(h, wordOf(cadre.Managements, h.Management())) },
		"paid":       func(h *Holder) string { return ifServing(h, map[bool]string{true: "是", false: "否"}[h.Paid]) },
	}
	var list []fillColumn
	for _, c := range cadre.RosterColumns() {
		c.Required = false
		// 全日制教育 is a column of its own here; the import has only one for education.
		c.Synonyms = slices.DeleteFunc(slices.Clone(c.Synonyms), func(s string) bool { return strings.HasPrefix(s, "全日制") })
		one := fillColumn{Column: c, value: values[c.Key]}
		switch c.Key {
		case "former":
			one.expected = nobody
		case "joined":
			one.expected = (*Holder).member
		case "id":
			one.personal = cadre.Store.IDNumber
		case "phone":
			one.personal = cadre.Store.Phone
		}
		if one.value != nil || one.personal != nil {
			list = append(list, one)
		}
	}
	more := func(key, title string, value func(h *Holder) string, synonyms ...string) {
		list = append(list, fillColumn{Column: xlsx.Column{Key: key, Title: title, Synonyms: synonyms}, value: value,
			number: slices.Contains([]string{"age", "party_years", "post_years"}, key)})
	}
	of := func(expected func(h *Holder) bool, key, title string, value func(h *Holder) string, synonyms ...string) {
		more(key, title, value, synonyms...)
		list[len(list)-1].expected = expected
	}
	more("unit", "所在单位", (*Holder).unit, "工作单位", "任职单位", "所属单位", "单位名称")
	more("unit_post", "单位及职务", func(h *Holder) string { return ifServing(h, h.unit()+h.Title()) }, "工作单位及职务", "现工作单位及职务", "所在单位及职务", "单位职务")
	more("age", "年龄", func(h *Holder) string { return count(h.Age) }, "周岁", "现年龄")
	more("fulltime", "全日制学历", func(h *Holder) string { return h.Schooling[0].level() }, "学历/全日制", "全日制教育", "全日制教育/学历", "全日制")
	of(nobody, "fulltime_school", "全日制毕业院校系及专业", func(h *Holder) string { return h.Schooling[0].School }, "全日制教育/毕业院校系及专业", "全日制毕业院校", "全日制教育/毕业院校及专业")
	of(nobody, "inservice", "在职学历", func(h *Holder) string { return h.Schooling[1].level() }, "学历/在职", "在职教育", "在职教育/学历", "在职")
	of(nobody, "inservice_school", "在职毕业院校系及专业", func(h *Holder) string { return h.Schooling[1].School }, "在职教育/毕业院校系及专业", "在职毕业院校", "在职教育/毕业院校及专业")
	of((*Holder).member, "full", "转正时间", func(h *Holder) string { return dotted(h.PartyFull) }, "转正年月", "转为正式党员时间")
	of((*Holder).member, "party_years", "党龄", func(h *Holder) string { return count(h.PartyYears) })
	more("post_years", "任职年限", func(h *Holder) string { return ifServing(h, count(h.PostYears)) }, "任现职年限", "任职时长")
	more("origin", "来源", func(h *Holder) string { return h.originWords() }, "来源身份", "人员来源", "身份类别")
	more("native", "籍贯", func(h *Holder) string { return h.NativePlace })
	more("birthplace", "出生地", func(h *Holder) string { return h.BirthPlace })
	more("work", "参加工作时间", func(h *Holder) string { return dotted(h.WorkStart) }, "参加工作年月", "工作时间", "参工时间")
	of(nobody, "technical", "专业技术职务", func(h *Holder) string { return h.TechnicalPost }, "职称", "专业技术职称")
	of(nobody, "specialty", "熟悉专业有何专长", func(h *Holder) string { return h.Specialty }, "特长", "专长")
	of((*Holder).member, "branch", "所在党支部", func(h *Holder) string { return h.PartyBranch }, "党支部", "所在党组织", "组织关系所在党支部")
	more("dual", "是否一肩挑", func(h *Holder) string { return ifServing(h, map[bool]string{true: "是", false: "否"}[h.Dual]) }, "一肩挑", "是否书记主任一肩挑")
	return list
}()

func nobody(*Holder) bool { return false }

func (h *Holder) member() bool { return codelist.IsPartyMember(h.Political) }

func ifServing(h *Holder, text string) string {
	if !h.serving() {
		return ""
	}
	return text
}

func (h *Holder) unit() string { return h.TownshipName + h.VillageName }

func (h *Holder) sinceMonth() string { return ifServing(h, h.Since.Format("2006.01")) }

// dotted is a month as personnel tables write it.
func dotted(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.Format("2006.01")
}
