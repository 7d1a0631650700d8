package assessment_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
	"touyan/internal/assessment"
	"touyan/internal/platform/month"
)

var october = month.MustParse("2026-10")

// post is a paid post in village 11 of township 1 from before the month; change what matters.
func post(person int64, code string, change ...func(*assessment.Post)) assessment.Post {
	titles := map[string]string{"party_secretary": "村党组织书记", "village_director": "村委会主任", "clerk": "文书", "vc_member": "村委会委员"}
	p := assessment.Post{PersonID: person, PersonName: "王建国", Sex: "1", TownshipID: 1, VillageID: 11, VillageName: "石门村",
		PositionCode: code, PositionTitle: titles[code], PayScheme: "village", IsPaid: true, From: october.First().AddDate(-1, 0, 0)}
	for _, c := range change {
		c(&p)
	}
	return p
}

func from(day int) func(*assessment.Post) {
	return func(p *assessment.Post) { p.From = october.Date(day) }
}

func until(day int) func(*assessment.Post) { // the first day that is not served any more
	return func(p *assessment.Post) { p.To = october.Date(day) }
}

func in(township, village int64, name string) func(*assessment.Post) {
	return func(p *assessment.Post) { p.TownshipID, p.VillageID, p.VillageName = township, village, name }
}

func TestRosterOneRowPerPerson(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	unpaid := func(p *assessment.Post) { p.IsPaid, p.PayScheme = false, "none" }
	for _, c := range []struct {
		name  string
		posts []assessment.Post
		want  string // village post pay-position days, empty: no row
	}{
		{"all month", []assessment.Post{post(1, "clerk")}, "11 clerk clerk 31"},
		{"entered on the 17th", []assessment.Post{post(1, "clerk", from(17))}, "11 clerk clerk 15"},
		{"left on the 10th", []assessment.Post{post(1, "clerk", until(10))}, "11 clerk clerk 9"},
		{"left before the month", []assessment.Post{post(1, "clerk", until(1))}, ""},
		{"comes next month", []assessment.Post{post(1, "clerk", from(32))}, ""},
		{"unpaid member", []assessment.Post{post(1, "vc_member", unpaid)}, ""},
		{"resident cadre", []assessment.Post{post(1, "first_secretary")}, ""},
		{"post that is not assessed", []assessment.Post{post(1, "group_leader")}, ""},
		{"died", []assessment.Post{post(1, "clerk", func(p *assessment.Post) { p.Died = true })}, ""},
		{"dual post", []assessment.Post{post(1, "village_director"), post(1, "party_secretary", from(20))}, "11 party_secretary dual_post 31"},
		{"one after the other is no dual post", []assessment.Post{post(1, "village_director", until(20)), post(1, "party_secretary", from(20))}, "11 party_secretary chief 31"},
		{"posts in two villages are no dual post", []assessment.Post{post(1, "party_secretary"), post(1, "village_director", in(1, 12, "马家沟村"), from(20))}, "11 party_secretary chief 31"},
		{"highest post of the village, days of all", []assessment.Post{post(1, "clerk"), post(1, "vc_member", until(5))}, "11 vc_member member 31"},
		{"moved on the 20th: most days before", []assessment.Post{post(1, "clerk", until(20)), post(1, "party_secretary", in(2, 21, "旧城山社区"), from(20))}, "11 clerk clerk 31"},
		{"moved on the 10th: most days after", []assessment.Post{post(1, "clerk", until(10)), post(1, "clerk", in(2, 21, "旧城山社区"), from(12))}, "21 clerk clerk 29"},
		{"a tie goes to the later village", []assessment.Post{post(1, "clerk", until(16)), post(1, "clerk", in(1, 9, "前村"), from(17))}, "9 clerk clerk 30"},
		{"overlapping posts count a day once", []assessment.Post{post(1, "clerk"), post(1, "clerk", in(1, 12, "马家沟村"))}, "12 clerk clerk 31"},
	} {
		rows := s.Roster(october, c.posts)
		if c.want == "" {
			if len(rows) != 0 {
				t.Errorf("%s: %+v", c.name, rows)
			}
			continue
		}
		if len(rows) != 1 {
			t.Errorf("%s: %d rows", c.name, len(rows))
			continue
		}
		if got := rowText(rows[0]); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestRosterPayAndTitles(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	institution := func(p *assessment.Post) { p.PayScheme, p.IsPaid = "institution", false }
	rows := s.Roster(october, []assessment.Post{post(1, "party_secretary", institution), post(1, "village_director")})
	if len(rows) != 1 || rows[0].PayScheme != "institution" || rows[0].PositionTitle != "村党组织书记、村委会主任" || !rows[0].Chief() {
		t.Errorf("%+v", rows)
	}
	rows = s.Roster(october, []assessment.Post{post(1, "clerk", func(p *assessment.Post) { p.PayPosition = assessment.PayDeputy })})
	if rows[0].PayPosition != assessment.PayDeputy {
		t.Errorf("the appointment's own class counts: %+v", rows[0])
	}
	// Dates from the database are midnight UTC.
	utc := post(1, "clerk")
	utc.From, utc.To = time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)
	if rows = s.Roster(october, []assessment.Post{utc}); rows[0].Days != 2 {
		t.Errorf("3 and 4 October are %d days", rows[0].Days)
	}
	rows = s.Roster(october, []assessment.Post{post(5, "clerk"), post(4, "party_secretary"), post(3, "clerk", in(1, 9, "前村"))})
	if got := []int64{rows[0].PersonID, rows[1].PersonID, rows[2].PersonID}; !slices.Equal(got, []int64{3, 4, 5}) {
		t.Errorf("village, then post: %v", got)
	}
}

func TestDiffRoster(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	sheet := func(posts ...assessment.Post) []assessment.SheetRow {
		var rows []assessment.SheetRow
		for i, r := range s.Roster(october, posts) {
			rows = append(rows, assessment.SheetRow{RowID: int64(100 + i), RosterRow: r})
		}
		return rows
	}
	before := sheet(post(1, "clerk"))
	dead := sheet(post(1, "clerk"))
	dead[0].Died = true
	for _, c := range []struct {
		name  string
		sheet []assessment.SheetRow
		now   []assessment.Post
		kind  assessment.RosterChangeKind
		text  string
	}{
		{"same", before, []assessment.Post{post(1, "clerk")}, "", ""},
		{"added", nil, []assessment.Post{post(1, "clerk", from(20))}, assessment.RosterAdded, "王建国(石门村,文书)应列入考评,当月在岗12天"},
		{"left", before, nil, assessment.RosterLeft, "王建国当月不在石门村任应考评职务"},
		{"died", dead, nil, assessment.RosterDied, "王建国已去世,不再列入任何名单"},
		{"moved", before, []assessment.Post{post(1, "clerk", in(1, 12, "马家沟村"))}, assessment.RosterMoved, "王建国由石门村调至马家沟村任文书"},
		{"moved away", before, []assessment.Post{post(1, "clerk", in(2, 21, "旧城山社区"))}, assessment.RosterMoved, "王建国已由石门村调往本区其他乡镇(街道),当月在调入单位考评"},
		{"promoted", before, []assessment.Post{post(1, "clerk"), post(1, "party_secretary", from(20))}, assessment.RosterPostChanged, "王建国职务由文书变为村党组织书记"},
		{"left within the month", before, []assessment.Post{post(1, "clerk", until(11))}, assessment.RosterPostChanged, "王建国在岗天数由31天变为10天"},
		{"in another township", nil, []assessment.Post{post(1, "clerk", in(2, 21, "旧城山社区"))}, "", ""},
	} {
		got := assessment.DiffRoster(1, c.sheet, s.Roster(october, c.now))
		if c.kind == "" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", c.name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Kind != c.kind || got[0].Sentence != c.text || got[0].Kind.Title() == "" || got[0].PersonID != 1 {
			t.Errorf("%s: %+v", c.name, got)
		}
		if len(got) == 1 && !strings.HasPrefix(got[0].Fingerprint(), string(c.kind)) {
			t.Errorf("%s: fingerprint %s", c.name, got[0].Fingerprint())
		}
	}
	early := assessment.DiffRoster(1, before, s.Roster(october, []assessment.Post{post(1, "clerk", until(11))}))
	later := assessment.DiffRoster(1, before, s.Roster(october, []assessment.Post{post(1, "clerk", until(21))}))
	if early[0].Fingerprint() == later[0].Fingerprint() {
		t.Error("another leaving date is another question")
	}
}

func TestRosterProperties(t *testing.T) {
	t.Parallel()
	s := assessment.DefaultScheme()
	codes := []string{"party_secretary", "village_director", "vc_member", "clerk", "first_secretary", "group_leader"}
	rapid.Check(t, func(t *rapid.T) {
		m := month.New(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")))
		posts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) assessment.Post {
			village := rapid.Int64Range(11, 14).Draw(t, "village")
			p := post(rapid.Int64Range(1, 5).Draw(t, "person"), rapid.SampledFrom(codes).Draw(t, "code"), in(village/13+1, village, "某村"))
			p.From = m.Date(rapid.IntRange(-20, 40).Draw(t, "from"))
			if rapid.Bool().Draw(t, "ended") {
				p.To = p.From.AddDate(0, 0, rapid.IntRange(1, 60).Draw(t, "length"))
			}
			return p
		}), 0, 12).Draw(t, "posts")
		rows := s.Roster(m, posts)
		seen := map[int64]bool{}
		for _, r := range rows {
			if seen[r.PersonID] || r.Days < 1 || r.Days > m.Days() || r.PayPosition == "" {
				t.Fatalf("%+v", rows)
			}
			seen[r.PersonID] = true
		}
		if again := s.Roster(m, rapid.Permutation(posts).Draw(t, "order")); !slices.EqualFunc(rows, again, func(a, b assessment.RosterRow) bool { return rowText(a) == rowText(b) }) {
			t.Fatalf("the order of posts decides: %+v, %+v", rows, again)
		}
		for township := int64(1); township <= 2; township++ {
			var sheet []assessment.SheetRow
			for _, r := range rows {
				if r.TownshipID == township {
					sheet = append(sheet, assessment.SheetRow{RowID: r.PersonID, RosterRow: r})
				}
			}
			if changes := assessment.DiffRoster(township, sheet, rows); len(changes) != 0 {
				t.Fatalf("a fresh sheet differs: %+v", changes)
			}
			if changes := assessment.DiffRoster(township, nil, rows); len(changes) != len(sheet) {
				t.Fatalf("an empty sheet lacks %d, told %d", len(sheet), len(changes))
			}
		}
	})
}
