package duty

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// Ledger is 值班台账: what is recorded of the duty of one village, or of all villages of a township, over some months. It
// proves an old month to whoever asks, so it holds every published version as it looked.
type Ledger struct {
	Unit        string
	First, Last month.Month
	Parts       []LedgerPart
}

// LedgerPart is one village in one month.
type LedgerPart struct {
	VillageID int64
	Village   string
	Month     month.Month
	Missing   string // why there is no version: beforeFirst, neverPosted
	Versions  []LedgerVersion
	Leaves    []ledgerLeave // those of which a day falls into the month
	Swaps     []ledgerSwap
	Checks    []ledgerCheck
	Stands    []ledgerStand // 事后补记
}

// LedgerVersion is a version as it hung.
type LedgerVersion struct {
	Number  int
	Reason  string
	By      string
	At      time.Time
	Phone   string
	Days    []written
	Changes []writtenChange
}

// The most months that one ledger may hold.
const (
	ledgerMonths     = 24
	ledgerMonthsTown = 3
)

// checkLedger refuses a span of months that nobody could read or that has not begun.
func checkLedger(first, last, now month.Month, township bool) error {
	most, what := ledgerMonths, "一个村(社区)"
	if township {
		most, what = ledgerMonthsTown, "整个乡镇(街道)"
	}
	switch n := last.Sub(first) + 1; {
	case n < 1:
		return fault.Invalid("结束月份不能早于起始月份")
	case last.After(now):
		return fault.Invalid("台账只能到本月为止")
	case n > most:
		return fault.Invalid("%s的台账一次最多%d个月", what, most)
	}
	return nil
}

// digest is the content's fingerprint: it changes with every recorded fact, and with nothing else.
func (l Ledger) digest() []byte {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // plain values
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// codeLetters leave out what is easily taken for something else on paper.
const codeLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// newCode makes a check code, such as K7Q2X-9WM4T.
func newCode() string {
	random := make([]byte, 10)
	_, _ = rand.Read(random) // never fails
	for i, b := range random {
		random[i] = codeLetters[int(b)%len(codeLetters)]
	}
	return string(random[:5]) + "-" + string(random[5:])
}

// tidyCode reads a code as people type it: small letters, full width, spaces, without the dash.
func tidyCode(typed string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= '!'+0xfee0 && r <= '~'+0xfee0 {
			r -= 0xfee0
		}
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, typed)
	if len(kept) == 10 {
		kept = kept[:5] + "-" + kept[5:]
	}
	return kept
}

// place gives who stood on a day of a version, over all shifts.
func (v LedgerVersion) place(day int, shifts Shifts) []string {
	var list []string
	for _, d := range v.Days {
		if d.Day != day {
			continue
		}
		text := d.Name
		if d.StandIn {
			text += "(代班)"
		}
		if d.Shift != "" {
			text = shifts.Title(d.Shift) + " " + text
		}
		list = append(list, text)
	}
	if len(list) == 0 {
		list = []string{"空岗"}
	}
	return list
}

// words says a version's changes: 3日王强→李娜.
func (v LedgerVersion) words() string {
	var list []string
	for _, c := range v.Changes {
		before, after := c.Before, c.After
		if before == "" {
			before = "空岗"
		}
		if after == "" {
			after = "空岗"
		}
		list = append(list, fmt.Sprintf("%d日%s→%s", c.Day, before, after))
	}
	return strings.Join(list, "、")
}

// weeks are the days of the month as a calendar has them, Monday first; 0 is a blank.
func (p LedgerPart) weeks() [][7]int {
	var weeks [][7]int
	var week [7]int
	for day := 1; day <= p.Month.Days(); day++ {
		at := (int(p.Month.Date(day).Weekday()) + 6) % 7
		week[at] = day
		if at == 6 || day == p.Month.Days() {
			weeks = append(weeks, week)
			week = [7]int{}
		}
	}
	return weeks
}
