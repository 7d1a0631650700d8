package assessment

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"touyan/internal/access"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
)

// finding is what the register, or a later version of a result, says differently of one person in a final month.
type finding struct {
	Row         Row // where he stood, or where he would have stood
	Sentence    string
	Fingerprint string
	Paid, Due   money.Fen
}

// finalRow is a row of a month that counts as paid: what was paid, and the result in force today.
type finalRow struct {
	Row
	Paid standing // without a publication: the row came onto the sheet after it was paid
	Now  standing // without a publication: the row has left the sheet since
}

// kept are the changes of the register that a clerk decided to leave out of a sheet: person → fingerprints.
type kept map[int64][]string

// finals is what Differences reads of a month.
type finals struct {
	rows  []finalRow
	kept  kept
	known map[int64]bool // persons on any sheet of the month
	done  map[int64]bool // townships that are final
}

// Differences compares, for a month that is final in a township (0: in all), what was paid with what would be due by the
// register and the results in force today, and keeps what it finds for the clerk: a new finding is added, an open one is
// brought up to date, and one that no longer holds is closed. It never touches a result, and returns how many wait for
// the clerk.
func (m *Module) Differences(ctx context.Context, tx *access.Tx, at month.Month, township int64) (int, error) {
	scheme, err := m.Store.SchemeOfMonth(ctx, tx, at)
	if err != nil {
		return 0, err
	}
	var f finals
	var posts []Post
	err = tx.Wide(ctx, "绩效差额:同志当月可能在两个乡镇任职", func(wide *access.Tx) error {
		if f, err = m.Store.finals(ctx, wide, at); err != nil || len(f.rows) == 0 {
			return err
		}
		posts, err = m.Store.Posts(ctx, wide, at, m.title)
		return err
	})
	if err != nil || len(f.rows) == 0 {
		return 0, err
	}
	for i := range posts {
		posts[i].Died = false // the dead stand on no new list, but the days that they served are due
	}
	before, err := m.Store.differencesOf(ctx, tx, at)
	if err != nil {
		return 0, err
	}
	found := scheme.findings(at, f, scheme.Roster(at, posts), before)
	if township != 0 {
		found = slices.DeleteFunc(found, func(f finding) bool { return f.Row.TownshipID != township })
		before = slices.DeleteFunc(before, func(d Difference) bool { return d.TownshipID != township })
	}
	return m.Store.keepDifferences(ctx, tx, at, found, before)
}

// findings lists the persons for whom something is due that was not paid so, ordered by person. Whoever has a difference
// that was accepted is looked at again, since it may no longer hold.
func (s Scheme) findings(at month.Month, f finals, wanted []RosterRow, before []Difference) []finding {
	want := make(map[int64]*RosterRow, len(wanted))
	for i := range wanted {
		want[wanted[i].PersonID] = &wanted[i]
	}
	found := map[int64]*finding{}
	changed := make([]bool, len(f.rows))
	rows := make([]Row, len(f.rows)) // as they would be paid today
	for i, r := range f.rows {
		rows[i] = r.Row
		rows[i].Total, rows[i].Normalised, rows[i].Grade, rows[i].Veto = r.Now.Total, r.Now.Normalised, r.Now.Grade, r.Now.Veto
		c, differs := r.registerChange(want[r.PersonID], f.kept)
		if differs {
			changed[i] = true
			if c.After != nil {
				rows[i].PayPosition, rows[i].PayScheme, rows[i].Days = string(c.After.PayPosition), c.After.PayScheme, c.After.Days
			} else {
				rows[i].Days, rows[i].PayScheme = 0, ""
			}
			found[r.PersonID] = found[r.PersonID].add(r.Row, c.Sentence, c.Fingerprint())
		}
		if r.Now.PublicationID != r.Paid.PublicationID {
			found[r.PersonID] = found[r.PersonID].add(r.Row, r.versionSentence(), fmt.Sprintf("v%d", r.Now.Number))
		}
	}
	for _, d := range before {
		if d.State == DifferenceAccepted && found[d.PersonID] == nil {
			found[d.PersonID] = &finding{Row: d.row(), Sentence: "花名册已改回,冲销此前确认的差额", Fingerprint: "undone"}
		}
	}
	due := s.dueLines(rows)
	for i, r := range f.rows {
		if one := found[r.PersonID]; one != nil {
			one.Paid += amountOf(r.Paid.AmountFen)
			if changed[i] {
				one.Due += due[i].Amount
			} else {
				one.Due += amountOf(r.Now.AmountFen)
			}
		}
	}
	for _, w := range wanted {
		if f.done[w.TownshipID] && !f.known[w.PersonID] {
			c := RosterChange{Kind: RosterAdded, After: &w}
			if !slices.Contains(f.kept[w.PersonID], c.Fingerprint()) {
				found[w.PersonID] = s.unscored(at, w, c)
			}
		}
	}
	list := make([]finding, 0, len(found))
	for _, one := range found {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b finding) int { return cmp.Compare(a.Row.PersonID, b.Row.PersonID) })
	return list
}

// registerChange says how the register differs from a row that is still on its sheet.
func (r finalRow) registerChange(w *RosterRow, k kept) (RosterChange, bool) {
	if r.Now.PublicationID == 0 {
		return RosterChange{}, false
	}
	c, differs := compareRow(&SheetRow{RowID: r.ID, RosterRow: r.roster()}, w)
	return c, differs && !slices.Contains(k[r.PersonID], c.Fingerprint())
}

func (r finalRow) versionSentence() string {
	switch {
	case r.Now.PublicationID == 0:
		return r.PersonName + "更正后不再列入" + r.VillageName + "的考评表"
	case r.Paid.PublicationID == 0:
		return r.PersonName + "更正后列入" + r.VillageName + "的考评表"
	}
	return fmt.Sprintf("%s的考评结果已更正(第%d版):%s分,%s", r.PersonName, r.Now.Number, r.Now.Total, Grade(r.Now.Grade).Title())
}

// unscored is somebody who by the register served in the month but was never assessed in it.
func (s Scheme) unscored(at month.Month, w RosterRow, c RosterChange) *finding {
	line := s.Pay.Pay(PayInput{Position: w.PayPosition, PayScheme: w.PayScheme, Days: w.Days, MonthDays: at.Days()})
	text := fmt.Sprintf("%s(%s%s)当月在岗%d天,已归档的考评表中没有该同志", w.PersonName, w.VillageName, w.PositionTitle, w.Days)
	if line.Amount == 0 {
		text += ",没有考评得分,不产生绩效报酬"
	}
	return &finding{Row: Row{PersonID: w.PersonID, PersonName: w.PersonName, TownshipID: w.TownshipID, VillageID: w.VillageID,
		VillageName: w.VillageName}, Sentence: text, Fingerprint: c.Fingerprint(), Due: line.Amount}
}

// dueLines calculates rows that are ordered by township, each township within its pool.
func (s Scheme) dueLines(rows []Row) []PayLine {
	lines := make([]PayLine, 0, len(rows))
	for _, township := range chunk(rows) {
		part := make([]PayLine, len(township))
		for i, r := range township {
			part[i] = s.PayRow(r)
		}
		if s.Pay.CapToPool {
			part, _ = FitPool(part)
		}
		lines = append(lines, part...)
	}
	return lines
}

// chunk cuts rows at the borders of their townships.
func chunk(rows []Row) [][]Row {
	var out [][]Row
	for i, r := range rows {
		if i == 0 || rows[i-1].TownshipID != r.TownshipID {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], r)
	}
	return out
}

func (f *finding) add(r Row, sentence, fingerprint string) *finding {
	if f == nil {
		return &finding{Row: r, Sentence: sentence, Fingerprint: fingerprint}
	}
	f.Sentence += ";" + sentence
	f.Fingerprint += "+" + fingerprint
	return f
}

func (d Difference) row() Row {
	return Row{PersonID: d.PersonID, PersonName: d.PersonName, TownshipID: d.TownshipID, VillageID: d.VillageID, VillageName: d.VillageName}
}

func amountOf(f *money.Fen) money.Fen {
	if f == nil {
		return 0
	}
	return *f
}
