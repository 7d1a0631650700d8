package report

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// holders reads the files in scope that bear one of the names or one of the numbers, with the posts of a day.
func (s Store) holders(ctx context.Context, tx *access.Tx, names []string, indexes [][]byte, on time.Time) ([]*Holder, error) {
	rows, err := tx.Query(ctx, `select p.id, p.name, p.former_name, p.sex, p.township_id, p.village_id, t.name, v.name, v.kind = 'community', p.birth_date, p.ethnic,
			p.political, p.education, p.party_join_date, p.party_full_date, p.origins, p.native_place, p.birth_place, p.work_start_date,
			p.technical_post, p.specialty, p.party_branch, p.id_index, p.id_cipher, p.phone_cipher, coalesce(p.died_on <= @on::date, false),
			coalesce(fulltime.level, ''), coalesce(fulltime.school, ''), coalesce(inservice.level, ''), coalesce(inservice.school, '')
		from persons p join townships t on t.tenant_id = p.tenant_id and t.id = p.township_id
			join villages v on v.tenant_id = p.tenant_id and v.township_id = p.township_id and v.id = p.village_id
			left join lateral (select e.level, e.school || e.major as school from education_records e where e.tenant_id = p.tenant_id and e.person_id = p.id
				and e.mode = 'fulltime' order by e.level, e.finished_on desc nulls last limit 1) fulltime on true
			left join lateral (select e.level, e.school || e.major as school from education_records e where e.tenant_id = p.tenant_id and e.person_id = p.id
				and e.mode = 'inservice' order by e.level, e.finished_on desc nulls last limit 1) inservice on true
		where p.tenant_id = @tenant and p.voided_at is null and p.merged_into is null
			and (p.name = any(@names) or p.former_name = any(@names) and p.former_name <> '' or p.id_index = any(@indexes))
		order by t.code, v.code, p.id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "names": names, "indexes": indexes, "on": on})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*Holder, error) {
		h := &Holder{}
		h.File = true
		return h, row.Scan(&h.PersonID, &h.Name, &h.FormerName, &h.Sex, &h.TownshipID, &h.VillageID, &h.TownshipName, &h.VillageName, &h.Community, &h.Birth, &h.Ethnic,
			&h.Political, &h.Education, &h.PartyJoin, &h.PartyFull, &h.Origins, &h.NativePlace, &h.BirthPlace, &h.WorkStart,
			&h.TechnicalPost, &h.Specialty, &h.PartyBranch, &h.IDIndex, &h.IDCipher, &h.PhoneCipher, &h.Died,
			&h.Schooling[0].Level, &h.Schooling[0].School, &h.Schooling[1].Level, &h.Schooling[1].School)
	})
	if err != nil {
		return nil, err
	}
	return list, s.posted(ctx, tx, list, on)
}

// posted adds the posts of a day, the highest first.
func (Store) posted(ctx context.Context, tx *access.Tx, list []*Holder, on time.Time) error {
	at := make(map[int64]*Holder, len(list))
	ids := make([]int64, len(list))
	for i, h := range list {
		at[h.PersonID], ids[i] = h, h.PersonID
	}
	type held struct {
		Person, Village   int64
		Position, Managed string
		Paid              bool
		Since             time.Time
	}
	rows, err := tx.Query(ctx, `select person_id as person, village_id as village, position_code as position, management_type as managed, is_paid as paid, lower(during) as since
		from appointments where tenant_id = @tenant and person_id = any(@ids) and during @> @on::date`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "ids": ids, "on": on})
	if err != nil {
		return err
	}
	posts, err := pgx.CollectRows(rows, pgx.RowToStructByName[held])
	if err != nil {
		return err
	}
	slices.SortStableFunc(posts, func(a, b held) int { return rank[a.Position] - rank[b.Position] })
	leads := map[[2]int64]bool{} // secretaries stand before directors
	for _, p := range posts {
		h := at[p.Person]
		if h.Died {
			continue
		}
		if len(h.Posts) == 0 {
			h.Since = p.Since
		}
		if chief := [2]int64{p.Person, p.Village}; p.Position == "party_secretary" {
			leads[chief] = true
		} else if p.Position == "village_director" && leads[chief] {
			h.Dual = true
		}
		h.Posts, h.Managed, h.Paid = append(h.Posts, p.Position), append(h.Managed, p.Managed), h.Paid || p.Paid
	}
	for _, h := range list {
		h.Posts = slices.Compact(h.Posts)
		if len(h.Posts) == 0 {
			h.Since = on
		}
		h.count(on)
	}
	return nil
}
