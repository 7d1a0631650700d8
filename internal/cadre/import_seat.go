package cadre

import (
	"context"
	"fmt"
	"slices"
	"time"

	"touyan/internal/org"
	"touyan/internal/platform/xlsx"
)

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

// claimOf notes the claims of a row of people. Who could not be told by his number is nobody else of the file.
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

// seats says of each row that makes a second head who holds the seat, be it in the register, as far as the file does
// not end his term, or by another row.
func (r *resolving) seats(ctx context.Context, leaves []plannedPost) error {
	claims := make([]claim, len(r.claims))
	for i, c := range r.claims {
		claims[i] = c.claim
	}
	ends := map[int64]time.Time{}
	for _, x := range leaves {
		ends[x.ends] = x.Until.AddDate(0, 0, 1)
	}
	held, err := Store{}.seatedBefore(ctx, r.tx, claims, ends)
	if err != nil {
		return err
	}
	for _, h := range held {
		c := r.claims[h.Claim]
		c.report.Cell(c.row, "position", "%s", h.sentence())
	}
	byVillage := map[int64][]fileClaim{}
	for _, c := range r.claims {
		byVillage[c.Village] = append(byVillage[c.Village], c)
	}
	for _, c := range r.claims {
		rivals := byVillage[c.Village]
		if i := slices.IndexFunc(rivals, func(o fileClaim) bool { return o.who != c.who && c.against(o.claim) }); i >= 0 {
			c.report.Cell(c.row, "position", "与第%d行%s(%s)同时任%s,只能有一人,请核对职务和日期", rivals[i].row.Number, rivals[i].name,
				Appointment{FromOn: rivals[i].FromOn, ToOn: rivals[i].ToOn}.Dates(), seatName(c.village.Name, PositionTitle(c.Position, c.village.Kind == "community")))
		}
	}
	return nil
}
