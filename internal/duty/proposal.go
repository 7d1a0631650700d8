package duty

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// MonthSheet is all that duty knows of the month's assessment: an absence is proposed there as a deduction, which the
// township's clerk confirms or refuses, and taken back if the check was recorded wrongly. The house hands it over.
type MonthSheet interface {
	// ProposeDeduction gives false where the same origin was proposed before.
	ProposeDeduction(ctx context.Context, tx *access.Tx, at month.Month, village, person int64, origin, item, reason string) (bool, error)
	// WithdrawDeduction takes back what nobody has confirmed; it gives true where the deduction stands.
	WithdrawDeduction(ctx context.Context, tx *access.Tx, origin, reason string) (stands bool, err error)
	// Deductions says in words what became of what was proposed, by origin: 待确认, 已确认扣分, 不予扣分 with the reason.
	Deductions(ctx context.Context, tx *access.Tx, origins []string) (map[string]string, error)
}

// absenceItem is the deduction that an absence proposes where the district has named no other: 值班日无故缺岗.
const absenceItem = "duty_absence"

// propose puts an absence into the month's sheet, once. It says what came of it, in words: a check stands even where the
// sheet takes nothing any more.
func (m *Module) propose(ctx context.Context, tx *access.Tx, c *Check) (string, error) {
	switch {
	case c.Result != foundAbsent:
		return "", nil
	case c.Proposal != "":
		return "已提出过拟扣分", nil
	case c.PersonID == nil && c.PersonName == "":
		return "当天空岗,没有可扣分的人员", nil
	case c.PersonID == nil:
		return c.PersonName + "是乡镇(街道)工作人员,不参加月考评,没有提出拟扣分", nil
	}
	set, err := m.Store.Settings(ctx, tx)
	if err != nil {
		return "", err
	}
	item := set.AbsenceItem
	if item == "" {
		item = absenceItem
	}
	reason := fmt.Sprintf("%s%s抽查值班不在岗(%s,抽查人:%s)", c.OnDay.Format("2006-01-02"), c.VillageName, wordOf(ways, c.Way), c.Checker)
	_, err = m.sheet.ProposeDeduction(ctx, tx, c.Month(), c.VillageID, *c.PersonID, c.origin(), item, reason)
	if f := fault.Of(err); err != nil && (f.Kind == fault.KindConflict || f.Kind == fault.KindInvalid) {
		return "没有提出拟扣分:" + f.Sentence, nil
	}
	if err != nil {
		return "", err
	}
	c.Proposal = c.origin()
	return "已向" + c.Month().Title() + "月考评表提出拟扣分,待填报人确认", m.Store.proposed(ctx, tx, *c)
}

// withdraw takes back the proposal of a check that was recorded wrongly.
func (m *Module) withdraw(ctx context.Context, tx *access.Tx, c Check, reason string) (string, error) {
	if c.Proposal == "" {
		return "", nil
	}
	stands, err := m.sheet.WithdrawDeduction(ctx, tx, c.Proposal, "抽查记录更正:"+reason)
	if err != nil {
		return "", err
	}
	if stands {
		return "原拟扣分已经确认,请到" + c.Month().Title() + "月考评表中更正", nil
	}
	return "原拟扣分已撤回", nil
}

// fates asks what became of the absences among the checks that were proposed.
func (m *Module) fates(ctx context.Context, tx *access.Tx, list ...Check) (map[string]string, error) {
	var origins []string
	for _, c := range list {
		if c.Proposal != "" {
			origins = append(origins, c.Proposal)
		}
	}
	if len(origins) == 0 {
		return nil, nil
	}
	return m.sheet.Deductions(ctx, tx, origins)
}

// proposed notes under which origin an absence went into the sheet.
func (Store) proposed(ctx context.Context, tx *access.Tx, c Check) error {
	_, err := tx.Exec(ctx, `update duty_checks set proposal = @origin where tenant_id = @tenant and id = @id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": c.ID, "origin": c.Proposal})
	return err
}
