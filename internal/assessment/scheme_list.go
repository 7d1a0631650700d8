package assessment

import (
	"net/http"
	"net/url"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

const schemesPerPage = 20

type schemesProps struct {
	List  []StoredScheme
	Query schemeQuery
	URL   *url.URL
	Pager ui.Pager
	Grant string
}

// chips say the conditions in force, each with the way to take it away.
func (p schemesProps) chips() (out []ui.Chip) {
	if p.Query.Text != "" {
		out = append(out, ui.ChipOf(p.URL, "q", p.Query.Text, "搜索:"+p.Query.Text))
	}
	if p.Query.State != "" {
		_, title := schemeStateTag(SchemeState(p.Query.State))
		out = append(out, ui.ChipOf(p.URL, "state", p.Query.State, title))
	}
	return out
}

func (m *Module) listSchemes(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := schemesProps{URL: r.URL, Grant: s.GrantID()}
	httpx.DecodeQuery(r, &p.Query)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		total, err := m.Store.countSchemes(r.Context(), tx, p.Query)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(r.URL, p.Query.Page, total, schemesPerPage)
		p.List, err = m.Store.findSchemes(r.Context(), tx, p.Query, schemesPerPage, p.Pager.Offset())
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "考评方案", Print: true}, schemesPage(p))
}

// exportSchemes gives the versions that the filter shows; they name nobody but their authors.
func (m *Module) exportSchemes(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := schemesProps{URL: addressOf("/assessment/schemes", r.PostForm.Get("query"))}
	httpx.DecodeAddress(p.URL.RawQuery, &p.Query)
	return access.Export{Name: "考评方案", Object: "assessment_schemes", Purpose: "核对考评方案", Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: s.District() + "考评方案", Frozen: 1, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04")},
			Columns: []xlsx.Column{{Key: "name", Title: "方案", Width: 28}, {Key: "on", Title: "生效月份", Text: true}, {Key: "state", Title: "状态"},
				{Key: "full", Title: "满分"}, {Key: "pay", Title: "核算方式", Width: 20}, {Key: "by", Title: "起草"}, {Key: "at", Title: "起草日期"},
				{Key: "enabled", Title: "启用日期"}}},
		Rows: func(x *xlsx.Writer) error {
			return access.Read(r.Context(), s, func(tx *access.Tx) error {
				list, err := m.Store.findSchemes(r.Context(), tx, p.Query, 0, 0)
				if err != nil {
					return err
				}
				for _, v := range list {
					_, state := schemeStateTag(v.State)
					enabled := ""
					if v.EnabledAt != nil {
						enabled = v.EnabledAt.In(s.Now().Location()).Format(time.DateOnly)
					}
					if err := x.Row(v.Name, v.EffectiveOn.String(), state, v.Content.FullMarks().String(), v.Content.Pay.Calculator.Title(), v.CreatedBy,
						v.CreatedAt.In(s.Now().Location()).Format(time.DateOnly), enabled); err != nil {
						return err
					}
				}
				return nil
			})
		}}.Send(w, r, s)
}
