package assessment

import (
	"strconv"

	"touyan/web/ui"
)

// eventsPerPage is how much of a sheet's timeline a page shows.
const eventsPerPage = 50

// historyActs are the acts that a timeline holds, in the order of a month.
var historyActs = []Act{ActOpen, ActScheme, ActRoster, ActProposal, ActSubmit, ActWithdraw, ActRequestReturn, ActDeclineReturn, ActStartReview,
	ActReturnRows, ActResubmit, ActApproveTownship, ActApproveDistrict, ActConfirm, ActPublish, ActPost, ActCorrect, ActLock, ActReopen}

func (p historyProps) acts() []ui.Option {
	out := []ui.Option{{Value: "", Title: "全部"}}
	for _, a := range historyActs {
		out = append(out, ui.Option{Value: string(a), Title: a.Title(), Selected: a == p.Query.Act})
	}
	return out
}

// chips say the conditions in force, each with the way to take it away.
func (p historyProps) chips() (out []ui.Chip) {
	if title := p.Query.Act.Title(); title != "" {
		out = append(out, ui.ChipOf(p.URL, "act", string(p.Query.Act), title))
	}
	if p.Query.Text != "" {
		out = append(out, ui.ChipOf(p.URL, "q", p.Query.Text, "搜索:"+p.Query.Text))
	}
	return out
}

// timelineOf shows what was done to a sheet, with whom it concerned, who did it and why.
func timelineOf(events []Event) []ui.Event {
	list := make([]ui.Event, len(events))
	for i, e := range events {
		title := e.Act.Title()
		if e.PersonName != "" {
			title += ":" + e.PersonName
		}
		if title += "(" + e.Actor + ")"; e.Round > 1 {
			title += " 第" + strconv.Itoa(e.Round) + "轮"
		}
		list[i] = ui.Event{When: clockTime(e.At), Title: title, Text: e.Reason, Kind: e.Act.kind()}
	}
	return list
}

// kind is the colour of an act in the timeline.
func (a Act) kind() string {
	switch a {
	case ActReturnRows, ActCorrect, ActReopen, ActDeclineReturn:
		return "bad"
	case ActWithdraw, ActRequestReturn, ActRoster:
		return "warn"
	case ActApproveTownship, ActApproveDistrict, ActConfirm, ActPublish, ActLock:
		return "good"
	}
	return "info"
}
