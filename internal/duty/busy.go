package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// busy knows on which days people stand in other villages: some serve in two, and nobody stands twice on one day.
type busy map[int64]map[int]string // person → day → village

// elsewhere reads where the people of the plans stand in villages that are not drafted now.
func (Store) elsewhere(ctx context.Context, tx *access.Tx, m month.Month, villages []int64, plans map[int64]Plan) (busy, error) {
	var people []int64
	for _, p := range plans {
		for _, one := range p.People {
			people = append(people, one.ID)
		}
	}
	return busyRows(tx.Query(ctx, `select a.person_id, a.on_day, r.village_name
		from duty_assignments a join duty_rosters r on r.tenant_id = a.tenant_id and r.id = a.roster_id
		where a.tenant_id = @tenant and a.person_id = any(@people) and a.on_day >= @first and a.on_day < @next
			and (a.village_id <> all(@villages) or r.number > 0)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "people": people, "first": m.First(), "next": m.Next().First(), "villages": villages}))
}

// besides reads where the people of a roster stand in other villages in its month, as far as the scope sees them.
func (Store) besides(ctx context.Context, tx *access.Tx, r Roster, p Plan) (busy, error) {
	people := make([]int64, len(p.People))
	for i, one := range p.People {
		people[i] = one.ID
	}
	return busyRows(tx.Query(ctx, `select a.person_id, a.on_day, r.village_name
		from duty_assignments a join duty_rosters r on r.tenant_id = a.tenant_id and r.id = a.roster_id
		where a.tenant_id = @tenant and a.person_id = any(@people) and a.on_day >= @first and a.on_day < @next and a.roster_id <> @roster`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "people": people, "first": r.Month.First(), "next": r.Month.Next().First(), "roster": r.ID}))
}

func busyRows(rows pgx.Rows, err error) (busy, error) {
	if err != nil {
		return nil, err
	}
	b := busy{}
	var person int64
	var day time.Time
	var village string
	_, err = pgx.ForEachRow(rows, []any{&person, &day, &village}, func() error {
		b.at(person)[day.Day()] = village
		return nil
	})
	return b, err
}

func (b busy) at(person int64) map[int]string {
	if b[person] == nil {
		b[person] = map[int]string{}
	}
	return b[person]
}

// block takes the days on which people stand elsewhere out of a plan.
func (b busy) block(p Plan) {
	for _, one := range p.People {
		for day, village := range b[one.ID] {
			if one.Away[day] == "" {
				one.Away[day] = "已在" + village + "值班"
			}
		}
	}
}

// note remembers a draft for the villages that follow.
func (b busy) note(village string, made []Assignment) {
	for _, a := range made {
		if a.Person != 0 {
			b.at(a.Person)[a.Day] = village
		}
	}
}
