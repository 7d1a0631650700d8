package org

import (
	"net/http"
	"net/url"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

func (m *Module) listDistricts(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.districts(w, r, s, districtForm{}, nil, http.StatusOK)
}

type districtForm struct {
	Code string `form:"code"`
	Name string `form:"name"`
	Do   string `form:"do"` // preview: say what an import would do, and do nothing
}

// districts draws the platform's list, with the form of an import as it was typed.
func (m *Module) districts(w http.ResponseWriter, r *http.Request, s access.Scope, form districtForm, problems []ui.Problem, status int) error {
	p := districtsProps{URL: &url.URL{Path: "/districts", RawQuery: r.URL.RawQuery}, Form: form, Problems: problems, Grant: s.GrantID()}
	httpx.DecodeQuery(r, &p.Filter)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		total, err := m.Store.countDistricts(r.Context(), tx, p.Filter)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(p.URL, p.Filter.Page, total, pageSize)
		p.Districts, err = m.Store.findDistricts(r.Context(), tx, p.Filter, pageSize, p.Pager.Offset())
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "区县", Status: status, AsOf: s.Now().Format("2006-01-02 15:04"), Print: true}, districtsPage(p))
}

// exportDistricts gives the districts that the filter shows. It holds no personal data and asks for no purpose.
func (m *Module) exportDistricts(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := districtsProps{URL: &url.URL{Path: "/districts", RawQuery: r.PostForm.Get("query")}}
	httpx.DecodeAddress(p.URL.RawQuery, &p.Filter)
	return access.Export{Name: "区县", Object: "tenants", Purpose: "核对区县", Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: "区县", Frozen: 1, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04")},
			Columns: []xlsx.Column{{Key: "code", Title: "代码", Text: true}, {Key: "name", Title: "名称", Width: 24}, {Key: "demo", Title: "数据"}}},
		Rows: func(x *xlsx.Writer) error {
			return access.Read(r.Context(), s, func(tx *access.Tx) error {
				list, err := m.Store.findDistricts(r.Context(), tx, p.Filter, 0, 0)
				if err != nil {
					return err
				}
				for _, d := range list {
					kind := ""
					if d.IsDemo {
						kind = "演示数据"
					}
					if err := x.Row(d.Code, d.Name, kind); err != nil {
						return err
					}
				}
				return nil
			})
		}}.Send(w, r, s)
}
