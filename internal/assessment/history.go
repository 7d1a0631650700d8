package assessment

import (
	"strconv"

	"touyan/web/ui"
)

// eventLimit is how much of a sheet's timeline a page shows: more than any month has had.
const eventLimit = 500

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
