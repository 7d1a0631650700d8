package assessment

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

// Deduction is an entry as a published result shows it to the village: a deduction, a bonus, or a veto with 0 points.
type Deduction struct {
	Dimension string `json:"dimension"`
	Points    string `json:"points"` // signed
	Clause    string `json:"clause"`
	Reason    string `json:"reason"`
}

// PublicationKind tells the first notice of a sheet from the ones that correct it.
type PublicationKind string

// The kinds of a publication.
const (
	PublicationFirst      PublicationKind = "first"
	PublicationCorrection PublicationKind = "correction"
)

// result is what a publication says of one row, and the pay that follows.
type result struct {
	Row
	Deductions []Deduction
	Line       PayLine
}

// inForce is the result of a row that the last publications left standing.
type inForce struct {
	SheetID       int64
	RowID         int64
	PublicationID int64
	VillageID     int64
	VillageName   string
	PositionTitle string
	Total         points.Points
	Normalised    points.Points
	Grade         string
	QuotaCapped   bool
	Veto          string
	NoGrade       string
	Deductions    []Deduction
	BaseFen       *money.Fen
	AmountFen     *money.Fen
}

// publication is one sheet on its way out. A correction holds the changed rows alone; Replaced names the results that it
// takes the place of, also of rows that left the sheet, and Refitted those whose amount alone follows the township's pool.
type publication struct {
	Sheet    Sheet
	Number   int
	Kind     PublicationKind
	Reason   string
	Results  []result
	Replaced []inForce
	Refitted []result
	Villages []int64 // that put up a notice
	Amount   money.Fen
	id       int64
}

// unchanged reports a correction that found nothing to correct: the earlier publication stands.
func (p publication) unchanged() bool {
	return p.Kind == PublicationCorrection && len(p.Results) == 0 && len(p.Replaced) == 0
}

// publishable is what is needed of a sheet to publish it.
type publishable struct {
	Sheet   Sheet
	Rows    []Row
	Entries map[int64][]StoredEntry
	Before  []inForce // empty: never published
	Number  int       // of its last publication
	Reason  string    // of the correction or reopening
	Paid    bool      // was locked before, so its amounts are paid and stay
}

// publication computes what the sheet publishes: all rows the first time, afterwards those that say something else.
func (p publishable) publication(scheme Scheme) (publication, error) {
	out := publication{Sheet: p.Sheet, Number: p.Number + 1, Kind: PublicationFirst}
	all, err := p.results(scheme)
	if err != nil {
		return out, err
	}
	for _, r := range all {
		out.Amount += r.Line.Amount
	}
	if p.Number == 0 {
		out.Results = all
		out.Villages = villagesOf(all, nil)
		return out, nil
	}
	out.Kind, out.Reason = PublicationCorrection, p.Reason
	before := make(map[int64]inForce, len(p.Before))
	for _, b := range p.Before {
		before[b.RowID] = b
	}
	var silent []result // the notice would print them as before
	for _, r := range all {
		b, was := before[r.ID]
		delete(before, r.ID)
		switch {
		case !was:
			out.Results = append(out.Results, r)
		case !b.says(r):
			out.Results = append(out.Results, r)
			out.Replaced = append(out.Replaced, b)
		case p.Paid && !same(b.BaseFen, r.Line.base()): // days or post: what was paid stays, a new version says what is due
			silent = append(silent, r)
			out.Replaced = append(out.Replaced, b)
		case !p.Paid && !(same(b.BaseFen, r.Line.base()) && same(b.AmountFen, r.Line.amount())):
			out.Refitted = append(out.Refitted, r)
		}
	}
	var gone []inForce
	for _, b := range p.Before {
		if _, left := before[b.RowID]; left {
			gone = append(gone, b)
		}
	}
	out.Villages = villagesOf(out.Results, gone)
	out.Results, out.Replaced = append(out.Results, silent...), append(out.Replaced, gone...)
	return out, nil
}

// results gives every row its deductions and its pay. Grades are those that the township approved.
func (p publishable) results(scheme Scheme) ([]result, error) {
	out := make([]result, len(p.Rows))
	lines := make([]PayLine, len(p.Rows))
	for i, r := range p.Rows {
		if r.Grade == "" && r.NoGrade == "" {
			return nil, fault.Conflict("%s的%s没有评定等次,不能发布,请退回乡镇(街道)重新审核", p.Sheet.TownshipName, r.PersonName)
		}
		lines[i] = scheme.PayRow(r)
		out[i] = result{Row: r, Deductions: scheme.deductions(p.Entries[r.ID])}
	}
	if scheme.Pay.CapToPool {
		lines, _ = FitPool(lines)
	}
	for i := range out {
		out[i].Line = lines[i]
	}
	return out, nil
}

// PayRow calculates the pay of a row by what it says.
func (s Scheme) PayRow(r Row) PayLine {
	return s.Pay.Pay(PayInput{Position: PayPosition(r.PayPosition), PayScheme: r.PayScheme, Total: r.Total, Normalised: r.Normalised,
		Grade: Grade(r.Grade), Veto: VetoEffect(r.Veto), Days: r.Days, MonthDays: r.Month.Days()})
}

// deductions puts entries into the reader's words. An entry without a reason of its own is explained by its item.
func (s Scheme) deductions(entries []StoredEntry) []Deduction {
	list := make([]Deduction, len(entries))
	for i, e := range entries {
		d, _ := s.Dimension(e.Dimension)
		list[i] = Deduction{Dimension: d.Title, Points: e.Points.Signed(), Clause: e.Clause, Reason: e.Reason}
		if item, known := s.Item(e.Item); known {
			if e.Clause == "" {
				list[i].Clause = item.Clause
			}
			if e.Reason == "" {
				list[i].Reason = item.Title
			}
		}
	}
	return list
}

// says reports whether the notice would print the row as it was printed before. The amount is not on the notice.
func (b inForce) says(r result) bool {
	return b.VillageName == r.VillageName && b.PositionTitle == r.PositionTitle && b.Total == r.Total && b.Normalised == r.Normalised &&
		b.Grade == r.Grade && b.QuotaCapped == r.QuotaCapped && b.Veto == r.Veto && b.NoGrade == r.NoGrade &&
		slices.Equal(b.Deductions, r.Deductions)
}

// base and amount are null where there is no line.
func (l PayLine) base() *money.Fen {
	if !l.Paid {
		return nil
	}
	return &l.Base
}

func (l PayLine) amount() *money.Fen {
	if !l.Paid {
		return nil
	}
	return &l.Amount
}

func same(a, b *money.Fen) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func villagesOf(results []result, replaced []inForce) []int64 {
	var list []int64
	for _, r := range results {
		list = append(list, r.VillageID)
	}
	for _, b := range replaced {
		list = append(list, b.VillageID)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// digest fixes in the trail what was published.
func (p publication) digest(h hash.Hash) {
	for _, r := range p.Results {
		fmt.Fprintf(h, "%d|%d|%d|%s|%s|%s|%v|%s\n", p.Sheet.ID, p.Number, r.ID, r.PersonName, r.Total, r.Grade, r.Line.Paid, r.Line.Amount)
	}
}

// Published says what a publication put out.
type Published struct {
	Month     month.Month
	Sheets    []PublishedSheet
	Results   int
	Notices   int // villages that have to post one
	Already   int // sheets that were published before this request, which is a button pressed twice
	Unchanged int // corrections that changed nothing
	Digest    string
}

// PublishedSheet is one township's part.
type PublishedSheet struct {
	SheetID      int64
	TownshipName string
	Number       int
	Kind         PublicationKind
	Results      int
	Notices      int
	Amount       money.Fen // of the whole township
}

func summarise(at month.Month, list []publication, already int) Published {
	out := Published{Month: at, Already: already}
	h := sha256.New()
	for _, p := range list {
		if p.unchanged() {
			out.Unchanged++
		}
		p.digest(h)
		out.Results += len(p.Results)
		out.Notices += len(p.Villages)
		out.Sheets = append(out.Sheets, PublishedSheet{p.Sheet.ID, p.Sheet.TownshipName, p.Number, p.Kind, len(p.Results), len(p.Villages), p.Amount})
	}
	out.Digest = hex.EncodeToString(h.Sum(nil))
	return out
}

// note is what the timeline says of it.
func (p publication) note() string {
	switch {
	case p.unchanged():
		return fmt.Sprintf("没有需要更正的内容,沿用第%d版", p.Number-1)
	case p.Kind == PublicationCorrection:
		return fmt.Sprintf("更正公示(第%d版):%d人", p.Number, len(p.Results))
	}
	return fmt.Sprintf("%d人", len(p.Results))
}
