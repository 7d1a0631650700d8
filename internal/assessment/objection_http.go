package assessment

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

func (m *Module) objectionRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/assessment/sheets/{id}/objections", Need: PermRead, Do: m.listObjections},
		{Method: post, Path: "/assessment/sheets/{id}/objections", Need: PermNotice, Do: m.recordObjection},
		{Method: post, Path: "/assessment/sheets/{id}/objections/export", Need: PermRead, Do: m.exportObjections},
		{Method: get, Path: "/assessment/objections/{id}", Need: PermRead, Do: m.showObjection},
		{Method: post, Path: "/assessment/objections/{id}", Need: PermAnswer, Do: m.answerObjection},
	}
}

func objectionsPath(sheet int64) string { return sheetPath(sheet) + "/objections" }

func objectionPath(id int64) string { return "/assessment/objections/" + strconv.FormatInt(id, 10) }

// objectionsPerPage is the length of a page of the list.
const objectionsPerPage = 50

// objectionsProps is the list of a sheet's objections with the form that records one.
type objectionsProps struct {
	Sheet    Sheet
	Query    objectionQuery
	URL      *url.URL
	List     []objection
	Pager    ui.Pager
	Villages []noticeLine   // of all publications
	Results  []noticeResult // to choose from
	Records  bool
	Closed   string // why nothing can be recorded
	Grant    string
	Form     objectionForm
	Problems []ui.Problem
}

func (m *Module) listObjections(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	return m.drawObjections(w, r, s, id, objectionsProps{}, http.StatusOK)
}

func (m *Module) drawObjections(w http.ResponseWriter, r *http.Request, s access.Scope, id int64, p objectionsProps, status int) error {
	httpx.DecodeQuery(r, &p.Query)
	p.Query.Text, p.URL = strings.TrimSpace(p.Query.Text), r.URL
	p.Grant, p.Records = s.GrantID(), s.Can(PermNotice) && !s.ReadOnly()
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Sheet, err = m.Store.Sheet(r.Context(), tx, id, false); err != nil {
			return err
		}
		total, err := m.Store.countObjections(r.Context(), tx, p.Sheet, p.Query)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(r.URL, p.Query.Page, total, objectionsPerPage)
		if p.List, err = m.Store.objections(r.Context(), tx, p.Sheet, p.Query, objectionsPerPage, p.Pager.Offset()); err != nil {
			return err
		}
		if p.Villages, err = m.Store.noticeLines(r.Context(), tx, p.Sheet); err != nil {
			return err
		}
		p.Results, err = m.published(r.Context(), tx, p.Sheet)
		return err
	})
	if err != nil {
		return err
	}
	if err := mayObject(p.Sheet, noticeLine{}, "", s.Today()); err != nil {
		p.Closed = fault.Of(err).Sentence
	}
	return access.Page(w, r, s, access.View{Title: p.Sheet.TownshipName + p.Sheet.Month.Title() + "异议登记与答复", Status: status,
		AsOf: s.Now().Format("2006-01-02 15:04"), Crumbs: append(sheetCrumbs(p.Sheet, true), ui.Crumb{Title: "结果公示", Href: noticePath(id)})},
		objectionsPage(p))
}

// published reads the results of a sheet that are in force, as far as the scope sees them.
func (m *Module) published(ctx context.Context, tx *access.Tx, sheet Sheet) ([]noticeResult, error) {
	scheme, err := m.Store.SchemeOfMonth(ctx, tx, sheet.Month)
	if err != nil {
		return nil, err
	}
	return m.Store.resultsInForce(ctx, tx, sheet, scheme)
}

// recordObjection notes an objection that somebody brought to the township.
func (m *Module) recordObjection(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var form objectionForm
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	if problems := form.check([]string{"self", "call", "letter", "visit"}); len(problems) > 0 {
		return m.drawObjections(w, r, s, id, objectionsProps{Form: form, Problems: problems}, http.StatusUnprocessableEntity)
	}
	made := false
	err = access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		sheet, err := m.Store.Sheet(r.Context(), tx, id, true)
		if err != nil {
			return err
		}
		made, err = m.object(r.Context(), tx, sheet, form)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		return m.drawObjections(w, r, s, id, objectionsProps{Form: form, Problems: []ui.Problem{{Sentence: fault.Of(err).Sentence}}}, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	if made {
		access.Flash(r, s, "success", "已登记异议,请由未参与评分的人员答复")
	} else {
		access.Flash(r, s, "info", "这条异议已经登记过,没有重复登记")
	}
	return httpx.SeeOther(w, r, objectionsPath(id))
}

// object files an objection against a row of the sheet, from the village or through the clerk. It reports false where the
// same one waits for its answer already.
func (m *Module) object(ctx context.Context, tx *access.Tx, sheet Sheet, form objectionForm) (bool, error) {
	if err := mayObject(sheet, noticeLine{}, form.Source, tx.Scope().Today()); err != nil {
		return false, err // whoever it is about
	}
	results, err := m.published(ctx, tx, sheet)
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(results, func(r noticeResult) bool { return r.RowID == form.Row })
	if at < 0 {
		return false, fault.NotFound()
	}
	lines, err := m.Store.noticeLines(ctx, tx, sheet)
	if err != nil {
		return false, err
	}
	line := lineOf(lines, results[at])
	if err := mayObject(sheet, line, form.Source, tx.Scope().Today()); err != nil {
		return false, err
	}
	if form.Source == fromVillage {
		again, err := m.objectedAlready(ctx, tx, sheet, results[at])
		if again || err != nil {
			return false, err
		}
	}
	made, err := m.Store.file(ctx, tx, sheet, results[at], form)
	if err != nil || !made {
		return false, err
	}
	tx.Audit(access.Line{Action: "assessment.object", Object: "assessment_objections", Person: results[at].PersonID, ID: results[at].RowID,
		Summary: fmt.Sprintf("提出异议:%s%s%s(%s)", results[at].VillageName, results[at].PersonName, sheet.Month.Title(), titleOf(objectionSources, form.Source))})
	return true, nil
}

// lineOf is the notice on which a result in force hangs.
func lineOf(lines []noticeLine, r noticeResult) noticeLine {
	for _, l := range lines {
		if l.PublicationID == r.PublicationID && l.VillageID == r.VillageID {
			return l
		}
	}
	return noticeLine{}
}

// objectedAlready reports whether the actor's objection to a result waits; once it was answered, he may object again only
// to a new publication.
func (m *Module) objectedAlready(ctx context.Context, tx *access.Tx, sheet Sheet, result noticeResult) (bool, error) {
	if err := m.Store.oneByOne(ctx, tx, result.RowID); err != nil {
		return false, err
	}
	own, err := m.Store.ownObjections(ctx, tx, sheet)
	if err != nil {
		return false, err
	}
	heads, err := m.Store.noticeHeads(ctx, tx, sheet)
	if err != nil {
		return false, err
	}
	for _, o := range own {
		if o.RowID != result.RowID {
			continue
		}
		if o.State == objectionOpen {
			return true, nil
		}
		for _, h := range heads {
			if h.ID == result.PublicationID && !o.FiledAt.Before(h.PublishedAt) {
				return false, fault.Conflict("您对%s这次公示结果的异议已经答复,同一次公示只能提出一次", o.PersonName)
			}
		}
	}
	return false, nil
}

// exportObjections gives the list as it is filtered.
func (m *Module) exportObjections(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := objectionsProps{URL: &url.URL{Path: objectionsPath(id)}}
	if err := httpx.Decode(r, &p.Query); err != nil {
		return err
	}
	p.Query.Text = strings.TrimSpace(p.Query.Text)
	err = access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Sheet, err = m.Store.Sheet(r.Context(), tx, id, false); err != nil {
			return err
		}
		if p.Villages, err = m.Store.noticeLines(r.Context(), tx, p.Sheet); err != nil {
			return err
		}
		p.List, err = m.Store.objections(r.Context(), tx, p.Sheet, p.Query, 10000, 0)
		return err
	})
	if err != nil {
		return err
	}
	title := p.Sheet.TownshipName + p.Sheet.Month.Title() + "异议登记表"
	return access.Export{Name: title, Object: "assessment_objections", Purpose: r.PostForm.Get("purpose"), Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: title, Frozen: 2, Columns: []xlsx.Column{{Key: "village", Title: "村(社区)"}, {Key: "name", Title: "姓名"},
			{Key: "post", Title: "职务"}, {Key: "source", Title: "来源"}, {Key: "objector", Title: "反映人"}, {Key: "content", Title: "异议内容"},
			{Key: "filed", Title: "登记时间"}, {Key: "by", Title: "登记人"}, {Key: "state", Title: "答复"}, {Key: "answer", Title: "答复理由"},
			{Key: "answerer", Title: "答复人"}}},
		Rows: func(x *xlsx.Writer) error {
			for _, o := range p.List {
				if err := x.Row(o.VillageName, o.PersonName, o.PositionTitle, titleOf(objectionSources, o.Source), o.Objector, o.Content,
					clockTime(o.FiledAt), o.FiledBy, titleOf(objectionStates, o.State), o.Answer, o.AnsweredBy); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}
