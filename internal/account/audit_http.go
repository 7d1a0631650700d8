package account

import (
	"fmt"
	"net/http"
	"net/url"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

type auditProps struct {
	URL     *url.URL
	Filter  access.TrailFilter
	Lines   []access.Trail
	Actions []string
	Pager   ui.Pager
	Grant   string
}

func (m *Module) audit(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := auditProps{URL: r.URL, Grant: s.GrantID()}
	httpx.DecodeQuery(r, &p.Filter)
	var notes []string
	p.Filter, notes = p.Filter.Normal()
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		total, err := access.CountTrails(r.Context(), tx, p.Filter)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(r.URL, p.Filter.Page, total, pageSize)
		if p.Lines, err = access.Trails(r.Context(), tx, p.Filter, pageSize, p.Pager.Offset()); err != nil {
			return err
		}
		p.Actions, err = access.TrailActions(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "操作日志", Print: true, Notes: notes}, auditPage(p))
}

// verifyAudit recomputes the chain of the own district.
func (m *Module) verifyAudit(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	steps, err := m.core.VerifyAudit(r.Context(), s.Tenant())
	if err != nil {
		return fault.Because(fault.Conflict("操作日志核验未通过:记录被改动过,请立即报告"), err)
	}
	access.Flash(r, s, "success", fmt.Sprintf("操作日志核验通过:%d步,全部衔接,没有改动", steps))
	return httpx.SeeOther(w, r, "/audit")
}

func (m *Module) exportAudit(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := auditProps{URL: &url.URL{Path: "/audit", RawQuery: r.PostForm.Get("query")}}
	httpx.DecodeAddress(p.URL.RawQuery, &p.Filter)
	p.Filter, _ = p.Filter.Normal()
	return access.Export{Name: "操作日志", Object: "audit_log", Purpose: r.PostForm.Get("purpose"), Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: "操作日志", Frozen: 1, Columns: []xlsx.Column{{Key: "at", Title: "时间", Width: 20}, {Key: "actor", Title: "操作人"},
			{Key: "role", Title: "身份"}, {Key: "unit", Title: "单位"}, {Key: "address", Title: "地址", Text: true}, {Key: "summary", Title: "操作", Width: 40},
			{Key: "conditions", Title: "导出条件", Width: 30}, {Key: "reason", Title: "原因"}, {Key: "action", Title: "类型"}}},
		Rows: func(x *xlsx.Writer) error {
			return access.Read(r.Context(), s, func(tx *access.Tx) error {
				for offset := 0; ; offset += 2000 {
					lines, err := access.Trails(r.Context(), tx, p.Filter, 2000, offset)
					if err != nil {
						return err
					}
					for _, l := range lines {
						if err := x.Row(l.At.In(month.Zone).Format("2006-01-02 15:04:05"), l.Actor, l.Role.Title(), l.Unit, l.Address, l.Summary,
							conditionsOf(l), l.Reason, actionTitle(l.Action)); err != nil {
							return err
						}
					}
					if len(lines) < 2000 {
						return nil
					}
				}
			})
		}}.Send(w, r, s)
}
