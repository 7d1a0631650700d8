package cadre

import (
	"encoding/hex"
	"strconv"
	"time"

	"touyan/internal/org"
)

// Bodies are what a village elects, in the order in which their elections are held.
var Bodies = []Word{{"party", "村(社区)党组织"}, {"committee", "村(居)民委员会"}, {"supervision", "村(居)务监督委员会"}}

// bodyOf names the body of a post; empty for posts that no election fills.
func bodyOf(position string) string {
	for _, p := range positions {
		if p.Code == position && has(Bodies, p.Body) {
			return p.Body
		}
	}
	return ""
}

// chiefs are the posts of which a village has exactly one each, by body.
var chiefs = map[string]string{"party": "party_secretary", "committee": "village_director", "supervision": "supervision_director"}

// The decisions about a post of the old team; a newcomer's row has a decision of its own.
const (
	Stay  = "stay"
	Leave = "leave"
	Shift = "move"
	Enter = "new"
)

// Decisions are the words for them.
var Decisions = []Word{{Stay, "连任"}, {Leave, "届满离任"}, {Shift, "转任"}, {Enter, "新任"}}

// electionTerms say how a new post is managed and paid; keep is for who held one before.
var electionTerms = []Word{{"keep", "管理、报酬不变"}, {"village", "普通,领取村级报酬"}, {"none", "普通,不领取报酬"}, {"professional", "专业化管理,事业单位工资"}}

// ElectionDates are the days on which the bodies are elected: the first day of the new posts. A body without one is not
// elected.
type ElectionDates struct{ PartyOn, CommitteeOn, SupervisionOn *time.Time }

// Of gives the day of a body.
func (d ElectionDates) Of(body string) *time.Time {
	switch body {
	case "party":
		return d.PartyOn
	case "committee":
		return d.CommitteeOn
	case "supervision":
		return d.SupervisionOn
	}
	return nil
}

func (d *ElectionDates) set(body string, on *time.Time) {
	switch body {
	case "party":
		d.PartyOn = on
	case "committee":
		d.CommitteeOn = on
	case "supervision":
		d.SupervisionOn = on
	}
}

// Round is a term change that the district opened (换届), such as 2026年村(社区)"两委"换届.
type Round struct {
	ID     int64
	Name   string
	TermNo int
	ElectionDates
	OpenedBy string
	OpenedAt time.Time
	Version  int
}

// bodies are those that the round elects.
func (r Round) bodies() (list []string) {
	for _, b := range Bodies {
		if r.Of(b.Code) != nil {
			list = append(list, b.Code)
		}
	}
	return list
}

// posts are the codes of the posts that the round fills, the highest first.
func (r Round) posts() (list []string) {
	for _, p := range positions {
		if r.Of(p.Body) != nil {
			list = append(list, p.Code)
		}
	}
	return list
}

// seats are the posts among them of which every village needs one.
func (r Round) seats() (list []string) {
	for _, b := range r.bodies() {
		list = append(list, chiefs[b])
	}
	return list
}

// AsOf is the day by which the round counts ages: that of its last election.
func (r Round) AsOf() time.Time {
	var last time.Time
	for _, b := range r.bodies() {
		if on := r.Of(b); on.After(last) {
			last = *on
		}
	}
	return last
}

// Draft is what one village has decided so far, until its township is applied.
type Draft struct {
	TownshipID int64
	VillageID  int64
	ElectionDates
	DocNo       string
	VacancyNote string // why a post stays vacant for now
	SavedBy     string
	SavedHolder int64
	SavedAt     time.Time
	AppliedBy   string
	AppliedAt   *time.Time
	Version     int
}

// Choice is one line of a village: a post of the old team and what becomes of it, or a newcomer.
type Choice struct {
	ID            int64
	VillageID     int64
	AppointmentID *int64 // nil: a newcomer
	PersonID      *int64 // nil: somebody without a file
	PersonName    string
	IDCipher      []byte
	IDIndex       []byte
	Sex           string
	BirthDate     *time.Time
	Education     string
	Political     string
	FromPosition  string
	Decision      string
	ToPosition    string
	Terms         string
}

// who is the same for two lines of one person.
func (c Choice) who() string {
	if c.PersonID != nil {
		return strconv.FormatInt(*c.PersonID, 10)
	}
	return hex.EncodeToString(c.IDIndex)
}

// gets is the post that the line gives, empty if none.
func (c Choice) gets() string {
	switch c.Decision {
	case Stay:
		return c.FromPosition
	case Shift, Enter:
		return c.ToPosition
	}
	return ""
}

// seat is a post of the old team as the register holds it now.
type seat struct {
	ID             int64
	VillageID      int64
	PersonID       int64
	PersonName     string
	Sex            string
	Position       string
	ManagementType string
	PayScheme      string
	IsPaid         bool
	ContractEndsOn *time.Time
	ServiceYears   *int
	FromOn         time.Time
}

// ballot is a village within a round: its old team, what was decided about it, and what does not fit any more.
type ballot struct {
	Village org.Village
	Draft   *Draft // nil: nobody has begun
	Seats   []seat
	Rows    []Choice // the old team in the order of posts, then the newcomers
	Gone    []Choice // decided about posts that the register has changed since
}

func (b ballot) community() bool { return b.Village.Kind == "community" }

func (b ballot) title(position string) string { return PositionTitle(position, b.community()) }

func (b ballot) applied() bool { return b.Draft != nil && b.Draft.AppliedAt != nil }

// seat finds a post of the old team.
func (b ballot) seat(id int64) (seat, bool) {
	for _, s := range b.Seats {
		if s.ID == id {
			return s, true
		}
	}
	return seat{}, false
}

// undecided counts the lines without a decision.
func (b ballot) undecided() (n int) {
	for _, c := range b.Rows {
		if c.Decision == "" {
			n++
		}
	}
	return n
}

// holders are the lines that give one of the posts.
func (b ballot) holders(posts ...string) (list []Choice) {
	for _, post := range posts {
		for _, c := range b.Rows {
			if c.gets() == post {
				list = append(list, c)
			}
		}
	}
	return list
}

// State says how far a village is.
func (b ballot) state() string {
	switch {
	case b.applied():
		return "applied"
	case b.Draft == nil:
		return "none"
	case b.undecided()+len(b.Gone) > 0:
		return "draft"
	}
	return "filled"
}

var ballotStates = []Word{{"none", "未填写"}, {"draft", "填写中"}, {"filled", "已填写"}, {"applied", "已应用"}}

// match lays what was decided over the old team as it is now.
func (b *ballot) match(saved []Choice) {
	if b.applied() {
		b.Rows = saved
		return
	}
	about := map[int64]Choice{}
	for _, c := range saved {
		if c.AppointmentID != nil {
			about[*c.AppointmentID] = c
		}
	}
	for _, s := range b.Seats {
		c := Choice{VillageID: s.VillageID, AppointmentID: &s.ID, PersonID: &s.PersonID, PersonName: s.PersonName, Sex: s.Sex, FromPosition: s.Position}
		if was, ok := about[s.ID]; ok {
			delete(about, s.ID)
			if was.FromPosition == s.Position && was.who() == c.who() {
				c.ID, c.Decision, c.ToPosition, c.Terms = was.ID, was.Decision, was.ToPosition, was.Terms
			}
		}
		b.Rows = append(b.Rows, c)
	}
	for _, c := range saved {
		if c.AppointmentID == nil {
			b.Rows = append(b.Rows, c)
		} else if _, gone := about[*c.AppointmentID]; gone {
			b.Gone = append(b.Gone, c)
		}
	}
}

// day is the day on which a line's old post ends, exclusive, or its new one begins.
func (b ballot) day(position string) *time.Time {
	if b.Draft == nil {
		return nil
	}
	return b.Draft.Of(bodyOf(position))
}

// youngUntil is the age up to which 35岁以下 counts.
const youngUntil = 35

// youngSince is the first month of birth that counts as 35岁以下 on a day.
func youngSince(on time.Time) time.Time {
	return time.Date(on.Year()-youngUntil-1, on.Month()+1, 1, 0, 0, 0, 0, time.UTC)
}
