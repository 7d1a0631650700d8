package duty

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// posted is the purpose of the link on a wall sheet.
const posted = "duty.wall"

func postedPath(token string) string { return "/duty/wall/" + token }

// closes is when the page of a month's roster ends: a villager needs this month, not who stood a year ago.
func closes(m month.Month) time.Time { return m.Add(2).First() }

type postedProps struct {
	Wall  wall
	Today int // the day of the month, 0 where today is in another one
}

// Posted is the read-only page behind the code on the wall: the version in force, to everybody who holds the sheet's link.
// The district can close it for all, and says whether it names the phone.
func (m *Module) Posted(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	s, id, err := m.core.FromStanding(chi.URLParam(r, "token"), posted)
	if err != nil {
		return err
	}
	var p postedProps
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		roster, err := m.Store.Roster(r.Context(), tx, id, false)
		if err != nil {
			return err
		}
		list, set, err := m.Store.walls(r.Context(), tx, roster.Month, []Roster{roster})
		if err != nil {
			return err
		}
		if !set.PublicPage || !roster.Published() || !s.Now().Before(closes(roster.Month)) {
			return fault.NotFound()
		}
		if p.Wall = list[0]; !set.PublicPhone {
			p.Wall.Phone = ""
		}
		return nil
	})
	if err != nil {
		return err
	}
	if p.Wall.Month.In(s.Now()) {
		p.Today = s.Now().Day()
	}
	return httpx.HTML(w, r, http.StatusOK, ui.BarePage(ui.Bare{Title: p.Wall.Month.Title() + "值班表", Lead: p.Wall.Village, Wide: true}, postedPage(p)))
}
