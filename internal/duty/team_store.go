package duty

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/month"
)

// leaveTitles name the kinds of leave.
var leaveTitles = map[string]string{"personal": "事假", "sick": "病假", "official": "因公外出", "marriage": "婚假", "maternity": "产假",
	"bereavement": "丧假", "annual": "年休假"}

// Plans makes the plan of a month for each of the villages: who may stand, who is away, and what everybody carries over.
// It asks one question per table, however many villages there are.
func (st Store) Plans(ctx context.Context, tx *access.Tx, m month.Month, villages []int64) (map[int64]Plan, error) {
	cal, err := st.calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	set, err := st.Settings(ctx, tx)
	if err != nil {
		return nil, err
	}
	kinds, _ := Kinds(cal, m)
	slots := set.For(m).Slots(m)
	posts, err := st.posts(ctx, tx, m, villages)
	if err != nil {
		return nil, err
	}
	plans := make(map[int64]Plan, len(villages))
	for _, v := range villages {
		plans[v] = Plan{Kinds: kinds, Slots: slots, Window: windowTitle, People: team(m, posts[v], st.order, st.title)}
	}
	if err := st.absences(ctx, tx, m, villages, plans); err != nil {
		return nil, err
	}
	if err := st.loads(ctx, tx, cal, m, villages, plans); err != nil {
		return nil, err
	}
	for _, p := range plans {
		level(p.People, m.First())
	}
	return plans, nil
}

// person finds somebody of a plan; nil if he is not of the team.
func (p Plan) person(id int64) *Person {
	for i := range p.People {
		if p.People[i].ID == id {
			return &p.People[i]
		}
	}
	return nil
}

func (Store) posts(ctx context.Context, tx *access.Tx, m month.Month, villages []int64) (map[int64][]post, error) {
	rows, err := tx.Query(ctx, `select a.village_id, a.person_id, a.person_name, a.position_code as position, v.kind = 'community' as community,
			lower(a.during) as "from", least(upper(a.during), p.died_on + 1) as "to",
			min(lower(a.during)) over (partition by a.village_id, a.person_id) as since
		from appointments a join villages v on v.tenant_id = a.tenant_id and v.township_id = a.township_id and v.id = a.village_id
			join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id
		where a.tenant_id = @tenant and a.village_id = any(@villages) and lower(a.during) < @next and p.voided_at is null
			and a.position_code not in ('group_leader', 'village_assistant')`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "villages": villages, "next": m.Next().First()})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[post])
	posts := map[int64][]post{}
	for _, p := range list {
		posts[p.VillageID] = append(posts[p.VillageID], p)
	}
	return posts, err
}

// absences puts leave and 不便值班日期 into the plans. A leave counts in every village that its person serves.
func (Store) absences(ctx context.Context, tx *access.Tx, m month.Month, villages []int64, plans map[int64]Plan) error {
	var people []int64
	teams := map[int64][]*Person{}
	for _, plan := range plans {
		for i := range plan.People {
			one := &plan.People[i]
			people, teams[one.ID] = append(people, one.ID), append(teams[one.ID], one)
		}
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "people": people, "first": m.First(), "next": m.Next().First()}
	b := &pgx.Batch{}
	b.Queue(`select person_id, kind, lower(during), upper(during) from duty_leaves
		where tenant_id = @tenant and person_id = any(@people) and during && daterange(@first, @next) and cancelled_at is null`,
		args).Query(func(rows pgx.Rows) error {
		var person int64
		var kind string
		var from, to time.Time
		_, err := pgx.ForEachRow(rows, []any{&person, &kind, &from, &to}, func() error {
			for _, p := range teams[person] {
				days := daysOf(m, from, &to)
				for day := 1; day <= 31; day++ {
					if days.Has(day) {
						p.Away[day] = leaveTitles[kind]
					}
				}
			}
			return nil
		})
		return err
	})
	args = pgx.StrictNamedArgs{"tenant": tx.Tenant(), "villages": villages, "first": m.First(), "next": m.Next().First()}
	b.Queue(`select village_id, person_id, on_day from duty_wishes
		where tenant_id = @tenant and village_id = any(@villages) and on_day >= @first and on_day < @next`, args).Query(func(rows pgx.Rows) error {
		var village, person int64
		var day time.Time
		_, err := pgx.ForEachRow(rows, []any{&village, &person, &day}, func() error {
			if p := plans[village].person(person); p != nil {
				p.Wish |= Span(day.Day(), day.Day())
			}
			return nil
		})
		return err
	})
	return tx.SendBatch(ctx, b).Close()
}

// loads counts who really stood within the window, unless a spot check found nobody.
func (Store) loads(ctx context.Context, tx *access.Tx, cal calendar, m month.Month, villages []int64, plans map[int64]Plan) error {
	start := m.Add(-windowMonths).First()
	var days []time.Time
	var kinds []int32
	for d := start; d.Before(m.First()); d = d.AddDate(0, 0, 1) {
		if k := KindOf(cal.Kind(d)); k != Workday {
			days, kinds = append(days, d), append(kinds, int32(k))
		}
	}
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "villages": villages, "start": start, "first": m.First(), "days": days, "kinds": kinds}
	rows, err := tx.Query(ctx, `with stood as (
			select a.village_id, coalesce(s.person_id, a.person_id) as person_id, a.on_day
			from duty_assignments a
				join duty_rosters r on r.tenant_id = a.tenant_id and r.township_id = a.township_id and r.village_id = a.village_id and r.id = a.roster_id`+
		insteadOf+`
			where a.tenant_id = @tenant and r.tenant_id = @tenant and r.village_id = any(@villages) and r.month >= @start and r.month < @first
				and r.number > 0 and r.absent_days >> (extract(day from a.on_day)::int - 1) & 1 = 0
			union all
			select s.village_id, s.person_id, s.on_day
			from duty_stands s
				join duty_rosters r on r.tenant_id = s.tenant_id and r.township_id = s.township_id and r.village_id = s.village_id and r.id = s.roster_id
			where s.tenant_id = @tenant and r.tenant_id = @tenant and r.village_id = any(@villages) and r.month >= @start and r.month < @first
				and r.number > 0 and r.absent_days >> (extract(day from s.on_day)::int - 1) & 1 = 0 and`+inEmptyPlace+`
		)
		select x.village_id, x.person_id, coalesce(k.kind, 0), count(*)::int, max(x.on_day),
			count(*) filter (where x.on_day > @first::date - 8)::int,
			coalesce(bit_or(1 << (@first::date - x.on_day - 1)) filter (where x.on_day > @first::date - 8), 0)::int
		from stood x left join unnest(@days::date[], @kinds::int[]) as k (day, kind) on k.day = x.on_day
		where x.person_id is not null
		group by 1, 2, 3`, args)
	if err != nil {
		return err
	}
	var village, person int64
	var kind, count, recent, eve int
	var last time.Time
	ran := map[*Person]int{}
	_, err = pgx.ForEachRow(rows, []any{&village, &person, &kind, &count, &last, &recent, &eve}, func() error {
		if p := plans[village].person(person); p != nil {
			p.Carry[kind] += count
			p.Last = max(p.Last, int(month.Day(last).Sub(m.First()).Hours()/24)+1)
			ran[p] |= eve
		}
		return nil
	})
	for p, bits := range ran {
		for bits&1 == 1 {
			p.Run, bits = p.Run+1, bits>>1
		}
	}
	return err
}
