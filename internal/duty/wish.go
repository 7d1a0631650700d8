package duty

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// mostWishes is how many 不便值班日期 somebody may name in a month.
const mostWishes = 2

func (m *Module) wishRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/duty/villages/{id}/wishes/{month}", Need: PermArrange, Do: m.showWishes},
		{Method: http.MethodPost, Path: "/duty/villages/{id}/wishes/{month}", Need: PermArrange, Do: m.saveWishes},
	}
}

func wishesPath(village int64, at month.Month) string {
	return "/duty/villages/" + strconv.FormatInt(village, 10) + "/wishes/" + at.String()
}

// wisher is somebody with the days on which he would rather not stand.
type wisher struct {
	Person
	Stored []time.Time
	Typed  []string // as the form shows them, always mostWishes of them
}

func (w wisher) field(n int) string { return fmt.Sprintf("d%d.%d", n, w.ID) }

// drawn is what the page was drawn with.
func (w wisher) drawn() string { return fmt.Sprintf("w.%d", w.ID) }

func joined(days []time.Time) string {
	var parts []string
	for _, d := range days {
		parts = append(parts, d.Format(time.DateOnly))
	}
	return strings.Join(parts, ",")
}

type wishProps struct {
	At       place
	Month    month.Month
	Team     []wisher
	Drafted  bool // there is a draft already, which these days change only when it is made anew
	Scope    access.Scope
	Problems []ui.Problem
}

func (m *Module) fillWishes(ctx context.Context, tx *access.Tx, r *http.Request, p *wishProps) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	if p.Month, err = monthOf(r, tx.Scope()); err != nil {
		return err
	}
	if p.At, err = m.Store.village(ctx, tx, id); err != nil {
		return err
	}
	plans, err := m.Store.Plans(ctx, tx, p.Month, []int64{id})
	if err != nil {
		return err
	}
	for _, one := range plans[id].People {
		w := wisher{Person: one, Typed: make([]string, mostWishes)}
		for day := 1; day <= p.Month.Days(); day++ {
			if one.Wish.Has(day) {
				w.Stored = append(w.Stored, p.Month.Date(day))
				if n := len(w.Stored); n <= mostWishes {
					w.Typed[n-1] = p.Month.Date(day).Format(time.DateOnly)
				}
			}
		}
		p.Team = append(p.Team, w)
	}
	rosters, err := m.Store.RosterOf(ctx, tx, p.Month, id)
	if fault.Is(err, fault.KindNotFound) || err == pgx.ErrNoRows {
		return nil
	}
	p.Drafted = rosters.ID != 0
	return err
}

func (m *Module) showWishes(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := wishProps{}
	if err := access.Read(r.Context(), s, func(tx *access.Tx) error { return m.fillWishes(r.Context(), tx, r, &p) }); err != nil {
		return err
	}
	return m.drawWishes(w, r, s, p, http.StatusOK)
}

func (m *Module) drawWishes(w http.ResponseWriter, r *http.Request, s access.Scope, p wishProps, status int) error {
	p.Scope = s
	v := access.View{Title: p.At.VillageName + p.Month.Title() + "不便值班日期", Status: status,
		Crumbs: []ui.Crumb{{Title: p.Month.Title() + "值班安排", Href: boardPath(p.Month)}}}
	if s.Level() == pg.Village {
		v.Title = p.Month.Title() + "不便值班日期"
	}
	return access.Page(w, r, s, v, wishPage(p))
}

// saveWishes takes over the whole page: each person's days replace what stood, unless somebody else changed them meanwhile.
func (m *Module) saveWishes(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, changed, stale := wishProps{}, 0, false
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		id, err := httpx.ID(r, "id")
		if err != nil {
			return err
		}
		if err := m.Store.lockWishes(r.Context(), tx, id); err != nil {
			return err
		}
		if err := m.fillWishes(r.Context(), tx, r, &p); err != nil {
			return err
		}
		if p.Month.Before(month.Of(s.Now())) {
			return fault.Conflict("%s已经过去", p.Month.Title())
		}
		changed, stale, err = m.takeWishes(r.Context(), tx, &p, r.PostForm)
		return err
	})
	if len(p.Problems) > 0 && fault.Is(err, fault.KindInvalid) {
		status := http.StatusUnprocessableEntity
		if stale {
			status = http.StatusConflict
		}
		return m.drawWishes(w, r, s, p, status)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", fmt.Sprintf("已保存%d人的不便值班日期,自动排班时尽量避开", changed))
	return httpx.SeeOther(w, r, wishesPath(p.At.VillageID, p.Month))
}

func (m *Module) takeWishes(ctx context.Context, tx *access.Tx, p *wishProps, form url.Values) (changed int, stale bool, err error) {
	if err := known(form, p.Team); err != nil {
		return 0, false, err
	}
	for i := range p.Team {
		one := &p.Team[i]
		if !form.Has(one.drawn()) {
			continue
		}
		days, problems := one.read(form, p.Month)
		switch {
		case len(problems) > 0:
			p.Problems = append(p.Problems, problems...)
		case joined(days) == joined(one.Stored):
		case form.Get(one.drawn()) != joined(one.Stored):
			stale = true
			now := joined(one.Stored)
			if now == "" {
				now = "没有"
			}
			p.Problems = append(p.Problems, ui.Problem{Field: one.field(0), Sentence: one.Name + "的日期刚被其他人改为:" + now + ",您填写的没有保存"})
		default:
			changed++
			if err := m.Store.setWishes(ctx, tx, p, *one, days); err != nil {
				return 0, false, err
			}
		}
	}
	if len(p.Problems) > 0 {
		return 0, stale, errForm
	}
	return changed, false, nil
}

// known refuses a form that names somebody outside of the team.
func known(form url.Values, team []wisher) error {
	for name := range form {
		rest, ok := strings.CutPrefix(name, "w.")
		if !ok {
			continue
		}
		id, err := strconv.ParseInt(rest, 10, 64)
		if err != nil || !slices.ContainsFunc(team, func(w wisher) bool { return w.ID == id }) {
			return fault.NotFound()
		}
	}
	return nil
}

// read reads a person's days and keeps what was typed.
func (w *wisher) read(form url.Values, at month.Month) (days []time.Time, problems []ui.Problem) {
	for n := range mostWishes {
		w.Typed[n] = strings.TrimSpace(form.Get(w.field(n)))
		if w.Typed[n] == "" {
			continue
		}
		day, ok := readDay(w.Typed[n])
		switch {
		case !ok:
			problems = append(problems, ui.Problem{Field: w.field(n), Sentence: w.Name + ":日期应写成 2026-10-31 的形式,且是存在的日期"})
		case !at.In(day):
			problems = append(problems, ui.Problem{Field: w.field(n), Sentence: w.Name + ":只能选择" + at.Title() + "的日期"})
		case !slices.ContainsFunc(days, day.Equal):
			days = append(days, day)
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	return days, problems
}

// lockWishes lets one page at a time write a village's wishes, so that two of them never make four.
func (Store) lockWishes(ctx context.Context, tx *access.Tx, village int64) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('duty_wishes ' || @tenant::bigint || ' ' || @village::bigint, 0))`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "village": village})
	return err
}

func (Store) setWishes(ctx context.Context, tx *access.Tx, p *wishProps, w wisher, days []time.Time) error {
	s := tx.Scope()
	if _, err := tx.Exec(ctx, `delete from duty_wishes where tenant_id = @tenant and person_id = @person and on_day >= @first and on_day < @next`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": w.ID, "first": p.Month.First(), "next": p.Month.Next().First()}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into duty_wishes (tenant_id, township_id, village_id, person_id, on_day, recorded_by, recorded_at)
		select @tenant, @township, @village, @person, day, @by, @now from unnest(@days::date[]) as d (day)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": p.At.TownshipID, "village": p.At.VillageID, "person": w.ID, "by": s.Name(), "now": s.Now(), "days": days})
	tx.Audit(access.Line{Action: "duty.wish", Object: "duty_wishes", ID: w.ID, Person: w.ID, Summary: "登记不便值班日期:" + w.Name,
		Detail: map[string]any{"before": joined(w.Stored), "after": joined(days)}})
	return err
}
