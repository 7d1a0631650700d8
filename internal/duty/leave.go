package duty

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// Leave is a span of days on which somebody cannot stand, both ends included.
type Leave struct {
	ID           int64
	TownshipID   int64
	VillageID    int64
	TownshipName string
	VillageName  string
	PersonID     int64
	PersonName   string
	Kind         string
	First        time.Time
	Last         time.Time
	Note         string
	RecordedBy   string
	RecordedAt   time.Time
	CancelledAt  *time.Time
	CancelledBy  string
	Version      int
}

// leaveKinds are the kinds of leave in the order of the form; leaveTitles names them.
var leaveKinds = []string{"personal", "sick", "official", "marriage", "maternity", "bereavement", "annual"}

// longestLeave is how many days a leave may have; whoever is away longer leaves his post.
const longestLeave = 366

// Title names the kind.
func (l Leave) Title() string { return leaveTitles[l.Kind] }

// Days is how many days the leave has.
func (l Leave) Days() int { return int(l.Last.Sub(l.First).Hours()/24) + 1 }

// Span writes the days as people say them.
func (l Leave) Span() string {
	if l.First.Equal(l.Last) {
		return sayDay(l.First)
	}
	return sayDay(l.First) + "至" + sayDay(l.Last)
}

// State says how the leave stands on a day, with the kind of its tag.
func (l Leave) State(today time.Time) (kind, text string) {
	switch {
	case l.CancelledAt != nil:
		return "plain", "已撤销"
	case month.Day(l.Last).Before(today):
		return "plain", "已结束"
	case month.Day(l.First).After(today):
		return "info", "未开始"
	}
	return "warn", "请假中"
}

// Ends reports whether it can still be ended before its last day.
func (l Leave) Ends(today time.Time) bool {
	return l.CancelledAt == nil && !month.Day(l.Last).Before(today)
}

func sayDay(d time.Time) string { return fmt.Sprintf("%d月%d日", int(d.Month()), d.Day()) }

// leaveForm is a leave as it is typed.
type leaveForm struct {
	Person int64  `form:"person"`
	Kind   string `form:"kind"`
	From   string `form:"from"`
	To     string `form:"to"`
	Note   string `form:"note"`
}

// check reads the form. Somebody who is not of the village's team is absent.
func (f leaveForm) check(today time.Time, team []Person) (Leave, []ui.Problem, error) {
	var problems []ui.Problem
	bad := func(field, sentence string) {
		problems = append(problems, ui.Problem{Field: field, Sentence: sentence})
	}
	l := Leave{PersonID: f.Person, Kind: f.Kind, Note: strings.TrimSpace(f.Note)}
	at := slices.IndexFunc(team, func(p Person) bool { return p.ID == f.Person })
	switch {
	case f.Person == 0:
		bad("person", "请选择请假人员")
	case at < 0:
		return l, nil, fault.NotFound()
	default:
		l.PersonName = team[at].Name
	}
	if !slices.Contains(leaveKinds, f.Kind) {
		bad("kind", "请选择请假类型")
	}
	var okFirst, okLast bool
	if l.First, okFirst = readDay(f.From); !okFirst {
		bad("from", "日期应写成 2026-10-31 的形式,且是存在的日期")
	}
	if l.Last, okLast = readDay(f.To); !okLast {
		bad("to", "日期应写成 2026-10-31 的形式,且是存在的日期")
	}
	if earliest := month.Of(today).Prev().First(); okFirst && l.First.Before(earliest) {
		bad("from", "开始日期不能早于"+sayDay(earliest))
	}
	if okFirst && okLast && l.Last.Before(l.First) {
		bad("to", "结束日期不能早于开始日期")
	} else if okFirst && okLast && l.Days() > longestLeave {
		bad("to", "一次请假不能超过一年;长期不在岗的,请在花名册登记离任")
	}
	if len([]rune(l.Note)) > 200 {
		bad("note", "说明不超过200个字")
	}
	return l, problems, nil
}

func readDay(text string) (time.Time, bool) {
	d, err := time.ParseInLocation("2006-01-02", strings.TrimSpace(text), month.Zone)
	return d, err == nil && d.Year() >= 2000 && d.Year() < 2100
}

// covers reports whether the leave holds a day of the month that is not over yet.
func (l Leave) covers(d, today time.Time) bool {
	d = month.Day(d)
	return !d.Before(month.Day(l.First)) && !d.After(month.Day(l.Last)) && !d.Before(today)
}

// outsider is somebody of another village of the township, who may stand in (代班) on a day.
type outsider struct {
	Day         int
	PersonID    int64
	PersonName  string
	VillageName string
	Title       string
	Why         string // why he cannot stand; empty if he can
}

// substitute makes the assignment that a form names for a place: the key of somebody of the team, or for the township x
// and the key of somebody of another village, or staff with the name of somebody of the township's own.
func (t table) substitute(made []Assignment, s Slot, key, staff string, others []outsider) (Assignment, error) {
	a := Assignment{Slot: s}
	switch {
	case key == "staff":
		if a.Name = strings.TrimSpace(staff); a.Name == "" || len([]rune(a.Name)) > 25 {
			return a, fault.Invalid("请填写乡镇(街道)工作人员的姓名,不超过25个字")
		}
		a.Title, a.StandIn = "乡镇(街道)工作人员", true
		return a, nil
	case strings.HasPrefix(key, "x"):
		id, err := strconv.ParseInt(key[1:], 10, 64)
		at := slices.IndexFunc(others, func(o outsider) bool { return o.PersonID == id && o.Day == s.Day })
		if err != nil || at < 0 {
			return a, fault.NotFound()
		}
		o := others[at]
		if o.Why != "" {
			return a, fault.Invalid("%s当天%s,请另选", o.PersonName, o.Why)
		}
		if stands(made, o.PersonID, s) {
			return a, fault.Invalid("%s当天已安排代班,请另选", o.PersonName)
		}
		a.Person, a.Name, a.Title, a.StandIn = o.PersonID, o.PersonName, o.VillageName+o.Title, true
		return a, nil
	}
	id, err := strconv.ParseInt(key, 10, 64)
	who := t.Plan.person(id)
	if err != nil || who == nil {
		return a, fault.NotFound()
	}
	if why, ok := who.free(s.Day); !ok {
		return a, fault.Invalid("%s当天%s,请另选", who.Name, why)
	}
	if stands(made, id, s) {
		return a, fault.Invalid("%s当天已值其他班次,请另选", who.Name)
	}
	a.Person, a.Name, a.Title = who.ID, who.Name, who.Title
	return a, nil
}

// stands reports whether the person stands in another place of that day.
func stands(made []Assignment, person int64, s Slot) bool {
	return slices.ContainsFunc(made, func(a Assignment) bool { return a.Person == person && a.Day == s.Day && a.Slot != s })
}

// available are those of the team who can take a place beside made.
func (t table) available(made []Assignment, s Slot) []Person {
	var list []Person
	for _, p := range t.Plan.People {
		if _, ok := p.free(s.Day); ok && !stands(made, p.ID, s) {
			list = append(list, p)
		}
	}
	return list
}

// fill gives the places of slots to whom the draft would choose, and leaves all others as they are.
func (p Plan) fill(kept []Assignment, slots []Slot) ([]Assignment, []Hole) {
	all := p.Slots
	p.Slots = slots
	made, holes := p.Repair(kept)
	order := make(map[Slot]int, len(all))
	for i, s := range all {
		order[s] = i
	}
	slices.SortStableFunc(made, func(a, b Assignment) int { return order[a.Slot] - order[b.Slot] })
	return made, holes
}

// without are the assignments outside of slots.
func without(made []Assignment, slots []Slot) []Assignment {
	return slices.DeleteFunc(slices.Clone(made), func(a Assignment) bool { return slices.Contains(slots, a.Slot) })
}
