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
	"touyan/internal/platform/pg"
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
	Problem   *differenceProblem
}

// differenceProblem keeps what was typed for one difference.
type differenceProblem struct {
	ID       int64
	Reason   string
	Sentence string
}

func (m *Module) listDifferences(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.differencePage(w, r, s, r.URL, nil, http.StatusOK)
}

func (m *Module) differencePage(w http.ResponseWriter, r *http.Request, s access.Scope, at *url.URL, problem *differenceProblem, status int) error {
	p := differenceProps{URL: at, District: s.Level() == pg.District, Decide: s.Can(PermEnter) && !s.ReadOnly(), Check: s.Can(PermCheckPay) && !s.ReadOnly(), Grant: s.GrantID(), Problem: problem}
	httpx.DecodeQuery(r, &p.Query)
	p.Query.Text = strings.TrimSpace(p.Query.Text)
	page := max(p.Query.Page, 1)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		list, total, err := m.Store.differences(r.Context(), tx, p.Query, payPageSize, (page-1)*payPageSize)
		if err != nil {
			return err
		}
		p.List, p.Pager = list, ui.PagerOf(at, page, total, payPageSize)
		if p.District {
			p.Townships, err = org.Store{}.Townships(r.Context(), tx, s.Today())
		}
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "以前月份绩效差额", Status: status, Crumbs: payCrumbs, AsOf: s.Now().Format("2006-01-02 15:04")},
		differencesPage(p))
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
	return httpx.SeeOther(w, r, "/assessment/differences")
}

func (m *Module) decideDifference(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var form struct {
		Decision string `form:"decision"`
		Reason   string `form:"reason"`
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
		return m.differencePage(w, r, s, &url.URL{Path: "/assessment/differences"}, &differenceProblem{id, reason, fault.Of(err).Sentence}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", d.PersonName+d.Month.Title()+"的差额"+d.State.Title())
	return httpx.SeeOther(w, r, "/assessment/differences")
}
