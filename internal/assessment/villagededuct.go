package assessment

import (
	"slices"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

// VillageDeduction is 按村扣分: one finding about villages that falls on all their cadres.
type VillageDeduction struct {
	Villages   []int64
	Dimension  string
	Item       string        // empty: 待补依据
	Points     points.Points // for a chief, without sign
	Clause     string
	Reason     string
	ReportedBy string
}

// DeductVillages previews a deduction on the cadres of the chosen villages, in the order of targets. It writes nothing.
func (s Scheme) DeductVillages(v VillageDeduction, targets []BulkTarget) ([]BulkLine, error) {
	if len(v.Villages) == 0 {
		return nil, fault.Invalid("请选择村(社区)")
	}
	if v.Points <= 0 {
		return nil, fault.Invalid("请填写扣分,应大于0")
	}
	full, item, err := s.checkForMany(Entry{Dimension: v.Dimension, Item: v.Item, Points: -v.Points, Clause: v.Clause, Reason: v.Reason, ReportedBy: v.ReportedBy})
	if err != nil {
		return nil, err
	}
	var lines []BulkLine
	for _, t := range targets {
		if slices.Contains(v.Villages, t.VillageID) {
			lines = append(lines, s.fall(t, full, item, s.PostFactor.Of(t.PayPosition.Chief())))
		}
	}
	if len(lines) == 0 {
		return nil, fault.Invalid("所选村(社区)没有参加考评的人员")
	}
	return lines, nil
}
