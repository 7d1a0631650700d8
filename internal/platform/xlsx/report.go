package xlsx

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is one thing wrong with one row. Row and Ref are as the spreadsheet program shows them.
type Finding struct {
	Row     int    `json:"row"`
	Column  string `json:"column"` // title, empty if the row as a whole is meant
	Ref     string `json:"ref"`    // F12, empty if the row as a whole is meant
	Message string `json:"message"`
}

// Report collects every finding of one sheet. It can be stored as JSON and used for RepairFile later.
type Report struct {
	Sheet      string    `json:"sheet"`
	HeaderLast int       `json:"headerLast"`
	Findings   []Finding `json:"findings"`
}

// Report starts a report on the table.
func (t *Table) Report() *Report {
	return &Report{Sheet: t.Match.Sheet, HeaderLast: t.Match.HeaderLast}
}

// Row notes what is wrong with a row as a whole.
func (r *Report) Row(row Row, format string, args ...any) {
	r.add(Finding{Row: row.Number, Message: fmt.Sprintf(format, args...)})
}

// Cell notes what is wrong with one column of a row. A column that the file lacks makes a finding on the row.
func (r *Report) Cell(row Row, key, format string, args ...any) {
	f := Finding{Row: row.Number, Message: fmt.Sprintf(format, args...)}
	if i, ok := row.index[key]; ok {
		f.Column, f.Ref = row.cols[i].Title, row.cells[i].Ref()
	}
	r.add(f)
}

func (r *Report) add(f Finding) {
	if !slices.Contains(r.ofRow(f.Row), f) {
		r.Findings = append(r.Findings, f)
	}
}

// ofRow gives the findings of a row that was reported last, which is where a repetition can be.
func (r *Report) ofRow(row int) []Finding {
	i := len(r.Findings)
	for i > 0 && r.Findings[i-1].Row == row {
		i--
	}
	return r.Findings[i:]
}

// OK holds if nothing was found.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// BadRows counts the rows with findings.
func (r *Report) BadRows() int { return len(r.byRow()) }

// Bad are the rows with findings.
func (r *Report) Bad() map[int]bool {
	rows := map[int]bool{}
	for _, f := range r.Findings {
		rows[f.Row] = true
	}
	return rows
}

// Sorted gives the findings by row, in the order of their discovery within one.
func (r *Report) Sorted() []Finding {
	out := slices.Clone(r.Findings)
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Compare(a.Row, b.Row) })
	return out
}

func (r *Report) byRow() map[int][]Finding {
	rows := map[int][]Finding{}
	for _, f := range r.Findings {
		rows[f.Row] = append(rows[f.Row], f)
	}
	return rows
}

// text is all that the last column says of one row.
func rowText(findings []Finding) string {
	text := ""
	for i, f := range findings {
		if i > 0 {
			text += ";"
		}
		if f.Ref != "" {
			text += f.Column + "(" + f.Ref + "):"
		}
		text += f.Message
	}
	return text
}
