package lrmx

import (
	"fmt"
	"regexp"
	"strings"

	"touyan/internal/platform/month"
)

// Period is one period of a résumé. An open one has no To. Text may have further lines, such as （其间：…）.
type Period struct {
	From, To month.Month
	Text     string
}

// Resume is a 简历. Lead is text before the first period, which honest forms do not have.
type Resume struct {
	Lead    string
	Periods []Period
}

// column is where the text of a period begins.
const column = 18

var (
	period = regexp.MustCompile(`^[\s\p{Z}]*(\d{4}\.\d{1,2}|\d{6})[\s\p{Z}]*([—–－〜～~-]+|至)[\s\p{Z}]*(\d{4}\.\d{1,2}|\d{6})?[\s\p{Z}]*(.*)$`)
	dated  = regexp.MustCompile(`^(\d{4}\.\d{1,2}|\d{6})`)
	br     = regexp.MustCompile(`(?i)<br\s*/?>`)
)

// ParseResume reads a 简历: one period per line, everything else continues the line before.
func ParseResume(text string) (Resume, []Note) {
	var r Resume
	var notes []Note
	for line := range strings.SplitSeq(breaks(text), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		p, ok, problem := parsePeriod(line)
		if problem != "" {
			notes = append(notes, Note{"JianLi", problem})
		}
		switch {
		case ok:
			r.Periods = append(r.Periods, p)
		case len(r.Periods) > 0:
			last := &r.Periods[len(r.Periods)-1]
			last.Text += "\n" + line
		case r.Lead == "":
			r.Lead = line
		default:
			r.Lead += "\n" + line
		}
	}
	return r, notes
}

// parsePeriod reads a line that begins with a month and a dash. A line with an impossible month is text, with a sentence.
func parsePeriod(line string) (p Period, ok bool, problem string) {
	found := period.FindStringSubmatch(line)
	if found == nil {
		return p, false, ""
	}
	from, err := month.Parse(found[1])
	if err != nil {
		return p, false, fmt.Sprintf("起始年月%s不存在,该行按文字保留", found[1])
	}
	text := found[4]
	var to month.Month
	if found[3] != "" {
		if to, err = month.Parse(found[3]); err != nil {
			return p, false, fmt.Sprintf("截止年月%s不存在,该行按文字保留", found[3])
		}
	} else {
		if found[2] == "至" {
			text = strings.TrimPrefix(text, "今")
		}
		for text = strings.TrimSpace(text); strings.HasPrefix(text, "至今"); {
			text = strings.TrimSpace(strings.TrimPrefix(text, "至今"))
		}
	}
	return Period{From: from, To: to, Text: strings.TrimSpace(text)}, true, ""
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// breaks turns every form of line break into \n. Most texts have none.
func breaks(text string) string {
	if !strings.ContainsAny(text, "<\r") {
		return text
	}
	return lineEnds.Replace(br.ReplaceAllString(text, "\n"))
}

// String lays the résumé out: start, two hyphens, end or blanks up to column 18, then the text; further lines below it.
func (r Resume) String() string {
	var lines []string
	if r.Lead != "" {
		lines = append(lines, r.Lead)
	}
	for _, p := range r.Periods {
		first, rest, _ := strings.Cut(p.Text, "\n")
		head := dotted(p.From) + "--"
		if p.To.IsZero() {
			if dated.MatchString(first) { // or it would be read as the end
				first = "至今 " + first
			}
		} else {
			head += dotted(p.To)
		}
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%-*s%s", column, head, first), " "))
		for line := range strings.SplitSeq(rest, "\n") {
			if line != "" {
				lines = append(lines, strings.Repeat(" ", column)+line)
			}
		}
	}
	return strings.Join(lines, "\n")
}

func dotted(m month.Month) string { return fmt.Sprintf("%04d.%02d", m.Year(), m.Month()) }

// Check names periods that end before they begin, and gaps and overlaps of more than a month between neighbours.
func (r Resume) Check() []Note {
	var notes []Note
	say := func(format string, args ...any) { notes = append(notes, Note{"JianLi", fmt.Sprintf(format, args...)}) }
	for i, p := range r.Periods {
		if !p.To.IsZero() && p.To.Before(p.From) {
			say("%s开始的一段截止于%s,早于开始", dotted(p.From), dotted(p.To))
		}
		if i == 0 {
			continue
		}
		before := r.Periods[i-1]
		switch {
		case p.From.Before(before.From):
			say("%s开始的一段排在%s之后,没有按时间先后排列", dotted(p.From), dotted(before.From))
		case before.To.IsZero():
			say("%s开始的一段写为至今,但其后还有%s开始的一段", dotted(before.From), dotted(p.From))
		case p.From.Sub(before.To) > 1:
			say("%s至%s之间空缺%d个月", dotted(before.To), dotted(p.From), p.From.Sub(before.To)-1)
		case before.To.Sub(p.From) > 1:
			say("%s至%s之间重叠%d个月", dotted(p.From), dotted(before.To), before.To.Sub(p.From))
		}
	}
	return notes
}
