package assessment

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"touyan/internal/platform/month"
	"touyan/internal/platform/points"
	"touyan/web/ui"
)

// gridQuery is what the address of the grid remembers.
type gridQuery struct {
	Mode string `form:"mode"`
	Text string `form:"q"`
	Show string `form:"show"`
}

// mode reads 录入方式; anything unknown is 得分.
func (q gridQuery) mode() EntryMode {
	if q.Mode == string(ModeDeduct) {
		return ModeDeduct
	}
	return ModeScore
}

// address gives the grid's address with this query.
func (q gridQuery) address(sheet int64) string {
	v := url.Values{}
	for name, value := range map[string]string{"mode": q.Mode, "q": q.Text, "show": q.Show} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return sheetPath(sheet)
	}
	return sheetPath(sheet) + "?" + v.Encode()
}

// The choices of which rows to show.
const (
	showTouched = "touched" // with a deduction or bonus
	showOpen    = "open"    // with an entry that is 待补依据
)

type gridProps struct {
	*desk
	Period    Period
	Query     gridQuery
	Grant     string
	Account   int64
	Enters    bool // the reader holds the permission to enter
	Groups    []gridGroup
	Problems  []cellProblem
	Saved     int // cells that were saved although others were refused
	Changes   int // undecided 名单变动
	Proposals int
}

type gridGroup struct {
	Title    string
	Returned bool
	Rows     []gridRow
}

type gridRow struct {
	Row
	Closed  string // why it takes no entries
	Own     bool   // of who is looking
	Cells   []gridCell
	Entries int
	Open    int // entries 待补依据
}

type gridCell struct {
	Dimension Dimension
	Value     points.Points
	Text      string
	Several   bool // more than one entry
	Problem   *cellProblem
}

// canEdit reports whether the sheet as a whole takes entries from the reader.
func (p gridProps) canEdit() bool { return p.Enters && p.open() }

// open reports whether the sheet is at the clerk's desk.
func (d *desk) open() bool {
	_, err := Next(d.State, ActEnter)
	return err == nil
}

// arrange makes the groups: returned rows first, then villages in their order.
func (p *gridProps) arrange(person int64) {
	mode := p.Query.mode()
	problems := make(map[place]*cellProblem, len(p.Problems))
	for i := range p.Problems {
		problems[place{p.Problems[i].Row, p.Problems[i].Dimension}] = &p.Problems[i]
	}
	for _, r := range p.Rows {
		g := gridRow{Row: r, Entries: len(p.entries[r.ID]), Own: p.Enters && person != 0 && r.PersonID == person}
		if !p.Enters {
			g.Closed = "只读"
		} else {
			g.Closed = p.closed(r, person)
		}
		perCell := map[string]int{}
		for _, e := range p.entries[r.ID] {
			perCell[e.Dimension]++
			if e.Clause == "" {
				g.Open++
			}
		}
		for _, d := range p.Scheme.Dimensions {
			c := gridCell{Dimension: d, Value: p.value(r.ID, d.Code), Several: perCell[d.Code] > 1, Problem: problems[place{r.ID, d.Code}]}
			c.Text = d.Shown(c.Value, mode)
			if c.Problem != nil {
				c.Text = c.Problem.Text
			}
			g.Cells = append(g.Cells, c)
		}
		if p.keeps(g) {
			p.addTo(g)
		}
	}
}

func (p *gridProps) addTo(g gridRow) {
	title, returned := g.VillageName, g.State == RowReturned
	if returned {
		title = "被退回的人员"
	}
	if n := len(p.Groups); n == 0 || p.Groups[n-1].Title != title || p.Groups[n-1].Returned != returned {
		p.Groups = append(p.Groups, gridGroup{Title: title, Returned: returned})
	}
	last := &p.Groups[len(p.Groups)-1]
	last.Rows = append(last.Rows, g)
}

func (p *gridProps) keeps(g gridRow) bool {
	text := squeeze(p.Query.Text)
	if text != "" && !strings.Contains(squeeze(g.PersonName), text) && !strings.Contains(g.VillageName, text) {
		return false
	}
	switch p.Query.Show {
	case showTouched:
		return g.Entries > 0
	case showOpen:
		return g.Open > 0
	}
	return true
}

// was packs the values of a row as drawn; a save sends them back.
func (g gridRow) was() string {
	parts := make([]string, len(g.Cells))
	for i, c := range g.Cells {
		parts[i] = c.Value.String()
	}
	return strings.Join(parts, ",")
}

// texts packs what the cells show, for the script after a change in the detail.
func (g gridRow) texts() string {
	parts := make([]string, len(g.Cells))
	for i, c := range g.Cells {
		parts[i] = c.Text
	}
	return strings.Join(parts, ",")
}

func (g gridRow) id() string { return strconv.FormatInt(g.ID, 10) }

func rowPath(id int64) string { return "/assessment/rows/" + strconv.FormatInt(id, 10) }

// note is what stands beside a row besides its entries. What holds for the whole sheet is said once, above it.
func (g gridRow) note() []string {
	var notes []string
	if g.Own {
		notes = append(notes, g.Closed)
	}
	if g.Veto != "" {
		notes = append(notes, VetoEffect(g.Veto).Title())
	}
	if g.NoGrade != "" {
		notes = append(notes, g.NoGrade)
	}
	return notes
}

// lost reports whether a cell differs from full marks.
func (c gridCell) lost() bool { return c.Value != c.Dimension.Full() }

func (c gridCell) name(row string) string { return "v." + row + "." + c.Dimension.Code }

// summary lists the refused cells for the top of the page.
func (p gridProps) summary() []ui.Problem {
	list := make([]ui.Problem, 0, len(p.Problems))
	for _, b := range p.Problems {
		row := p.row(b.Row)
		list = append(list, ui.Problem{Field: gridCell{Dimension: p.dimension(b.Dimension)}.name(strconv.FormatInt(b.Row, 10)),
			Sentence: fmt.Sprintf("%s(%s)%s:%s", row.PersonName, row.VillageName, p.dimension(b.Dimension).Title, b.Sentence)})
	}
	return list
}

// modeTitle says what the two modes are: of typing, or of looking.
func (p gridProps) modeTitle() string {
	if p.canEdit() {
		return "录入方式"
	}
	return "显示方式"
}

// modeTabs are the two meanings of a typed number.
func (p gridProps) modeTabs() []ui.Tab {
	tabs := make([]ui.Tab, 0, 2)
	for _, m := range []struct {
		mode  EntryMode
		title string
	}{{ModeScore, "得分"}, {ModeDeduct, "扣分"}} {
		q := p.Query
		q.Mode = string(m.mode)
		if m.mode == ModeScore {
			q.Mode = ""
		}
		tabs = append(tabs, ui.Tab{Title: m.title, Href: q.address(p.Sheet.ID), Active: m.mode == p.Query.mode()})
	}
	return tabs
}

// listed counts the rows that the filter leaves.
func (p gridProps) listed() int {
	n := 0
	for _, g := range p.Groups {
		n += len(g.Rows)
	}
	return n
}

// unit writes an item as the short list shows it.
func (i Item) unit() string {
	switch i.Kind {
	case ItemDeduct:
		return "扣" + i.UnitPoints.String() + "分"
	case ItemAdd:
		return "加" + i.UnitPoints.String() + "分"
	}
	return i.VetoEffect.Title()
}

// keep is what a new search keeps in the address.
func (p gridProps) keep() url.Values {
	if p.Query.Mode == "" {
		return nil
	}
	return url.Values{"mode": {p.Query.Mode}}
}

func entriesTitle(n int) string {
	if n == 0 {
		return "明细"
	}
	return "明细" + strconv.Itoa(n)
}

func openTitle(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("待补依据%d条", n)
}

// clockTime writes a moment as it was in China.
func clockTime(t time.Time) string { return t.In(month.Zone).Format("2006-01-02 15:04") }
