package access

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// predecessors are the read-only grants that running grants bring with them: who acts for a merged or renamed unit's
// successor reads the rows of the unit that it took over, and of those that this one had taken over before. They are
// never stored: they begin with the succession and end with the grant.
//
// A grant on a village opens villages and a grant on a township townships; the rows of a village that came from another
// township are read by its successor and by the district.
func predecessors(ctx context.Context, tx *Tx, grants []Grant, today time.Time) ([]Grant, error) {
	var out []Grant
	for _, g := range grants {
		if g.TownshipID == 0 {
			continue // a district sees all of its units, the closed ones too
		}
		rows, err := tx.Query(ctx, `with recursive before (id, township_id, village_id) as (
				select s.id, s.old_township_id, s.old_village_id from unit_successions s
				where s.tenant_id = @tenant and s.new_township_id = @township and s.new_village_id = @village
					and s.effective_on <= @today
				union
				select s.id, s.old_township_id, s.old_village_id from unit_successions s
				join before b on s.new_township_id = b.township_id and s.new_village_id = b.village_id
				where s.tenant_id = @tenant and s.effective_on <= @today)
			select b.id, b.township_id, b.village_id, t.name as township_name, coalesce(v.name, '') as village_name from before b
			join townships t on t.tenant_id = @tenant and t.id = b.township_id
			left join villages v on v.tenant_id = @tenant and v.township_id = b.township_id and v.id = b.village_id
			where (b.township_id, b.village_id) <> (@township, @village) order by b.id`,
			pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": g.TownshipID, "village": g.VillageID, "today": today})
		if err != nil {
			return nil, err
		}
		type old struct {
			ID, TownshipID, VillageID int64
			TownshipName, VillageName string
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[old])
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			p := g
			p.ID, p.Kind, p.Reason = -(o.ID<<32 | g.ID), "predecessor", ""
			p.TownshipID, p.TownshipName, p.VillageID, p.VillageName = o.TownshipID, o.TownshipName, o.VillageID, o.VillageName
			out = append(out, p)
		}
	}
	return out, nil
}
