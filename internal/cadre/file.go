package cadre

import (
	"strings"
	"time"

	"touyan/internal/platform/contact"
	"touyan/internal/platform/fault"
	"touyan/web/ui"
)

// The words of the file's single fields (GB/T 2261.2, 2261.3; sources of cadres as the department reports them).
var (
	HealthWords    = []Word{{"1", "健康"}, {"3", "一般"}, {"4", "较差"}}
	MaritalWords   = []Word{{"10", "未婚"}, {"20", "已婚"}, {"30", "丧偶"}, {"40", "离婚"}, {"90", "未说明"}}
	InsuranceWords = []Word{{"resident", "城乡居民养老保险"}, {"employee", "职工养老保险"}, {"none", "未参加"}}
	// Origins are the sources from which village cadres come (来源身份).
	Origins = []Word{{"graduate", "大中专毕业生"}, {"rich_leader", "农村致富带头人"}, {"returnee", "返乡创业青年"}, {"veteran", "退伍军人"},
		{"migrant_worker", "外出务工返乡人员"}, {"village_doctor_teacher", "村医村教"}, {"coop_leader", "合作社负责人"}, {"selected_graduate", "选调生(大学生村官)"},
		{"one_village_one_graduate", "一村一名大学生"}, {"retired_official", "退休干部"}, {"org_dispatched", "机关选派"}, {"other", "其他"}}
)

// FileForm is what a file says beyond the register, as typed. Empty address, second phone and card leave what is stored.
type FileForm struct {
	NativePlace     string   `form:"native_place"`
	BirthPlace      string   `form:"birth_place"`
	PartyFull       string   `form:"party_full"` // 2007-07
	PartyBranch     string   `form:"party_branch"`
	WorkStart       string   `form:"work_start"`
	Health          string   `form:"health"`
	Marital         string   `form:"marital"`
	TechnicalPost   string   `form:"technical_post"`
	Specialty       string   `form:"specialty"`
	Certificates    string   `form:"certificates"`
	SocialInsurance string   `form:"social_insurance"`
	Local           string   `form:"local"` // yes, no or empty
	Origins         []string `form:"origins"`
	Address         string   `form:"address"`
	Phone2          string   `form:"phone2"`
	BankName        string   `form:"bank_name"`
	BankCard        string   `form:"bank_card"`
}

// Details are the checked values; the sealed ones stand open here only on their way to the table.
type Details struct {
	NativePlace     string
	BirthPlace      string
	PartyFull       *time.Time
	PartyBranch     string
	WorkStart       *time.Time
	Health          string
	Marital         string
	TechnicalPost   string
	Specialty       string
	Certificates    string
	SocialInsurance string
	Local           *bool
	Origins         []string
	BankName        string
	AddressCipher   []byte
	Phone2Cipher    []byte
	BankCipher      []byte
	address         string
	phone2          string
	card            string
	warning         string
}

// check reads the form; joined is when the person joined the Party.
func (f FileForm) check(today time.Time, born, joined *time.Time) (Details, []ui.Problem) {
	d := Details{NativePlace: strings.TrimSpace(f.NativePlace), BirthPlace: strings.TrimSpace(f.BirthPlace), PartyBranch: strings.TrimSpace(f.PartyBranch),
		Health: f.Health, Marital: f.Marital, TechnicalPost: strings.TrimSpace(f.TechnicalPost), Specialty: strings.TrimSpace(f.Specialty),
		Certificates: strings.TrimSpace(f.Certificates), SocialInsurance: f.SocialInsurance, Origins: []string{}, BankName: strings.TrimSpace(f.BankName),
		address: strings.TrimSpace(f.Address)}
	var problems []ui.Problem
	bad := func(field string, err error) {
		problems = append(problems, ui.Problem{Field: field, Sentence: fault.Of(err).Sentence})
	}
	for _, t := range []struct{ field, label, text string }{{"native_place", "籍贯", d.NativePlace}, {"birth_place", "出生地", d.BirthPlace},
		{"party_branch", "所在党支部", d.PartyBranch}, {"technical_post", "专业技术职务", d.TechnicalPost}, {"specialty", "熟悉专业有何特长", d.Specialty},
		{"certificates", "证书", d.Certificates}, {"address", "户籍地址", d.address}, {"bank_name", "开户行", d.BankName}} {
		if n := len([]rune(t.text)); n > 100 {
			bad(t.field, fault.Invalid("%s最多100字,现为%d字", t.label, n))
		}
	}
	for _, c := range []struct {
		field, label, code string
		words              []Word
	}{{"health", "健康状况", f.Health, HealthWords}, {"marital", "婚姻状况", f.Marital, MaritalWords}, {"social_insurance", "养老保险", f.SocialInsurance, InsuranceWords}} {
		if !has(c.words, c.code) {
			bad(c.field, fault.Invalid("请选择%s", c.label))
		}
	}
	for _, code := range f.Origins {
		if code == "" || !has(Origins, code) {
			bad("origins", fault.Invalid("请选择来源身份"))
			continue
		}
		d.Origins = append(d.Origins, code)
	}
	switch f.Local {
	case "yes", "no":
		local := f.Local == "yes"
		d.Local = &local
	}
	var err error
	if d.PartyFull, err = pastMonth("转正时间", f.PartyFull, today); err != nil {
		bad("party_full", err)
	} else if d.PartyFull != nil && (joined == nil || d.PartyFull.Before(*joined)) {
		bad("party_full", fault.Invalid("转正时间早于入党时间,或没有登记入党时间"))
	}
	if d.WorkStart, err = pastMonth("参加工作时间", f.WorkStart, today); err != nil {
		bad("work_start", err)
	} else if d.WorkStart != nil && born != nil && d.WorkStart.Before(born.AddDate(14, 0, 0)) {
		bad("work_start", fault.Invalid("参加工作时间早于年满14周岁"))
	}
	if d.phone2, err = contact.ParsePhone(f.Phone2); strings.TrimSpace(f.Phone2) != "" && err != nil {
		bad("phone2", err)
	}
	if strings.TrimSpace(f.BankCard) != "" {
		if d.card, d.warning, err = contact.ParseBankCard(f.BankCard); err != nil {
			bad("bank_card", err)
		}
		if d.BankName == "" {
			bad("bank_name", fault.Invalid("请填写开户行"))
		}
	}
	return d, problems
}

func pastMonth(label, text string, today time.Time) (*time.Time, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	t, err := time.Parse("2006-01", text)
	if err != nil {
		return nil, fault.Invalid("%s应写成 2006-07 的形式", label)
	}
	if t.After(today) {
		return nil, fault.Invalid("%s在今天之后", label)
	}
	return &t, nil
}

// form gives the details as the form writes them; sealed values stay away.
func (d Details) form() FileForm {
	f := FileForm{NativePlace: d.NativePlace, BirthPlace: d.BirthPlace, PartyFull: monthText(d.PartyFull), PartyBranch: d.PartyBranch,
		WorkStart: monthText(d.WorkStart), Health: d.Health, Marital: d.Marital, TechnicalPost: d.TechnicalPost, Specialty: d.Specialty,
		Certificates: d.Certificates, SocialInsurance: d.SocialInsurance, Origins: d.Origins, BankName: d.BankName}
	if d.Local != nil {
		f.Local = map[bool]string{true: "yes", false: "no"}[*d.Local]
	}
	return f
}

// local says whether the person's household is registered in the village.
func (d Details) local() string {
	if d.Local == nil {
		return ""
	}
	return map[bool]string{true: "是", false: "否"}[*d.Local]
}

// originNames names the sources in one line.
func (d Details) originNames() string {
	var names []string
	for _, o := range d.Origins {
		names = append(names, wordOf(Origins, o))
	}
	return strings.Join(names, "、")
}
