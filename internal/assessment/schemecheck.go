package assessment

import (
	"fmt"

	"touyan/internal/platform/points"
)

// Problems are the refusals of a form: field → sentence. Fields are the JSON names, list elements with their index.
type Problems map[string]string

func (p Problems) add(refused bool, field, format string, args ...any) {
	if _, told := p[field]; refused && !told {
		p[field] = fmt.Sprintf(format, args...)
	}
}

// Validate tells what keeps the version from being enabled; empty if nothing does.
func (s Scheme) Validate() Problems {
	p := Problems{}
	s.validateDimensions(p)
	s.validateItems(p)
	full := s.FullMarks()
	p.add(s.BonusCap < 0 || s.BonusCap > points.Of(1000), "bonus_cap", "加分上限应在0到1000分之间")
	p.add(s.TotalCap < full, "total_cap", "总分上限不能低于各维度满分之和(%s分)", full)
	p.add(s.TotalCap > full+max(s.BonusCap, 0), "total_cap", "总分上限不能高于满分与加分上限之和(%s分)", full+max(s.BonusCap, 0))
	t := s.Thresholds
	p.add(t.Excellent > points.Of(100), "thresholds.excellent", "优秀分数线不能高于100分(按百分制折算)")
	p.add(t.Competent >= t.Excellent, "thresholds.competent", "称职分数线应低于优秀分数线")
	p.add(t.BasicallyCompetent >= t.Competent, "thresholds.basically_competent", "基本称职分数线应低于称职分数线")
	p.add(t.BasicallyCompetent <= 0, "thresholds.basically_competent", "基本称职分数线应大于0")
	p.add(s.Quota.Percent < 0 || s.Quota.Percent > 100, "quota.percent", "优秀比例应在0到100之间")
	p.add(s.Quota.AtLeastOneFrom < 0, "quota.at_least_one_from", "人数不能为负")
	p.add(s.MinDays < 0 || s.MinDays > 31, "min_days", "最少在岗天数应在0到31天之间")
	p.add(s.JumpLimit <= 0, "jump_limit", "与上月分差的提醒值应大于0")
	p.add(!percent(s.PostFactor.Chief), "post_factor.chief", "正职承担比例应在0到100之间")
	p.add(!percent(s.PostFactor.Others), "post_factor.others", "其他人员承担比例应在0到100之间")
	s.validatePositions(p)
	s.Pay.validate(p)
	d := s.Deadlines
	p.add(d.Fill < 1 || d.Fill > 20, "deadlines.fill", "填报截止应为次月第1至20个工作日")
	p.add(d.Review < d.Fill || d.Review > 20, "deadlines.review", "审核截止不能早于填报截止,且不晚于第20个工作日")
	p.add(d.File < d.Review || d.File > 20, "deadlines.file", "报备截止不能早于审核截止,且不晚于第20个工作日")
	p.add(s.NoticeDays < 1 || s.NoticeDays > 30, "notice_days", "公示期应为1至30个工作日")
	return p
}

func percent(n int) bool { return n >= 0 && n <= 100 }

func (s Scheme) validateDimensions(p Problems) {
	seen := map[string]bool{}
	base := 0
	for i, d := range s.Dimensions {
		f := fmt.Sprintf("dimensions.%d.", i)
		p.add(d.Code == "", f+"code", "请填写维度代码")
		p.add(seen[d.Code], f+"code", "维度代码重复")
		seen[d.Code] = true
		p.add(d.Title == "", f+"title", "请填写维度名称")
		p.add(d.Max <= 0 || d.Max > points.Of(1000), f+"max", "满分应大于0且不超过1000分")
		p.add(d.Kind != DimensionBase && d.Kind != DimensionBonus, f+"kind", "请选择基础分或加分")
		if d.Kind == DimensionBase {
			base++
		}
	}
	p.add(base == 0, "dimensions", "至少要有一个基础分维度")
}

func (s Scheme) validateItems(p Problems) {
	seen := map[string]bool{}
	for i, item := range s.Items {
		f := fmt.Sprintf("items.%d.", i)
		p.add(item.Code == "", f+"code", "请填写考评内容代码")
		p.add(seen[item.Code], f+"code", "考评内容代码重复")
		seen[item.Code] = true
		p.add(item.Title == "", f+"title", "请填写考评内容")
		p.add(item.Clause == "", f+"clause", "请填写依据")
		d, known := s.Dimension(item.Dimension)
		p.add(!known, f+"dimension", "所属维度不存在")
		switch item.Kind {
		case ItemDeduct, ItemAdd:
			p.add(item.UnitPoints <= 0, f+"unit_points", "每次分值应大于0")
			p.add(known && item.UnitPoints > d.Max, f+"unit_points", "每次分值不能高于维度满分(%s分)", d.Max)
			p.add(item.Cap < 0 || item.Cap > 0 && item.Cap < item.UnitPoints, f+"cap", "每月上限不能低于每次分值")
			p.add(known && item.Kind == ItemDeduct && d.Kind != DimensionBase, f+"kind", "扣分项应放在基础分维度")
			p.add(known && item.Kind == ItemAdd && d.Kind != DimensionBonus, f+"kind", "加分项应放在加分维度")
		case ItemVeto:
			p.add(item.VetoEffect != VetoNoExcellent && item.VetoEffect != VetoGradeIncompetent, f+"veto_effect", "请选择一票否决的后果")
		default:
			p.add(true, f+"kind", "请选择扣分、加分或一票否决")
		}
		for _, code := range item.Positions {
			_, _, assessed := s.Position(code)
			p.add(!assessed, f+"positions", "适用职务不在考评范围内")
		}
	}
}

func (s Scheme) validatePositions(p Problems) {
	p.add(len(s.Positions) == 0, "positions", "请至少选择一个纳入考评的职务")
	seen := map[string]bool{}
	for i, pos := range s.Positions {
		f := fmt.Sprintf("positions.%d.", i)
		p.add(pos.Code == "", f+"code", "请选择职务")
		p.add(seen[pos.Code], f+"code", "职务重复")
		seen[pos.Code] = true
		_, based := s.Pay.Base[pos.PayPosition]
		p.add(pos.PayPosition.Title() == "" || pos.PayPosition == PayDualPost, f+"pay_position", "请选择绩效档次")
		p.add(!based, f+"pay_position", "该档次没有设定绩效基数")
	}
}

func (r PayRule) validate(p Problems) {
	for position, fen := range r.Base {
		p.add(position.Title() == "", "pay.base", "绩效档次不存在")
		p.add(fen < 0, "pay.base."+string(position), "绩效基数不能为负")
	}
	_, dual := r.Base[PayDualPost]
	p.add(!dual, "pay.base.dual_post", "请填写一肩挑的绩效基数")
	p.add(r.FullMark <= 0 && (r.Calculator == CalcBand || r.Calculator == CalcPerPoint), "pay.full_mark", "计酬满分应大于0")
	switch r.Calculator {
	case CalcLinear:
	case CalcGradeCoeff:
		g := r.GradeCoeff
		falling := g.Excellent >= g.Competent && g.Competent >= g.BasicallyCompetent && g.BasicallyCompetent >= g.Incompetent
		p.add(!falling || g.Incompetent < 0 || g.Excellent > 300, "pay.grade_coeff", "等次系数应由优秀到不称职依次不升,且在0到300%%之间")
		p.add(g.NoGrade < 0 || g.NoGrade > 100, "pay.grade_coeff.no_grade", "不定等次的系数应在0到100%%之间")
	case CalcBand:
		p.add(len(r.Bands) == 0 || r.Bands[len(r.Bands)-1].From != 0, "pay.bands", "最低一档应从0分起")
		for i, b := range r.Bands {
			f := fmt.Sprintf("pay.bands.%d", i)
			p.add(b.Percent < 0 || b.Percent > 300 || b.Amount < 0, f, "分档金额或比例超出范围")
			p.add(b.From > r.FullMark, f, "分档起点不能高于计酬满分")
			if i > 0 {
				above := r.Bands[i-1]
				p.add(b.From >= above.From || b.Percent > above.Percent || b.Amount > above.Amount, f, "分档应由高到低排列,低档不能多于高档")
			}
		}
	case CalcPerPoint:
		p.add(r.PerPoint < 0, "pay.per_point", "每分金额不能为负")
	default:
		p.add(true, "pay.calculator", "请选择绩效计算方式")
	}
}
