package assessment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// fileSheet is the district's approval (备案审核通过).
func (m *Module) fileSheet(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.reviewAct(w, r, s, ActApproveDistrict, func(ctx context.Context, tx *access.Tx, v *review, _ reviewForm) (string, []ui.Problem, error) {
		return "备案审核通过", nil, m.file(ctx, tx, v)
	})
}

func (m *Module) file(ctx context.Context, tx *access.Tx, v *review) error {
	if err := m.mayCheck(ctx, tx, v); err != nil {
		return err
	}
	s := tx.Scope()
	now := s.Now()
	v.Sheet.State = SheetDistrictApproved
	v.Sheet.FiledBy, v.Sheet.FiledHolder, v.Sheet.FiledAt = s.Name(), s.Holder(), &now
	return m.Store.note(ctx, tx, v.Sheet, ActApproveDistrict, "", map[string]any{"rows": len(v.Rows)})
}

// confirmSheet is the department leader's word that a sheet may be published, where the district asks for it.
func (m *Module) confirmSheet(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.reviewAct(w, r, s, ActConfirm, func(ctx context.Context, tx *access.Tx, v *review, _ reviewForm) (string, []ui.Problem, error) {
		return "已确认,可以发布公示", nil, m.confirm(ctx, tx, v)
	})
}

func (m *Module) confirm(ctx context.Context, tx *access.Tx, v *review) error {
	s := tx.Scope()
	switch {
	case !v.Settings.LeaderConfirms:
		return fault.Conflict("月考评设置中没有要求部领导确认")
	case v.Sheet.ConfirmedAt != nil:
		return fault.Conflict("%s已由%s确认", v.Sheet.TownshipName, v.Sheet.ConfirmedBy)
	case v.Sheet.FiledHolder == s.Holder():
		return fault.Forbidden("您备案审核过这张考评表,不能再由您确认")
	}
	if err := m.mayCheck(ctx, tx, v); err != nil {
		return err
	}
	now := s.Now()
	v.Sheet.ConfirmedBy, v.Sheet.ConfirmedAt = s.Name(), &now
	return m.Store.note(ctx, tx, v.Sheet, ActConfirm, "", nil)
}

func (m *Module) fileMany(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.many(w, r, s, ActApproveDistrict, m.file)
}

func (m *Module) confirmMany(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.many(w, r, s, ActConfirm, m.confirm)
}

// many does one act on the ticked sheets of the board. Sheets are independent of each other: what is refused for one is
// said, and the others go through.
func (m *Module) many(w http.ResponseWriter, r *http.Request, s access.Scope, act Act, do func(context.Context, *access.Tx, *review) error) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	if len(r.PostForm["sheet"]) == 0 {
		return fault.Invalid("请勾选乡镇(街道)")
	}
	done, refused := 0, []string(nil)
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		for _, picked := range slices.Sorted(slices.Values(r.PostForm["sheet"])) { // one order, so that two acts never wait for each other
			v, err := m.picked(r.Context(), tx, at, picked)
			if err != nil {
				return err
			}
			if why := m.one(r.Context(), tx, v, picked, act, do); why == nil {
				done++
			} else if k := fault.Of(why).Kind; k == fault.KindConflict || k == fault.KindForbidden {
				refused = append(refused, v.Sheet.TownshipName+":"+fault.Of(why).Sentence)
			} else {
				return why
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if done > 0 {
		access.Flash(r, s, "success", fmt.Sprintf("%s:%d个乡镇(街道)", act.Title(), done))
	}
	for _, sentence := range refused {
		access.Flash(r, s, "warn", sentence)
	}
	return httpx.SeeOther(w, r, "/assessment/"+at.String())
}

// picked reads a ticked sheet, sent as key and version; one of another month is absent.
func (m *Module) picked(ctx context.Context, tx *access.Tx, at month.Month, picked string) (*review, error) {
	key, _, _ := strings.Cut(picked, ":")
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil || id <= 0 {
		return nil, fault.NotFound()
	}
	v, err := m.Store.review(ctx, tx, id, true)
	if err == nil && v.Sheet.Month != at {
		err = fault.NotFound()
	}
	return v, err
}

// one does the act on one sheet; every refusal comes before the first write.
func (m *Module) one(ctx context.Context, tx *access.Tx, v *review, picked string, act Act, do func(context.Context, *access.Tx, *review) error) error {
	if _, err := Next(v.State, act); err != nil {
		return err
	}
	if _, version, _ := strings.Cut(picked, ":"); version != strconv.Itoa(v.Sheet.Version) {
		return errSheetMoved
	}
	return do(ctx, tx, v)
}

// pickValue is how the board sends a ticked sheet.
func pickValue(l BoardLine) string { return fmt.Sprintf("%d:%d", l.SheetID, l.Version) }

// pickAct is what the reader can do with ticked sheets of the board.
func (p boardProps) pickAct() Act {
	if p.CanFile {
		return ActApproveDistrict
	}
	return ActConfirm
}

func (p boardProps) pickPath() string {
	if p.CanFile {
		return p.path() + "/file"
	}
	return p.path() + "/confirm"
}

// picksLine reports whether a sheet waits for the reader's act.
func (p boardProps) picksLine(l BoardLine) bool {
	return p.CanFile && l.State == SheetTownshipApproved || p.Confirms && l.State == SheetDistrictApproved && !l.Confirmed
}

// picks reports whether any listed sheet does.
func (p boardProps) picks() bool { return slices.ContainsFunc(p.Lines, p.picksLine) }

// linkTitle names what the reader finds behind a sheet's review.
func (p boardProps) linkTitle(l BoardLine) string {
	if p.picksLine(l) || p.Approves && l.State == SheetSubmitted {
		return "审核"
	}
	return "查看"
}
