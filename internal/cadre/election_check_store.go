package cadre

import (
	"context"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// facts reads what the check of these ballots must know about their people.
func (Store) facts(ctx context.Context, tx *access.Tx, ballots []ballot) (facts, error) {
	f := facts{people: map[int64]standing{}, registered: map[string]bool{}, kin: map[int64][]string{}}
	people, villages, indexes, claims := []int64{}, []int64{}, [][]byte{}, []claim{}
	for _, b := range ballots {
		villages = append(villages, b.Village.ID)
		for _, c := range b.Rows {
			if c.PersonID != nil {
				people = append(people, *c.PersonID)
			} else {
				indexes = append(indexes, c.IDIndex)
			}
			if post := c.gets(); heads(post) && b.day(post) != nil {
				claims = append(claims, claim{b.Village.ID, post, id64(c.PersonID), *b.day(post), nil})
			}
		}
	}
	args := func() pgx.StrictNamedArgs { return pgx.StrictNamedArgs{"tenant": tx.Tenant(), "people": people} }
	bodies := []string{}
	for _, p := range positions {
		if has(Bodies, p.Body) {
			bodies = append(bodies, p.Code)
		}
	}
	// Files and posts of the same people in other units decide as well; of them the page says no more than that they exist.
	err := tx.Wide(ctx, "换届检查:班子成员在本区其他单位的职务、档案状态", func(wide *access.Tx) error {
		rows, err := wide.Query(ctx, `select id, name, birth_date, political, died_on is not null or voided_at is not null or merged_into is not null as gone
			from persons where tenant_id = @tenant and id = any(@people)`, args())
		if err != nil {
			return err
		}
		standings, err := pgx.CollectRows(rows, pgx.RowToStructByName[standing])
		if err != nil {
			return err
		}
		for _, p := range standings {
			f.people[p.ID] = p
		}
		posts := args()
		posts["bodies"], posts["villages"] = bodies, villages
		rows, err = wide.Query(ctx, `select id, person_id, township_id, village_id, position_code as position, upper(during) as until_on from appointments
			where tenant_id = @tenant and position_code = any(@bodies) and (person_id = any(@people) or village_id = any(@villages) and upper_inf(during))`, posts)
		if err != nil {
			return err
		}
		if f.posts, err = pgx.CollectRows(rows, pgx.RowToStructByName[servedPost]); err != nil {
			return err
		}
		rows, err = wide.Query(ctx, `select id_index from persons where tenant_id = @tenant and id_index = any(@indexes) and voided_at is null
			and merged_into is null`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "indexes": indexes})
		if err != nil {
			return err
		}
		known, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		for _, index := range known {
			f.registered[string(index)] = true
		}
		return err
	})
	if err != nil {
		return f, err
	}
	if f.seated, err = (Store{}).seatedBefore(ctx, tx, claims, nil); err != nil {
		return f, err
	}
	rows, err := tx.Query(ctx, `select person_id, name from family_members where tenant_id = @tenant and person_id = any(@people)`, args())
	if err != nil {
		return f, err
	}
	var person int64
	var name string
	_, err = pgx.ForEachRow(rows, []any{&person, &name}, func() error {
		f.kin[person] = append(f.kin[person], name)
		return nil
	})
	return f, err
}
