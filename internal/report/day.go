package report

import (
	"net/http"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// readDay reads a day to count as of; figures reach from the founding of the state to ten years ahead.
func readDay(text string, today time.Time) (time.Time, error) {
	t, err := month.ParseDay(text)
	if err == nil && (t.Year() < 1949 || t.Year() > today.Year()+10) {
		err = fault.Invalid("日期“%s”不在可以统计的范围内", t.Format(time.DateOnly))
	}
	return t, err
}

// dayOf is the day of an address; the usual one where it says none, or none that can be counted: see misread.
func dayOf(text string, usual time.Time) time.Time {
	if t, err := readDay(text, usual); err == nil {
		return t
	}
	return usual
}

// countedToday is what a page does with a day that is none.
const countedToday = "已按今天统计"

// misread says which days of a page's address could not be read, and by what the page counts instead: pairs of both.
func misread(r *http.Request, s access.Scope, pairs ...string) (notes []string) {
	q := r.URL.Query()
	for i := 0; i < len(pairs); i += 2 {
		if text := q.Get(pairs[i]); text != "" {
			if _, err := readDay(text, s.Today()); err != nil {
				notes = append(notes, fault.Of(err).Sentence+","+pairs[i+1])
			}
		}
	}
	return notes
}
