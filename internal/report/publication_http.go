package report

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

const publicationsRoot = "/reports/publications"

func (m *Module) publicationRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: publicationsRoot, Need: PermPublished, Do: m.listPublications},
		{Method: http.MethodPost, Path: publicationsRoot, Need: PermPublish, Do: m.publish},
		{Method: http.MethodGet, Path: publicationsRoot + "/{id}", Need: PermPublished, Do: m.showPublication},
	}
}

func publicationPath(id int64) string { return publicationsRoot + "/" + strconv.FormatInt(id, 10) }

// publicationsProps is the list of what was published.
type publicationsProps struct {
	URL    *url.URL
	Filter publicationFilter
	List   []Publication
	Pager  ui.Pager
}

func (m *Module) listPublications(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := publicationsProps{URL: r.URL}
	httpx.DecodeQuery(r, &p.Filter)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		n, err := m.Store.countPublications(r.Context(), tx, p.Filter)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(r.URL, p.Filter.Page, n, pageSize)
		p.List, err = m.Store.publications(r.Context(), tx, p.Filter, pageSize, p.Pager.Offset())
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "已发布统计", AsOf: s.Today().Format(time.DateOnly)}, publicationsPage(p))
}

// publish keeps the figures that the page shows, counted in the same transaction.
func (m *Module) publish(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var q ask
	httpx.DecodeAddress(r.PostForm.Get("query"), &q)
	title := strings.TrimSpace(r.PostForm.Get("title"))
	if n := len([]rune(title)); n < 2 || n > 60 {
		return fault.Invalid("请填写标题(2至60字),没有发布")
	}
	var id int64
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		p, err := m.load(r.Context(), tx, q, true, measures)
		if err != nil {
			return err
		}
		if p.On.After(p.Today) {
			return fault.Invalid("截至日期在今天之后,只是推算,不能发布")
		}
		id, err = m.Store.publish(r.Context(), tx, title, p)
		return err
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已发布。以后登记有变化,这里的数字不变,差异列在下面")
	return httpx.SeeOther(w, r, publicationPath(id))
}

// publicationProps is one publication with what would be counted now.
type publicationProps struct {
	Publication
	Frozen      frozen
	Set         columnSet
	Now         structure
	Corrections []correction
}

func (m *Module) showPublication(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := publicationProps{Set: columnSetOf(r.URL.Query().Get("set"))}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Publication, err = m.Store.publication(r.Context(), tx, id); err != nil {
			return err
		}
		var q ask
		httpx.DecodeAddress(p.Query, &q)
		q.On = p.AsOf.Format(time.DateOnly) // of its day, not of the one on which it is read
		p.Now, err = m.load(r.Context(), tx, q, true, measures)
		return err
	})
	if err != nil {
		return err
	}
	if p.Frozen, err = p.frozen(); err != nil {
		return err
	}
	p.Corrections = p.Frozen.corrections(p.Now.Table)
	return access.Page(w, r, s, access.View{Title: p.Title, AsOf: p.AsOf.Format(time.DateOnly), Print: true,
		Crumbs: []ui.Crumb{{Title: "已发布统计", Href: publicationsRoot}}}, publicationPage(p))
}
