package demo

import (
	"slices"
	"time"

	"touyan/internal/platform/idcard"
)

// The posts that the generator hands out.
const (
	secretary  = "party_secretary"
	director   = "village_director"
	deputy     = "party_deputy_secretary"
	vcDeputy   = "vc_deputy_director"
	supervisor = "supervision_director"
	branch     = "party_committee_member"
	vcMember   = "vc_member"
	clerk      = "clerk"
	women      = "womens_federation_chair"
	youth      = "youth_league_secretary"
	militia    = "militia_commander"
	cooperates = "coop_chair"
	firstSec   = "first_secretary"
	teamLead   = "resident_team_leader"
	teamMember = "resident_team_member"
)

// villagers are the posts of the villagers' committee, which must have a woman.
var villagers = []string{director, vcDeputy, vcMember}

// draft is one person while the team of a village is being composed.
type draft struct {
	posts []string
	paid  int // the first so many posts carry pay
	sex   idcard.Sex
}

func (m *draft) holds(posts []string) bool {
	return slices.ContainsFunc(m.posts, func(p string) bool { return slices.Contains(posts, p) })
}

// team composes the paid and unpaid cadres of every village as they stand on the anchor.
func (d *District) team() {
	r := d.dice("team")
	paid := d.paidPerVillage(r)
	weights := make([]int, len(d.Villages))
	for v := range weights {
		weights[v] = 10 - 2*paid[v]
	}
	unpaid := r.spread(d.plan.unpaid, 0, 3, weights)
	d.elected = d.elections(r)
	professional := d.chosenSecretaries(r)
	for v := range d.Villages {
		members := compose(r, paid[v], unpaid[v])
		for i, m := range members {
			p := d.add(&Person{Sex: m.sex, Village: v, unpaid: m.paid == 0})
			for j, position := range m.posts {
				p.Posts = append(p.Posts, Post{Village: v, Position: position, Management: "ordinary", PayScheme: "none"})
				if j < m.paid {
					p.Posts[j].PayScheme, p.Posts[j].Paid = "village", true
				}
			}
			if i == 0 && professional[v] {
				for j := range p.Posts[:m.paid] {
					p.Posts[j].Management, p.Posts[j].PayScheme = "professional", "institution"
				}
			}
		}
	}
	d.ages(r)
	for _, p := range d.People {
		d.begin(r, p, d.elected[p.Village])
	}
}

// chosenSecretaries draws the villages whose secretary was openly recruited.
func (d *District) chosenSecretaries(r dice) map[int]bool {
	chosen := map[int]bool{}
	for _, v := range r.shuffled(len(d.Villages))[:d.plan.professional] {
		chosen[v] = true
	}
	return chosen
}

// compose makes the team of one village: the secretary first, at most 85 in a hundred of them directors too.
func compose(r dice, paid, unpaid int) []*draft {
	man := func() idcard.Sex {
		if r.chance(14) {
			return idcard.Female
		}
		return idcard.Male
	}
	head := &draft{posts: []string{secretary}, paid: 1, sex: man()}
	team := []*draft{head}
	if r.chance(86) {
		head.posts, head.paid = []string{secretary, director}, 2
	} else {
		m := &draft{posts: []string{director}, paid: 1, sex: man()}
		if r.chance(70) {
			m.posts = append(m.posts, deputy)
		}
		team = append(team, m)
	}
	if r.chance(60) {
		head.posts = append(head.posts, cooperates)
	}
	c := &draft{posts: []string{clerk}, paid: 1, sex: idcard.Male}
	if r.chance(52) {
		c.sex = idcard.Female
	}
	if i := r.weighted(57, 38, 5); i < 2 {
		c.posts = append(c.posts, []string{vcMember, branch}[i])
	}
	team = append(team, c)
	further := []string{deputy, supervisor, vcDeputy, branch, vcMember}
	if team[1].holds([]string{deputy}) {
		further = further[1:]
	}
	for len(team) < paid {
		i := r.weighted([]int{40, 34, 26, 12, 12}[5-len(further):]...)
		if len(further) <= 2 {
			i = 0
		}
		m := &draft{posts: []string{further[i]}, paid: 1, sex: man()}
		if further[i] == supervisor && r.chance(94) {
			m.posts = append(m.posts, branch)
		}
		further = slices.Delete(slices.Clone(further), i, i+1)
		team = append(team, m)
	}
	for range unpaid {
		team = append(team, unpaidMember(r))
	}
	return complete(r, team)
}

func unpaidMember(r dice) *draft {
	if r.chance(66) {
		m := &draft{posts: []string{vcMember}, sex: idcard.Female}
		if r.chance(18) {
			m.sex = idcard.Male
		} else if r.chance(70) {
			m.posts = append(m.posts, women)
		}
		return m
	}
	m := &draft{posts: []string{branch}, sex: idcard.Male}
	switch r.weighted(60, 20, 20) {
	case 1:
		m.posts = append(m.posts, militia)
	case 2:
		m.posts, m.sex = append(m.posts, youth), pick(r, []idcard.Sex{idcard.Male, idcard.Female})
	}
	return m
}

// complete brings the villagers' committee to three members, one of them a woman, as the organic law asks.
func complete(r dice, team []*draft) []*draft {
	size := func() (n int) {
		for _, m := range team {
			if m.holds(villagers) {
				n++
			}
		}
		return n
	}
	for _, m := range slices.Backward(team) {
		if size() >= 3 {
			break
		}
		if !m.holds(villagers) && m.posts[0] != supervisor && m.posts[0] != secretary {
			m.posts = append(m.posts, vcMember)
		}
	}
	for _, m := range team {
		if size() < 3 && m.posts[0] == supervisor {
			m.posts = []string{vcDeputy} // the watching body may not sit in what it watches
		}
	}
	if size() < 3 && !team[0].holds(villagers) {
		team[0].posts = append(team[0].posts, vcMember)
	}
	var possible []*draft
	for _, m := range team[1:] {
		if m.holds(villagers) {
			if m.sex == idcard.Female {
				return team
			}
			possible = append(possible, m)
		}
	}
	if team[0].holds(villagers) && team[0].sex == idcard.Female {
		return team
	}
	if len(possible) > 0 {
		pick(r, possible).sex = idcard.Female
	}
	return team
}

// elections gives every village the days of its last election: first the Party branch, weeks later the committee.
func (d *District) elections(r dice) [][2]time.Time {
	year := d.electionYear()
	out := make([][2]time.Time, len(d.Villages))
	for _, t := range d.Townships {
		party := r.day(date(year, 1, 6), date(year, 1, 31))
		for _, v := range t.Villages {
			out[v] = [2]time.Time{party.AddDate(0, 0, r.IntN(4)), party.AddDate(0, 0, 25+r.IntN(18))}
		}
	}
	return out
}

// electionYear is the last year of the five-year rhythm (2021, 2026 …) whose election lies well before the results.
func (d *District) electionYear() int {
	m := d.Spec.Anchor.Add(-16)
	return m.Year() - (m.Year()-2021+500)%5
}
