package assessment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// reopenForm is what the officer typed: one reason for all the named rows.
type reopenForm struct {
	Rows   []int64 `form:"row"`
	Reason string  `form:"reason"`
}

type reopenProps struct {
	Sheet    Sheet
	Rows     []Row
	Form     reopenForm
	Problems []ui.Problem
	Refused  string // why the sheet cannot be reopened at all
	Grant    string
}

func (m *Module) askReopen(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	return m.reopenPage(w, r, s, id, reopenForm{}, nil, http.StatusOK)
}

func (m *Module) reopenPage(w http.ResponseWriter, r *http.Request, s access.Scope, id int64, form reopenForm, problems []ui.Problem, status int) error {
	p := reopenProps{Form: form, Problems: problems, Grant: s.GrantID()}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		d, err := m.Store.desk(r.Context(), tx, id, false)
		if err != nil {
			return err
		}
		p.Sheet, p.Rows = d.Sheet, d.Rows
		if _, err := Next(d.State, ActReopen); err != nil {
			p.Refused = fault.Of(err).Sentence
		}
		return nil
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "重新开启 " + sheetTitle(p.Sheet), Status: status, Crumbs: sheetCrumbs(p.Sheet, true)}, reopenSheetPage(p))
}

// reopen gives named rows back to the clerk at any time after the district's approval, with a reason. What was published
// stays as it was; what was paid stays paid, and the new version makes a difference.
func (m *Module) reopen(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var form reopenForm
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	form.Reason = strings.TrimSpace(form.Reason)
	var problems []ui.Problem
	if len(form.Rows) == 0 {
		problems = append(problems, ui.Problem{Sentence: "请勾选要重新开启的人员"})
	}
	if form.Reason == "" {
		problems = append(problems, ui.Problem{Field: "reason", Sentence: "请填写重新开启的理由"})
	}
	if len([]rune(form.Reason)) > reasonLimit {
		problems = append(problems, ui.Problem{Field: "reason", Sentence: fmt.Sprintf("理由最多%d字", reasonLimit)})
	}
	if len(problems) > 0 {
		return m.reopenPage(w, r, s, id, form, problems, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.Reopen(r.Context(), tx, id, form.Rows, form.Reason) })
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", fmt.Sprintf("已重新开启%d人,由乡镇(街道)修改后重新提交、审核;原公示版本保留", len(form.Rows)))
	return httpx.SeeOther(w, r, sheetPath(id))
}

// Reopen unlocks the named rows of a sheet and, if its month was closed, opens the month again.
func (s Store) Reopen(ctx context.Context, tx *access.Tx, sheet int64, rows []int64, reason string) error {
	d, err := s.desk(ctx, tx, sheet, true)
	if err != nil {
		return err
	}
	reasons := make(map[int64]string, len(rows))
	for _, row := range rows {
		reasons[row] = reason
	}
	if err := s.unlock(ctx, tx, d, ActReopen, reasons); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update assessment_months set state = 'open', version = version + 1
		where tenant_id = @tenant and month = @month and state = 'closed'`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": d.Sheet.Month})
	return err
}

func (f reopenForm) ticked(row int64) bool { return slices.Contains(f.Rows, row) }
