package assessment_test

import (
	"testing"
	"time"

	"touyan/internal/assessment"
	"touyan/internal/platform/month"
	"touyan/internal/platform/workday"
)

func TestDueDates(t *testing.T) {
	t.Parallel()
	var calendar assessment.Workdays = workday.Embedded()
	s := assessment.DefaultScheme()
	// 1–8 October 2025 are holidays, Saturday 11 October is worked instead.
	due := s.DueDates(calendar, month.MustParse("2025-09"))
	for state, want := range map[assessment.SheetState]string{
		assessment.SheetNotStarted: "2025-10-11", assessment.SheetReturned: "2025-10-11",
		assessment.SheetSubmitted: "2025-10-14", assessment.SheetTownshipApproved: "2025-10-17",
	} {
		if got, ok := due.Due(state); !ok || got.Format(time.DateOnly) != want {
			t.Errorf("%s is due %s, want %s", state, got.Format(time.DateOnly), want)
		}
	}
	if _, ok := due.Due(assessment.SheetPublished); ok {
		t.Error("a published sheet has no deadline")
	}
	if end := s.NoticeEnd(calendar, month.MustParse("2025-09").Date(28)); end.Format(time.DateOnly) != "2025-10-11" {
		t.Errorf("five working days after 28 September end on %s", end.Format(time.DateOnly)) // 29 30 | 9 10 11
	}
}

func TestDaysLate(t *testing.T) {
	t.Parallel()
	due := month.MustParse("2026-11").Date(4)
	evening := time.Date(2026, 11, 4, 15, 59, 0, 0, time.UTC) // 23:59 in Shanghai
	for now, want := range map[time.Time]int{due.AddDate(0, 0, -3): 0, evening: 0, evening.Add(time.Minute): 1, due.AddDate(0, 0, 10): 10} {
		if got := assessment.DaysLate(due, now); got != want {
			t.Errorf("%s is %d days late, want %d", now, got, want)
		}
	}
	if assessment.DaysLate(time.Time{}, due) != 0 {
		t.Error("late without a deadline")
	}
}

func TestMayLock(t *testing.T) {
	t.Parallel()
	day := month.MustParse("2026-11").Date
	for _, c := range []struct {
		name string
		now  time.Time
		ends []time.Time
		open int
		want string
	}{
		{"over", day(13), []time.Time{day(12), day(11)}, 0, ""},
		{"last day still runs", day(12), []time.Time{day(12), day(11)}, 0, "还有1个村(社区)公示期未满(最晚至2026-11-12),不能归档"},
		{"not posted", day(13), []time.Time{day(12), {}}, 0, "还有1个村(社区)未登记张贴日期,不能归档"},
		{"objection", day(13), []time.Time{day(12)}, 2, "还有2条异议未答复,不能归档"},
	} {
		err := assessment.MayLock(c.now, c.ends, c.open)
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
