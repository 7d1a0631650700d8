package duty

import (
	"context"
	"fmt"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// Made says what drafting did.
type Made struct {
	Drafted int      // rosters drafted anew
	Kept    int      // rosters left alone, since they are published or people changed them
	Empty   []string // villages with an empty day, with the days
	Unknown bool     // the year's holidays are not published
}

// Make drafts a month for the villages in scope, from nothing: of one township, one village, or (0, 0) all of them.
// Published rosters stay as they are, and so do drafts that people changed, unless edited says that those go too.
func (st Store) Make(ctx context.Context, tx *access.Tx, m month.Month, township, village int64, edited bool) (Made, error) {
	var done Made
	if err := mayDraft(m, tx.Scope()); err != nil {
		return done, err
	}
	places, err := st.places(ctx, tx, m, township, village)
	if err == nil && len(places) == 0 {
		err = fault.NotFound()
	}
	if err != nil {
		return done, err
	}
	return st.make(ctx, tx, m, places, edited)
}

// mayDraft refuses a month that is over.
func mayDraft(m month.Month, s access.Scope) error {
	if m.Before(month.Of(s.Now())) {
		return fault.Conflict("%s已经过去,不能再排班;实际值班情况请用“事后补记”", m.Title())
	}
	return nil
}

// MakeMissing drafts a month for the villages in scope that have no roster, or one in which nobody stands; what there is
// stays, so it may run again and again.
func (st Store) MakeMissing(ctx context.Context, tx *access.Tx, m month.Month, township, village int64) (Made, error) {
	if err := mayDraft(m, tx.Scope()); err != nil {
		return Made{}, err
	}
	places, err := st.missing(ctx, tx, m, township, village, true)
	if err != nil || len(places) == 0 {
		return Made{}, err
	}
	return st.make(ctx, tx, m, places, false)
}

func (st Store) make(ctx context.Context, tx *access.Tx, m month.Month, places []place, edited bool) (Made, error) {
	var done Made
	villages := make([]int64, len(places))
	for i, p := range places {
		villages[i] = p.VillageID
	}
	plans, err := st.Plans(ctx, tx, m, villages)
	if err != nil {
		return done, err
	}
	busy, err := st.elsewhere(ctx, tx, m, villages, plans)
	if err != nil {
		return done, err
	}
	list := make([]drafted, len(places))
	for i, p := range places {
		plan := plans[p.VillageID]
		busy.block(plan)
		made, holes := plan.Draft()
		busy.note(p.VillageName, made)
		list[i] = drafted{p, len(plan.Slots), made, holes}
	}
	ids, err := st.saveDrafts(ctx, tx, m, list, edited)
	if err != nil {
		return done, err
	}
	done.Drafted, done.Kept = len(ids), len(places)-len(ids)
	for _, d := range list {
		if _, ours := ids[d.VillageID]; ours && len(d.holes) > 0 {
			done.Empty = append(done.Empty, d.VillageName+dayList(d.empty()))
		}
	}
	cal, err := st.calendar(ctx, tx)
	if err != nil {
		return done, err
	}
	done.Unknown = !cal.Known(m.Year())
	tx.Audit(access.Line{Action: "duty.draft", Object: "duty_rosters", Summary: fmt.Sprintf("自动排班:%s,%d个村(社区)", m.Title(), done.Drafted),
		Detail: map[string]any{"month": m.String(), "drafted": done.Drafted, "empty": len(done.Empty)}})
	return done, nil
}
