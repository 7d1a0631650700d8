package duty

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

func (m *Module) feedRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/duty/villages/{id}/feeds", Need: PermArrange, Do: m.showFeeds},
		{Method: post, Path: "/duty/villages/{id}/feeds/{person}", Need: PermArrange, Do: m.makeFeed},
		{Method: post, Path: "/duty/villages/{id}/feeds/{person}/end", Need: PermArrange, Do: m.endFeed},
	}
}

func feedsPath(village int64) string {
	return "/duty/villages/" + strconv.FormatInt(village, 10) + "/feeds"
}

func feedPath(village, person int64) string {
	return feedsPath(village) + "/" + strconv.FormatInt(person, 10)
}

type feedsProps struct {
	At    place
	Team  []subscriber
	Scope access.Scope
	Who   subscriber // whose link was just made
	Link  string
}

// Webcal is the link as phones open it straight in their calendar.
func (p feedsProps) Webcal() string {
	_, rest, _ := strings.Cut(p.Link, "://")
	return "webcal://" + rest
}

func (p feedsProps) crumbs() []ui.Crumb {
	return []ui.Crumb{{Title: "日历订阅", Href: feedsPath(p.At.VillageID)}}
}

func (m *Module) showFeeds(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := feedsProps{Scope: s}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.At, err = m.Store.village(r.Context(), tx, id); err != nil {
			return err
		}
		p.Team, err = m.Store.subscribers(r.Context(), tx, id)
		return err
	})
	if err != nil {
		return err
	}
	v := access.View{Title: p.At.VillageName + "值班日历订阅", Crumbs: []ui.Crumb{{Title: "值班安排", Href: "/duty"}}}
	if s.Level() == pg.Village {
		v.Title, v.Crumbs = "值班日历订阅", []ui.Crumb{{Title: "本村首页", Href: "/village"}}
	}
	return access.Page(w, r, s, v, feedsPage(p))
}

// changeFeed locks nothing: making a link ends the ones before, so the last one made is the one that opens.
func (m *Module) changeFeed(r *http.Request, s access.Scope, p *feedsProps, do func(context.Context, *access.Tx) error) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	person, err := httpx.ID(r, "person")
	if err != nil {
		return err
	}
	return access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if p.At, err = m.Store.village(r.Context(), tx, id); err != nil {
			return err
		}
		if p.Who, err = m.Store.subscriber(r.Context(), tx, id, person); err != nil {
			return err
		}
		return do(r.Context(), tx)
	})
}

func (m *Module) makeFeed(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := feedsProps{Scope: s}
	err := m.changeFeed(r, s, &p, func(ctx context.Context, tx *access.Tx) error {
		token, err := m.Store.newFeed(ctx, tx, p.At, p.Who)
		p.Link = m.address("/duty/feed/" + token + ".ics")
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: p.Who.Name + "的值班日历", Crumbs: p.crumbs()}, feedLinkPage(p))
}

func (m *Module) endFeed(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var p feedsProps
	err := m.changeFeed(r, s, &p, func(ctx context.Context, tx *access.Tx) error {
		if p.Who.Since == nil { // ended already: sent twice
			return nil
		}
		return m.Store.endFeed(ctx, tx, p.Who)
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已停用"+p.Who.Name+"的日历链接,手机日历不再更新")
	return httpx.SeeOther(w, r, feedsPath(p.At.VillageID))
}

// Calendar answers a phone's calendar, which knows no log-in: the secret in the link names whose days it reads. It holds
// his own days, in whatever village he stands, and nobody else's.
func (m *Module) Calendar(w http.ResponseWriter, r *http.Request) error {
	token := strings.TrimSuffix(chi.URLParam(r, "token"), ".ics")
	s, person, err := m.core.FromLink(r.Context(), token, feedPurpose)
	if fault.Is(err, fault.KindNotFound) {
		return m.unopened(r.Context(), token, err)
	}
	if err != nil {
		return err
	}
	var f feed
	err = access.Read(r.Context(), s.Widen("a person's feed holds his days in every village where he stands"), func(tx *access.Tx) error {
		f, err = m.Store.feed(r.Context(), tx, person)
		return err
	})
	if err != nil {
		return err
	}
	f.Host = m.host()
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `inline; filename="duty.ics"`)
	w.Header().Set("Cache-Control", "private, no-cache")
	_, err = w.Write([]byte(f.String()))
	return err
}

// unopened says why a link opens nothing: it was ended, or there never was one.
func (m *Module) unopened(ctx context.Context, token string, err error) error {
	ended, failed := m.core.Ended(ctx, token, feedPurpose)
	switch {
	case failed != nil:
		return failed
	case ended:
		return fault.Gone("这条值班日历链接已停用,请向村(社区)书记或文书要新的链接")
	}
	return err
}

// host is where the house stands, as keys of calendar entries carry it.
func (m *Module) host() string {
	if u, err := url.Parse(m.url); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "touyan"
}
