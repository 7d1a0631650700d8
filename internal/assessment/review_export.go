package assessment

import (
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
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
	p.Form.Purpose = strings.TrimSpace(r.PostForm.Get("purpose"))
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
	if p.Form.Purpose == "" {
		p.Problems = []ui.Problem{{Field: "purpose", Sentence: "请填写导出用途"}}
		return drawReview(w, r, s, p, http.StatusUnprocessableEntity)
	}
	name := p.Sheet.TownshipName + p.Sheet.Month.Title() + "月考评审核"
	return access.Export{Name: name, Object: "assessment_rows", Purpose: p.Form.Purpose, Filter: p.Query.words(),
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

// words is the query in the trail.
func (q reviewQuery) words() string {
	parts := []string{"需要核对的人员"}
	if q.Show == "all" || q.Kind != "" || q.Grade != "" {
		parts[0] = "全部人员"
	}
	for _, k := range q.pairs() {
		if k[0] != "show" {
			parts = append(parts, k[0]+"="+k[1])
		}
	}
	return strings.Join(parts, ",")
}
