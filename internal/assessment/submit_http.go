package assessment

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

func (m *Module) submitRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/assessment/sheets/{id}/check", Need: PermRead, Do: m.showCheck},
		{Method: post, Path: "/assessment/sheets/{id}/check", Need: PermEnter, Do: m.explainJumps},
		{Method: post, Path: "/assessment/sheets/{id}/submit", Need: PermEnter, Do: m.submit},
		{Method: post, Path: "/assessment/sheets/{id}/withdraw", Need: PermEnter, Do: m.withdraw},
		{Method: get, Path: "/assessment/sheets/{id}/return-request", Need: PermEnter, Do: m.askReturn},
		{Method: post, Path: "/assessment/sheets/{id}/return-request", Need: PermEnter, Do: m.requestReturn},
	}
}

type checkProps struct {
	*checkup
	Grant    string
	Enters   bool
	Person   int64 // of the reader, whose own row he cannot score
	Typed    url.Values
	Problems []ui.Problem
	Refused  int64 // the proposal whose form was refused
	Tried    bool  // the submission was tried and refused
}

func (m *Module) showCheck(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := checkProps{}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		p.checkup, err = m.checkup(r.Context(), tx, id, false)
		return err
	})
	if err != nil {
		return err
	}
	return m.drawCheck(w, r, s, p, http.StatusOK)
}

func (m *Module) drawCheck(w http.ResponseWriter, r *http.Request, s access.Scope, p checkProps, status int) error {
	p.Grant, p.Enters, p.Person = s.GrantID(), s.Can(PermEnter), s.Person()
	return access.Page(w, r, s, access.View{Title: "检查与提交", Status: status, Crumbs: sheetCrumbs(p.Sheet, true),
		AsOf: s.Now().Format("2006-01-02 15:04")}, checkPage(p))
}

// explainJumps keeps the typed reasons without submitting.
func (m *Module) explainJumps(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.onCheckup(r, s, func(ctx context.Context, tx *access.Tx, p *checkProps) error {
		if _, err := Next(p.State, ActEnter); err != nil {
			return err
		}
		changed, problems, err := p.explain(r.PostForm)
		if p.Problems = problems; err != nil || len(problems) > 0 {
			return err
		}
		return m.Store.explainJumps(ctx, tx, p.Sheet, changed)
	})
	if err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return m.drawCheck(w, r, s, p, http.StatusUnprocessableEntity)
	}
	access.Flash(r, s, "success", "已保存说明")
	return httpx.SeeOther(w, r, sheetPath(p.Sheet.ID)+"/check")
}

// onCheckup runs an act on a locked sheet with everything that its submission depends on.
func (m *Module) onCheckup(r *http.Request, s access.Scope, do func(ctx context.Context, tx *access.Tx, p *checkProps) error) (checkProps, error) {
	p := checkProps{Typed: r.PostForm}
	id, err := httpx.ID(r, "id")
	if err != nil {
		return p, err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if p.checkup, err = m.checkup(r.Context(), tx, id, true); err != nil {
			return err
		}
		return do(r.Context(), tx, &p)
	})
	return p, err
}

// submit hands the sheet to the leader unless something stands in the way; then the page says what.
func (m *Module) submit(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	again := false
	p, err := m.onCheckup(r, s, func(ctx context.Context, tx *access.Tx, p *checkProps) error {
		if again = p.State == SheetSubmitted && p.Sheet.SubmittedHolder == s.Holder(); again {
			return nil // the button was pressed twice
		}
		if _, err := Next(p.State, p.submitAct()); err != nil {
			return err
		}
		changed, problems, err := p.explain(r.PostForm)
		if err != nil {
			return err
		}
		p.check()
		if p.Problems, p.Tried = problems, len(problems) > 0 || Blocked(p.Findings); p.Tried {
			return nil
		}
		if err := m.Store.explainJumps(ctx, tx, p.Sheet, changed); err != nil {
			return err
		}
		return m.Store.submit(ctx, tx, p.desk)
	})
	if err != nil {
		return err
	}
	if p.Tried {
		return m.drawCheck(w, r, s, p, http.StatusUnprocessableEntity)
	}
	if !again {
		access.Flash(r, s, "success", "已提交乡镇审核;审核人打开之前可以撤回")
	}
	return httpx.SeeOther(w, r, sheetPath(p.Sheet.ID))
}

func (m *Module) withdraw(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := m.onDesk(r, s, func(ctx context.Context, tx *access.Tx, d *desk) error {
		if d.State == SheetSubmitted && TakeBack(d.Sheet.ReviewOpenedAt != nil) != ActWithdraw {
			return fault.Conflict("审核人已开始审核,不能撤回;可以申请退回")
		}
		return m.Store.withdraw(ctx, tx, d)
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已撤回,可以继续填报")
	return httpx.SeeOther(w, r, sheetPath(id))
}

// onDesk runs an act on a locked sheet.
func (m *Module) onDesk(r *http.Request, s access.Scope, do func(ctx context.Context, tx *access.Tx, d *desk) error) (int64, error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return 0, err
	}
	return id, access.InScope(r.Context(), s, func(tx *access.Tx) error {
		d, err := m.Store.desk(r.Context(), tx, id, true)
		if err != nil {
			return err
		}
		return do(r.Context(), tx, d)
	})
}

// mayRequestReturn says why the clerk cannot ask for the sheet; nil if he can.
func (d *desk) mayRequestReturn() error {
	if _, err := Next(d.State, ActRequestReturn); err != nil {
		return err
	}
	if TakeBack(d.Sheet.ReviewOpenedAt != nil) == ActWithdraw {
		return fault.Conflict("审核人尚未开始审核,可以直接撤回")
	}
	if d.Sheet.ReturnRequested != "" {
		return fault.Conflict("已申请退回,请等待审核人处理")
	}
	return nil
}

type returnProps struct {
	Sheet   Sheet
	Grant   string
	Typed   string
	Problem string
}

// askReturn shows the form; where there is nothing to ask for, the sheet says what can be done instead.
func (m *Module) askReturn(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p, refusal := returnProps{}, error(nil)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		d, err := m.Store.desk(r.Context(), tx, id, false)
		if err != nil {
			return err
		}
		p.Sheet, refusal = d.Sheet, d.mayRequestReturn()
		return nil
	})
	if err != nil {
		return err
	}
	if refusal != nil {
		access.Flash(r, s, "info", fault.Of(refusal).Sentence)
		return httpx.SeeOther(w, r, sheetPath(id))
	}
	return m.drawReturn(w, r, s, p, http.StatusOK)
}

func (m *Module) drawReturn(w http.ResponseWriter, r *http.Request, s access.Scope, p returnProps, status int) error {
	p.Grant = s.GrantID()
	return access.Page(w, r, s, access.View{Title: "申请退回", Status: status, Crumbs: sheetCrumbs(p.Sheet, true)}, returnPage(p))
}

func (m *Module) requestReturn(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := returnProps{Typed: strings.TrimSpace(r.PostForm.Get("reason"))}
	switch n := utf8.RuneCountInString(p.Typed); {
	case n < 2:
		p.Problem = "请填写申请退回的原因"
	case n > reasonLimit:
		p.Problem = "原因最多200字"
	}
	id, err := m.onDesk(r, s, func(ctx context.Context, tx *access.Tx, d *desk) error {
		p.Sheet = d.Sheet
		if d.Sheet.ReturnRequested != "" && d.Sheet.ReturnRequested == p.Typed {
			return nil // the button was pressed twice
		}
		if p.Problem != "" {
			return nil
		}
		if err := d.mayRequestReturn(); err != nil {
			return err
		}
		return m.Store.requestReturn(ctx, tx, d, p.Typed)
	})
	if err != nil {
		return err
	}
	if p.Problem != "" {
		return m.drawReturn(w, r, s, p, http.StatusUnprocessableEntity)
	}
	access.Flash(r, s, "success", "已申请退回,请等待审核人处理")
	return httpx.SeeOther(w, r, sheetPath(id))
}
