package cadre

import (
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/lrmx"
	"touyan/web/ui"
)

func (m *Module) approvalRoutes() []access.Route {
	return append([]access.Route{
		{Method: http.MethodGet, Path: "/cadres/{id}/form", Need: PermExport, Do: m.showApproval},
		{Method: http.MethodPost, Path: "/cadres/{id}/form", Need: PermWrite, Do: m.saveApproval},
		{Method: http.MethodPost, Path: "/cadres/{id}/form/export", Need: PermForm, Do: m.exportApproval},
		{Method: http.MethodPost, Path: "/cadres/{id}/form/print", Need: PermForm, Do: m.printApproval},
		{Method: http.MethodGet, Path: "/cadres/forms/export", Need: PermForm, Do: m.askForms},
		{Method: http.MethodPost, Path: "/cadres/forms/export", Need: PermForm, Do: m.exportForms},
	}, m.formsRoutes()...)
}

// approvalForm is what a 任免审批表 says beyond the file, as typed.
type approvalForm struct {
	NextPost      string `form:"next_post"`
	EndPost       string `form:"end_post"`
	Reason        string `form:"reason"`
	ReportingUnit string `form:"reporting_unit"`
	FilledBy      string `form:"filled_by"`
	FilledOn      string `form:"filled_on"` // 2026-11-02
	AgeOn         string `form:"age_on"`
	Version       int    `form:"version"`
}

func (w approvalWords) form() approvalForm {
	return approvalForm{NextPost: w.NextPost, EndPost: w.EndPost, Reason: w.Reason, ReportingUnit: w.ReportingUnit, FilledBy: w.FilledBy,
		FilledOn: dashed(w.FilledOn), AgeOn: dashed(w.AgeOn), Version: w.Version}
}

// dashed is a day of the form as a date field writes it; what is no day stays away from it.
func dashed(day string) string {
	if len(day) != 8 {
		return ""
	}
	return day[:4] + "-" + day[4:6] + "-" + day[6:]
}

// check reads the form.
func (f approvalForm) check() (out approvalForm, problems []ui.Problem) {
	out = approvalForm{strings.TrimSpace(f.NextPost), strings.TrimSpace(f.EndPost), strings.TrimSpace(f.Reason), strings.TrimSpace(f.ReportingUnit),
		strings.TrimSpace(f.FilledBy), strings.ReplaceAll(f.FilledOn, "-", ""), strings.ReplaceAll(f.AgeOn, "-", ""), f.Version}
	for _, t := range []struct {
		field, label, text string
		most               int
	}{{"next_post", "拟任职务", out.NextPost, 200}, {"end_post", "拟免职务", out.EndPost, 200}, {"reason", "任免理由", out.Reason, 500},
		{"reporting_unit", "呈报单位", out.ReportingUnit, 60}, {"filled_by", "填表人", out.FilledBy, 25}} {
		if n := len([]rune(t.text)); n > t.most {
			problems = append(problems, ui.Problem{Field: t.field, Sentence: t.label + "最多" + strconv.Itoa(t.most) + "字,现为" + strconv.Itoa(n) + "字"})
		}
	}
	for _, d := range []struct{ field, text string }{{"filled_on", out.FilledOn}, {"age_on", out.AgeOn}} {
		if _, notes := (lrmx.Form{TianBiaoShiJian: d.text}).Tidy(); d.text != "" && (len(d.text) != 8 || len(notes) > 0) {
			problems = append(problems, ui.Problem{Field: d.field, Sentence: "日期应写成 2026-11-02 的形式"})
		}
	}
	return out, problems
}

// approvalProps is the page of one person's form.
type approvalProps struct {
	Person   Person
	Form     approvalForm
	Typed    bool
	Notes    []lrmx.Note
	Grant    string
	CanTake  bool
	CanWrite bool
	Problems []ui.Problem
	Conflict []fault.Difference
}

func (m *Module) showApproval(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	return m.approval(w, r, s, approvalProps{Person: p}, http.StatusOK)
}

// approval draws the page: what the form says beyond the file, what the file still lacks for it, export and print.
func (m *Module) approval(w http.ResponseWriter, r *http.Request, s access.Scope, p approvalProps, status int) error {
	p.Grant, p.CanTake, p.CanWrite = s.GrantID(), s.Can(PermForm), s.Can(PermWrite)
	if p.Person.VoidedAt != nil {
		return fault.Conflict("%s的档案已作废", p.Person.Name)
	}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		list, err := m.Store.approvals(r.Context(), tx, []int64{p.Person.ID}, s.Today())
		if err != nil || len(list) == 0 {
			return err
		}
		if !p.Typed {
			p.Form = list[0].Words.form()
		}
		p.Form.Version = list[0].Words.Version
		p.Notes = lacking(list[0].form(), s)
		return nil
	})
	if err != nil {
		return err
	}
	crumbs := append(listCrumbs[:1:1], ui.Crumb{Title: p.Person.Name, Href: personPath(p.Person.ID)})
	return access.Page(w, r, s, access.View{Title: p.Person.Name + "的任免审批表", Status: status, Crumbs: crumbs}, approvalPage(p))
}

// lacking says what of the form is empty or cannot be right. The register's own rules have checked the rest.
func lacking(f lrmx.Form, s access.Scope) []lrmx.Note {
	var notes []lrmx.Note
	for _, element := range []string{"JiGuan", "ChuShengDi", "CanJiaGongZuoShiJian", "JianKangZhuangKuang", "JianLi", "NianDuKaoHeJieGuo"} {
		if f.Text(element) == "" {
			notes = append(notes, lrmx.Note{Element: element, Sentence: "档案中没有填写"})
		}
	}
	if len(f.JiaTingChengYuan) == 0 {
		notes = append(notes, lrmx.Note{Element: "JiaTingChengYuan", Sentence: "档案中没有填写"})
	}
	if len(f.ZhaoPian) == 0 {
		notes = append(notes, lrmx.Note{Element: "ZhaoPian", Sentence: "没有上传照片"})
	}
	return append(notes, lrmx.Check(f, s.Today())...)
}

func (m *Module) saveApproval(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	var typed approvalForm
	if err := httpx.Decode(r, &typed); err != nil {
		return err
	}
	page := approvalProps{Person: p, Form: typed, Typed: true}
	values, problems := typed.check()
	if len(problems) > 0 {
		page.Problems = problems
		return m.approval(w, r, s, page, http.StatusUnprocessableEntity)
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.setApproval(r.Context(), tx, p, values) })
	if fault.Is(err, fault.KindConflict) && len(fault.Of(err).Differences) > 0 {
		page.Conflict = fault.Of(err).Differences
		return m.approval(w, r, s, page, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已保存")
	return httpx.SeeOther(w, r, approvalPath(p.ID))
}

func approvalPath(person int64) string { return personPath(person) + "/form" }
