package assessment

import (
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
)

// exportReview gives exactly the rows that the filter shows, with the grounds of every deduction.
func (m *Module) exportReview(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := reviewProps{}
	if err := httpx.Decode(r, &p.Query); err != nil {
		return err
	}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		v, err := m.Store.review(r.Context(), tx, id, false)
		if err != nil {
			return err
		}
		return m.fillReview(r.Context(), tx, v, &p)
	})
	if err != nil {
		return err
	}
	name := p.Sheet.TownshipName + p.Sheet.Month.Title() + "月考评审核"
	return access.Export{Name: name, Object: "assessment_rows", Purpose: r.PostForm.Get("purpose"), Filter: p.words(),
		Layout: xlsx.Layout{Title: name, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04") + "  状态:" + p.State.Title(p.Viewer)},
			Frozen: 2, Columns: p.columns()},
		Rows: func(x *xlsx.Writer) error {
			for _, row := range p.Shown {
				if err := x.Row(p.line(row)...); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}

func (p reviewProps) columns() []xlsx.Column {
	list := []xlsx.Column{{Key: "village", Title: "村(社区)"}, {Key: "name", Title: "姓名"}, {Key: "position", Title: "职务"}}
	for _, d := range p.Scheme.Dimensions {
		list = append(list, xlsx.Column{Key: "d." + d.Code, Title: d.Title, Decimals: 2})
	}
	return append(list, xlsx.Column{Key: "total", Title: "合计", Decimals: 2}, xlsx.Column{Key: "normalised", Title: "折算100分", Decimals: 2},
		xlsx.Column{Key: "last", Title: "上月", Decimals: 2}, xlsx.Column{Key: "change", Title: "变化", Decimals: 2},
		xlsx.Column{Key: "grade", Title: "等次"}, xlsx.Column{Key: "grounds", Title: "扣分、加分的依据和事由"},
		xlsx.Column{Key: "jump", Title: "分差说明"}, xlsx.Column{Key: "returned", Title: "退回原因"})
}

func (p reviewProps) line(r reviewRow) []any {
	cells := []any{r.VillageName, r.PersonName, r.PositionTitle}
	for _, d := range p.Scheme.Dimensions {
		cells = append(cells, xlsx.Decimal(p.value(r.ID, d.Code).Fixed()))
	}
	var last, change any
	if r.Last != nil {
		last, change = xlsx.Decimal(r.Last.Normalised.Fixed()), xlsx.Decimal((r.Normalised - r.Last.Normalised).Fixed())
	}
	var grounds []string
	for _, e := range r.Entries {
		grounds = append(grounds, e.Dimension+e.amount(p.Scheme)+" "+e.text())
	}
	grade := gradedTitle(r.Graded)
	if r.Pending {
		grade = r.gradeTitle()
	}
	if r.NoGrade != "" {
		grade += "(" + r.NoGrade + ")"
	}
	return append(cells, xlsx.Decimal(r.Total.Fixed()), xlsx.Decimal(r.Normalised.Fixed()), last, change, grade,
		strings.Join(grounds, "\n"), r.JumpReason, r.ReturnReason)
}

// words says what the page was narrowed to.
func (p reviewProps) words() string {
	q, list := p.Query, []string{"需要核对的人员"}
	if q.Show == "all" || q.Kind != "" || q.Grade != "" {
		list[0] = "全部人员"
	}
	for _, o := range p.villageOptions() {
		if o.Selected && q.Village != 0 {
			list = append(list, o.Title)
		}
	}
	if q.Kind != "" {
		list = append(list, titleOf(reviewKinds, q.Kind))
	}
	if q.Grade != "" {
		list = append(list, titleOf(reviewGrades, q.Grade))
	}
	if q.Text != "" {
		list = append(list, "搜索:"+q.Text)
	}
	return strings.Join(list, ";")
}
