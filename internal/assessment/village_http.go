package assessment

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

func (m *Module) villageRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/village", Need: PermVillage, Do: m.showVillage},
		{Method: get, Path: "/village/notice", Need: PermVillage, Do: m.printVillage},
		{Method: get, Path: "/village/objections/new", Need: PermVillage, Do: m.askObjection},
		{Method: post, Path: "/village/objections/new", Need: PermVillage, Do: m.fileObjection},
	}
}

// villageProps is the one screen of a village: its published results of a month, and what it objected to.
type villageProps struct {
	Panels     []access.Panel // what other modules have for the village
	Months     []month.Month  // published ones, the newest first
	Month      month.Month    // zero: nothing was ever published
	Sheet      Sheet
	Lines      []noticeLine // of this village, the newest publication first
	Heads      []noticeHead
	Results    []noticeResult
	Objections []objection
	Objects    bool // the button is offered
	Today      time.Time
	Grant      string
	Form       objectionForm
	Problems   []ui.Problem
}

// villageMonths lists the months of which the village has published results, the newest first.
func (Store) villageMonths(ctx context.Context, tx *access.Tx) ([]month.Month, error) {
	rows, err := tx.Query(ctx, `select distinct month from assessment_results where tenant_id = @tenant and township_id = @township
		and village_id = @village order by month desc limit 60`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"township": tx.Scope().Township(), "village": tx.Scope().Village()})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[month.Month])
}

// readVillage reads the page of the month in the query, by default the newest.
func (m *Module) readVillage(r *http.Request, s access.Scope) (p villageProps, err error) {
	p.Today, p.Grant = s.Today(), s.GrantID()
	err = access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Panels, err = access.VillagePanels(r.Context(), tx); err != nil {
			return err
		}
		if p.Months, err = m.Store.villageMonths(r.Context(), tx); err != nil || len(p.Months) == 0 {
			return err
		}
		if p.Month, err = pick(p.Months, r.URL.Query().Get("month")); err != nil {
			return err
		}
		return m.fillVillage(r.Context(), tx, &p)
	})
	p.Objects = !p.Month.IsZero() && !s.ReadOnly() && slices.ContainsFunc(p.Results, func(r noticeResult) bool {
		return mayObject(p.Sheet, lineOf(p.Lines, r), fromVillage, p.Today) == nil
	})
	return p, err
}

// pick finds the month that a query names among those published; the newest where it names none.
func pick(published []month.Month, wanted string) (month.Month, error) {
	if wanted == "" && len(published) > 0 {
		return published[0], nil
	}
	at, err := month.Parse(wanted)
	if err != nil || !slices.Contains(published, at) {
		return month.Month{}, fault.NotFound()
	}
	return at, nil
}

func (m *Module) wantedMonth(r *http.Request, tx *access.Tx) (month.Month, error) {
	list, err := m.Store.villageMonths(r.Context(), tx)
	if err != nil {
		return month.Month{}, err
	}
	return pick(list, r.URL.Query().Get("month"))
}

func (m *Module) fillVillage(ctx context.Context, tx *access.Tx, p *villageProps) (err error) {
	if p.Sheet, err = m.Store.SheetOf(ctx, tx, p.Month, tx.Scope().Township()); err != nil {
		return err
	}
	if p.Heads, err = m.Store.noticeHeads(ctx, tx, p.Sheet); err != nil {
		return err
	}
	if p.Lines, err = m.Store.noticeLines(ctx, tx, p.Sheet); err != nil {
		return err
	}
	if p.Results, err = m.published(ctx, tx, p.Sheet); err != nil {
		return err
	}
	p.Objections, err = m.Store.ownObjections(ctx, tx, p.Sheet)
	return err
}

func (m *Module) showVillage(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.readVillage(r, s)
	if err != nil {
		return err
	}
	view := access.View{Title: "本村考评结果"}
	if !p.Month.IsZero() {
		view.Title = p.Month.Title() + "考评结果"
	}
	return access.Page(w, r, s, view, villagePage(p))
}

// printVillage prints a notice of the village: of the newest month and version, or of those in the query.
func (m *Module) printVillage(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var q noticeRequest
	httpx.DecodeQuery(r, &q)
	q.Village = s.Village()
	var src noticeSource
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		at, err := m.wantedMonth(r, tx)
		if err != nil {
			return err
		}
		sheet, err := m.Store.SheetOf(r.Context(), tx, at, s.Township())
		if err != nil {
			return err
		}
		src, err = m.Store.noticeSource(r.Context(), tx, sheet, q)
		return err
	})
	if err != nil {
		return err
	}
	return access.PrintPage(w, r, s, src.name(), false, noticePapers(src.papers()))
}

func (m *Module) askObjection(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.drawVillageForm(w, r, s, objectionForm{}, nil, http.StatusOK)
}

func (m *Module) drawVillageForm(w http.ResponseWriter, r *http.Request, s access.Scope, f objectionForm, problems []ui.Problem, status int) error {
	p, err := m.readVillage(r, s)
	if err != nil {
		return err
	}
	p.Form, p.Problems = f, problems
	if p.Form.Row == 0 {
		p.Form.Row, _ = strconv.ParseInt(r.URL.Query().Get("row"), 10, 64) // no row: none is chosen yet
	}
	return access.Page(w, r, s, access.View{Title: "提出异议", Status: status, Crumbs: []ui.Crumb{{Title: "本村考评结果", Href: p.path()}}},
		villageObjectionPage(p))
}

// fileObjection takes the village's objection. The row decides the sheet; only rows of the own village are in reach.
func (m *Module) fileObjection(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var form objectionForm
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	form.Source, form.Objector = fromVillage, ""
	if problems := form.check([]string{fromVillage}); len(problems) > 0 {
		return m.drawVillageForm(w, r, s, form, problems, http.StatusUnprocessableEntity)
	}
	made := false
	at := month.Month{}
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		row, err := m.Store.Row(r.Context(), tx, form.Row, false)
		if err != nil {
			return err
		}
		sheet, err := m.Store.Sheet(r.Context(), tx, row.SheetID, false)
		if err != nil {
			return err
		}
		at = sheet.Month
		made, err = m.object(r.Context(), tx, sheet, form)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return m.drawVillageForm(w, r, s, form, []ui.Problem{{Sentence: fault.Of(err).Sentence}}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	if made {
		access.Flash(r, s, "success", "异议已提交,由乡镇(街道)未参与评分的人员答复,答复会显示在这里")
	} else {
		access.Flash(r, s, "info", "您的这条异议已经提交过,正在等待答复")
	}
	return httpx.SeeOther(w, r, "/village?month="+at.String())
}
