package assessment

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"touyan/internal/platform/month"
)

// Post is an appointment as the roster of a month reads it.
type Post struct {
	PersonID       int64
	PersonName     string
	Sex            string
	TownshipID     int64
	VillageID      int64
	VillageName    string
	PositionCode   string
	PositionTitle  string
	PayPosition    PayPosition // overrides the scheme's class for this post; usually empty
	PayScheme      string
	ManagementType string
	IsPaid         bool
	From           time.Time // first day
	To             time.Time // first day after it; zero while it lasts
	Died           bool      // the register knows a date of death: the person is in no list any more
}

// RosterRow is a person's one row of a month.
type RosterRow struct {
	PersonID      int64
	PersonName    string
	Sex           string
	TownshipID    int64
	VillageID     int64
	VillageName   string
	PositionCode  string
	PositionTitle string
	PayPosition   PayPosition
	PayScheme     string
	Days          int // in any assessed post of the district, each day once
}

// Chief reports whether the cadre carries village-wide deductions in full.
func (r RosterRow) Chief() bool { return r.PayPosition.Chief() }

// The two posts that make 一肩挑 when held in one village at the same time.
const (
	secretaryCode = "party_secretary"
	directorCode  = "village_director"
)

// Resident cadres (驻村干部) are assessed where they come from, whatever a scheme lists.
var residentCodes = []string{"first_secretary", "resident_team_leader", "resident_team_member"}

// dayset holds the days of a month, day 1 in bit 1.
type dayset uint32

func (d dayset) count() int { return bits.OnesCount32(uint32(d)) }
func (d dayset) last() int  { return bits.Len32(uint32(d)) - 1 }
func (d dayset) first() int { return bits.TrailingZeros32(uint32(d)) }

func daysOf(m month.Month, from, to time.Time) dayset {
	var days dayset
	start := month.Day(from)
	for day := 1; day <= m.Days(); day++ {
		at := m.Date(day)
		if !at.Before(start) && (to.IsZero() || at.Before(month.Day(to))) {
			days |= 1 << day
		}
	}
	return days
}

// service is one assessed post of a person with its days in the month.
type service struct {
	Post
	rank int
	days dayset
}

// Roster makes one row per person from the posts of a whole district. A person stands in the village where he served
// most days (a tie goes to the later one), under the highest assessed post held there. It is ordered by township,
// village, post and person. Posts of a district must come together: a person may serve in two townships.
func (s Scheme) Roster(m month.Month, posts []Post) []RosterRow {
	persons := map[int64][]service{}
	for _, p := range posts {
		_, rank, assessed := s.Position(p.PositionCode)
		paid := p.IsPaid || p.PayScheme == "institution"
		if !assessed || p.Died || slices.Contains(residentCodes, p.PositionCode) || s.PaidOnly && !paid {
			continue
		}
		if days := daysOf(m, p.From, p.To); days != 0 {
			persons[p.PersonID] = append(persons[p.PersonID], service{p, rank, days})
		}
	}
	rows := make([]RosterRow, 0, len(persons))
	ranks := make(map[int64]int, len(persons))
	for id, services := range persons {
		row := s.rosterRow(services)
		_, ranks[id], _ = s.Position(row.PositionCode)
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b RosterRow) int {
		return cmp.Or(cmp.Compare(a.TownshipID, b.TownshipID), cmp.Compare(a.VillageID, b.VillageID),
			cmp.Compare(ranks[a.PersonID], ranks[b.PersonID]), cmp.Compare(a.PersonID, b.PersonID))
	})
	return rows
}

func (s Scheme) rosterRow(services []service) RosterRow {
	var all dayset
	villages := map[int64]dayset{}
	for _, v := range services {
		all |= v.days
		villages[v.VillageID] |= v.days
	}
	home := services[0].VillageID
	for id, days := range villages {
		best := villages[home]
		if cmp.Or(cmp.Compare(days.count(), best.count()), cmp.Compare(days.last(), best.last()),
			cmp.Compare(days.first(), best.first()), cmp.Compare(id, home)) > 0 {
			home = id
		}
	}
	here := slices.DeleteFunc(slices.Clone(services), func(v service) bool { return v.VillageID != home })
	slices.SortFunc(here, func(a, b service) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.days.last(), a.days.last()), cmp.Compare(b.days.count(), a.days.count()))
	})
	top := here[0]
	position, _, _ := s.Position(top.PositionCode)
	row := RosterRow{
		PersonID: top.PersonID, PersonName: top.PersonName, Sex: top.Sex,
		TownshipID: top.TownshipID, VillageID: top.VillageID, VillageName: top.VillageName,
		PositionCode: top.PositionCode, PositionTitle: top.PositionTitle,
		PayPosition: cmp.Or(top.PayPosition, position.PayPosition), PayScheme: top.PayScheme, Days: all.count(),
	}
	if secretary, director, dual := dualPost(here); dual {
		row.PositionCode = secretary.PositionCode
		row.PositionTitle = secretary.PositionTitle + "、" + director.PositionTitle
		row.PayPosition = PayDualPost
	}
	// Who is paid on the institution scale is so for the whole month, whichever of his posts ranks higher.
	if slices.ContainsFunc(here, func(v service) bool { return v.PayScheme == "institution" }) {
		row.PayScheme = "institution"
	}
	return row
}

// dualPost finds a secretary and a director among one village's posts of a person that overlap.
func dualPost(here []service) (secretary, director service, dual bool) {
	for _, a := range here {
		for _, b := range here {
			if a.PositionCode == secretaryCode && b.PositionCode == directorCode && a.days&b.days != 0 {
				return a, b, true
			}
		}
	}
	return service{}, service{}, false
}

// SheetRow is a row as an open sheet holds it. Died: the register has learnt of the person's death since.
type SheetRow struct {
	RowID int64
	RosterRow
	Died bool
}

// RosterChangeKind says how the register differs from a sheet (名单变动).
type RosterChangeKind string

// The kinds. RosterPostChanged also stands for a change of pay scheme or of the days in post.
const (
	RosterAdded       RosterChangeKind = "added"
	RosterLeft        RosterChangeKind = "left"
	RosterMoved       RosterChangeKind = "moved"
	RosterDied        RosterChangeKind = "died"
	RosterPostChanged RosterChangeKind = "post_changed"
)

// Title names the kind.
func (k RosterChangeKind) Title() string {
	switch k {
	case RosterAdded:
		return "新增"
	case RosterLeft:
		return "离任"
	case RosterMoved:
		return "调动"
	case RosterDied:
		return "去世"
	case RosterPostChanged:
		return "任职变化"
	}
	return ""
}

// RosterChange is one person for whom register and sheet differ.
type RosterChange struct {
	Kind     RosterChangeKind
	RowID    int64 // 0 if added
	PersonID int64
	Before   *RosterRow // on the sheet; nil if added
	After    *RosterRow // by the register; nil if the person leaves this sheet for good
	Sentence string
}

// Fingerprint identifies what was decided on: a later, different change of the same person asks again.
func (c RosterChange) Fingerprint() string {
	if c.After == nil {
		return string(c.Kind)
	}
	a := c.After
	return fmt.Sprintf("%s:%d:%s:%s:%s:%d", c.Kind, a.VillageID, a.PositionCode, a.PayPosition, a.PayScheme, a.Days)
}

// DiffRoster compares a township's sheet with what Roster wants of the district today, ordered by person. A person who
// has moved to another township is told as moved where he left and as added where he arrived.
func DiffRoster(township int64, sheet []SheetRow, wanted []RosterRow) []RosterChange {
	want := make(map[int64]*RosterRow, len(wanted))
	for i := range wanted {
		want[wanted[i].PersonID] = &wanted[i]
	}
	var changes []RosterChange
	onSheet := make(map[int64]bool, len(sheet))
	for i := range sheet {
		row := &sheet[i]
		onSheet[row.PersonID] = true
		if c, differs := compareRow(row, want[row.PersonID]); differs {
			c.RowID, c.PersonID, c.Before = row.RowID, row.PersonID, &row.RosterRow
			changes = append(changes, c)
		}
	}
	for i := range wanted {
		if w := &wanted[i]; w.TownshipID == township && !onSheet[w.PersonID] {
			changes = append(changes, RosterChange{Kind: RosterAdded, PersonID: w.PersonID, After: w,
				Sentence: fmt.Sprintf("%s(%s,%s)应列入考评,当月在岗%d天", w.PersonName, w.VillageName, w.PositionTitle, w.Days)})
		}
	}
	slices.SortFunc(changes, func(a, b RosterChange) int { return cmp.Compare(a.PersonID, b.PersonID) })
	return changes
}

func compareRow(row *SheetRow, w *RosterRow) (RosterChange, bool) {
	switch {
	case row.Died:
		return RosterChange{Kind: RosterDied, Sentence: row.PersonName + "已去世,不再列入任何名单"}, true
	case w == nil:
		return RosterChange{Kind: RosterLeft, Sentence: fmt.Sprintf("%s当月不在%s任应考评职务", row.PersonName, row.VillageName)}, true
	case w.TownshipID != row.TownshipID: // where to is not for the unit he left
		return RosterChange{Kind: RosterMoved, After: w,
			Sentence: fmt.Sprintf("%s已由%s调往本区其他乡镇(街道),当月在调入单位考评", row.PersonName, row.VillageName)}, true
	case w.VillageID != row.VillageID:
		return RosterChange{Kind: RosterMoved, After: w,
			Sentence: fmt.Sprintf("%s由%s调至%s任%s", row.PersonName, row.VillageName, w.VillageName, w.PositionTitle)}, true
	}
	var parts []string
	if row.PositionCode != w.PositionCode || row.PayPosition != w.PayPosition {
		parts = append(parts, fmt.Sprintf("职务由%s变为%s", row.PositionTitle, w.PositionTitle))
	}
	if row.PayScheme != w.PayScheme {
		parts = append(parts, "报酬发放渠道变化")
	}
	if row.Days != w.Days {
		parts = append(parts, fmt.Sprintf("在岗天数由%d天变为%d天", row.Days, w.Days))
	}
	if len(parts) == 0 {
		return RosterChange{}, false
	}
	return RosterChange{Kind: RosterPostChanged, After: w, Sentence: row.PersonName + strings.Join(parts, ",")}, true
}
