package assessment

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

func (m *Module) noticeRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	own := []access.Route{
		{Method: get, Path: "/assessment/sheets/{id}/notice", Need: PermRead, Do: m.showNotice},
		{Method: post, Path: "/assessment/sheets/{id}/notice", Need: PermNotice, Do: m.postNotice},
		{Method: get, Path: "/assessment/sheets/{id}/notice/print", Need: PermRead, Do: m.printNotice},
		{Method: get, Path: "/assessment/sheets/{id}/notice.docx", Need: PermRead, Do: m.noticeDocument},
	}
	return slices.Concat(own, m.objectionRoutes(), m.villageRoutes())
}

func noticePath(sheet int64) string { return sheetPath(sheet) + "/notice" }

// noticeProps is the page of a sheet's notices.
type noticeProps struct {
	Sheet    Sheet
	Heads    []noticeHead
	Lines    []noticeLine
	Query    noticeQuery
	Grant    string
	Today    time.Time
	MayPost  bool // this user, now
	Records  bool // may record objections
	Corrects bool // may reopen rows for a correction
	Pays     bool // may see the pay sheet
	Unknown  bool // a period runs into a year whose holidays are not published
	Problems []ui.Problem
	Form     postingForm
	Page     string // address with its filters
}

type noticeQuery struct {
	Text  string `form:"q"`
	State string `form:"state"`
}

// postingForm is the entry of a posting date: for the ticked villages, or all of the publication.
type postingForm struct {
	Publication int64   `form:"publication"`
	Villages    []int64 `form:"village"`
	All         string  `form:"all"`
	On          string  `form:"posted_on"`
}

func (m *Module) showNotice(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	return m.drawNotice(w, r, s, id, noticeProps{}, http.StatusOK)
}

func (m *Module) drawNotice(w http.ResponseWriter, r *http.Request, s access.Scope, id int64, p noticeProps, status int) error {
	httpx.DecodeQuery(r, &p.Query)
	p.Grant, p.Today, p.Page = s.GrantID(), s.Today(), r.URL.RequestURI()
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Sheet, err = m.Store.Sheet(r.Context(), tx, id, false); err != nil {
			return err
		}
		if p.Heads, err = m.Store.noticeHeads(r.Context(), tx, p.Sheet); err != nil {
			return err
		}
		if p.Lines, err = m.Store.noticeLines(r.Context(), tx, p.Sheet); err != nil {
			return err
		}
		cal, err := org.Store{}.Calendar(r.Context(), tx)
		p.Unknown = cal != nil && slices.ContainsFunc(p.Lines, func(l noticeLine) bool { return l.EndsOn != nil && !cal.Known(l.EndsOn.Year()) })
		return err
	})
	if err != nil {
		return err
	}
	p.MayPost = s.Can(PermNotice) && !s.ReadOnly() && mayPost(p.Sheet) == nil
	p.Records = s.Can(PermNotice) && !s.ReadOnly()
	p.Corrects, p.Pays = s.Can(PermOpen) && p.Sheet.State == SheetPublished, s.Can(PermPay)
	return access.Page(w, r, s, access.View{Title: noticeTitle(p.Sheet), Status: status, AsOf: s.Now().Format("2006-01-02 15:04"),
		Crumbs: sheetCrumbs(p.Sheet, true)}, noticePage(p))
}

func noticeTitle(s Sheet) string { return s.TownshipName + s.Month.Title() + "结果公示与异议" }

// postNotice enters or corrects when villages put their notice up.
func (m *Module) postNotice(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var form postingForm
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	done := 0
	var ends time.Time
	err = access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		done, ends, err = m.enterPosting(r.Context(), tx, id, form, r.PostForm)
		return err
	})
	if fault.Is(err, fault.KindInvalid) {
		field := "posted_on-posting-" + strconv.FormatInt(form.Publication, 10)
		p := noticeProps{Form: form, Problems: []ui.Problem{{Field: field, Sentence: fault.Of(err).Sentence}}}
		return m.drawNotice(w, r, s, id, p, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if done == 0 {
		access.Flash(r, s, "info", "张贴日期没有变化")
	} else {
		access.Flash(r, s, "success", fmt.Sprintf("已登记%d个村(社区)的张贴日期%s,公示至%s", done, form.On, ends.Format(time.DateOnly)))
	}
	return httpx.SeeOther(w, r, noticePath(id))
}

func (m *Module) enterPosting(ctx context.Context, tx *access.Tx, id int64, form postingForm, posted url.Values) (int, time.Time, error) {
	none := time.Time{}
	sheet, err := m.Store.Sheet(ctx, tx, id, true)
	if err != nil {
		return 0, none, err
	}
	if err := mayPost(sheet); err != nil {
		return 0, none, err
	}
	heads, err := m.Store.noticeHeads(ctx, tx, sheet)
	if err != nil {
		return 0, none, err
	}
	at := slices.IndexFunc(heads, func(h noticeHead) bool { return h.ID == form.Publication })
	if at < 0 {
		return 0, none, fault.NotFound()
	}
	lines, err := m.Store.noticeLines(ctx, tx, sheet)
	if err != nil {
		return 0, none, err
	}
	lines = slices.DeleteFunc(lines, func(l noticeLine) bool { return l.PublicationID != form.Publication })
	on, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(form.On), month.Zone)
	if err != nil {
		return 0, none, fault.Invalid("张贴日期应写成 2026-10-31 的形式,且是存在的日期")
	}
	if err := checkPosting(on, heads[at].PublishedAt, tx.Scope().Today()); err != nil {
		return 0, none, err
	}
	wanted := form.wanted(lines, posted)
	if len(wanted) == 0 {
		return 0, none, fault.Invalid("请先勾选村(社区)")
	}
	villages, err := newPostings(lines, wanted, on)
	if err != nil || len(villages) == 0 {
		return 0, none, err
	}
	scheme, err := m.Store.SchemeOfMonth(ctx, tx, sheet.Month)
	if err != nil {
		return 0, none, err
	}
	cal, err := org.Store{}.Calendar(ctx, tx)
	if err != nil {
		return 0, none, err
	}
	ends := scheme.NoticeEnd(cal, on)
	if err := m.Store.savePostings(ctx, tx, sheet, form.Publication, villages, on, ends); err != nil {
		return 0, none, err
	}
	detail := map[string]any{"publication": heads[at].Number, "posted_on": on.Format(time.DateOnly), "ends_on": ends.Format(time.DateOnly),
		"villages": villages, "before": before(lines, villages)}
	tx.Audit(access.Line{Action: "assessment.post", Object: "assessment_postings", ID: sheet.ID, Detail: detail,
		Summary: fmt.Sprintf("登记张贴日期:%s%s第%d版,%d个村(社区),%s", sheet.TownshipName, sheet.Month.Title(), heads[at].Number, len(villages), on.Format(time.DateOnly))})
	return len(villages), ends, m.Store.act(ctx, tx, sheet, 0, ActPost, "", detail)
}

// wanted lists the villages of the form, with the dates that its page showed. 全部 means those without a date: a date
// that stands is corrected by ticking its village.
func (f postingForm) wanted(lines []noticeLine, posted url.Values) []posting {
	var list []posting
	if f.All != "" {
		for _, l := range lines {
			if l.PostedOn == nil {
				list = append(list, posting{Village: l.VillageID})
			}
		}
		return list
	}
	for _, v := range f.Villages {
		list = append(list, posting{v, posted.Get("was." + strconv.FormatInt(v, 10))})
	}
	return list
}

// before lists the dates that are replaced, for the trail.
func before(lines []noticeLine, villages []int64) []string {
	var list []string
	for _, l := range lines {
		if slices.Contains(villages, l.VillageID) && l.PostedOn != nil {
			list = append(list, l.VillageName+" "+dateText(l.PostedOn))
		}
	}
	return list
}
