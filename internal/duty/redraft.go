package duty

import (
	"context"
	"fmt"
	"net/http"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

func (m *Module) redraftRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/duty/{month}/redraft", Need: PermArrange, Do: m.askRedraft},
		{Method: post, Path: "/duty/{month}/redraft", Need: PermArrange, Do: m.redraftAll},
		{Method: get, Path: "/duty/rosters/{id}/draft", Need: PermArrange, Do: m.askRedraftOne},
		{Method: post, Path: "/duty/rosters/{id}/draft", Need: PermArrange, Do: m.redraft},
	}
}

func redraftPath(m month.Month) string { return boardPath(m) + "/redraft" }

func redraftOnePath(roster int64) string { return rosterPath(roster) + "/draft" }

// redraftProps is the page between a button and the loss of what people arranged by hand.
type redraftProps struct {
	Month  month.Month
	Grant  string
	Drafts int
	Edited []string // villages whose drafts people changed
}

func (p redraftProps) sentence() string {
	return fmt.Sprintf("重新自动排班%s未发布的%d份草稿", p.Month.Title(), p.Drafts-len(p.Edited))
}

func (p redraftProps) points() []string {
	list := []string{"已发布的值班表不变"}
	if len(p.Edited) > 0 {
		list = append(list, fmt.Sprintf("有%d份草稿经过手工调整,不勾选则保持不变:%s", len(p.Edited), few(p.Edited)))
	}
	return list
}

// drafts counts the drafts of a month in scope, and names the villages whose drafts people changed.
func (Store) drafts(ctx context.Context, tx *access.Tx, at month.Month) (n int, edited []string, err error) {
	rows, err := tx.Query(ctx, `select r.village_name, r.edited from duty_rosters r
			join villages v on v.tenant_id = r.tenant_id and v.township_id = r.township_id and v.id = r.village_id
		where r.tenant_id = @tenant and r.month = @month and r.number = 0 order by v.code`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": at})
	if err != nil {
		return 0, nil, err
	}
	var name string
	var changed bool
	_, err = pgx.ForEachRow(rows, []any{&name, &changed}, func() error {
		if n++; changed {
			edited = append(edited, name)
		}
		return nil
	})
	return n, edited, err
}

func (m *Module) askRedraft(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	p := redraftProps{Month: at, Grant: s.GrantID()}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		p.Drafts, p.Edited, err = m.Store.drafts(r.Context(), tx, at)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: at.Title() + "重新自动排班", Crumbs: []ui.Crumb{{Title: at.Title() + "值班安排", Href: boardPath(at)}}}, redraftPage(p))
}

// redraftForm says whether drafts that people changed are made anew, too.
type redraftForm struct {
	Edited bool `form:"edited"`
}

// redraftAll drafts every roster anew that is not published.
func (m *Module) redraftAll(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	var f redraftForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	if s.Level() == pg.District {
		return m.draftDistrict(w, r, s, draftWork{Month: at, Anew: true, Edited: f.Edited})
	}
	var done Made
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		done, err = m.Store.Make(r.Context(), tx, at, s.Township(), s.Village(), f.Edited)
		return err
	})
	if err != nil {
		return err
	}
	return m.drafted(w, r, s, at, done)
}

// askRedraftOne asks before a single draft that people changed is made anew.
func (m *Module) askRedraftOne(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var roster Roster
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		roster, err = m.Store.Roster(r.Context(), tx, id, false)
		return err
	})
	if err != nil {
		return err
	}
	title := roster.VillageName + roster.Month.Title() + "重新自动排班"
	return access.Page(w, r, s, access.View{Title: title, Crumbs: []ui.Crumb{{Title: roster.Month.Title() + "值班安排", Href: rosterPath(id)}}},
		redraftOnePage(roster, s.GrantID()))
}

// redraft drafts a single village from nothing; where people changed the draft, they are asked first.
func (m *Module) redraft(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f redraftForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	return m.act(w, r, s, func(tx *access.Tx, t *table) (string, error) {
		switch {
		case t.Published():
			return "", fault.Conflict("值班表已发布,不能重新自动排班;请用“补空岗”或逐日调整")
		case t.Edited && !f.Edited:
			return "", fault.Conflict("这份草稿经过手工调整,没有重新排班;请从“重新自动排班”进入并确认")
		}
		_, err := m.Store.Make(r.Context(), tx, t.Month, t.TownshipID, t.VillageID, f.Edited)
		return "已重新自动排班", err
	})
}
