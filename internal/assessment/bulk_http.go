package assessment

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/points"
	"touyan/web/ui"
)

// bulkKind is one of the two ways to apply a clause to many: to villages by post factor, or to chosen cadres in full.
type bulkKind struct{ path, title, field, who, source string }

var (
	bulkVillages = bulkKind{"villages", "按村扣分", "village", "村(社区)", sourceVillage}
	bulkMany     = bulkKind{"many", "按人扣分", "row", "人员", sourceGrid}
)

func (m *Module) bulkRoutes() []access.Route {
	var list []access.Route
	for _, kind := range []bulkKind{bulkVillages, bulkMany} {
		path := "/assessment/sheets/{id}/" + kind.path
		list = append(list,
			access.Route{Method: http.MethodGet, Path: path, Need: PermEnter, Do: func(w http.ResponseWriter, r *http.Request, s access.Scope) error {
				return m.askBulk(w, r, s, kind)
			}},
			access.Route{Method: http.MethodPost, Path: path, Need: PermEnter, Do: func(w http.ResponseWriter, r *http.Request, s access.Scope) error {
				return m.bulk(w, r, s, kind)
			}})
	}
	return list
}

// bulkForm is what was typed, and of which preview it is the confirmation.
type bulkForm struct {
	entryForm
	Times  string
	Chosen []int64 // villages or rows
	Batch  string  // names the act, so that a button pressed twice acts once
	Seen   string  // fingerprint of the preview that was looked at
	Save   bool
}

// readBulk reads the form; a key that is no number cannot be on the sheet.
func readBulk(form url.Values, kind bulkKind) (bulkForm, error) {
	f := bulkForm{entryForm: entryForm{Choice: form.Get("choice"), Points: form.Get("points"), Clause: form.Get("clause"),
		Reason: form.Get("reason"), ReportedBy: form.Get("reported_by")}, Times: form.Get("times"), Batch: form.Get("batch"),
		Seen: form.Get("seen"), Save: form.Get("act") == "save"}
	for _, text := range form[kind.field] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return f, fault.NotFound()
		}
		f.Chosen = append(f.Chosen, id)
	}
	if !strings.HasPrefix(f.Batch, kind.path+"-") || len(f.Batch) > 64 {
		f.Batch, f.Save = kind.path+"-"+rand.Text(), false
	}
	return f, nil
}

// times reads how often the finding occurred.
func (f bulkForm) times() (int, error) {
	if strings.TrimSpace(f.Times) == "" {
		return 1, nil
	}
	n, err := points.Parse(f.Times)
	if err != nil || n < points.Of(1) || n > points.Of(99) || n%points.Of(1) != 0 {
		return 0, fault.Invalid("次数应为1到99的整数")
	}
	return int(n / points.Of(1)), nil
}

// entry is what falls on a cadre in full.
func (f bulkForm) entry(s Scheme) (Entry, []ui.Problem) {
	e, problems := f.read(s)
	n, err := f.times()
	if err != nil {
		problems = append(problems, ui.Problem{Field: "times", Sentence: fault.Of(err).Sentence})
	}
	e.Points *= points.Points(n)
	return e, problems
}

type bulkProps struct {
	*desk
	Kind     bulkKind
	Grant    string
	Person   int64
	Form     bulkForm
	Problems []ui.Problem
	Lines    []BulkLine
	Stale    bool // the sheet changed since the preview that was confirmed
}

func (m *Module) askBulk(w http.ResponseWriter, r *http.Request, s access.Scope, kind bulkKind) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := bulkProps{Kind: kind}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.desk, err = m.Store.desk(r.Context(), tx, id, false); err != nil {
			return err
		}
		_, err = Next(p.State, ActEnter)
		return err
	})
	if err != nil {
		return err
	}
	return m.drawBulk(w, r, s, p, http.StatusOK)
}

func (m *Module) drawBulk(w http.ResponseWriter, r *http.Request, s access.Scope, p bulkProps, status int) error {
	p.Grant, p.Person = s.GrantID(), s.Person()
	return access.Page(w, r, s, access.View{Title: p.Kind.title, Status: status, Crumbs: sheetCrumbs(p.Sheet, true)}, bulkPage(p))
}

// bulk shows what would fall on whom, and carries it out once that was looked at.
func (m *Module) bulk(w http.ResponseWriter, r *http.Request, s access.Scope, kind bulkKind) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := bulkProps{Kind: kind}
	if p.Form, err = readBulk(r.PostForm, kind); err != nil {
		return err
	}
	saved := false
	err = access.InScope(r.Context(), s, func(tx *access.Tx) error {
		if p.desk, err = m.Store.desk(r.Context(), tx, id, p.Form.Save); err != nil {
			return err
		}
		if p.Form.Save {
			if saved, err = m.Store.doneBefore(r.Context(), tx, p.Sheet, p.Form.Batch); err != nil || saved {
				return err // the button was pressed twice
			}
		}
		if err := p.preview(s.Person()); err != nil || len(p.Problems) > 0 || !p.Form.Save {
			return err
		}
		if p.Stale = p.Form.Seen != p.seen(); p.Stale {
			return nil
		}
		saved = true
		return m.saveBulk(r.Context(), tx, p)
	})
	if err != nil {
		return err
	}
	if saved {
		if n := p.falls(); n > 0 {
			access.Flash(r, s, "success", fmt.Sprintf("%s:已计入%d人", kind.title, n))
		}
		return httpx.SeeOther(w, r, sheetPath(id))
	}
	return m.drawBulk(w, r, s, p, p.status())
}

func (p bulkProps) status() int {
	switch {
	case len(p.Problems) > 0:
		return http.StatusUnprocessableEntity
	case p.Stale:
		return http.StatusConflict
	}
	return http.StatusOK
}

// preview works out the lines, or says what is wrong with the form.
func (p *bulkProps) preview(person int64) error {
	if _, err := Next(p.State, ActEnter); err != nil {
		return err
	}
	for _, id := range p.Form.Chosen {
		if !p.offers(id) {
			return fault.NotFound()
		}
	}
	var e Entry
	e, p.Problems = p.Form.entry(p.Scheme)
	if len(p.Form.Chosen) == 0 {
		p.Problems = append(p.Problems, ui.Problem{Field: p.Kind.field, Sentence: "请选择" + p.Kind.who})
	}
	if len(p.Problems) > 0 {
		return nil
	}
	var err error
	if p.Kind == bulkVillages {
		p.Lines, err = p.Scheme.DeductVillages(VillageDeduction{Villages: p.Form.Chosen, Dimension: e.Dimension, Item: e.Item,
			Points: -e.Points, Clause: e.Clause, Reason: e.Reason, ReportedBy: e.ReportedBy}, p.bulkTargets(person))
	} else {
		p.Lines, err = p.Scheme.ApplyToMany(e, p.Form.Chosen, p.bulkTargets(person))
	}
	switch {
	case err != nil:
		p.Problems = []ui.Problem{{Field: "choice", Sentence: fault.Of(err).Sentence}}
	case p.falls() == 0:
		p.Problems = []ui.Problem{{Field: p.Kind.field, Sentence: "所选人员都不受影响:" + p.Lines[0].Note}}
	}
	return nil
}

// offers reports whether a village or row can be chosen on this sheet.
func (p *bulkProps) offers(id int64) bool {
	if p.Kind == bulkMany {
		return p.holds(id)
	}
	return slices.ContainsFunc(p.Rows, func(r Row) bool { return r.VillageID == id })
}

// falls counts on how many something falls.
func (p bulkProps) falls() int {
	n := 0
	for _, l := range p.Lines {
		if l.Entry != nil {
			n++
		}
	}
	return n
}

// seen is the fingerprint of a preview: a sheet that changed since gives another one.
func (p bulkProps) seen() string {
	h := sha256.New()
	for _, l := range p.Lines {
		if l.Entry != nil {
			_, _ = fmt.Fprintf(h, "%d %+v %d\n", l.RowID, *l.Entry, l.Before) // a hash takes everything
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

func (m *Module) saveBulk(ctx context.Context, tx *access.Tx, p bulkProps) error {
	l := newLedger(p.desk, tx.Scope(), p.Kind.source)
	l.batch = p.Form.Batch
	for _, line := range p.Lines {
		if line.Entry == nil {
			continue
		}
		if err := l.add(p.row(line.RowID), *line.Entry); err != nil {
			return err
		}
	}
	_, err := m.saveLedger(ctx, tx, l, p.Kind.title)
	return err
}
