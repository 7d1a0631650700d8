package report

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// lastHolders gives for every village who held the posts last before a day; who dies on it holds them to its end.
func (Store) lastHolders(ctx context.Context, tx *access.Tx, township int64, on time.Time) ([]vacancy, error) {
	rows, err := tx.Query(ctx, `select distinct on (village_id, position_code) village_id, position_code as position, person_name as name, upper(during) as left_on
		from appointments where tenant_id = @tenant and (@township = 0 or township_id = @township) and position_code = any(@posts)
			and lower(during) <= @on::date and upper(during) <= @on::date + 1
		order by village_id, position_code, upper(during) desc`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "posts": chiefPosts, "on": on})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[vacancy])
}

// gaps gives every serving cadre with the fields that his file lacks, and how many they are; kept are those who lack one of the
// fields that are asked for.
func (Store) gaps(ctx context.Context, tx *access.Tx, township int64, on time.Time, fields []string) (list []gap, people int, err error) {
	rows, err := tx.Query(ctx, `select p.id as person_id, p.name, t.name as township_name, v.name as village,
			array_remove(array[case when p.phone_cipher is null then 'phone' end, case when p.ethnic = '' then 'ethnic' end,
				case when p.political = '' then 'political' end, case when p.education = '' then 'education' end,
				case when p.political in ('01', '02') and p.party_join_date is null then 'joined' end, case when p.origins = '{}' then 'origin' end,
				case when p.native_place = '' then 'native' end, case when p.work_start_date is null then 'work' end,
				case when p.bank_cipher is null and held.paid then 'bank' end,
				case when not exists (select from photos f where f.tenant_id = p.tenant_id and f.person_id = p.id) then 'photo' end], null) as missing
		from (select a.person_id, bool_or(a.is_paid) as paid from appointments a where a.tenant_id = @tenant and a.during @> @on::date
				and a.position_code <> all(@residents) group by 1) held
			join persons p on p.tenant_id = @tenant and p.id = held.person_id and p.voided_at is null and p.merged_into is null
				and (p.died_on is null or p.died_on > @on::date)
			join townships t on t.tenant_id = p.tenant_id and t.id = p.township_id
			join villages v on v.tenant_id = p.tenant_id and v.township_id = p.township_id and v.id = p.village_id
		where @township = 0 or p.township_id = @township
		order by t.code, v.code, p.name, p.id`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": township, "on": on, "residents": residents})
	if err != nil {
		return nil, 0, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[gap])
	people = len(all)
	return slices.DeleteFunc(all, func(g gap) bool { return !lacksOne(g.Missing, fields) }), people, err
}
