package cadre

import (
	"net/http"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/web/ui"
)

// changeFormProps is the form of a request; without a field it is the choice of one.
type changeFormProps struct {
	Person   Person
	Field    keyField
	Form     changeForm
	Now      string // what the file says, masked
	Open     *Change
	Earlier  []Change
	Papers   []Attachment
	Problems []ui.Problem
	Conflict []fault.Difference
	Grant    string
}

func (m *Module) newChange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	return m.changeForm(w, r, s, changeFormProps{Person: p, Form: changeForm{Field: r.URL.Query().Get("field")}}, http.StatusOK)
}

// changeForm draws the form with what the file says now.
func (m *Module) changeForm(w http.ResponseWriter, r *http.Request, s access.Scope, p changeFormProps, status int) error {
	p.Field, _ = keyFieldOf(p.Form.Field)
	p.Grant = s.GrantID()
	now, _, err := m.keyValue(r, s, p.Person, p.Field.Code)
	if err != nil {
		return err
	}
	p.Now, p.Form.Was = now.masked(p.Field.Code), m.Store.fingerprint(s.Tenant(), p.Field.Code, now)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Papers, err = m.Store.Attachments(r.Context(), tx, p.Person.ID); err != nil {
			return err
		}
		p.Earlier, err = m.Store.changesOf(r.Context(), tx, p.Person.ID)
		return err
	})
	if err != nil {
		return err
	}
	for i, c := range p.Earlier {
		if c.Open() && c.Field == p.Field.Code {
			p.Open = &p.Earlier[i]
		}
	}
	return access.Page(w, r, s, access.View{Title: "申请更正" + p.Field.Title, Status: status, Crumbs: personCrumbs(p.Person)}, changeFormPage(p))
}

// keyValue reads what the file says of a field, with the rest of the file that the new value must fit.
func (m *Module) keyValue(r *http.Request, s access.Scope, p Person, field string) (v keyValue, d Details, err error) {
	err = access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		if d, err = m.Store.Details(r.Context(), tx, p.ID); err != nil {
			return err
		}
		v, err = m.Store.keyValueOf(s.Tenant(), p, d, field)
		return err
	})
	return v, d, err
}

func (m *Module) createChange(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.load(r, s)
	if err != nil {
		return err
	}
	var f changeForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	field, known := keyFieldOf(f.Field)
	if !known {
		return fault.Invalid("请选择要更正的项目")
	}
	now, details, err := m.keyValue(r, s, p, field.Code)
	if err != nil {
		return err
	}
	f.Reason = strings.TrimSpace(f.Reason)
	v, warning, problems := f.check(p, details, now, s.Today())
	evidence, bad := f.evidence(r, field)
	if problems = append(problems, bad...); len(problems) > 0 {
		return m.changeForm(w, r, s, changeFormProps{Person: p, Form: f, Problems: problems}, http.StatusUnprocessableEntity)
	}
	var id int64
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		id, err = m.Store.requestChange(r.Context(), tx, p, f, v, evidence)
		return err
	})
	if k := fault.Of(err); fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
		status := http.StatusConflict
		if k.Kind == fault.KindInvalid {
			status = http.StatusUnprocessableEntity
		}
		return m.changeForm(w, r, s, changeFormProps{Person: p, Form: f, Conflict: k.Differences, Problems: []ui.Problem{{Sentence: k.Sentence}}}, status)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "更正申请已提交,由乡镇(街道)组织委员核对后报区委组织部审批")
	if warning != "" {
		access.Flash(r, s, "warn", warning)
	}
	return httpx.SeeOther(w, r, changePath(id))
}

// evidence reads the paper that is sent along, unless one is named that is kept already.
func (f changeForm) evidence(r *http.Request, field keyField) (paper, []ui.Problem) {
	sent := r.MultipartForm != nil && len(r.MultipartForm.File["file"]) > 0
	switch {
	case f.Paper != 0 && sent:
		return paper{}, []ui.Problem{{Field: "file", Sentence: "请只选一种依据:已有的附件,或新上传的文件"}}
	case f.Paper != 0:
		return paper{}, nil
	case !sent:
		return paper{}, []ui.Problem{{Field: "file", Sentence: "请上传依据(" + field.Proof + "),或选择已有的附件"}}
	}
	up, missing := httpx.File(r, "file")
	return attachmentForm{Kind: field.Paper, Note: "更正" + field.Title + "的依据"}.check(up.Name, up.Data, missing)
}
