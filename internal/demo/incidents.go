package demo

import (
	"fmt"
	"slices"
	"time"

	"touyan/internal/assessment"
	"touyan/internal/platform/month"
	"touyan/internal/platform/workday"
)

// vetoes names the few cases of a year in which a veto item stands on a sheet: the item by month and township.
func (d *District) vetoes() map[month.Month]map[int]string {
	r := d.dice("vetoes")
	list := map[month.Month]map[int]string{}
	for _, c := range []struct {
		back int
		item string
	}{{11, "disciplined"}, {8, "no_new_member"}, {7, "judicial_case"}, {4, "disciplined"}, {2, "disciplined"}} {
		list[d.Spec.Anchor.Add(-c.back)] = map[int]string{r.IntN(len(d.Townships)): c.item}
	}
	return list
}

// veto puts a veto item on one cadre of the sheet to whom it applies.
func (m *marker) veto(r dice, s *Sheet, code string, at month.Month) {
	item, _ := m.scheme.Item(code)
	var rows []*Row
	for _, row := range s.Rows {
		if item.AppliesTo(row.PositionCode) && row.NoGrade == "" {
			rows = append(rows, row)
		}
	}
	if len(rows) > 0 {
		m.put(pick(r, rows), m.entry(r, item, 0, at.Date(r.between(3, 20))))
	}
}

// minutes numbers the meeting of the township's committee that looked at the sheet.
func (d *District) minutes(r dice, township int, at time.Time) string {
	t := d.Townships[township]
	return fmt.Sprintf("%s会纪〔%d〕%d号", t.Short(), at.Year(), (int(at.Month())-1)*3+r.between(1, 3))
}

// objections lets somebody object now and then, mostly in vain; two in a year lead to a correction.
func (m *marker) objections(r dice, s *Sheet, at month.Month) {
	upheld := m.d.plan.extinct.code != "" && (at == m.d.Spec.Anchor.Add(-3) && m.d.Townships[s.Township].Code == draftTownship ||
		at == m.d.Spec.Anchor.Add(-6) && m.d.Townships[s.Township].Code == returnedTownship)
	if !upheld && !r.chance(5) {
		return
	}
	var rows []*Row
	for _, row := range s.Rows {
		if len(row.Entries) == 1 && row.Entries[0].Points < 0 && row.NoGrade == "" && row.Graded.Grade == assessment.GradeCompetent {
			if item, _ := m.scheme.Item(row.Entries[0].Item); !item.VillageWide {
				rows = append(rows, row)
			}
		}
	}
	if len(rows) == 0 {
		return
	}
	row := pick(r, rows)
	e := row.Entries[0]
	o := Objection{Row: row, Source: pick(r, []string{"self", "self", "call", "visit", "letter", "village"}), State: "rejected",
		Content: fmt.Sprintf("对“%s”扣%s分有异议,当天已口头请假,请予核实。", e.Reason, -e.Points),
		FiledAt: s.PostedOn.AddDate(0, 0, 1).Add(10 * time.Hour), At: s.PostedOn.AddDate(0, 0, 2).Add(15 * time.Hour),
		Answer: "经核查值班记录和站所说明,情况属实,维持原结果。"}
	if upheld {
		o.State, o.Answer = "upheld", "经核查,本人当天受镇上指派外出办事,有派出单位证明,扣分予以撤销。"
		m.correct(s, o, at)
	}
	s.Objections = append(s.Objections, o)
}

// correct takes the row's deduction back and publishes a second version for it, by the module's rule for corrections:
// nobody else's grade moves.
func (m *marker) correct(s *Sheet, o Objection, at month.Month) {
	c := &Correction{Row: o.Row, Before: *o.Row, Reason: o.Answer}
	published := map[int64]assessment.Graded{}
	rows := make([]assessment.GradeRow, len(s.Rows))
	own := int64(slices.Index(s.Rows, o.Row) + 1)
	o.Row.Entries = nil
	o.Row.Score = m.scheme.Score(nil)
	for i, row := range s.Rows {
		published[int64(i+1)] = row.Graded
		rows[i] = assessment.GradeRow{ID: int64(i + 1), Score: row.Score.Normalised, Veto: row.Score.Veto, NoGrade: row.NoGrade}
	}
	o.Row.Graded = m.scheme.Correct(rows, published, []int64{own}, nil, false).Grades[own]
	m.pay(s, at)
	cal := workday.Embedded()
	day := month.Day(o.At)
	// The second period ends when the first would have: the whole schedule moves back by as much.
	c.Times = Times{SubmittedAt: o.At.Add(time.Hour), ApprovedAt: o.At.Add(2 * time.Hour), FiledAt: o.At.Add(150 * time.Minute),
		PublishedAt: o.At.Add(160 * time.Minute), PostedOn: cal.AddWorkdays(day, 1)}
	c.EndsOn = cal.AddWorkdays(c.PostedOn, 5)
	s.LockedAt = c.EndsOn.AddDate(0, 0, 1).Add(2 * time.Hour)
	s.Correction = c
}

// unfinished brings the anchor month's sheets to where their states stand.
func (m *marker) unfinished(mo *Month, now time.Time) {
	now = m.d.moment(now)
	start := mo.Month.First().Add(8*time.Hour + 30*time.Minute)
	at := func(percent int) time.Time {
		return start.Add(time.Duration(int64(now.Sub(start)) / 100 * int64(percent))).Truncate(time.Second)
	}
	for _, s := range mo.Sheets {
		r := m.d.dice("unfinished/" + m.d.Townships[s.Township].Code)
		rank := slices.Index(assessment.SheetStates(), s.State)
		reached := func(state assessment.SheetState) bool { return rank >= slices.Index(assessment.SheetStates(), state) }
		if s.State == assessment.SheetNotStarted || s.State == assessment.SheetDraft {
			m.partly(r, s)
		}
		s.Minutes = ""
		if s.State != assessment.SheetNotStarted {
			s.EnteredAt = at(r.between(20, 40))
		}
		if reached(assessment.SheetSubmitted) {
			s.SubmittedAt = at(r.between(45, 58))
		}
		if reached(assessment.SheetTownshipApproved) || s.State == assessment.SheetReturned {
			s.ApprovedAt = at(r.between(60, 72))
			s.Minutes = m.d.minutes(r, s.Township, s.ApprovedAt)
		}
		if s.State == assessment.SheetReturned {
			m.returned(r, s)
		}
		if reached(assessment.SheetDistrictApproved) {
			s.FiledAt = at(r.between(74, 84))
		}
		if s.State == assessment.SheetPublished {
			s.PublishedAt = at(90)
			s.PostedOn = month.Day(now)
			s.EndsOn = workday.Embedded().AddWorkdays(s.PostedOn, m.scheme.NoticeDays)
			if m.d.Townships[s.Township].Code == publishedTownship {
				m.openObjection(r, s, at(97))
			}
		}
		if s.ApprovedAt.IsZero() || s.State == assessment.SheetReturned {
			for _, row := range s.Rows {
				row.Graded, row.Pay = assessment.Graded{}, assessment.PayLine{} // the leader has not approved yet
			}
			s.Excellent = nil
		}
	}
}

// partly leaves the sheet as a clerk does in the middle of the work: some villages are entered, the others hold full marks.
func (m *marker) partly(r dice, s *Sheet) {
	villages := s.byVillage()
	done := 0
	if s.State == assessment.SheetDraft {
		done = len(villages) * r.between(25, 85) / 100
	}
	for i, rows := range villages {
		for _, row := range rows {
			row.State = assessment.RowEditable
			if i < done {
				continue
			}
			row.Entries, row.Entered, row.JumpReason = nil, false, ""
			row.Score = m.scheme.Score(nil)
		}
	}
	open := 2 // entries that still wait for their clause (待补依据)
	for _, row := range s.Rows {
		for i, e := range row.Entries {
			if item, _ := m.scheme.Item(e.Item); open > 0 && s.State == assessment.SheetDraft && item.Kind == assessment.ItemDeduct && !item.VillageWide {
				row.Entries[i] = assessment.Entry{Dimension: e.Dimension, Points: e.Points}
				open--
			}
		}
	}
}

// returned sends three rows back with a reason each; the rest stays approved.
func (m *marker) returned(r dice, s *Sheet) {
	reasons := []string{"与信访台账不符,请核对后重新填报", "扣分依据与所附情况说明不一致", "连续两月满分,请附具体事实"}
	for i, at := range r.shuffled(len(s.Rows))[:len(reasons)] {
		row := s.Rows[at]
		row.State, row.ReturnReason = assessment.RowReturned, reasons[i]
		total := row.Score.Total
		row.ReturnedTotal = &total
	}
}

func (m *marker) openObjection(r dice, s *Sheet, at time.Time) {
	var rows []*Row
	for _, row := range s.Rows {
		if len(row.Entries) > 0 && row.Entries[0].Points < 0 {
			rows = append(rows, row)
		}
	}
	row := pick(r, rows)
	s.Objections = append(s.Objections, Objection{Row: row, Source: "call", State: "open", FiledAt: at,
		Content: fmt.Sprintf("来电反映:“%s”一项与实际不符,请核实。", row.Entries[0].Reason)})
}
