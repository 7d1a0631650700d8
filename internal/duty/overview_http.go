package duty

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

func (m *Module) overviewRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/duty/overview", Need: PermOverview, Do: m.presentOverview},
		{Method: get, Path: "/duty/overview/{month}", Need: PermOverview, Do: m.overview},
		{Method: post, Path: "/duty/overview/{month}/export", Need: PermOverview, Do: m.exportOverview},
		{Method: get, Path: "/duty/overview/{month}/{township}", Need: PermOverview, Do: m.overview},
		{Method: get, Path: "/duty/overview/{month}/turns", Need: PermOverview, Do: m.showTurns},
		{Method: get, Path: "/duty/overview/{month}/turns/{township}", Need: PermOverview, Do: m.showTurns},
	}
}

func overviewPath(m month.Month) string { return "/duty/overview/" + m.String() }

func overviewOf(m month.Month, township int64) string {
	return overviewPath(m) + "/" + strconv.FormatInt(township, 10)
}

// presentOverview leads to the month that runs, or to the one that was asked for.
func (m *Module) presentOverview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at := month.Of(s.Now())
	wanted := r.URL.Query().Get("month")
	if asked, err := month.Parse(wanted); err == nil {
		at = asked
	} else if wanted != "" {
		access.Flash(r, s, "warn", month.NoSuch("月份", wanted)+",已显示"+at.Title())
	}
	return httpx.SeeOther(w, r, overviewPath(at))
}

// overviewProps is the coverage of a month: of the district by township, or of one township by village.
type overviewProps struct {
	Month, Now month.Month
	Today      int // the day of the month, 0 outside it
	Until      int
	Grant      string
	Township   int64 // 0: the district
	Total      Coverage
	Blocks     []block
	path       func(month.Month) string
}

// townshipOf reads the township that a page is drilled down to; 0 is all that the scope holds.
func townshipOf(r *http.Request, s access.Scope) (int64, error) {
	if chi.URLParam(r, "township") == "" {
		return s.Township(), nil
	}
	return httpx.ID(r, "township")
}

// overview draws the map from one question over the villages in scope.
func (m *Module) overview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	p := overviewProps{Month: at, Now: month.Of(s.Now()), Grant: s.GrantID()}
	if p.Township, err = townshipOf(r, s); err != nil {
		return err
	}
	if at == p.Now {
		p.Today = s.Now().Day()
	}
	p.Until = until(at, p.Now, p.Today)
	var lines []Line
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		lines, err = m.Store.Lines(r.Context(), tx, at, p.Township)
		return err
	})
	if err != nil {
		return err
	}
	if p.Township != 0 && len(lines) == 0 {
		return fault.NotFound()
	}
	for _, l := range lines {
		p.Total.Add(l, p.Until)
	}
	p.Blocks = blocks(lines, at, p.Until)
	v := access.View{Title: at.Title() + "值班总览", AsOf: s.Now().Format("2006-01-02 15:04"), Print: true}
	p.path = overviewPath
	if p.Township != 0 && s.Level() == pg.District {
		p.path = func(m month.Month) string { return overviewOf(m, p.Township) }
		v.Title = p.Blocks[0].Name + v.Title
		v.Crumbs = []ui.Crumb{{Title: s.District() + at.Title() + "值班总览", Href: overviewPath(at)}}
	}
	return access.Page(w, r, s, v, overviewPage(p))
}

func (p overviewProps) months() []ui.Tab { return monthTabs(p.Now, p.Month, p.path) }

// counted says which days the rate counts.
func (p overviewProps) counted() string {
	switch {
	case p.Month.After(p.Now):
		return "按整月安排"
	case p.Month == p.Now:
		return fmt.Sprintf("1日至%d日", p.Until)
	}
	return "整月"
}

func (p overviewProps) stats() []ui.StatItem {
	t := p.Total
	kind := func(n int) string {
		if n > 0 {
			return "bad"
		}
		return ""
	}
	board := func(state string) string { return boardPath(p.Month) + "?state=" + state }
	return []ui.StatItem{
		{Label: "在岗保障率", Value: t.Rate(), Note: fmt.Sprintf("%d/%d村·天,%s", t.Covered, t.Required, p.counted())},
		{Label: "未发布值班表", Value: strconv.Itoa(t.Unpublished), Unit: fmt.Sprintf("/%d个村(社区)", t.Villages), Href: board("unpublished"), Kind: kind(t.Unpublished)},
		{Label: "变更后空岗", Value: strconv.Itoa(t.HoleDays), Unit: "天", Note: fmt.Sprintf("%d个村(社区)", t.Holed), Href: board("holed"), Kind: kind(t.HoleDays)},
		{Label: "抽查到的村(社区)", Value: strconv.Itoa(t.Checked), Unit: fmt.Sprintf("/%d", t.Villages), Note: fmt.Sprintf("共抽查%d个村·天", t.CheckDays), Href: checksPath(p.Month)},
		{Label: "抽查不在岗", Value: strconv.Itoa(t.AbsentDays), Unit: "天", Note: "含请假无人在岗", Href: checksPath(p.Month) + "?result=absent", Kind: kind(t.AbsentDays)},
	}
}

// days are the heads of the map's columns.
func (p overviewProps) days() []dayHead {
	list := make([]dayHead, p.Month.Days())
	for i := range list {
		weekday := p.Month.Date(i + 1).Weekday()
		list[i] = dayHead{Day: i + 1, Today: i+1 == p.Today, Weekend: weekday == 0 || weekday == 6, Weekday: "周" + string([]rune("日一二三四五六")[weekday])}
	}
	return list
}

type dayHead struct {
	Day            int
	Today, Weekend bool
	Weekday        string
}

func (d dayHead) class() string {
	switch {
	case d.Today:
		return "heat-day heat-today"
	case d.Weekend:
		return "heat-day heat-weekend"
	}
	return "heat-day"
}

// gaps is how many villages nobody covers on a day (counted from 0), as the foot of the map says it.
func (p overviewProps) gaps(day int) string {
	n := 0
	for _, b := range p.Blocks {
		n += b.Gaps[day]
	}
	return figure(n)
}

// alone is the coverage of one village.
func (p overviewProps) alone(l Line) (c Coverage) {
	c.Add(l, p.Until)
	return c
}

// figure leaves nothing out but zero.
func figure(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
