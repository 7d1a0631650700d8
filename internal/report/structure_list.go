package report

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/httpx"
	"touyan/internal/platform/pinyin"
	"touyan/internal/platform/xlsx"
	"touyan/web/ui"
)

// pageSize is how many named rows stand on one page.
const pageSize = 50

// behind names a figure whose rows are asked for, and narrows them.
type behind struct {
	Row  string `form:"row"`
	Col  string `form:"col"`
	Text string `form:"q"`
	Sort string `form:"sort"` // name, age, -age; by unit if empty
	Page int    `form:"page"`
}

// listProps is the rows behind one figure.
type listProps struct {
	structure
	URL     *url.URL
	Behind  behind
	Measure *Measure
	Line    string // title of the row
	Found   []Fact // after the search
	Shown   []Fact // of this page
	Cell    Cell
	Pager   ui.Pager
	Grant   string
	Files   bool // files can be opened
	Export  bool
}

// rowsBehind answers which named rows a figure counts.
func (m *Module) rowsBehind(r *http.Request, s access.Scope, at *url.URL) (listProps, error) {
	p := listProps{URL: at, Grant: s.GrantID(), Files: s.Can(cadre.PermRead), Export: s.Can(PermExport)}
	httpx.DecodeAddress(at.RawQuery, &p.Behind)
	p.Measure = measureOf(p.Behind.Col)
	var err error
	if p.structure, err = m.answer(r.Context(), s, at.RawQuery, p.Measure); err != nil {
		return p, err
	}
	line := p.Table.Total
	if i := slices.IndexFunc(p.Table.Lines, func(l Line) bool { return l.Key == p.Behind.Row }); p.Behind.Row != "" && i >= 0 {
		line = p.Table.Lines[i]
		p.Line = line.Title
	} else {
		p.Behind.Row = ""
	}
	p.Cell = line.Cell(p.Measure)
	p.Found = inOrder(search(pick(p.Facts, p.Measure, p.group, p.Behind.Row), p.Behind.Text))
	arrange(p.Found, p.Behind.Sort)
	p.Pager = ui.PagerOf(at, p.Behind.Page, len(p.Found), pageSize)
	p.Shown = p.Found[p.Pager.Offset():max(p.Pager.To, p.Pager.Offset())]
	return p, nil
}

// search keeps the rows whose name or unit holds the words.
func search(facts []Fact, text string) []Fact {
	text = strings.TrimSpace(text)
	if text == "" {
		return facts
	}
	return slices.DeleteFunc(facts, func(f Fact) bool {
		return !strings.Contains(f.Name, text) && !strings.Contains(f.TownshipName+f.VillageName, text) && !strings.Contains(f.Title(), text)
	})
}

// arrange puts rows into another order than that of units.
func arrange(facts []Fact, by string) {
	switch by {
	case "name":
		slices.SortStableFunc(facts, byName(facts))
	case "-name":
		spelled := byName(facts)
		slices.SortStableFunc(facts, func(a, b Fact) int { return spelled(b, a) })
	case "age":
		slices.SortStableFunc(facts, func(a, b Fact) int { return b.Birth.Compare(a.Birth) })
	case "-age":
		slices.SortStableFunc(facts, func(a, b Fact) int { return a.Birth.Compare(b.Birth) })
	}
}

// byName compares names as they are spelled, since nobody knows the order of characters.
func byName(facts []Fact) func(a, b Fact) int {
	spelled := make(map[string]string, len(facts))
	for _, f := range facts {
		if _, ok := spelled[f.Name]; !ok {
			spelled[f.Name] = pinyin.Sort(f.Name)
		}
	}
	return func(a, b Fact) int {
		return cmp.Or(strings.Compare(spelled[a.Name], spelled[b.Name]), strings.Compare(a.Name, b.Name))
	}
}

func (m *Module) listStructure(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.rowsBehind(r, s, r.URL)
	if err != nil {
		return err
	}
	return access.Page(w, r, s, access.View{Title: p.heading(), AsOf: p.day(), Notes: misread(r, s, "on", countedToday), Crumbs: []ui.Crumb{{Title: "结构统计", Href: p.Ask.address(structureRoot)}}}, structureListPage(p))
}

// heading says which figure it is: 安化镇 村党组织书记 · 大专及以上学历.
func (p listProps) heading() string {
	unit := p.Unit
	if p.Line != "" {
		unit = p.Line
	}
	if p.Measure.Key == "people" {
		return unit + p.Caliber.Title + "名单"
	}
	return unit + p.Caliber.Title + "名单:" + p.Measure.sentence()
}

// explained says how the figure comes about.
func (p listProps) explained() string {
	what, unit := p.Measure.sentence(), p.unitWord()
	how := fmt.Sprintf("共%d%s。", p.Cell.N, unit)
	switch {
	case p.Measure.Mean():
		how = fmt.Sprintf("%s%s岁=年龄合计%d÷%d%s。", what, p.Cell.text(p.Measure), p.Cell.Sum, p.Cell.N, unit)
	case p.Measure.share:
		how = fmt.Sprintf("%s%d%s,占可统计的%d%s的%s。", what, p.Cell.N, unit, p.Cell.Of, unit, p.Cell.Ratio().Percent())
	}
	if born := p.Measure.Born(p.On); born != "" {
		how += born + "。"
	}
	return p.defined() + "。" + how
}

// lost leads to those who are in the row but could not be asked.
func (p listProps) lost() (m *Measure, n int) {
	if p.Measure.lost == "" {
		return nil, 0
	}
	m = measureOf(p.Measure.lost)
	return m, len(pick(p.Facts, m, p.group, p.Behind.Row))
}

// exportStructureList gives the rows that the list shows, without its pages.
func (m *Module) exportStructureList(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.rowsBehind(r, s, addressOf(structureRoot+"/list", r.PostForm.Get("query")))
	if err != nil {
		return err
	}
	return p.listing().workbook(r.PostForm.Get("purpose"), searched(p.explained(), p.Behind.Text)).Send(w, r, s)
}

func (m *Module) printStructureList(w http.ResponseWriter, r *http.Request, s access.Scope) error {
	p, err := m.rowsBehind(r, s, r.URL)
	if err != nil {
		return err
	}
	return p.listing().print(w, r, s)
}

// listing is the rows behind the figure. It holds no number of a card or a phone.
func (p listProps) listing() listing {
	l := listing{Title: p.heading(), Unit: p.Unit, Day: p.day(), Object: "persons", Frozen: 4, Lines: []string{p.explained(), "共" + strconv.Itoa(len(p.Found)) + "行"},
		Columns: []xlsx.Column{{Key: "township", Title: "乡镇(街道)"}, {Key: "village", Title: "村(社区)", Width: 12}, {Key: "name", Title: "姓名", Width: 8},
			{Key: "sex", Title: "性别", Width: 5}, {Key: "ethnic", Title: "民族", Width: 8}, {Key: "birth", Title: "出生年月", Width: 9}, {Key: "age", Title: "年龄", Width: 5},
			{Key: "education", Title: "最高学历", Width: 11}, {Key: "political", Title: "政治面貌", Width: 9}, {Key: "joined", Title: "入党时间", Width: 9}, {Key: "post", Title: "职务", Width: 26},
			{Key: "since", Title: "任职时间", Width: 11}, {Key: "management", Title: "管理类型", Width: 11}, {Key: "origin", Title: "来源", Width: 20}}}
	for i := range p.Found {
		f := &p.Found[i]
		l.Rows = append(l.Rows, listed{f.PersonID, []any{f.TownshipName, f.VillageName, f.Name, f.sexWord(), f.ethnicWord(), f.birthMonth(), age(f.Age), f.educationWord(),
			f.politicalWord(), f.joined(), f.Title(), f.Since.Format(time.DateOnly), wordOf(cadre.Managements, f.Management()), f.originWords()}})
	}
	return l
}

func (f *Fact) sexWord() string {
	if f.Sex == codelist.Female {
		return "女"
	}
	return "男"
}

func (f *Fact) ethnicWord() string { return codelist.Ethnic().Name(f.Ethnic) }

func (f *Fact) politicalWord() string { return codelist.Political().Name(f.Political) }

// educationWord is the level, which is what the columns count.
func (f *Fact) educationWord() string {
	if !hasEducation(f) {
		return ""
	}
	return f.level.Name()
}

func (f *Fact) birthMonth() string {
	if !f.File {
		return ""
	}
	return f.Birth.Format("2006-01")
}

func (f *Fact) joined() string {
	if f.PartyJoin == nil {
		return ""
	}
	return f.PartyJoin.Format("2006-01")
}

func (f *Fact) originWords() string {
	words := make([]string, len(f.Origins))
	for i, o := range f.Origins {
		words[i] = wordOf(cadre.Origins, o)
	}
	return strings.Join(words, "、")
}
