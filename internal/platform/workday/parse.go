package workday

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/month"
)

// Year is the arrangement of one year.
type Year struct {
	Year   int
	Papers []string // addresses of the notices
	Days   []Day    // in order; none if not published
}

// Day is one day that differs from the plain week.
type Day struct {
	Date time.Time // midnight in month.Zone
	Name string
	Off  bool // false is a make-up working day
}

type yearFile struct {
	Year   *int     `json:"year"`
	Papers []string `json:"papers"`
	Days   *[]struct {
		Name *string `json:"name"`
		Date *string `json:"date"`
		Off  *bool   `json:"isOffDay"`
	} `json:"days"`
}

// Parse reads a file of the holiday-cn form. want is the year it must hold, or 0 for any. A day must lie in that year or in
// the December before it, since New Year's holidays may begin there. The error is a sentence.
func Parse(data []byte, want int) (Year, error) {
	var f yearFile
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &f); err != nil {
		return Year{}, fault.Because(fault.Invalid("文件不是节假日数据(JSON)格式"), err)
	}
	if f.Year == nil || f.Days == nil {
		return Year{}, fault.Invalid("文件缺少 year 或 days,不是节假日数据")
	}
	if *f.Year < 2000 || *f.Year > 2199 {
		return Year{}, fault.Invalid("文件中的年份%d不正确", *f.Year)
	}
	if want != 0 && *f.Year != want {
		return Year{}, fault.Invalid("文件是%d年的节假日,应为%d年", *f.Year, want)
	}
	y := Year{Year: *f.Year, Papers: f.Papers}
	for i, d := range *f.Days {
		if d.Name == nil || d.Date == nil || d.Off == nil {
			return Year{}, fault.Invalid("第%d个日期缺少 name、date 或 isOffDay", i+1)
		}
		name := strings.TrimSpace(*d.Name)
		if name == "" || utf8.RuneCountInString(name) > 20 {
			return Year{}, fault.Invalid("第%d个日期的节日名称为空或过长", i+1)
		}
		date, err := time.ParseInLocation(time.DateOnly, *d.Date, month.Zone)
		if err != nil {
			return Year{}, fault.Invalid("第%d个日期不是真实日期,应如 %d-10-01", i+1, y.Year)
		}
		if !belongs(date, y.Year) {
			return Year{}, fault.Invalid("日期%s不在%d年内", date.Format(time.DateOnly), y.Year)
		}
		if weekday := date.Weekday(); !*d.Off && weekday != time.Saturday && weekday != time.Sunday {
			return Year{}, fault.Invalid("%s不是周末,不能作为调休上班日", date.Format(time.DateOnly))
		}
		y.Days = append(y.Days, Day{Date: date, Name: name, Off: *d.Off})
	}
	slices.SortStableFunc(y.Days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	for i := 1; i < len(y.Days); i++ {
		if y.Days[i].Date.Equal(y.Days[i-1].Date) {
			return Year{}, fault.Invalid("日期%s重复出现", y.Days[i].Date.Format(time.DateOnly))
		}
	}
	return y, nil
}

func belongs(date time.Time, year int) bool {
	return date.Year() == year || (date.Year() == year-1 && date.Month() == time.December)
}
