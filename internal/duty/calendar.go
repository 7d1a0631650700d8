package duty

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// feedDay is a day on which somebody stands, with what its calendar entry needs.
type feedDay struct {
	RosterID     int64
	OnDay        time.Time
	Shift        string
	StandIn      bool
	TownshipName string
	VillageName  string
	Phone        string // entered for display
	Number       int
	MadeAt       time.Time // of the version that hangs on the wall
}

// feed is somebody's duty as a calendar.
type feed struct {
	Person int64
	Name   string
	Host   string // makes the entries' keys unique in the world
	Shifts Shifts
	Days   []feedDay
}

// zone is Asia/Shanghai, which knows no summer time since 1991.
const zone = "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\n" +
	"TZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"

const (
	icalDate  = "20060102"
	icalClock = "20060102T150405"
	icalUTC   = "20060102T150405Z"
)

// String writes the calendar by RFC 5545. The same duty gives the same bytes; an entry keeps its UID through all versions
// of a roster, and its SEQUENCE grows with them.
func (f feed) String() string {
	var b strings.Builder
	line(&b, "BEGIN", "VCALENDAR")
	line(&b, "VERSION", "2.0")
	line(&b, "PRODID", "-//Touyan//Duty//ZH")
	line(&b, "CALSCALE", "GREGORIAN")
	line(&b, "METHOD", "PUBLISH")
	line(&b, "X-WR-CALNAME", escape(f.Name+"的值班"))
	line(&b, "X-WR-TIMEZONE", "Asia/Shanghai")
	line(&b, "REFRESH-INTERVAL;VALUE=DURATION", "PT6H")
	line(&b, "X-PUBLISHED-TTL", "PT6H")
	b.WriteString(zone)
	for _, d := range f.Days {
		f.event(&b, d)
	}
	line(&b, "END", "VCALENDAR")
	return b.String()
}

func (f feed) event(b *strings.Builder, d feedDay) {
	stamp := d.MadeAt.UTC().Format(icalUTC)
	line(b, "BEGIN", "VEVENT")
	line(b, "UID", fmt.Sprintf("duty-%d-%s-%s%d@%s", d.RosterID, d.OnDay.Format(icalDate), keyed(d.Shift), f.Person, f.Host))
	line(b, "DTSTAMP", stamp)
	line(b, "LAST-MODIFIED", stamp)
	line(b, "SEQUENCE", fmt.Sprint(d.Number-1))
	f.when(b, d)
	summary := "值班 " + d.VillageName
	if s := f.Shifts.find(d.Shift); s != nil {
		summary += " " + s.Title
	}
	if d.StandIn {
		summary += "(代班)"
	}
	line(b, "SUMMARY", escape(summary))
	line(b, "LOCATION", escape(d.TownshipName+d.VillageName))
	text := fmt.Sprintf("值班表第%d版", d.Number)
	if d.Phone != "" {
		text += "\n值班电话:" + d.Phone
	}
	line(b, "DESCRIPTION", escape(text))
	line(b, "STATUS", "CONFIRMED")
	line(b, "END", "VEVENT")
}

// when writes the hours of a shift, or the whole day where the day is one shift. A night shift ends on the next morning.
func (f feed) when(b *strings.Builder, d feedDay) {
	if s := f.Shifts.find(d.Shift); s != nil {
		from, to := clockOn(d.OnDay, s.Start), clockOn(d.OnDay, s.End)
		if !to.After(from) {
			to = to.AddDate(0, 0, 1)
		}
		line(b, "DTSTART;TZID=Asia/Shanghai", from.Format(icalClock))
		line(b, "DTEND;TZID=Asia/Shanghai", to.Format(icalClock))
		return
	}
	line(b, "DTSTART;VALUE=DATE", d.OnDay.Format(icalDate))
	line(b, "DTEND;VALUE=DATE", d.OnDay.AddDate(0, 0, 1).Format(icalDate))
}

func clockOn(day time.Time, clock string) time.Time {
	at, _ := time.Parse("15:04", clock)
	return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
}

func keyed(shift string) string {
	if shift == "" {
		return ""
	}
	return shift + "-"
}

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escape writes a TEXT value.
func escape(text string) string { return escaper.Replace(text) }

// line writes a content line, folded so that no line is longer than 75 octets and no character is cut.
func line(b *strings.Builder, name, value string) {
	const most = 75
	left, room := name+":"+value, most
	for len(left) > room {
		cut := room
		for !utf8.RuneStart(left[cut]) {
			cut--
		}
		b.WriteString(left[:cut])
		b.WriteString("\r\n ")
		left, room = left[cut:], most-1
	}
	b.WriteString(left)
	b.WriteString("\r\n")
}
