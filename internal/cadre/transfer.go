package cadre

import (
	"strings"
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
	"touyan/web/ui"
)

// Transfer is a wish to take a person over from another unit (调入). The receiving unit asks, the releasing unit or the
// district answers; then the file moves, and what happened stays where it happened.
type Transfer struct {
	ID                  int64
	TownshipID          int64 // the receiving unit
	VillageID           int64
	PersonID            int64
	PersonName          string
	ReleasingTownshipID int64
	ReleasingVillageID  int64
	EffectiveOn         time.Time // the first day in the new unit
	Reason              string
	State               string // submitted, confirmed, rejected, cancelled
	RequestedBy         string
	RequestedHolder     int64
	RequestedAt         time.Time
	AnsweredBy          string
	AnsweredAt          *time.Time
	Answer              string

	To, From string // the units' names; From is empty where the reader may not know it
	Posts    string // what the person holds in the releasing unit, for who answers
}

// transferStates are the words for a request's state, each with its colour.
var transferStates = []Word{{"submitted", "待确认"}, {"confirmed", "已调入"}, {"rejected", "已退回"}, {"cancelled", "已撤回"}}

func transferKind(state string) string {
	switch state {
	case "submitted":
		return "warn"
	case "confirmed":
		return "good"
	case "rejected":
		return "bad"
	}
	return "plain"
}

// transferForm is a request as typed.
type transferForm struct {
	IDNumber string `form:"id_number"`
	Name     string `form:"name"`
	Village  int64  `form:"village"`
	On       string `form:"effective_on"`
	Reason   string `form:"reason"`
}

// request is a request, checked as far as it can be without the register.
type request struct {
	ID      idcard.Card
	Name    string
	Village int64
	On      time.Time
	Reason  string
}

func (f transferForm) check(today time.Time) (request, []ui.Problem) {
	r := request{Name: TidyName(f.Name), Village: f.Village, Reason: strings.TrimSpace(f.Reason)}
	var problems []ui.Problem
	bad := func(refused bool, field, sentence string) {
		if refused {
			problems = append(problems, ui.Problem{Field: field, Sentence: sentence})
		}
	}
	var err error
	if r.ID, err = idcard.Parse(f.IDNumber, today); err != nil {
		bad(true, "id_number", fault.Of(err).Sentence)
	}
	if err := CheckName(r.Name); err != nil {
		bad(true, "name", fault.Of(err).Sentence)
	}
	bad(f.Village == 0, "village", "请选择调入的村(社区)")
	r.On, err = time.Parse(time.DateOnly, f.On)
	bad(err != nil, "effective_on", "调入日期应写成 2026-10-31 的形式,且是存在的日期")
	bad(err == nil && r.On.After(today.AddDate(0, 1, 0)), "effective_on", "调入日期不能晚于一个月以后")
	bad(err == nil && r.On.Before(today.AddDate(-1, 0, 0)), "effective_on", "调入日期不能早于一年以前")
	bad(r.Reason == "", "reason", "请填写调入理由")
	return r, problems
}
