package demo_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"touyan/internal/demo"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/month"
)

var specs = []demo.Spec{
	{Seed: demo.DefaultSeed, Anchor: month.MustParse("2026-11")},
	{Seed: 7, Anchor: month.MustParse("2027-02")},
	{Seed: 7, Anchor: month.MustParse("2028-02")}, // a leap year
}

func generate(t *testing.T, s demo.Spec) []*demo.District {
	t.Helper()
	list, err := demo.Generate(s)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// figures counts, on a day, what the practice publishes.
type figures struct {
	paid, secretaries, professional, college, resident, committee, dual int
	ages                                                                int
}

func (f figures) meanAge() string { return fmt.Sprintf("%.1f", float64(f.ages)/float64(f.secretaries)) }

func count(d *demo.District, day time.Time) figures {
	var f figures
	for _, p := range d.People {
		held := map[string]bool{}
		var paid, professional, resident bool
		for _, q := range p.Posts {
			if q.On(day) {
				held[q.Position] = true
				paid = paid || q.Paid
				professional = professional || q.Management == "professional"
				resident = resident || q.Management == "dispatched"
			}
		}
		add := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		add(&f.paid, paid)
		add(&f.resident, resident)
		add(&f.secretaries, held["party_secretary"])
		add(&f.professional, professional)
		add(&f.dual, held["party_secretary"] && held["village_director"])
		add(&f.committee, held["party_secretary"] || held["party_deputy_secretary"] || held["party_committee_member"] ||
			held["village_director"] || held["vc_deputy_director"] || held["vc_member"])
		if held["party_secretary"] {
			f.ages += idcard.Card{Birth: p.Birth}.Age(day)
			add(&f.college, codelist.AtLeastCollegeGraduate(p.Education))
		}
	}
	return f
}

func TestFiguresOfThePractice(t *testing.T) {
	t.Parallel()
	for _, s := range specs {
		d := generate(t, s)[0]
		for _, day := range []time.Time{s.Anchor.First(), s.Anchor.Date(15), s.Anchor.Last()} {
			f := count(d, day)
			t.Logf("%d %s: %+v", s.Seed, day.Format(time.DateOnly), f)
			if f.paid != 2383 || f.secretaries != 701 || f.professional != 183 || f.resident != 954 {
				t.Errorf("%s: %+v", day.Format(time.DateOnly), f)
			}
			if got := f.meanAge(); got != "41.8" {
				t.Errorf("%s: mean age of the secretaries is %s", day.Format(time.DateOnly), got)
			}
			if got := fmt.Sprintf("%.1f", float64(f.college)/float64(f.secretaries)*100); got != "70.2" {
				t.Errorf("大专及以上 %s%%", got)
			}
			if f.committee <= 3000 || f.committee > 3300 {
				t.Errorf("%d people hold a post of the two committees", f.committee)
			}
			if share := f.dual * 100 / f.secretaries; share < 81 || share > 90 {
				t.Errorf("%d%% of the secretaries are directors too", share)
			}
		}
	}
}

func TestTownshipsHaveTheirSize(t *testing.T) {
	t.Parallel()
	s := specs[0]
	d := generate(t, s)[0]
	paid := map[string]int{}
	for _, p := range d.People {
		for _, q := range p.Posts {
			if q.Paid && q.On(s.Anchor.Last()) {
				paid[d.Townships[d.Villages[q.Village].Township].Name]++
				break
			}
		}
	}
	if len(paid) != 40 || paid["安化镇"] != 156 {
		t.Errorf("%d townships, 安化镇 has %d", len(paid), paid["安化镇"])
	}
	for name, n := range paid {
		if n < 10 || n > 160 {
			t.Errorf("%s has %d cadres", name, n)
		}
	}
}

func TestTeamsAreLawful(t *testing.T) {
	t.Parallel()
	for _, s := range specs {
		for _, d := range generate(t, s) {
			day := s.Anchor.Last()
			type team struct{ secretaries, directors, villagers, women, watching int }
			teams := make([]team, len(d.Villages))
			for _, p := range d.People {
				sits := map[int]bool{}
				for _, q := range p.Posts {
					if !q.On(day) {
						continue
					}
					v := &teams[q.Village]
					switch q.Position {
					case "party_secretary":
						v.secretaries++
					case "supervision_director":
						if sits[q.Village] {
							v.watching++
						}
					}
					if q.Position == "village_director" {
						v.directors++
					}
					switch q.Position {
					case "village_director", "vc_deputy_director", "vc_member":
						if !sits[q.Village] {
							v.villagers++
							if p.Sex == idcard.Female {
								v.women++
							}
						}
						sits[q.Village] = true
					}
				}
			}
			for i, v := range teams {
				if closed := !d.Villages[i].ClosedOn.IsZero(); closed {
					if v != (team{}) {
						t.Errorf("%s no longer exists but has %+v", d.Villages[i].Name, v)
					}
					continue
				}
				if v.secretaries != 1 || v.directors != 1 || v.villagers < 3 || v.villagers > 7 || v.women < 1 || v.watching > 0 {
					t.Errorf("%s: %+v", d.Villages[i].Name, v)
				}
			}
		}
	}
}

func TestPeopleAreConsistent(t *testing.T) {
	t.Parallel()
	for _, s := range specs {
		for _, d := range generate(t, s) {
			ids, phones, dotted := map[string]bool{}, map[string]bool{}, 0
			counties := map[string]int{}
			for _, p := range d.People {
				card, err := idcard.Parse(p.IDNumber, s.Anchor.Last())
				if err != nil || ids[p.IDNumber] || !card.Birth.Equal(p.Birth) || card.Sex != p.Sex || card.Warning() != "" {
					t.Fatalf("%s: %+v %v", p.Name, card, err)
				}
				ids[p.IDNumber] = true
				counties[card.AreaCode]++
				if _, err := contact.ParsePhone(p.Phone); err != nil || phones[p.Phone] {
					t.Fatalf("%s: phone %s: %v", p.Name, p.Phone, err)
				}
				phones[p.Phone] = true
				if !codelist.Ethnic().Has(p.Ethnic) || !codelist.Political().Has(p.Political) || !codelist.Education().Has(p.Education) {
					t.Errorf("%s: codes %s %s %s", p.Name, p.Ethnic, p.Political, p.Education)
				}
				if n := len([]rune(p.Name)); n < 2 || n > 25 {
					t.Errorf("name %q", p.Name)
				}
				if strings.Contains(p.Name, "·") {
					dotted++
				}
				if codelist.IsPartyMember(p.Political) == p.PartyJoin.IsZero() ||
					!p.PartyJoin.IsZero() && p.PartyJoin.Before(p.Birth.AddDate(18, 0, 0)) {
					t.Errorf("%s, %s: joined %s", p.Name, p.Political, p.PartyJoin)
				}
				consistentPosts(t, s, p)
			}
			if d.Code == "621202" && (counties["622621"]*100/len(d.People) < 70 || len(counties) < 8 || dotted < 3) {
				t.Errorf("%d people, counties %v, %d names with a dot", len(d.People), counties, dotted)
			}
		}
	}
}

func consistentPosts(t *testing.T, s demo.Spec, p *demo.Person) {
	t.Helper()
	for i, q := range p.Posts {
		if q.From.Before(p.Birth.AddDate(18, 0, 0)) || q.From.After(s.Anchor.Last()) || q.WayIn == "" || q.Doc == "" {
			t.Errorf("%s: %+v", p.Name, q)
		}
		if q.To.IsZero() != (q.WayOut == "") || !q.To.IsZero() && !q.To.After(q.From) {
			t.Errorf("%s: %+v", p.Name, q)
		}
		if !p.DiedOn.IsZero() && (q.To.IsZero() || q.To.After(p.DiedOn)) {
			t.Errorf("%s died on %s but holds %+v", p.Name, p.DiedOn, q)
		}
		if q.Management == "professional" && (q.PayScheme != "institution" || !q.Paid) {
			t.Errorf("%s: %+v", p.Name, q)
		}
		for _, other := range p.Posts[:i] {
			if q.Village == other.Village && q.Position == other.Position && (q.On(other.From) || other.On(q.From)) {
				t.Errorf("%s holds %s twice", p.Name, q.Position)
			}
		}
	}
}

func TestTurnover(t *testing.T) {
	t.Parallel()
	s := specs[0]
	d := generate(t, s)[0]
	ways := map[string]int{}
	var died, moved, thisMonth, merged int
	for _, p := range d.People {
		villages := map[int]bool{}
		for _, q := range p.Posts {
			villages[q.Village] = true
			if q.WayOut != "" {
				ways[q.WayOut]++
				if s.Anchor.In(q.To) {
					thisMonth++
				}
			}
		}
		if !p.DiedOn.IsZero() {
			died++
		}
		if len(villages) > 1 {
			moved++
		}
	}
	for _, v := range d.Villages {
		if !v.ClosedOn.IsZero() {
			merged++
			if d.Villages[v.Successor].Township != v.Township || !v.ClosedOn.Before(s.Anchor.First()) {
				t.Errorf("%+v", v)
			}
		}
	}
	t.Logf("ways out %v", ways)
	if died != 3 || moved < 10 || merged != 1 || thisMonth < 3 || len(ways) < 7 {
		t.Errorf("%d died, %d moved, %d merged, %d left this month, %v", died, moved, merged, thisMonth, ways)
	}
}

func TestSameSeedSameDistrict(t *testing.T) {
	t.Parallel()
	a, b := generate(t, specs[0]), generate(t, specs[0])
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed and month gave two districts")
	}
	other := specs[0]
	other.Seed++
	if reflect.DeepEqual(a[0].People, generate(t, other)[0].People) {
		t.Error("another seed gave the same people")
	}
}
