package assessment

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"touyan/internal/access"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/month"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// comparedPerPage is more than any township assesses, so that a month is read on one page.
const comparedPerPage = 200

func (m *Module) compareSheet(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	c, err := m.sheetCompared(r, s, r.URL)
	if err != nil {
		return err
	}
	c.Grant = s.GrantID()
	c.Pager = ui.PagerOf(c.URL, c.Query.Page, len(c.Found), comparedPerPage)
	c.Found = c.Found[c.Pager.Offset():c.Pager.To]
	crumbs := append(sheetCrumbs(c.Sheet, true), ui.Crumb{Title: "审核", Href: reviewPath(c.Sheet.ID)})
	return access.Page(w, r, s, access.View{Title: c.Sheet.TownshipName + "两个月对比", Notes: c.Notes, AsOf: s.Now().Format("2006-01-02 15:04"),
		Crumbs: crumbs, Print: true}, sheetComparePage(c))
}

// sheetCompared reads the sheet of the path beside the month that the address names.
func (m *Module) sheetCompared(r *http.Request, s access.Scope, at *url.URL) (*sheetCompare, error) {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return nil, err
	}
	c := &sheetCompare{URL: at}
	httpx.DecodeAddress(at.RawQuery, &c.Query)
	err = access.Read(r.Context(), s, func(tx *access.Tx) error {
		if c.review, err = m.Store.review(r.Context(), tx, id, false); err != nil {
			return err
		}
		if c.Periods, err = m.Store.Periods(r.Context(), tx, 36); err != nil {
			return err
		}
		c.Periods = slices.DeleteFunc(c.Periods, func(p Period) bool { return p.Month == c.Sheet.Month })
		if c.With, err = month.Parse(c.Query.With); err != nil {
			if c.With = c.other(); c.Query.With != "" {
				c.Notes = append(c.Notes, month.NoSuch("月份", c.Query.With)+",已与"+c.With.Title()+"对比")
			}
		}
		if c.With == c.Sheet.Month {
			return fault.NotFound()
		}
		other, err := m.Store.SheetOf(r.Context(), tx, c.With, c.Sheet.TownshipID)
		if errors.Is(err, pgx.ErrNoRows) {
			c.Missing = true
			return nil
		}
		if err != nil {
			return err
		}
		before, err := m.Store.Rows(r.Context(), tx, other, c.Scheme)
		if err == nil {
			c.pairUp(before)
			c.find()
		}
		return err
	})
	return c, err
}

// exportCompared gives exactly the persons that the search finds, in the order of the page.
func (m *Module) exportCompared(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	at := addressOf(comparePath(id), r.PostForm.Get("query"))
	c, err := m.sheetCompared(r, s, at)
	if err != nil {
		return err
	}
	if c.Missing {
		return fault.Invalid("%s没有考评表", c.With.Title())
	}
	title := c.Sheet.TownshipName + c.Sheet.Month.Title() + "与" + c.With.Title() + "考评对比"
	return access.Export{Name: title, Object: "assessment_rows", Purpose: r.PostForm.Get("purpose"), Filter: ui.InWords(c.chips()),
		Layout: xlsx.Layout{Title: title, Frozen: 2, Lines: []string{"统计截至:" + s.Now().Format("2006-01-02 15:04")},
			Columns: []xlsx.Column{{Key: "village", Title: "村(社区)"}, {Key: "name", Title: "姓名"}, {Key: "post", Title: "职务", Width: 22},
				{Key: "before", Title: c.With.String(), Decimals: 2}, {Key: "now", Title: c.Sheet.Month.String(), Decimals: 2}, {Key: "change", Title: "变化", Decimals: 2},
				{Key: "old", Title: c.With.String() + "等次"}, {Key: "grade", Title: c.Sheet.Month.String() + "等次"}, {Key: "remark", Title: "说明", Width: 36}}},
		Rows: func(x *xlsx.Writer) error {
			for _, p := range c.Found {
				if err := x.Row(c.cells(p)...); err != nil {
					return err
				}
			}
			return nil
		}}.Send(w, r, s)
}

// cells are a line as its export writes it.
func (c *sheetCompare) cells(p pair) []any {
	var before, now, change any
	old, grade := "", p.gradeTitle()
	if p.Before != nil {
		before, old = xlsx.Decimal(p.Before.Normalised.Fixed()), Grade(p.Before.Grade).Title()
	}
	if p.Left {
		grade = ""
	} else {
		now = xlsx.Decimal(p.Now.Normalised.Fixed())
	}
	if d, both := p.change(); both {
		change = xlsx.Decimal(d.Fixed())
	}
	return []any{p.Now.VillageName, p.Now.PersonName, p.Now.PositionTitle, before, now, change, old, grade, strings.TrimSpace(c.remark(p))}
}
