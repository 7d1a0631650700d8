package assessment

import (
	"fmt"
	"net/http"
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
	return []access.Route{
		{Method: http.MethodGet, Path: "/assessment", Need: PermRead, Do: m.latestBoard},
		{Method: http.MethodGet, Path: "/assessment/open", Need: PermOpen, Do: m.askOpen},
		{Method: http.MethodPost, Path: "/assessment/open", Need: PermOpen, Do: m.open},
		{Method: http.MethodGet, Path: "/assessment/compare", Need: PermRead, Do: m.compare},
		{Method: http.MethodPost, Path: "/assessment/compare/export", Need: PermRead, Do: m.exportCompare},
		{Method: http.MethodGet, Path: "/assessment/{month}", Need: PermRead, Do: m.board},
		{Method: http.MethodPost, Path: "/assessment/{month}/reminders", Need: PermFile, Do: m.remind},
		{Method: http.MethodPost, Path: "/assessment/{month}/export", Need: PermFile, Do: m.exportBoard},
	}
}

// monthOf reads the month from the path; anything else is an absent page.
func monthOf(r *http.Request) (month.Month, error) {
	at, err := month.Parse(chi.URLParam(r, "month"))
	if err != nil {
		return month.Month{}, fault.NotFound()
	}
	return at, nil
}

func (m *Module) latestBoard(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var list []Period
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		list, err = m.Store.Periods(r.Context(), tx, 1)
		return err
	})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return access.Page(w, r, s, access.View{Title: "月考评总览"}, noMonthPage(s.Can(PermOpen)))
	}
	return httpx.SeeOther(w, r, "/assessment/"+list[0].Month.String())
}

type boardQuery struct {
	Text  string `form:"q"`
	State string `form:"state"`
}

func (m *Module) board(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	p := boardProps{URL: r.URL, Grant: s.GrantID(), CanOpen: s.Can(PermOpen), CanFile: s.Can(PermFile), CanScheme: s.Can(PermScheme), Approves: s.Can(PermApprove), District: s.Level() == pg.District, Now: s.Now()}
	httpx.DecodeQuery(r, &p.Query)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Period, err = m.Store.Period(r.Context(), tx, at); err != nil {
			return err
		}
		if p.Periods, err = m.Store.Periods(r.Context(), tx, 36); err != nil {
			return err
		}
		if s.Can(PermConfirm) {
			set, err := m.Store.Settings(r.Context(), tx)
			if err != nil {
				return err
			}
			p.Confirms = set.LeaderConfirms
		}
		p.All, err = m.Store.Board(r.Context(), tx, at)
		return err
	})
	if err != nil {
		return err
	}
	p.Lines = p.Query.keep(p.All)
	return access.Page(w, r, s, access.View{Title: at.Title() + "月考评总览", AsOf: s.Now().Format("2006-01-02 15:04")}, boardPage(p))
}

// keep applies the filters: a month has some forty lines, all of which the page needs for its sums anyway.
func (q boardQuery) keep(all []BoardLine) []BoardLine {
	var out []BoardLine
	for _, l := range all {
		if (q.State == "" || string(l.State) == q.State) && strings.Contains(l.TownshipName, strings.TrimSpace(q.Text)) {
			out = append(out, l)
		}
	}
	return out
}

func (m *Module) askOpen(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.openForm(w, r, s, "", "", http.StatusOK)
}

// openForm proposes the month after the latest one, and the last month where there is none yet.
func (m *Module) openForm(w http.ResponseWriter, r *http.Request, s access.Scope, typed, problem string, status int) error {
	now := month.Of(s.Now())
	p := openProps{Month: typed, Problem: problem, Next: now.Prev(), Grant: s.GrantID()}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		list, err := m.Store.Periods(r.Context(), tx, 6)
		for _, l := range list {
			if l.State == MonthOpen {
				p.Open = append(p.Open, l)
			}
		}
		if len(list) > 0 {
			p.Next = list[0].Month.Next()
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Early = p.Next.After(now)
	if p.Month == "" && problem == "" && !p.Early {
		p.Month = p.Next.String()
	}
	return access.Page(w, r, s, access.View{Title: "开启月份", Status: status, Crumbs: []ui.Crumb{{Title: "月考评总览", Href: "/assessment"}}},
		openPage(p))
}

func (m *Module) open(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	typed := r.PostForm.Get("month")
	refuse := func(err error) error {
		if !fault.Is(err, fault.KindInvalid) && !fault.Is(err, fault.KindConflict) {
			return err
		}
		return m.openForm(w, r, s, typed, fault.Of(err).Sentence, http.StatusUnprocessableEntity)
	}
	at, err := month.Parse(typed)
	if err != nil {
		return refuse(err)
	}
	if at.After(month.Of(s.Now())) {
		return refuse(fault.Invalid("%s还没有到,%s起可以开启", at.Title(), at.First().Format("2006-01-02")))
	}
	var done Opened
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		var err error
		done, err = m.Open(r.Context(), tx, at)
		return err
	})
	if err != nil {
		return refuse(err)
	}
	text := fmt.Sprintf("已开启%s:%d个乡镇(街道)、%d名村(社区)干部;填报截止%s,审核截止%s,报备截止%s", at.Title(), done.Townships, done.Rows,
		done.Due.Fill.Format("1月2日"), done.Due.Review.Format("1月2日"), done.Due.File.Format("1月2日"))
	access.Flash(r, s, "success", text)
	if done.Unknown {
		access.Flash(r, s, "warn", fmt.Sprintf("%d年节假日未公布,截止日期暂按周一至周五计算", done.Due.File.Year()))
	}
	return httpx.SeeOther(w, r, "/assessment/"+at.String())
}
