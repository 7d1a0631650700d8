package account

import (
	"net/http"
	"net/url"
	"strings"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// export gives exactly the accounts that the filter shows, without phone numbers.
func (m *Module) export(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := listProps{URL: &url.URL{Path: "/accounts", RawQuery: r.PostForm.Get("query")}}
	httpx.DecodeAddress(p.URL.RawQuery, &p.Filter)
	p.Filter.Text = strings.TrimSpace(p.Filter.Text)
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		p.Townships, err = org.Store{}.Townships(r.Context(), tx, s.Today())
		return err
	})
	if err != nil {
		return err
	}
	return access.Export{Name: "账号清单", Object: "accounts", Purpose: r.PostForm.Get("purpose"), Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: s.Unit() + "账号清单", Frozen: 1, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04")},
			Columns: []xlsx.Column{{Key: "username", Title: "用户名", Text: true, Width: 24}, {Key: "name", Title: "姓名", Width: 20}, {Key: "unit", Title: "单位", Width: 24},
				{Key: "role", Title: "角色", Width: 18}, {Key: "state", Title: "状态"}, {Key: "login", Title: "最近登录", Width: 18}, {Key: "created", Title: "开设时间", Width: 18}}},
		Rows: func(x *xlsx.Writer) error {
			return access.Read(r.Context(), s, func(tx *access.Tx) error {
				list, err := access.Accounts(r.Context(), tx, p.Filter, 0, 0)
				if err != nil {
					return err
				}
				for _, a := range list {
					if err := x.Row(a.Username, a.Name, a.Unit(), a.Role.Title(), a.State(), when(a.LastLoginAt),
						a.CreatedAt.In(month.Zone).Format("2006-01-02 15:04")); err != nil {
						return err
					}
				}
				return nil
			})
		}}.Send(w, r, s)
}
