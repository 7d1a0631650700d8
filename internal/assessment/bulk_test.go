package assessment_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
	"touyan/internal/assessment"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

func TestApplyToMany(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	target := func(id int64, position string, entries ...assessment.Entry) assessment.BulkTarget {
		return assessment.BulkTarget{RowID: id, Name: "王建国", Position: position, PayPosition: assessment.PayClerk, Writable: true, Entries: entries}
	}
	self := target(3, "clerk")
	self.Writable, self.Closed = false, "不能给本人评分"
	targets := []assessment.BulkTarget{target(1, "party_secretary"), target(2, "clerk", assessment.Entry{Dimension: "bonus", Item: "contest_rank", Points: 250}),
		self, target(4, "clerk", assessment.Entry{Dimension: "bonus", Item: "commended_province", Points: 1000})}
	for _, c := range []struct {
		entry assessment.Entry
		want  []string // points and note per target
	}{
		{assessment.Entry{Dimension: "learning", Item: "training_absence", Points: -200}, []string{"-2 ", "-2 ", " 不能给本人评分", "-2 "}},
		{assessment.Entry{Dimension: "bonus", Item: "contest_rank", Points: 300}, []string{"+3 ", "+0.5 该项每月上限还剩0.5分", " 不能给本人评分", " 加分最多还可加0分"}},
		{assessment.Entry{Dimension: "party_building", Item: "no_new_member"}, []string{"0 不得评优", " 不适用于该职务", " 不能给本人评分", " 不适用于该职务"}},
	} {
		lines, err := s.ApplyToMany(c.entry, []int64{1, 2, 3, 4}, targets)
		if err != nil || len(lines) != len(c.want) {
			t.Fatalf("%+v: %+v, %v", c.entry, lines, err)
		}
		for i, l := range lines {
			got := " " + l.Note
			if l.Entry != nil {
				got = l.Entry.Points.Signed() + got
			}
			if got != c.want[i] {
				t.Errorf("%s on %d: %q, want %q", c.entry.Item, l.RowID, got, c.want[i])
			}
			if l.Entry != nil && l.Entry.Clause == "" {
				t.Error("the item's clause is lost")
			}
		}
	}
	for sentence, e := range map[string]assessment.Entry{"是扣分项": {Dimension: "learning", Item: "training_absence", Points: 100}, "没有这个维度": {Dimension: "gone"}} {
		if _, err := s.ApplyToMany(e, []int64{1}, targets); err == nil || !strings.Contains(fault.Of(err).Sentence, sentence) {
			t.Errorf("want %s: %v", sentence, err)
		}
	}
	if _, err := s.ApplyToMany(assessment.Entry{Dimension: "learning", Points: -100}, nil, targets); err == nil {
		t.Error("nobody was chosen")
	}
}

// Whatever is applied, a preview tells exactly what the score will be, and neither cell nor cap is ever overrun.
func TestBulkPreviewIsWhatHappens(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	rapid.Check(t, func(t *rapid.T) {
		item := rapid.SampledFrom(s.Items).Draw(t, "item")
		if item.Kind == assessment.ItemVeto {
			return
		}
		sign := points.Points(-1)
		if item.Kind == assessment.ItemAdd {
			sign = 1
		}
		d, _ := s.Dimension(item.Dimension)
		amount := points.Points(rapid.Int64Range(1, int64(d.Max)).Draw(t, "points"))
		target := assessment.BulkTarget{RowID: 1, VillageID: 11, Position: "clerk", Writable: true,
			PayPosition: rapid.SampledFrom(assessment.PayPositions()).Draw(t, "pay")}
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			target.Entries = append(target.Entries, assessment.Entry{Dimension: item.Dimension, Item: rapid.SampledFrom([]string{item.Code, ""}).Draw(t, "of"),
				Points: sign * points.Points(rapid.Int64Range(1, 400).Draw(t, "before"))})
		}
		lines, err := s.ApplyToMany(assessment.Entry{Dimension: item.Dimension, Item: item.Code, Points: sign * amount}, []int64{1}, []assessment.BulkTarget{target})
		if sign < 0 && rapid.Bool().Draw(t, "by village") {
			lines, err = s.DeductVillages(assessment.VillageDeduction{Villages: []int64{11}, Dimension: item.Dimension, Item: item.Code, Points: amount}, []assessment.BulkTarget{target})
		}
		if err != nil {
			t.Fatal(err)
		}
		l := lines[0]
		after := s.Score(target.Entries).Cells[item.Dimension]
		if l.Before != after {
			t.Fatalf("before %s, the cell stands at %s", l.Before, after)
		}
		if l.Entry != nil {
			after = s.Score(append(target.Entries, *l.Entry)).Cells[item.Dimension]
		}
		if l.After != after || after < 0 || after > d.Max {
			t.Fatalf("previewed %s, becomes %s: %+v", l.After, after, l)
		}
	})
}
