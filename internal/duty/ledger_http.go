package duty

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// PermLedger lets a user make 值班台账 of his villages, and confirm the check code of one.
const PermLedger access.Permission = "duty.ledger"

const ledgersRoot = "/duty/ledgers"

func ledgerPath(id int64) string { return ledgersRoot + "/" + strconv.FormatInt(id, 10) }

func (m *Module) ledgerRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: ledgersRoot, Need: PermLedger, Do: m.listLedgers},
		{Method: post, Path: ledgersRoot, Need: PermLedger, Do: m.makeLedger},
		{Method: get, Path: ledgersRoot + "/verify", Need: PermLedger, Do: m.verifyLedger},
		{Method: get, Path: ledgersRoot + "/{id}", Need: PermLedger, Do: m.showLedger},
		{Method: get, Path: ledgersRoot + "/{id}/print", Need: PermLedger, Do: m.printLedger},
		{Method: post, Path: ledgersRoot + "/{id}/export", Need: PermLedger, Do: m.exportLedger},
	}
}

var ledgerCrumbs = []ui.Crumb{{Title: "值班台账", Href: ledgersRoot}}

const ledgersPerPage = 30

// ledgersProps is the page on which ledgers are made and found again.
type ledgersProps struct {
	Grant     string
	Level     pg.Level
	Now       month.Month
	Township  int64 // whose villages are offered
	Townships []org.Township
	Villages  []org.Village
	Form      ledgerForm
	Problems  []ui.Problem
	List      []ledgerRecord
	Pager     ui.Pager
}

type ledgerForm struct {
	Township int64  `form:"township"`
	Village  int64  `form:"village"` // 0: all of the township
	First    string `form:"first"`
	Last     string `form:"last"`
}

// fillLedgers reads the choices and what was made before. A township that is not in scope is as good as none.
func (m *Module) fillLedgers(ctx context.Context, tx *access.Tx, r *http.Request, p *ledgersProps, page int) (err error) {
	s := tx.Scope()
	p.Grant, p.Level, p.Now, p.Township = s.GrantID(), s.Level(), month.Of(s.Now()), p.Form.Township
	if s.Level() == pg.District {
		if p.Townships, err = (org.Store{}).Townships(ctx, tx, s.Today()); err != nil {
			return err
		}
	} else {
		p.Township = s.Township()
	}
	if p.Township != 0 {
		if p.Villages, err = (org.Store{}).Villages(ctx, tx, p.Township, s.Today()); err != nil {
			return err
		}
		if len(p.Villages) == 0 {
			return fault.NotFound()
		}
	}
	var total int
	if p.List, total, err = m.Store.ledgers(ctx, tx, ledgersPerPage, (max(page, 1)-1)*ledgersPerPage); err != nil {
		return err
	}
	p.Pager = ui.PagerOf(r.URL, page, total, ledgersPerPage)
	return nil
}

func (m *Module) listLedgers(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var q struct {
		Township int64 `form:"township"`
		Page     int   `form:"page"`
	}
	httpx.DecodeQuery(r, &q)
	last := month.Of(s.Now()).Prev().String()
	return m.drawLedgers(w, r, s, ledgersProps{Form: ledgerForm{Township: q.Township, First: last, Last: last}}, q.Page, http.StatusOK)
}

func (m *Module) drawLedgers(w http.ResponseWriter, r *http.Request, s access.Scope, p ledgersProps, page, status int) error {
	err := access.Read(r.Context(), s, func(tx *access.Tx) error { return m.fillLedgers(r.Context(), tx, r, &p, page) })
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "值班台账", Status: status}, ledgersPage(p))
}

// makeLedger reads what is recorded now, keeps its fingerprint under a new code, and shows it.
func (m *Module) makeLedger(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var f ledgerForm
	if err := httpx.Decode(r, &f); err != nil {
		return err
	}
	first, wrong := month.Parse(f.First)
	last, wrong2 := month.Parse(f.Last)
	var problem error
	switch {
	case f.Township == 0 && f.Village == 0:
		problem = fault.Invalid("请选择乡镇(街道)")
	case wrong != nil || wrong2 != nil:
		problem = fault.Invalid("请填写起止月份,如2026-08")
	default:
		problem = checkLedger(first, last, month.Of(s.Now()), f.Village == 0)
	}
	if problem != nil {
		p := ledgersProps{Form: f, Problems: []ui.Problem{{Field: "first", Sentence: fault.Of(problem).Sentence}}}
		return m.drawLedgers(w, r, s, p, 1, http.StatusUnprocessableEntity)
	}
	var made int64
	err := access.InScope(r.Context(), s, func(tx *access.Tx) (err error) {
		if f.Village != 0 { // which says of which township it is
			at, err := m.Store.village(r.Context(), tx, f.Village)
			if err != nil {
				return err
			}
			f.Township = at.TownshipID
		} else if s.Level() == pg.Village || s.Level() == pg.Township && f.Township != s.Township() {
			return fault.NotFound()
		}
		made, err = m.Store.MakeLedger(r.Context(), tx, f.Township, f.Village, first, last)
		return err
	})
	if err != nil {
		return err
	}
	return httpx.SeeOther(w, r, ledgerPath(made))
}

// ledgerProps is one ledger with what it stands for now.
type ledgerProps struct {
	Record ledgerRecord
	Ledger Ledger
	Shifts Shifts
	Grant  string
	Code   string // as typed, where a code is confirmed
	Typed  bool
	Found  bool
}

// same reports whether what is recorded now is what was recorded then.
func (p ledgerProps) same() bool { return bytes.Equal(p.Record.Digest, p.Ledger.digest()) }

func (p ledgerProps) versions() (n int) {
	for _, part := range p.Ledger.Parts {
		n += len(part.Versions)
	}
	return n
}

func (m *Module) fillLedgerProps(ctx context.Context, tx *access.Tx, p *ledgerProps) (err error) {
	p.Grant = tx.Scope().GrantID()
	set, err := m.Store.Settings(ctx, tx)
	if err != nil {
		return err
	}
	p.Shifts = set.All()
	p.Ledger, err = m.Store.Ledger(ctx, tx, p.Record.TownshipID, p.Record.VillageID, p.Record.First, p.Record.Last)
	return err
}

func (m *Module) loadLedger(r *http.Request, s access.Scope) (p ledgerProps, err error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return p, err
	}
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if p.Record, err = m.Store.ledger(r.Context(), tx, id); err != nil {
			return err
		}
		return m.fillLedgerProps(r.Context(), tx, &p)
	})
	return p, err
}

func (m *Module) showLedger(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.loadLedger(r, s)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: p.Record.Title, Crumbs: ledgerCrumbs}, ledgerPage(p))
}

func (m *Module) printLedger(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.loadLedger(r, s)
	if err != nil {
		return err
	}
	return access.PrintPage(w, r, s, p.Record.Title+" "+p.Record.span(), false, ledgerPaper(p))
}

// verifyLedger says what a check code stands for, and whether the record still says the same.
func (m *Module) verifyLedger(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var q struct {
		Code string `form:"code"`
	}
	httpx.DecodeQuery(r, &q)
	p := ledgerProps{Code: strings.TrimSpace(q.Code)}
	if code := tidyCode(p.Code); p.Code != "" {
		p.Typed = true
		err := access.Read(r.Context(), s, func(tx *access.Tx) (err error) {
			if p.Record, err = m.Store.ledgerByCode(r.Context(), tx, code); err != nil {
				return err
			}
			p.Found, p.Code = true, code
			return m.fillLedgerProps(r.Context(), tx, &p)
		})
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			return err
		}
	}
	return access.Page(w, r, s, access.View{Title: "台账核验", Crumbs: ledgerCrumbs}, verifyPage(p))
}

func (m *Module) exportLedger(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.loadLedger(r, s)
	if err != nil {
		return err
	}
	title := p.Record.Title + " " + p.Record.span()
	return access.Export{Name: title, Object: "duty_ledgers", Purpose: "值班台账", Filter: p.Record.Code,
		Layout: xlsx.Layout{Title: title, Frozen: 2, Lines: []string{p.said()}, Columns: []xlsx.Column{{Key: "month", Title: "月份"}, {Key: "village", Title: "村(社区)"},
			{Key: "kind", Title: "类别"}, {Key: "day", Title: "日期"}, {Key: "text", Title: "内容", Width: 60}, {Key: "note", Title: "说明", Width: 40}}},
		Rows: p.rows}.Send(w, r, s)
}

// said is the line that the code goes with. What differs from what the code was made for says so wherever it goes.
func (p ledgerProps) said() string {
	if !p.same() {
		return "制作以后系统中的记录有变化:此件是现在的记录,不能用校验码" + p.Record.Code + "证明,请重新制作"
	}
	return "校验码:" + p.Record.Code + "  制作:" + p.Record.MadeBy + " " + p.Record.MadeAt.In(month.Zone).Format("2006-01-02 15:04")
}

// rows writes the whole ledger, one fact per row.
func (p ledgerProps) rows(x *xlsx.Writer) error {
	for _, part := range p.Ledger.Parts {
		row := func(kind, day, text, note string) error {
			return x.Row(part.Month.String(), part.Village, kind, day, text, note)
		}
		if why := part.missing(); why != "" {
			if err := row("值班表", "", why, ""); err != nil {
				return err
			}
		}
		for _, v := range part.Versions {
			note := fmt.Sprintf("%s,%s %s", v.Reason, v.By, v.At.In(month.Zone).Format("2006-01-02 15:04"))
			for day := 1; day <= part.Month.Days(); day++ {
				if err := row(fmt.Sprintf("值班表第%d版", v.Number), part.Month.Date(day).Format("2006-01-02"), strings.Join(v.place(day, p.Shifts), "、"), note); err != nil {
					return err
				}
			}
			if len(v.Changes) > 0 {
				if err := row(fmt.Sprintf("第%d版变更", v.Number), "", v.words(), note); err != nil {
					return err
				}
			}
		}
		for _, group := range part.groups() {
			for _, line := range group.Lines {
				if err := row(group.Title, "", line, ""); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
