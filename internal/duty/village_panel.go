package duty

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// villagePanelProps is duty on the one screen of a village: who stands today, when I stand, and the month at a glance.
type villagePanelProps struct {
	Today    time.Time
	Person   int64 // whom the account belongs to; 0: nobody
	Arranges bool
	Village  int64
	Rosters  []Roster // of this month and the next, as far as there are any
	Made     map[int64][]Assignment
	Shifts   Shifts
}

// roster is the one of a month, or nil.
func (p villagePanelProps) roster(m month.Month) *Roster {
	for i := range p.Rosters {
		if p.Rosters[i].Month == m {
			return &p.Rosters[i]
		}
	}
	return nil
}

func (p villagePanelProps) now() month.Month { return month.Of(p.Today) }

// glance is a day of the month with everybody who stands.
type glance struct {
	Day   int
	Names string
	Empty bool
	Today bool
	Mine  bool
}

func (p villagePanelProps) days(r Roster) []glance {
	list := make([]glance, r.Month.Days())
	for i := range list {
		day := i + 1
		list[i] = glance{Day: day, Empty: r.Empty().Has(day), Today: month.Day(r.Month.Date(day)).Equal(p.Today)}
		var names []string
		for _, a := range p.Made[r.ID] {
			if a.Day == day {
				names = append(names, a.Name)
				list[i].Mine = list[i].Mine || p.Person != 0 && a.Person == p.Person
			}
		}
		list[i].Names = strings.Join(names, "、")
	}
	return list
}

// on says who stands on a day, with post and shift; nothing where no roster of the day hangs on the wall.
func (p villagePanelProps) on(day time.Time) (list []string, empty, known bool) {
	r := p.roster(month.Of(day))
	if r == nil || !r.Published() {
		return nil, false, false
	}
	for _, a := range p.Made[r.ID] {
		if a.Day != day.Day() {
			continue
		}
		text := a.Name
		if a.StandIn {
			text += "(代班)"
		} else if a.Title != "" {
			text += "(" + a.Title + ")"
		}
		if a.Shift != "" {
			text = p.Shifts.Title(a.Shift) + " " + text
		}
		list = append(list, text)
	}
	return list, r.Empty().Has(day.Day()), true
}

// mine are the days, from today on, on which the person of the account stands.
func (p villagePanelProps) mine() (list []string) {
	for _, r := range p.Rosters {
		if !r.Published() {
			continue
		}
		for _, d := range p.days(r) {
			if at := month.Day(r.Month.Date(d.Day)); d.Mine && !at.Before(p.Today) {
				text := sayDay(at)
				if d.Today {
					text = "今天"
				}
				list = append(list, text)
			}
		}
	}
	return list
}

// weekdayOf names a day of the week in one character.
func weekdayOf(d time.Time) string { return string([]rune("日一二三四五六")[d.Weekday()]) }

// VillagePanel shows a village its duty, from three questions.
func (m *Module) VillagePanel(ctx context.Context, tx *access.Tx) (access.Panel, error) {
	s := tx.Scope()
	if !s.Can(PermRead) || s.Village() == 0 {
		return access.Panel{}, nil
	}
	p := villagePanelProps{Today: s.Today(), Person: s.Person(), Arranges: s.Can(PermArrange), Village: s.Village()}
	rows, err := tx.Query(ctx, `select `+rosterColumns+` from duty_rosters where tenant_id = @tenant and township_id = @township
		and village_id = @village and month in (@now, @next) order by month`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": s.Township(), "village": s.Village(), "now": p.now(), "next": p.now().Next()})
	if err != nil {
		return access.Panel{}, err
	}
	if p.Rosters, err = pgx.CollectRows(rows, pgx.RowToStructByName[Roster]); err != nil {
		return access.Panel{}, err
	}
	ids := make([]int64, len(p.Rosters))
	for i, r := range p.Rosters {
		ids[i] = r.ID
	}
	if p.Made, err = m.Store.Assignments(ctx, tx, ids...); err != nil {
		return access.Panel{}, err
	}
	set, err := m.Store.Settings(ctx, tx)
	p.Shifts = set.All()
	return access.Panel{Title: "值班", Body: villagePanel(p)}, err
}

func (p villagePanelProps) title(r Roster) string {
	if r.Published() {
		return fmt.Sprintf("%s值班安排(第%d版)", r.Month.Title(), r.Number)
	}
	return r.Month.Title() + "值班安排(未发布)"
}
