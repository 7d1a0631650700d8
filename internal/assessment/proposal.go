package assessment

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// ProposeDeduction is the socket through which another module puts a finding into a month's sheet, such as an absence
// that a spot check found. It never changes a score: the township's clerk confirms the deduction or refuses it with a
// reason, and no sheet is submitted while he has not. A peer declares what it needs and app hands this module over:
//
//	type MonthSheet interface {
//		ProposeDeduction(ctx context.Context, tx *access.Tx, at month.Month, village, person int64, origin, item, reason string) (bool, error)
//		WithdrawDeduction(ctx context.Context, tx *access.Tx, origin, reason string) (stands bool, err error)
//		Deductions(ctx context.Context, tx *access.Tx, origins []string) (map[string]string, error)
//	}
//
// village is where it happened; origin names the finding for ever ("duty.check:512"), and the same one proposed again
// does nothing and gives false; item is a deduction of the month's scheme, whose points and clause count. The month need
// not be open yet. Whoever holds no assessed post in it, such as 驻村干部, is refused, and so is everybody once its list was
// published.
func (m *Module) ProposeDeduction(ctx context.Context, tx *access.Tx, at month.Month, village, person int64, origin, code, reason string) (bool, error) {
	scheme, err := m.Store.schemeAt(ctx, tx, at)
	if err != nil {
		return false, err
	}
	item, ok := scheme.Item(code)
	reason = strings.TrimSpace(reason)
	switch {
	case !ok || item.Kind != ItemDeduct:
		return false, fault.Conflict("%s的考评方案中没有这项扣分", at.Title())
	case origin == "" || reason == "" || utf8.RuneCountInString(reason) > reasonLimit:
		return false, fault.Invalid("拟扣分须写明事由,最多%d字", reasonLimit)
	}
	posts, err := m.Store.postsOf(ctx, tx, at, person, m.title)
	if err != nil {
		return false, err
	}
	if len(scheme.Roster(at, posts)) == 0 {
		return false, fault.Conflict("该同志的职务不参加%s考评", at.Title())
	}
	return m.Store.propose(ctx, tx, at, village, person, origin, item, reason)
}

// WithdrawDeduction takes back what was proposed under an origin, such as an absence that was recorded wrongly, as long as
// the clerk has not confirmed it. It tells whether a confirmed deduction stands, which only he can take out.
func (m *Module) WithdrawDeduction(ctx context.Context, tx *access.Tx, origin, reason string) (stands bool, err error) {
	return m.Store.withdrawProposal(ctx, tx, origin, reason)
}

// Deductions says in words what became of what was proposed, by origin.
func (m *Module) Deductions(ctx context.Context, tx *access.Tx, origins []string) (map[string]string, error) {
	return m.Store.fates(ctx, tx, origins)
}

// schemeAt is the scheme that a month uses, or would use if it were opened now.
func (s Store) schemeAt(ctx context.Context, tx *access.Tx, at month.Month) (Scheme, error) {
	scheme, err := s.SchemeOfMonth(ctx, tx, at)
	if !errors.Is(err, pgx.ErrNoRows) {
		return scheme, err
	}
	v, err := s.SchemeFor(ctx, tx, at)
	return v.Content, err
}
