package duty

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"touyan/internal/platform/month"
	"touyan/internal/platform/qrcode"
	"touyan/internal/platform/workday"
)

// wall is a published state of a roster as it hangs on the wall (上墙表): a month of weeks, names in large type.
type wall struct {
	Township string
	Village  string
	Month    month.Month
	Number   int       // the version
	Since    time.Time // when it was published
	Phone    string    // entered for display, never a file's
	Made     []Assignment
	Empty    Days
	Shifts   Shifts
	Calendar []workday.Info // by day
	Known    bool           // the year's holidays are published
	Code     qrcode.Code    // of the read-only page
	Present  int            // the version that is in force, where an older one is shown
}

// Title heads the sheet.
func (w wall) Title() string { return w.Village + w.Month.Title() + "值班表" }

// Edition names the version as the sheet says it: the first one says nothing but its day.
func (w wall) Edition() string {
	at := month.Day(w.Since).Format("2006年1月2日")
	if w.Number < 2 {
		return at + "发布"
	}
	return fmt.Sprintf("第%d版 %s更新", w.Number, at)
}

// wallDay is a day in its week; Day 0 lies outside the month.
type wallDay struct {
	Day   int
	Kind  Kind
	Word  string // what the plain week does not say: 元旦, 调休上班
	Posts []Assignment
	Empty bool
}

// day puts a day together, its shifts from the earliest.
func (w wall) day(n int) wallDay {
	info := w.Calendar[n-1]
	d := wallDay{Day: n, Kind: KindOf(info), Empty: w.Empty.Has(n)}
	switch info.Kind {
	case workday.Holiday:
		d.Word = cmp.Or(info.Name, Holiday.Title())
	case workday.Makeup:
		d.Word = info.Kind.Name()
	}
	for _, a := range w.Made {
		if a.Day == n {
			d.Posts = append(d.Posts, a)
		}
	}
	slices.SortStableFunc(d.Posts, func(a, b Assignment) int { return cmp.Compare(w.Shifts.start(a.Shift), w.Shifts.start(b.Shift)) })
	return d
}

// start is when a shift begins; a code that the settings have lost comes last.
func (list Shifts) start(code string) string {
	for _, s := range list {
		if s.Code == code {
			return s.Start
		}
	}
	return "~" + code
}

// weeks are the month's weeks from Monday to Sunday.
func (w wall) weeks() (weeks [][]wallDay) {
	first := (int(w.Month.First().Weekday()) + 6) % 7
	for n := 1 - first; n <= w.Month.Days(); n += 7 {
		week := make([]wallDay, 7)
		for i := range week {
			if day := n + i; day >= 1 && day <= w.Month.Days() {
				week[i] = w.day(day)
			}
		}
		weeks = append(weeks, week)
	}
	return weeks
}

// most is the largest number of people on one day.
func (w wall) most() (most int) {
	for n := 1; n <= w.Month.Days(); n++ {
		most = max(most, len(w.day(n).Posts))
	}
	return most
}

// weekday names the day of the week.
func weekday(d time.Time) string { return "周" + string([]rune("日一二三四五六")[d.Weekday()]) }

// people are those who stand this month, with their post, in the order in which the month names them.
func (w wall) people() []Assignment {
	var list []Assignment
	for _, a := range w.Made {
		if !slices.ContainsFunc(list, func(b Assignment) bool { return a.Name == b.Name && a.Person == b.Person }) {
			list = append(list, a)
		}
	}
	return list
}

// said is a person of the foot line.
func said(a Assignment) string {
	switch {
	case a.StandIn && a.Title != "":
		return a.Name + "(" + a.Title + ",代班)"
	case a.StandIn:
		return a.Name + "(代班)"
	case a.Title != "":
		return a.Name + "(" + a.Title + ")"
	}
	return a.Name
}

// names are the people of the foot line.
func (w wall) names() string {
	var list []string
	for _, a := range w.people() {
		list = append(list, said(a))
	}
	return strings.Join(list, "、")
}

// breakable lets a long name be broken at its point, and nowhere else where that is enough.
func breakable(name string) string { return strings.ReplaceAll(name, "·", "·\u200b") }

// wallPart is what one piece of paper holds.
type wallPart struct {
	wall
	Weeks [][]wallDay
	Part  string // 第1张,共2张; empty where one sheet holds all
}

// paper is what a clerk puts into the printer.
type paper struct {
	Key, Title, Stock, Sheet string
	Halves                   bool // two sheets, hung one above the other
}

var papers = []paper{
	{Key: "a4", Title: "一张A4", Stock: "A4(横向)"},
	{Key: "two", Title: "两张A4(大字)", Stock: "A4(横向)", Halves: true},
	{Key: "a3", Title: "一张A3(大字)", Stock: "A3(横向)", Sheet: "wall-a3.css"},
}

// paperOf reads the choice; anything else is the common paper.
func paperOf(key string) paper {
	if i := slices.IndexFunc(papers, func(p paper) bool { return p.Key == key }); i >= 0 {
		return papers[i]
	}
	return papers[0]
}

// crowded is the number of people a day from which a month needs two sheets of A4 to be read from two metres.
const crowded = 3

// parts cuts sheets into pieces of paper; the server cuts, since old browsers break a table anywhere.
func (p paper) parts(list []wall) []wallPart {
	var parts []wallPart
	for _, w := range list {
		weeks := w.weeks()
		if !p.Halves && (p.Sheet != "" || w.most() < crowded) {
			parts = append(parts, wallPart{wall: w, Weeks: weeks})
			continue
		}
		half := (len(weeks) + 1) / 2
		parts = append(parts, wallPart{w, weeks[:half], "第1张,共2张"}, wallPart{w, weeks[half:], "第2张,共2张"})
	}
	return parts
}

// class chooses the height of the rows and the size of the type.
func (p wallPart) class() string {
	rows, size := "wall-rows-"+strconv.Itoa(len(p.Weeks)), "wall-one"
	switch n := p.most(); {
	case n >= crowded:
		size = "wall-many"
	case n == 2:
		size = "wall-two"
	}
	return rows + " " + size
}

// nameClass makes a name as large as its cell allows.
func nameClass(name string) string {
	switch n := utf8.RuneCountInString(name); {
	case n <= 3:
		return "wall-name"
	case n == 4:
		return "wall-name wall-name-4"
	case n <= 6:
		return "wall-name wall-name-6"
	}
	return "wall-name wall-name-more"
}
