package ui_test

import (
	"encoding/json"
	"testing"

	"github.com/a-h/templ"

	"touyan/web/ui"
	"touyan/web/ui/gallery"
)

func TestPageFrame(t *testing.T) {
	t.Parallel()
	f := gallery.Frame("清单 <一>")
	f.Scripts = []string{"js/print.js"}
	f.Flash = append(f.Flash, ui.Flash{Kind: "error", Text: "未保存"})
	p := render(t, ui.Page(f, templ.Raw("<p>正文</p>")))
	if text(p.one("title")) != "清单 <一> · 头雁" || text(p.one("h1")) != "清单 <一>" {
		t.Error("title")
	}
	if text(p.one(".menu-wide [aria-current=page]")) != "收文登记" || text(p.one(".crumbs [aria-current=page]")) != "清单 <一>" {
		t.Error("present page")
	}
	if len(p.all(".menu-wide a")) != len(p.all("details.menu-fold a")) {
		t.Error("the phone's menu differs from the desktop's")
	}
	if attr(p.one("form[action='/logout']"), "method") != "post" || len(p.all("a[href='/logout']")) != 0 {
		t.Error("leaving is a post")
	}
	if len(p.all("a[href='/switch']")) != 1 || text(p.one(".demo")) != "演示数据" {
		t.Error("switch or mark missing")
	}
	if len(p.all("main [role=status].notice")) != 1 || text(p.one(".notice-error:not([hidden])")) != "未保存" {
		t.Error("messages")
	}
	if attr(p.one(".skip"), "href") != "#main" || len(p.all("script[type=module]")) != 2 {
		t.Error("skip link or scripts")
	}
	f.CanSwitch, f.Demo = false, false
	if q := render(t, ui.Page(f, templ.NopComponent)); len(q.all("a[href='/switch'], .demo")) != 0 {
		t.Error("switch or mark where there is nothing to switch")
	}
}

func TestHtmxKeepsThePolicy(t *testing.T) {
	t.Parallel()
	p := render(t, ui.Page(gallery.Frame("x"), templ.NopComponent))
	var config struct {
		IncludeIndicatorStyles, AllowEval, AllowScriptTags *bool
		ResponseHandling                                   []struct {
			Code string
			Swap bool
		}
	}
	if err := json.Unmarshal([]byte(attr(p.one("meta[name=htmx-config]"), "content")), &config); err != nil {
		t.Fatal(err)
	}
	for _, off := range []*bool{config.IncludeIndicatorStyles, config.AllowEval, config.AllowScriptTags} {
		if off == nil || *off {
			t.Error("styles, eval or script tags are on")
		}
	}
	if h := config.ResponseHandling; len(h) != 4 || h[2].Code != "409|422" || !h[2].Swap {
		t.Errorf("%+v", h)
	}
}

func TestPhonePageIsOneScreen(t *testing.T) {
	t.Parallel()
	f := gallery.Frame("今天")
	f.Contact = "请联系上级管理员"
	f.Crumbs = []ui.Crumb{{Title: "首页", Href: "/"}, {Title: "某处"}}
	p := render(t, ui.PhonePage(f, templ.NopComponent))
	if len(p.all("script, .menu, nav")) != 0 || len(p.all("link[rel=stylesheet]")) != 1 {
		t.Error(p.raw)
	}
	if attr(p.one(".back a"), "href") != "/" || text(p.one(".foot p")) != "请联系上级管理员" || attr(p.one("form"), "action") != "/logout" {
		t.Error(p.raw)
	}
	if len(p.raw) > 3<<10 {
		t.Errorf("the frame alone weighs %d bytes", len(p.raw))
	}
}

func TestPaper(t *testing.T) {
	t.Parallel()
	wide := render(t, ui.PrintPage(ui.Print{Title: "表", Landscape: true}, ui.Sheet(ui.SheetProps{Title: "表", Number: 2, Of: 3, Signatures: []string{"负责人", "填表人"}})))
	if len(wide.all("link[rel=stylesheet]")) != 2 || text(wide.one(".sheet-number")) != "第2页 共3页" || len(wide.all(".signature")) != 2 {
		t.Error(wide.raw)
	}
	if len(wide.all("nav, header.top")) != 0 {
		t.Error("a frame on paper")
	}
	if tall := render(t, ui.PrintPage(ui.Print{Title: "表"}, templ.NopComponent)); len(tall.all("link[rel=stylesheet]")) != 1 {
		t.Error(tall.raw)
	}
}

func TestStatesAreInWords(t *testing.T) {
	t.Parallel()
	p := render(t, ui.Steps("进度", []ui.Step{{Title: "甲", State: "done"}, {Title: "乙", State: "late", Note: "5 天"}, {Title: "丙"}}))
	for i, want := range []string{"甲 已完成", "乙 已逾期 · 5 天", "丙 未开始"} {
		if got := text(p.all("li")[i]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if len(p.all("[aria-current=step]")) != 1 {
		t.Error(p.raw)
	}
	facts := render(t, ui.Facts([]ui.FactItem{{Term: "甲", Value: "<b>"}, {Term: "乙"}}))
	if text(facts.all("dd")[0]) != "<b>" || text(facts.all("dd")[1]) != "—" {
		t.Error(facts.raw)
	}
	if c := render(t, ui.Change("2", "3")); text(c.one(".change")) != "原为 2 → 改为 3" {
		t.Error(text(c.one(".change")))
	}
}
