package assessment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// reviewAct does one act of the review on the locked sheet: refused if the state does not allow it, or if the sheet was
// handled since the page was drawn. What the form gets wrong is shown on the page with everything typed.
func (m *Module) reviewAct(w http.ResponseWriter, r *http.Request, s access.Scope, act Act,
	do func(ctx context.Context, tx *access.Tx, v *review, f reviewForm) (said string, problems []ui.Problem, err error)) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := reviewProps{Form: reviewForm{Sent: true, Why: map[string]string{}}}
	if err := errors.Join(httpx.Decode(r, &p.Form), httpx.Decode(r, &p.Query)); err != nil {
		return err
	}
	for name, values := range r.PostForm {
		if row, ok := strings.CutPrefix(name, "why."); ok && strings.TrimSpace(values[0]) != "" {
			p.Form.Why[row] = strings.TrimSpace(values[0])
		}
	}
	var said string
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		v, err := m.Store.review(r.Context(), tx, id, true)
		if err != nil {
			return err
		}
		if _, err := Next(v.State, act); err != nil {
			return err
		}
		if p.Form.Version != v.Sheet.Version {
			return errSheetMoved
		}
		if said, p.Problems, err = do(r.Context(), tx, v, p.Form); err != nil || len(p.Problems) == 0 {
			return err
		}
		return m.fillReview(r.Context(), tx, v, &p)
	})
	if err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return drawReview(w, r, s, p, http.StatusUnprocessableEntity)
	}
	access.Flash(r, s, "success", said)
	return httpx.SeeOther(w, r, p.Query.address(id))
}

// startReview tells the clerk that the leader is reading: from here on he asks for a return.
func (m *Module) startReview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.reviewAct(w, r, s, ActStartReview, func(ctx context.Context, tx *access.Tx, v *review, _ reviewForm) (string, []ui.Problem, error) {
		said := "已开始审核,填报人不能再直接撤回"
		if v.Sheet.ReviewOpenedAt != nil {
			return said, nil, nil
		}
		now := tx.Scope().Now()
		v.Sheet.ReviewOpenedAt = &now
		return said, nil, m.Store.note(ctx, tx, v.Sheet, ActStartReview, "", nil)
	})
}

// approveSheet is the township's approval.
func (m *Module) approveSheet(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.reviewAct(w, r, s, ActApproveTownship, func(ctx context.Context, tx *access.Tx, v *review, f reviewForm) (string, []ui.Problem, error) {
		marked, err := v.readRows(f.Excellent)
		if err != nil {
			return "", nil, err
		}
		if err := m.mayCheck(ctx, tx, v); err != nil {
			return "", nil, err
		}
		problems := v.Sheet.meet(f, v.Settings.MinutesRequired, v.Sheet.Month, s.Today())
		v.grade(marked, f.Decision)
		if v.Outcome.Refusal != "" {
			problems = append(problems, ui.Problem{Field: v.Outcome.field(f.Decision), Sentence: v.Outcome.Refusal})
		}
		if len(problems) > 0 {
			return "", problems, nil
		}
		now, count := s.Now(), 0
		v.Sheet.Excellent = slices.DeleteFunc(marked, func(id int64) bool { return !v.tied(id) })
		for _, g := range v.Outcome.Grades {
			if g.Grade == GradeExcellent {
				count++
			}
		}
		if v.Sheet.ReviewOpenedAt == nil {
			v.Sheet.ReviewOpenedAt = &now
		}
		v.Sheet.State, v.Sheet.ReturnRequested = SheetTownshipApproved, ""
		v.Sheet.ApprovedBy, v.Sheet.ApprovedHolder, v.Sheet.ApprovedAt = s.Name(), s.Holder(), &now
		if err := m.Store.storeGrades(ctx, tx, v); err != nil {
			return "", nil, err
		}
		detail := map[string]any{"rows": len(v.Rows), "excellent": count, "quota": v.Outcome.Quota, "minutes": v.Sheet.MinutesNo}
		if v.Outcome.Decision {
			detail["decision"], detail["others"] = f.Decision, len(v.Outcome.Others)
		}
		return fmt.Sprintf("审核通过:%d人,优秀%d人(名额%d)。已报区委组织部备案审核", len(v.Rows), count, v.Outcome.Quota), nil,
			m.Store.note(ctx, tx, v.Sheet, ActApproveTownship, "", detail)
	})
}

// mayCheck refuses a reviewer who is the maker or stands on the sheet, and names who can take over.
func (m *Module) mayCheck(ctx context.Context, tx *access.Tx, v *review) error {
	h, err := m.Store.handsOn(ctx, tx, v.Sheet)
	if err != nil {
		return err
	}
	if why := v.barred(h, tx.Scope().Person(), tx.Scope().Holder()); why != "" {
		return fault.Forbidden("%s。%s", why, h.instead())
	}
	return m.Store.nobodyDied(ctx, tx, v.Sheet.ID)
}

// barred says why a person may not check this sheet, empty if he may. Maker and checker are told apart by the natural
// person, whatever account or grant was used; so are the two checkers.
func (v *review) barred(h handsOn, person, holder int64) string {
	switch {
	case h.Entered:
		return "您填报过这张考评表,填报人不能审核"
	case h.Sent:
		return "您提交过这张考评表,提交人不能审核"
	case person != 0 && slices.ContainsFunc(v.Rows, func(r Row) bool { return r.PersonID == person }):
		return "您本人在这张考评表中,不能审核"
	case v.approved() && v.Sheet.ApprovedHolder == holder:
		return "您已代表乡镇(街道)审核过这张考评表,不能再代表区委组织部审核"
	}
	return ""
}

// instead names who could check in place of the maker.
func (h handsOn) instead() string {
	if len(h.Others) == 0 {
		return "本单位没有其他可以审核的账号,请先为一名未参与填报的同志开户,再在“账号管理”中设置代理"
	}
	return "可由其他审核人审核,或在“账号管理”中把审核身份代理给:" + strings.Join(h.Others, "、")
}

// readRows reads posted row keys; one that is not on the sheet is absent. The list is never nil: no mark is a choice too.
func (d *desk) readRows(keys []string) ([]int64, error) {
	ids := make([]int64, 0, len(keys))
	for _, k := range keys {
		id, err := strconv.ParseInt(k, 10, 64)
		if err != nil || !d.holds(id) {
			return nil, fault.NotFound()
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// meet takes over when the committee met and under which number, or says what is wrong with it.
func (s *Sheet) meet(f reviewForm, required bool, at month.Month, today time.Time) (problems []ui.Problem) {
	s.MeetingOn, s.MinutesNo = nil, strings.TrimSpace(f.Minutes)
	switch text := strings.TrimSpace(f.Meeting); {
	case text == "" && required:
		problems = append(problems, ui.Problem{Field: "meeting_on", Sentence: "请填写会议研究日期"})
	case text != "":
		day, err := time.ParseInLocation(time.DateOnly, text, month.Zone)
		switch {
		case err != nil:
			problems = append(problems, ui.Problem{Field: "meeting_on", Sentence: "日期请写成 2026-11-05 的形式"})
		case day.After(today):
			problems = append(problems, ui.Problem{Field: "meeting_on", Sentence: "会议研究日期不能晚于今天"})
		case day.Before(at.First()):
			problems = append(problems, ui.Problem{Field: "meeting_on", Sentence: "会议研究日期不能早于考评月份"})
		default:
			s.MeetingOn = &day
		}
	}
	switch {
	case s.MinutesNo == "" && required:
		problems = append(problems, ui.Problem{Field: "minutes_no", Sentence: "请填写会议纪要号"})
	case utf8.RuneCountInString(s.MinutesNo) > 50:
		problems = append(problems, ui.Problem{Field: "minutes_no", Sentence: "会议纪要号最多50字"})
	}
	return problems
}

// field is where the refusal of an outcome belongs on the page.
func (o outcome) field(decision string) string {
	if o.Decision && decision == "" {
		return "decision"
	}
	return "excellent"
}

// returnRows gives the chosen rows back, each with its reason. A row is chosen by its box or by a reason of its own.
func (m *Module) returnRows(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.reviewAct(w, r, s, ActReturnRows, func(ctx context.Context, tx *access.Tx, v *review, f reviewForm) (string, []ui.Problem, error) {
		if !s.Can(PermFile) && v.State == SheetDistrictApproved {
			return "", nil, fault.Conflict("考评表已由区委组织部备案审核,需要修改的请联系区委组织部退回")
		}
		if s.Can(PermFile) && v.State == SheetSubmitted {
			return "", nil, fault.Conflict("考评表还在乡镇(街道)审核,不能由区级退回")
		}
		keys := slices.Clone(f.Rows)
		for key := range f.Why {
			keys = append(keys, key)
		}
		rows, err := v.readRows(keys)
		if err != nil {
			return "", nil, err
		}
		reasons, problems := f.reasons(v, rows)
		if len(problems) > 0 {
			return "", problems, nil
		}
		if err := m.Store.unlock(ctx, tx, v.desk, ActReturnRows, reasons); err != nil {
			return "", nil, err
		}
		return fmt.Sprintf("已退回%d人,其余%d人不变", len(reasons), len(v.Rows)-len(reasons)), nil, nil
	})
}

// reasons pairs the chosen rows with their reasons.
func (f reviewForm) reasons(v *review, rows []int64) (map[int64]string, []ui.Problem) {
	if len(rows) == 0 {
		return nil, []ui.Problem{{Field: "reason", Sentence: "请勾选要退回的人员,或在其行内填写退回原因"}}
	}
	var problems []ui.Problem
	reasons := make(map[int64]string, len(rows))
	common := strings.TrimSpace(f.Reason)
	for _, id := range rows {
		key := strconv.FormatInt(id, 10)
		text := f.Why[key]
		if text == "" {
			text = common
		}
		switch {
		case text == "":
			problems = append(problems, ui.Problem{Field: "why." + key, Sentence: "请填写" + v.row(id).PersonName + "的退回原因"})
		case utf8.RuneCountInString(text) > reasonLimit:
			problems = append(problems, ui.Problem{Field: "why." + key, Sentence: fmt.Sprintf("%s的退回原因最多%d字", v.row(id).PersonName, reasonLimit)})
		}
		reasons[id] = text
	}
	return reasons, problems
}

// acceptReturn gives back what the clerk asked for: the rows of this round if it has any, else the whole sheet.
func (m *Module) acceptReturn(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.reviewAct(w, r, s, ActReturnRows, func(ctx context.Context, tx *access.Tx, v *review, _ reviewForm) (string, []ui.Problem, error) {
		if v.State != SheetSubmitted || v.Sheet.ReturnRequested == "" {
			return "", nil, fault.Conflict("没有待处理的退回申请")
		}
		reason := []rune("同意退回申请:" + v.Sheet.ReturnRequested)
		reasons := map[int64]string{}
		for _, row := range v.Rows {
			if row.ReturnReason != "" {
				reasons[row.ID] = string(reason[:min(len(reason), reasonLimit)])
			}
		}
		if len(reasons) == 0 {
			for _, row := range v.Rows {
				reasons[row.ID] = string(reason[:min(len(reason), reasonLimit)])
			}
		}
		if err := m.Store.unlock(ctx, tx, v.desk, ActReturnRows, reasons); err != nil {
			return "", nil, err
		}
		return fmt.Sprintf("已同意退回:%d人", len(reasons)), nil, nil
	})
}

// declineReturn keeps the sheet, with a reason for the clerk.
func (m *Module) declineReturn(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.reviewAct(w, r, s, ActDeclineReturn, func(ctx context.Context, tx *access.Tx, v *review, f reviewForm) (string, []ui.Problem, error) {
		reason := strings.TrimSpace(f.Decline)
		switch {
		case v.Sheet.ReturnRequested == "":
			return "", nil, fault.Conflict("没有待处理的退回申请")
		case reason == "" || utf8.RuneCountInString(reason) > reasonLimit:
			return "", []ui.Problem{{Field: "decline", Sentence: fmt.Sprintf("请填写不同意的原因,最多%d字", reasonLimit)}}, nil
		}
		v.Sheet.ReturnRequested = ""
		return "已答复:不同意退回", nil, m.Store.note(ctx, tx, v.Sheet, ActDeclineReturn, reason, nil)
	})
}
