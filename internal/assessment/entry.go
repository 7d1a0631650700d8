package assessment

import (
	"slices"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

// How an entry came about, as its source column says.
const (
	sourceGrid     = "grid"
	sourcePaste    = "paste"
	sourceVillage  = "village"
	sourceExcel    = "excel"
	sourceProposal = "proposal"
)

// Shown is the text of a cell in a mode: the score, or in 扣分 what was lost, with nothing for an untouched cell. What it
// shows reads back as the same value, so an unchanged text never changes a score.
func (d Dimension) Shown(value points.Points, mode EntryMode) string {
	switch {
	case value == d.Full() && (d.Kind == DimensionBonus || mode == ModeDeduct):
		return ""
	case d.Kind == DimensionBase && mode == ModeDeduct:
		return (value - d.Max).String()
	}
	return value.String()
}

// typedCell is a number that somebody typed, pasted or uploaded for one cell.
type typedCell struct {
	Row       int64
	Dimension string
	Text      string
	Mode      EntryMode
	Was       string // the value that the page was drawn with; unreadable counts as unknown
	Item      string // the item to cite, empty to leave the entry's own
}

// cellProblem is why a cell was not taken over. Theirs is the present value where another account changed it meanwhile.
type cellProblem struct {
	typedCell
	Sentence string
	Theirs   *points.Points
	By       string
}

// place names a cell.
type place struct {
	Row       int64
	Dimension string
}

// ledger is what one request changes on a desk: the entries of rows as they will be, and the cells that were touched.
type ledger struct {
	*desk
	source  string
	account int64
	person  int64 // of the actor, who never scores himself
	batch   string
	after   map[int64][]StoredEntry
	touched []place
	before  map[place]points.Points
}

func newLedger(d *desk, s actor, source string) *ledger {
	return &ledger{desk: d, source: source, account: s.Account(), person: s.Person(), after: map[int64][]StoredEntry{},
		before: map[place]points.Points{}}
}

// actor is what a ledger must know of the scope.
type actor interface {
	Account() int64
	Person() int64
}

// closed says why a row takes no entries, empty if it does.
func (l *ledger) closed(row Row) string { return l.desk.closed(row, l.person) }

// entriesOf gives a row's entries as they will be.
func (l *ledger) entriesOf(row int64) []StoredEntry {
	if list, ok := l.after[row]; ok {
		return list
	}
	return l.entries[row]
}

// touch notes a cell before its entries change.
func (l *ledger) touch(row int64, dimension string) {
	p := place{row, dimension}
	if _, ok := l.before[p]; !ok {
		l.before[p] = l.value(row, dimension)
		l.touched = append(l.touched, p)
	}
}

// put replaces the entries of one cell.
func (l *ledger) put(row int64, dimension string, entries []StoredEntry) {
	l.touch(row, dimension)
	next := slices.DeleteFunc(slices.Clone(l.entriesOf(row)), func(e StoredEntry) bool { return e.Dimension == dimension })
	for _, e := range entries {
		if e.ID == 0 {
			e.RowID, e.Source = row, l.source
		}
		next = append(next, e)
	}
	l.after[row] = next
}

// enter takes a typed number over, or says why not. The desk holds the row and the dimension.
func (l *ledger) enter(t typedCell) *cellProblem {
	row, d := l.row(t.Row), l.dimension(t.Dimension)
	refuse := func(format string, args ...any) *cellProblem {
		return &cellProblem{typedCell: t, Sentence: fault.Of(fault.Invalid(format, args...)).Sentence}
	}
	if why := l.closed(row); why != "" {
		return refuse("%s", why)
	}
	difference, err := ParseTyped(t.Text, t.Mode, d)
	if err != nil {
		return refuse("%s", fault.Of(err).Sentence)
	}
	wanted := (d.Full() + difference).Clamp(0, d.Max)
	if p := l.conflict(t, wanted); p != nil {
		return p
	}
	own := l.cellEntries(row.ID, d.Code)
	next, err := l.Scheme.retyped(own, d, difference, t.Item, row.PositionCode)
	if err != nil {
		return refuse("%s", fault.Of(err).Sentence)
	}
	if !slices.Equal(own, next) {
		l.put(row.ID, d.Code, next)
	}
	return nil
}

// conflict finds a change by another account since the page was drawn. Two people who agree are no conflict.
func (l *ledger) conflict(t typedCell, wanted points.Points) *cellProblem {
	cell, ok := l.cells[place{t.Row, t.Dimension}]
	now := l.value(t.Row, t.Dimension)
	if !ok || cell.ChangedBy == l.account || now == wanted {
		return nil
	}
	if was, err := points.Parse(t.Was); err == nil && was == now {
		return nil
	}
	return &cellProblem{typedCell: t, Theirs: &now, By: cell.ChangedName,
		Sentence: cell.ChangedName + "刚把这一格改为" + now.String() + "分,您填的" + t.Text + "没有保存;再次保存(按回车)将以您的为准"}
}

func (l *ledger) cellEntries(row int64, dimension string) []StoredEntry {
	var list []StoredEntry
	for _, e := range l.entriesOf(row) {
		if e.Dimension == dimension {
			list = append(list, e)
		}
	}
	return list
}

// add puts a further entry on a row after the scheme's checks.
func (l *ledger) add(row Row, e Entry) error {
	e, err := l.Scheme.CheckEntry(e, row.PositionCode)
	if err != nil {
		return err
	}
	own := l.cellEntries(row.ID, e.Dimension)
	l.put(row.ID, e.Dimension, append(own, StoredEntry{Dimension: e.Dimension, Item: e.Item, Points: e.Points,
		Clause: e.Clause, Reason: e.Reason, ReportedBy: e.ReportedBy}))
	return nil
}

// retyped gives a cell's entries after a typed difference, by EntriesForTyped, with the entries that stay keeping who
// made them and when. item is what the cell's one entry then cites.
func (s Scheme) retyped(own []StoredEntry, d Dimension, difference points.Points, item, position string) ([]StoredEntry, error) {
	plain := make([]Entry, len(own))
	for i, e := range own {
		plain[i] = e.Entry()
	}
	wanted, err := EntriesForTyped(plain, d, difference)
	if err != nil {
		return nil, err
	}
	next := make([]StoredEntry, 0, len(wanted))
	for _, e := range own {
		if e.Points == 0 || slices.Contains(wanted, e.Entry()) {
			next = append(next, e)
		} else if difference != 0 {
			e.Points = difference // EntriesForTyped refused more than one
			next = append(next, e)
		}
	}
	if difference != 0 && len(next) < len(wanted) {
		next = append(next, StoredEntry{Dimension: d.Code, Points: difference})
	}
	if item == "" || difference == 0 {
		return next, nil
	}
	return s.cite(next, d, item, position)
}

// cite gives the one scored entry of a cell its item and the item's clause.
func (s Scheme) cite(cell []StoredEntry, d Dimension, item, position string) ([]StoredEntry, error) {
	at := -1
	for i, e := range cell {
		if e.Points == 0 {
			continue
		}
		if at >= 0 {
			return nil, fault.Invalid("“%s”有多条明细,请展开明细逐条修改", d.Title)
		}
		at = i
	}
	if cell[at].Item != item {
		cell[at].Item, cell[at].Clause = item, ""
	}
	e, err := s.CheckEntry(cell[at].Entry(), position)
	cell[at].Clause = e.Clause
	return cell, err
}
