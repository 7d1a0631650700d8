package assessment_test

import (
	"testing"

	"touyan/internal/assessment"
	"touyan/internal/platform/fault"
)

// The month as people live it: entered, returned by both reviewers, published, corrected, locked and reopened.
func TestSheetLifeCycle(t *testing.T) {
	t.Parallel()
	state := assessment.SheetState("")
	for _, step := range []struct {
		act  assessment.Act
		want assessment.SheetState
	}{
		{assessment.ActOpen, assessment.SheetNotStarted},
		{assessment.ActEnter, assessment.SheetDraft},
		{assessment.ActSubmit, assessment.SheetSubmitted},
		{assessment.ActWithdraw, assessment.SheetDraft},
		{assessment.ActSubmit, assessment.SheetSubmitted},
		{assessment.ActRequestReturn, assessment.SheetSubmitted},
		{assessment.ActReturnRows, assessment.SheetReturned},
		{assessment.ActEnter, assessment.SheetReturned},
		{assessment.ActResubmit, assessment.SheetSubmitted},
		{assessment.ActApproveTownship, assessment.SheetTownshipApproved},
		{assessment.ActReturnRows, assessment.SheetReturned},
		{assessment.ActResubmit, assessment.SheetSubmitted},
		{assessment.ActApproveTownship, assessment.SheetTownshipApproved},
		{assessment.ActApproveDistrict, assessment.SheetDistrictApproved},
		{assessment.ActConfirm, assessment.SheetDistrictApproved},
		{assessment.ActPublish, assessment.SheetPublished},
		{assessment.ActPost, assessment.SheetPublished},
		{assessment.ActCorrect, assessment.SheetReturned},
		{assessment.ActResubmit, assessment.SheetSubmitted},
		{assessment.ActApproveTownship, assessment.SheetTownshipApproved},
		{assessment.ActApproveDistrict, assessment.SheetDistrictApproved},
		{assessment.ActPublish, assessment.SheetPublished},
		{assessment.ActLock, assessment.SheetLocked},
		{assessment.ActReopen, assessment.SheetReturned},
	} {
		next, err := assessment.Next(state, step.act)
		if err != nil || next != step.want {
			t.Fatalf("%s in %q: %q, %v; want %q", step.act, state, next, err, step.want)
		}
		if step.act.Title() == "" {
			t.Errorf("%s has no name", step.act)
		}
		state = assessment.Effective(next.Stored(), next == assessment.SheetReturned)
		if state != next {
			t.Errorf("%q is not what was stored: %q", next, state)
		}
	}
}

func TestRefusedActs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state    assessment.SheetState
		act      assessment.Act
		sentence string
	}{
		{assessment.SheetDraft, assessment.ActApproveTownship, "考评表现为“填报中”,不能乡镇审核通过"},
		{assessment.SheetReturned, assessment.ActSubmit, "有被退回的人员,请修改后“重新提交”"},
		{assessment.SheetReturned, assessment.ActPublish, "有被退回的人员尚未重新提交,不能发布公示"},
		{assessment.SheetLocked, assessment.ActEnter, "考评表已归档,不能填报;确需修改的,由区委组织部说明理由后重新开启"},
		{assessment.SheetSubmitted, assessment.ActEnter, "考评表现为“待乡镇审核”,不能填报"},
		{assessment.SheetNotStarted, assessment.ActOpen, "考评表现为“未开始”,不能开启月份"},
		{assessment.SheetDraft, "delete", "没有这项操作"},
	} {
		next, err := assessment.Next(c.state, c.act)
		if err == nil || next != c.state || fault.Of(err).Sentence != c.sentence {
			t.Errorf("%s in %s: %s, %v", c.act, c.state, next, err)
		}
	}
}

func TestAllowedAgreesWithNext(t *testing.T) {
	t.Parallel()
	for _, state := range assessment.SheetStates() {
		for _, act := range state.Allowed() {
			if _, err := assessment.Next(state, act); err != nil {
				t.Errorf("%s in %s: %v", act, state, err)
			}
		}
		for v := assessment.ViewerDistrict; v <= assessment.ViewerVillage; v++ {
			if state.Title(v) == "" {
				t.Errorf("%s has no name for viewer %d", state, v)
			}
		}
	}
	if got := assessment.SheetTownshipApproved.Title(assessment.ViewerDistrict); got != "待区级审核" {
		t.Error(got)
	}
	if assessment.TakeBack(false) != assessment.ActWithdraw || assessment.TakeBack(true) != assessment.ActRequestReturn {
		t.Error("an opened review can no longer be withdrawn from")
	}
}

func TestReturnedRowsAloneUnlock(t *testing.T) {
	t.Parallel()
	frozen, returned := assessment.RowFrozen, assessment.RowReturned
	for _, c := range []struct {
		name                     string
		from                     assessment.RowState
		act                      assessment.Act
		named, answering, others bool
		want                     assessment.RowState
	}{
		{"submission freezes", assessment.RowEditable, assessment.ActSubmit, false, false, false, frozen},
		{"return of this row", frozen, assessment.ActReturnRows, true, false, false, returned},
		{"return of another row", frozen, assessment.ActReturnRows, false, false, false, frozen},
		{"resubmission", returned, assessment.ActResubmit, false, true, true, frozen},
		{"withdrawal of a first submission", frozen, assessment.ActWithdraw, false, false, false, assessment.RowEditable},
		{"withdrawal of a resubmission, returned row", frozen, assessment.ActWithdraw, false, true, true, returned},
		{"withdrawal of a resubmission, other row", frozen, assessment.ActWithdraw, false, false, true, frozen},
		{"correction", frozen, assessment.ActCorrect, true, false, false, returned},
		{"approval", frozen, assessment.ActApproveTownship, false, false, false, frozen},
	} {
		if got := assessment.NextRow(c.from, c.act, c.named, c.answering, c.others); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if assessment.Writable(assessment.SheetReturned, frozen) || !assessment.Writable(assessment.SheetReturned, returned) ||
		assessment.Writable(assessment.SheetSubmitted, assessment.RowEditable) || !assessment.Writable(assessment.SheetDraft, assessment.RowEditable) {
		t.Error("only returned rows of a returned sheet, and all rows of a draft, take typing")
	}
	for _, r := range []assessment.RowState{assessment.RowEditable, frozen, returned} {
		if r.Title() == "" {
			t.Errorf("%s has no name", r)
		}
	}
	if assessment.MonthOpen.Title() == assessment.MonthClosed.Title() {
		t.Error("the states of a month read alike")
	}
}
