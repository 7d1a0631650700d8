// Package assessment owns the monthly assessment (月考评) of village and community cadres: the scheme versions, the
// month, one sheet per township, one row per cadre, the entries behind every score, the publication with its
// objections, and the performance pay that follows from a final result.
//
// The rules stand apart from storage and pages and have no side effects: this file holds the states; scheme.go what a
// district sets; scoring.go entries → scores; grade.go scores → grades under the quota of 优秀; pay.go grades →
// amounts; roster.go posts → rows; check.go what stops a submission; paste.go and villagededuct.go the quick ways to
// enter many scores; dates.go the deadlines.
//
// Behind them stand the district's own 村级干部管理办法 with its 月考评 rules, and the national rules on 减负: nothing
// here asks a village cadre for an action.
package assessment

import (
	"slices"

	"touyan/internal/platform/fault"
)

// MonthState says whether a district still works on a month. Two months may be open at once.
type MonthState string

// The states of a month.
const (
	MonthOpen   MonthState = "open"
	MonthClosed MonthState = "closed"
)

// SheetState is where a township's sheet stands.
type SheetState string

// The states of a sheet, in order. SheetReturned is never stored: a sheet in draft with a returned row shows it.
const (
	SheetNotStarted       SheetState = "not_started"
	SheetDraft            SheetState = "draft"
	SheetReturned         SheetState = "returned"
	SheetSubmitted        SheetState = "submitted"
	SheetTownshipApproved SheetState = "township_approved"
	SheetDistrictApproved SheetState = "district_approved"
	SheetPublished        SheetState = "published"
	SheetLocked           SheetState = "locked"
)

// RowState says whether a cadre's row can be typed in.
type RowState string

// The states of a row.
const (
	RowEditable RowState = "editable"
	RowFrozen   RowState = "frozen"
	RowReturned RowState = "returned"
)

// Act is something done to a sheet; its name stands in the timeline.
type Act string

// The acts. return_rows, correct and reopen name the rows they unlock and carry a reason each.
const (
	ActOpen            Act = "open"
	ActEnter           Act = "enter"
	ActRoster          Act = "roster"
	ActScheme          Act = "scheme"   // another scheme under an open month: everything submitted goes back
	ActProposal        Act = "proposal" // the clerk's decision on a deduction that another module proposed
	ActSubmit          Act = "submit"
	ActWithdraw        Act = "withdraw"
	ActRequestReturn   Act = "request_return"
	ActStartReview     Act = "start_review"   // by the leader: from here on the clerk asks for a return
	ActDeclineReturn   Act = "decline_return" // the leader keeps a sheet that the clerk asked back
	ActReturnRows      Act = "return_rows"
	ActResubmit        Act = "resubmit"
	ActApproveTownship Act = "approve_township"
	ActApproveDistrict Act = "approve_district"
	ActConfirm         Act = "confirm" // by the department's leader, where the district asks for it
	ActPublish         Act = "publish"
	ActPost            Act = "post"
	ActCorrect         Act = "correct"
	ActLock            Act = "lock"
	ActReopen          Act = "reopen"
)

// actRule says from where to where an act leads; a state that is absent refuses it.
type actRule struct {
	title string
	to    map[SheetState]SheetState
}

// A correction (within the notice period) and a reopening (any time after the district's approval) both unlock rows,
// which then pass submission and both approvals again; the publications made before stay as they were printed.
var acts = map[Act]actRule{
	ActOpen:     {"开启月份", map[SheetState]SheetState{"": SheetNotStarted}},
	ActEnter:    {"填报", map[SheetState]SheetState{SheetNotStarted: SheetDraft, SheetDraft: SheetDraft, SheetReturned: SheetReturned}},
	ActRoster:   {"名单变动", map[SheetState]SheetState{SheetNotStarted: SheetNotStarted, SheetDraft: SheetDraft, SheetReturned: SheetReturned}},
	ActProposal: {"拟扣分", map[SheetState]SheetState{SheetNotStarted: SheetNotStarted, SheetDraft: SheetDraft, SheetReturned: SheetReturned}},
	ActScheme: {"更换考评方案", map[SheetState]SheetState{SheetNotStarted: SheetNotStarted, SheetDraft: SheetDraft, SheetReturned: SheetDraft,
		SheetSubmitted: SheetDraft, SheetTownshipApproved: SheetDraft, SheetDistrictApproved: SheetDraft}},
	ActSubmit:          {"提交审核", map[SheetState]SheetState{SheetNotStarted: SheetSubmitted, SheetDraft: SheetSubmitted}},
	ActWithdraw:        {"撤回", map[SheetState]SheetState{SheetSubmitted: SheetDraft}},
	ActRequestReturn:   {"申请退回", map[SheetState]SheetState{SheetSubmitted: SheetSubmitted}},
	ActStartReview:     {"开始审核", map[SheetState]SheetState{SheetSubmitted: SheetSubmitted}},
	ActDeclineReturn:   {"不同意退回", map[SheetState]SheetState{SheetSubmitted: SheetSubmitted}},
	ActReturnRows:      {"退回修改", map[SheetState]SheetState{SheetSubmitted: SheetReturned, SheetTownshipApproved: SheetReturned, SheetDistrictApproved: SheetReturned}},
	ActResubmit:        {"重新提交", map[SheetState]SheetState{SheetReturned: SheetSubmitted}},
	ActApproveTownship: {"乡镇审核通过", map[SheetState]SheetState{SheetSubmitted: SheetTownshipApproved}},
	ActApproveDistrict: {"备案审核通过", map[SheetState]SheetState{SheetTownshipApproved: SheetDistrictApproved}},
	ActConfirm:         {"确认发布", map[SheetState]SheetState{SheetDistrictApproved: SheetDistrictApproved}},
	ActPublish:         {"发布公示", map[SheetState]SheetState{SheetDistrictApproved: SheetPublished}},
	ActPost:            {"登记张贴日期", map[SheetState]SheetState{SheetPublished: SheetPublished}},
	ActCorrect:         {"更正", map[SheetState]SheetState{SheetPublished: SheetReturned}},
	ActLock:            {"归档", map[SheetState]SheetState{SheetPublished: SheetLocked}},
	ActReopen:          {"重新开启", map[SheetState]SheetState{SheetDistrictApproved: SheetReturned, SheetPublished: SheetReturned, SheetLocked: SheetReturned}},
}

// Title names the act as its button and the timeline do.
func (a Act) Title() string { return acts[a].title }

// Next gives the state that the act leads to, or refuses it with a sentence. state is the effective one.
func Next(state SheetState, act Act) (SheetState, error) {
	rule, known := acts[act]
	if !known {
		return state, fault.Invalid("没有这项操作")
	}
	if to, ok := rule.to[state]; ok {
		return to, nil
	}
	if state == SheetReturned {
		switch act {
		case ActSubmit:
			return state, fault.Conflict("有被退回的人员,请修改后“重新提交”")
		case ActApproveTownship, ActApproveDistrict, ActPublish:
			return state, fault.Conflict("有被退回的人员尚未重新提交,不能%s", rule.title)
		}
	}
	if state == SheetLocked {
		return state, fault.Conflict("考评表已归档,不能%s;确需修改的,由区委组织部说明理由后重新开启", rule.title)
	}
	return state, fault.Conflict("考评表现为“%s”,不能%s", state.Title(ViewerDistrict), rule.title)
}

// Allowed lists the acts that the state permits, whoever may do them.
func (s SheetState) Allowed() []Act {
	var list []Act
	for act, rule := range acts {
		if _, ok := rule.to[s]; ok {
			list = append(list, act)
		}
	}
	slices.Sort(list)
	return list
}

// Effective is what a stored state means once its rows are known.
func Effective(stored SheetState, anyReturned bool) SheetState {
	if stored == SheetDraft && anyReturned {
		return SheetReturned
	}
	return stored
}

// Stored is the form in which a state is kept; the returned rows themselves say the rest.
func (s SheetState) Stored() SheetState {
	if s == SheetReturned {
		return SheetDraft
	}
	return s
}

// TakeBack is how the clerk gets a submitted sheet back: at once, until the leader has opened it for review.
func TakeBack(reviewOpened bool) Act {
	if reviewOpened {
		return ActRequestReturn
	}
	return ActWithdraw
}

// NextRow gives a row's state after an act on its sheet. named: the act names this row. answering: the row was
// returned in this round and its reason still stands, so a withdrawal unlocks it and nothing else of its sheet;
// roundReturned says that the round has such rows at all.
func NextRow(state RowState, act Act, named, answering, roundReturned bool) RowState {
	switch act {
	case ActSubmit, ActResubmit:
		return RowFrozen
	case ActWithdraw:
		if answering {
			return RowReturned
		}
		if roundReturned {
			return RowFrozen
		}
		return RowEditable
	case ActReturnRows, ActCorrect, ActReopen:
		if named {
			return RowReturned
		}
		return RowFrozen
	}
	return state
}

// Writable reports whether the clerk may type in a row of the sheet.
func Writable(sheet SheetState, row RowState) bool {
	switch sheet {
	case SheetNotStarted, SheetDraft:
		return row == RowEditable
	case SheetReturned:
		return row == RowReturned
	}
	return false
}

// Viewer is who reads the name of a state.
type Viewer int

// The viewers.
const (
	ViewerDistrict Viewer = iota // the board
	ViewerLeader                 // of the township
	ViewerClerk
	ViewerVillage
)

var stateTitles = map[SheetState][4]string{
	SheetNotStarted:       {"未开始", "未开始", "未开始", "尚未公示"},
	SheetDraft:            {"填报中", "填报中", "填报中", "尚未公示"},
	SheetReturned:         {"已退回", "已退回,待填报人修改", "已退回,请修改", "尚未公示"},
	SheetSubmitted:        {"待乡镇审核", "待您审核", "已提交,待乡镇审核", "尚未公示"},
	SheetTownshipApproved: {"待区级审核", "已报区委组织部", "已报区委组织部", "尚未公示"},
	SheetDistrictApproved: {"已审核", "已审核,待公示", "已审核,待公示", "尚未公示"},
	SheetPublished:        {"公示中", "公示中", "公示中", "公示中"},
	SheetLocked:           {"已归档", "已归档", "已归档", "最终结果"},
}

// Title names the state for the reader.
func (s SheetState) Title(v Viewer) string { return stateTitles[s][v] }

// SheetStates lists the states in the order of the board.
func SheetStates() []SheetState {
	return []SheetState{SheetNotStarted, SheetDraft, SheetSubmitted, SheetReturned, SheetTownshipApproved,
		SheetDistrictApproved, SheetPublished, SheetLocked}
}

// Title names the state of a month.
func (m MonthState) Title() string {
	if m == MonthClosed {
		return "已关闭"
	}
	return "进行中"
}

// Title names the state of a row.
func (r RowState) Title() string {
	switch r {
	case RowFrozen:
		return "已锁定"
	case RowReturned:
		return "已退回"
	}
	return "可填报"
}
