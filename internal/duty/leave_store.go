package duty

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// village reads a village of the scope.
func (Store) village(ctx context.Context, tx *access.Tx, id int64) (place, error) {
	s := tx.Scope()
	rows, err := tx.Query(ctx, `select v.township_id, t.name as township_name, v.id as village_id, v.name as village_name
		from villages v join townships t on t.tenant_id = v.tenant_id and t.id = v.township_id
		where v.tenant_id = @tenant and v.id = @id and (@township = 0 or v.township_id = @township) and (@village = 0 or v.id = @village)`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id, "township": s.Township(), "village": s.Village()})
	if err != nil {
		return place{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[place])
}

// members are the people who stand in a village this month or the next, the highest posts first.
func (st Store) members(ctx context.Context, tx *access.Tx, village int64) ([]Person, error) {
	now := month.Of(tx.Scope().Now())
	posts, err := st.posts(ctx, tx, now.Next(), []int64{village})
	if err != nil {
		return nil, err
	}
	list := team(now, posts[village], st.order, st.title)
	for _, p := range team(now.Next(), posts[village], st.order, st.title) {
		if !slices.ContainsFunc(list, func(known Person) bool { return known.ID == p.ID }) {
			list = append(list, p)
		}
	}
	return list, nil
}

const leaveColumns = `l.id, l.township_id, l.village_id, t.name as township_name, v.name as village_name, l.person_id, l.person_name, l.kind, lower(l.during) as first,
	upper(l.during) - 1 as last, l.note, l.recorded_by, l.recorded_at, l.cancelled_at, l.cancelled_by, l.version`

// leaveFilter narrows the list of leaves.
type leaveFilter struct {
	Village int64
	From    time.Time // zero: leaves of any day
	Next    time.Time
	Text    string
}

// Leaves lists leaves in scope, the latest first, and how many there are.
func (Store) Leaves(ctx context.Context, tx *access.Tx, f leaveFilter, limit, offset int) ([]Leave, error) {
	rows, err := tx.Query(ctx, `select `+leaveColumns+` from duty_leaves l
			join villages v on v.tenant_id = l.tenant_id and v.township_id = l.township_id and v.id = l.village_id
			join townships t on t.tenant_id = l.tenant_id and t.id = l.township_id
		where l.tenant_id = @tenant and (@village = 0 or l.village_id = @village) and l.during && daterange(@from, @next)
			and (@text = '' or strpos(l.person_name, @text) > 0 or strpos(v.name, @text) > 0 or strpos(t.name, @text) > 0)
		order by lower(l.during) desc, l.id desc limit @limit offset @offset`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "village": f.Village,
		"from": f.From, "next": f.Next, "text": f.Text, "limit": limit, "offset": offset})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Leave])
}

func (Store) countLeaves(ctx context.Context, tx *access.Tx, f leaveFilter) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from duty_leaves l
			join villages v on v.tenant_id = l.tenant_id and v.township_id = l.township_id and v.id = l.village_id
			join townships t on t.tenant_id = l.tenant_id and t.id = l.township_id
		where l.tenant_id = @tenant and (@village = 0 or l.village_id = @village) and l.during && daterange(@from, @next)
			and (@text = '' or strpos(l.person_name, @text) > 0 or strpos(v.name, @text) > 0 or strpos(t.name, @text) > 0)`, pgx.StrictNamedArgs{"tenant": tx.Tenant(),
		"village": f.Village, "from": f.From, "next": f.Next, "text": f.Text}).Scan(&n)
	return n, err
}

// leave reads one, locked.
func (Store) leave(ctx context.Context, tx *access.Tx, id int64) (Leave, error) {
	rows, err := tx.Query(ctx, `select `+leaveColumns+` from duty_leaves l
			join villages v on v.tenant_id = l.tenant_id and v.township_id = l.township_id and v.id = l.village_id
			join townships t on t.tenant_id = l.tenant_id and t.id = l.township_id
		where l.tenant_id = @tenant and l.id = @id for update of l`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": id})
	if err != nil {
		return Leave{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Leave])
}

// overlapping gives a person's leave in force that shares a day with l, if there is one.
func (Store) overlapping(ctx context.Context, tx *access.Tx, l Leave) (*Leave, error) {
	rows, err := tx.Query(ctx, `select `+leaveColumns+` from duty_leaves l
			join villages v on v.tenant_id = l.tenant_id and v.township_id = l.township_id and v.id = l.village_id
			join townships t on t.tenant_id = l.tenant_id and t.id = l.township_id
		where l.tenant_id = @tenant and l.person_id = @person and l.cancelled_at is null and l.during && daterange(@first, @last, '[]')
		order by lower(l.during) limit 1`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "person": l.PersonID, "first": l.First, "last": l.Last})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Leave])
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

func (Store) addLeave(ctx context.Context, tx *access.Tx, at place, l Leave) (id int64, err error) {
	s := tx.Scope()
	err = tx.QueryRow(ctx, `insert into duty_leaves (tenant_id, township_id, village_id, person_id, person_name, kind, during, note, recorded_by, recorded_at)
		values (@tenant, @township, @village, @person, @name, @kind, daterange(@first, @last, '[]'), @note, @by, @now) returning id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": at.TownshipID, "village": at.VillageID, "person": l.PersonID, "name": l.PersonName,
			"kind": l.Kind, "first": l.First, "last": l.Last, "note": l.Note, "by": s.Name(), "now": s.Now()}).Scan(&id)
	tx.Audit(access.Line{Action: "duty.leave", Object: "duty_leaves", ID: id, Person: l.PersonID,
		Summary: "登记请假:" + l.PersonName + l.Title() + l.Span(), Detail: map[string]any{"kind": l.Kind, "days": l.Days()}})
	return id, err
}

// endLeave takes back a leave that has not begun, or ends one that has with yesterday.
func (Store) endLeave(ctx context.Context, tx *access.Tx, l Leave, version int) (cancelled bool, err error) {
	s := tx.Scope()
	if !l.Ends(s.Today()) {
		return false, fault.Conflict("这次请假已经结束或撤销")
	}
	if l.Version != version {
		return false, fault.Conflict("这次请假刚被其他人修改,请刷新后再操作")
	}
	cancelled = !month.Day(l.First).Before(s.Today())
	sql := `update duty_leaves set during = daterange(lower(during), @today), version = version + 1 where tenant_id = @tenant and id = @id`
	args := pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": l.ID, "today": s.Today()}
	if cancelled {
		sql = `update duty_leaves set cancelled_at = @now, cancelled_by = @by, version = version + 1 where tenant_id = @tenant and id = @id`
		args = pgx.StrictNamedArgs{"tenant": tx.Tenant(), "id": l.ID, "now": s.Now(), "by": s.Name()}
	}
	_, err = tx.Exec(ctx, sql, args)
	tx.Audit(access.Line{Action: "duty.leave.end", Object: "duty_leaves", ID: l.ID, Person: l.PersonID,
		Summary: "销假:" + l.PersonName + l.Title() + l.Span(), Detail: map[string]any{"cancelled": cancelled}})
	return cancelled, err
}

// touched locks the rosters that a leave may touch, the earliest first: those of the village, and those of others in which
// the person stands on one of its days.
func (Store) touched(ctx context.Context, tx *access.Tx, village int64, l Leave, from month.Month) ([]int64, error) {
	rows, err := tx.Query(ctx, `select r.id from duty_rosters r where r.tenant_id = @tenant and r.month between @from and @to
			and (r.village_id = @village or exists (select from duty_assignments a where a.tenant_id = r.tenant_id and a.roster_id = r.id
				and a.person_id = @person and a.on_day between @first and @last))
		order by r.month, r.id for update`, pgx.StrictNamedArgs{"tenant": tx.Tenant(), "village": village, "from": from, "to": month.Of(l.Last),
		"person": l.PersonID, "first": l.First, "last": l.Last})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// outsiders are the people of the township's other villages on the given days of a roster.
func (st Store) outsiders(ctx context.Context, tx *access.Tx, t table, slots []Slot) ([]outsider, error) {
	var days []time.Time
	for _, s := range slots {
		if d := t.Month.Date(s.Day); !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	rows, err := tx.Query(ctx, `select extract(day from d.day)::int, a.person_id, a.person_name, v.name, v.kind = 'community', array_agg(a.position_code),
			(select l.kind from duty_leaves l where l.tenant_id = @tenant and l.person_id = a.person_id and l.during @> d.day and l.cancelled_at is null),
			exists (select from duty_assignments x where x.tenant_id = @tenant and x.person_id = a.person_id and x.on_day = d.day and x.roster_id <> @roster)
		from unnest(@days::date[]) as d (day)
			join appointments a on a.tenant_id = @tenant and a.township_id = @township and a.village_id <> @village and a.during @> d.day
				and a.position_code not in ('group_leader', 'village_assistant')
			join villages v on v.tenant_id = a.tenant_id and v.township_id = a.township_id and v.id = a.village_id
			join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id and p.voided_at is null and (p.died_on is null or p.died_on >= d.day)
		group by d.day, a.person_id, a.person_name, v.name, v.kind, v.code order by d.day, v.code, a.person_id`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "township": t.TownshipID, "village": t.VillageID, "roster": t.ID, "days": days})
	if err != nil {
		return nil, err
	}
	var list []outsider
	var o outsider
	var community, stands bool
	var positions []string
	var kind *string
	_, err = pgx.ForEachRow(rows, []any{&o.Day, &o.PersonID, &o.PersonName, &o.VillageName, &community, &positions, &kind, &stands}, func() error {
		if t.Plan.person(o.PersonID) != nil {
			return nil
		}
		slices.SortFunc(positions, func(a, b string) int { return rank(st.order, a) - rank(st.order, b) })
		o.Title, o.Why = st.title(positions[0], community), ""
		switch {
		case kind != nil:
			o.Why = leaveTitles[*kind]
		case stands:
			o.Why = "已在其他村(社区)值班"
		}
		list = append(list, o)
		return nil
	})
	return list, err
}
