package demo

import (
	"time"

	"touyan/internal/assessment"
	"touyan/internal/platform/month"
	"touyan/internal/platform/workday"
)

// Times are the moments at which a sheet was worked on; zero for what has not happened.
type Times struct {
	EnteredAt   time.Time
	SubmittedAt time.Time
	ApprovedAt  time.Time
	FiledAt     time.Time
	PublishedAt time.Time
	PostedOn    time.Time
	EndsOn      time.Time
	LockedAt    time.Time
}

// schedule sets the moments of a past sheet around the deadlines; a few townships are late. For the month before the
// anchor they move back as far as needed, so that all of it has happened by now.
func (d *District) schedule(r dice, cal *workday.Calendar, s *Sheet, mo *Month, now time.Time) {
	if mo.Month == d.Spec.Anchor {
		return
	}
	late := 0
	if r.chance(12) {
		late = r.between(1, 3)
	}
	hour := func(day time.Time) time.Time {
		return day.Add(time.Duration(r.between(9*60, 17*60))*time.Minute + time.Duration(r.IntN(60))*time.Second)
	}
	submitted := cal.AddWorkdays(mo.Due.Fill, late-r.between(0, 1))
	approved := cal.AddWorkdays(submitted, r.between(1, 2))
	filed := cal.AddWorkdays(mo.Due.File, late)
	posted := cal.AddWorkdays(filed, 1+r.IntN(2))
	ends := cal.AddWorkdays(posted, 5)
	back := 0
	if latest := month.Day(now).AddDate(0, 0, -1); ends.After(latest) {
		back = int(ends.Sub(latest).Hours() / 24)
	}
	shift := func(day time.Time) time.Time { return day.AddDate(0, 0, -back) }
	s.Times = Times{EnteredAt: hour(cal.AddWorkdays(shift(submitted), -1)), SubmittedAt: hour(shift(submitted)),
		ApprovedAt: hour(shift(approved)), FiledAt: hour(shift(filed)), PublishedAt: shift(filed).Add(17*time.Hour + 20*time.Minute),
		PostedOn: shift(posted), EndsOn: shift(ends), LockedAt: shift(ends).AddDate(0, 0, 1).Add(time.Duration(100+r.IntN(40)) * time.Minute)}
	s.Minutes = d.minutes(r, s.Township, s.ApprovedAt)
}

// moment is the time of the open month up to which it has been worked on: now, or its last evening if now lies outside.
func (d *District) moment(now time.Time) time.Time {
	if d.Spec.Anchor.In(now) {
		return now
	}
	return d.Spec.Anchor.Last().Add(17 * time.Hour)
}

// states gives each township the state of its sheet. Past sheets are locked; in the anchor month eight have not started,
// twelve are at work, one has returned rows, six wait for their leader, five for the district, four are approved, and
// four hang as notices.
func (d *District) states(current bool) []assessment.SheetState {
	out := make([]assessment.SheetState, len(d.Townships))
	for i := range out {
		out[i] = assessment.SheetLocked
	}
	if !current {
		return out
	}
	var free []int
	for i, t := range d.Townships {
		switch t.Code {
		case draftTownship:
			out[i] = assessment.SheetDraft
		case returnedTownship:
			out[i] = assessment.SheetReturned
		case publishedTownship:
			out[i] = assessment.SheetPublished
		default:
			free = append(free, i)
		}
	}
	counts := []struct {
		state assessment.SheetState
		n     int
	}{{assessment.SheetNotStarted, 8}, {assessment.SheetDraft, 11}, {assessment.SheetSubmitted, 6},
		{assessment.SheetTownshipApproved, 5}, {assessment.SheetDistrictApproved, 4}, {assessment.SheetPublished, 3}}
	if len(d.Townships) < 40 {
		for i := range counts {
			counts[i].n = 1
		}
	}
	order := d.dice("states").shuffled(len(free))
	for _, c := range counts {
		for ; c.n > 0 && len(order) > 0; c.n-- {
			out[free[order[0]]] = c.state
			order = order[1:]
		}
	}
	for _, i := range order {
		out[free[i]] = assessment.SheetNotStarted
	}
	return out
}

// The townships that the demonstration accounts belong to: one at work on its sheet, one with returned rows, one whose
// notices hang.
const (
	draftTownship     = "621202101" // 安化镇
	returnedTownship  = "621202107" // 马街镇
	publishedTownship = "621202104" // 汉王镇
)
