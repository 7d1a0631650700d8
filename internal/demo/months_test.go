package demo_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"touyan/internal/assessment"
	"touyan/internal/demo"
	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
)

func title(position string, community bool) string {
	if community {
		return "社区" + position
	}
	return position
}

func months(t *testing.T, d *demo.District, now time.Time) []*demo.Month {
	t.Helper()
	list, err := d.Months(assessment.DefaultScheme(), title, now)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestPastMonthsAreFinalAndBelievable(t *testing.T) {
	t.Parallel()
	for _, s := range specs {
		now := s.Anchor.Date(9).Add(11 * time.Hour)
		d := generate(t, s)[0]
		list := months(t, d, now)
		if len(list) != demo.Past+1 {
			t.Fatalf("%d months", len(list))
		}
		scheme := assessment.DefaultScheme()
		var objections, corrections, vetoed, jumps, noGrade, entries int
		grades := map[assessment.Grade]int{}
		means := map[int][]points.Points{} // of a township, by month
		for _, m := range list[:demo.Past] {
			people := map[int]bool{}
			for _, sheet := range m.Sheets {
				if sheet.State != assessment.SheetLocked || !sheet.LockedAt.Before(now) || !sheet.EndsOn.Before(month.Day(now)) ||
					!sheet.SubmittedAt.Before(sheet.ApprovedAt) || !sheet.ApprovedAt.Before(sheet.PublishedAt) {
					t.Errorf("%s %s: %s %+v", m.Month, d.Townships[sheet.Township].Name, sheet.State, sheet.Times)
				}
				excellent := 0
				var totals []points.Points
				for _, r := range sheet.Rows {
					if people[r.Person] {
						t.Errorf("%s: %s has two rows", m.Month, r.PersonName)
					}
					people[r.Person] = true
					grades[r.Graded.Grade]++
					entries += len(r.Entries)
					totals = append(totals, r.Score.Normalised)
					if r.Graded.Grade == assessment.GradeExcellent {
						excellent++
					}
					if r.Score.Veto != "" {
						vetoed++
					}
					if r.JumpReason != "" {
						jumps++
					}
					if r.NoGrade != "" {
						noGrade++
					}
					if r.Pay.Paid != (r.PayScheme == "village") {
						t.Errorf("%s, %s: paid %t", r.PersonName, r.PayScheme, r.Pay.Paid)
					}
				}
				if excellent > sheet.Quota {
					t.Errorf("%s %s: %d 优秀, quota %d", m.Month, d.Townships[sheet.Township].Name, excellent, sheet.Quota)
				}
				mean, _ := points.Average(totals)
				means[sheet.Township] = append(means[sheet.Township], mean)
				objections += len(sheet.Objections)
				if sheet.Correction != nil {
					corrections++
				}
			}
			if len(people) < 2340 || len(people) > 2390 {
				t.Errorf("%s: %d people", m.Month, len(people))
			}
		}
		check(t, scheme, list[:demo.Past])
		lowest, highest := points.Of(200), points.Points(0)
		for _, ms := range means {
			mean, _ := points.Average(ms)
			lowest, highest = min(lowest, mean), max(highest, mean)
		}
		t.Logf("%d objections, %d corrections, %d vetoes, %d jumps, %d without grade, %d entries, grades %v, townships %s to %s",
			objections, corrections, vetoed, jumps, noGrade, entries, grades, lowest, highest)
		if objections < 10 || corrections != 2 || vetoed < 3 || vetoed > 8 || jumps == 0 || noGrade == 0 || entries > 60000 {
			t.Error("the year has no life in it, or too much")
		}
		for _, g := range []assessment.Grade{assessment.GradeExcellent, assessment.GradeCompetent, assessment.GradeBasicallyCompetent, assessment.GradeIncompetent} {
			if grades[g] == 0 {
				t.Errorf("nobody is %s", g.Title())
			}
		}
		if highest-lowest < points.Of(2) {
			t.Errorf("the townships differ too little: %s to %s", lowest, highest)
		}
	}
}

// check holds every finished sheet to the module's own check before submission.
func check(t *testing.T, scheme assessment.Scheme, list []*demo.Month) {
	t.Helper()
	last := map[int]points.Points{}
	for _, m := range list {
		for _, sheet := range m.Sheets {
			var rows []assessment.CheckRow
			for _, r := range sheet.Rows {
				c := assessment.CheckRow{ID: int64(r.Person), Name: r.PersonName, Village: r.VillageName, Position: r.PositionCode,
					Entries: r.Entries, JumpReason: r.JumpReason}
				if before, was := last[r.Person]; was {
					c.Last = &before
				}
				rows = append(rows, c)
			}
			if findings := scheme.Check(rows, nil, nil); assessment.Blocked(findings) && sheet.Correction == nil {
				t.Errorf("%s: %v", m.Month, findings[0].Sentence)
			}
		}
		for _, sheet := range m.Sheets {
			for _, r := range sheet.Rows {
				last[r.Person] = r.Score.Normalised
			}
		}
	}
}

func TestAnchorMonthIsHalfDone(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{specs[0].Anchor.First().Add(9 * time.Hour), specs[0].Anchor.Date(23).Add(10 * time.Hour)} {
		d := generate(t, specs[0])[0]
		list := months(t, d, now)
		m := list[len(list)-1]
		states := map[assessment.SheetState]int{}
		var returned, open, waiting, entered, rows int
		for _, s := range m.Sheets {
			states[s.State]++
			for _, at := range []time.Time{s.EnteredAt, s.SubmittedAt, s.ApprovedAt, s.FiledAt, s.PublishedAt} {
				if at.After(now) {
					t.Errorf("%s: %s lies after %s", d.Townships[s.Township].Name, at, now)
				}
			}
			if s.State == assessment.SheetPublished && s.EndsOn.Before(month.Day(now)) {
				t.Errorf("%s: the notice has ended on %s", d.Townships[s.Township].Name, s.EndsOn)
			}
			for _, o := range s.Objections {
				open += btoi(o.State == "open")
			}
			for _, r := range s.Rows {
				rows++
				entered += btoi(r.Entered)
				returned += btoi(r.State == assessment.RowReturned)
				for _, e := range r.Entries {
					waiting += btoi(!e.Grounded())
				}
			}
		}
		want := map[assessment.SheetState]int{"not_started": 8, "draft": 12, "submitted": 6, "returned": 1, "township_approved": 5,
			"district_approved": 4, "published": 4}
		if !reflect.DeepEqual(states, want) {
			t.Errorf("states %v", states)
		}
		if returned != 3 || open != 1 || waiting == 0 || entered*100/rows < 45 || entered*100/rows > 85 {
			t.Errorf("%d returned rows, %d open objections, %d entries without clause, %d of %d rows entered", returned, open, waiting, entered, rows)
		}
		if !slices.ContainsFunc(m.Sheets, func(s *demo.Sheet) bool { return len(s.Rows) > 150 && s.State == assessment.SheetDraft }) {
			t.Error("安化镇 should be at work")
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestSameSeedSameMonths(t *testing.T) {
	t.Parallel()
	now := specs[0].Anchor.Date(20)
	a, b := generate(t, specs[0])[1], generate(t, specs[0])[1]
	if !reflect.DeepEqual(months(t, a, now), months(t, b, now)) {
		t.Error("the same seed and month gave different results")
	}
}
