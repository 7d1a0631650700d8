package app_test

import (
	"strings"
	"testing"
)

// A village on a slow line: all its pages, from an empty cache, with every resource, as the bytes travel.
func TestTheVillagesPageWeighsUnder30KB(t *testing.T) {
	t.Parallel()
	h := newDemoHouse(t)
	b := h.browser("hanwang-hanwangjie")
	b.Size(390, 844)
	for _, path := range []string{"/village", "/village?month=2026-10", "/village/objections/new", "/village/notice"} {
		b.ClearCache()
		b.Requests()
		b.Go(path)
		total := int64(0)
		for _, r := range b.Requests() {
			total += r.Bytes
			if strings.Contains(r.URL, ".js") {
				t.Errorf("%s loads the script %s", path, r.URL)
			}
		}
		if total == 0 || total >= 30<<10 {
			t.Errorf("%s weighs %d bytes", path, total)
		}
		t.Logf("%s: %d bytes", path, total)
		if n := b.Count("script"); n != 0 {
			t.Errorf("%s has %d scripts", path, n)
		}
	}
	b.Go("/village")
	duty := b.Text("main")
	for _, want := range []string{"今日值班", "我的值班", "2026年11月值班安排(第", "订阅到手机日历"} {
		if !strings.Contains(duty, want) {
			t.Errorf("the page does not say %s", want)
		}
	}
	if n := b.Count(".glance li"); n < 30 {
		t.Errorf("the month at a glance has %d days", n)
	}
	if b.Count("nav") != 0 || b.Count("tbody td.num") == 0 {
		t.Error("the page shows results and no menu")
	}
	if foot := b.Text(".foot"); !strings.Contains(foot, "忘记密码请联系乡镇组织干事") {
		t.Errorf("the foot names whom to call: %s", foot)
	}
	if size := b.Text("body"); size == "" {
		t.Error("nothing is shown")
	}
}
