package assessment

import (
	"touyan/internal/platform/money"
	"touyan/internal/platform/points"
)

// The parts of a district's 村级干部管理办法 that the default items cite. A district replaces them by its own clause
// numbers; none of a law is given here, since the law was amended and numbers must be read in the current text.
const (
	clauseWork           = "村级干部管理办法·工作管理"
	clauseAttendance     = "村级干部管理办法·考勤管理"
	clauseLearning       = "村级干部管理办法·学习管理"
	clauseAccountability = "村级干部管理办法·责任追究"
	clauseReward         = "村级干部管理办法·表彰奖励"
)

// DefaultScheme is what a new district starts from: base 100, bonus up to 10, every item entered by the clerk.
func DefaultScheme() Scheme {
	pt := points.MustParse
	wide := func(code, dimension, title, clause, unit string) Item {
		return Item{Code: code, Dimension: dimension, Title: title, Clause: clause, Kind: ItemDeduct, UnitPoints: pt(unit), VillageWide: true}
	}
	own := func(code, dimension, title, clause, unit string) Item {
		return Item{Code: code, Dimension: dimension, Title: title, Clause: clause, Kind: ItemDeduct, UnitPoints: pt(unit)}
	}
	add := func(code, title, unit, limit string) Item {
		return Item{Code: code, Dimension: "bonus", Title: title, Clause: clauseReward, Kind: ItemAdd, UnitPoints: pt(unit), Cap: pt(limit)}
	}
	accident := wide("accident", "governance", "发生火情或安全责任事故(每次0.5至2分)", clauseAccountability, "0.5")
	accident.Cap = pt("2")
	return Scheme{
		Dimensions: []Dimension{
			{"party_building", "党建引领", pt("20"), DimensionBase},
			{"rural_revitalization", "乡村振兴", pt("20"), DimensionBase},
			{"governance", "基层治理", pt("20"), DimensionBase},
			{"duty_attendance", "坐班值班与作风", pt("15"), DimensionBase},
			{"learning", "学习培训", pt("10"), DimensionBase},
			{"integrity", "廉洁与公开", pt("15"), DimensionBase},
			{"bonus", "加分", pt("10"), DimensionBonus},
		},
		Items: []Item{
			wide("meetings_missed", "party_building", "三会一课、主题党日未按要求开展", clauseWork, "1"),
			wide("records_missing", "party_building", "组织生活记录不全", clauseWork, "0.5"),
			wide("attendance_low", "party_building", "党员到会率低于80%", clauseWork, "0.5"),
			wide("dues_irregular", "party_building", "党费收缴不规范", clauseWork, "0.5"),
			wide("task_late", "rural_revitalization", "重点任务未按时完成", clauseWork, "1"),
			wide("task_late_reminded", "rural_revitalization", "重点任务经催办仍未完成", clauseWork, "2"),
			wide("household_missed", "rural_revitalization", "防返贫监测户漏排漏报", clauseAccountability, "2"),
			wide("dispute_unresolved", "governance", "矛盾纠纷未及时排查化解", clauseWork, "0.5"),
			wide("petition_county", "governance", "发生到区信访(集体访按2倍)", clauseAccountability, "0.5"),
			wide("petition_city", "governance", "发生到市信访(集体访按2倍)", clauseAccountability, "1"),
			wide("petition_province", "governance", "发生到省信访(集体访按2倍)", clauseAccountability, "2"),
			wide("petition_capital", "governance", "发生进京信访(集体访按2倍)", clauseAccountability, "5"),
			accident,
			own("duty_absence", "duty_attendance", "值班日无故缺岗", clauseAttendance, "2"),
			own("duty_off_post", "duty_attendance", "值班期间脱岗", clauseAttendance, "2"),
			own("meeting_absence", "duty_attendance", "无故不参加会议", clauseAttendance, "3"),
			own("training_absence", "learning", "无故不参加培训", clauseLearning, "2"),
			own("hours_behind", "learning", "学时落后于进度", clauseLearning, "1"),
			own("power_list_breach", "integrity", "违反小微权力清单程序", clauseAccountability, "1"),
			wide("disclosure_late", "integrity", "党务、村务、财务公开不及时", clauseWork, "1"),
			wide("disclosure_incomplete", "integrity", "党务、村务、财务公开不完整", clauseWork, "0.5"),
			own("audit_finding", "integrity", "审计发现一般问题", clauseAccountability, "1"),
			own("audit_finding_serious", "integrity", "审计发现严重问题", clauseAccountability, "3"),
			{Code: "judicial_case", Dimension: "integrity", Title: "因违法被司法机关处理", Clause: clauseAccountability,
				Kind: ItemVeto, VetoEffect: VetoGradeIncompetent},
			{Code: "election_obstructed", Dimension: "integrity", Title: "破坏、妨碍选举", Clause: clauseAccountability,
				Kind: ItemVeto, VetoEffect: VetoGradeIncompetent},
			{Code: "disciplined", Dimension: "integrity", Title: "受到党纪政务处分", Clause: clauseAccountability,
				Kind: ItemVeto, VetoEffect: VetoNoExcellent},
			{Code: "no_new_member", Dimension: "party_building", Title: "连续三年未发展党员", Clause: clauseAccountability,
				Kind: ItemVeto, VetoEffect: VetoNoExcellent, Positions: []string{"party_secretary"}},
			add("commended_township", "受乡镇(街道)表彰(同一事项取最高)", "2", "0"),
			add("commended_county", "受区级表彰(同一事项取最高)", "4", "0"),
			add("commended_city", "受市级表彰(同一事项取最高)", "6", "0"),
			add("commended_province", "受省级及以上表彰(同一事项取最高)", "10", "0"),
			add("contest_rank", "练兵比武取得名次(1至3分)", "1", "3"),
			add("collective_income", "村级集体经济收入达到年度节点", "1", "1"),
		},
		BonusCap:   pt("10"),
		TotalCap:   pt("110"),
		Thresholds: Thresholds{Excellent: pt("90"), Competent: pt("75"), BasicallyCompetent: pt("60")},
		Quota:      Quota{Percent: 20, AtLeastOneFrom: 3},
		MinDays:    15,
		JumpLimit:  pt("15"),
		PostFactor: PostFactor{Chief: 100, Others: 50},
		Positions: []Position{
			{"party_secretary", PayChief}, {"village_director", PayChief},
			{"party_deputy_secretary", PayDeputy}, {"vc_deputy_director", PayDeputy},
			{"supervision_director", PayMember}, {"party_committee_member", PayMember}, {"vc_member", PayMember},
			{"supervision_member", PayMember}, {"clerk", PayClerk},
		},
		PaidOnly: true,
		Pay: PayRule{
			Calculator: CalcLinear,
			// Twice the rural income per head of 13,131 yuan, 30 % of it as performance pay, a twelfth each month; 2.5 times
			// for the dual post, nine tenths of a chief's for deputies, eight tenths for the others.
			Base: map[PayPosition]money.Fen{
				PayChief: money.MustParse("656.55"), PayDualPost: money.MustParse("820.69"), PayDeputy: money.MustParse("590.90"),
				PayMember: money.MustParse("525.24"), PayClerk: money.MustParse("525.24"),
			},
			GradeCoeff: GradeCoeff{Excellent: 110, Competent: 100, BasicallyCompetent: 70, Incompetent: 0, NoGrade: 100},
			FullMark:   pt("100"),
			Bands:      []Band{{From: pt("90"), Percent: 100}, {From: pt("80"), Percent: 75}, {From: pt("70"), Percent: 50}, {From: pt("60"), Percent: 25}, {From: 0}},
			PerPoint:   money.Yuan(5),
			CapToPool:  true,
		},
		Deadlines:  Deadlines{Fill: 3, Review: 5, File: 8},
		NoticeDays: 5,
	}
}
