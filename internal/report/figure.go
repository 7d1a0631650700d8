package report

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"touyan/internal/access"
	"touyan/internal/cadre"
)

// counted is a kind of act or seat that 工作综述 reports, with its named rows.
type counted struct {
	Code     string
	Group    string
	Order    int
	Title    string // of figure and list
	Note     string
	sentence string // with %d for the people
	from     string // the table
}

// The parts of the report about the work.
const (
	groupTeam   = "队伍结构"
	groupHonour = "激励保障"
	groupRise   = "选拔使用"
)

// countedKinds are the acts that personnel files tell of.
var countedKinds = []counted{
	{"notice", groupHonour, 130, "受到通报表扬的干部", "表彰奖励中类别为通报表扬的,按人计", "%d名干部受到通报表扬", "awards"},
	{"good_secretary", groupHonour, 140, "担当作为好支书", "表彰奖励中类别为担当作为好支书的,按人计", "选树命名“担当作为好支书”%d名", "awards"},
	{"delegates", groupRise, 150, "村“两委”成员中的两代表一委员", "截至日在任的村“两委”成员中,任期内的党代表、人大代表、政协委员,按人计", "村“两委”成员中有%d名当选“两代表一委员”", "representative_roles"},
	{"professional_secretary", groupRise, 160, "选聘为专业化管理书记", "提拔使用中去向为专业化管理村党组织书记的,按人计", "%d名选聘为专业化管理的村党组织书记", "promotions"},
	{"institution_head", groupRise, 170, "任副科级事业站所负责人", "提拔使用中去向为副科级事业站所负责人的,按人计", "%d名提拔为副科级事业站所负责人", "promotions"},
	{"leading_group", groupRise, 180, "进入乡镇领导班子", "提拔使用中去向为乡镇领导班子的,按人计", "%d名进入乡镇领导班子", "promotions"},
}

func countedOf(code string) (counted, bool) {
	for _, c := range countedKinds {
		if c.Code == code {
			return c, true
		}
	}
	return counted{}, false
}

// spanValues are a span as an address.
func spanValues(span access.Span, today time.Time) url.Values {
	v := url.Values{}
	if !span.On.Equal(today) {
		v.Set("on", span.On.Format(time.DateOnly))
	}
	if !span.From.Equal(span.On.AddDate(-usualYears, 0, 0)) {
		v.Set("from", span.From.Format(time.DateOnly))
	}
	return v
}

// usualYears is how far back 近年来 reaches where nothing was chosen.
const usualYears = 5

// Figures are those that the register and the personnel files give to 工作综述.
func (m *Module) Figures(ctx context.Context, tx *access.Tx, span access.Span) ([]access.Figure, error) {
	list, err := m.teamFigures(ctx, tx, span)
	if err != nil {
		return nil, err
	}
	people, err := m.Store.countedPeople(ctx, tx, span)
	if err != nil {
		return nil, err
	}
	for _, k := range countedKinds {
		n := people[k.Code]
		if n.People == 0 {
			continue
		}
		v := spanValues(span, tx.Scope().Today())
		v.Set("figure", k.Code)
		when := span.From.Format(time.DateOnly) + "至" + span.On.Format(time.DateOnly)
		if k.Code == "delegates" {
			when = "截至" + span.On.Format(time.DateOnly)
		}
		note := k.Note + ";" + when
		if n.Times != n.People {
			note += fmt.Sprintf(";共%d人次", n.Times)
		}
		list = append(list, access.Figure{Group: k.Group, Order: k.Order, Title: k.Title, Value: strconv.Itoa(n.People), Unit: "名", Note: note,
			Href: overviewRoot + "/list?" + v.Encode(), Sentence: fmt.Sprintf(k.sentence, n.People)})
	}
	return list, nil
}

// teamFigures count the register on the last day of the span. Their links are those of the structure page.
func (m *Module) teamFigures(ctx context.Context, tx *access.Tx, span access.Span) (list []access.Figure, err error) {
	total := map[string]Line{}
	for _, c := range calibers {
		if c.Code != "secretary" && c.Code != "paid" && c.Code != "resident" {
			continue
		}
		facts, err := m.Store.Facts(ctx, tx, c, false, span.On, 0)
		if err != nil {
			return nil, err
		}
		total[c.Code] = Tabulate(facts, nil, byTownship, nil).Total
	}
	on := "截至" + span.On.Format(time.DateOnly)
	add := func(caliber, col, group string, order int, title, value, unit, note, sentence string) {
		q := ask{Caliber: caliber}
		if !span.On.Equal(tx.Scope().Today()) {
			q.On = span.On.Format(time.DateOnly)
		}
		list = append(list, access.Figure{Group: group, Order: order, Title: title, Value: value, Unit: unit, Note: note + ";" + on,
			Href: q.address(structureRoot+"/list", "col", col), Sentence: sentence})
	}
	cell := func(caliber, col string) Cell { return total[caliber].Cell(measureOf(col)) }
	if professional := cell("secretary", "managed_professional"); professional.N > 0 {
		add("secretary", "managed_professional", groupTeam, 10, "专业化管理的村党组织书记", strconv.Itoa(professional.N), "名",
			"管理类型为专业化管理的在任村党组织书记,占书记总数的"+professional.Ratio().Percent()+"("+professional.Ratio().Fraction()+")",
			fmt.Sprintf("公开选聘专业化管理的村党组织书记%d名", professional.N))
	}
	if age := cell("secretary", "age_mean"); age.N > 0 {
		years := age.text(measureOf("age_mean"))
		add("secretary", "age_mean", groupTeam, 20, "村党组织书记平均年龄", years, "岁", fmt.Sprintf("在任村党组织书记,年龄合计%d÷%d人", age.Sum, age.N), "村党组织书记平均年龄"+years+"岁")
	}
	if college := cell("secretary", "college_up").Ratio(); college.Of > 0 {
		add("secretary", "college_up", groupTeam, 30, "村党组织书记大专及以上学历", college.Percent(), "", "在任村党组织书记中登记了学历的"+strconv.Itoa(college.Of)+"人,其中"+strconv.Itoa(college.N)+"人("+college.Fraction()+")",
			"大专及以上学历的占"+college.Percent())
	}
	if n := cell("resident", "people").N; n > 0 {
		add("resident", "people", groupHonour, 70, "驻村帮扶干部", strconv.Itoa(n), "名", "在任的驻村第一书记、工作队队长和队员,按人计", fmt.Sprintf("在任驻村帮扶干部%d名", n))
	}
	if n := cell("paid", "people").N; n > 0 {
		add("paid", "people", groupHonour, 80, "在职领取报酬的村(社区)干部", strconv.Itoa(n), "名", "至少一个职务领取报酬的,按人计", fmt.Sprintf("在职领取报酬的村(社区)干部%d名", n))
	}
	return list, nil
}

// levelWords name the levels of awards and seats.
var levelWords = []cadre.Word{{Code: "township", Title: "乡镇级"}, {Code: "district", Title: "区级"}, {Code: "city", Title: "市级"}, {Code: "province", Title: "省级"}, {Code: "nation", Title: "国家级"}}
