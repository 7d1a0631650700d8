package duty

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// Turns is how a village's turns of a month spread over its people.
type Turns struct {
	TownshipID   int64
	TownshipName string
	VillageID    int64
	VillageName  string
	RosterID     int64
	People       int
	Turns        int
	Least        int
	Most         int
}

// Average writes the mean with one decimal.
func (t Turns) Average() string {
	if t.People == 0 {
		return "—"
	}
	return fmt.Sprintf("%.1f", float64(t.Turns)/float64(t.People))
}

// Spread is how many turns lie between who stands most and who stands least.
func (t Turns) Spread() int { return t.Most - t.Least }

// Turns reads how the turns of published rosters spread over everybody who was in post within the month, those without a
// turn included. Who really stood counts, where 事后补记 says so; stand-ins are not of the team.
func (Store) Turns(ctx context.Context, tx *access.Tx, m month.Month, township int64) ([]Turns, error) {
	// The team and the turns are stacked and grouped, not joined: so no estimate of their sizes can make the plan bad.
	rows, err := tx.Query(ctx, `with one as (
			select village_id, person_id, sum(turns)::int as turns from (
				select a.village_id, a.person_id, 0 as turns, true as ours
				from appointments a join persons p on p.tenant_id = a.tenant_id and p.id = a.person_id
				where a.tenant_id = @tenant and (@township::bigint = 0 or a.township_id = @township) and a.during && daterange(@first, @next)
					and a.position_code not in ('group_leader', 'village_assistant') and p.voided_at is null and (p.died_on is null or p.died_on >= @first)
				union all
				select a.village_id, coalesce(s.person_id, a.person_id), 1, false
				from duty_rosters r join duty_assignments a on a.tenant_id = r.tenant_id and a.roster_id = r.id`+insteadOf+`
				where r.tenant_id = @tenant and r.month = @month and r.number > 0 and (@township::bigint = 0 or r.township_id = @township)
				union all
				select s.village_id, s.person_id, 1, false
				from duty_rosters r join duty_stands s on s.tenant_id = r.tenant_id and s.roster_id = r.id
				where r.tenant_id = @tenant and r.month = @month and r.number > 0 and (@township::bigint = 0 or r.township_id = @township) and`+inEmptyPlace+`
			) x group by village_id, person_id having bool_or(ours)
		), spread as (
			select village_id, count(*)::int as people, sum(turns)::int as turns, min(turns) as least, max(turns) as most from one group by village_id
		)
		select r.township_id, r.township_name, r.village_id, r.village_name, r.id as roster_id, s.people, s.turns, s.least, s.most
		from duty_rosters r join villages v on v.tenant_id = r.tenant_id and v.id = r.village_id join spread s on s.village_id = r.village_id
		where r.tenant_id = @tenant and r.month = @month and r.number > 0 and (@township::bigint = 0 or r.township_id = @township)
		order by v.code`,
		pgx.StrictNamedArgs{"tenant": tx.Tenant(), "month": m, "first": m.First(), "next": m.Next().First(), "township": township})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Turns])
}

func turnsPath(m month.Month) string { return overviewPath(m) + "/turns" }

func turnsOf(m month.Month, township int64) string {
	return turnsPath(m) + "/" + strconv.FormatInt(township, 10)
}

// turnGroup is a township's turns.
type turnGroup struct {
	Turns
	Villages int
	Widest   Turns // the village where they spread most
}

// turnGroups sums villages up by township; they come in the order of the tree.
func turnGroups(list []Turns) []turnGroup {
	var groups []turnGroup
	for _, t := range list {
		if n := len(groups); n == 0 || groups[n-1].TownshipID != t.TownshipID {
			groups = append(groups, turnGroup{Turns: Turns{TownshipID: t.TownshipID, TownshipName: t.TownshipName, Least: t.Least}, Widest: t})
		}
		g := &groups[len(groups)-1]
		g.Villages++
		g.People += t.People
		g.Turns.Turns += t.Turns
		g.Least, g.Most = min(g.Least, t.Least), max(g.Most, t.Most)
		if t.Spread() > g.Widest.Spread() {
			g.Widest = t
		}
	}
	return groups
}

type turnsProps struct {
	Month, Now month.Month
	Township   int64
	Groups     []turnGroup
	List       []Turns
	path       func(month.Month) string
}

func (p turnsProps) months() []ui.Tab { return monthTabs(p.Now, p.Month, p.path) }

// stats sums the page up.
func (p turnsProps) stats() []ui.StatItem {
	var all Turns
	wide := 0
	for i, t := range p.List {
		if i == 0 {
			all.Least = t.Least
		}
		all.People, all.Turns = all.People+t.People, all.Turns+t.Turns
		all.Least, all.Most = min(all.Least, t.Least), max(all.Most, t.Most)
		if t.Spread() > wideSpread {
			wide++
		}
	}
	return []ui.StatItem{{Label: "人均值班", Value: all.Average(), Unit: "次", Note: fmt.Sprintf("%d次/%d人", all.Turns, all.People)},
		{Label: "最少", Value: strconv.Itoa(all.Least), Unit: "次"}, {Label: "最多", Value: strconv.Itoa(all.Most), Unit: "次"},
		{Label: "差距较大的村(社区)", Value: strconv.Itoa(wide), Note: fmt.Sprintf("同村最多与最少相差%d次以上", wideSpread+1)}}
}

// wideSpread is how many turns may lie between the people of a village before the page calls it out.
const wideSpread = 3

func (m *Module) showTurns(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	p := turnsProps{Month: at, Now: month.Of(s.Now()), path: turnsPath}
	if p.Township, err = townshipOf(r, s); err != nil {
		return err
	}
	var known []place
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if known, err = m.Store.places(r.Context(), tx, at, p.Township, 0); err != nil {
			return err
		}
		p.List, err = m.Store.Turns(r.Context(), tx, at, p.Township)
		return err
	})
	if err != nil {
		return err
	}
	if p.Township != 0 && len(known) == 0 {
		return fault.NotFound()
	}
	p.Groups = turnGroups(p.List)
	v := access.View{Title: at.Title() + "值班均衡", AsOf: s.Now().Format("2006-01-02 15:04"), Print: true}
	if p.Township != 0 && s.Level() == pg.District {
		p.path = func(m month.Month) string { return turnsOf(m, p.Township) }
		v.Title = known[0].TownshipName + v.Title
		v.Crumbs = []ui.Crumb{{Title: s.District() + at.Title() + "值班均衡", Href: turnsPath(at)}}
	}
	return access.Page(w, r, s, v, turnsPage(p))
}
