package assessment

import (
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// Workdays is the working-day calendar as this module needs it. For a year that is not published yet it counts Monday
// to Friday; the page says 节假日未公布 beside the date.
type Workdays interface {
	// NthWorkday is the n-th working day of the month, from 1.
	NthWorkday(m month.Month, n int) time.Time
	// AddWorkdays is the n-th working day after the day, which itself does not count.
	AddWorkdays(day time.Time, n int) time.Time
}

// DueDates are the three deadlines of a month.
type DueDates struct {
	Fill   time.Time // 填报截止
	Review time.Time // 审核截止
	File   time.Time // 报备截止
}

// DueDates sets the deadlines on the working days of the following month.
func (s Scheme) DueDates(w Workdays, m month.Month) DueDates {
	next := m.Next()
	return DueDates{
		Fill:   w.NthWorkday(next, s.Deadlines.Fill),
		Review: w.NthWorkday(next, s.Deadlines.Review),
		File:   w.NthWorkday(next, s.Deadlines.File),
	}
}

// Due is the deadline that the sheet in this state has to meet next; false once it was filed.
func (d DueDates) Due(state SheetState) (time.Time, bool) {
	switch state {
	case SheetNotStarted, SheetDraft, SheetReturned:
		return d.Fill, true
	case SheetSubmitted:
		return d.Review, true
	case SheetTownshipApproved:
		return d.File, true
	}
	return time.Time{}, false
}

// DaysLate counts calendar days after the deadline; the day itself is in time, and no deadline is never late.
func DaysLate(due, now time.Time) int {
	if due.IsZero() {
		return 0
	}
	return max(0, int(month.Day(now).Sub(month.Day(due)).Hours()/24))
}

// NoticeEnd is the last day of the 公示期 of a notice posted on the day. The day of posting does not count, so the
// notice hangs for whole working days.
func (s Scheme) NoticeEnd(w Workdays, posted time.Time) time.Time {
	return w.AddWorkdays(posted, s.NoticeDays)
}

// MayLock says whether results become final: every village posted its notice, every period is over, and no objection
// is open. ends holds one last day per village, zero where nothing was posted.
func MayLock(now time.Time, ends []time.Time, openObjections int) error {
	if openObjections > 0 {
		return fault.Conflict("还有%d条异议未答复,不能归档", openObjections)
	}
	unposted, running := 0, 0
	var last time.Time
	for _, end := range ends {
		switch {
		case end.IsZero():
			unposted++
		case !month.Day(now).After(month.Day(end)):
			running++
			if month.Day(end).After(last) {
				last = month.Day(end)
			}
		}
	}
	if unposted > 0 {
		return fault.Conflict("还有%d个村(社区)未登记张贴日期,不能归档", unposted)
	}
	if running > 0 {
		return fault.Conflict("还有%d个村(社区)公示期未满(最晚至%s),不能归档", running, last.Format(time.DateOnly))
	}
	return nil
}
