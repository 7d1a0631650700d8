package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/cadre"
	"touyan/internal/platform/codelist"
)

// question is a set of conditions as it stands in the address. Zero values do not narrow; several values of one key mean any.
type question struct {
	Caliber   string   `form:"caliber"` // all (default) or one of the calibers
	On        string   `form:"on"`
	Townships []int64  `form:"township"`
	Posts     []string `form:"post"`
	Sex       string   `form:"sex"`
	AgeFrom   string   `form:"age_from"`
	AgeTo     string   `form:"age_to"`
	Ethnic    string   `form:"ethnic"` // minority, or a code
	Education []string `form:"education"`
	Political []string `form:"political"`
	PartyFrom string   `form:"party_from"` // full years
	PartyTo   string   `form:"party_to"`
	Managed   []string `form:"managed"`
	PostFrom  string   `form:"post_from"` // full years in the present post
	PostTo    string   `form:"post_to"`
	Origins   []string `form:"origin"`
	Dual      string   `form:"dual"`
	Columns   []string `form:"column"` // of the 花名册
	Show      string   `form:"show"`   // lost: those of whom it cannot be told
	Sort      string   `form:"sort"`
	Page      int      `form:"page"`
}

// caliber is whose posts are looked at: those of the caliber chosen, of them those that were ticked.
func (q question) caliber() Caliber {
	c := everyone
	if q.Caliber != "" && q.Caliber != everyone.Code {
		c = caliberOf(q.Caliber)
	}
	var ticked, words []string
	for _, code := range q.Posts {
		if rank, ok := rank[code]; ok && (c.posts == nil || slices.Contains(c.posts, code)) {
			ticked = append(ticked, code)
			words = append(words, cadre.PositionTitle(cadre.PositionOrder()[rank], false))
		}
	}
	if len(ticked) == 0 {
		return c
	}
	title := strings.Join(words, "、")
	if c.paid {
		title = "领取报酬的" + title
	}
	return Caliber{Code: c.Code, Title: title, Note: "现任这些职务之一的", posts: ticked, paid: c.paid}
}

// condition narrows the facts; it stands in words, and each of its values can be taken away.
type condition struct {
	parts []part
	joint string // between the words of several values
	known func(f *Fact) bool
	is    func(f *Fact) bool
	lost  string // what is missing of those it cannot be asked of
}

type part struct{ Key, Value, Word string }

func (c condition) word() string {
	words := make([]string, len(c.parts))
	for i, p := range c.parts {
		words[i] = p.Word
	}
	return strings.Join(words, c.joint)
}

// holds is nil where it cannot be told.
func (c condition) holds(f *Fact) (yes, known bool) {
	if c.known != nil && !c.known(f) {
		return false, false
	}
	return c.is(f), true
}

// numberOf reads a number that somebody typed into a condition; what is none does not narrow.
func numberOf(text string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return n, err == nil && n >= 0 && n < 150
}

// conditions are those in force, in the order of the sentence.
func (q question) conditions(on time.Time) (out []condition) {
	if q.Sex == codelist.Male || q.Sex == codelist.Female {
		word := map[string]string{codelist.Male: "男性", codelist.Female: "女性"}[q.Sex]
		out = append(out, condition{parts: []part{{"sex", q.Sex, word}}, is: func(f *Fact) bool { return f.Sex == q.Sex }})
	}
	out = append(out, q.ages(on)...)
	switch {
	case q.Ethnic == "minority":
		out = append(out, condition{parts: []part{{"ethnic", q.Ethnic, "少数民族"}}, known: hasEthnic, lost: "民族", is: func(f *Fact) bool { return f.Ethnic != codelist.Han }})
	case codelist.Ethnic().Has(q.Ethnic):
		out = append(out, condition{parts: []part{{"ethnic", q.Ethnic, codelist.Ethnic().Name(q.Ethnic)}}, known: hasEthnic, lost: "民族",
			is: func(f *Fact) bool { return f.Ethnic == q.Ethnic }})
	}
	out = append(out, anyOf("education", q.Education, educationChoices, hasEducation, "学历", func(f *Fact, code string) bool { return measureOf(code).is(f) }),
		anyOf("political", q.Political, politicalChoices, hasPolitical, "政治面貌", func(f *Fact, code string) bool { return f.Political == code }))
	out = append(out, yearsFromTo("party", "党龄", q.PartyFrom, q.PartyTo, hasYears, "入党时间", partyYears)...)
	out = append(out, anyOf("managed", q.Managed, cadre.Managements, nil, "", func(f *Fact, code string) bool { return f.Management() == code }))
	out = append(out, yearsFromTo("post", "任现职", q.PostFrom, q.PostTo, nil, "", postYears)...)
	out = append(out, anyOf("origin", q.Origins, cadre.Origins, hasOrigin, "来源", func(f *Fact, code string) bool { return slices.Contains(f.Origins, code) }))
	if q.Dual == "yes" {
		out = append(out, condition{parts: []part{{"dual", "yes", "书记、主任一肩挑"}}, is: func(f *Fact) bool { return f.Dual }})
	}
	return slices.DeleteFunc(out, func(c condition) bool { return len(c.parts) == 0 })
}

func (q question) ages(on time.Time) (out []condition) {
	from, hasFrom := numberOf(q.AgeFrom)
	to, hasTo := numberOf(q.AgeTo)
	if hasFrom {
		out = append(out, condition{parts: []part{{"age_from", q.AgeFrom, fmt.Sprintf("%d岁及以上(%s及以前出生)", from, bornUntil(from, on))}},
			known: hasAge, lost: "出生年月", is: func(f *Fact) bool { return f.Age >= from }})
	}
	if hasTo {
		out = append(out, condition{parts: []part{{"age_to", q.AgeTo, fmt.Sprintf("%d岁及以下(%s及以后出生)", to, bornFrom(to, on))}},
			known: hasAge, lost: "出生年月", is: func(f *Fact) bool { return f.Age <= to }})
	}
	return out
}

// yearsFromTo is a condition on years from and to.
func yearsFromTo(key, what, from, to string, known func(*Fact) bool, lost string, get func(*Fact) int) (out []condition) {
	if n, ok := numberOf(from); ok {
		out = append(out, condition{parts: []part{{key + "_from", from, fmt.Sprintf("%s%d年及以上", what, n)}}, known: known, lost: lost,
			is: func(f *Fact) bool { return get(f) >= n }})
	}
	if n, ok := numberOf(to); ok {
		out = append(out, condition{parts: []part{{key + "_to", to, fmt.Sprintf("%s不满%d年", what, n)}}, known: known, lost: lost,
			is: func(f *Fact) bool { return get(f) < n }})
	}
	return out
}

// anyOf is a condition of ticked boxes.
func anyOf(key string, ticked []string, choices []cadre.Word, known func(*Fact) bool, lost string, is func(f *Fact, code string) bool) condition {
	c := condition{joint: "或", known: known, lost: lost}
	var codes []string
	for _, w := range choices {
		if slices.Contains(ticked, w.Code) {
			codes = append(codes, w.Code)
			c.parts = append(c.parts, part{key, w.Code, w.Title})
		}
	}
	c.is = func(f *Fact) bool { return slices.ContainsFunc(codes, func(code string) bool { return is(f, code) }) }
	return c
}

// educationChoices name measures: 大专及以上 and 大专 are different questions.
var educationChoices = []cadre.Word{{Code: "college_up", Title: "大专及以上"}, {Code: "bachelor_up", Title: "本科及以上"}, {Code: "postgraduate", Title: "研究生"},
	{Code: "bachelor", Title: "本科"}, {Code: "college", Title: "大专"}, {Code: "senior", Title: "高中(中专)"}, {Code: "junior", Title: "初中"}, {Code: "primary", Title: "小学及其他"}}

var politicalChoices = []cadre.Word{{Code: codelist.PartyMember, Title: "中共党员"}, {Code: codelist.Probationer, Title: "中共预备党员"},
	{Code: codelist.YouthLeague, Title: "共青团员"}, {Code: codelist.Masses, Title: "群众"}}

// judge sorts facts: who meets all conditions, and of whom it cannot be told because something is not on record, with what that is.
func judge(facts []Fact, conditions []condition) (met, lost []Fact, missing []string) {
	for i := range facts {
		f := &facts[i]
		fits, gaps := true, []string{}
		for _, c := range conditions {
			yes, known := c.holds(f)
			if !known {
				gaps = append(gaps, c.lost)
			}
			fits = fits && (yes || !known)
		}
		switch {
		case !fits:
		case len(gaps) == 0:
			met = append(met, *f)
		default:
			lost = append(lost, *f)
			for _, g := range gaps {
				if !slices.Contains(missing, g) {
					missing = append(missing, g)
				}
			}
		}
	}
	return met, lost, missing
}
