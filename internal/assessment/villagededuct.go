package assessment

import (
	"fmt"
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

// VillageTarget is a cadre's row as it stands.
type VillageTarget struct {
	RowID       int64
	VillageID   int64
	Name        string
	VillageName string
	Position    string
	PayPosition PayPosition
	Writable    bool
	Entries     []Entry
}

// VillageDeductionLine is a line of the preview. Entry is nil where nothing falls on the cadre; Note says why, or why it
// is less than the factor gives.
type VillageDeductionLine struct {
	RowID       int64
	Name        string
	VillageName string
	Factor      int // per cent
	Entry       *Entry
	Before      points.Points // of the cell
	After       points.Points
	Note        string
}

// DeductVillages previews a deduction on the cadres of the chosen villages, in the order of targets. It writes nothing.
func (s Scheme) DeductVillages(v VillageDeduction, targets []VillageTarget) ([]VillageDeductionLine, error) {
	if len(v.Villages) == 0 {
		return nil, fault.Invalid("请选择村(社区)")
	}
	if v.Points <= 0 {
		return nil, fault.Invalid("请填写扣分,应大于0")
	}
	full := Entry{Dimension: v.Dimension, Item: v.Item, Points: -v.Points, Clause: v.Clause, Reason: v.Reason, ReportedBy: v.ReportedBy}
	item, _ := s.Item(v.Item)
	position := ""
	if len(item.Positions) > 0 {
		position = item.Positions[0] // whom it does not apply to is told line by line
	}
	full, err := s.CheckEntry(full, position)
	if err != nil {
		return nil, err
	}
	var lines []VillageDeductionLine
	for _, t := range targets {
		if slices.Contains(v.Villages, t.VillageID) {
			lines = append(lines, s.deductFrom(t, full, item))
		}
	}
	if len(lines) == 0 {
		return nil, fault.Invalid("所选村(社区)没有参加考评的人员")
	}
	return lines, nil
}

func (s Scheme) deductFrom(t VillageTarget, full Entry, item Item) VillageDeductionLine {
	line := VillageDeductionLine{RowID: t.RowID, Name: t.Name, VillageName: t.VillageName, Factor: s.PostFactor.Of(t.PayPosition.Chief())}
	line.Before = s.Score(t.Entries).Cells[full.Dimension]
	line.After = line.Before
	switch {
	case !t.Writable:
		line.Note = "该人员已锁定,不能扣分"
		return line
	case !item.AppliesTo(t.Position):
		line.Note = "不适用于该职务"
		return line
	}
	share := (-full.Points).MulRatio(int64(line.Factor), 100)
	limit := line.Before
	why := "该维度只剩%s分"
	if item.Cap > 0 {
		left := item.Cap
		for _, e := range t.Entries {
			if e.Item == item.Code {
				left += e.Points
			}
		}
		if left = max(0, left); left < limit {
			limit, why = left, "该项每月上限还剩%s分"
		}
	}
	if share > limit {
		line.Note = fmt.Sprintf(why, limit)
		share = limit
	}
	if share == 0 {
		if line.Note == "" {
			line.Note = "按职务系数不扣分"
		}
		return line
	}
	entry := full
	entry.Points = -share
	line.Entry = &entry
	line.After = line.Before - share
	return line
}
