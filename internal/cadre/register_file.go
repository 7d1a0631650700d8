package cadre

import (
	"slices"
	"strings"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/xlsx"
)

// The full-width workbook (全部档案): the register on the sheet 人员 and one sheet per kind of entry. What the export writes,
// the template asks for and the import reads are the same sheets, so that a workbook can go out, be edited and come back.

// peopleSheet and postSheet are the two sheets that are no section of a file.
const (
	peopleSheet = "人员"
	postSheet   = "任职"
)

// bookSheet is a sheet of entries. A sheet may hold two sections, told apart by its first column (奖惩).
type bookSheet struct {
	Name     string
	Sections []string
	Synonyms []string // other names of the tab
	Columns  []xlsx.Column
	fields   map[string]map[string]string // section → column → field, where their names differ
}

// kindColumn tells apart the sections of a sheet that holds two.
const kindColumn = "part"

var bookSheets = []bookSheet{
	sheetOf("学历", "education", "学历学位", "教育"),
	sheetOf("简历", "resume", "工作简历", "履历"),
	sheetOf("家庭成员", "family", "家庭主要成员"),
	{Name: "奖惩", Sections: []string{"awards", "sanctions"}, Synonyms: []string{"奖惩情况", "表彰处分"}, Columns: []xlsx.Column{
		{Key: kindColumn, Title: "奖惩", Required: true, Options: []string{"表彰奖励", "处分处理"}},
		{Key: "kind", Title: "类别", Required: true, Width: 20, Options: titlesOf(slices.Concat(AwardKinds, sanctionKinds)), Note: "表彰奖励和处分处理各选自己的类别"},
		{Key: "title", Title: "名称", Width: 26, Note: "表彰奖励必填,如:全区优秀共产党员"},
		{Key: "level", Title: "级别", Options: titlesOf(levels), Note: "表彰奖励必填"},
		{Key: "by", Title: "授予单位或决定机关", Width: 24},
		{Key: "on", Title: "日期", Required: true, Width: 13, Note: "授予或决定的日期,如:2024-07-01"},
		{Key: "ends_on", Title: "影响期至", Width: 13, Note: "只用于处分处理"},
		{Key: "doc_no", Title: "文号", Width: 20},
		{Key: "reason", Title: "事由", Width: 30, Note: "处分处理必填"}},
		fields: map[string]map[string]string{"awards": {"by": "issuer", "on": "awarded_on"}, "sanctions": {"by": "authority", "on": "decided_on"}}},
	sheetOf("年度考核", "grades", "年度考核等次"),
	sheetOf("两代表一委员", "representatives", "两代表一委"),
	sheetOf("提拔使用", "promotions", "提拔"),
}

// sheetOf makes the sheet of one section from the fields of its form.
func sheetOf(name, key string, synonyms ...string) bookSheet {
	s, _ := sectionOf(key)
	b := bookSheet{Name: name, Sections: []string{key}, Synonyms: synonyms}
	for _, f := range s.Fields {
		c := xlsx.Column{Key: f.Name, Title: f.Label, Required: f.Required && f.Default == "", Note: f.Hint}
		switch f.Kind {
		case "code":
			c.Options, c.Width = titlesOf(f.Words), 16
		case "month":
			c.Width, c.Note = 12, joined(f.Hint, "写到月,如:2006-07")
		case "date":
			c.Width, c.Note = 13, joined(f.Hint, "写到日,如:2006-07-01")
		case "long":
			c.Width = 48
		case "text":
			c.Width = 22
		}
		if c.Title == whoColumn.Title { // of the relative
			c.Title = "成员姓名"
		}
		b.Columns = append(b.Columns, c)
	}
	return b
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "。")
}

func titlesOf(words []Word) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.Title
	}
	return out
}

// field names the field of a section that a column holds, "" if the section has none.
func (b bookSheet) field(section, column string) string {
	if name := b.fields[section][column]; name != "" {
		return name
	}
	s, _ := sectionOf(section)
	for _, f := range s.Fields {
		if f.Name == column {
			return column
		}
	}
	return ""
}

// The columns by which every sheet of entries names its person.
var (
	whereColumn = xlsx.Column{Key: "where", Title: "村(社区)", Width: 14, Note: "方便查看,导入时不读取"}
	whoColumn   = xlsx.Column{Key: "who", Title: "姓名", Synonyms: []string{"干部姓名"}, Required: true, Width: 12}
	whoNumber   = xlsx.Column{Key: "who_id", Title: "身份证号", Synonyms: []string{"公民身份号码", "身份证号码"}, Text: true, Width: 22, Note: "按身份证号对应“人员”表或花名册中的人员"}
	whoTail     = xlsx.Column{Key: "who_tail", Title: "身份证末四位", Synonyms: []string{"末四位", "身份证后四位", "身份证号末四位"}, Text: true, Width: 14,
		Note: "按姓名和末四位对应人员;有重名的请改填身份证号"}
)

// numberColumn names a person beside the name.
func numberColumn(whole bool) xlsx.Column {
	if whole {
		return whoNumber
	}
	return whoTail
}

// schema is the sheet as the import reads it: a row may name its person by the whole number or by its last four.
func (b bookSheet) schema() xlsx.Schema {
	return xlsx.Schema{Columns: append([]xlsx.Column{whereColumn, whoColumn, whoTail, whoNumber}, b.Columns...)}
}

// detailColumns are what a file says beyond the register, as columns of 人员 and of any roster that has them.
var detailColumns = []xlsx.Column{
	{Key: "native_place", Title: "籍贯", Note: "如:甘肃武都"},
	{Key: "birth_place", Title: "出生地"},
	{Key: "party_full", Title: "转正时间", Synonyms: []string{"转为正式党员时间"}, Note: "写到月,如:2007-07"},
	{Key: "party_branch", Title: "所在党支部", Width: 22},
	{Key: "work_start", Title: "参加工作时间", Synonyms: []string{"参加工作年月"}, Note: "写到月,如:2001-09"},
	{Key: "origins", Title: "来源身份", Synonyms: []string{"来源", "身份来源"}, Width: 20, Options: titlesOf(Origins), Note: "有几种的用顿号隔开"},
	{Key: "health", Title: "健康状况", Options: titlesOf(HealthWords)},
	{Key: "marital", Title: "婚姻状况", Options: titlesOf(MaritalWords)},
	{Key: "technical_post", Title: "专业技术职务"},
	{Key: "specialty", Title: "熟悉专业有何特长", Synonyms: []string{"特长", "专业特长"}, Width: 22},
	{Key: "certificates", Title: "证书", Synonyms: []string{"职业资格证书"}},
	{Key: "social_insurance", Title: "养老保险", Synonyms: []string{"参加养老保险情况", "养老保险类型"}, Options: titlesOf(InsuranceWords)},
	{Key: "local", Title: "本村户籍", Synonyms: []string{"是否本村户籍", "是否本村"}, Options: []string{"是", "否"}},
	{Key: "phone2", Title: "第二联系电话", Synonyms: []string{"备用电话", "联系电话2"}, Text: true, Width: 14},
	{Key: "bank_name", Title: "开户行", Synonyms: []string{"一卡通开户行", "开户银行"}, Width: 20, Note: "填银行卡号时必填"},
	{Key: "bank_card", Title: "银行卡号", Synonyms: []string{"一卡通账号", "一卡通卡号", "银行账号", "一卡通号"}, Text: true, Width: 24, Note: "已登记的卡号只能申请更正"},
	{Key: "address", Title: "户籍地址", Synonyms: []string{"家庭住址", "户籍所在地", "住址"}, Width: 30},
}

// people is the sheet 人员: a roster without the columns of posts, which stand on 任职. Only the name is required: of a
// person who is registered a row may say no more than what changes.
var people = func() xlsx.Schema {
	s := xlsx.Schema{Ignore: []string{"年龄", "党龄", "任职年限", "现任职务", "职务", "任职时间", "任职方式", "管理类型", "是否领取报酬", "状态", "备注"}}
	for _, c := range roster.Columns {
		if !slices.Contains([]string{"position", "since", "way", "management", "paid", "note"}, c.Key) {
			c.Required = c.Key == "name"
			s.Columns = append(s.Columns, c)
		}
	}
	tail := whoTail
	tail.Key = "tail"
	s.Columns = append(s.Columns, tail)
	return s
}()

// postings is the sheet 任职.
var postings = xlsx.Schema{Columns: append([]xlsx.Column{whoColumn, whoTail, whoNumber}, postColumns...)}

var postColumns = []xlsx.Column{
	{Key: "township", Title: "任职乡镇(街道)", Synonyms: []string{"乡镇(街道)", "乡镇"}, Width: 14, Note: "只有一个乡镇的可以不填"},
	{Key: "unit", Title: "任职村(社区)", Synonyms: []string{"村(社区)", "村"}, Required: true, Width: 14},
	{Key: "position", Title: "职务", Required: true, Width: 22},
	{Key: "management", Title: "管理类型", Options: titlesOf(Managements), Width: 14, Note: "不填为普通"},
	{Key: "paid", Title: "是否领取报酬", Options: []string{"是", "否"}, Note: "不填为是"},
	{Key: "since", Title: "任职时间", Required: true, Width: 13, Note: "到任的日期,如:2021-01-15"},
	{Key: "way", Title: "任职方式", Options: titlesOf(WaysIn), Note: "不填为换届选举"},
	{Key: "doc", Title: "任职文号", Width: 20},
	{Key: "until", Title: "离任时间", Width: 13, Note: "在任的最后一天;仍在任的不填。已登记为在任的填写后即登记离任;去世请在干部信息中登记"},
	{Key: "out", Title: "离任方式", Options: titlesOf(WaysOut)},
	{Key: "out_doc", Title: "离任文号", Width: 20},
	{Key: "term", Title: "届次", Note: "只写数字,如:12"},
	{Key: "contract", Title: "合同到期", Width: 13, Note: "专业化管理的村党组织书记填写"},
	{Key: "note", Title: "备注", Width: 20},
}

// withOptions completes the columns of people and posts for a template: the lists of codes and the villages of the scope.
func withOptions(columns []xlsx.Column, villages, townships []string) []xlsx.Column {
	out := slices.Clone(columns)
	for i, c := range out {
		switch c.Key {
		case "village", "unit":
			out[i].Options = villages
		case "township":
			out[i].Options = townships
		case "ethnic":
			out[i].Options = namesOf(codelist.Ethnic())
		case "political":
			out[i].Options = namesOf(codelist.Political())
		case "education":
			out[i].Options = namesOf(codelist.Education())
		case "position":
			for _, p := range positions {
				out[i].Options = append(out[i].Options, p.Village)
			}
		}
	}
	return out
}

func namesOf(list *codelist.List) []string {
	var out []string
	for _, o := range list.Options() {
		out = append(out, o.Name)
	}
	return out
}
