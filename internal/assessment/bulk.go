package assessment

import (
	"cmp"
	"fmt"
	"slices"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

// BulkTarget is a cadre's row as it stands before one clause is applied to many.
type BulkTarget struct {
	RowID       int64
	VillageID   int64
	Name        string
	VillageName string
	Position    string
	PayPosition PayPosition
	Writable    bool
	Closed      string // why it is not writable
	Entries     []Entry
}

// BulkLine is a line of the preview. Entry is nil where nothing falls on the cadre; Note says why, or why it is less than
// was asked for.
type BulkLine struct {
	RowID       int64
	Name        string
	VillageName string
	Factor      int // per cent
	Entry       *Entry
	Before      points.Points // of the cell
	After       points.Points
	Note        string
}

// ApplyToMany previews one entry on chosen cadres, each in full, in the order of targets. It writes nothing.
func (s Scheme) ApplyToMany(e Entry, chosen []int64, targets []BulkTarget) ([]BulkLine, error) {
	if len(chosen) == 0 {
		return nil, fault.Invalid("请选择人员")
	}
	e, item, err := s.checkForMany(e)
	if err != nil {
		return nil, err
	}
	var lines []BulkLine
	for _, t := range targets {
		if slices.Contains(chosen, t.RowID) {
			lines = append(lines, s.fall(t, e, item, 100))
		}
	}
	return lines, nil
}

// checkForMany checks an entry that is meant for many: whom its item does not apply to is told line by line.
func (s Scheme) checkForMany(e Entry) (Entry, Item, error) {
	item, _ := s.Item(e.Item)
	position := ""
	if len(item.Positions) > 0 {
		position = item.Positions[0]
	}
	e, err := s.CheckEntry(e, position)
	return e, item, err
}

// fall tells what an entry does to one cadre who carries a share of it, in per cent: never more than the cell or the
// item's monthly cap has left.
func (s Scheme) fall(t BulkTarget, full Entry, item Item, factor int) BulkLine {
	line := BulkLine{RowID: t.RowID, Name: t.Name, VillageName: t.VillageName, Factor: factor}
	line.Before = s.Score(t.Entries).Cells[full.Dimension]
	line.After = line.Before
	switch {
	case !t.Writable:
		line.Note = cmp.Or(t.Closed, "该人员已锁定,不能扣分")
		return line
	case !item.AppliesTo(t.Position):
		line.Note = "不适用于该职务"
		return line
	case item.Kind == ItemVeto:
		line.Entry, line.Note = &full, item.VetoEffect.Title()
		return line
	}
	share := max(full.Points, -full.Points).MulRatio(int64(factor), 100)
	if left, why := s.room(t, full, item, line.Before); share > left {
		line.Note, share = fmt.Sprintf(why, left), left
	}
	if share == 0 {
		line.Note = cmp.Or(line.Note, "按职务系数不扣分")
		return line
	}
	entry := full
	entry.Points = share
	if full.Points < 0 {
		entry.Points = -share
	}
	line.Entry = &entry
	line.After = line.Before + entry.Points
	return line
}

// room is how much further a cell can move by an item, with the sentence for when that is not enough.
func (s Scheme) room(t BulkTarget, full Entry, item Item, now points.Points) (left points.Points, why string) {
	left, why = now, "该维度只剩%s分"
	if full.Points > 0 {
		d, _ := s.Dimension(full.Dimension)
		left, why = d.Max-now, "加分最多还可加%s分"
	}
	if item.Cap == 0 {
		return left, why
	}
	used := points.Points(0)
	for _, e := range t.Entries {
		if e.Item == item.Code {
			used += max(e.Points, -e.Points)
		}
	}
	if capped := max(0, item.Cap-used); capped < left {
		left, why = capped, "该项每月上限还剩%s分"
	}
	return left, why
}

// bulkTargets gives the rows of the desk to whoever applies one clause to many.
func (d *desk) bulkTargets(person int64) []BulkTarget {
	list := make([]BulkTarget, len(d.Rows))
	for i, r := range d.Rows {
		closed := d.closed(r, person)
		list[i] = BulkTarget{RowID: r.ID, VillageID: r.VillageID, Name: r.PersonName, VillageName: r.VillageName, Position: r.PositionCode,
			PayPosition: PayPosition(r.PayPosition), Writable: closed == "", Closed: closed, Entries: entriesOf(d.entries[r.ID])}
	}
	return list
}
