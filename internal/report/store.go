package report

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
)

// Store is all SQL of the module.
type Store struct{}

// postRow is a post on a day with the file of its holder, which is absent where another unit keeps it.
type postRow struct {
	PersonID     int64
	Name         string
	Sex          string
	PositionCode string
	Management   string
	Paid         bool
	Since        time.Time
	TownshipID   int64
	VillageID    int64
	TownshipName string
	VillageName  string
	TownshipCode string
	VillageCode  string
	Community    bool
	Birth        *time.Time
	Ethnic       string
	Political    string
	Education    string
	PartyJoin    *time.Time
	PartyFull    *time.Time
	Origins      []string
	ContractEnd  *time.Time
}

// posts reads the posts of a caliber on a day, in one township or (0) in the whole scope. The name is that of the post; a file
// that was voided or merged counts nowhere, and nobody counts on the day of his death, although his posts last to its end.
func (Store) posts(ctx context.Context, tx *access.Tx, c Caliber, on time.Time, township int64) ([]postRow, error) {
	rows, err := tx.Query(ctx, `select a.person_id, a.person_name as name, a.sex, a.position_code, a.management_type as management, a.is_paid as paid,
			lower(a.during) as since, a.township_id, a.village_id, t.name as township_name, v.name as village_name, t.code as township_code,
			v.code as village_code, v.kind = 'community' as community, p.birth_date as birth, coalesce(p.ethnic, '') as ethnic,
			coalesce(p.political, '') as political, coalesce(p.education, '') as education, p.party_join_date as party_join,
			p.party_full_date as party_full, p.origins, a.contract_ends_on as contract_end
		from appointments a
			join townships t on t.tenant_id = a.tenant_id and t.id = a.township_id
			join villages v on v.tenant_id = a.tenant_id and v.township_id = a.township_id and v.id = a.village_id
			left join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id
		where a.tenant_id = @tenant and a.during @> @on::date and (@township = 0 or a.township_id = @township)
			and case when @any then a.position_code <> all(@codes) else a.position_code = any(@codes) end and (not @paid or a.is_paid)
			and p.voided_at is null and p.merged_into is null and (p.died_on is null or p.died_on > @on::date)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "on": on, "township": township, "any": c.posts == nil, "paid": c.paid,
			"codes": c.codes()})
	if err != nil {
		return nil, err
	}
	// By place and not by name: a district has thousands of rows.
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r postRow, err error) {
		return r, row.Scan(&r.PersonID, &r.Name, &r.Sex, &r.PositionCode, &r.Management, &r.Paid, &r.Since, &r.TownshipID, &r.VillageID, &r.TownshipName,
			&r.VillageName, &r.TownshipCode, &r.VillageCode, &r.Community, &r.Birth, &r.Ethnic, &r.Political, &r.Education, &r.PartyJoin, &r.PartyFull,
			&r.Origins, &r.ContractEnd)
	})
}

// codes are the posts that count, or those that do not where any other counts.
func (c Caliber) codes() []string {
	if c.posts == nil {
		return residents
	}
	return c.posts
}

// Facts reads a caliber on a day, by person or by post, in one question to the database and in no order.
func (s Store) Facts(ctx context.Context, tx *access.Tx, c Caliber, byPost bool, on time.Time, township int64) ([]Fact, error) {
	rows, err := s.posts(ctx, tx, c, on, township)
	if err != nil {
		return nil, err
	}
	facts := make([]Fact, len(rows))
	for i, r := range rows {
		facts[i] = r.fact()
	}
	if !byPost {
		facts = persons(facts)
	}
	for i := range facts {
		facts[i].count(on)
	}
	return facts, nil
}

// markDual marks those who are secretary and director of one village on a day: posts that their caliber may not count.
func (Store) markDual(ctx context.Context, tx *access.Tx, facts []Fact, on time.Time) error {
	rows, err := tx.Query(ctx, `select distinct s.person_id from appointments s
			join appointments d on d.tenant_id = s.tenant_id and d.village_id = s.village_id and d.person_id = s.person_id
				and d.position_code = 'village_director' and d.during @> @on::date
		where s.tenant_id = @tenant and s.position_code = 'party_secretary' and s.during @> @on::date`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "on": on})
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	both := make(map[int64]bool, len(ids))
	for _, id := range ids {
		both[id] = true
	}
	for i := range facts {
		facts[i].Dual = both[facts[i].PersonID]
	}
	return err
}

func (r postRow) fact() Fact {
	f := Fact{PersonID: r.PersonID, Name: r.Name, Sex: r.Sex, TownshipID: r.TownshipID, VillageID: r.VillageID, TownshipName: r.TownshipName,
		VillageName: r.VillageName, TownshipCode: r.TownshipCode, VillageCode: r.VillageCode, Community: r.Community, Posts: []string{r.PositionCode},
		rank: rank[r.PositionCode], Managed: []string{r.Management}, Paid: r.Paid, Since: r.Since, ContractEnd: r.ContractEnd, Ethnic: r.Ethnic, Political: r.Political,
		Education: r.Education, PartyJoin: r.PartyJoin, PartyFull: r.PartyFull, Origins: r.Origins}
	if r.Birth != nil {
		f.File, f.Birth = true, *r.Birth
	}
	return f
}
