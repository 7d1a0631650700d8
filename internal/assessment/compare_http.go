package assessment

import (
	"context"
	"net/http"
	"net/url"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/points"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// monthsQuery names two months, and the townships that are searched.
type monthsQuery struct {
	A    string `form:"a"`
	B    string `form:"b"`
	Text string `form:"q"`
}

func (m *Module) compare(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.compared(r.Context(), s, r.URL)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "两个月对比", Notes: p.Notes, AsOf: s.Now().Format("2006-01-02 15:04"), Print: true,
		Crumbs: []ui.Crumb{{Title: "月考评总览", Href: "/assessment"}}}, comparePage(p))
}

// compared reads the two months that the address names.
func (m *Module) compared(ctx context.Context, s access.Scope, at *url.URL) (compareProps, error) {
	p := compareProps{URL: at, Grant: s.GrantID(), Several: s.Level() == pg.District}
	httpx.DecodeAddress(at.RawQuery, &p.Query)
	err := access.Read(ctx, s, func(tx *access.Tx) error {
		var err error
		if p.Periods, err = m.Store.Periods(ctx, tx, 36); err != nil {
			return err
		}
		p.choose()
		if p.A.IsZero() || p.B.IsZero() {
			return nil
		}
		if p.Before, err = m.Store.Spreads(ctx, tx, p.A); err != nil {
			return err
		}
		p.After, err = m.Store.Spreads(ctx, tx, p.B)
		return err
	})
	return p, err
}

// exportCompare gives the lines that the page shows; they name townships, no person.
func (m *Module) exportCompare(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at := addressOf("/assessment/compare", r.PostForm.Get("query"))
	p, err := m.compared(r.Context(), s, at)
	if err != nil {
		return err
	}
	if len(p.After) == 0 {
		return fault.Invalid("没有可以对比的月份")
	}
	title := s.Unit() + p.A.Title() + "与" + p.B.Title() + "考评对比"
	a, b := p.A.String(), p.B.String()
	return access.Export{Name: title, Object: "assessment_results", Purpose: "两个月对比", Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: title, Frozen: 1, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04") + "  统计口径:在职领取报酬的村(社区)干部,按人计,只计已公示的有效结果"},
			Columns: []xlsx.Column{{Key: "township", Title: "乡镇(街道)"}, {Key: "average.a", Title: a + "平均分", Decimals: 2},
				{Key: "average.b", Title: b + "平均分", Decimals: 2}, {Key: "change", Title: "变化", Decimals: 2}, {Key: "excellent.a", Title: a + "优秀"},
				{Key: "excellent.b", Title: b + "优秀"}, {Key: "low.a", Title: a + "基本称职、不称职"}, {Key: "low.b", Title: b + "基本称职、不称职"},
				{Key: "rows.a", Title: a + "人数"}, {Key: "rows.b", Title: b + "人数"}}},
		Rows: func(x *xlsx.Writer) error {
			for _, after := range p.keep() {
				before := p.before(after.TownshipID)
				var change any
				if before.Average != nil && after.Average != nil {
					change = xlsx.Decimal((*after.Average - *before.Average).Fixed())
				}
				if err := x.Row(after.TownshipName, mark(before.Average), mark(after.Average), change, before.Excellent, after.Excellent,
					before.Basically+before.Incompetent, after.Basically+after.Incompetent, before.Rows, after.Rows); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}

// count is a number as a cell; empty where nobody can know it yet.
func count(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

// mark is an average as a cell; empty where nobody was assessed.
func mark(p *points.Points) any {
	if p == nil {
		return nil
	}
	return xlsx.Decimal(p.Fixed())
}
