package duty

import (
	"context"
	"fmt"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
)

// Tasks lists what townships and the district have to do about duty: rosters that are not out, days that became empty, and
// above all the villages where nobody stands tomorrow. Villages get none: nothing asks a village for an action.
func (m *Module) Tasks(ctx context.Context, tx *access.Tx) ([]access.Task, error) {
	s := tx.Scope()
	if s.Level() == pg.Village || !s.Can(PermOverview) {
		return nil, nil
	}
	now := month.Of(s.Now())
	tomorrow := s.Today().AddDate(0, 0, 1)
	months := []month.Month{now}
	if s.Today().Day() >= firstDraftDay {
		months = append(months, now.Next())
	}
	var list []access.Task
	for _, at := range months {
		lines, err := m.Store.Lines(ctx, tx, at, 0)
		if err != nil {
			return nil, err
		}
		if month.Of(tomorrow) == at {
			list = append(list, uncovered(lines, tomorrow, s.Can(PermArrange))...)
		}
		if s.Can(PermArrange) {
			list = append(list, openRosters(lines, at, s)...)
		}
	}
	return list, nil
}

// uncovered names the villages where nobody stands tomorrow.
func uncovered(lines []Line, tomorrow time.Time, arranges bool) []access.Task {
	var names []string
	for _, l := range lines {
		if !l.Covered().Has(tomorrow.Day()) {
			names = append(names, l.VillageName)
		}
	}
	if len(names) == 0 {
		return nil
	}
	text := strings.Join(names[:min(3, len(names))], "、")
	if len(names) > 3 {
		text += fmt.Sprintf("等%d个村(社区)", len(names))
	}
	act := "查看"
	if arranges {
		act = "去安排"
	}
	return []access.Task{{Title: "明日无人值班的村(社区)", Detail: tomorrow.Format("1月2日") + " · " + text, Count: len(names), Total: len(lines),
		Href: fmt.Sprintf("%s?day=%d", boardPath(month.Of(tomorrow)), tomorrow.Day()), Act: act, Due: tomorrow}}
}

// openRosters are the rosters of a month that are not out, or became empty on a day that is still to come.
func openRosters(lines []Line, at month.Month, s access.Scope) []access.Task {
	var all Coverage
	holed, now := 0, month.Of(s.Now())
	for _, l := range lines {
		all.Add(l, at.Days())
		if l.Holes()&ahead(at, s) != 0 {
			holed++
		}
	}
	var list []access.Task
	if all.Unpublished > 0 {
		t := access.Task{Title: "值班表未发布", Detail: at.Title(), Count: all.Unpublished, Total: all.Villages,
			Href: boardPath(at) + "?state=unpublished", Act: "去发布", Due: now.Last()}
		if at == now {
			t.Due = at.First()
		}
		list = append(list, t)
	}
	if holed > 0 {
		list = append(list, access.Task{Title: "值班表变更后有空岗", Detail: at.Title(), Count: holed, Total: all.Villages,
			Href: boardPath(at) + "?state=ahead", Act: "去补岗"})
	}
	return list
}
