package assessment_test

import (
	"fmt"
	"strings"
	"testing"

	"touyan/internal/assessment"
	"touyan/internal/platform/points"
)

func rowText(r assessment.RosterRow) string {
	return fmt.Sprintf("%d %s %s %d", r.VillageID, r.PositionCode, r.PayPosition, r.Days)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	last := points.Of(100)
	loss := func(pt, clause string) assessment.Entry {
		return assessment.Entry{Dimension: "governance", Points: points.MustParse(pt), Clause: clause}
	}
	row := func(entries ...assessment.Entry) assessment.CheckRow {
		return assessment.CheckRow{ID: 7, Name: "王建国", Village: "石门村", Position: "clerk", Entries: entries, Last: &last}
	}
	explained := row(loss("-16", "责任追究"))
	explained.JumpReason = "发生进京信访"
	for _, c := range []struct {
		name string
		row  assessment.CheckRow
		want string
	}{
		{"clean", row(loss("-2", "责任追究")), ""},
		{"open entry", row(loss("-2", "")), "王建国(石门村)“基层治理”有1条待补依据"},
		{"jump", row(loss("-16", "责任追究")), "王建国(石门村)84分,上月100分,相差超过15分,请说明原因"},
		{"jump explained", explained, ""},
		{"exactly 15", row(loss("-15", "责任追究")), ""},
		{"above the maximum in all", row(loss("-6", "a"), loss("-8", "b"), loss("-7", "c"), loss("-0.5", "d")), "各条合计21.5分,超过满分20分"},
		{"above the maximum in one", row(loss("-20.5", "a")), "“基层治理”最多20分,不能填20.5"},
		{"veto is no deduction", row(assessment.Entry{Dimension: "integrity", Item: "disciplined", Clause: "责任追究"}), ""},
	} {
		findings := s.Check([]assessment.CheckRow{c.row}, nil, nil)
		if c.want == "" {
			if len(findings) != 0 || assessment.Blocked(findings) {
				t.Errorf("%s: %+v", c.name, findings)
			}
			continue
		}
		if len(findings) == 0 || !strings.Contains(findings[0].Sentence, c.want) || findings[0].RowID != 7 || !assessment.Blocked(findings) {
			t.Errorf("%s: %+v", c.name, findings)
		}
	}
	if f := s.Check(nil, nil, nil); !assessment.Blocked(f) {
		t.Error("an empty sheet passed")
	}
}

func TestCheckWholeSheet(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	rows := make([]assessment.CheckRow, 20)
	for i := range rows {
		rows[i].ID = int64(i + 1)
	}
	f := s.Check(rows, nil, nil)
	if len(f) != 1 || f[0].Level != assessment.FindingWarn || f[0].Sentence != "全部20人(100%)都是100分,请核对是否如实考评" || assessment.Blocked(f) {
		t.Errorf("%+v", f)
	}
	rows[0].Entries = []assessment.Entry{{Dimension: "learning", Points: -200, Clause: "学习管理"}}
	if f = s.Check(rows, nil, nil); len(f) != 1 || f[0].Sentence != "20人中有19人(95%)都是100分,请核对是否如实考评" {
		t.Errorf("%+v", f)
	}
	for i := range 3 {
		rows[i].Entries = rows[0].Entries
	}
	if f = s.Check(rows, nil, nil); len(f) != 0 {
		t.Errorf("17 of 20 are no reason to warn: %+v", f)
	}
	f = s.Check(rows, []assessment.RosterChange{{RowID: 3, Sentence: "王建国已去世,不再列入任何名单"}},
		[]assessment.OpenProposal{{RowID: 4, Name: "李秀英", Dimension: "duty_attendance", Reason: "10月9日抽查不在岗"}})
	if len(f) != 2 || f[0].Sentence != "名单变动未处理:王建国已去世,不再列入任何名单" || f[1].Dimension != "duty_attendance" || !assessment.Blocked(f) {
		t.Errorf("%+v", f)
	}
}
