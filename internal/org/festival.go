package org

import (
	"slices"
	"strings"
	"time"

	"touyan/internal/platform/workday"
)

// festival is one public holiday of a year with the days off and the working days that make up for them.
type festival struct {
	Name      string
	Off, Work []time.Time
}

// festivals groups a year's days, in the order of the year.
func festivals(days []workday.Day) []festival {
	var out []festival
	for _, d := range days {
		i := slices.IndexFunc(out, func(f festival) bool { return f.Name == d.Name })
		if i < 0 {
			out = append(out, festival{Name: d.Name})
			i = len(out) - 1
		}
		if d.Off {
			out[i].Off = append(out[i].Off, d.Date)
		} else {
			out[i].Work = append(out[i].Work, d.Date)
		}
	}
	return out
}

// span writes the days off as ranges: 2月15日至23日.
func (f festival) span() string {
	var parts []string
	for i := 0; i < len(f.Off); {
		j := i
		for j+1 < len(f.Off) && f.Off[j+1].Equal(f.Off[j].AddDate(0, 0, 1)) {
			j++
		}
		text := f.Off[i].Format("1月2日")
		if j > i {
			text += "至" + f.Off[j].Format("1月2日")
		}
		parts = append(parts, text)
		i = j + 1
	}
	return strings.Join(parts, "、")
}

// makeup writes the working days: 2月14日、2月28日.
func (f festival) makeup() string {
	var parts []string
	for _, d := range f.Work {
		parts = append(parts, d.Format("1月2日"))
	}
	return strings.Join(parts, "、")
}
