package assessment

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// objectionProps is one objection with the result that it is about.
type objectionProps struct {
	Sheet     Sheet
	Objection objection
	Result    noticeResult
	Refused   string // why this user cannot answer
	Others    string // who can
	Grant     string
	Form      answerForm
	Problems  []ui.Problem
}

func (m *Module) showObjection(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	return m.drawObjection(w, r, s, id, objectionProps{}, http.StatusOK)
}

func (m *Module) drawObjection(w http.ResponseWriter, r *http.Request, s access.Scope, id int64, p objectionProps, status int) error {
	p.Grant = s.GrantID()
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Objection, err = m.Store.objection(r.Context(), tx, id, false); err != nil {
			return err
		}
		if p.Sheet, err = m.Store.Sheet(r.Context(), tx, p.Objection.SheetID, false); err != nil {
			return err
		}
		results, err := m.published(r.Context(), tx, p.Sheet)
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(results, func(x noticeResult) bool { return x.RowID == p.Objection.RowID }); at >= 0 {
			p.Result = results[at]
		}
		return m.whoMayAnswer(r.Context(), tx, &p)
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "异议:" + p.Objection.VillageName + p.Objection.PersonName, Status: status,
		Crumbs: append(sheetCrumbs(p.Sheet, true), ui.Crumb{Title: "异议登记与答复", Href: objectionsPath(p.Sheet.ID)})}, objectionPage(p))
}

func (m *Module) whoMayAnswer(ctx context.Context, tx *access.Tx, p *objectionProps) error {
	if p.Objection.State != objectionOpen {
		return nil
	}
	scorers, err := m.Store.scorers(ctx, tx, p.Objection)
	if err != nil {
		return err
	}
	others, err := m.Store.answerers(ctx, tx, p.Sheet.TownshipID, p.Objection, scorers)
	if err != nil {
		return err
	}
	p.Others = theyMay(others)
	s := tx.Scope()
	switch err := p.Objection.mayAnswer(s, scorers); {
	case !s.Can(PermAnswer):
		p.Refused = "您当前的身份(" + s.Role().Title() + ")不答复异议"
	case err != nil:
		p.Refused = fault.Of(err).Sentence
	}
	return nil
}

// answerObjection answers with a reason: 维持 closes it, 调整 gives the row back to the clerk for a correction.
func (m *Module) answerObjection(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := objectionProps{}
	if err := httpx.Decode(r, &p.Form); err != nil {
		return err
	}
	if p.Problems = p.Form.check(); len(p.Problems) > 0 {
		return m.drawObjection(w, r, s, id, p, http.StatusUnprocessableEntity)
	}
	var o objection
	err = access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		o, err = m.decide(r.Context(), tx, id, p.Form)
		return err
	})
	if fault.Is(err, fault.KindConflict) {
		p.Problems = []ui.Problem{{Sentence: fault.Of(err).Sentence}}
		return m.drawObjection(w, r, s, id, p, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	text := "已答复:维持原结果"
	if p.Form.Decision == objectionUpheld {
		text = fmt.Sprintf("已答复:调整。%s的考评已退回填报人更正,重新审核后发布更正公示", o.PersonName)
	}
	access.Flash(r, s, "success", text)
	return httpx.SeeOther(w, r, objectionsPath(o.SheetID))
}

// decide locks the sheet first, as every act on it does, then the objection.
func (m *Module) decide(ctx context.Context, tx *access.Tx, id int64, f answerForm) (objection, error) {
	o, err := m.Store.objection(ctx, tx, id, false)
	if err != nil {
		return o, err
	}
	d, err := m.Store.desk(ctx, tx, o.SheetID, true)
	if err != nil {
		return o, err
	}
	if o, err = m.Store.objection(ctx, tx, id, true); err != nil {
		return o, err
	}
	if o.State != objectionOpen {
		if o.State == f.Decision && o.Answer == f.Answer && o.AnsweredHolder == tx.Scope().Holder() {
			return o, nil // the button was pressed twice
		}
		return o, fault.Conflict("这条异议已由%s答复(%s)", o.AnsweredBy, titleOf(objectionStates, o.State))
	}
	scorers, err := m.Store.scorers(ctx, tx, o)
	if err != nil {
		return o, err
	}
	if err := o.mayAnswer(tx.Scope(), scorers); err != nil {
		return o, err
	}
	if err := m.Store.answer(ctx, tx, o, f); err != nil {
		return o, err
	}
	tx.Audit(access.Line{Action: "assessment.answer", Object: "assessment_objections", ID: o.ID, Person: o.PersonID, Reason: f.Answer,
		Summary: fmt.Sprintf("答复异议:%s%s%s,%s", o.VillageName, o.PersonName, d.Sheet.Month.Title(), titleOf(objectionStates, f.Decision))})
	if f.Decision == objectionUpheld {
		return o, m.Store.unlock(ctx, tx, d, ActCorrect, map[int64]string{o.RowID: f.Answer})
	}
	return o, nil
}
