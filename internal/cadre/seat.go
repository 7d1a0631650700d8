package cadre

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
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

// against tells whether a term of the same seat is somebody else's at the same time.
func (c claim) against(other claim) bool {
	return c.Village == other.Village && c.Position == other.Position && (c.Person != other.Person || c.Person == 0) &&
		(c.ToOn == nil || other.FromOn.Before(*c.ToOn)) && (other.ToOn == nil || c.FromOn.Before(*other.ToOn))
}

// seated is a post in the way of a claim, with whose it is.
type seated struct {
	Claim      int `db:"-"` // its place among the claims
	PersonID   int64
	PersonName string
	Appointment
}

// sentence says who holds the seat.
func (h seated) sentence() string {
	return fmt.Sprintf("%s在这段时间是%s(%s),请先登记其离任,或核对日期", seatName(h.VillageName, h.Title()), h.PersonName, h.Dates())
}

// seatName names a post with its village: 马家沟村党组织书记.
func seatName(village, title string) string {
	for _, kind := range []string{"村", "社区"} {
		if strings.HasSuffix(village, kind) {
			title = strings.TrimPrefix(title, kind)
		}
	}
	return village + title
}

// seatedBefore finds for each claim the latest post of somebody else that stands in its way. One statement reads all terms of
// the villages' heads, by way of the village, whose township leads the index of posts; they are compared here, since a join
// to thousands of claims is planned as if they were ten. ends are posts that end now, by their first day after; nil for none.
func (Store) seatedBefore(ctx context.Context, tx *access.Tx, claims []claim, ends map[int64]time.Time) ([]seated, error) {
	if len(claims) == 0 {
		return nil, nil
	}
	villages := make([]int64, len(claims))
	for i, c := range claims {
		villages[i] = c.Village
	}
	slices.Sort(villages)
	rows, err := tx.Query(ctx, `select a.id, a.person_id, a.person_name, v.id as village_id, v.name as village_name, v.kind = 'community' as community,
			a.position_code, lower(a.during) as from_on, upper(a.during) as to_on
		from villages v join appointments a on a.tenant_id = v.tenant_id and a.township_id = v.township_id and a.village_id = v.id
		where v.tenant_id = @tenant and v.id = any(@villages) and a.position_code = any(@heads) order by lower(a.during) desc, a.id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "villages": slices.Compact(villages), "heads": slices.Collect(maps.Values(chiefs))})
	if err != nil {
		return nil, err
	}
	terms, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[seated])
	if err != nil {
		return nil, err
	}
	byVillage := map[int64][]seated{}
	for _, h := range terms {
		if day, ok := ends[h.ID]; ok {
			h.ToOn = &day
		}
		byVillage[h.VillageID] = append(byVillage[h.VillageID], h)
	}
	var found []seated
	for i, c := range claims {
		of := byVillage[c.Village]
		if n := slices.IndexFunc(of, func(h seated) bool {
			return c.against(claim{h.VillageID, h.PositionCode, h.PersonID, h.FromOn, h.ToOn})
		}); n >= 0 {
			h := of[n]
			h.Claim = i
			found = append(found, h)
		}
	}
	return found, nil
}

// seatFree refuses a second head of a body.
func (st Store) seatFree(ctx context.Context, tx *access.Tx, person int64, a Appointment) error {
	if !heads(a.PositionCode) {
		return nil
	}
	held, err := st.seatedBefore(ctx, tx, []claim{{a.VillageID, a.PositionCode, person, a.FromOn, a.ToOn}}, nil)
	if err != nil || len(held) == 0 {
		return err
	}
	return fault.Conflict("%s", held[0].sentence())
}
