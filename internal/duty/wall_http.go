package duty

import (
	"context"
	"net/http"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/qrcode"
	"touyan/web/ui"
)

func (m *Module) wallRoutes() []access.Route {
	get := http.MethodGet
	return []access.Route{
		{Method: get, Path: "/duty/rosters/{id}/wall", Need: PermRead, Do: m.showWall},
		{Method: get, Path: "/duty/{month}/wall/{township}", Need: PermOverview, Do: m.showWalls},
		{Method: get, Path: "/duty/rosters/{id}/text", Need: PermRead, Do: m.showText},
		{Method: get, Path: "/duty/rosters/{id}/versions", Need: PermRead, Do: m.showVersions},
		{Method: get, Path: "/duty/rosters/{id}/versions/{number}", Need: PermRead, Do: m.showVersion},
	}
}

func wallPath(roster int64) string { return rosterPath(roster) + "/wall" }

func textPath(roster int64) string { return rosterPath(roster) + "/text" }

func wallsPath(m month.Month, township int64) string {
	return boardPath(m) + "/wall/" + strconv.FormatInt(township, 10)
}

// hung reads a roster that is published; there is nothing to hang before.
func (m *Module) hung(ctx context.Context, tx *access.Tx, id int64) (Roster, error) {
	roster, err := m.Store.Roster(ctx, tx, id, false)
	if err == nil && !roster.Published() {
		err = fault.Conflict("%s%s的值班表还没有发布,发布后才能打印和复制", roster.VillageName, roster.Month.Title())
	}
	return roster, err
}

// showWall is the sheet of one village.
func (m *Module) showWall(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var list []wall
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		roster, err := m.hung(r.Context(), tx, id)
		if err != nil {
			return err
		}
		list, err = m.coded(r.Context(), tx, roster.Month, []Roster{roster})
		return err
	})
	if err != nil {
		return err
	}
	return drawWalls(w, r, s, list[0].Title(), rosterPath(id), list)
}

// showWalls is a township's sheets of a month, each on its own paper.
func (m *Module) showWalls(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	township, err := httpx.ID(r, "township")
	if err != nil {
		return err
	}
	var list []wall
	var name string
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		lines, err := m.Store.Lines(r.Context(), tx, at, township)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			return fault.NotFound()
		}
		name = lines[0].TownshipName
		rosters, err := m.Store.published(r.Context(), tx, at, township)
		if err != nil {
			return err
		}
		if len(rosters) == 0 {
			return fault.Conflict("%s%s的值班表都还没有发布,发布后才能打印", name, at.Title())
		}
		list, err = m.coded(r.Context(), tx, at, rosters)
		return err
	})
	if err != nil {
		return err
	}
	return drawWalls(w, r, s, name+at.Title()+"值班表", boardPath(at), list)
}

// coded makes sheets with the code of their read-only page, where the district has that page.
func (m *Module) coded(ctx context.Context, tx *access.Tx, at month.Month, rosters []Roster) ([]wall, error) {
	list, set, err := m.Store.walls(ctx, tx, at, rosters)
	if err != nil || !set.PublicPage {
		return list, err
	}
	for i, roster := range rosters {
		token, err := access.StandingToken(tx.Scope(), access.Link{Purpose: posted, Township: roster.TownshipID, Village: roster.VillageID, Subject: roster.ID})
		if err != nil {
			return nil, err
		}
		if list[i].Code, err = qrcode.Encode(m.address(postedPath(token))); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func drawWalls(w http.ResponseWriter, r *http.Request, s access.Scope, title, back string, list []wall) error {
	p := wallsProps{Paper: paperOf(r.URL.Query().Get("paper")), Path: r.URL.Path}
	p.Parts = p.Paper.parts(list)
	sheets := []string{"wall.css"}
	if p.Paper.Sheet != "" {
		sheets = append(sheets, p.Paper.Sheet)
	}
	return httpx.HTML(w, r, http.StatusOK, ui.PrintPage(ui.Print{Title: title, Landscape: true, Back: back, Still: s.Level() == pg.Village,
		Paper: p.Paper.Stock, Sheets: sheets}, wallPages(p)))
}

type wallsProps struct {
	Paper paper
	Path  string
	Parts []wallPart
}
