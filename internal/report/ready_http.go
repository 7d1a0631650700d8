package report

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/org"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

const listsRoot = "/reports/lists"

func (m *Module) readyRoutes() []access.Route {
	return []access.Route{
		get(listsRoot, m.showReady),
		get(listsRoot+"/print", m.printReady),
		post(listsRoot+"/export", PermExport, m.exportReady),
	}
}

// readyProps is a ready list on a page.
type readyProps struct {
	readyList
	scope     access.Scope
	URL       *url.URL
	Ask       readyAsk
	On, At    time.Time
	District  bool
	Unit      string
	Townships []org.Township
	Shown     []readyLine
	Pager     ui.Pager
	Export    bool
	Files     bool
}

// ready makes the list of an address. Each list asks for townships, villages or what else it needs, and its rows.
func (m *Module) ready(ctx context.Context, s access.Scope, at *url.URL) (p readyProps, err error) {
	p = readyProps{scope: s, URL: at, District: s.Level() == pg.District, Unit: s.Unit(), Export: s.Can(PermExport), Files: s.Can(cadre.PermRead)}
	httpx.DecodeAddress(at.RawQuery, &p.Ask)
	p.Ask.List, p.On = readyCode(p.Ask.List), dayOf(p.Ask.On, s.Today())
	err = access.Read(ctx, s, func(tx *access.Tx) error {
		if p.Townships, err = (org.Store{}).Townships(ctx, tx, p.On); err != nil {
			return err
		}
		if i := slices.IndexFunc(p.Townships, func(t org.Township) bool { return t.ID == p.Ask.Township }); p.District && i >= 0 {
			p.Unit = p.Townships[i].Name
		} else {
			p.Ask.Township = 0
		}
		return p.fill(ctx, tx, m.Store)
	})
	p.Code, p.Title = p.Ask.List, wordOf(readyTitles, p.Ask.List)
	if text := strings.TrimSpace(p.Ask.Text); text != "" {
		p.Lines = slices.DeleteFunc(p.Lines, func(l readyLine) bool { return !strings.Contains(l.Township+l.Village+" "+l.Name, text) })
	}
	p.Pager = ui.PagerOf(at, p.Ask.Page, len(p.Lines), pageSize)
	p.Shown = p.Lines[p.Pager.Offset():max(p.Pager.To, p.Pager.Offset())]
	return p, err
}

func (p *readyProps) fill(ctx context.Context, tx *access.Tx, st Store) (err error) {
	town := p.Ask.Township
	facts := func(c Caliber, byPost bool) (list []Fact) {
		if err == nil {
			list, err = st.Facts(ctx, tx, c, byPost, p.On, town)
		}
		return inOrder(list)
	}
	where := places{townships: map[int64]string{}}
	for _, t := range p.Townships {
		where.townships[t.ID] = t.Name
	}
	if p.Ask.List == "graduates" || p.Ask.List == "vacant" {
		if where.villages, err = (org.Store{}).Villages(ctx, tx, town, p.On); err != nil {
			return err
		}
	}
	chiefs := Caliber{posts: chiefPosts}
	switch p.Ask.List {
	case "aged":
		list := facts(calibers[0], false)
		if p.At = nextElection(list, p.On); p.Ask.At != "" {
			p.At = dayOf(p.Ask.At, p.At)
		}
		p.readyList = overAge(list, p.At, p.number(p.Ask.Age, 60))
	case "contracts":
		p.readyList = contracts(facts(calibers[0], false), p.On, p.number(p.Ask.Months, 6))
	case "vacant":
		posts := facts(chiefs, true)
		var last []vacancy
		if err == nil {
			last, err = st.lastHolders(ctx, tx, town, p.On)
		}
		p.readyList = vacant(posts, where, last, p.On)
	case "dual":
		p.readyList = dual(facts(chiefs, true), p.Ask.Show == "no")
	case "missing":
		var list []gap
		var people int
		list, people, err = st.gaps(ctx, tx, town, p.On, p.fields())
		p.readyList = missing(list, p.fields(), people)
	default:
		p.readyList = graduates(facts(everyone, true), where, p.level())
	}
	return err
}

// number reads a number of the address within reason.
func (p *readyProps) number(text string, usual int) int {
	if n, ok := numberOf(text); ok && n > 0 {
		return n
	}
	return usual
}

func (p *readyProps) level() string {
	if p.Ask.Level == "bachelor_up" {
		return p.Ask.Level
	}
	return "college_up"
}

// fields are those whose absence is looked for.
func (p *readyProps) fields() (out []string) {
	for i, f := range keyFields {
		if slices.Contains(p.Ask.Fields, f.Code) || len(p.Ask.Fields) == 0 && i < usualFields {
			out = append(out, f.Code)
		}
	}
	return out
}

func lacksOne(missing, fields []string) bool {
	return slices.ContainsFunc(missing, func(m string) bool { return slices.Contains(fields, m) })
}

func (p readyProps) day() string { return p.On.Format(time.DateOnly) }

func (p readyProps) defined() string {
	return p.Note + ";统计截至:" + p.day() + ";范围:" + p.Unit
}

func (m *Module) showReady(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.ready(r.Context(), s, r.URL)
	if err != nil {
		return err
	}
	notes := misread(r, s, "on", countedToday)
	if p.Code == "aged" {
		notes = append(notes, misread(r, s, "at", "换届日期已按"+p.At.Format(time.DateOnly)+"计算")...)
	}
	return access.Page(w, r, s, access.View{Title: "常用名单", AsOf: p.day(), Notes: notes, Scripts: []string{"js/copy.js"}}, readyPage(p))
}

func (m *Module) printReady(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.ready(r.Context(), s, r.URL)
	if err != nil {
		return err
	}
	return p.listing().print(w, r, s)
}

func (m *Module) exportReady(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.ready(r.Context(), s, addressOf(listsRoot, r.PostForm.Get("query")))
	if err != nil {
		return err
	}
	return p.listing().workbook(r.PostForm.Get("purpose"), searched(p.defined(), p.Ask.Text)).Send(w, r, s)
}

// readyNumbers are the columns of ready lists that hold numbers.
var readyNumbers = []string{"在任干部", "未登记学历", "现年龄", "届时年龄", "年龄", "剩余天数", "空缺天数"}

// listing is the list with its answer and its rule.
func (p readyProps) listing() listing {
	l := listing{Title: p.Title, Unit: p.Unit, Day: p.day(), Object: "persons", Upright: true, Frozen: 3, Lines: []string{p.Answer, p.defined()},
		Columns: []xlsx.Column{{Key: "township", Title: "乡镇(街道)", Width: 12}, {Key: "village", Title: "村(社区)", Width: 14}}}
	if p.Named {
		l.Frozen++
		l.Columns = append(l.Columns, xlsx.Column{Key: "name", Title: "姓名", Width: 10})
	}
	for i, c := range p.Columns {
		wide := 14.0
		if slices.Contains(readyNumbers, c) {
			wide = 9
		}
		l.Columns = append(l.Columns, xlsx.Column{Key: strconv.Itoa(i), Title: c, Width: wide})
	}
	for _, one := range p.Lines {
		row := listed{one.Person, []any{one.Township, one.Village}}
		if p.Named {
			row.Cells = append(row.Cells, one.Name)
		}
		for i, text := range one.Cells {
			if n, err := strconv.Atoi(text); err == nil && slices.Contains(readyNumbers, p.Columns[i]) {
				row.Cells = append(row.Cells, n)
			} else {
				row.Cells = append(row.Cells, text)
			}
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}
