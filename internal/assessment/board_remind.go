package assessment

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// late is a township behind its deadline, with the people to call.
type late struct {
	Line   BoardLine
	Due    time.Time
	Days   int
	People []person
}

type person struct{ Name, Phone string }

// remind shows whom to call (催办): names and phones of whoever the sheet waits for, and a text for the work group. It is
// a post because it reveals phone numbers, which the trail records.
func (m *Module) remind(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	var list []late
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		p, err := m.Store.Period(r.Context(), tx, at)
		if err != nil {
			return err
		}
		lines, err := m.Store.Board(r.Context(), tx, at)
		if err != nil {
			return err
		}
		clerks, err := m.Store.Clerks(r.Context(), tx, access.TownshipClerk)
		if err != nil {
			return err
		}
		leaders, err := m.Store.Clerks(r.Context(), tx, access.TownshipLeader)
		if err != nil {
			return err
		}
		list = waiting(p, lines, clerks, leaders, s)
		tx.Audit(access.Line{Action: "assessment.remind", Object: "assessment_months", Summary: "查看" + at.Title() + "催办名单及电话",
			Reason: "催办", Detail: map[string]any{"townships": len(list)}})
		return nil
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: at.Title() + "催办", AsOf: s.Now().Format("2006-01-02 15:04"),
		Crumbs: []ui.Crumb{{Title: at.Title() + "月考评总览", Href: "/assessment/" + at.String()}}}, remindPage(list, reminder(at, list)))
}

// waiting lists the townships that have something to do, the latest first, with the role that has to do it.
func waiting(p Period, lines []BoardLine, clerks, leaders []Contact, s access.Scope) []late {
	due := DueDates{Fill: p.FillDue, Review: p.ReviewDue, File: p.FileDue}
	var out []late
	for _, l := range lines {
		at, ok := due.Due(l.State)
		if !ok || l.State == SheetTownshipApproved {
			continue
		}
		contacts := clerks
		if l.State == SheetSubmitted {
			contacts = leaders
		}
		one := late{Line: l, Due: at, Days: DaysLate(at, s.Now())}
		for _, c := range contacts {
			if c.TownshipID == l.TownshipID {
				one.People = append(one.People, person{c.Name, access.AccountPhone(s, c.Phone)})
			}
		}
		out = append(out, one)
	}
	return out
}

// reminder is the text to paste into the work group.
func reminder(at month.Month, list []late) string {
	var b strings.Builder
	fmt.Fprintf(&b, "【%s月考评提醒】\n", at.Title())
	for _, l := range list {
		fmt.Fprintf(&b, "%s:%s", l.Line.TownshipName, l.Line.State.Title(ViewerDistrict))
		if l.Line.Returned > 0 {
			fmt.Fprintf(&b, ",%d行被退回", l.Line.Returned)
		}
		fmt.Fprintf(&b, ",截止%s", l.Due.Format("1月2日"))
		if l.Days > 0 {
			fmt.Fprintf(&b, ",已逾期%d天", l.Days)
		}
		b.WriteString("\n")
	}
	b.WriteString("请尽快办理。")
	return b.String()
}
