package assessment_test

import (
	"strings"
	"testing"

	"touyan/internal/assessment"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

func TestDeductVillages(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	target := func(id, village int64, position string, pay assessment.PayPosition, entries ...assessment.Entry) assessment.BulkTarget {
		return assessment.BulkTarget{RowID: id, VillageID: village, Name: "王建国", VillageName: "石门村", Position: position, PayPosition: pay, Writable: true, Entries: entries}
	}
	accident := assessment.Entry{Dimension: "governance", Item: "accident", Points: -150}
	frozen := target(5, 11, "clerk", assessment.PayClerk)
	frozen.Writable = false
	targets := []assessment.BulkTarget{
		target(1, 11, "party_secretary", assessment.PayDualPost),
		target(2, 11, "clerk", assessment.PayClerk),
		target(3, 12, "party_secretary", assessment.PayChief),
		target(4, 11, "vc_member", assessment.PayMember, accident),
		frozen,
		target(6, 11, "village_director", assessment.PayChief, assessment.Entry{Dimension: "governance", Points: -1950}),
	}
	lines, err := s.DeductVillages(assessment.VillageDeduction{Villages: []int64{11}, Dimension: "governance", Item: "accident", Points: points.MustParse("1.5"), Reason: "火情"}, targets)
	if err != nil || len(lines) != 5 {
		t.Fatalf("%+v, %v", lines, err)
	}
	for i, want := range []struct {
		points points.Points // 0: nothing falls on him
		note   string
	}{{-150, ""}, {-75, ""}, {-50, "该项每月上限还剩0.5分"}, {0, "该人员已锁定,不能扣分"}, {-50, "该维度只剩0.5分"}} {
		l := lines[i]
		got := points.Points(0)
		if l.Entry != nil {
			got = l.Entry.Points
		}
		if got != want.points || l.Note != want.note || l.After != l.Before+got {
			t.Errorf("line %d: %+v", i, l)
		}
		if l.Entry != nil && (l.Entry.Clause == "" || l.Entry.Reason != "火情") {
			t.Errorf("line %d lost its ground: %+v", i, l.Entry)
		}
	}
}

func TestDeductVillagesRefuses(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	targets := []assessment.BulkTarget{{RowID: 1, VillageID: 11, Position: "clerk", Writable: true}}
	for sentence, v := range map[string]assessment.VillageDeduction{
		"请选择村(社区)":       {Dimension: "governance", Points: 100},
		"应大于0":           {Villages: []int64{11}, Dimension: "governance"},
		"没有这个维度":         {Villages: []int64{11}, Dimension: "gone", Points: 100},
		"最多20分":          {Villages: []int64{11}, Dimension: "governance", Points: 2001},
		"没有这项考评内容":       {Villages: []int64{11}, Dimension: "governance", Item: "dues_irregular", Points: 100},
		"是加分项":           {Villages: []int64{11}, Dimension: "bonus", Item: "contest_rank", Points: 100},
		"所选村(社区)没有参加考评的": {Villages: []int64{12}, Dimension: "governance", Points: 100},
	} {
		if _, err := s.DeductVillages(v, targets); err == nil || !strings.Contains(fault.Of(err).Sentence, sentence) {
			t.Errorf("want %s: %v", sentence, err)
		}
	}
}
