package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"touyan/internal/cadre"
	"touyan/internal/duty"
	"touyan/internal/platform/month"
)

// duty writes rosters of last month, of the anchor and of the month after it for all villages, and of the two months
// before for one township, so that an old month can be proved. Who stands is drafted by the module's own rule.
func (w *loading) duty(ctx context.Context, done *Loaded) error {
	_, err := w.tx.Exec(ctx, `insert into duty_settings (tenant_id, public_page, public_phone) values ($1, true, true)`, w.tx.Tenant())
	if err != nil {
		return err
	}
	r, store := w.d.dice("duty"), duty.New("", cadre.PositionOrder(), duty.Titler(w.title)).Store
	for back := -3; back <= 1; back++ {
		m := &dutyMonth{loading: w, dice: r, at: w.d.Spec.Anchor.Add(back), back: back, store: store}
		if err := m.load(ctx); err != nil {
			return fmt.Errorf("rosters of %s: %w", m.at, err)
		}
		done.Rosters += len(m.list)
	}
	first := w.d.Townships[0]
	for _, t := range w.d.Townships {
		if t.Code == draftTownship {
			first = t
		}
	}
	village := first.Villages[0]
	_, err = store.MakeLedger(ctx, w.tx, w.townships[w.d.Villages[village].Township], w.villages[village],
		w.d.Spec.Anchor.Add(-3), w.d.Spec.Anchor.Prev())
	return err
}

// dutyMonth is one month of rosters on its way into the database.
type dutyMonth struct {
	*loading
	dice
	at    month.Month
	back  int // months from the anchor
	store duty.Store
	list  []duty.Past
	ids   map[int64]int64 // village → roster
	swaps []dutySwap
}

// dutySwap is two people who took each other's day.
type dutySwap struct {
	village  int // in list
	from, to duty.Assignment
	state    string
	at       time.Time
}

func (m *dutyMonth) load(ctx context.Context) error {
	for i, v := range m.d.Villages {
		if !v.ClosedOn.IsZero() && !v.ClosedOn.After(m.at.Last()) || m.back < -1 && m.d.Townships[v.Township].Code != draftTownship {
			continue
		}
		m.list = append(m.list, duty.Past{TownshipID: m.townships[v.Township], VillageID: m.villages[i], TownshipName: m.d.Townships[v.Township].Name,
			VillageName: v.Name, Phone: fmt.Sprintf("0939-%07d", 3200000+i*37), By: m.clerk(v.Township).name, At: m.moment(m.at.Prev().Date(25), 9, i)})
	}
	if len(m.list) == 0 {
		return nil
	}
	if err := m.leaves(ctx); err != nil {
		return err
	}
	if err := m.draft(ctx); err != nil {
		return err
	}
	var err error
	if m.ids, err = m.store.ImportPast(ctx, m.tx, m.at, m.list); err != nil {
		return err
	}
	if err := m.swapped(ctx); err != nil {
		return err
	}
	return m.checked(ctx)
}

func (m *dutyMonth) clerk(township int) user { return m.users[m.d.desk(township)+"-clerk"] }

// moment is a time of a day that differs for each village, and never lies ahead.
func (m *dutyMonth) moment(day time.Time, hour, seq int) time.Time {
	at := day.Add(time.Duration(hour)*time.Hour + time.Duration(seq%50)*time.Minute + time.Duration(seq)*time.Second)
	if at.After(m.now) {
		return m.now
	}
	return at
}

// township is the index of a village's township.
func (m *dutyMonth) township(p duty.Past) int { return slices.Index(m.townships, p.TownshipID) }

// leaves lets some three in a hundred be away for some days of the month.
func (m *dutyMonth) leaves(ctx context.Context) error {
	q := &queue{tx: m.tx}
	kinds := []string{"personal", "sick", "official", "annual", "marriage", "bereavement"}
	for _, p := range m.d.People {
		if p.ending || m.back < -1 || !m.chance(3) {
			continue
		}
		from := m.at.Date(m.between(2, 24))
		post := p.Posts[0]
		if !post.On(from) {
			continue
		}
		until := from.AddDate(0, 0, m.between(1, 4))
		err := q.add(ctx, `insert into duty_leaves (tenant_id, township_id, village_id, person_id, person_name, kind, during, recorded_by, recorded_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, m.tx.Tenant(), m.townships[m.d.Villages[post.Village].Township], m.villages[post.Village],
			m.people[p.Key], p.Name, kinds[m.weighted(40, 20, 25, 10, 3, 2)], during(from, until), m.clerk(m.d.Villages[post.Village].Township).name,
			m.moment(m.at.Prev().Date(23), 10, p.Key%600))
		if err != nil {
			return err
		}
	}
	return q.send(ctx)
}

// draft fills the places and lets happen what happens to a posted roster: people swap days and leave office.
func (m *dutyMonth) draft(ctx context.Context) error {
	villages := make([]int64, len(m.list))
	for i, p := range m.list {
		villages[i] = p.VillageID
	}
	plans, err := m.store.Plans(ctx, m.tx, m.at, villages)
	if err != nil {
		return err
	}
	used := map[int64]map[int]bool{}
	for i := range m.list {
		p := &m.list[i]
		p.Plan = plans[p.VillageID]
		gone := m.leavers(p.Plan)
		for _, one := range p.Plan.People {
			for day := range used[one.ID] {
				if one.Away[day] == "" {
					one.Away[day] = "已在其他村(社区)值班"
				}
			}
		}
		made, holes := p.Plan.Draft()
		for _, a := range made {
			if used[a.Person] == nil {
				used[a.Person] = map[int]bool{}
			}
			used[a.Person][a.Day] = true
		}
		m.publish(i, made, holes)
		m.vacate(p, gone)
		if m.back <= 0 && m.chance(6) {
			m.swap(i)
		}
	}
	return nil
}

// leavers are those whose post ends within the anchor month: nobody knew when the month was drafted, so they are planned
// to its end and whoever follows them is not. It gives the last day of each.
func (m *dutyMonth) leavers(p duty.Plan) map[int64]int {
	gone := map[int64]int{}
	if m.back != 0 {
		return gone
	}
	whole := duty.Span(1, m.at.Days())
	for i := range p.People {
		one := &p.People[i]
		if one.Post.Has(1) && !one.Post.Has(m.at.Days()) {
			gone[one.ID] = one.Post.Count()
			one.Post = whole
		} else if !one.Post.Has(1) {
			one.Post = 0
		}
	}
	return gone
}

// publish makes version 1. A few villages hang nothing: their secretary has not looked yet. Of the month to come half of
// the townships have published.
func (m *dutyMonth) publish(i int, made []duty.Assignment, holes []duty.Hole) {
	p := &m.list[i]
	t := m.township(*p)
	if m.back == 0 && m.chance(1) || m.back > 0 && (t%2 == 1 || m.now.Before(m.at.Prev().Date(25))) {
		p.Draft = made
		return
	}
	for _, h := range holes {
		made = append(made, duty.Assignment{Slot: h.Slot, Name: m.clerk(t).name, Title: "乡镇干部", StandIn: true, Reason: "本村无人可排(" + h.Why + "),由乡镇指定代班"})
	}
	slices.SortStableFunc(made, func(a, b duty.Assignment) int { return a.Day - b.Day })
	p.Versions = []duty.PastVersion{{Days: made, Reason: "首次发布", By: m.clerk(t).name, At: m.moment(m.at.Prev().Date(27), 15, i)}}
}

// change adds a version to a roster that hangs.
func (m *dutyMonth) change(p *duty.Past, days []duty.Assignment, reason string, at time.Time) {
	p.Versions = append(p.Versions, duty.PastVersion{Days: days, Reason: reason, By: m.clerk(m.township(*p)).name, At: at})
}

// vacate takes who has left office off the days that he does not serve.
func (m *dutyMonth) vacate(p *duty.Past, gone map[int64]int) {
	if len(p.Versions) == 0 {
		return
	}
	for id, last := range gone {
		day := m.at.Date(min(last+1, m.at.Days()))
		if day.After(m.now) {
			continue
		}
		before := p.Versions[len(p.Versions)-1].Days
		name := ""
		left := slices.DeleteFunc(slices.Clone(before), func(a duty.Assignment) bool {
			if a.Person == id && a.Day > last {
				name = a.Name
				return true
			}
			return false
		})
		if name != "" {
			m.change(p, left, name+"不再任职", m.moment(day, 9, last))
		}
	}
}

// swap lets two people of a village take each other's day.
func (m *dutyMonth) swap(i int) {
	p := &m.list[i]
	if len(p.Versions) != 1 {
		return
	}
	days := slices.Clone(p.Versions[0].Days)
	free := func(id int64, day int) bool {
		for _, one := range p.Plan.People {
			if one.ID == id {
				return one.Post.Has(day) && one.Away[day] == ""
			}
		}
		return false
	}
	x := m.IntN(len(days) / 2)
	for y := x + 1; y < len(days); y++ {
		a, b := days[x], days[y]
		if a.Person == b.Person || a.Person == 0 || b.Person == 0 || !free(a.Person, b.Day) || !free(b.Person, a.Day) {
			continue
		}
		at := m.moment(m.at.First().AddDate(0, 0, a.Day-3), 16, i)
		if at.Before(p.Versions[0].At) {
			at = p.Versions[0].At.Add(time.Hour)
		}
		m.swaps = append(m.swaps, dutySwap{i, a, b, pick(m.dice, []string{"recorded", "agreed"}), at})
		days[x].Person, days[x].Name, days[x].Title = b.Person, b.Name, b.Title
		days[y].Person, days[y].Name, days[y].Title = a.Person, a.Name, a.Title
		days[x].Reason, days[y].Reason = "与"+a.Name+"换班", "与"+b.Name+"换班"
		m.change(p, days, "换班:"+a.Name+"与"+b.Name, at)
		return
	}
}

func (m *dutyMonth) swapped(ctx context.Context) error {
	q := &queue{tx: m.tx}
	for _, s := range m.swaps {
		p := m.list[s.village]
		asked, decided := s.from.Name, s.to.Name
		if s.state == "recorded" {
			asked = m.clerk(m.township(p)).name
			decided = asked
		}
		err := q.add(ctx, `insert into duty_swaps (tenant_id, township_id, village_id, roster_id, from_person_id, from_name, from_day, to_person_id,
				to_name, to_day, reason, state, asked_by, asked_at, decided_by, decided_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $14)`, m.tx.Tenant(), p.TownshipID, p.VillageID, m.ids[p.VillageID],
			s.from.Person, s.from.Name, m.at.Date(s.from.Day), s.to.Person, s.to.Name, m.at.Date(s.to.Day),
			pick(m.dice, []string{"到区里参加培训", "家中有事", "带老人看病", "孩子开学"}), s.state, asked, s.at, decided)
		if err != nil {
			return err
		}
	}
	return q.send(ctx)
}

// checked lets the townships look in on a part of their villages, up to yesterday.
func (m *dutyMonth) checked(ctx context.Context) error {
	q := &queue{tx: m.tx}
	part := map[int]int{-1: 30, 0: 15}[m.back]
	if m.back < -1 {
		part = 40
	}
	for i, p := range m.list {
		if len(p.Versions) == 0 || m.back > 0 || !m.chance(part) {
			continue
		}
		days := p.Versions[len(p.Versions)-1].Days
		a := days[m.IntN(len(days))]
		day := m.at.Date(a.Day)
		if !day.Before(m.now.AddDate(0, 0, -1)) || a.Person == 0 {
			continue
		}
		result, found := []string{"in_post", "absent", "substitute", "excused"}[m.weighted(88, 4, 5, 3)], ""
		if result == "substitute" {
			found = p.Plan.People[m.IntN(len(p.Plan.People))].Name
			if found == a.Name {
				result, found = "in_post", ""
			}
		}
		note := map[string]string{"absent": "电话无人接听,到村查看无人在岗", "excused": "临时被通知到镇上开会"}[result]
		at := m.moment(day, 9+i%8, i)
		err := q.add(ctx, `insert into duty_checks (tenant_id, township_id, village_id, roster_id, on_day, checked_at, way, result, person_id,
				person_name, found_name, note, checker, recorded_by, recorded_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $6)`, m.tx.Tenant(), p.TownshipID, p.VillageID, m.ids[p.VillageID], day, at,
			pick(m.dice, []string{"visit", "landline"}), result, a.Person, a.Name, found, note, m.clerk(m.township(p)).name, m.clerk(m.township(p)).name)
		if err != nil {
			return err
		}
		if result == "substitute" && m.chance(50) {
			if err := m.stood(ctx, q, p, a, found, at); err != nil {
				return err
			}
		}
	}
	if err := q.send(ctx); err != nil {
		return err
	}
	_, err := m.tx.Exec(ctx, `update duty_rosters r set checked_days = c.checked, absent_days = coalesce(c.absent, 0)
		from (select roster_id, bit_or(1 << (extract(day from on_day)::int - 1)) as checked,
				bit_or(1 << (extract(day from on_day)::int - 1)) filter (where result in ('absent', 'excused')) as absent
			from duty_checks where tenant_id = $1 and on_day >= $2 and on_day <= $3 group by roster_id) c
		where r.tenant_id = $1 and r.id = c.roster_id and r.month = $2`, m.tx.Tenant(), m.at.First(), m.at.Last())
	return err
}

// stood enters afterwards that a colleague stood, unless he stands himself that day.
func (m *dutyMonth) stood(ctx context.Context, q *queue, p duty.Past, a duty.Assignment, name string, at time.Time) error {
	for _, one := range p.Plan.People {
		if one.Name != name || !one.Post.Has(a.Day) {
			continue
		}
		return q.add(ctx, `insert into duty_stands (tenant_id, township_id, village_id, roster_id, on_day, person_id, person_name, title, reason,
				recorded_by, recorded_at)
			select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 where not exists (select from duty_assignments x
				where x.tenant_id = $1 and x.person_id = $6 and x.on_day = $5)`, m.tx.Tenant(), p.TownshipID, p.VillageID, m.ids[p.VillageID],
			m.at.Date(a.Day), one.ID, one.Name, one.Title, "当天临时由"+one.Name+"顶班", m.clerk(m.township(p)).name, m.moment(at.AddDate(0, 0, 1), 1, a.Day))
	}
	return nil
}
