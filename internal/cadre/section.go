package cadre

import (
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/fault"
	"touyan/web/ui"
)

// section is one kind of entry of a file, such as its awards: what its form asks and its table shows. Its statements stand
// in section_store.go under the same key.
type section struct {
	Key     string
	Title   string
	Fields  []entryField
	Private bool // family and sanctions: shown to who maintains the file, to others only after a reveal
	check   func(p Person, typed map[string]string) []ui.Problem
}

// entryField is one field of an entry.
type entryField struct {
	Name     string
	Label    string
	Kind     string // text, long, month, date, year, code
	Words    []Word // of a code
	Required bool
	Past     bool // a date or month that cannot lie ahead
	Hint     string
	Default  string
}

// Entry is one row of a section with its values as the form writes them.
type Entry struct {
	ID      int64
	Version int
	Values  map[string]string
}

// The words of the file's lists. Levels are those of the body that decides.
var (
	educationModes = []Word{{"fulltime", "全日制教育"}, {"inservice", "在职教育"}}
	resumeKinds    = []Word{{"work", "工作"}, {"study", "学习"}}
	levels         = []Word{{"township", "乡镇(街道)"}, {"district", "区(县)"}, {"city", "市"}, {"province", "省"}, {"nation", "国家"}}
	AwardKinds     = []Word{{"good_secretary", "担当作为好支书"}, {"notice", "通报表扬"}, {"party_member", "优秀共产党员"}, {"party_worker", "优秀党务工作者"},
		{"cadre", "优秀村(社区)干部"}, {"individual", "先进个人"}, {"labour", "劳动模范"}, {"other", "其他表彰"}}
	sanctionKinds = []Word{{"talk", "谈话提醒"}, {"criticism", "批评教育"}, {"admonition", "诫勉"}, {"warning", "党内警告"}, {"serious_warning", "党内严重警告"},
		{"removal", "撤销党内职务"}, {"probation", "留党察看"}, {"expulsion", "开除党籍"}, {"administrative", "政务处分"}, {"other", "其他处理"}}
	// YearlyGrades are the grades of a year's appraisal.
	YearlyGrades = []Word{{"excellent", "优秀"}, {"competent", "称职"}, {"basically_competent", "基本称职"}, {"incompetent", "不称职"}, {"none", "不定等次"}}
	// RepresentativeKinds are the seats of 两代表一委员.
	RepresentativeKinds = []Word{{"party_delegate", "党代表"}, {"npc_deputy", "人大代表"}, {"cppcc_member", "政协委员"}}
	// PromotionKinds are the ways up from a village; the first three are those that the district reports.
	PromotionKinds = []Word{{"professional_secretary", "选聘为专业化管理村党组织书记"}, {"institution_head", "任副科级事业站所负责人"}, {"leading_group", "进入乡镇领导班子"},
		{"civil_servant", "考录公务员"}, {"institution_staff", "招聘到乡镇事业单位"}, {"other", "其他"}}
)

func codeWords(list *codelist.List) []Word {
	var out []Word
	for _, o := range list.Options() {
		out = append(out, Word{o.Code, o.Name})
	}
	return out
}

// sections in the order in which a file shows them.
var sections = []section{
	{Key: "education", Title: "学历学位", check: withinHighest, Fields: []entryField{
		{Name: "mode", Label: "教育类别", Kind: "code", Words: educationModes, Required: true},
		{Name: "level", Label: "学历", Kind: "code", Words: codeWords(codelist.Education()), Required: true},
		{Name: "degree", Label: "学位", Kind: "text", Hint: "如:农学学士"},
		{Name: "school", Label: "毕业院校系及专业", Kind: "text"},
		{Name: "degree_school", Label: "学位授予院校系及专业", Kind: "text", Hint: "与学历相同的不填"},
		{Name: "finished_on", Label: "毕业时间", Kind: "month", Past: true}}},
	{Key: "resume", Title: "简历", Fields: []entryField{
		{Name: "from_on", Label: "起", Kind: "month", Required: true, Past: true},
		{Name: "to_on", Label: "止", Kind: "month", Hint: "至今的不填"},
		{Name: "kind", Label: "类别", Kind: "code", Words: resumeKinds, Required: true, Default: "work"},
		{Name: "body", Label: "在何单位任何职", Kind: "long", Required: true}}},
	{Key: "family", Title: "家庭主要成员", Private: true, check: familyName, Fields: []entryField{
		{Name: "relation", Label: "称谓", Kind: "code", Words: codeWords(codelist.Relation()), Required: true},
		{Name: "name", Label: "姓名", Kind: "text", Required: true},
		{Name: "birth_month", Label: "出生年月", Kind: "month", Past: true},
		{Name: "political", Label: "政治面貌", Kind: "text"},
		{Name: "employer_post", Label: "工作单位及职务", Kind: "text", Hint: "已去世的写明"}}},
	{Key: "awards", Title: "表彰奖励", Fields: []entryField{
		{Name: "kind", Label: "类别", Kind: "code", Words: AwardKinds, Required: true},
		{Name: "title", Label: "名称", Kind: "text", Required: true},
		{Name: "level", Label: "级别", Kind: "code", Words: levels, Required: true},
		{Name: "issuer", Label: "授予单位", Kind: "text"},
		{Name: "awarded_on", Label: "授予日期", Kind: "date", Required: true, Past: true},
		{Name: "doc_no", Label: "文号", Kind: "text"},
		{Name: "reason", Label: "事由", Kind: "text"}}},
	{Key: "sanctions", Title: "处分处理", Private: true, Fields: []entryField{
		{Name: "kind", Label: "类别", Kind: "code", Words: sanctionKinds, Required: true},
		{Name: "decided_on", Label: "决定日期", Kind: "date", Required: true, Past: true},
		{Name: "ends_on", Label: "影响期至", Kind: "date"},
		{Name: "authority", Label: "决定机关", Kind: "text"},
		{Name: "doc_no", Label: "文号", Kind: "text"},
		{Name: "reason", Label: "事由", Kind: "long", Required: true}}},
	{Key: "grades", Title: "年度考核", Fields: []entryField{
		{Name: "year", Label: "年度", Kind: "year", Required: true, Past: true},
		{Name: "grade", Label: "等次", Kind: "code", Words: YearlyGrades, Required: true},
		{Name: "doc_no", Label: "文号", Kind: "text"},
		{Name: "note", Label: "备注", Kind: "text"}}},
	{Key: "representatives", Title: "两代表一委员", check: seatExists, Fields: []entryField{
		{Name: "kind", Label: "身份", Kind: "code", Words: RepresentativeKinds, Required: true},
		{Name: "level", Label: "级别", Kind: "code", Words: levels, Required: true},
		{Name: "term_no", Label: "届次", Kind: "text", Hint: "如:第十九届"},
		{Name: "from_on", Label: "起", Kind: "date", Required: true, Past: true},
		{Name: "to_on", Label: "止", Kind: "date", Hint: "在任的不填"}}},
	{Key: "promotions", Title: "提拔使用", Fields: []entryField{
		{Name: "kind", Label: "去向", Kind: "code", Words: PromotionKinds, Required: true},
		{Name: "from_post", Label: "原任职务", Kind: "text", Required: true},
		{Name: "to_post", Label: "新任职务", Kind: "text", Required: true},
		{Name: "promoted_on", Label: "日期", Kind: "date", Required: true, Past: true},
		{Name: "doc_no", Label: "文号", Kind: "text"},
		{Name: "note", Label: "备注", Kind: "text"}}},
}

func sectionOf(key string) (section, bool) {
	for _, s := range sections {
		if s.Key == key {
			return s, true
		}
	}
	return section{}, false
}

// maxText holds texts to what a cell of a printed form carries.
var maxText = map[string]int{"text": 100, "long": 500}

// checked reads what was typed: values for the statements, by the names of the fields, or a problem beside each field.
func (s section) checked(p Person, today time.Time, typed map[string]string) (map[string]any, []ui.Problem) {
	values, problems := map[string]any{}, []ui.Problem{}
	bad := func(field, sentence string, args ...any) {
		problems = append(problems, ui.Problem{Field: field, Sentence: fault.Of(fault.Invalid(sentence, args...)).Sentence})
	}
	for _, field := range s.Fields {
		text := strings.TrimSpace(typed[field.Name])
		if text == "" {
			if field.Required {
				bad(field.Name, "请填写%s", field.Label)
			}
			values[field.Name] = field.empty()
			continue
		}
		v, err := field.parse(text, today)
		if err != nil {
			bad(field.Name, "%s", fault.Of(err).Sentence)
		}
		values[field.Name] = v
	}
	if len(problems) == 0 {
		problems = append(problems, ordered(s, values)...)
	}
	if s.check != nil && len(problems) == 0 {
		problems = append(problems, s.check(p, typed)...)
	}
	return values, problems
}

// says tells whether a row holds what was typed.
func (s section) says(e Entry, typed map[string]string) bool {
	for _, f := range s.Fields {
		if e.Values[f.Name] != typed[f.Name] {
			return false
		}
	}
	return true
}

// empty is what the table keeps where nothing was typed.
func (f entryField) empty() any {
	switch f.Kind {
	case "month", "date", "year":
		return nil
	}
	return ""
}

func (f entryField) parse(text string, today time.Time) (any, error) {
	switch f.Kind {
	case "code":
		if wordOf(f.Words, text) == text {
			return nil, fault.Invalid("请选择%s", f.Label)
		}
		return text, nil
	case "year":
		n, err := strconv.Atoi(text)
		if err != nil || n < 1950 || n > today.Year() {
			return nil, fault.Invalid("%s应为1950到%d之间的年份", f.Label, today.Year())
		}
		return n, nil
	case "month", "date":
		layout, form := "2006-01", "2006-07"
		if f.Kind == "date" {
			layout, form = time.DateOnly, "2006-07-01"
		}
		t, err := time.Parse(layout, text)
		if err != nil {
			return nil, fault.Invalid("%s应写成 %s 的形式,且是存在的日期", f.Label, form)
		}
		if t.Year() < 1900 {
			return nil, fault.Invalid("%s早于1900年,请核对", f.Label)
		}
		if f.Past && t.After(today) {
			return nil, fault.Invalid("%s不能晚于今天", f.Label)
		}
		return t, nil
	}
	if n := len([]rune(text)); n > maxText[f.Kind] {
		return nil, fault.Invalid("%s最多%d字,现为%d字", f.Label, maxText[f.Kind], n)
	}
	return text, nil
}

// ordered refuses an entry that ends before it begins.
func ordered(s section, values map[string]any) []ui.Problem {
	from, _ := values["from_on"].(time.Time)
	end := "to_on"
	if s.Key == "sanctions" {
		from, _ = values["decided_on"].(time.Time)
		end = "ends_on"
	}
	if to, ok := values[end].(time.Time); ok && to.Before(from) {
		return []ui.Problem{{Field: end, Sentence: "结束时间早于开始时间"}}
	}
	return nil
}

// withinHighest keeps entries below the highest education of the file, which changes only by a request with evidence.
func withinHighest(p Person, typed map[string]string) []ui.Problem {
	if codelist.LevelOf(typed["level"]) > codelist.LevelOf(p.Education) {
		return []ui.Problem{{Field: "level", Sentence: "高于档案登记的最高学历(" + codeName("education", p.Education) + "),请在“申请更正”中附毕业证书申请更正学历"}}
	}
	return nil
}

func familyName(_ Person, typed map[string]string) []ui.Problem {
	if err := CheckName(typed["name"]); err != nil {
		return []ui.Problem{{Field: "name", Sentence: fault.Of(err).Sentence}}
	}
	return nil
}

func seatExists(_ Person, typed map[string]string) []ui.Problem {
	if typed["kind"] == "cppcc_member" && typed["level"] == "township" {
		return []ui.Problem{{Field: "level", Sentence: "乡镇(街道)不设政协,请核对级别"}}
	}
	return nil
}

// Show is the value of a field as a table says it.
func (f entryField) Show(value string) string {
	switch {
	case f.Kind == "code":
		return wordOf(f.Words, value)
	case f.Name == "to_on" && value == "":
		return "至今"
	}
	return value
}
