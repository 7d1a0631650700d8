package report

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

const fillRoot = "/reports/fill"

// mostRows is how many rows of a superior's table are filled at once.
const mostRows = 5000

func (m *Module) fillRoutes() []access.Route {
	return []access.Route{
		{Method: http.MethodGet, Path: fillRoot, Need: PermExport, Do: m.askFill},
		{Method: http.MethodPost, Path: fillRoot, Need: PermExport, Do: m.fill, Upload: true},
	}
}

// fillForm is what goes with the table.
type fillForm struct {
	On       string `form:"on"`
	Purpose  string `form:"purpose"`
	Personal string `form:"personal"`
}

// fillProps is the page that takes a table.
type fillProps struct {
	Form     fillForm
	Today    time.Time
	Grant    string
	Reveal   bool
	Problems []ui.Problem
}

func (m *Module) askFill(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.fillPage(w, r, s, fillForm{}, nil, http.StatusOK)
}

func (m *Module) fillPage(w http.ResponseWriter, r *http.Request, s access.Scope, f fillForm, problems []ui.Problem, status int) error {
	return access.Page(w, r, s, access.View{Title: "按上级表样填报", Status: status, Crumbs: []ui.Crumb{{Title: "即时查询", Href: queryRoot}}},
		fillPage(fillProps{f, s.Today(), s.GrantID(), s.Can(cadre.PermReveal), problems}))
}

// fill answers with the user's own table, filled in: what leaves is noted first.
func (m *Module) fill(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f fillForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	refuse := func(field string, err error) error {
		switch one := fault.Of(err); one.Kind {
		case fault.KindInvalid:
			return m.fillPage(w, r, s, f, []ui.Problem{{Field: field, Sentence: one.Sentence}}, http.StatusUnprocessableEntity)
		case fault.KindTooLarge:
			return m.fillPage(w, r, s, f, []ui.Problem{{Field: field, Sentence: one.Sentence}}, http.StatusRequestEntityTooLarge)
		}
		return err
	}
	purpose, err := access.Purpose(f.Purpose)
	if err != nil {
		return refuse("purpose", err)
	}
	f.Purpose = purpose
	if f.On != "" {
		if _, err := readDay(f.On, s.Today()); err != nil {
			return refuse("on", err)
		}
	}
	file, err := httpx.File(r, "file")
	if err != nil {
		return refuse("file", err)
	}
	filled, err := m.filled(r, s, file, f)
	if err != nil {
		return refuse("file", err)
	}
	httpx.Attachment(w, strings.TrimSuffix(file.Name, filepath.Ext(file.Name))+"(已填报).xlsx", access.XLSX)
	_, _ = w.Write(filled) // the client may have gone
	return nil
}

// filled reads the table, finds the people, writes what the register knows, and notes the act.
func (m *Module) filled(r *http.Request, s access.Scope, file httpx.Upload, f fillForm) (out []byte, err error) {
	book, err := xlsx.OpenBytes(file.Data, xlsx.Limits{})
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	table, err := book.Table(fillSchema(), nil)
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	if !table.Match.Has("name") && !table.Match.Has("id") {
		return nil, fault.Invalid("表头里没有“姓名”或“身份证号”列,无法对应人员")
	}
	on := dayOf(f.On, s.Today())
	list, findings, err := readWanted(table, s.Today())
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, fault.Invalid("表里没有写姓名或身份证号的行")
	case len(list) > mostRows:
		return nil, fault.Invalid("表里有%d行,一次最多填%d行,请分成几个文件", len(list), mostRows)
	}
	personal := f.Personal != "" && s.Can(cadre.PermReveal)
	res := fillResult{Findings: findings, Rows: len(list)}
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		people, err := m.wantedHolders(r, tx, list, on)
		if err != nil {
			return err
		}
		if err := m.fillAll(&res, s.Tenant(), list, people, table.Match, personal); err != nil {
			return err
		}
		remarks := res.remarks(table.Match, []string{"填报单位:" + s.Unit() + "  统计截至:" + on.Format(time.DateOnly),
			"填报人:" + s.Name() + "  填报时间:" + s.Now().Format("2006-01-02 15:04") + "  用途:" + f.Purpose})
		if out, err = xlsx.FillFile(file.Data, table.Match.Sheet, res.Entries, remarks); err != nil {
			return xlsx.Fault(err)
		}
		sum := sha256.Sum256(out)
		tx.Audit(access.Line{Action: "export", Object: "persons", Summary: "按上级表样填报", Reason: f.Purpose, Detail: map[string]any{"rows": res.Filled,
			"columns": titles(table.Match), "personal": personal, "persons": access.PeopleOf(res.Held...), "sha256": hex.EncodeToString(sum[:])}})
		return nil
	})
	return out, err
}

func titles(m xlsx.Match) (out []string) {
	for _, c := range m.Columns {
		out = append(out, c.Title)
	}
	return out
}

// wantedHolders reads the files of everybody whom the table may mean.
func (m *Module) wantedHolders(r *http.Request, tx *access.Tx, list []wanted, on time.Time) ([]*Holder, error) {
	var names []string
	indexes := [][]byte{}
	for _, w := range list {
		if w.name != "" && w.id == "" {
			names = append(names, w.name)
		}
		if w.id != "" && w.id != "?" {
			indexes = append(indexes, cadre.IDIndex(m.keys, tx.Tenant(), w.id))
		}
	}
	if names == nil {
		names = []string{}
	}
	return m.Store.holders(r.Context(), tx, names, indexes, on)
}

// fillAll fills row by row.
func (m *Module) fillAll(res *fillResult, tenant int64, list []wanted, people []*Holder, match xlsx.Match, personal bool) error {
	byName, byIndex, byID := map[string][]*Holder{}, map[string]*Holder{}, map[string]*Holder{}
	for _, h := range people {
		byName[h.Name] = append(byName[h.Name], h)
		if h.FormerName != "" && h.FormerName != h.Name {
			byName[h.FormerName] = append(byName[h.FormerName], h)
		}
		byIndex[string(h.IDIndex)] = h
	}
	for _, w := range list {
		if w.id != "" && w.id != "?" {
			if h := byIndex[string(cadre.IDIndex(m.keys, tenant, w.id))]; h != nil {
				byID[w.id] = h
			}
		}
	}
	for _, c := range filling {
		if c.personal != nil && !personal {
			res.Unrevealed = append(res.Unrevealed, c.Key)
		}
	}
	value := func(c fillColumn, h *Holder) (string, error) {
		switch {
		case c.personal == nil:
			return c.value(h), nil
		case !personal:
			return "", nil
		}
		return c.personal(m.register, tenant, cadre.Person{IDCipher: h.IDCipher, PhoneCipher: h.PhoneCipher})
	}
	for _, w := range list {
		if w.id == "?" {
			continue // said already
		}
		h, remark := w.find(byID, byName)
		if remark != "" {
			res.note(w, remark)
		}
		if h == nil {
			continue
		}
		res.Filled++
		res.Held = append(res.Held, h.PersonID)
		if err := res.fillRow(w, h, match, value); err != nil {
			return err
		}
	}
	return nil
}
