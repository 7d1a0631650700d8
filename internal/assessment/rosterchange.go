package assessment

import (
	"slices"

	"touyan/internal/platform/fault"
)

// register is what the register of the whole district says about everyone whom one sheet concerns.
type register struct {
	wanted    []RosterRow
	died      map[int64]bool  // persons of the sheet
	elsewhere map[int64]int64 // person → another township on whose sheet of the month he stands
	published map[int64]bool  // townships whose sheet was published: their list is final
}

// pendingChange is a difference between register and sheet on which the clerk has not decided.
type pendingChange struct {
	RosterChange
	Waiting bool // he still stands on the sheet of the township he left, which has to let him go first
}

// changes compares the register with an unpublished sheet and leaves out what was decided to stay. The township whose
// notice is out first keeps a person who moved within the month: a final list is never altered.
func (r register) changes(d *desk, decided []rosterDecision) []pendingChange {
	if d.Sheet.PublishedAt != nil {
		return nil
	}
	rows := make([]SheetRow, len(d.Rows))
	for i, row := range d.Rows {
		rows[i] = SheetRow{RowID: row.ID, RosterRow: row.roster(), Died: r.died[row.PersonID]}
	}
	var list []pendingChange
	for _, c := range DiffRoster(d.Sheet.TownshipID, rows, r.wanted) {
		if slices.ContainsFunc(decided, func(k rosterDecision) bool { return k.keeps(c) }) {
			continue
		}
		p := pendingChange{RosterChange: c}
		other, stands := r.elsewhere[c.PersonID]
		switch {
		case c.Kind == RosterAdded && stands && r.published[other]:
			continue
		case c.Kind == RosterAdded && stands:
			p.Waiting = true
		case c.After != nil && c.After.TownshipID != d.Sheet.TownshipID && r.published[c.After.TownshipID]:
			continue
		}
		list = append(list, p)
	}
	return list
}

// undecided leaves out what waits for another township: nobody's submission depends on a neighbour.
func undecided(changes []pendingChange) []RosterChange {
	var list []RosterChange
	for _, c := range changes {
		if !c.Waiting {
			list = append(list, c.RosterChange)
		}
	}
	return list
}

// MayKeep reports whether the clerk may leave the sheet as it is, with a reason. Who died, left or went to another
// township may not stay: the register would have to be put right first.
func (c RosterChange) MayKeep() bool {
	switch c.Kind {
	case RosterAdded, RosterPostChanged:
		return true
	case RosterMoved:
		return c.After.TownshipID == c.Before.TownshipID
	}
	return false
}

// Leaves reports whether accepting the change takes the row off the sheet.
func (c RosterChange) Leaves() bool {
	return c.After == nil || c.Before != nil && c.After.TownshipID != c.Before.TownshipID
}

// rosterDecision is what the clerk decided about one change.
type rosterDecision struct {
	PersonID    int64
	Kind        RosterChangeKind
	Fingerprint string
	Decision    string // accepted, kept
	Reason      string
}

const (
	choiceAccepted = "accepted"
	choiceKept     = "kept"
)

func (k rosterDecision) about(c RosterChange) bool {
	return k.PersonID == c.PersonID && k.Fingerprint == c.Fingerprint()
}

// keeps reports whether the change was decided to be left out. One that was accepted and has come back asks again.
func (k rosterDecision) keeps(c RosterChange) bool { return k.Decision == choiceKept && k.about(c) }

// settle checks a decision on a change.
func (c pendingChange) settle(k rosterDecision) error {
	switch {
	case k.Fingerprint != c.Fingerprint():
		return fault.Conflict("%s的情况刚有新的变动,请核对后重新处理", c.name())
	case k.Decision == choiceAccepted && c.Waiting:
		return fault.Conflict("%s仍在原乡镇(街道)的考评表中,请联系原单位处理名单变动后再列入", c.name())
	case k.Decision == choiceKept && !c.MayKeep():
		return fault.Invalid("%s不能保留在考评表中;花名册有误的,请先更正花名册", c.name())
	case k.Decision == choiceKept && len([]rune(k.Reason)) < 2:
		return fault.Invalid("请填写%s不作变动的原因", c.name())
	case len([]rune(k.Reason)) > 200:
		return fault.Invalid("原因最多200字")
	}
	return nil
}

func (c RosterChange) name() string {
	if c.Before != nil {
		return c.Before.PersonName
	}
	return c.After.PersonName
}

// roster is a stored row as the roster reads it.
func (r Row) roster() RosterRow {
	return RosterRow{PersonID: r.PersonID, PersonName: r.PersonName, Sex: r.Sex, TownshipID: r.TownshipID, VillageID: r.VillageID,
		VillageName: r.VillageName, PositionCode: r.PositionCode, PositionTitle: r.PositionTitle,
		PayPosition: PayPosition(r.PayPosition), PayScheme: r.PayScheme, Days: r.Days}
}
