package assessment

import (
	"strconv"

	"touyan/web/ui"
)

// eventLimit is how much of a sheet's timeline a page shows: more than any month has had.
const eventLimit = 500

// timelineOf shows events as the kit's timeline does.
func timelineOf(events []Event) []ui.Event {
	list := make([]ui.Event, len(events))
	for i, e := range events {
		title := e.Act.Title()
		if e.PersonName != "" {
			title += ":" + e.PersonName
		}
		list[i] = ui.Event{When: clockTime(e.At), Title: title, Text: e.said(), Kind: e.kind()}
	}
	return list
}

// said is who did it and why.
func (e Event) said() string {
	text := e.Actor
	if e.Round > 1 {
		text += "(第" + strconv.Itoa(e.Round) + "轮)"
	}
	if e.Reason != "" {
		text += ":" + e.Reason
	}
	return text
}

func (e Event) kind() string {
	switch e.Act {
	case ActReturnRows, ActCorrect, ActReopen:
		return "bad"
	case ActWithdraw, ActRequestReturn, ActRoster:
		return "warn"
	case ActApproveTownship, ActApproveDistrict, ActConfirm, ActPublish, ActLock:
		return "good"
	}
	return "info"
}
