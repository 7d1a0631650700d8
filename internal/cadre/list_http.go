package cadre

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"touyan/internal/access"
	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pg"
	"touyan/web/ui"
)

// listProps is the register: what stands above its rows and the rows themselves.
type listProps struct {
	scope     access.Scope
	store     Store
	URL       *url.URL
	Grant     string
	District  bool
	Filter    Filter
	People    []Person
	Total     int
	Townships []org.Township
	Villages  []org.Village
	Saved     []savedFilter
	// What was typed to save the present filter, and why that was refused.
	FilterName, Refused string
	Pager               ui.Pager
}

func (m *Module) list(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.listOf(w, r, s, r.URL, "", "")
}

// listOf draws the register at an address, with the name of a filter that could not be saved and why.
func (m *Module) listOf(w http.ResponseWriter, r *http.Request, s access.Scope, at *url.URL, name, refused string) error {
	p, err := m.found(r.Context(), s, at, PageSize)
	if err != nil {
		return err
	}
	p.FilterName, p.Refused = name, refused
	status := http.StatusOK
	if refused != "" {
		status = http.StatusUnprocessableEntity
	}
	title := "村(社区)干部花名册"
	if p.Filter.Kind == "resident" {
		title = "驻村干部花名册"
	}
	return access.Page(w, r, s, access.View{Title: title, Status: status, AsOf: p.day(), Notes: p.Filter.misread(s.Today())}, listPage(p))
}

// found reads what the filter of the address finds: one page of it, or all up to a limit for paper.
func (m *Module) found(ctx context.Context, s access.Scope, at *url.URL, size int) (listProps, error) {
	p := m.asked(s, at)
	on := p.Filter.Day(s.Today())
	err := access.Read(ctx, s, func(tx *access.Tx) error {
		var err error
		if p.Total, err = m.Store.Count(ctx, tx, p.Filter, on); err != nil {
			return err
		}
		p.Pager = ui.PagerOf(at, p.Filter.Page, p.Total, size)
		if p.People, err = m.Store.List(ctx, tx, p.Filter, on, size, p.Pager.Offset()); err != nil {
			return err
		}
		if err = p.units(ctx, tx); err != nil {
			return err
		}
		p.Saved, err = m.Store.filters(ctx, tx)
		return err
	})
	return p, err
}

// asked is the list of an address before anything is read.
func (m *Module) asked(s access.Scope, at *url.URL) listProps {
	p := listProps{scope: s, store: m.Store, URL: at, Grant: s.GrantID(), District: s.Level() == pg.District}
	httpx.DecodeAddress(at.RawQuery, &p.Filter)
	return p
}

// units reads what can be chosen of, whose names the conditions also say.
func (p *listProps) units(ctx context.Context, tx *access.Tx) (err error) {
	if p.Townships, err = (org.Store{}).Townships(ctx, tx, p.scope.Today()); err != nil {
		return err
	}
	if town := p.onlyTownship(); town != 0 {
		p.Villages, err = (org.Store{}).Villages(ctx, tx, town, p.scope.Today())
	}
	return err
}

// onlyTownship is the township whose villages can be chosen: the own one, or the only one that is ticked.
func (p listProps) onlyTownship() int64 {
	switch {
	case !p.District:
		return p.scope.Township()
	case len(p.Filter.Townships) == 1:
		return p.Filter.Townships[0]
	}
	return 0
}

func (p listProps) day() string { return p.Filter.Day(p.scope.Today()).Format("2006-01-02") }

// onPaper is how many rows one print may hold: forty sheets.
const onPaper = 1000

// printList is the list for paper, masked like the page.
func (m *Module) printList(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.found(r.Context(), s, r.URL, onPaper)
	if err != nil {
		return err
	}
	if p.Total > onPaper {
		return fault.Invalid("符合条件的有%d人,一次最多打印%d人。请增加条件(如选择乡镇),或改用导出", p.Total, onPaper)
	}
	return access.PrintPage(w, r, s, "村(社区)干部花名册", true, printPage(p))
}

// exportProps is the page that asks for columns and purpose.
type exportProps struct {
	Grant    string
	Query    string
	Words    []string // the conditions
	Total    int
	Chosen   []string
	Purpose  string
	Problems []ui.Problem
}

func (p exportProps) back() string {
	if p.Query == "" {
		return "/cadres"
	}
	return "/cadres?" + p.Query
}

// askExport shows what an export of the present filter would hold.
func (m *Module) askExport(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	return m.exportForm(w, r, s, exportProps{Query: r.URL.RawQuery}, http.StatusOK)
}

func (m *Module) exportForm(w http.ResponseWriter, r *http.Request, s access.Scope, e exportProps, status int) error {
	p, err := m.found(r.Context(), s, &url.URL{Path: "/cadres", RawQuery: e.Query}, 1)
	if err != nil {
		return err
	}
	e.Grant, e.Total = s.GrantID(), p.Total
	for _, c := range p.chips() {
		e.Words = append(e.Words, c.Title)
	}
	return access.Page(w, r, s, access.View{Title: "导出花名册", Status: status, Crumbs: listCrumbs, AsOf: p.day()}, exportPage(e))
}

// chips say the conditions in force, each with the way to take it away.
func (p listProps) chips() []ui.Chip {
	f := p.Filter
	var out []ui.Chip
	add := func(on bool, key, value, title string) {
		if on {
			out = append(out, ui.ChipOf(p.URL, key, value, title))
		}
	}
	add(f.Text != "", "q", f.Text, "搜索:"+f.Text)
	for _, t := range p.Townships {
		for _, id := range f.Townships {
			add(id == t.ID, "township", strconv.FormatInt(id, 10), t.Name)
		}
	}
	for _, v := range p.Villages {
		add(v.ID == f.Village, "village", strconv.FormatInt(v.ID, 10), v.Name)
	}
	add(f.Position != "", "position", f.Position, PositionTitle(f.Position, false))
	add(f.State != "", "state", f.State, map[string]string{"left": "不在任", "all": "在任和不在任"}[f.State])
	add(f.Dual == "yes", "dual", f.Dual, "一肩挑")
	add(f.Sex != "", "sex", f.Sex, sexName(f.Sex))
	add(f.Political != "", "political", f.Political, codeName("political", f.Political))
	add(f.Education != "", "education", f.Education, wordOf(educations, f.Education))
	add(f.Management != "", "management", f.Management, wordOf(Managements, f.Management))
	add(f.AgeFrom > 0, "age_from", strconv.Itoa(f.AgeFrom), strconv.Itoa(f.AgeFrom)+"岁及以上")
	add(f.AgeTo > 0, "age_to", strconv.Itoa(f.AgeTo), strconv.Itoa(f.AgeTo)+"岁及以下")
	add(f.Origin != "", "origin", f.Origin, wordOf(Origins, f.Origin))
	add(f.PartyFrom > 0, "party_from", strconv.Itoa(f.PartyFrom), "党龄"+strconv.Itoa(f.PartyFrom)+"年及以上")
	add(f.PartyTo > 0, "party_to", strconv.Itoa(f.PartyTo), "党龄"+strconv.Itoa(f.PartyTo)+"年及以下")
	add(f.Photo != "", "photo", f.Photo, wordOf(photoChoices, f.Photo))
	add(f.Missing != "", "missing", f.Missing, wordOf(missingChoices, f.Missing))
	add(f.Seat != "", "seat", f.Seat, "任"+wordOf(RepresentativeKinds, f.Seat))
	add(dayOf(f.LeftFrom) != nil, "left_from", f.LeftFrom, dayText(dayOf(f.LeftFrom))+"起离任")
	add(dayOf(f.LeftTo) != nil, "left_to", f.LeftTo, dayText(dayOf(f.LeftTo))+"前(含)离任")
	add(f.AsOf != "", "as_of", f.AsOf, "截至"+p.day())
	return out
}

// educations are the choices of the filter: 大专 and 大专及以上 are different questions.
var educations = []Word{{"bachelor_up", "本科及以上"}, {"college", "大专及以上"}, {"senior_up", "高中(中专)及以上"}, {"below", "大专以下"}, {"postgraduate", "研究生"}, {"bachelor", "本科"},
	{"college_only", "大专"}, {"senior", "高中(中专)"}, {"junior", "初中"}, {"primary", "小学及其他"}}

// The choices of what a file has and lacks.
var (
	photoChoices   = []Word{{"yes", "有照片"}, {"no", "没有照片"}}
	missingChoices = []Word{{"any", "关键信息不全"}, {"education", "缺最高学历"}, {"party", "党员缺入党时间"}, {"phone", "缺联系电话"}, {"bank", "缺一卡通账号"}}
)
