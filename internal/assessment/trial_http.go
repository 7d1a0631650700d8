package assessment

import (
	"net/http"
	"net/url"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

const triedPerPage = 50

type trialProps struct {
	Scheme StoredScheme
	trial
	Found []trialLine // whom the search finds
	Query struct {
		Text string `form:"q"`
		Page int    `form:"page"`
	}
	URL   *url.URL
	Pager ui.Pager
	Grant string
}

func trialPath(id int64) string { return schemePath(id) + "/trial" }

// chips say the search in force, with the way to take it away.
func (p trialProps) chips() []ui.Chip {
	if p.Query.Text == "" {
		return nil
	}
	return []ui.Chip{ui.ChipOf(p.URL, "q", p.Query.Text, "搜索:"+p.Query.Text)}
}

func (m *Module) tryScheme(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.tried(r, s, r.URL)
	if err != nil {
		return err
	}
	p.Grant = s.GrantID()
	p.Pager = ui.PagerOf(p.URL, p.Query.Page, len(p.Found), triedPerPage)
	p.Found = p.Found[p.Pager.Offset():p.Pager.To]
	return access.Page(w, r, s, access.View{Title: "试算:" + p.Scheme.Name, Crumbs: schemeCrumbs, AsOf: p.Month.Title(), Print: true},
		trialPage(p))
}

// tried calculates the last final month anew and keeps the lines that the address searches.
func (m *Module) tried(r *http.Request, s access.Scope, at *url.URL) (trialProps, error) {
	p := trialProps{URL: at}
	httpx.DecodeAddress(at.RawQuery, &p.Query)
	var err error
	if p.Scheme, err = m.loadScheme(r, s); err != nil {
		return p, err
	}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		p.trial, err = m.Store.trial(r.Context(), tx, p.Scheme.Content)
		return err
	})
	text := strings.TrimSpace(p.Query.Text)
	for _, l := range p.Lines {
		if strings.Contains(l.Name, text) || strings.Contains(l.Village, text) || strings.Contains(l.Township, text) {
			p.Found = append(p.Found, l)
		}
	}
	return p, err
}

// exportTrial gives exactly the cadres that the search finds, under both schemes.
func (m *Module) exportTrial(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	at := addressOf(trialPath(id), r.PostForm.Get("query"))
	p, err := m.tried(r, s, at)
	if err != nil {
		return err
	}
	return access.Export{Name: p.Scheme.Name + "试算", Object: "assessment_schemes", Purpose: r.PostForm.Get("purpose"), Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: p.Scheme.Name + "试算(" + p.Month.Title() + ")", Frozen: 3, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04") + "  只列有变化的人员"},
			Columns: []xlsx.Column{{Key: "township", Title: "乡镇(街道)"}, {Key: "village", Title: "村(社区)"}, {Key: "name", Title: "姓名"},
				{Key: "post", Title: "职务", Width: 22}, {Key: "score.old", Title: "原得分", Decimals: 2}, {Key: "score.new", Title: "新得分", Decimals: 2},
				{Key: "grade.old", Title: "原等次"}, {Key: "grade.new", Title: "新等次"}, {Key: "amount.old", Title: "原绩效", Decimals: 2}, {Key: "amount.new", Title: "新绩效", Decimals: 2}}},
		Rows: func(x *xlsx.Writer) error {
			for _, l := range p.Found {
				if err := x.Row(l.Township, l.Village, l.Name, l.Title, xlsx.Decimal(l.OldScore.Fixed()), xlsx.Decimal(l.NewScore.Fixed()), l.OldGrade.Title(),
					l.NewGrade.Title(), decimal(&l.OldAmount), decimal(&l.NewAmount)); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}
