package assessment

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/text/width"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/money"
	"touyan/internal/platform/points"
)

// knob is one value of a scheme on its form: where it stands, how it is written and how it is read back. Its key is the
// one that Scheme.Validate uses, so that a refusal finds its field.
type knob struct {
	Key   string
	Label string
	Hint  string
	get   func() string
	set   func(string) error
}

func pointsKnob(key, label, hint string, p *points.Points) knob {
	return knob{key, label, hint, p.String, func(s string) (err error) { *p, err = points.Parse(s); return err }}
}

func fenKnob(key, label, hint string, f *money.Fen) knob {
	return knob{key, label, hint, f.String, func(s string) (err error) { *f, err = money.Parse(s); return err }}
}

func intKnob(key, label, hint string, n *int) knob {
	return knob{key, label, hint, func() string { return strconv.Itoa(*n) }, func(s string) error {
		v, err := strconv.Atoi(strings.TrimSpace(width.Fold.String(s)))
		if err != nil {
			return fault.Invalid("请填写整数")
		}
		*n = v
		return nil
	}}
}

func baseKnob(pay map[PayPosition]money.Fen, p PayPosition) knob {
	return knob{"pay.base." + string(p), p.Title() + "绩效基数", "元/月", func() string { return pay[p].String() }, func(s string) error {
		v, err := money.Parse(s)
		pay[p] = v
		return err
	}}
}

// knobGroup is a titled part of the form.
type knobGroup struct {
	Title string
	Knobs []knob
}

// knobs lists the single values of a scheme; its lists (dimensions, items) are read by schemeLists.
func (s *Scheme) knobs() []knobGroup {
	if s.Pay.Base == nil {
		s.Pay.Base = map[PayPosition]money.Fen{}
	}
	bases := make([]knob, 0, 5)
	for _, p := range PayPositions() {
		bases = append(bases, baseKnob(s.Pay.Base, p))
	}
	g := &s.Pay.GradeCoeff
	return []knobGroup{
		{"等次与名额", []knob{
			pointsKnob("thresholds.excellent", "优秀分数线", "按百分制折算后", &s.Thresholds.Excellent),
			pointsKnob("thresholds.competent", "称职分数线", "", &s.Thresholds.Competent),
			pointsKnob("thresholds.basically_competent", "基本称职分数线", "", &s.Thresholds.BasicallyCompetent),
			intKnob("quota.percent", "优秀名额比例", "%,按乡镇(街道)评定等次人数向下取整", &s.Quota.Percent),
			intKnob("quota.at_least_one_from", "至少1名的起始人数", "", &s.Quota.AtLeastOneFrom),
			intKnob("min_days", "评定等次的最少在岗天数", "", &s.MinDays),
		}},
		{"计分", []knob{
			pointsKnob("bonus_cap", "加分上限", "", &s.BonusCap),
			pointsKnob("total_cap", "总分上限", "", &s.TotalCap),
			pointsKnob("jump_limit", "与上月分差提醒值", "超过时须说明理由", &s.JumpLimit),
			intKnob("post_factor.chief", "村级事项:正职承担比例", "%", &s.PostFactor.Chief),
			intKnob("post_factor.others", "村级事项:其他人员承担比例", "%", &s.PostFactor.Others),
		}},
		{"时限", []knob{
			intKnob("deadlines.fill", "填报截止", "次月第几个工作日", &s.Deadlines.Fill),
			intKnob("deadlines.review", "审核截止", "次月第几个工作日", &s.Deadlines.Review),
			intKnob("deadlines.file", "报备截止", "次月第几个工作日", &s.Deadlines.File),
			intKnob("notice_days", "公示期", "工作日", &s.NoticeDays),
		}},
		{"绩效基数", bases},
		{"核算参数", []knob{
			intKnob("pay.grade_coeff.excellent", "优秀系数", "%(按等次系数)", &g.Excellent),
			intKnob("pay.grade_coeff.competent", "称职系数", "%", &g.Competent),
			intKnob("pay.grade_coeff.basically_competent", "基本称职系数", "%", &g.BasicallyCompetent),
			intKnob("pay.grade_coeff.incompetent", "不称职系数", "%", &g.Incompetent),
			intKnob("pay.grade_coeff.no_grade", "不定等次系数", "%", &g.NoGrade),
			pointsKnob("pay.full_mark", "全额对应分数", "按分数段、按分扣减时使用,不折算", &s.Pay.FullMark),
			fenKnob("pay.per_point", "每分扣减", "元(按分扣减)", &s.Pay.PerPoint),
		}},
	}
}

const blankLines = 3 // empty lines at the end of a list, so that it can grow without script

// read fills the scheme from a posted form and returns what could not be read. The form's own text is shown again.
func (s *Scheme) read(form url.Values) Problems {
	p := Problems{}
	for _, g := range s.knobs() {
		for _, k := range g.Knobs {
			if text, sent := form[k.Key]; sent {
				if err := k.set(text[0]); err != nil {
					p.add(true, k.Key, "%s:%s", k.Label, fault.Of(err).Sentence)
				}
			}
		}
	}
	s.PaidOnly = form.Get("paid_only") != ""
	s.Pay.CapToPool = form.Get("pay.cap_to_pool") != ""
	s.Pay.BandsFixed = form.Get("pay.bands_fixed") != ""
	s.Pay.Calculator = Calculator(form.Get("pay.calculator"))
	s.Dimensions = readDimensions(form, p)
	s.Items = readItems(form, p)
	s.Pay.Bands = readBands(form, p)
	for key, sentence := range s.Validate() {
		p.add(true, key, "%s", sentence)
	}
	return p
}

// lines calls fn for each line of a list that was posted, with the key of its values.
func lines(form url.Values, list, must string, fn func(key func(string) string)) {
	for i := range 500 {
		at := func(name string) string { return fmt.Sprintf("%s.%d.%s", list, i, name) }
		if _, sent := form[at(must)]; !sent {
			return
		}
		if strings.TrimSpace(form.Get(at(must))) != "" {
			fn(at)
		}
	}
}

func readDimensions(form url.Values, p Problems) (out []Dimension) {
	lines(form, "dimensions", "code", func(at func(string) string) {
		d := Dimension{Code: strings.TrimSpace(form.Get(at("code"))), Title: strings.TrimSpace(form.Get(at("title"))), Kind: DimensionKind(form.Get(at("kind")))}
		d.Max = readPoints(form, at("max"), p)
		out = append(out, d)
	})
	return out
}

func readItems(form url.Values, p Problems) (out []Item) {
	lines(form, "items", "code", func(at func(string) string) {
		i := Item{Code: strings.TrimSpace(form.Get(at("code"))), Dimension: form.Get(at("dimension")), Title: strings.TrimSpace(form.Get(at("title"))),
			Clause: strings.TrimSpace(form.Get(at("clause"))), Kind: ItemKind(form.Get(at("kind"))), VillageWide: form.Get(at("village_wide")) != "",
			VetoEffect: VetoEffect(form.Get(at("veto_effect")))}
		if list := strings.TrimSpace(form.Get(at("positions"))); list != "" {
			i.Positions = strings.Fields(strings.ReplaceAll(list, ",", " "))
		}
		if i.Kind != ItemVeto {
			i.UnitPoints, i.VetoEffect = readPoints(form, at("unit_points"), p), VetoNone
			i.Cap = readPoints(form, at("cap"), p)
		}
		out = append(out, i)
	})
	return out
}

func readBands(form url.Values, p Problems) (out []Band) {
	lines(form, "pay.bands", "from", func(at func(string) string) {
		b := Band{From: readPoints(form, at("from"), p)}
		if text := strings.TrimSpace(form.Get(at("percent"))); text != "" {
			n, err := strconv.Atoi(width.Fold.String(text))
			p.add(err != nil, at("percent"), "请填写整数")
			b.Percent = n
		}
		if text := strings.TrimSpace(form.Get(at("amount"))); text != "" {
			v, err := money.Parse(text)
			if err != nil {
				p.add(true, at("amount"), "%s", fault.Of(err).Sentence)
			}
			b.Amount = v
		}
		out = append(out, b)
	})
	return out
}

func readPoints(form url.Values, key string, p Problems) points.Points {
	text := strings.TrimSpace(form.Get(key))
	if text == "" {
		return 0
	}
	v, err := points.Parse(text)
	if err != nil {
		p.add(true, key, "%s", fault.Of(err).Sentence)
	}
	return v
}
