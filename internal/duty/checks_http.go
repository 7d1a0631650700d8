package duty

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// checksQuery are the filters of the list of checks.
type checksQuery struct {
	Text   string `form:"q"`
	Result string `form:"result"`
	Struck string `form:"struck"` // 1: with those that were recorded wrongly
	Page   int    `form:"page"`
}

const checksPerPage = 50

type checksProps struct {
	Month, Now month.Month
	Grant      string
	Checks     bool // may record
	District   bool
	Query      checksQuery
	Count      checkCount
	List       []Check
	Fates      map[string]string // of what was proposed, by origin
	Pager      ui.Pager
}

// months are the tabs.
func (p checksProps) months() []ui.Tab { return monthTabs(p.Now, p.Month, checksPath) }

// monthTabs lead to the five months before the present one and the next.
func monthTabs(now, shown month.Month, path func(month.Month) string) []ui.Tab {
	var tabs []ui.Tab
	if n := shown.Sub(now); n < -5 || n > 1 {
		tabs = append(tabs, ui.Tab{Title: shown.Title(), Href: path(shown), Active: true})
	}
	for n := -5; n <= 1; n++ {
		at := now.Add(n)
		tabs = append(tabs, ui.Tab{Title: at.Title(), Href: path(at), Active: at == shown})
	}
	return tabs
}

func (p checksProps) stats() []ui.StatItem {
	link := func(result string) string { return checksPath(p.Month) + "?result=" + result }
	return []ui.StatItem{
		{Label: "抽查", Value: strconv.Itoa(p.Count.Total), Unit: "次", Href: checksPath(p.Month),
			Note: fmt.Sprintf("%d/%d个村(社区),作废的不计", p.Count.Villages, p.Count.Of)},
		{Label: "在岗", Value: strconv.Itoa(p.Count.InPost), Href: link(foundInPost)},
		{Label: "他人代班", Value: strconv.Itoa(p.Count.Substitute), Href: link(foundSubstitute)},
		{Label: "请假,无人在岗", Value: strconv.Itoa(p.Count.Excused), Href: link(foundExcused)},
		{Label: "不在岗", Value: strconv.Itoa(p.Count.Absent), Href: link(foundAbsent), Kind: map[bool]string{true: "bad"}[p.Count.Absent > 0]},
	}
}

func (m *Module) listChecks(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	p := checksProps{Month: at, Now: month.Of(s.Now()), Grant: s.GrantID(), Checks: s.Can(PermCheck) && !s.ReadOnly(),
		District: s.Level() == pg.District}
	httpx.DecodeQuery(r, &p.Query)
	p.Query.Text = strings.TrimSpace(p.Query.Text)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Count, err = m.Store.countChecks(r.Context(), tx, at, p.Query); err != nil {
			return err
		}
		p.Pager = ui.PagerOf(r.URL, p.Query.Page, p.Count.Matching, checksPerPage)
		if p.List, err = m.Store.Checks(r.Context(), tx, at, p.Query, checksPerPage, p.Pager.Offset()); err != nil {
			return err
		}
		p.Fates, err = m.fates(r.Context(), tx, p.List...)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: at.Title() + "抽查记录", AsOf: s.Now().Format("2006-01-02 15:04"), Print: true}, checksPage(p))
}

// exportChecks gives the checks of a month, as filtered. A month of a district has a few hundred.
func (m *Module) exportChecks(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r, s)
	if err != nil {
		return err
	}
	e := checkExport{Month: at, Purpose: r.PostForm.Get("purpose")}
	if err := httpx.Decode(r, &e.Query); err != nil {
		return err
	}
	var count checkCount
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		count, err = m.Store.countChecks(r.Context(), tx, at, e.Query)
		return err
	})
	if err != nil {
		return err
	}
	file := m.checkExport(r.Context(), s, e)
	if count.Matching > inBackground {
		return m.exportLater(w, r, s, checkExportJob, file, e)
	}
	return file.Send(w, r, s)
}

// checkExport is what the export of checks needs.
type checkExport struct {
	Month   month.Month `json:"month"`
	Query   checksQuery `json:"query"`
	Purpose string      `json:"purpose"`
}

func (m *Module) checkExport(ctx context.Context, s access.Scope, e checkExport) access.Export {
	title := s.Unit() + e.Month.Title() + "值班抽查记录"
	return access.Export{Name: title, Object: "duty_checks", Purpose: e.Purpose, Filter: e.Query.words(),
		Layout: xlsx.Layout{Title: title, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04")}, Frozen: 2,
			Columns: []xlsx.Column{{Key: "no", Title: "序号"}, {Key: "township", Title: "乡镇(街道)"}, {Key: "village", Title: "村(社区)"}, {Key: "at", Title: "抽查时间", Width: 18},
				{Key: "way", Title: "方式"}, {Key: "person", Title: "应在岗人员"}, {Key: "result", Title: "结果"}, {Key: "found", Title: "实际在岗"},
				{Key: "checker", Title: "抽查人"}, {Key: "note", Title: "备注", Width: 30}, {Key: "proposal", Title: "拟扣分"},
				{Key: "by", Title: "登记人"}, {Key: "struck", Title: "更正或作废", Width: 30}}},
		Rows: func(x *xlsx.Writer) error {
			return access.Read(ctx, s, func(tx *access.Tx) error {
				list, err := m.Store.Checks(ctx, tx, e.Month, e.Query, 1<<20, 0)
				if err != nil {
					return err
				}
				fates, err := m.fates(ctx, tx, list...)
				if err != nil {
					return err
				}
				for i, c := range list {
					if err := x.Row(i+1, c.Township, c.VillageName, c.Clock(), wordOf(ways, c.Way), c.PersonName, wordOf(findings, c.Result), c.FoundName,
						c.Checker, c.Note, fates[c.Proposal], c.RecordedBy, c.struckWords()); err != nil {
						return err
					}
				}
				return nil
			})
		}}
}

// words says the conditions in force.
func (q checksQuery) words() string {
	var list []string
	for _, one := range []string{searched(q.Text), wordOf(findings, q.Result), map[bool]string{true: "含已更正、作废的"}[q.Struck != ""]} {
		if one != "" {
			list = append(list, one)
		}
	}
	return strings.Join(list, ";")
}

func (c Check) struckWords() string {
	if c.VoidedAt == nil {
		return ""
	}
	return c.VoidedBy + ":" + c.VoidReason
}
