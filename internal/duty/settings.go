package duty

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// Era is a time before the present settings: its shifts held in the months before Until.
type Era struct {
	Until  string `json:"until"` // 2026-12
	Shifts Shifts `json:"shifts"`
}

// For gives the shifts of a month. A roster on the wall keeps the shifts under which it was made.
func (s Settings) For(m month.Month) Shifts {
	for _, e := range s.Former {
		if m.String() < e.Until {
			return e.Shifts
		}
	}
	return s.Shifts
}

// All are the shifts of all times; a code never comes back with other hours.
func (s Settings) All() Shifts {
	all := slices.Clone(s.Shifts)
	for _, e := range s.Former {
		for _, one := range e.Shifts {
			if all.find(one.Code) == nil {
				all = append(all, one)
			}
		}
	}
	return all
}

// turn makes other shifts hold from a month on; what holds before that month stays.
func (s *Settings) turn(next Shifts, from month.Month) {
	known := s.All()
	for i := range next {
		next[i].Code = known.codeOf(next[i])
		if next[i].Code == "" {
			next[i].Code = "s" + strconv.Itoa(len(known)+1)
			known = append(known, next[i])
		}
	}
	if slices.Equal(s.Shifts, next) {
		return
	}
	if n := len(s.Former); n == 0 || s.Former[n-1].Until != from.String() {
		s.Former = append(s.Former, Era{Until: from.String(), Shifts: s.Shifts})
	}
	s.Shifts = next
}

// codeOf finds the code under which the very same shift is known.
func (list Shifts) codeOf(s Shift) string {
	for _, one := range list {
		s.Code = one.Code
		if one == s {
			return one.Code
		}
	}
	return ""
}

// mostShifts is how many shifts, seasons counted one by one, the page has lines for.
const mostShifts = 6

// settingsForm is the page as it is typed.
type settingsForm struct {
	Shifts      []Shift // always mostShifts lines, empty ones at the end
	PublicPage  bool
	PublicPhone bool
	Version     int
}

func typedOf(s Settings) settingsForm {
	f := settingsForm{Shifts: slices.Clone(s.Shifts), PublicPage: s.PublicPage, PublicPhone: s.PublicPhone, Version: s.Version}
	for len(f.Shifts) < mostShifts {
		f.Shifts = append(f.Shifts, Shift{})
	}
	return f
}

// differences say where what is stored is not what was typed.
func (s Settings) differences(f settingsForm, shifts Shifts) (list []fault.Difference) {
	for _, d := range []fault.Difference{{Label: "班次", Theirs: s.Shifts.words(), Yours: shifts.words()},
		{Label: "扫码查看本月值班安排", Theirs: openness(s.PublicPage), Yours: openness(f.PublicPage)},
		{Label: "公开页面显示值班电话", Theirs: openness(s.PublicPhone), Yours: openness(f.PublicPhone)}} {
		if d.Theirs != d.Yours {
			list = append(list, d)
		}
	}
	return list
}

// openness says whether a switch of the page is on.
func openness(on bool) string {
	if on {
		return "开放"
	}
	return "不开放"
}

func shiftField(name string, line int) string { return name + strconv.Itoa(line) }

// read gives the shifts that are filled in, and what is wrong with them.
func (f settingsForm) read() (list Shifts, problems []ui.Problem) {
	for i, s := range f.Shifts {
		s.Code = ""
		if s == (Shift{}) {
			continue
		}
		if err := s.Check(); err != nil {
			problems = append(problems, ui.Problem{Field: shiftField("title", i), Sentence: fmt.Sprintf("第%d行:%s", i+1, fault.Of(err).Sentence)})
			continue
		}
		if s.Start == s.End {
			problems = append(problems, ui.Problem{Field: shiftField("start", i), Sentence: fmt.Sprintf("第%d行:起止时间不能相同", i+1)})
		}
		for _, day := range []string{s.From, s.To} {
			if _, err := time.Parse(time.DateOnly, "2024-"+day); day != "" && err != nil {
				problems = append(problems, ui.Problem{Field: shiftField("from", i), Sentence: fmt.Sprintf("第%d行:没有%s这一天", i+1, day)})
			}
		}
		if slices.Contains(list, s) {
			problems = append(problems, ui.Problem{Field: shiftField("title", i), Sentence: fmt.Sprintf("第%d行与前面的班次重复", i+1)})
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b Shift) int { return cmp.Compare(a.Start, b.Start) })
	return list, problems
}

// words say the shifts in one line.
func (list Shifts) words() string {
	if len(list) == 0 {
		return "每天一班,全天"
	}
	var parts []string
	for _, s := range list {
		text := s.Title + " " + s.Hours()
		if s.From != "" {
			text += fmt.Sprintf("(%s至%s)", s.From, s.To)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "、")
}
