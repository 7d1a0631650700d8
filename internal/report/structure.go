package report

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/cadre"
	"touyan/internal/org"
	"touyan/internal/platform/pg"
)

// ask is a question about structure as it stands in the address.
type ask struct {
	Caliber  string `form:"caliber"`
	Count    string `form:"count"`    // person (default) or post
	On       string `form:"on"`       // 2026-10-31; today if empty
	Township int64  `form:"township"` // 0: the whole scope
	By       string `form:"by"`       // unit (default) or post
	Set      string `form:"set"`      // of columns
}

// values are the ask as an address; what is the default is left out.
func (q ask) values() url.Values {
	v := url.Values{}
	set := func(key, value string) {
		if value != "" {
			v.Set(key, value)
		}
	}
	if c := caliberOf(q.Caliber); c.Code != calibers[0].Code {
		set("caliber", c.Code)
	}
	if q.Count == "post" {
		set("count", q.Count)
	}
	if q.By == "post" {
		set("by", q.By)
	}
	set("on", q.On)
	set("set", columnSetOf(q.Set).Code)
	if q.Township != 0 {
		set("township", strconv.FormatInt(q.Township, 10))
	}
	return v
}

// address is a page of the ask with further values.
func (q ask) address(path string, pairs ...string) string {
	v := q.values()
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// structure is an answered ask.
type structure struct {
	Ask       ask
	Caliber   Caliber
	On        time.Time
	Today     time.Time
	District  bool
	Unit      string         // what the figures are of: 武都区, 安化镇
	Township  int64          // chosen by the district, or the own one
	Townships []org.Township // that exist on the day
	Facts     []Fact
	Table     Table
	headings  []Heading
	group     grouping
	list      string // the address of the rows behind a figure, up to its row and column
}

// load answers an ask with at most three questions to the database: townships, villages of one, facts. Without headings it
// spares the villages, and a village that counts nobody has no line. Lines count the measures given.
func (m *Module) load(ctx context.Context, tx *access.Tx, q ask, headings bool, of []*Measure) (structure, error) {
	s := tx.Scope()
	p := structure{Ask: q, Caliber: caliberOf(q.Caliber), On: dayOf(q.On, s.Today()), Today: s.Today(), District: s.Level() == pg.District, Unit: s.Unit()}
	if p.Ask.On = p.day(); p.On.Equal(p.Today) {
		p.Ask.On = ""
	}
	var err error
	if p.Townships, err = (org.Store{}).Townships(ctx, tx, p.On); err != nil {
		return p, err
	}
	if p.Township = s.Township(); p.District {
		p.Ask.Township = 0
		if i := slices.IndexFunc(p.Townships, func(t org.Township) bool { return t.ID == q.Township }); i >= 0 {
			p.Township, p.Ask.Township, p.Unit = q.Township, q.Township, p.Townships[i].Name
		}
	}
	if err = p.lines(ctx, tx, headings); err != nil {
		return p, err
	}
	p.Facts, err = m.Store.Facts(ctx, tx, p.Caliber, q.Count == "post", p.On, p.Township)
	p.Table = Tabulate(p.Facts, of, p.group, p.headings)
	p.linked()
	return p, err
}

// linked prepares the addresses of figures.
func (p *structure) linked() {
	if p.list = p.Ask.address(structureRoot+"/list", "set", ""); strings.Contains(p.list, "?") {
		p.list += "&"
	} else {
		p.list += "?"
	}
}

// lines chooses the rows: townships of a district, villages of a township, or posts.
func (p *structure) lines(ctx context.Context, tx *access.Tx, headings bool) error {
	switch {
	case p.Ask.By == "post":
		p.group = byPost
		for _, code := range cadre.PositionOrder() {
			if slices.Contains(p.Caliber.posts, code) {
				p.headings = append(p.headings, Heading{code, cadre.PositionTitle(code, false)})
			}
		}
	case p.Township != 0:
		p.group = byVillage
		if !headings {
			return nil
		}
		villages, err := (org.Store{}).Villages(ctx, tx, p.Township, p.On)
		if err != nil {
			return err
		}
		for _, v := range villages {
			p.headings = append(p.headings, Heading{strconv.FormatInt(v.ID, 10), v.Name})
		}
	default:
		p.group = byTownship
		for _, t := range p.Townships {
			p.headings = append(p.headings, Heading{strconv.FormatInt(t.ID, 10), t.Name})
		}
	}
	return nil
}

// byTitle heads the first column.
func (p structure) byTitle() string {
	switch {
	case p.Ask.By == "post":
		return "职务"
	case p.Township != 0:
		return "村(社区)"
	}
	return "乡镇(街道)"
}

// unitWord is what is counted: people or posts.
func (p structure) unitWord() string {
	if p.Ask.Count == "post" {
		return "个职务"
	}
	return "人"
}

func (p structure) counted() string {
	if p.Ask.Count == "post" {
		return "按职务计(一人任几职计几次)"
	}
	return "按人计(一人多职计一次,计入最高职务所在单位)"
}

// day is the day of the figures as pages write it.
func (p structure) day() string { return p.On.Format(time.DateOnly) }

func chineseDay(t time.Time) string { return t.Format("2006年1月2日") }

// defined says what the figures are: on the page, on paper, in the workbook.
func (p structure) defined() string {
	s := "统计口径:" + p.Caliber.Title + "(" + p.Caliber.Note + ")," + p.counted() + ";统计截至:" + p.day() + ";范围:" + p.Unit
	if p.On.After(p.Today) {
		s += ";截至日期在今天之后,按现有任职推算"
	}
	return s
}

// leftOut says of each kind how many it could not be told of.
func (p structure) leftOut() (out []*Measure) {
	for _, m := range measures {
		if strings.HasSuffix(m.Key, "_lost") && p.Table.Total.Cell(m).N > 0 {
			out = append(out, m)
		}
	}
	return out
}

// leftOutWords is leftOut as a sentence.
func (p structure) leftOutWords() string {
	var parts []string
	for _, m := range p.leftOut() {
		parts = append(parts, fmt.Sprintf("%s%d%s", m.sentence(), p.Table.Total.Cell(m).N, p.unitWord()))
	}
	if len(parts) == 0 {
		return "未计入:无"
	}
	return "未计入相应项目:" + strings.Join(parts, "、")
}

func (p structure) total(key string) Cell { return p.Table.Total.Cell(measureOf(key)) }

// sentence is the answer in words.
func (p structure) sentence() string {
	people := p.total("people")
	head := fmt.Sprintf("截至%s,%s%s共%d%s", chineseDay(p.On), p.Unit, p.Caliber.Title, people.N, p.unitWord())
	if people.N == 0 {
		return head + "。"
	}
	part := func(key string) string {
		c := p.total(key)
		return fmt.Sprintf("%s%d%s,占%s(%s)", measureOf(key).sentence(), c.N, p.unitWord(), c.Ratio().Percent(), c.Ratio().Fraction())
	}
	age := p.total("age_mean")
	return fmt.Sprintf("%s。平均年龄%s岁(年龄合计%d÷%d),其中%s(%s);%s;%s;%s;%s。", head, age.text(measureOf("age_mean")), age.Sum, age.N,
		part("age_35"), measureOf("age_35").Born(p.On), part("college_up"), part("women"), part("minority"), part("party"))
}

// set is the chosen columns.
func (p structure) set() columnSet { return columnSetOf(p.Ask.Set) }
