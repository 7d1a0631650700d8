package assessment

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

const payPageSize = 50

func (m *Module) payRoutes() []access.Route {
	get, post := http.MethodGet, http.MethodPost
	return []access.Route{
		{Method: get, Path: "/assessment/pay", Need: PermPay, Do: m.listPay},
		{Method: get, Path: "/assessment/pay/{month}", Need: PermPay, Do: m.showPay},
		{Method: get, Path: "/assessment/pay/{month}/print", Need: PermPay, Do: m.printPay},
		{Method: post, Path: "/assessment/pay/{month}/export", Need: PermPay, Do: m.exportPay},
		{Method: get, Path: differencesPath, Need: PermPay, Do: m.listDifferences},
		{Method: post, Path: differencesPath + "/export", Need: PermPay, Do: m.exportDifferences},
		{Method: post, Path: differencesPath + "/check", Need: PermCheckPay, Do: m.checkDifferences},
		{Method: post, Path: differencesPath + "/{id}", Need: PermEnter, Do: m.decideDifference},
	}
}

var payCrumbs = []ui.Crumb{{Title: "绩效核算表", Href: "/assessment/pay"}}

func payPath(at month.Month) string { return "/assessment/pay/" + at.String() }

type payListProps struct {
	Months []payMonth
	Pager  ui.Pager
	Open   int // differences that wait for a decision
	Decide bool
}

func (m *Module) listPay(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	var q struct {
		Page int `form:"page"`
	}
	httpx.DecodeQuery(r, &q)
	const size = 24
	p := payListProps{Decide: s.Can(PermEnter)}
	page := max(q.Page, 1)
	err := access.Read(r.Context(), s, func(tx *access.Tx) error {
		list, total, err := m.Store.payMonths(r.Context(), tx, size, (page-1)*size)
		if err != nil {
			return err
		}
		p.Months, p.Pager = list, ui.PagerOf(r.URL, page, total, size)
		p.Open, err = m.Store.countDifferences(r.Context(), tx, differenceQuery{State: string(DifferenceOpen)})
		return err
	})
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: "绩效核算表", AsOf: s.Now().Format("2006-01-02 15:04")}, payListPage(p))
}

// payProps is a month's pay sheet, of a township or of the whole district.
type payProps struct {
	Period    Period
	Query     payQuery
	URL       *url.URL
	Lines     []payLine
	Total     paySum
	Units     []paySum // townships, or the villages of the one chosen
	Carried   []Difference
	Pager     ui.Pager
	Townships []org.Township
	Villages  []org.Village
	District  bool
	Sheets    bool // may open the sheets
	Unit      string
	Grant     string
	Now       time.Time
}

// state says whether the amounts still move.
func (p payProps) state() string {
	switch {
	case p.Total.Persons == 0:
		return ""
	case p.Total.Unlocked == 0:
		return "最终"
	case p.Total.Unlocked < p.Total.Persons:
		return "部分最终"
	}
	return "预计"
}

// loadPay reads a month's pay sheet. A township sees its own whatever the address asks for; the page stands among the
// lines, 0 reads all of them.
func (m *Module) loadPay(ctx context.Context, s access.Scope, at month.Month, q payQuery, page int) (payProps, error) {
	p := payProps{Query: q, District: s.Level() == pg.District, Grant: s.GrantID(), Now: s.Now(), Sheets: s.Can(PermRead)}
	p.Query.Text = strings.TrimSpace(q.Text)
	if !p.District {
		p.Query.Township, p.Unit = s.Township(), s.Unit()
	}
	err := access.Read(ctx, s, func(tx *access.Tx) (err error) {
		if p.Period, err = m.Store.Period(ctx, tx, at); err != nil {
			return err
		}
		if p.Townships, err = (org.Store{}).Townships(ctx, tx, at.Last()); err != nil {
			return err
		}
		for _, t := range p.Townships {
			if t.ID == p.Query.Township {
				p.Unit = t.Name
			}
		}
		if p.Query.Township != 0 {
			if p.Villages, err = (org.Store{}).Villages(ctx, tx, p.Query.Township, at.Last()); err != nil {
				return err
			}
		}
		if p.Total, err = m.Store.payTotal(ctx, tx, at, p.Query); err != nil {
			return err
		}
		if p.Units, err = m.Store.paySums(ctx, tx, at, p.Query); err != nil {
			return err
		}
		if p.Carried, err = m.Store.carried(ctx, tx, at, p.Query.Township); err != nil {
			return err
		}
		p.addCarried()
		if page == 0 {
			p.Lines, err = m.Store.payLines(ctx, tx, at, p.Query, 0, 0)
			return err
		}
		p.Pager = ui.PagerOf(&url.URL{}, page, p.Total.Persons, payPageSize) // a page beyond the end is the last one
		p.Lines, err = m.Store.payLines(ctx, tx, at, p.Query, payPageSize, p.Pager.Offset())
		return err
	})
	return p, err
}

// addCarried puts the differences of earlier months that pass the conditions into the sums of their units.
func (p *payProps) addCarried() {
	var list []Difference
	for _, d := range p.Carried {
		q := p.Query
		if q.Village != 0 && d.VillageID != q.Village || q.Line == "none" ||
			!strings.Contains(d.PersonName, q.Text) && !strings.Contains(d.VillageName, q.Text) {
			continue
		}
		list = append(list, d)
		p.Total.Carried += d.Delta()
		p.Total.CarriedBy++
		unit := d.TownshipID
		if q.Township != 0 {
			unit = d.VillageID
		}
		for i := range p.Units {
			if p.Units[i].UnitID == unit {
				p.Units[i].Carried += d.Delta()
				p.Units[i].CarriedBy++
			}
		}
	}
	p.Carried = list
}

func (m *Module) showPay(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	var q payQuery
	httpx.DecodeQuery(r, &q)
	page := max(q.Page, 1)
	p, err := m.loadPay(r.Context(), s, at, q, page)
	if err != nil {
		return err
	}
	p.URL, p.Pager = r.URL, ui.PagerOf(r.URL, page, p.Total.Persons, payPageSize)
	return access.Page(w, r, s, access.View{Title: at.Title() + "绩效核算表", AsOf: s.Now().Format("2006-01-02 15:04"),
		Crumbs: payCrumbs}, paySheetPage(p))
}

// printPay is the township's sheet for signature; for the whole district it is the summary by township.
func (m *Module) printPay(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	var q payQuery
	httpx.DecodeQuery(r, &q)
	p, err := m.loadPay(r.Context(), s, at, q, 0)
	if err != nil {
		return err
	}
	if p.Query.Township == 0 {
		p.Unit = s.District()
		return access.PrintPage(w, r, s, at.Title()+"绩效核算汇总表", false, paySummaryPaper(p))
	}
	return access.PrintPage(w, r, s, p.Unit+at.Title()+"绩效核算表", true, payPaper(p))
}

func (m *Module) exportPay(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	at, err := monthOf(r)
	if err != nil {
		return err
	}
	query, err := url.ParseQuery(r.PostForm.Get("query"))
	if err != nil {
		return fault.Invalid("筛选条件无法识别")
	}
	return m.sendPay(w, r, s, payExport{at, query.Encode(), r.PostForm.Get("purpose")})
}
