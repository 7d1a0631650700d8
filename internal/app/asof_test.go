package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Full-width digits, as an input method leaves them.
const (
	wideDay   = "\uff12\uff10\uff12\uff16\uff0d\uff11\uff10\uff0d\uff13\uff11" // 2026-10-31
	wideMonth = "\uff12\uff10\uff12\uff16\uff0d\uff11\uff10"                   // 2026-10
)

// The house's day is 2026-11-23. A page whose address asks for a day or month that is none says so and what it shows
// instead; digits of full width are read. %s stands for the day or month.
func TestADayThatIsNoneIsSaidAndAWideOneIsRead(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	for i, c := range []struct {
		username, path string
		instead        string // what the page says it does
		read           string // what a page says somewhere that has read 2026-10-31 or 2026-10
	}{
		{"wd-officer", "/reports/structure?on=%s", "已按今天统计", "统计截至:2026-10-31"},
		{"wd-officer", "/reports/structure/list?col=college_up&on=%s", "已按今天统计", "统计截至:2026-10-31"},
		{"wd-officer", "/reports/structure/compare?on=%s", "已按今天统计", "2026-10-31"},
		{"wd-officer", "/reports/structure/compare?from=%s", "已与2025-11-23对比", "2026-10-31"},
		{"wd-officer", "/reports/query?on=%s", "已按今天统计", "截至2026-10-31"},
		{"wd-officer", "/reports/lists?list=dual&on=%s", "已按今天统计", "统计截至:2026-10-31"},
		{"wd-officer", "/reports/lists?list=aged&at=%s", "换届日期已按2026-12-31计算", "2026年10月31日"},
		{"wd-officer", "/reports/overview?on=%s", "已按今天统计", "截至2026年10月31日"},
		{"wd-officer", "/reports/overview?from=%s", "时段数字自2021-11-23起", "自2026年10月31日起"},
		{"wd-officer", "/reports/overview/list?figure=delegates&on=%s", "已按今天统计", "截至2026-10-31"},
		{"wd-officer", "/cadres?as_of=%s", "已按今天统计", "截至2026-10-31"},
		{"wd-officer", "/cadres?state=left&left_from=%s", "没有按它筛选离任时间", "2026-10-31起离任"},
		{"wd-officer", "/cadres?state=left&left_to=%s", "没有按它筛选离任时间", "2026-10-31前(含)离任"},
		{"wd-officer", "/duty/overview?month=%s", "已显示2026年11月", "2026年10月值班总览"},
		{"wd-officer", "/duty/leaves?month=%s", "已显示2026年11月", ""},
		{"wd-officer", "/assessment/compare?b=%s", "已显示2026年11月", ""},
		{"wd-officer", "/assessment/compare?a=%s", "已显示2026年10月", ""},
		{"chengguan-leader", "/assessment/sheets/{submitted}/compare?with=%s", "已与2026年10月对比", ""},
		{"wd-auditor", "/audit?from=%s", "没有按它筛选", "从2026-10-31"},
		{"wd-auditor", "/audit?to=%s", "没有按它筛选", "到2026-10-31"},
		{"wd-auditor", "/audit/people?person=1&from=%s", "已按2026-10-23查询", ""},
	} {
		client := h.client(c.username)
		day := !strings.Contains(c.path, "month=%s") && !strings.HasPrefix(c.path, "/assessment")
		look := func(typed string) (main, warned string) {
			t.Helper()
			a := client.Get(h.at(c.username, strings.Replace(c.path, "%s", url.QueryEscape(typed), 1)))
			if to := a.Location(); to != "" {
				a = client.Get(to)
			}
			doc := a.Want(http.StatusOK).Doc()
			return doc.Text("main"), doc.Text("main .notice-warn")
		}
		bad, what, wide := []string{"2026-02-31", "abc", "9999-99-99"}, "日期", wideDay
		if !day {
			bad, what, wide = []string{"2026-13", "abc", "9999-99"}, "月份", wideMonth
		}
		typed := bad[i%len(bad)]
		if _, warned := look(typed); !strings.Contains(warned, what+"“"+typed+"”不存在,"+c.instead) {
			t.Errorf("%s with %q says %q, want …%s", c.path, typed, warned, c.instead)
		}
		main, warned := look(wide)
		if strings.Contains(warned, "不存在") || !strings.Contains(main, c.read) {
			t.Errorf("%s with full-width digits says %q and not %s", c.path, warned, c.read)
		}
	}
	// A month in the path is part of the page's name: what is none has no page.
	officer := h.client("wd-officer")
	for _, path := range []string{"/duty/overview/", "/duty/", "/assessment/", "/assessment/pay/"} {
		for _, typed := range []string{"2026-13", "abc", "9999-99"} {
			officer.Get(path + typed).Want(http.StatusNotFound)
		}
		officer.Get(path + url.PathEscape(wideMonth)).Want(http.StatusOK)
	}
}
