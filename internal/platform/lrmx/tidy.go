package lrmx

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/idcard"
)

// Tidy gives the form as Read would have read it: dates, names, lines and the order of unknown elements in one form.
// A tidy form comes back unchanged.
func (f Form) Tidy() (Form, []Note) {
	var notes []Note
	for _, e := range elements {
		if e.at == nil {
			continue
		}
		text, more := tidy(*e.at(&f), e.name, e.shape)
		*e.at(&f) = text
		notes = append(notes, more...)
	}
	f.XingBie = sexWord(f.XingBie)
	if code, err := codelist.Ethnic().Parse(f.MinZu); err == nil {
		f.MinZu = codelist.Ethnic().Name(code)
	} else if f.MinZu != "" {
		notes = append(notes, Note{"MinZu", "不是56个民族之一,按原文保留"})
	}
	if f.Version == "" {
		f.Version = DefaultVersion
	}
	if len(f.ZhaoPian) == 0 {
		f.ZhaoPian = nil
	}
	var people []Family
	for _, m := range f.JiaTingChengYuan {
		m, more := m.tidy()
		notes = append(notes, more...)
		if !m.empty() {
			people = append(people, m)
		}
	}
	f.JiaTingChengYuan = people
	f.Extra = f.places()
	return f, notes
}

func sexWord(s string) string {
	if code, err := codelist.Sex().Parse(s); err == nil && (code == codelist.Male || code == codelist.Female) {
		return codelist.Sex().Name(code)
	}
	return s
}

func (m Family) tidy() (Family, []Note) {
	var notes []Note
	for _, c := range members {
		text, more := tidy(*c.at(&m), familyName, c.shape)
		*c.at(&m) = text
		for _, n := range more {
			n.Sentence = cmp.Or(m.ChengWei, "成员") + "的" + c.title + n.Sentence
			notes = append(notes, n)
		}
	}
	place := func(e Extra) int {
		return slices.IndexFunc(members, func(c member) bool { return c.name == e.After })
	}
	extra := slices.Clone(m.Extra)
	for i := range extra {
		if place(extra[i]) < 0 {
			extra[i].After = ""
		}
	}
	slices.SortStableFunc(extra, func(a, b Extra) int { return cmp.Compare(place(a), place(b)) })
	if m.Extra = extra; len(extra) == 0 {
		m.Extra = nil
	}
	return m, notes
}

func (m Family) empty() bool {
	return m.ChengWei+m.XingMing+m.ChuShengRiQi+m.ZhengZhiMianMao+m.GongZuoDanWeiJiZhiWu == "" && len(m.Extra) == 0
}

// tidy gives the text of an element in its shape, with what the reader should know.
func tidy(text, element string, s shape) (string, []Note) {
	var notes []Note
	say := func(sentence string) {
		if sentence != "" {
			notes = append(notes, Note{element, sentence})
		}
	}
	if clean := legal(text); clean != text {
		text = clean
		say("含有XML不允许的字符,已去掉")
	}
	text = paragraphs(text)
	problem := ""
	switch s {
	case asName:
		text = tidyName(text)
	case asWord:
		text = strings.Join(strings.Fields(text), " ")
	case asMonth:
		text, problem = tidyDate(text, false)
	case asDay:
		text, problem = tidyDate(text, true)
	case asJoined:
		text, problem = tidyJoined(text)
	case asNumber:
		text = idcard.Normalise(text)
	case asResume:
		r, more := ParseResume(text)
		text, notes = r.String(), append(notes, more...)
	}
	say(problem)
	return text, notes
}

// paragraphs turns line breaks into \n and drops blanks at the ends of lines and of the text.
func paragraphs(text string) string {
	lines := strings.Split(breaks(text), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// tidyName drops the blanks and invisible characters within a name; between words in Latin letters one blank stays.
func tidyName(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
	out := ""
	for part := range strings.FieldsSeq(text) {
		last, _ := utf8.DecodeLastRuneInString(out)
		first, _ := utf8.DecodeRuneInString(part)
		if unicode.Is(unicode.Latin, last) && unicode.Is(unicode.Latin, first) {
			out += " "
		}
		out += part
	}
	return out
}

// legal drops what XML 1.0 does not allow.
func legal(text string) string {
	return strings.Map(func(r rune) rune {
		if !allowed(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// allowed is the production Char of XML 1.0.
func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= unicode.MaxRune
}

// place is where an unknown element stands: after which element, and within the family after which member.
type place struct{ index, within int }

const behind = 1 << 30 // after the end of the family, not within

func (f *Form) placeOf(e Extra) place {
	name, inner, isInner := strings.Cut(e.After, "/")
	p := place{indexOf(name), behind}
	if e.After != "" && p.index < 0 {
		p.index = len(elements) - 1
	}
	for p.index >= 0 && !f.written(elements[p.index]) {
		p.index--
	}
	if isInner && name == familyName {
		n, _ := strconv.Atoi(inner)
		p.within = min(max(n, 0), len(f.JiaTingChengYuan))
	}
	return p
}

func (p place) String() string {
	switch {
	case p.index < 0:
		return ""
	case p.within == behind:
		return elements[p.index].name
	}
	return familyName + "/" + strconv.Itoa(p.within)
}

// places gives the unknown elements in the order in which Write writes them, each with the place at which it is then read.
func (f *Form) places() []Extra {
	if len(f.Extra) == 0 {
		return nil
	}
	extra := slices.Clone(f.Extra)
	for i := range extra {
		extra[i].After = f.placeOf(extra[i]).String()
	}
	slices.SortStableFunc(extra, func(a, b Extra) int {
		p, q := f.placeOf(a), f.placeOf(b)
		return cmp.Or(cmp.Compare(p.index, q.index), cmp.Compare(p.within, q.within))
	})
	return extra
}
