package cadre

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

func (m *Module) duplicateRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: "/cadres/duplicates", Need: PermMerge, Do: m.listDuplicates},
		{Method: http.MethodPost, Path: "/cadres/duplicates/export", Need: PermMerge, Do: m.exportDuplicates},
		{Method: http.MethodGet, Path: "/cadres/duplicates/{id}/{other}", Need: PermMerge, Do: m.compare},
		{Method: http.MethodPost, Path: "/cadres/duplicates/{id}/{other}/distinct", Need: PermMerge, Do: m.distinguish},
		{Method: http.MethodPost, Path: "/cadres/duplicates/{id}/{other}/merge", Need: PermMerge, Do: m.merge},
		{Method: http.MethodPost, Path: "/cadres/merges/{id}/undo", Need: PermMerge, Do: m.unmerge},
	}
}

var duplicateCrumbs = append(listCrumbs[:1:1], ui.Crumb{Title: "疑似重复", Href: "/cadres/duplicates"})

type duplicatesProps struct {
	scope  access.Scope
	URL    *url.URL
	Grant  string
	Text   string
	Near   bool // the tab of numbers alone
	Merged bool // the tab of what was merged
	Counts [3]int
	Pairs  []pair
	People map[int64]Person
	Pager  ui.Pager
	Merges []merge

	numbers map[int64]string // masked
}

type duplicateFilter struct {
	Text string `form:"q"`
	Tab  string `form:"tab"` // empty: the same name; number: near numbers alone; merged: what was merged
	Page int    `form:"page"`
}

// duplicates finds the pairs of a tab, with who they are.
func (m *Module) duplicates(r *http.Request, s access.Scope, f duplicateFilter) (p duplicatesProps, err error) {
	p = duplicatesProps{scope: s, URL: r.URL, Grant: s.GrantID(), Text: strings.TrimSpace(f.Text), Near: f.Tab == "number", Merged: f.Tab == "merged"}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		all, err := m.Store.pairs(r.Context(), tx)
		if err != nil {
			return err
		}
		var ids []int64
		for _, one := range all {
			if one.SameName {
				p.Counts[0]++
			} else {
				p.Counts[1]++
			}
			if one.SameName != p.Near {
				p.Pairs = append(p.Pairs, one)
				ids = append(ids, one.First, one.Second)
			}
		}
		if p.People, err = m.Store.people(r.Context(), tx, ids, s.Today()); err != nil {
			return err
		}
		p.Counts[2], err = m.Store.countMerges(r.Context(), tx, "")
		return err
	})
	p.Pairs, p.numbers = p.named(), map[int64]string{}
	for id, one := range p.People {
		p.numbers[id] = m.Store.MaskedID(s.Tenant(), one)
	}
	return p, err
}

// named keeps the pairs in which one bears the name that was searched.
func (p duplicatesProps) named() (out []pair) {
	for _, one := range p.Pairs {
		if strings.Contains(p.People[one.First].Name, p.Text) || strings.Contains(p.People[one.Second].Name, p.Text) {
			out = append(out, one)
		}
	}
	return out
}

func (m *Module) listDuplicates(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f duplicateFilter
	httpx.DecodeQuery(r, &f)
	p, err := m.duplicates(r, s, f)
	if err != nil {
		return err
	}
	if p.Merged {
		if err := m.mergedPage(r, s, f, &p); err != nil {
			return err
		}
	} else {
		p.Pager = ui.PagerOf(r.URL, f.Page, len(p.Pairs), PageSize)
		p.Pairs = p.Pairs[p.Pager.Offset():p.Pager.To]
	}
	return access.Page(w, r, s, access.View{Title: "疑似重复人员", Crumbs: listCrumbs, AsOf: s.Today().Format("2006-01-02")}, duplicatesPage(p))
}

// mergedPage reads a page of what was merged.
func (m *Module) mergedPage(r *http.Request, s access.Scope, f duplicateFilter, p *duplicatesProps) error {
	p.Pairs = nil
	return access.Read(r.Context(), s, func(tx *access.Tx) error {
		total, err := m.Store.countMerges(r.Context(), tx, p.Text)
		if err != nil {
			return err
		}
		p.Pager = ui.PagerOf(r.URL, f.Page, total, PageSize)
		p.Merges, err = m.Store.merges(r.Context(), tx, p.Text, PageSize, p.Pager.Offset())
		return err
	})
}

// exportMerges writes what was merged under the search of the page.
func (m *Module) exportMerges(w http.ResponseWriter, r *http.Request, s access.Scope, text string) error {
	layout := xlsx.Layout{Title: "档案合并登记表", Lines: []string{"填报单位:" + s.Unit() + "  统计截至:" + s.Today().Format("2006-01-02")}, Frozen: 1}
	for _, title := range []string{"保留的档案", "并入的档案", "依据", "办理人", "办理时间", "撤销时间"} {
		layout.Columns = append(layout.Columns, xlsx.Column{Key: title, Title: title})
	}
	return access.Export{Name: "档案合并登记表", Object: "person_merges", Purpose: "核对重复档案", Filter: ui.InWords(duplicatesProps{Text: text}.chips()), Layout: layout, Rows: func(x *xlsx.Writer) error {
		return access.Read(r.Context(), s, func(tx *access.Tx) error {
			list, err := m.Store.merges(r.Context(), tx, text, 0, 0)
			if err != nil {
				return err
			}
			for _, one := range list {
				undone := ""
				if one.UndoneAt != nil {
					undone = one.UndoneAt.In(s.Now().Location()).Format("2006-01-02 15:04")
				}
				if err := x.Row(one.KeptName, one.MergedName, one.Reason, one.MergedBy, one.MergedAt.In(s.Now().Location()).Format("2006-01-02 15:04"), undone); err != nil {
					return err
				}
			}
			return nil
		})
	}}.Send(w, r, s)
}

// exportDuplicates writes the pairs of a tab for the townships to check, with masked numbers.
func (m *Module) exportDuplicates(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f duplicateFilter
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	if f.Tab == "merged" {
		return m.exportMerges(w, r, s, strings.TrimSpace(f.Text))
	}
	p, err := m.duplicates(r, s, f)
	if err != nil {
		return err
	}
	layout := xlsx.Layout{Title: "疑似重复人员核对表", Lines: []string{"填报单位:" + s.Unit() + "  统计截至:" + s.Today().Format("2006-01-02")}, Frozen: 3}
	for _, title := range []string{"序号", "依据", "姓名甲", "单位甲", "职务甲", "身份证号甲", "姓名乙", "单位乙", "职务乙", "身份证号乙"} {
		layout.Columns = append(layout.Columns, xlsx.Column{Key: title, Title: title, Text: strings.HasPrefix(title, "身份证号")})
	}
	held := access.PeopleOf()
	return access.Export{Name: "疑似重复人员核对表", Object: "persons", Purpose: "核对重复档案", Filter: ui.InWords(p.chips()), Layout: layout, People: held, Rows: func(x *xlsx.Writer) error {
		for i, one := range p.Pairs {
			held.Add(one.First, one.Second)
			a, b := p.People[one.First], p.People[one.Second]
			if err := x.Row(strconv.Itoa(i+1), one.reason(), a.Name, a.TownshipName+a.VillageName, a.Title(), m.Store.MaskedID(s.Tenant(), a),
				b.Name, b.TownshipName+b.VillageName, b.Title(), m.Store.MaskedID(s.Tenant(), b)); err != nil {
				return err
			}
		}
		return nil
	}}.Send(w, r, s)
}

// couple reads the two files that the path names.
func (m *Module) couple(r *http.Request, s access.Scope) (a, b Person, err error) {
	first, err := httpx.ID(r, "id")
	if err != nil {
		return a, b, err
	}
	second, err := httpx.ID(r, "other")
	if err != nil || second == first {
		return a, b, fault.NotFound()
	}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if a, err = m.Store.Get(r.Context(), tx, first, s.Today()); err != nil {
			return err
		}
		b, err = m.Store.Get(r.Context(), tx, second, s.Today())
		return err
	})
	if err == nil && (a.VoidedAt != nil || b.VoidedAt != nil) {
		return a, b, fault.NotFound()
	}
	return a, b, err
}

// mergeForm is a merge as chosen.
type mergeForm struct {
	Keep     string            `form:"keep"` // first, second
	Field    map[string]string `form:"field"`
	Versions string            `form:"versions"`
	Reason   string            `form:"reason"`
}

type compareProps struct {
	First, Second Person
	Posts         [2][]Appointment
	Results       [2]bool
	Choices       []choice
	Form          mergeForm
	Problems      []ui.Problem
	Grant         string
}

func versions(a, b Person) string { return strconv.Itoa(a.Version) + "-" + strconv.Itoa(b.Version) }

// choices opens what two files say, to compare it; it leaves masked.
func (m *Module) choices(tenant int64, a, b Person) ([]choice, error) {
	var values [4]string
	for i, p := range []Person{a, b} {
		var err error
		if values[i], err = m.Store.IDNumber(tenant, p); err != nil {
			return nil, err
		}
		if values[2+i], err = m.Store.keys.Decrypt(tenant, "cadre.phone", p.PhoneCipher); err != nil {
			return nil, err
		}
	}
	return choices(a, b, values[0], values[1], values[2], values[3]), nil
}

func (m *Module) compare(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	a, b, err := m.couple(r, s)
	if err != nil {
		return err
	}
	return m.comparison(w, r, s, compareProps{First: a, Second: b}, http.StatusOK)
}

func (m *Module) comparison(w http.ResponseWriter, r *http.Request, s access.Scope, p compareProps, status int) error {
	p.Grant = s.GrantID()
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		for i, one := range []Person{p.First, p.Second} {
			var err error
			if p.Posts[i], err = m.Store.Appointments(r.Context(), tx, one.ID); err != nil {
				return err
			}
			if p.Results[i], err = m.results.HasResults(r.Context(), tx, one.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if p.Form.Keep == "" {
		// The file that months depend on stays; of two alike, the one with more posts.
		p.Form.Keep = "first"
		if p.Results[1] && !p.Results[0] || p.Results[0] == p.Results[1] && len(p.Posts[1]) > len(p.Posts[0]) {
			p.Form.Keep = "second"
		}
	}
	if p.Form.Versions == "" {
		p.Form.Versions = versions(p.First, p.Second)
	}
	if p.Choices, err = m.choices(s.Tenant(), p.First, p.Second); err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "核对" + p.First.Name + "与" + p.Second.Name, Status: status, Crumbs: duplicateCrumbs}, comparePage(p))
}

func (m *Module) distinguish(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	a, b, err := m.couple(r, s)
	if err != nil {
		return err
	}
	if err := access.InScope(r.Context(), s, func(tx *access.Tx) error { return m.Store.distinguish(r.Context(), tx, a, b) }); err != nil {
		return err
	}
	access.Flash(r, s, "success", "已核对为两个人,不再提示")
	return httpx.SeeOther(w, r, "/cadres/duplicates")
}

func (m *Module) merge(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	a, b, err := m.couple(r, s)
	if err != nil {
		return err
	}
	var f mergeForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	list, err := m.choices(s.Tenant(), a, b)
	if err != nil {
		return err
	}
	taken, problems := f.check(list)
	if f.Versions != versions(a, b) {
		f.Versions = ""
		problems = append(problems, ui.Problem{Sentence: "档案刚被他人修改,下面是现在的内容,请核对后再合并"})
		return m.comparison(w, r, s, compareProps{First: a, Second: b, Form: f, Problems: problems}, http.StatusConflict)
	}
	if len(problems) > 0 {
		return m.comparison(w, r, s, compareProps{First: a, Second: b, Form: f, Problems: problems}, http.StatusUnprocessableEntity)
	}
	kept, other := a, b
	if f.Keep == "second" {
		kept, other = b, a
	}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		_, err := m.Store.Merge(r.Context(), tx, kept, other, taken, strings.TrimSpace(f.Reason))
		return err
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已合并。在有归档月份以合并后的档案为准之前,可以在“疑似重复”的“已合并”中撤销")
	return httpx.SeeOther(w, r, personPath(kept.ID))
}

// check reads which fields of the file that goes replace those of the file that stays.
func (f mergeForm) check(list []choice) (taken []string, problems []ui.Problem) {
	taken = []string{}
	if f.Keep != "first" && f.Keep != "second" {
		problems = append(problems, ui.Problem{Field: "keep", Sentence: "请选择保留哪一份档案"})
	}
	for _, c := range list {
		if c.same() {
			continue
		}
		switch v := f.Field[c.Key]; {
		case v != "first" && v != "second":
			problems = append(problems, ui.Problem{Field: "field-" + c.Key, Sentence: "请选择以哪一份的" + c.Label + "为准"})
		case v != f.Keep:
			taken = append(taken, c.Key)
		}
	}
	if strings.TrimSpace(f.Reason) == "" {
		problems = append(problems, ui.Problem{Field: "reason", Sentence: "请填写合并依据"})
	}
	return taken, problems
}

func (m *Module) unmerge(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(r.PostForm.Get("reason"))
	var undone merge
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if undone, err = m.Store.mergeOf(r.Context(), tx, id); err != nil {
			return err
		}
		if reason == "" {
			return fault.Invalid("请填写撤销原因")
		}
		final, err := m.results.FinalSince(r.Context(), tx, undone.KeptPersonID, undone.MergedAt)
		if err != nil {
			return err
		}
		if final {
			return fault.Conflict("已有归档月份以合并后的档案为准,不能撤销合并")
		}
		return m.Store.Unmerge(r.Context(), tx, undone, reason)
	})
	if err != nil {
		return err
	}
	access.Flash(r, s, "success", "已撤销合并,两份档案恢复原状")
	return httpx.SeeOther(w, r, "/cadres/duplicates?tab=merged")
}
