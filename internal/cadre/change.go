package cadre

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
	"touyan/web/ui"
)

// Change is a wish to correct a key field of a file (更正申请): the township or the district asks with evidence, the
// township's leader checks, the district approves. Three natural persons, each once.
type Change struct {
	ID              int64
	TownshipID      int64
	VillageID       int64
	TownshipName    string
	VillageName     string
	PersonID        int64
	PersonName      string
	Field           string
	OldSealed       []byte
	NewSealed       []byte
	OldText         string // masked
	NewText         string
	AttachmentID    int64
	Reason          string
	State           string // submitted, township_checked, approved, rejected, cancelled
	RequestedBy     string
	RequestedHolder int64
	RequestedAt     time.Time
	CheckedBy       string
	CheckedHolder   *int64
	CheckedAt       *time.Time
	DecidedBy       string
	DecidedHolder   *int64
	DecidedAt       *time.Time
	Answer          string
	AskedTownshipID int64
}

// keyField is a field that changes only by a request, with the kind of paper that proves it.
type keyField struct{ Code, Title, Paper, Proof string }

var keyFields = []keyField{
	{"id_number", "身份证号", "identity", "身份证或户口簿"},
	{"birth", "出生日期", "identity", "干部档案中认定出生日期的材料"},
	{"party_join", "入党时间", "party", "入党志愿书"},
	{"education", "最高学历", "education", "毕业证书"},
	{"bank", "一卡通", "bank", "银行卡或存折"},
}

func keyFieldOf(code string) (keyField, bool) {
	for _, f := range keyFields {
		if f.Code == code {
			return f, true
		}
	}
	return keyField{}, false
}

// Title names the field.
func (c Change) Title() string {
	f, _ := keyFieldOf(c.Field)
	return f.Title
}

// changeStates are the words for a request's state.
var changeStates = []Word{{"submitted", "待乡镇核对"}, {"township_checked", "待区级审批"}, {"approved", "已更正"}, {"rejected", "已退回"}, {"cancelled", "已撤回"}}

func changeKind(state string) string {
	switch state {
	case "submitted", "township_checked":
		return "warn"
	case "approved":
		return "good"
	case "rejected":
		return "bad"
	}
	return "plain"
}

// Open tells whether somebody still has to act.
func (c Change) Open() bool { return c.State == "submitted" || c.State == "township_checked" }

// keyValue is the value of a key field, sealed as JSON with a request.
type keyValue struct {
	Text     string `json:"text,omitempty"` // the number, the day, the month, the level, the card
	Bank     string `json:"bank,omitempty"`
	Mode     string `json:"mode,omitempty"` // of an education that is asked for
	School   string `json:"school,omitempty"`
	Finished string `json:"finished,omitempty"`
}

// same tells whether two values of a file are one: what is only known of the new one does not count.
func (v keyValue) same(other keyValue) bool { return v.Text == other.Text && v.Bank == other.Bank }

func (v keyValue) encode() string {
	b, _ := json.Marshal(v) // plain strings
	return string(b)
}

// whole says a value in full.
func (v keyValue) whole(field string) string {
	if v.Text == "" {
		return "未登记"
	}
	switch field {
	case "education":
		return v.educated()
	case "bank":
		return strings.TrimSpace(v.Bank + " " + v.Text)
	}
	return v.Text
}

// masked says it as lists may show it.
func (v keyValue) masked(field string) string {
	if v.Text == "" {
		return "未登记"
	}
	switch field {
	case "id_number":
		return idcard.Mask(v.Text)
	case "birth":
		if t, err := time.Parse(time.DateOnly, v.Text); err == nil {
			return t.Format("2006年1月") + "**日"
		}
		return "(无法读取)"
	case "bank":
		return strings.TrimSpace(v.Bank + " " + contact.MaskBankCard(v.Text))
	}
	return v.whole(field)
}

func (v keyValue) educated() string {
	words := codeName("education", v.Text)
	if v.Mode != "" {
		words += "(" + strings.TrimSuffix(wordOf(educationModes, v.Mode), "教育") + "," + v.School
		if v.Finished != "" {
			words += "," + v.Finished + "毕业"
		}
		words += ")"
	}
	return words
}

// changeForm is a request as typed.
type changeForm struct {
	Field    string `form:"field"`
	Number   string `form:"number"`
	Birth    string `form:"birth"`
	Joined   string `form:"joined"`
	Level    string `form:"level"`
	Mode     string `form:"mode"`
	School   string `form:"school"`
	Finished string `form:"finished"`
	Bank     string `form:"bank"`
	Card     string `form:"card"`
	Holder   string `form:"holder"`
	Paper    int64  `form:"paper"` // an attachment that is kept already
	Reason   string `form:"reason"`
	Was      string `form:"was"` // tells the value that the form was drawn with
}

// valueInputs are the inputs that hold the new value of a field.
var valueInputs = map[string]string{"id_number": "number", "birth": "birth", "party_join": "joined", "education": "level", "bank": "card"}

// check reads the new value against what the file says now.
func (f changeForm) check(p Person, d Details, now keyValue, today time.Time) (v keyValue, warning string, problems []ui.Problem) {
	bad := func(field string, err error) {
		problems = append(problems, ui.Problem{Field: field, Sentence: fault.Of(err).Sentence})
	}
	switch f.Field {
	case "id_number":
		card, err := idcard.Parse(f.Number, today)
		if err != nil {
			bad("number", err)
		}
		v.Text, warning = card.Number, card.Warning()
	case "birth":
		v.Text = f.born(p, today, bad)
	case "party_join":
		v.Text = f.joined(p, d, today, bad)
	case "education":
		v = f.educated(today, bad)
	case "bank":
		v, warning = f.account(p, bad)
	}
	if len(problems) == 0 && v.same(now) {
		bad(valueInputs[f.Field], fault.Invalid("与档案现在登记的一致,不需要更正"))
	}
	if strings.TrimSpace(f.Reason) == "" {
		bad("reason", fault.Invalid("请填写更正理由"))
	} else if len([]rune(f.Reason)) > 200 {
		bad("reason", fault.Invalid("更正理由不能超过200字"))
	}
	return v, warning, problems
}

func (f changeForm) born(p Person, today time.Time, bad func(string, error)) string {
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(f.Birth))
	switch {
	case err != nil:
		bad("birth", fault.Invalid("出生日期应写成 1985-02-14 的形式,且是存在的日期"))
	case Age(t, today) < 16 || Age(t, today) > 110:
		bad("birth", fault.Invalid("按这个出生日期,该同志现在%d岁,请核对", Age(t, today)))
	case p.PartyJoin != nil && p.PartyJoin.Before(t.AddDate(18, 0, -31)):
		bad("birth", fault.Invalid("按这个出生日期,入党时(%s)未满18周岁,请先更正入党时间", monthText(p.PartyJoin)))
	}
	return strings.TrimSpace(f.Birth)
}

func (f changeForm) joined(p Person, d Details, today time.Time, bad func(string, error)) string {
	t, err := time.Parse("2006-01", strings.TrimSpace(f.Joined))
	switch {
	case err != nil:
		bad("joined", fault.Invalid("入党时间应写成 2006-07 的形式"))
	case t.After(today):
		bad("joined", fault.Invalid("入党时间在今天之后"))
	case t.Before(p.BirthDate.AddDate(18, 0, -31)):
		bad("joined", fault.Invalid("入党时间早于年满18周岁"))
	case !codelist.IsPartyMember(p.Political):
		bad("joined", fault.Invalid("该同志的政治面貌登记为%s,请先在“修改信息”中更正政治面貌", codeName("political", p.Political)))
	case d.PartyFull != nil && t.After(*d.PartyFull):
		bad("joined", fault.Invalid("入党时间晚于登记的转正时间(%s),请先在“修改信息”中更正转正时间", monthText(d.PartyFull)))
	}
	return strings.TrimSpace(f.Joined)
}

func (f changeForm) educated(today time.Time, bad func(string, error)) keyValue {
	v := keyValue{Text: f.Level, Mode: f.Mode, School: strings.TrimSpace(f.School), Finished: strings.TrimSpace(f.Finished)}
	if !codelist.Education().Has(v.Text) {
		bad("level", fault.Invalid("请选择学历"))
	}
	if v.Mode == "" || !has(educationModes, v.Mode) {
		bad("mode", fault.Invalid("请选择教育类别"))
	}
	if n := len([]rune(v.School)); n == 0 || n > 100 {
		bad("school", fault.Invalid("请填写毕业院校及专业(最多100字)"))
	}
	if _, err := pastMonth("毕业时间", v.Finished, today); err != nil {
		bad("finished", err)
	} else if v.Finished == "" {
		bad("finished", fault.Invalid("请填写毕业时间"))
	}
	return v
}

// coopBanks are words in the names of banks whose old passbooks carry no check digit.
var coopBanks = []string{"信用", "农信", "信合", "农商", "农村商业", "农村合作"}

func (f changeForm) account(p Person, bad func(string, error)) (v keyValue, warning string) {
	v.Bank = strings.TrimSpace(f.Bank)
	if n := len([]rune(v.Bank)); n == 0 || n > 50 {
		bad("bank", fault.Invalid("请填写开户行(最多50字)"))
	}
	var err error
	if v.Text, warning, err = contact.ParseBankCard(f.Card); err != nil {
		bad("card", err)
	} else if warning != "" && !isCoop(v.Bank) {
		bad("card", fault.Invalid("%s", warning))
	}
	if TidyName(f.Holder) != p.Name {
		bad("holder", fault.Invalid("户名须与本人姓名一致"))
	}
	return v, warning
}

func isCoop(bank string) bool {
	for _, word := range coopBanks {
		if strings.Contains(bank, word) {
			return true
		}
	}
	return false
}

// barred says why the actor may not take the next step of a request, empty if he may: nobody acts twice on one request,
// whatever account or grant he uses, and nobody on his own file.
func (c Change) barred(s access.Scope) string {
	holder := s.Holder()
	switch {
	case c.RequestedHolder == holder:
		return "您是这份申请的申请人,须由其他同志办理"
	case c.CheckedHolder != nil && *c.CheckedHolder == holder:
		return "您已代表乡镇(街道)核对过这份申请,须由其他同志审批"
	case s.Person() != 0 && s.Person() == c.PersonID:
		return "这是您本人的档案,须由其他同志办理"
	}
	return ""
}

// instead names who could act in place of somebody who may not.
func instead(others []string) string {
	if len(others) == 0 {
		return "本单位没有其他可以办理的账号,请先为一名未经手这份申请的同志开户,再在“账号管理”中设置代理"
	}
	return "可由其他有权限的同志办理,或在“账号管理”中把身份代理给:" + strings.Join(others, "、")
}

// conflict tells that the file no longer says what it said when the change was asked for.
func (c Change) conflict(then, now keyValue) error {
	return &fault.Fault{Kind: fault.KindConflict, Sentence: "申请以后,该同志的" + c.Title() + "已被修改,这份申请不能再办理,请退回后重新申请",
		Differences: []fault.Difference{{Label: c.Title(), Theirs: now.masked(c.Field), Yours: cmp.Or(then.masked(c.Field), "未登记")}}}
}
