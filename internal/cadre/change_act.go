package cadre

import (
	"context"
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// step takes one step of the request of the address: states are those in which it may be taken. What is refused for the
// state of things comes back on the request's page.
func (m *Module) step(w http.ResponseWriter, r *http.Request, s access.Scope, done string, act func(ctx context.Context, tx *access.Tx, c Change) error, states ...string) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		c, err := m.Store.lockChange(r.Context(), tx, id, states...)
		if err != nil {
			return err
		}
		return act(r.Context(), tx, c)
	})
	answer := strings.TrimSpace(r.PostForm.Get("answer"))
	switch f := fault.Of(err); {
	case err == nil:
	case fault.Is(err, fault.KindInvalid):
		return m.changePage(w, r, s, changeProps{Answer: answer, Problems: []ui.Problem{{Field: "answer", Sentence: f.Sentence}}}, http.StatusUnprocessableEntity)
	case fault.Is(err, fault.KindConflict):
		return m.changePage(w, r, s, changeProps{Answer: answer, Conflict: f.Differences, Problems: []ui.Problem{{Sentence: f.Sentence}}}, http.StatusConflict)
	default:
		return err
	}
	access.Flash(r, s, "success", done)
	return httpx.SeeOther(w, r, changePath(id))
}

// may refuses a holder who has acted on the request before.
func (m *Module) may(ctx context.Context, tx *access.Tx, c Change) error {
	why := c.barred(tx.Scope())
	if why == "" {
		return nil
	}
	others, err := m.Store.colleagues(ctx, tx, c)
	if err != nil {
		return err
	}
	return fault.Conflict("%s。%s", why, instead(others))
}

// checkChange is the township leader's: the evidence says what is asked for.
func (m *Module) checkChange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.step(w, r, s, "已核对,报区委组织部审批", func(ctx context.Context, tx *access.Tx, c Change) error {
		if err := m.may(ctx, tx, c); err != nil {
			return err
		}
		if _, err := m.Store.stands(ctx, tx, c); err != nil {
			return err
		}
		return m.Store.checkChange(ctx, tx, c)
	}, "submitted")
}

// approveChange is the district's yes; the file changes in the same transaction.
func (m *Module) approveChange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.step(w, r, s, "已审批通过,档案已更正;已公示归档的月份不变", func(ctx context.Context, tx *access.Tx, c Change) error {
		if err := m.may(ctx, tx, c); err != nil {
			return err
		}
		p, err := m.Store.stands(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := m.Store.applyChange(ctx, tx, c, p); err != nil {
			return err
		}
		return m.Store.closeChange(ctx, tx, c, "approved", "")
	}, "township_checked")
}

// returnChange is the township leader's no.
func (m *Module) returnChange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.refuse(w, r, s, "submitted")
}

// rejectChange is the district's no.
func (m *Module) rejectChange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.refuse(w, r, s, "township_checked")
}

// refuse sends a request back with a reason, also one that no longer fits the file.
func (m *Module) refuse(w http.ResponseWriter, r *http.Request, s access.Scope, state string) error {
	answer := strings.TrimSpace(r.PostForm.Get("answer"))
	return m.step(w, r, s, "已退回,申请人可以看到原因", func(ctx context.Context, tx *access.Tx, c Change) error {
		if err := m.may(ctx, tx, c); err != nil {
			return err
		}
		if n := len([]rune(answer)); n == 0 || n > 200 {
			return fault.Invalid("请填写退回原因(最多200字)")
		}
		return m.Store.closeChange(ctx, tx, c, "rejected", answer)
	}, state)
}

// cancelChange takes a request back that nobody has decided.
func (m *Module) cancelChange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.step(w, r, s, "已撤回更正申请", func(ctx context.Context, tx *access.Tx, c Change) error {
		if !c.mayCancel(s) {
			return fault.Conflict("只有申请人或该同志现管理单位可以撤回")
		}
		return m.Store.closeChange(ctx, tx, c, "cancelled", "")
	}, "submitted", "township_checked")
}
