package demo_test

import (
	"strings"
	"testing"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/contact"
)

// The published figures about promotions, seats and honours come out of the files.
func TestFilesHoldTheFiguresOfThePractice(t *testing.T) {
	t.Parallel()
	for _, s := range specs {
		d := generate(t, s)[0]
		got := map[string]int{}
		for _, p := range d.People {
			for _, m := range p.File.Promotions {
				got[m.Kind]++
			}
			for _, a := range p.File.Awards {
				got[a.Kind]++
			}
			if len(p.File.Seats) > 0 {
				got["delegates"]++
			}
			got["seats"] += len(p.File.Seats)
		}
		for kind, want := range map[string]int{"professional_secretary": 69, "institution_head": 23, "leading_group": 4, "notice": 16, "good_secretary": 20, "delegates": 386} {
			if got[kind] != want {
				t.Errorf("seed %d: %s %d, want %d", s.Seed, kind, got[kind], want)
			}
		}
		if got["seats"] <= got["delegates"] {
			t.Error("nobody has two seats, so persons and seats cannot be told apart")
		}
	}
}

func TestFilesAreConsistent(t *testing.T) {
	t.Parallel()
	for _, s := range specs {
		for _, d := range generate(t, s) {
			lacking := 0
			for _, p := range d.People {
				f := p.File
				highest := codelist.LevelOther
				for _, school := range f.Schools {
					highest = max(highest, codelist.LevelOf(school.Level))
					if school.Finished.Before(p.Birth.AddDate(12, 0, 0)) || school.Finished.After(s.Anchor.Last()) {
						t.Errorf("%s, born %s, finished school %s", p.Name, p.Birth, school.Finished)
					}
				}
				if len(f.Schools) > 0 && highest != codelist.LevelOf(p.Education) {
					t.Errorf("%s: highest school %v, education %s", p.Name, highest, p.Education)
				}
				for _, l := range f.Resume {
					if l.From.IsZero() || !l.To.IsZero() && l.To.Before(l.From) || l.From.Before(p.Birth) {
						t.Errorf("%s: %+v", p.Name, l)
					}
				}
				father := string([]rune(p.Name)[:1])
				for _, m := range f.Family {
					if m.Relation == "12" {
						father = string([]rune(m.Name)[:1])
					}
					if (m.Relation == "14" || m.Relation == "15") && !strings.HasPrefix(m.Name, father) {
						t.Errorf("%s: the child %s does not bear the name %s", p.Name, m.Name, father)
					}
					if n := len([]rune(m.Name)); n < 2 || !codelist.Relation().Has(m.Relation) || m.Birth.After(s.Anchor.Last()) {
						t.Errorf("%s: %+v", p.Name, m)
					}
				}
				if f.BankCard == "" {
					lacking++
				} else if _, warning, err := contact.ParseBankCard(f.BankCard); err != nil || warning != "" {
					t.Errorf("%s: card %v %s", p.Name, err, warning)
				}
				for _, m := range f.Promotions {
					if m.Kind == "institution_head" && (len(p.Posts) != 1 || p.Posts[0].WayOut != "promoted" || !p.Posts[0].To.Equal(m.On)) {
						t.Errorf("%s went up but holds %+v", p.Name, p.Posts)
					}
				}
			}
			if lacking == 0 {
				t.Error("every file is complete: nothing for the list of missing fields to find")
			}
		}
	}
}
