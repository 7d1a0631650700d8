// Package gallery shows every component of package ui on a few pages: complete examples of a list page and a form page
// for authors of modules, and the pages that tests of structure, style and overflow look at. The program does not
// import it; its subject, the register of incoming papers, is invented.
package gallery

import (
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"touyan/web/ui"
)

// Pages are the pages of the gallery by name.
func Pages() map[string]templ.Component {
	at := &url.URL{Path: "/papers", RawQuery: "state=open&state=late&sort=-amount&page=2"}
	print := ui.Print{Title: "收文登记表", Landscape: true, Back: "/papers"}
	phone := Frame("本单位")
	phone.Crumbs = []ui.Crumb{{Title: "首页", Href: "/"}}
	phone.Contact = "忘记密码请联系上级管理员,电话 0939-0000000"
	return map[string]templ.Component{
		"list":     ui.Page(Frame("收文登记"), listPage(ListOf(at, 137))),
		"empty":    ui.Page(Frame("收文登记"), listPage(ListOf(&url.URL{Path: "/papers"}, 0))),
		"form":     ui.Page(Frame("登记收文"), formPage(paperForm{Name: "关于<报送>年度统计表的通知"}, nil)),
		"problems": ui.Page(Frame("登记收文"), formPage(paperForm{Name: "", Amount: "12x"}, problems)),
		"confirm":  ui.Page(Frame("作废收文"), confirmPage()),
		"blocks":   ui.Page(Frame("收文办理情况"), blocksPage()),
		"phone":    ui.PhonePage(phone, phoneBody()),
		"bare":     ui.BarePage(ui.Bare{Title: "登录", Lead: "收文管理"}, loginBody()),
		"print":    ui.PrintPage(print, printBody()),
	}
}

// Frame is a frame with everything in it.
func Frame(title string) ui.Frame {
	return ui.Frame{
		Title: title, User: "张三", Role: "登记员", Unit: "示范区办公室", CanSwitch: true, Demo: true, GrantID: "7",
		AsOf: "2026-10-31", Print: true,
		Crumbs: []ui.Crumb{{Title: "示范区"}, {Title: "办公室", Href: "/office"}},
		Menu: []ui.MenuGroup{
			{Title: "工作台", Items: []ui.MenuItem{{Title: "我的待办", Href: "/", Badge: "12"}}},
			{Title: "文件管理", Items: []ui.MenuItem{{Title: "收文登记", Href: "/papers", Active: true}, {Title: "发文登记", Href: "/sent"},
				{Title: "传阅情况", Href: "/rounds", Badge: "3"}, {Title: "档案移交", Href: "/archive"}}},
			{Title: "系统管理", Items: []ui.MenuItem{{Title: "账号管理", Href: "/accounts"}, {Title: "操作日志", Href: "/audit"}}},
		},
		Flash: []ui.Flash{{Kind: "success", Text: "已登记 3 件收文。"}},
	}
}

type paper struct {
	Number, Name, From, On, Amount string
	Kind, State                    string
}

// List is what the list page shows.
type List struct {
	Filter       ui.Filter
	Name, Amount ui.Sort
	Rows         []paper
	Pager        ui.Pager
	Text, State  string
	Grant        string
}

// ListOf makes the list page for an address; total rows are invented.
func ListOf(at *url.URL, total int) List {
	q := at.Query()
	page, _ := strconv.Atoi(q.Get("page"))
	l := List{
		Name: ui.SortBy(at, "文件标题", "name"), Amount: ui.SortBy(at, "经费(元)", "amount").Numeric(),
		Pager: ui.PagerOf(at, page, total, 50), State: q.Get("state"), Grant: "7",
		Filter: ui.Filter{Action: "/papers", Export: "/papers/export?" + at.RawQuery, Print: "/papers/print?" + at.RawQuery},
	}
	if sort := q.Get("sort"); sort != "" {
		l.Filter.Keep = url.Values{"sort": {sort}}
	}
	for _, s := range q["state"] {
		l.Filter.Chips = append(l.Filter.Chips, ui.ChipOf(at, "state", s, "状态:"+map[string]string{"open": "待办", "late": "已逾期"}[s]))
	}
	states := [][2]string{{"good", "已办结"}, {"info", "办理中"}, {"warn", "待补正"}, {"bad", "已逾期"}, {"plain", "草稿"}}
	for i := l.Pager.From; i <= l.Pager.To && i > 0; i++ {
		s := states[i%len(states)]
		l.Rows = append(l.Rows, paper{Number: "示办收〔2026〕" + strconv.Itoa(i) + "号", Name: "关于做好" + strconv.Itoa(2020+i%7) + "年度统计数据核对和报送工作的通知",
			From: "市统计局", On: "2026-10-" + strconv.Itoa(10+i%20), Amount: "1," + strconv.Itoa(100+i*7) + ".50", Kind: s[0], State: s[1]})
	}
	return l
}

type paperForm struct{ Name, On, Amount, Note string }

var problems = []ui.Problem{
	{Field: "name", Sentence: "请填写文件标题"},
	{Field: "amount", Sentence: "经费应为数字,最多两位小数"},
	{Field: "secrecy", Sentence: "请选择密级"},
	{Sentence: "同一文号已于 2026-10-12 登记"},
}
