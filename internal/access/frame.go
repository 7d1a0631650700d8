package access

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// View is what a page says about itself; its body comes with it.
type View struct {
	Title   string
	Crumbs  []ui.Crumb
	Status  int      // 0 means 200
	AsOf    string   // 统计截至, on every page with figures
	Print   bool     // the page offers 打印本页
	Scripts []string // modules of web/static/js that the page needs
	Notes   []string // what the address asked for and the page could not follow
}

// Page renders a body within the frame of the actor: menu by permission, unit, messages. A village gets the phone page.
func Page(w http.ResponseWriter, r *http.Request, s Scope, v View, body httpx.Component) error {
	return s.core.Page(w, r, s, v, body)
}

// Page is Page for callers that hold the Core.
func (c *Core) Page(w http.ResponseWriter, r *http.Request, s Scope, v View, body httpx.Component) error {
	if v.Status == 0 {
		v.Status = http.StatusOK
	}
	f := c.frame(r, s, v)
	if s.settings.Level == pg.Village {
		return httpx.HTML(w, r, v.Status, ui.PhonePage(f, body))
	}
	return httpx.HTML(w, r, v.Status, ui.Page(f, body))
}

// PrintPage renders a body for paper, without the frame; a village gets it without script, as all its pages.
func PrintPage(w http.ResponseWriter, r *http.Request, s Scope, title string, landscape bool, body httpx.Component) error {
	return httpx.HTML(w, r, http.StatusOK, ui.PrintPage(ui.Print{Title: title, Landscape: landscape, Still: s.settings.Level == pg.Village}, body))
}

// Flash leaves a message for the next page. Kinds: success, info, warn, error.
func Flash(r *http.Request, s Scope, kind, text string) {
	list, _ := s.core.sessions.Get(r.Context(), keyFlash).([]flash)
	s.core.sessions.Put(r.Context(), keyFlash, append(list, flash{kind, text}))
}

// GrantID is the grant as forms carry it.
func (s Scope) GrantID() string { return strconv.FormatInt(s.grant, 10) }

func (c *Core) frame(r *http.Request, s Scope, v View) ui.Frame {
	f := ui.Frame{Title: v.Title, Crumbs: v.Crumbs, User: s.name, Role: s.role.Title(), Unit: s.unit, GrantID: s.GrantID(),
		AsOf: v.AsOf, Print: v.Print, Scripts: v.Scripts, Menu: c.menu(r, s)}
	if s.readOnly {
		f.Unit += "(原单位,只读)"
	}
	if id, ok := c.identity(r); ok {
		f.CanSwitch, f.Demo, f.Contact = id.Several, id.Demo, id.Contact
	}
	for _, text := range v.Notes {
		f.Flash = append(f.Flash, ui.Flash{Kind: "warn", Text: text})
	}
	if list, ok := c.sessions.Get(r.Context(), keyFlash).([]flash); ok {
		c.sessions.Remove(r.Context(), keyFlash)
		for _, m := range list {
			f.Flash = append(f.Flash, ui.Flash{Kind: m.Kind, Text: m.Text})
		}
	}
	return f
}

// menu shows only what the actor can use; the entry with the longest matching address is the present page.
func (c *Core) menu(r *http.Request, s Scope) []ui.MenuGroup {
	var entries []MenuEntry
	for _, m := range c.modules {
		for _, e := range m.Menu {
			if s.Can(e.Need) {
				entries = append(entries, e)
			}
		}
	}
	slices.SortStableFunc(entries, func(a, b MenuEntry) int { return a.Order - b.Order })
	active := -1
	for i, e := range entries {
		p := r.URL.Path
		if (p == e.Href || e.Href != "/" && strings.HasPrefix(p, e.Href+"/")) && (active < 0 || len(e.Href) > len(entries[active].Href)) {
			active = i
		}
	}
	var groups []ui.MenuGroup
	for i, e := range entries {
		at := slices.IndexFunc(groups, func(g ui.MenuGroup) bool { return g.Title == e.Group })
		if at < 0 {
			groups = append(groups, ui.MenuGroup{Title: e.Group})
			at = len(groups) - 1
		}
		groups[at].Items = append(groups[at].Items, ui.MenuItem{Title: e.Title, Href: e.Href, Active: i == active})
	}
	return groups
}

// renderFault shows a refusal: inside the frame for somebody logged in, bare otherwise. What was typed stays.
func (c *Core) renderFault(w http.ResponseWriter, r *http.Request, s Scope, f *fault.Fault, status int) {
	body := faultPage(f, keptFields(r, f))
	var err error
	switch {
	case r.Header.Get("HX-Request") == "true":
		err = httpx.HTML(w, r, status, body)
	case s.core != nil && s.account != 0 && f.Kind != fault.KindUnavailable:
		err = c.Page(w, r, s, View{Title: faultTitle(f.Kind), Status: status}, body)
	default:
		err = httpx.HTML(w, r, status, ui.BarePage(ui.Bare{Title: faultTitle(f.Kind)}, body))
	}
	if err != nil {
		c.log.Error("render fault", "err", err)
	}
}

func faultTitle(k fault.Kind) string {
	switch k {
	case fault.KindNotFound:
		return "没有找到"
	case fault.KindInvalid:
		return "填写有误"
	case fault.KindConflict:
		return "未能保存"
	case fault.KindForbidden:
		return "没有权限"
	case fault.KindUnavailable:
		return "暂时无法使用"
	case fault.KindTooLarge:
		return "文件过大"
	case fault.KindGone:
		return "已停用"
	}
	return "系统错误"
}

// typed is a field that was sent and refused.
type typed struct{ Name, Value string }

// keptFields gives back what was typed with a post that met a conflict, so that nothing has to be typed again.
func keptFields(r *http.Request, f *fault.Fault) []typed {
	if f.Kind != fault.KindConflict && f.Kind != fault.KindInvalid || r.Method != http.MethodPost {
		return nil
	}
	var out []typed
	for name, values := range r.PostForm {
		if strings.HasPrefix(name, "_") || strings.Contains(name, "password") || name == "code" {
			continue
		}
		for _, v := range values {
			if strings.TrimSpace(v) != "" && len(out) < 200 {
				out = append(out, typed{name, v})
			}
		}
	}
	slices.SortFunc(out, func(a, b typed) int { return strings.Compare(a.Name, b.Name) })
	return out
}
