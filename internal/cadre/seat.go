package cadre

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/xlsx"
)

// A village has one secretary, one director and one head of supervision at a time, or every figure that counts villages by
// them is wrong. The table itself keeps two apart (appointments_seat_excl), whichever way they come and however many come at
// once; what is asked here first names the one who holds the seat.

// heads tells whether a post is the head of its body.
func heads(position string) bool { return position != "" && chiefs[bodyOf(position)] == position }

// claim is a head's seat in a village that somebody shall have for a time.
type claim struct {
	Village  int64
	Position string
	Person   int64 // 0 for somebody new
	FromOn   time.Time
	ToOn     *time.Time // the first day after it; nil while it goes on
}

// seated is a post in the way of a claim, with whose it is.
type seated struct {
	Claim      int // its place among the claims
	PersonName string
	Appointment
}

// sentence says who holds the seat.
func (h seated) sentence() string {
	return fmt.Sprintf("%s的%s在这段时间是%s(%s),请先登记其离任,或核对日期", h.VillageName, h.Title(), h.PersonName, h.Dates())
}

// seatedBefore finds the posts of others that stand in the way of claims, the latest of each first.
func (Store) seatedBefore(ctx context.Context, tx *access.Tx, claims []claim) ([]seated, error) {
	if len(claims) == 0 {
		return nil, nil
	}
	c := columns{}
	for i, x := range claims {
		put(c, "claim", i)
		put(c, "village", x.Village)
		put(c, "position", x.Position)
		put(c, "person", x.Person)
		put(c, "from", x.FromOn)
		put(c, "to", x.ToOn)
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant()}
	for name, list := range c {
		args[name] = list
	}
	rows, err := tx.Query(ctx, `select x.claim, a.person_name, `+appointmentColumns+appointmentTables+`
			join unnest(@claim::int[], @village::bigint[], @position::text[], @person::bigint[], @from::date[], @to::date[]) x(claim, village, position, person, since, until)
			on x.village = a.village_id and x.position = a.position_code and x.person <> a.person_id and a.during && daterange(x.since, x.until)
		where a.tenant_id = @tenant order by x.claim, lower(a.during) desc, a.id`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[seated])
}

// seatFree refuses a second head of a body.
func (st Store) seatFree(ctx context.Context, tx *access.Tx, person int64, a Appointment) error {
	if !heads(a.PositionCode) {
		return nil
	}
	held, err := st.seatedBefore(ctx, tx, []claim{{a.VillageID, a.PositionCode, person, a.FromOn, a.ToOn}})
	if err != nil || len(held) == 0 {
		return err
	}
	return fault.Conflict("%s", held[0].sentence())
}

// fileClaim is a claim that a row of an upload makes.
type fileClaim struct {
	claim
	report  *xlsx.Report
	row     xlsx.Row
	who     string // the same for all rows of one person
	name    string
	village org.Village
}

// claim notes that a row of an upload makes somebody head of a body.
func (r *resolving) claim(c fileClaim) {
	if c.Village = c.village.ID; heads(c.Position) && c.Village != 0 && !c.FromOn.IsZero() {
		r.claims = append(r.claims, c)
	}
}

// claimOf notes the claims of a row of people. Who could not be told by his number is nobody's else.
func (r *resolving) claimOf(in *intent) {
	who, person := string(in.Index), int64(0)
	if who == "" {
		who = fmt.Sprint("row ", in.Row)
	}
	if in.Existing != nil {
		person = in.Existing.ID
	}
	for _, code := range in.New {
		r.claim(fileClaim{claim{Position: code, Person: person, FromOn: in.Since}, r.u.Report, r.u.rows[in.Row], who, in.Name, in.Village})
	}
}

// seats says of each row that makes a second head who holds the seat, be it in the register or by another row.
func (r *resolving) seats(ctx context.Context) error {
	claims := make([]claim, len(r.claims))
	for i, c := range r.claims {
		claims[i] = c.claim
	}
	held, err := Store{}.seatedBefore(ctx, r.tx, claims)
	if err != nil {
		return err
	}
	said := map[int]bool{}
	for _, h := range held {
		if c := r.claims[h.Claim]; !said[h.Claim] {
			said[h.Claim] = true
			c.report.Cell(c.row, "position", "%s", h.sentence())
		}
	}
	bySeat := map[string][]fileClaim{}
	for _, c := range r.claims {
		seat := fmt.Sprint(c.Village, c.Position)
		bySeat[seat] = append(bySeat[seat], c)
	}
	for _, c := range r.claims {
		rivals := bySeat[fmt.Sprint(c.Village, c.Position)]
		if i := slices.IndexFunc(rivals, c.against); i >= 0 {
			c.report.Cell(c.row, "position", "与第%d行%s同时任%s的%s,只能有一人,请核对职务和日期", rivals[i].row.Number, rivals[i].name, c.village.Name,
				PositionTitle(c.Position, c.village.Kind == "community"))
		}
	}
	return nil
}

// against tells whether another claim of the same seat is somebody else's at the same time.
func (c fileClaim) against(other fileClaim) bool {
	return c.who != other.who && (c.ToOn == nil || other.FromOn.Before(*c.ToOn)) && (other.ToOn == nil || c.FromOn.Before(*other.ToOn))
}
