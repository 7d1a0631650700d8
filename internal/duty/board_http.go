package duty

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

func (m *Module) boardRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/duty", Need: PermRead, Do: m.present},
		{Method: get, Path: "/duty/{month}", Need: PermRead, Do: m.board},
		{Method: post, Path: "/duty/{month}/draft", Need: PermArrange, Do: m.draft},
		{Method: post, Path: "/duty/{month}/publish", Need: PermArrange, Do: m.publishAll},
		{Method: post, Path: "/duty/{month}/repair", Need: PermArrange, Do: m.repairAll},
	}
}

// How far the boards reach: rosters are kept for five years and made for the next months.
const (
	monthsBack  = 60
	monthsAhead = 3
)

// monthOf reads the month from the path; anything else is an absent page.
func monthOf(r *http.Request, s access.Scope) (month.Month, error) {
	at, err := month.Parse(chi.URLParam(r, "month"))
	if n := at.Sub(month.Of(s.Now())); err != nil || n < -monthsBack || n > monthsAhead {
		return month.Month{}, fault.NotFound()
	}
	return at, nil
}

func boardPath(m month.Month) string { return "/duty/" + m.String() }

// present leads to the month that is in work: from the 25th on that is the next one.
func (m *Module) present(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at := month.Of(s.Now())
	if s.Now().Day() >= firstDraftDay && s.Level() != pg.Village {
		at = at.Next()
	}
	return httpx.SeeOther(w, r, boardPath(at))
}

// firstDraftDay is the day of the month from which the next month's rosters are made.
const firstDraftDay = 25

type boardQuery struct {
	Text  string `form:"q"`
	State string `form:"state"`
	Day   int    `form:"day"` // only villages with nobody on this day
	ahead Days   // the days that can still be filled
}

// ahead are the days of a month that are not over.
func ahead(m month.Month, s access.Scope) Days {
	switch now := month.Of(s.Now()); {
	case m == now:
		return Span(s.Today().Day(), 31)
	case m.After(now):
		return Span(1, 31)
	}
	return 0
}

// keeps applies the filters to a line.
func (q boardQuery) keeps(l Line) bool {
	if t := strings.TrimSpace(q.Text); t != "" && !strings.Contains(l.VillageName, t) && !strings.Contains(l.TownshipName, t) {
		return false
	}
	if q.Day > 0 && l.Covered().Has(q.Day) {
		return false
	}
	switch q.State {
	case "none":
		return l.RosterID == nil
	case "draft":
		return l.RosterID != nil && l.Number == 0
	case "unpublished":
		return l.Number == 0
	case "empty":
		return l.EmptyDays != 0
	case "holed":
		return l.Holes() != 0
	case "ahead":
		return l.Holes()&q.ahead != 0
	case "published":
		return l.Number > 0
	}
	return true
}

func (m *Module) board(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	p := boardProps{Month: at, Now: month.Of(s.Now()), Grant: s.GrantID(), Arranges: s.Can(PermArrange) && !at.Before(month.Of(s.Now())),
		District: s.Level() == pg.District, Village: s.Level() == pg.Village, Township: s.Township()}
	httpx.DecodeQuery(r, &p.Query)
	p.Query.ahead = ahead(at, s)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		cal, err := m.Store.calendar(r.Context(), tx)
		if err != nil {
			return err
		}
		p.Kinds, p.Known = Kinds(cal, at)
		p.All, err = m.Store.Lines(r.Context(), tx, at, 0)
		return err
	})
	if err != nil {
		return err
	}
	if p.Village && len(p.All) == 1 && p.All[0].RosterID != nil {
		return httpx.SeeOther(w, r, rosterPath(*p.All[0].RosterID))
	}
	for _, l := range p.All {
		if p.Query.keeps(l) {
			p.Lines = append(p.Lines, l)
		}
	}
	return access.Page(w, r, s, access.View{Title: at.Title() + "值班安排", AsOf: s.Now().Format("2006-01-02 15:04")}, boardPage(p))
}

// draft drafts whatever has no roster yet; what there is stays.
func (m *Module) draft(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	if s.Level() == pg.District {
		return m.draftDistrict(w, r, s, draftWork{Month: at})
	}
	var done Made
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		done, err = m.Store.MakeMissing(r.Context(), tx, at, s.Township(), s.Village())
		return err
	})
	if err != nil {
		return err
	}
	return m.drafted(w, r, s, at, done)
}

// drafted says what drafting did, on the board.
func (m *Module) drafted(w http.ResponseWriter, r *http.Request, s access.Scope, at month.Month, done Made) error {
	access.Flash(r, s, map[bool]string{true: "warn", false: "success"}[len(done.Empty) > 0], done.words(at))
	return httpx.SeeOther(w, r, boardPath(at))
}

func (m *Module) publishAll(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	var published int
	var empty []string
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		published, empty, err = m.Store.PublishAll(r.Context(), tx, at, s.Township())
		return err
	})
	if err != nil {
		return err
	}
	if published == 0 && len(empty) > 0 {
		return fault.Conflict("没有发布:%s还有空岗", few(empty))
	}
	access.Flash(r, s, "success", fmt.Sprintf("已发布%d个村(社区)的值班表", published))
	if len(empty) > 0 {
		access.Flash(r, s, "warn", "还有空岗,没有发布:"+few(empty))
	}
	return httpx.SeeOther(w, r, boardPath(at))
}

// few names the first ones of a list and counts the rest.
func few(list []string) string {
	const most = 8
	if len(list) <= most {
		return strings.Join(list, ";")
	}
	return strings.Join(list[:most], ";") + fmt.Sprintf(";等%d个村(社区)", len(list))
}

type boardProps struct {
	Month, Now        month.Month
	Grant             string
	Arranges          bool
	District, Village bool
	Township          int64 // of a township's own board
	Query             boardQuery
	Kinds             []Kind
	Known             bool
	All, Lines        []Line
}

// redrafts reports whether there are drafts that can be made anew.
func (p boardProps) redrafts() bool {
	return slices.ContainsFunc(p.All, func(l Line) bool { return l.RosterID != nil && l.Number == 0 })
}

// prints reports whether there are sheets of the whole township to print.
func (p boardProps) prints() bool {
	return !p.Village && p.Township != 0 && slices.ContainsFunc(p.All, func(l Line) bool { return l.Number > 0 })
}

// months are the tabs: the two before, this one, and the next two.
func (p boardProps) months() []ui.Tab {
	var tabs []ui.Tab
	for n := -2; n <= 2; n++ {
		at := p.Now.Add(n)
		tabs = append(tabs, ui.Tab{Title: at.Title(), Href: boardPath(at), Active: at == p.Month})
	}
	return tabs
}

// holed reports whether some roster has an empty day, so that a repair has something to do.
func (p boardProps) holed() bool {
	return slices.ContainsFunc(p.All, func(l Line) bool { return l.EmptyDays != 0 })
}

func (p boardProps) stats() []ui.StatItem {
	var published, draft, none, holes int
	for _, l := range p.All {
		switch {
		case l.RosterID == nil:
			none++
		case l.Number > 0:
			published++
		default:
			draft++
		}
		if l.EmptyDays != 0 {
			holes++
		}
	}
	link := func(state string) string { return boardPath(p.Month) + "?state=" + state }
	return []ui.StatItem{{Label: "已发布", Value: fmt.Sprint(published), Unit: fmt.Sprintf("/%d", len(p.All)), Href: link("published")},
		{Label: "待发布", Value: fmt.Sprint(draft), Href: link("draft")}, {Label: "未排班", Value: fmt.Sprint(none), Href: link("none")},
		{Label: "有空岗", Value: fmt.Sprint(holes), Href: link("empty")}}
}

// chips show the condition that no field of the search form holds.
func (p boardProps) chips() []ui.Chip {
	if p.Query.Day == 0 {
		return nil
	}
	return []ui.Chip{{Title: fmt.Sprintf("%d日无人值班", p.Query.Day), Href: boardPath(p.Month)}}
}
