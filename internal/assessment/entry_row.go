package assessment

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
	"touyan/web/ui"
)

// entryForm is one entry as it is typed in the detail of a row.
type entryForm struct {
	Choice     string `form:"choice"` // dimension|item; item empty while 待补依据
	Points     string `form:"points"` // without sign; empty takes the item's own
	Clause     string `form:"clause"`
	Reason     string `form:"reason"`
	ReportedBy string `form:"reported_by"`
	Was        string `form:"was"` // the row's values as drawn
	Mode       string `form:"mode"`
}

// formOf shows a stored entry for changing.
func formOf(e StoredEntry) entryForm {
	f := entryForm{Choice: e.Dimension + "|" + e.Item, Clause: e.Clause, Reason: e.Reason, ReportedBy: e.ReportedBy}
	if e.Points != 0 {
		f.Points = max(e.Points, -e.Points).String()
	}
	return f
}

// read makes the entry, or lists what is wrong with the form.
func (f entryForm) read(s Scheme) (Entry, []ui.Problem) {
	var problems []ui.Problem
	code, itemCode, _ := strings.Cut(f.Choice, "|")
	d, ok := s.Dimension(code)
	item, known := s.Item(itemCode)
	if !ok || itemCode != "" && (!known || item.Dimension != code) {
		return Entry{}, []ui.Problem{{Field: "choice", Sentence: "请选择考评内容"}}
	}
	e := Entry{Dimension: code, Item: itemCode, Clause: strings.TrimSpace(f.Clause), Reason: strings.TrimSpace(f.Reason),
		ReportedBy: strings.TrimSpace(f.ReportedBy)}
	for _, t := range []struct {
		field, text, title string
		limit              int
	}{{"clause", e.Clause, "依据", 100}, {"reason", e.Reason, "事由", 200}, {"reported_by", e.ReportedBy, "提供站所", 50}} {
		if utf8.RuneCountInString(t.text) > t.limit {
			problems = append(problems, ui.Problem{Field: t.field, Sentence: t.title + "最多" + strconv.Itoa(t.limit) + "字"})
		}
	}
	amount, err := f.amount(item)
	if err != nil {
		problems = append(problems, ui.Problem{Field: "points", Sentence: fault.Of(err).Sentence})
	}
	e.Points = amount
	if d.Kind == DimensionBase {
		e.Points = -amount
	}
	return e, problems
}

// amount reads the points without sign: 2 and -2 are the same deduction.
func (f entryForm) amount(item Item) (points.Points, error) {
	if _, blank := signOf(f.Points); blank || item.Kind == ItemVeto {
		return item.UnitPoints, nil
	}
	p, err := points.Parse(f.Points)
	return max(p, -p), err
}

// applyForm puts the entry of a form on the row: a new one, or in place of the one with the key.
func (l *ledger) applyForm(row Row, f entryForm, replaces int64) []ui.Problem {
	e, problems := f.read(l.Scheme)
	if len(problems) > 0 {
		return problems
	}
	e, err := l.Scheme.CheckEntry(e, row.PositionCode)
	if err != nil {
		return []ui.Problem{{Field: "points", Sentence: fault.Of(err).Sentence}}
	}
	touched := []string{e.Dimension}
	next := StoredEntry{Dimension: e.Dimension, Item: e.Item, Points: e.Points, Clause: e.Clause, Reason: e.Reason, ReportedBy: e.ReportedBy}
	if replaces != 0 {
		old := l.entries[row.ID][l.find(row.ID, replaces)]
		touched = append(touched, old.Dimension)
		if old.Dimension == e.Dimension { // who made it and when stays
			next.ID, next.RowID, next.Source = old.ID, old.RowID, old.Source
			next.CreatedBy, next.CreatedName, next.CreatedAt = old.CreatedBy, old.CreatedName, old.CreatedAt
		}
	}
	if p := l.stale(row, f.Was, touched); p != "" {
		return []ui.Problem{{Sentence: p}}
	}
	if replaces != 0 {
		l.drop(row.ID, replaces)
	}
	l.put(row.ID, e.Dimension, append(l.cellEntries(row.ID, e.Dimension), next))
	return nil
}

// find gives the place of a stored entry among those of its row, -1 if it is not there.
func (d *desk) find(row, entry int64) int {
	return slices.IndexFunc(d.entries[row], func(e StoredEntry) bool { return e.ID == entry })
}

// drop takes an entry off its cell.
func (l *ledger) drop(row, entry int64) {
	old := l.entries[row][l.find(row, entry)]
	rest := slices.DeleteFunc(l.cellEntries(row, old.Dimension), func(e StoredEntry) bool { return e.ID == entry })
	l.put(row, old.Dimension, rest)
}

// stale says that another account changed one of the cells since the page was drawn.
func (l *ledger) stale(row Row, was string, dimensions []string) string {
	drawn := strings.Split(was, ",")
	for i, d := range l.Scheme.Dimensions {
		cell, ok := l.cells[place{row.ID, d.Code}]
		if !ok || cell.ChangedBy == l.account || !slices.Contains(dimensions, d.Code) {
			continue
		}
		value := ""
		if i < len(drawn) {
			value = drawn[i]
		}
		if p, err := points.Parse(value); err != nil || p != cell.Value {
			return cell.ChangedName + "刚把“" + d.Title + "”改为" + cell.Value.String() + "分(原为" + value + "分),您填写的内容没有保存;核对后再次保存"
		}
	}
	return ""
}
