package report

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/org"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// queryProps is an answered question.
type queryProps struct {
	scope      access.Scope
	URL        *url.URL
	Question   question
	Caliber    Caliber
	On         time.Time
	District   bool
	Townships  []org.Township
	Unit       string
	Conditions []condition
	Base       []Fact // of the caliber, in the units that were ticked
	Met        []Fact
	Lost       []Fact
	Missing    []string
	Listed     []Fact // of this page
	Sealed     map[int64]cadre.Person
	Pager      ui.Pager
	Export     bool
	store      cadre.Store
}

// asked answers the question of an address with two questions to the database, and one more each for 一肩挑 and for the sealed
// columns of a page.
func (m *Module) asked(ctx context.Context, s access.Scope, at *url.URL, size int) (p queryProps, err error) {
	p = queryProps{scope: s, URL: at, District: s.Level() == pg.District, Unit: s.Unit(), Export: s.Can(PermExport), store: m.register}
	q := &p.Question
	httpx.DecodeAddress(at.RawQuery, q)
	p.On, p.Caliber = dayOf(q.On, s.Today()), q.caliber()
	p.Conditions = q.conditions(p.On)
	if !p.District {
		q.Townships = nil // the own one
	}
	err = access.Read(ctx, s, func(tx *access.Tx) error {
		if p.District {
			if p.Townships, err = (org.Store{}).Townships(ctx, tx, p.On); err != nil {
				return err
			}
			p.chosen()
		}
		if p.Base, err = m.Store.Facts(ctx, tx, p.Caliber, false, p.On, p.only()); err != nil {
			return err
		}
		if len(q.Townships) > 0 {
			p.Base = slices.DeleteFunc(p.Base, func(f Fact) bool { return !slices.Contains(q.Townships, f.TownshipID) })
		}
		if q.Dual == "yes" {
			if err = m.Store.markDual(ctx, tx, p.Base, p.On); err != nil {
				return err
			}
		}
		p.Met, p.Lost, p.Missing = judge(p.Base, p.Conditions)
		p.Pager = ui.PagerOf(at, q.Page, len(p.rows()), size)
		rows := inOrder(p.rows())
		arrange(rows, q.Sort)
		p.Listed = rows[p.Pager.Offset():max(p.Pager.To, p.Pager.Offset())]
		if p.shows("id") || p.shows("phone") {
			p.Sealed, err = m.Store.sealed(ctx, tx, p.Listed)
		}
		return err
	})
	return p, err
}

// chosen keeps of the ticked townships those that the district has.
func (p *queryProps) chosen() {
	p.Question.Townships = slices.DeleteFunc(p.Question.Townships, func(id int64) bool {
		return !slices.ContainsFunc(p.Townships, func(t org.Township) bool { return t.ID == id })
	})
	if len(p.Question.Townships) == 0 {
		return
	}
	var names []string
	for _, t := range p.Townships {
		if slices.Contains(p.Question.Townships, t.ID) {
			names = append(names, t.Name)
		}
	}
	p.Unit = strings.Join(names, "、")
}

// only is the single township that the question is about; 0 where there are several.
func (p queryProps) only() int64 {
	switch {
	case !p.District:
		return p.scope.Township()
	case len(p.Question.Townships) == 1:
		return p.Question.Townships[0]
	}
	return 0
}

// rows are those that the 花名册 lists: who meets the conditions, or of whom it cannot be told.
func (p queryProps) rows() []Fact {
	if p.Question.Show == "lost" {
		return p.Lost
	}
	return p.Met
}

func (p queryProps) day() string { return p.On.Format(time.DateOnly) }

// words are the conditions as a sentence says them.
func (p queryProps) words() string {
	if len(p.Conditions) == 0 {
		return ""
	}
	words := make([]string, len(p.Conditions))
	for i, c := range p.Conditions {
		words[i] = c.word()
	}
	return strings.Join(words, "、")
}

// asks is the question in words.
func (p queryProps) asks() string {
	if len(p.Conditions) == 0 {
		return fmt.Sprintf("截至%s,%s共有多少名%s?", chineseDay(p.On), p.Unit, p.Caliber.Title)
	}
	return fmt.Sprintf("截至%s,%s%s中,同时符合“%s”的有多少人?", chineseDay(p.On), p.Unit, p.Caliber.Title, p.words())
}

// ratio is who meets the conditions, of all of whom it can be told.
func (p queryProps) ratio() Ratio { return Ratio{len(p.Met), len(p.Base) - len(p.Lost)} }

// answers is the answer in words.
func (p queryProps) answers() string {
	head := fmt.Sprintf("截至%s,%s%s", chineseDay(p.On), p.Unit, p.Caliber.Title)
	if len(p.Conditions) == 0 {
		return fmt.Sprintf("%s共%d人。", head, len(p.Met))
	}
	s := fmt.Sprintf("%s共%d人,其中%s的%d人,占%s(%s)。", head, len(p.Base), p.words(), len(p.Met), p.ratio().Percent(), p.ratio().Fraction())
	if len(p.Lost) > 0 {
		s += fmt.Sprintf("另有%d人未登记%s,未计入。", len(p.Lost), strings.Join(p.Missing, "、"))
	}
	return s
}

func (p queryProps) defined() string {
	return "统计口径:" + p.Caliber.Title + "(" + p.Caliber.Note + "),按人计,计入最高职务所在单位;统计截至:" + p.day() + ";范围:" + p.Unit
}

// ignored are the ticked posts that the caliber does not hold, which narrow nothing.
func (p queryProps) ignored() (words []string) {
	for _, code := range p.Question.Posts {
		if _, known := rank[code]; known && !slices.Contains(p.Caliber.posts, code) {
			words = append(words, cadre.PositionTitle(code, false))
		}
	}
	return words
}

// chips say each value that is in force, with the way to take it away.
func (p queryProps) chips() (out []ui.Chip) {
	for _, t := range p.Townships {
		if slices.Contains(p.Question.Townships, t.ID) {
			out = append(out, ui.ChipOf(p.URL, "township", strconv.FormatInt(t.ID, 10), t.Name))
		}
	}
	for _, code := range p.Question.Posts {
		if slices.Contains(p.Caliber.posts, code) && len(p.Question.Posts) > 0 {
			out = append(out, ui.ChipOf(p.URL, "post", code, cadre.PositionTitle(code, false)))
		}
	}
	for _, c := range p.Conditions {
		for _, one := range c.parts {
			out = append(out, ui.ChipOf(p.URL, one.Key, one.Value, one.Word))
		}
	}
	if p.Question.On != "" {
		out = append(out, ui.ChipOf(p.URL, "on", p.Question.On, "截至"+p.day()))
	}
	return out
}

// unitLine is a line of the table below the answer.
type unitLine struct {
	Title     string
	Met, Base int
	Lost      int
	Href      string
}

// units count by township, or by village where the question is about one township.
func (p queryProps) units() (out []unitLine) {
	group, at := byTownship, map[string]int{}
	if p.only() != 0 {
		group = byVillage
	} else {
		for _, t := range p.Townships {
			if len(p.Question.Townships) == 0 || slices.Contains(p.Question.Townships, t.ID) {
				h := strconv.FormatInt(t.ID, 10)
				at[h] = len(out)
				out = append(out, unitLine{Title: t.Name, Href: ui.With(p.URL, "township", h) + "#roster"})
			}
		}
	}
	add := func(facts []Fact, to func(l *unitLine) *int) {
		for i := range facts {
			h := group(&facts[i])
			n, ok := at[h.Key]
			if !ok {
				n, at[h.Key] = len(out), len(out)
				out = append(out, unitLine{Title: h.Title})
			}
			*to(&out[n])++
		}
	}
	add(p.Base, func(l *unitLine) *int { return &l.Base })
	add(p.Met, func(l *unitLine) *int { return &l.Met })
	add(p.Lost, func(l *unitLine) *int { return &l.Lost })
	return out
}
