package report

import (
	"slices"
	"time"

	"touyan/internal/cadre"
	"touyan/internal/platform/codelist"
)

// Measure is a column of the structure table: a condition on facts, or a mean over them.
type Measure struct {
	Key   string
	Group string // the upper line of the header
	Title string
	Word  string // as a sentence says it, where the title is too short for one

	known func(f *Fact) bool // whom it can be asked of; nil: everybody
	is    func(f *Fact) bool // who is counted; nil: everybody
	value func(f *Fact) int  // of a mean
	from  int                // of an age group: the ages it holds; to 0 is open
	to    int
	share bool   // its part of those it can be asked of is a figure of its own
	lost  string // the measure that holds those it cannot be asked of
	place int    // among all measures
}

// Mean reports whether the measure is a mean instead of a number.
func (m *Measure) Mean() bool { return m.value != nil }

// sentence is how the measure is called outside its column.
func (m *Measure) sentence() string {
	if m.Word != "" {
		return m.Word
	}
	if m.Group != "" {
		return m.Group + ":" + m.Title
	}
	return m.Title
}

// Born says which months of birth an age group means on a day.
func (m *Measure) Born(on time.Time) string {
	switch {
	case m.from > 0 && m.to > 0:
		return bornFrom(m.to, on).String() + "至" + bornUntil(m.from, on).String() + "出生"
	case m.to > 0:
		return bornFrom(m.to, on).String() + "及以后出生"
	case m.from > 0:
		return bornUntil(m.from, on).String() + "及以前出生"
	}
	return ""
}

func hasAge(f *Fact) bool       { return f.Age >= 0 }
func hasEducation(f *Fact) bool { return f.educated }
func hasEthnic(f *Fact) bool    { return f.ethnicKnown }
func hasPolitical(f *Fact) bool { return f.political }
func isMember(f *Fact) bool     { return f.isMember }
func isFull(f *Fact) bool       { return f.isMember && f.Political == codelist.PartyMember }
func hasYears(f *Fact) bool     { return isFull(f) && f.PartyYears >= 0 }
func hasOrigin(f *Fact) bool    { return f.File && len(f.Origins) > 0 }

func level(levels ...codelist.Level) func(f *Fact) bool {
	return func(f *Fact) bool { return f.educated && slices.Contains(levels, f.level) }
}

func atLeast(l codelist.Level) func(f *Fact) bool {
	return func(f *Fact) bool { return f.educated && f.level >= l }
}

func aged(from, to int) func(f *Fact) bool {
	return func(f *Fact) bool { return f.Age >= from && (to == 0 || f.Age <= to) && f.Age >= 0 }
}

func between(known func(*Fact) bool, get func(*Fact) int, from, below int) func(f *Fact) bool {
	return func(f *Fact) bool { n := get(f); return known(f) && n >= from && (below == 0 || n < below) }
}

// wordOf names a code of a list.
func wordOf(list []cadre.Word, code string) string {
	for _, w := range list {
		if w.Code == code {
			return w.Title
		}
	}
	return code
}

func partyYears(f *Fact) int { return f.PartyYears }
func postYears(f *Fact) int  { return f.PostYears }
func everybody(*Fact) bool   { return true }
func lacks(known func(*Fact) bool) func(*Fact) bool {
	return func(f *Fact) bool { return !known(f) }
}

// measures are all columns, in the order of the workbook.
var measures = func() []*Measure {
	list := []*Measure{
		{Key: "people", Title: "人数"},
		{Key: "women", Title: "女", Word: "女性", is: func(f *Fact) bool { return f.Sex == codelist.Female }, share: true},
		{Key: "minority", Title: "少数民族", known: hasEthnic, is: func(f *Fact) bool { return hasEthnic(f) && f.Ethnic != codelist.Han }, share: true, lost: "ethnic_lost"},
		{Key: "party", Title: "中共党员", Word: "中共党员(含预备党员)", known: hasPolitical, is: isMember, share: true, lost: "political_lost"},
		{Key: "age_35", Group: "年龄", Title: "35岁及以下", Word: "35岁及以下", known: hasAge, is: aged(0, 35), to: 35, share: true, lost: "age_lost"},
		{Key: "age_45", Group: "年龄", Title: "36—45岁", Word: "36至45岁", known: hasAge, is: aged(36, 45), from: 36, to: 45, share: true, lost: "age_lost"},
		{Key: "age_55", Group: "年龄", Title: "46—55岁", Word: "46至55岁", known: hasAge, is: aged(46, 55), from: 46, to: 55, share: true, lost: "age_lost"},
		{Key: "age_56", Group: "年龄", Title: "56岁及以上", Word: "56岁及以上", known: hasAge, is: aged(56, 0), from: 56, share: true, lost: "age_lost"},
		{Key: "age_mean", Group: "年龄", Title: "平均年龄", Word: "平均年龄", known: hasAge, value: func(f *Fact) int { return f.Age }, lost: "age_lost"},
		{Key: "college_up", Group: "最高学历", Title: "大专及以上", Word: "大专及以上学历", known: hasEducation, is: atLeast(codelist.LevelCollege), share: true, lost: "education_lost"},
		{Key: "bachelor_up", Group: "最高学历", Title: "本科及以上", Word: "本科及以上学历", known: hasEducation, is: atLeast(codelist.LevelBachelor), share: true, lost: "education_lost"},
		{Key: "postgraduate", Group: "最高学历", Title: "研究生", known: hasEducation, is: level(codelist.LevelPostgraduate), share: true, lost: "education_lost"},
		{Key: "bachelor", Group: "最高学历", Title: "本科", known: hasEducation, is: level(codelist.LevelBachelor), share: true, lost: "education_lost"},
		{Key: "college", Group: "最高学历", Title: "大专", known: hasEducation, is: level(codelist.LevelCollege), share: true, lost: "education_lost"},
		{Key: "senior", Group: "最高学历", Title: "高中(中专)", known: hasEducation, is: level(codelist.LevelSenior), share: true, lost: "education_lost"},
		{Key: "junior", Group: "最高学历", Title: "初中", known: hasEducation, is: level(codelist.LevelJunior), share: true, lost: "education_lost"},
		{Key: "primary", Group: "最高学历", Title: "小学及其他", known: hasEducation, is: level(codelist.LevelPrimary, codelist.LevelOther), share: true, lost: "education_lost"},
		{Key: "education_lost", Group: "最高学历", Title: "未登记", Word: "未登记学历的", is: lacks(hasEducation)},
		{Key: "party_new", Group: "党龄", Title: "预备党员", Word: "预备党员", known: hasPolitical, is: func(f *Fact) bool { return isMember(f) && !isFull(f) }, lost: "political_lost"},
	}
	for _, g := range []struct {
		key, title  string
		from, below int
	}{{"party_0", "不满5年", 0, 5}, {"party_5", "5—9年", 5, 10}, {"party_10", "10—19年", 10, 20}, {"party_20", "20—29年", 20, 30}, {"party_30", "30年及以上", 30, 0}} {
		list = append(list, &Measure{Key: g.key, Group: "党龄", Title: g.title, known: hasYears, is: between(hasYears, partyYears, g.from, g.below), share: true, lost: "party_lost"})
	}
	list = append(list, &Measure{Key: "party_lost", Group: "党龄", Title: "未登记入党时间", Word: "未登记入党时间的中共党员", is: func(f *Fact) bool { return isFull(f) && !hasYears(f) }})
	for _, o := range cadre.Origins {
		list = append(list, &Measure{Key: "origin_" + o.Code, Group: "来源", Title: o.Title, known: hasOrigin,
			is: func(f *Fact) bool { return hasOrigin(f) && slices.Contains(f.Origins, o.Code) }, share: true, lost: "origin_lost"})
	}
	list = append(list, &Measure{Key: "origin_lost", Group: "来源", Title: "未登记", Word: "未登记来源的", is: lacks(hasOrigin)})
	for _, w := range cadre.Managements {
		list = append(list, &Measure{Key: "managed_" + w.Code, Group: "管理类型", Title: w.Title, is: func(f *Fact) bool { return f.Management() == w.Code }, share: true})
	}
	for _, g := range []struct {
		key, title  string
		from, below int
	}{{"post_0", "不满1年", 0, 1}, {"post_1", "1—2年", 1, 3}, {"post_3", "3—4年", 3, 5}, {"post_5", "5—9年", 5, 10}, {"post_10", "10年及以上", 10, 0}} {
		list = append(list, &Measure{Key: g.key, Group: "任现职年限", Title: g.title, is: between(everybody, postYears, g.from, g.below), share: true})
	}
	list = append(list,
		&Measure{Key: "age_lost", Group: "未登记", Title: "出生年月", Word: "未登记出生年月的", is: lacks(hasAge)},
		&Measure{Key: "ethnic_lost", Group: "未登记", Title: "民族", Word: "未登记民族的", is: lacks(hasEthnic)},
		&Measure{Key: "political_lost", Group: "未登记", Title: "政治面貌", Word: "未登记政治面貌的", is: lacks(hasPolitical)})
	for i, m := range list {
		m.place = i
	}
	return list
}()

// measureOf finds a measure by its key; what is unknown means the number of people.
func measureOf(key string) *Measure {
	for _, m := range measures {
		if m.Key == key {
			return m
		}
	}
	return measures[0]
}

// columnSet is a choice of columns that fits on a screen.
type columnSet struct {
	Code, Title string
	keys        []string
}

var columnSets = []columnSet{
	{"", "基本情况", []string{"people", "women", "minority", "party", "age_35", "age_45", "age_55", "age_56", "age_mean", "college_up", "bachelor_up"}},
	{"education", "学历", []string{"people", "college_up", "bachelor_up", "postgraduate", "bachelor", "college", "senior", "junior", "primary", "education_lost"}},
	{"party", "党龄", []string{"people", "party", "party_new", "party_0", "party_5", "party_10", "party_20", "party_30", "party_lost"}},
	{"origin", "来源", append([]string{"people"}, keysWith("origin_")...)},
	{"service", "管理类型与任职年限", slices.Concat([]string{"people"}, keysWith("managed_"), keysWith("post_"))},
}

func keysWith(prefix string) (keys []string) {
	for _, m := range measures {
		if len(m.Key) > len(prefix) && m.Key[:len(prefix)] == prefix {
			keys = append(keys, m.Key)
		}
	}
	return keys
}

func columnSetOf(code string) columnSet {
	for _, s := range columnSets {
		if s.Code == code {
			return s
		}
	}
	return columnSets[0]
}

func (s columnSet) measures() []*Measure {
	out := make([]*Measure, len(s.keys))
	for i, k := range s.keys {
		out[i] = measureOf(k)
	}
	return out
}
