package assessment

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

type differenceProps struct {
	List      []Difference
	Query     differenceQuery
	URL       *url.URL
	Pager     ui.Pager
	Townships []org.Township
	District  bool
	Decide    bool
	Check     bool
	Grant     string
	Problem   differenceProblem
}

// differenceProblem keeps what was typed for one difference.
type differenceProblem struct {
	ID       int64
	Reason   string
	Sentence string
}

const differencesPath = "/assessment/differences"

func (m *Module) listDifferences(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.differencePage(w, r, s, differenceProps{URL: r.URL}, http.StatusOK)
}

func (m *Module) differencePage(w http.ResponseWriter, r *http.Request, s access.Scope, p differenceProps, status int) error {
	p.District, p.Grant = s.Level() == pg.District, s.GrantID()
	p.Decide, p.Check = s.Can(PermEnter) && !s.ReadOnly(), s.Can(PermCheckPay) && !s.ReadOnly()
	httpx.DecodeAddress(p.URL.RawQuery, &p.Query)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		total, err := m.Store.countDifferences(r.Context(), tx, p.Query)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(p.URL, p.Query.Page, total, payPageSize)
		if p.List, err = m.Store.differences(r.Context(), tx, p.Query, payPageSize, p.Pager.Offset()); err != nil {
			return err
		}
		if p.District {
			p.Townships, err = org.Store{}.Townships(r.Context(), tx, s.Today())
		}
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "以前月份绩效差额", Status: status, Crumbs: payCrumbs, AsOf: s.Now().Format("2006-01-02 15:04"), Print: true},
		differencesPage(p))
}

// exportDifferences gives exactly the differences that the filter shows.
func (m *Module) exportDifferences(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at := addressOf(differencesPath, r.PostForm.Get("query"))
	p := differenceProps{URL: at}
	httpx.DecodeAddress(at.RawQuery, &p.Query)
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if p.Townships, err = (org.Store{}).Townships(r.Context(), tx, s.Today()); err != nil {
			return err
		}
		p.List, err = m.Store.differences(r.Context(), tx, p.Query, 0, 0)
		return err
	})
	if err != nil {
		return err
	}
	return access.Export{Name: "以前月份绩效差额", Object: "assessment_differences", Purpose: r.PostForm.Get("purpose"), Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: s.Unit() + "以前月份绩效差额", Frozen: 3, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04") + "  单位:元"},
			Columns: []xlsx.Column{{Key: "month", Title: "月份", Text: true}, {Key: "township", Title: "乡镇(街道)"}, {Key: "village", Title: "村(社区)"},
				{Key: "name", Title: "姓名"}, {Key: "reason", Title: "原因", Width: 48}, {Key: "paid", Title: "已核定", Decimals: 2},
				{Key: "due", Title: "应为", Decimals: 2}, {Key: "delta", Title: "差额", Decimals: 2}, {Key: "state", Title: "办理"},
				{Key: "by", Title: "办理人"}, {Key: "at", Title: "办理日期"}, {Key: "decided", Title: "理由", Width: 24}, {Key: "carried", Title: "列入月份", Text: true}}},
		Rows: func(x *xlsx.Writer) error {
			for _, d := range p.List {
				if err := x.Row(d.cells()...); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}

// cells are a difference as its export writes it.
func (d Difference) cells() []any {
	delta, at, carried := d.Delta(), "", ""
	if d.DecidedAt != nil {
		at = d.DecidedAt.In(month.Zone).Format("2006-01-02")
	}
	if !d.CarriedMonth.IsZero() {
		carried = d.CarriedMonth.String()
	}
	return []any{d.Month.String(), d.TownshipName, d.VillageName, d.PersonName, d.Reason, decimal(&d.PaidFen), decimal(&d.DueFen), decimal(&delta),
		d.State.Title(), d.DecidedBy, at, d.DecisionReason, carried}
}

// checkDifferences compares the final months of the own unit with the register now, without waiting for the night.
func (m *Module) checkDifferences(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	open := 0
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		months, err := m.Store.finalMonths(r.Context(), tx)
		if err != nil {
			return err
		}
		for _, at := range months {
			n, err := m.Differences(r.Context(), tx, at, s.Township())
			if err != nil {
				return err
			}
			open += n
		}
		return nil
	})
	if err != nil {
		return err
	}
	if open == 0 {
		access.Flash(r, s, "success", "已核对:以前月份的绩效与花名册一致,没有待确认的差额")
	} else {
		access.Flash(r, s, "warn", fmt.Sprintf("已核对:有%d条差额待确认", open))
	}
	return httpx.SeeOther(w, r, differencesPath)
}

func (m *Module) decideDifference(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var form struct {
		Decision string `form:"decision"`
		Reason   string `form:"reason"`
		Query    string `form:"query"` // of the list on which the button stood
	}
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	to := DifferenceState(form.Decision)
	if to != DifferenceAccepted && to != DifferenceRefused {
		return fault.Invalid("请选择确认或不予处理")
	}
	reason := strings.TrimSpace(form.Reason)
	problem := ""
	switch {
	case reason == "" && to == DifferenceRefused:
		problem = "不予处理的,请填写理由"
	case len([]rune(reason)) > reasonLimit:
		problem = fmt.Sprintf("理由最多%d字", reasonLimit)
	}
	var d Difference
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if problem != "" {
			return fault.Invalid("%s", problem)
		}
		d, err = m.Store.DecideDifference(r.Context(), tx, id, to, reason)
		return err
	})
	if fault.Is(err, fault.KindInvalid) {
		return m.differencePage(w, r, s, differenceProps{URL: addressOf(differencesPath, form.Query), Problem: differenceProblem{id, reason, fault.Of(err).Sentence}},
			http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", d.PersonName+d.Month.Title()+"的差额"+d.State.Title())
	return httpx.SeeOther(w, r, addressOf(differencesPath, form.Query).String())
}
