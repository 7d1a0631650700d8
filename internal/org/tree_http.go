package org

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

const pageSize = 50

func (m *Module) showTree(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.tree(w, r, s, successionForm{On: s.Today().Format(time.DateOnly)}, nil, http.StatusOK)
}

// tree draws the list of villages, with the form that records a merged or renamed one as it was typed.
func (m *Module) tree(w http.ResponseWriter, r *http.Request, s access.Scope, f successionForm, problems []ui.Problem, status int) error {
	p := treeProps{URL: &url.URL{Path: "/divisions", RawQuery: r.URL.RawQuery}, CanSucceed: s.Can(PermSucceed), Grant: s.GrantID(), Form: f, Problems: problems}
	httpx.DecodeQuery(r, &p.Filter)
	p.Filter.Text = strings.TrimSpace(p.Filter.Text)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		var err error
		if p.Townships, err = m.Store.Townships(r.Context(), tx, s.Today()); err != nil {
			return err
		}
		total, err := m.Store.CountVillages(r.Context(), tx, p.Filter, s.Today())
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(p.URL, p.Filter.Page, total, pageSize)
		if p.Villages, err = m.Store.FindVillages(r.Context(), tx, p.Filter, s.Today(), pageSize, p.Pager.Offset()); err != nil {
			return err
		}
		if p.CanSucceed {
			if p.All, err = m.Store.Villages(r.Context(), tx, 0, s.Today()); err != nil {
				return err
			}
		}
		p.Successions, err = m.Store.Successions(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "区划", Status: status, AsOf: s.Today().Format(time.DateOnly), Print: true}, treePage(p))
}

// exportTree gives exactly the villages that the filter shows. It holds no personal data and asks for no purpose.
func (m *Module) exportTree(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p := treeProps{URL: &url.URL{Path: "/divisions", RawQuery: r.PostForm.Get("query")}}
	httpx.DecodeAddress(p.URL.RawQuery, &p.Filter)
	p.Filter.Text = strings.TrimSpace(p.Filter.Text)
	err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
		p.Townships, err = m.Store.Townships(r.Context(), tx, s.Today())
		return err
	})
	if err != nil {
		return err
	}
	return access.Export{Name: "区划", Object: "villages", Purpose: "核对区划", Filter: ui.InWords(p.chips()),
		Layout: xlsx.Layout{Title: s.Unit() + "区划", Frozen: 1, Lines: []string{"统计截至:" + s.Today().Format(time.DateOnly)},
			Columns: []xlsx.Column{{Key: "code", Title: "代码", Text: true, Width: 16}, {Key: "township", Title: "乡镇(街道)", Width: 16},
				{Key: "village", Title: "村(社区)", Width: 20}, {Key: "kind", Title: "类型"}}},
		Rows: func(x *xlsx.Writer) error {
			return access.Read(r.Context(), s, func(tx *access.Tx) error {
				list, err := m.Store.FindVillages(r.Context(), tx, p.Filter, s.Today(), 0, 0)
				if err != nil {
					return err
				}
				for _, v := range list {
					if err := x.Row(v.Code, townshipName(p.Townships, v.TownshipID), v.Name, kindTitle(v.Kind)); err != nil {
						return err
					}
				}
				return nil
			})
		}}.Send(w, r, s)
}

// successionForm is a merged or renamed village as typed.
type successionForm struct {
	Kind     string `form:"kind"` // merged (default), renamed
	Old      int64  `form:"old"`
	New      int64  `form:"new"`  // of a merger
	Name     string `form:"name"` // of a renaming
	On       string `form:"on"`
	Document string `form:"document"`
}

func (f successionForm) read(now time.Time) (on time.Time, problems []ui.Problem) {
	bad := func(field, sentence string) {
		problems = append(problems, ui.Problem{Field: field, Sentence: sentence})
	}
	on, err := time.ParseInLocation(time.DateOnly, f.On, now.Location())
	if err != nil {
		bad("on", "日期应写成 2026-10-31 的形式,且是存在的日期")
	} else if on.After(now) {
		bad("on", "日期不能晚于今天,请在生效后登记")
	}
	if f.Old == 0 {
		bad("old", "请选择村(社区)")
	}
	if f.Kind == "renamed" && strings.TrimSpace(f.Name) == "" {
		bad("name", "请填写新名称")
	}
	if f.Kind != "renamed" && (f.New == 0 || f.New == f.Old) {
		bad("new", "请选择并入的另一个村(社区)")
	}
	if strings.TrimSpace(f.Document) == "" {
		bad("document", "请填写批准文件")
	}
	return on, problems
}

func (m *Module) succeed(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f successionForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	on, problems := f.read(s.Now())
	if len(problems) > 0 {
		return m.tree(w, r, s, f, problems, http.StatusUnprocessableEntity)
	}
	done := "已登记撤并,新单位可以用“切换身份”查看原单位的全部记录"
	err := access.InScope(r.Context(), s, func(tx *access.Tx) error {
		record := Succession{Kind: "merged", EffectiveOn: on, Document: strings.TrimSpace(f.Document)}
		if f.Kind == "renamed" {
			done = "已登记更名,以往月份的表册仍显示原名"
			return m.Store.Rename(r.Context(), tx, f.Old, f.Name, record)
		}
		before, err := m.Store.Village(r.Context(), tx, f.Old)
		if err != nil {
			return err
		}
		after, err := m.Store.Village(r.Context(), tx, f.New)
		if err != nil {
			return err
		}
		if after.ValidTo != nil {
			return fault.Conflict("%s已经撤并,不能再并入", after.Name)
		}
		record.OldTownship, record.OldVillage, record.NewTownship, record.NewVillage = before.TownshipID, before.ID, after.TownshipID, after.ID
		return m.Store.Succeed(r.Context(), tx, record)
	})
	if fault.Is(err, fault.KindInvalid) || fault.Is(err, fault.KindConflict) {
		field, status := "old", http.StatusUnprocessableEntity
		if f.Kind == "renamed" {
			field = "name"
		}
		if fault.Is(err, fault.KindConflict) {
			status = http.StatusConflict
		}
		return m.tree(w, r, s, f, []ui.Problem{{Field: field, Sentence: fault.Of(err).Sentence}}, status)
	}
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", done)
	return httpx.SeeOther(w, r, "/divisions")
}
