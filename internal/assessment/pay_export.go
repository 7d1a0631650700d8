package assessment

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/job"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/money"
	"touyan/internal/platform/month"
	"touyan/internal/platform/xlsx"
)

const (
	payExportJob = "assessment.pay"
	inBackground = 500 // rows from which an export runs as a job
)

// payExport is what a run of the export needs.
type payExport struct {
	Month   month.Month `json:"month"`
	Query   string      `json:"query"`
	Purpose string      `json:"purpose"`
}

// query reads the conditions as the page does: one that cannot be read filters nothing.
func (e payExport) query() (q payQuery) {
	httpx.DecodeAddress(e.Query, &q)
	return q
}

// sendPay sends the sheet at once, or starts a run where it is long.
func (m *Module) sendPay(w http.ResponseWriter, r *http.Request, s access.Scope, e payExport) error {
	p, err := m.loadPay(r.Context(), s, e.Month, e.query(), 0)
	if err != nil {
		return err
	}
	file := p.export(s, e.Purpose)
	if len(p.Lines)+len(p.Carried) <= inBackground {
		return file.Send(w, r, s)
	}
	if err := file.Refusal(); err != nil {
		return err
	}
	var run int64
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		run, err = m.jobs.Start(r.Context(), tx, payExportJob, "导出"+e.Month.Title()+"绩效核算表", e)
		return err
	})
	if err != nil {
		return err
	}
	return httpx.SeeOther(w, r, "/jobs/"+strconv.FormatInt(run, 10))
}

// exportRun makes the workbook of a run.
func (m *Module) exportRun(ctx context.Context, run *job.Run) error {
	var e payExport
	if err := run.Decode(&e); err != nil {
		return err
	}
	p, err := m.loadPay(ctx, run.Scope, e.Month, e.query(), 0)
	if err != nil {
		return err
	}
	file := p.export(run.Scope, e.Purpose)
	content, err := file.File(ctx, run.Scope)
	if err != nil {
		return err
	}
	run.Leave(job.File{Name: file.Name + ".xlsx", ContentType: access.XLSX, Content: content})
	run.Say("已导出"+strconv.Itoa(len(p.Lines)+len(p.Carried))+"行", "")
	return nil
}

// export lays the sheet out: each cadre, then the differences of earlier months as lines of their own, then the sum.
func (p payProps) export(s access.Scope, purpose string) access.Export {
	at := p.Period.Month
	unit := p.Unit
	if unit == "" {
		unit = s.District()
	}
	return access.Export{Name: unit + at.Title() + "绩效核算表", Object: "assessment_results", Purpose: purpose, Filter: p.words(),
		Layout: xlsx.Layout{Title: unit + at.Title() + "绩效核算表(" + p.state() + ")", Frozen: 4, Sheet: "绩效核算表",
			Lines: []string{"填报单位:" + s.Unit() + "  统计截至:" + p.Now.Format("2006-01-02 15:04") + "  单位:元"},
			Columns: []xlsx.Column{{Key: "no", Title: "序号"}, {Key: "township", Title: "乡镇(街道)"}, {Key: "village", Title: "村(社区)"},
				{Key: "name", Title: "姓名"}, {Key: "title", Title: "职务", Width: 26}, {Key: "total", Title: "得分", Decimals: 2},
				{Key: "grade", Title: "等次"}, {Key: "days", Title: "在岗天数"}, {Key: "base", Title: "绩效基数", Decimals: 2},
				{Key: "amount", Title: "金额", Decimals: 2}, {Key: "rule", Title: "计算依据", Width: 48}, {Key: "state", Title: "状态"}}},
		Rows: p.rows}
}

// words says what the sheet was narrowed to.
func (p payProps) words() string {
	var list []string
	for _, t := range p.Townships {
		if t.ID == p.Query.Township {
			list = append(list, t.Name)
		}
	}
	for _, v := range p.Villages {
		if v.ID == p.Query.Village {
			list = append(list, v.Name)
		}
	}
	if title := titleOf(payChoices, p.Query.Line); p.Query.Line != "" && title != "" {
		list = append(list, title)
	}
	if p.Query.Text != "" {
		list = append(list, "搜索:"+p.Query.Text)
	}
	return strings.Join(list, ";")
}

func (p payProps) rows(x *xlsx.Writer) error {
	for i, l := range p.Lines {
		state := "预计"
		if l.Final {
			state = "最终"
		}
		if err := x.Row(i+1, l.TownshipName, l.VillageName, l.PersonName, l.PositionTitle, xlsx.Decimal(l.Total.Fixed()),
			Grade(l.Grade).Title(), l.Days, decimal(l.BaseFen), decimal(l.AmountFen), l.Rule, state); err != nil {
			return err
		}
	}
	for i, d := range p.Carried {
		delta := d.Delta()
		if err := x.Row(len(p.Lines)+i+1, d.TownshipName, d.VillageName, d.PersonName, "以前月份差额", nil, nil, nil, nil, decimal(&delta),
			d.Pay().Sentence()+":"+d.Reason, "已确认"); err != nil {
			return err
		}
	}
	total, base := p.Total.due(), p.Total.Base
	return x.Row("合计", nil, nil, nil, nil, nil, nil, nil, decimal(&base), decimal(&total), nil, p.state())
}

func decimal(f *money.Fen) any {
	if f == nil {
		return nil
	}
	return xlsx.Decimal(f.String())
}
