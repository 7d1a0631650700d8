package assessment

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

func (m *Module) reviewRoutes() []access.Route {
	get, post, sheet := http.MethodGet, http.MethodPost, "/assessment/sheets/{id}"
	return []access.Route{
		{Method: get, Path: sheet + "/review", Need: PermRead, Do: m.showReview},
		{Method: get, Path: sheet + "/summary", Need: PermRead, Do: m.printSummary},
		{Method: get, Path: sheet + "/compare", Need: PermRead, Do: m.compareSheet},
		{Method: http.MethodPost, Path: sheet + "/compare/export", Need: PermRead, Do: m.exportCompared},
		{Method: post, Path: sheet + "/review", Need: PermApprove, Do: m.startReview},
		{Method: post, Path: sheet + "/review/export", Need: PermRead, Do: m.exportReview},
		{Method: post, Path: sheet + "/approve", Need: PermApprove, Do: m.approveSheet},
		{Method: post, Path: sheet + "/return", Need: PermApprove, Do: m.returnRows},
		{Method: post, Path: sheet + "/return-request/accept", Need: PermApprove, Do: m.acceptReturn},
		{Method: post, Path: sheet + "/return-request/decline", Need: PermApprove, Do: m.declineReturn},
		{Method: post, Path: sheet + "/file", Need: PermFile, Do: m.fileSheet},
		{Method: post, Path: sheet + "/file/return", Need: PermFile, Do: m.returnRows},
		{Method: post, Path: sheet + "/confirm", Need: PermConfirm, Do: m.confirmSheet},
		{Method: post, Path: "/assessment/{month}/file", Need: PermFile, Do: m.fileMany},
		{Method: post, Path: "/assessment/{month}/confirm", Need: PermConfirm, Do: m.confirmMany},
	}
}

// reviewProps is the page that township and district share.
type reviewProps struct {
	*review
	Query    reviewQuery
	Grant    string
	Viewer   Viewer
	All      []reviewRow
	Shown    []reviewRow
	Events   []Event
	Hands    handsOn
	Changes  []pendingChange // of the register, since the submission
	Approves bool            // may approve for the township
	Files    bool            // may file for the district
	Confirms bool
	Reopens  bool
	Pay      bool
	Holder   int64
	Person   int64 // of the reader, who may stand on the sheet
	Form     reviewForm
	Problems []ui.Problem
}

// reviewForm is what the acts of the page send.
type reviewForm struct {
	Version   int               `form:"version"`
	Meeting   string            `form:"meeting_on"`
	Minutes   string            `form:"minutes_no"`
	Excellent []string          `form:"excellent"` // rows marked at the quota's edge
	Decision  string            `form:"decision"`
	Rows      []string          `form:"row"`    // rows to return
	Reason    string            `form:"reason"` // of every row that has none of its own
	Why       map[string]string `form:"-"`      // by row
	Decline   string            `form:"decline"`
	Sent      bool              `form:"-"` // a refused form is shown again
}

func (m *Module) showReview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := reviewProps{}
	httpx.DecodeQuery(r, &p.Query)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		v, err := m.Store.review(r.Context(), tx, id, false)
		if err != nil {
			return err
		}
		return m.fillReview(r.Context(), tx, v, &p)
	})
	if err != nil {
		return err
	}
	return drawReview(w, r, s, p, http.StatusOK)
}

// fillReview reads what the page shows besides the sheet.
func (m *Module) fillReview(ctx context.Context, tx *access.Tx, v *review, p *reviewProps) (err error) {
	s := tx.Scope()
	p.review, p.Grant, p.Holder = v, s.GrantID(), s.Holder()
	p.Approves, p.Files, p.Confirms = s.Can(PermApprove), s.Can(PermFile), s.Can(PermConfirm)
	_, closed := Next(v.State, ActReopen)
	p.Pay, p.Reopens = s.Can(PermPay), s.Can(PermOpen) && closed == nil
	switch {
	case s.Level() == pg.District:
		p.Viewer = ViewerDistrict
	case p.Approves:
		p.Viewer = ViewerLeader
	default:
		p.Viewer = ViewerClerk
	}
	p.Person = s.Person()
	p.All = v.rows()
	p.Shown = v.keep(p.All, p.Query)
	if p.Hands, err = m.Store.handsOn(ctx, tx, v.Sheet); err != nil {
		return err
	}
	if p.Changes, _, err = m.pending(ctx, tx, v.desk); err != nil {
		return err
	}
	p.Events, err = m.Store.events(ctx, tx, v.Sheet.ID, eventQuery{}, 60, 0)
	return err
}

func drawReview(w http.ResponseWriter, r *http.Request, s access.Scope, p reviewProps, status int) error {
	return access.Page(w, r, s, access.View{Title: p.Sheet.TownshipName + p.Sheet.Month.Title() + "月考评审核", Status: status,
		AsOf: s.Now().Format("2006-01-02 15:04"), Crumbs: sheetCrumbs(p.Sheet, true)}, reviewPage(p))
}

func reviewPath(id int64) string { return sheetPath(id) + "/review" }

// address gives the page's address with this query.
func (q reviewQuery) address(sheet int64) string {
	v := q.values()
	if len(v) == 0 {
		return reviewPath(sheet)
	}
	return reviewPath(sheet) + "?" + v.Encode()
}

func (q reviewQuery) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"show": q.Show, "q": q.Text, "kind": q.Kind, "grade": q.Grade} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Village != 0 {
		v.Set("village", strconv.FormatInt(q.Village, 10))
	}
	return v
}
