package assessment_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"testing"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// spotCheck is another module as it would stand beside this one: it knows the sheet only by the interface it declares.
type spotCheck struct {
	sheet interface {
		ProposeDeduction(ctx context.Context, tx *access.Tx, at month.Month, village, person int64, origin, item, reason string) (bool, error)
		WithdrawDeduction(ctx context.Context, tx *access.Tx, origin, reason string) (bool, error)
	}
}

func (o *office) tryPropose(role access.Role, unit, village, who, origin, item, reason string) (made bool, err error) {
	peer := spotCheck{o.module}
	err = access.InScope(o.T.Context(), o.Scope(role, unit), func(tx *access.Tx) error {
		made, err = peer.sheet.ProposeDeduction(o.T.Context(), tx, o.month, o.Units[village].Village, o.people[who], origin, item, reason)
		return err
	})
	return made, err
}

func (o *office) propose(unit, village, who, origin, item, reason string) {
	o.T.Helper()
	if made, err := o.tryPropose(access.TownshipClerk, unit, village, who, origin, item, reason); err != nil || !made {
		o.T.Fatalf("propose: %v %v", made, err)
	}
}

// proposal gives the address at which the clerk of a township decides on a proposal.
func (o *office) proposal(township, origin string) string {
	o.T.Helper()
	return fmt.Sprintf("%s/proposals/%d", o.sheetPath(township), o.Count(`select id from assessment_proposals where origin = $1`, origin))
}

func TestAPeerProposesADeduction(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	o.propose("A", "A1", "A1/王芳", "duty.check:1", "duty_absence", "10月8日值班抽查不在岗")
	if made, err := o.tryPropose(access.TownshipClerk, "A", "A1", "A1/王芳", "duty.check:1", "duty_absence", "再报一次"); made || err != nil {
		t.Errorf("the same finding twice: %v %v", made, err)
	}
	for _, refused := range []struct {
		unit, village, item, reason string
		kind                        fault.Kind
	}{
		{"A", "A1", "no_such_item", "缺岗", fault.KindConflict}, {"A", "A1", "commended_county", "表彰", fault.KindConflict},
		{"A", "A1", "duty_absence", " ", fault.KindInvalid}, {"A", "B1", "duty_absence", "缺岗", fault.KindNotFound},
		{"A", "C1", "duty_absence", "缺岗", fault.KindNotFound},
	} {
		if _, err := o.tryPropose(access.TownshipClerk, refused.unit, refused.village, "A1/王芳", "duty.check:2", refused.item, refused.reason); !fault.Is(err, refused.kind) {
			t.Errorf("%+v: %v", refused, err)
		}
	}
	if n := o.Count(`select count(*) from assessment_proposals`) + o.Count(`select count(*) from assessment_entries`); n != 1 {
		t.Errorf("%d rows", n)
	}
	if badge := c.Get(o.sheetPath("A")).Doc().Text(`a[href$="/check"] .badge`); badge != "1" {
		t.Errorf("the grid's button says %q", badge)
	}

	o.propose("B", "B1", "B1/王芳", "duty.check:9", "duty_absence", "缺岗")
	path := o.proposal("A", "duty.check:1")
	before := o.ledgerOf()
	c.Post(path, url.Values{"decision": {"refused"}}).Want(http.StatusUnprocessableEntity)
	c.Post(path, url.Values{"decision": {"later"}}).Want(http.StatusUnprocessableEntity)
	c.Post(o.proposal("A", "duty.check:9"), url.Values{"decision": {"confirmed"}}).Want(http.StatusNotFound)
	c.Post(o.proposal("B", "duty.check:9"), url.Values{"decision": {"confirmed"}}).Want(http.StatusNotFound)
	if o.ledgerOf() != before {
		t.Error("a refused decision changed something")
	}
	for range 2 {
		c.Post(path, url.Values{"decision": {"confirmed"}}).Want(http.StatusSeeOther)
	}
	if n := o.Count(`select count(*) from assessment_entries where source = 'proposal' and points = -2 and item = 'duty_absence' and clause <> ''
		and reason = '10月8日值班抽查不在岗'`); n != 1 || o.total("A1/王芳") != "98" {
		t.Errorf("%d entries, total %s", n, o.total("A1/王芳"))
	}
	if n := o.Count(`select count(*) from assessment_proposals where state = 'confirmed' and decided_by <> '' and decided_at is not null`); n != 1 {
		t.Error("who confirmed it is not recorded")
	}
	if n := o.Count(`select count(*) from assessment_acts where act = 'proposal' and row_id = $1`, o.row("A1/王芳")); n != 1 {
		t.Error("the timeline lacks it")
	}
}

func TestAProposalWaitsForALockedRow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	o.submit(c, "A", nil).Want(http.StatusSeeOther)
	o.propose("A", "A1", "A1/王芳", "duty.check:1", "duty_absence", "缺岗")
	path := o.proposal("A", "duty.check:1")
	before := o.ledgerOf()
	c.Post(path, url.Values{"decision": {"confirmed"}}).Want(http.StatusConflict)
	if o.ledgerOf() != before {
		t.Error("a submitted sheet was scored")
	}
	o.Exec(`update assessment_sheets set state = 'draft' where id = $1`, o.sheet("A"))
	o.Exec(`update assessment_rows set state = 'returned', return_reason = '请核对' where id = $1`, o.row("A1/张伟"))
	before = o.ledgerOf()
	c.Post(path, url.Values{"decision": {"confirmed"}}).Want(http.StatusConflict)
	if o.ledgerOf() != before {
		t.Error("a locked row was scored")
	}
	if got := findings(c.Get(o.sheetPath("A") + "/check").Doc()); len(got) != 0 {
		t.Errorf("it blocks the others: %q", got)
	}
	o.submit(c, "A", nil).Want(http.StatusSeeOther)
	o.Exec(`update assessment_sheets set published_at = now() where id = $1`, o.sheet("A"))
	if _, err := o.tryPropose(access.TownshipClerk, "A", "A1", "A1/王芳", "duty.check:3", "duty_absence", "缺岗"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("proposed after the publication: %v", err)
	}
}

func TestNobodyConfirmsHisOwnDeduction(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	m := o.NewMember("self", access.NewAccount{Username: "self-clerk", Name: "张伟", Role: access.TownshipClerk, Person: o.people["A1/张伟"]}, "A")
	c := o.Guest()
	c.Login(m.Username, m.Password)
	o.propose("A", "A1", "A1/张伟", "duty.check:1", "duty_absence", "缺岗")
	before := o.ledgerOf()
	for _, decision := range []string{"confirmed", "refused"} {
		c.Post(o.proposal("A", "duty.check:1"), url.Values{"decision": {decision}, "reason": {"本人说明"}}).Want(http.StatusConflict)
	}
	if o.ledgerOf() != before {
		t.Error("he decided on his own deduction")
	}
}

func TestAPeerTakesItsProposalBackUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.As(access.TownshipClerk, "A")
	withdraw := func(unit, origin string) bool {
		t.Helper()
		var stands bool
		err := access.InScope(t.Context(), o.Scope(access.TownshipClerk, unit), func(tx *access.Tx) (err error) {
			stands, err = spotCheck{o.module}.sheet.WithdrawDeduction(t.Context(), tx, origin, "抽查记录更正")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return stands
	}
	o.propose("A", "A1", "A1/王芳", "duty.check:1", "duty_absence", "缺岗")
	o.propose("B", "B1", "B1/王芳", "duty.check:1", "duty_absence", "缺岗") // the same origin cannot be, but nobody beyond the scope may suffer
	if withdraw("A", "duty.check:1") || withdraw("A", "duty.check:404") {
		t.Error("an open proposal was said to stand")
	}
	if n := o.Count(`select count(*) from assessment_proposals where state = 'refused' and decision_reason = '抽查记录更正' and decided_by <> ''`); n != 1 {
		t.Errorf("%d proposals were taken back", n)
	}
	o.propose("A", "A1", "A1/王芳", "duty.check:2", "duty_absence", "缺岗")
	c.Post(o.proposal("A", "duty.check:2"), url.Values{"decision": {"confirmed"}}).Want(http.StatusSeeOther)
	before := o.ledgerOf()
	if !withdraw("A", "duty.check:2") || o.ledgerOf() != before {
		t.Error("a confirmed deduction was touched")
	}
	o.propose("A", "A1", "A1/王芳", "duty.check:3", "duty_absence", "缺岗")
	o.propose("B", "B1", "B1/王芳", "duty.check:4", "duty_absence", "缺岗")
	err := access.Read(t.Context(), o.Scope(access.TownshipClerk, "A"), func(tx *access.Tx) error {
		words, err := o.module.Deductions(t.Context(), tx, []string{"duty.check:1", "duty.check:2", "duty.check:3", "duty.check:4"})
		want := map[string]string{"duty.check:1": "不予扣分:抽查记录更正", "duty.check:2": "已确认扣2分", "duty.check:3": "待确认"}
		if !maps.Equal(words, want) {
			t.Errorf("it is told %v, want %v", words, want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNothingIsProposedAgainstWhoIsNotAssessed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hire("A1", "赵队长", "first_secretary", "2024-01-01")
	o.hire("A1", "孙新来", "clerk", "2026-11-01") // after the month
	for _, who := range []string{"A1/赵队长", "A1/孙新来"} {
		if _, err := o.tryPropose(access.TownshipClerk, "A", "A1", who, "duty.check:1", "duty_absence", "缺岗"); !fault.Is(err, fault.KindConflict) {
			t.Errorf("%s: %v", who, err)
		}
	}
	if n := o.Count(`select count(*) from assessment_proposals`); n != 0 {
		t.Errorf("%d proposals", n)
	}
}
