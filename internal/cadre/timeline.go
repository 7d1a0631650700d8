package cadre

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// filled is a section with its entries.
type filled struct {
	Section section
	Entries []Entry
}

// moment is one line of a person's timeline: a day, a month (2021-03) or a year, and what happened.
type moment struct{ When, What string }

// timeline tells a person's working life from what is registered, the latest first: the Party, education, posts and how
// they ended, awards, grades, seats and promotions. Family and sanctions do not stand in it.
func timeline(p personProps) []moment {
	var list []moment
	add := func(when string, words ...string) {
		if when != "" {
			list = append(list, moment{when, strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")})
		}
	}
	add(monthText(p.Person.PartyJoin), "加入中国共产党")
	add(monthText(p.Details.PartyFull), "转为中共正式党员")
	add(monthText(p.Details.WorkStart), "参加工作")
	for _, a := range p.Posts {
		add(a.FromOn.Format(time.DateOnly), "任"+a.Unit()+a.Title(), wordOf(WaysIn, a.WayIn), a.DocNo)
		if a.ToOn != nil {
			add(a.ToOn.AddDate(0, 0, -1).Format(time.DateOnly), "不再担任"+a.Unit()+a.Title(), wordOf(WaysOut, a.WayOut), a.OutDocNo)
		}
	}
	for _, s := range p.Sections {
		for _, e := range s.Entries {
			v := func(name string) string { return e.Values[name] }
			switch s.Section.Key {
			case "education":
				add(v("finished_on"), v("school"), codeName("education", v("level")), wordOf(educationModes, v("mode")))
			case "awards":
				add(v("awarded_on"), "获"+v("title"), v("issuer"), v("doc_no"))
			case "grades":
				add(v("year"), "年度考核"+wordOf(YearlyGrades, v("grade")))
			case "representatives":
				add(v("from_on"), "当选"+wordOf(levels, v("level"))+v("term_no")+wordOf(RepresentativeKinds, v("kind")))
			case "promotions":
				add(v("promoted_on"), wordOf(PromotionKinds, v("kind")), v("from_post")+"→"+v("to_post"), v("doc_no"))
			}
		}
	}
	if p.Person.DiedOn != nil {
		add(p.Person.DiedOn.Format(time.DateOnly), "去世")
	}
	slices.SortStableFunc(list, func(a, b moment) int { return cmp.Compare(b.When, a.When) })
	return list
}
