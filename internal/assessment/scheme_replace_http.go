package assessment

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/web/ui"
)

// replaceForm is what the officer typed.
type replaceForm struct {
	To      int64  `form:"to"`
	Reason  string `form:"reason"`
	Version int    `form:"version"`
}

type replaceProps struct {
	replacement
	Schemes  []StoredScheme // that the month could take instead
	Form     replaceForm
	Problems []ui.Problem
	Refused  string
	Grant    string
}

func (p replaceProps) options() []ui.Option {
	out := []ui.Option{{Title: "请选择", Selected: p.Form.To == 0}}
	for _, v := range p.Schemes {
		out = append(out, ui.Option{Value: strconv.FormatInt(v.ID, 10), Title: v.Name + "(" + v.EffectiveOn.Title() + "起)", Selected: v.ID == p.Form.To})
	}
	return out
}

func replacePath(at month.Month) string { return "/assessment/" + at.String() + "/scheme" }

func (m *Module) askReplace(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	var form replaceForm
	httpx.DecodeQuery(r, &form)
	return m.replacePage(w, r, s, at, form, nil, http.StatusOK)
}

func (m *Module) replacePage(w http.ResponseWriter, r *http.Request, s access.Scope, at month.Month, form replaceForm, problems []ui.Problem, status int) error {
	p := replaceProps{Form: form, Problems: problems, Grant: s.GrantID()}
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		p.replacement, err = m.Store.replacement(r.Context(), tx, at, form.To)
		if fault.Is(err, fault.KindConflict) || fault.Is(err, fault.KindInvalid) {
			p.Refused = fault.Of(err).Sentence
		} else if err != nil {
			return err
		}
		all, err := m.Store.Schemes(r.Context(), tx)
		for _, v := range all {
			if v.State == SchemeEnabled && v.ID != p.Period.SchemeID {
				p.Schemes = append(p.Schemes, v)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: at.Title() + "更换考评方案", Status: status,
		Crumbs: []ui.Crumb{{Title: at.Title() + "月考评总览", Href: "/assessment/" + at.String()}}}, replaceSchemePage(p))
}

func (m *Module) replaceScheme(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	var form replaceForm
	if err := httpx.Decode(r, &form); err != nil {
		return err
	}
	form.Reason = strings.TrimSpace(form.Reason)
	var problems []ui.Problem
	if form.Reason == "" || len([]rune(form.Reason)) > reasonLimit {
		problems = append(problems, ui.Problem{Field: "reason", Sentence: fmt.Sprintf("请填写更换的理由,最多%d字", reasonLimit)})
	}
	if form.To == 0 {
		problems = append(problems, ui.Problem{Field: "to", Sentence: "请选择考评方案"})
	}
	if len(problems) > 0 {
		return m.replacePage(w, r, s, at, form, problems, http.StatusUnprocessableEntity)
	}
	var done replacement
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		done, err = m.Store.ReplaceScheme(r.Context(), tx, at, form.To, form.Version, form.Reason)
		return err
	})
	if fault.Is(err, fault.KindInvalid) {
		return m.replacePage(w, r, s, at, form, []ui.Problem{{Field: "to", Sentence: fault.Of(err).Sentence}}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", fmt.Sprintf("%s已改用“%s”,%d人的得分已重新计算,删除%d条不适用的扣分、加分", at.Title(), done.To.Name, done.Rows, len(done.Lost)))
	return httpx.SeeOther(w, r, "/assessment/"+at.String())
}
