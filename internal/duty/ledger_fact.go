package duty

import (
	"fmt"
	"time"

	"touyan/internal/platform/month"
)

// The facts of a ledger beside the versions are kept as they are recorded and put into words when they are shown: the
// fingerprint covers what was recorded, so another wording in a later release is no change of the record. Fields are
// never renamed and added only with omitempty, for the same reason.

type ledgerLeave struct {
	VillageID   int64
	PersonName  string
	Kind        string
	First       time.Time
	Last        time.Time
	RecordedBy  string
	CancelledBy string
}

func (l ledgerLeave) words() string {
	text := fmt.Sprintf("%s %s %s至%s,%s登记", l.PersonName, leaveTitles[l.Kind], l.First.Format("01-02"), l.Last.Format("01-02"), l.RecordedBy)
	if l.CancelledBy != "" {
		text += ",已由" + l.CancelledBy + "撤销"
	}
	return text
}

type ledgerSwap struct {
	VillageID int64
	FromName  string
	FromDay   time.Time
	ToName    string
	ToDay     *time.Time // nil: the other one takes the day and gives none
	Reason    string
	State     string
	DecidedBy string
}

func (s ledgerSwap) words() string {
	text := s.FromName + s.FromDay.Format(" 01-02") + "由" + s.ToName + "替班"
	if s.ToDay != nil {
		text = s.FromName + s.FromDay.Format(" 01-02") + "与" + s.ToName + s.ToDay.Format(" 01-02") + "换班"
	}
	text += "(" + s.Reason + ")," + s.DecidedBy
	if s.State == swapRecorded {
		return text + "登记"
	}
	return text + "同意"
}

type ledgerCheck struct {
	VillageID  int64
	OnDay      time.Time
	CheckedAt  time.Time
	Way        string
	Result     string
	PersonName string
	FoundName  string
	Note       string
	Checker    string
	Voided     bool
	VoidReason string
}

func (c ledgerCheck) words() string {
	text := c.CheckedAt.In(month.Zone).Format("01-02 15:04 ") + wordOf(ways, c.Way) + " " +
		Check{PersonName: c.PersonName, Result: c.Result, FoundName: c.FoundName}.Words() + ",检查人" + c.Checker
	if c.Note != "" {
		text += "," + c.Note
	}
	if c.Voided {
		text += ",已作废:" + c.VoidReason
	}
	return text
}

type ledgerStand struct {
	VillageID      int64
	OnDay          time.Time
	PersonName     string
	Title          string
	Reason         string
	RecordedBy     string
	RecordedAt     time.Time
	WithdrawnBy    string
	WithdrawReason string
}

func (s ledgerStand) words() string {
	text := fmt.Sprintf("%s %s(%s)实际值班:%s,%s %s补记", s.OnDay.Format("01-02"), s.PersonName, s.Title, s.Reason, s.RecordedBy,
		s.RecordedAt.In(month.Zone).Format("01-02 15:04"))
	if s.WithdrawnBy != "" {
		text += ",已由" + s.WithdrawnBy + "撤销:" + s.WithdrawReason
	}
	return text
}

// Why a month of a ledger holds no version.
const (
	beforeFirst = "before" // the village had not posted any roster yet
	neverPosted = "none"
)

// missing says why there is no version.
func (p LedgerPart) missing() string {
	switch p.Missing {
	case beforeFirst:
		return "系统启用前,无记录"
	case neverPosted:
		return "这个月没有发布值班表"
	}
	return ""
}

// ledgerGroup are facts of one kind beside the versions.
type ledgerGroup struct {
	Title string
	Lines []string
}

// groups are the facts beside the versions in words, those kinds of which there are any.
func (p LedgerPart) groups() (list []ledgerGroup) {
	for _, g := range []ledgerGroup{{"请假", say(p.Leaves)}, {"换班、替班", say(p.Swaps)}, {"抽查", say(p.Checks)}, {"事后补记", say(p.Stands)}} {
		if len(g.Lines) > 0 {
			list = append(list, g)
		}
	}
	return list
}

func say[F interface{ words() string }](facts []F) (lines []string) {
	for _, f := range facts {
		lines = append(lines, f.words())
	}
	return lines
}
