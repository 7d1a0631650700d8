package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/platform/workday"
)

// Titler names a post as it is said in a village or a community (村委会主任, 居委会主任). The register owns the words.
type Titler func(position string, community bool) string

// Store reads and writes the tables of duty.
type Store struct {
	title Titler
	order []string // posts, the highest first
}

type calendar interface{ Kind(time.Time) workday.Info }

func (Store) calendar(ctx context.Context, tx *access.Tx) (*workday.Calendar, error) {
	return org.Store{}.Calendar(ctx, tx)
}

// Settings are what a district decides about duty.
type Settings struct {
	Shifts      Shifts
	Former      []Era // what held before, the earliest first
	PublicPage  bool
	PublicPhone bool
	AbsenceItem string
	Version     int
}

// Settings reads the district's settings, the defaults where it has decided nothing yet.
func (Store) Settings(ctx context.Context, tx *access.Tx) (Settings, error) {
	rows, err := tx.Query(ctx, `select shifts, former, public_page, public_phone, absence_item, version from duty_settings where tenant_id = @tenant`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant()})
	if err != nil {
		return Settings{}, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Settings])
	if err != nil || len(list) == 0 {
		return Settings{PublicPage: true}, err
	}
	return list[0], nil
}

// Roster is a village's roster of one month.
type Roster struct {
	ID           int64
	TownshipID   int64
	VillageID    int64
	Month        month.Month
	TownshipName string
	VillageName  string
	Places       int
	Filled       int
	EmptyDays    int32
	AbsentDays   int32
	Phone        string
	Number       int // the published version, 0 for a draft
	PublishedAt  *time.Time
	DraftedBy    string
	DraftedAt    time.Time
	Edited       bool // people changed it since it was drafted
	Version      int
}

// Empty are the days with an empty place.
func (r Roster) Empty() Days { return Days(r.EmptyDays) }

// Absent are the days on which a spot check found nobody.
func (r Roster) Absent() Days { return Days(r.AbsentDays) }

// Published reports whether the roster hangs on the wall.
func (r Roster) Published() bool { return r.Number > 0 }

const rosterColumns = `id, township_id, village_id, month, township_name, village_name, places, filled, empty_days, absent_days, phone,
	number, published_at, drafted_by, drafted_at, edited, version`

// Roster reads one roster in scope; lock holds it until the transaction ends.
func (Store) Roster(ctx context.Context, tx *access.Tx, id int64, lock bool) (Roster, error) {
	sql := `select ` + rosterColumns + ` from duty_rosters where tenant_id = @tenant and id = @id`
	if lock {
		sql += ` for update`
	}
	rows, err := tx.Query(ctx, sql, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Roster{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Roster])
}

// RosterOf reads the roster of a village and month.
func (Store) RosterOf(ctx context.Context, tx *access.Tx, m month.Month, village int64) (Roster, error) {
	rows, err := tx.Query(ctx, `select `+rosterColumns+` from duty_rosters where tenant_id = @tenant and village_id = @village and month = @month`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "village": village, "month": m})
	if err != nil {
		return Roster{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Roster])
}

// Standing is an assignment as it is stored.
type Standing struct {
	RosterID   int64
	OnDay      time.Time
	Shift      string
	PersonID   *int64
	PersonName string
	Title      string
	StandIn    bool
	Reason     string
}

// assignment is the standing as the rules see it.
func (s Standing) assignment() Assignment {
	a := Assignment{Slot: Slot{s.OnDay.Day(), s.Shift}, Name: s.PersonName, Title: s.Title, StandIn: s.StandIn, Reason: s.Reason}
	if s.PersonID != nil {
		a.Person = *s.PersonID
	}
	return a
}

// Assignments reads who stands, by roster.
func (Store) Assignments(ctx context.Context, tx *access.Tx, rosters ...int64) (map[int64][]Assignment, error) {
	rows, err := tx.Query(ctx, `select roster_id, on_day, shift, person_id, person_name, title, stand_in, reason from duty_assignments
		where tenant_id = @tenant and roster_id = any(@rosters) order by roster_id, on_day, shift`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "rosters": rosters})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Standing])
	out := make(map[int64][]Assignment, len(rosters))
	for _, s := range list {
		out[s.RosterID] = append(out[s.RosterID], s.assignment())
	}
	return out, err
}

// errMoved is the answer to a save on a roster that somebody changed meanwhile.
var errMoved = fault.Conflict("值班表刚被其他人修改,请刷新后再操作")
