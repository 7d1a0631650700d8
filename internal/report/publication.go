package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Publication is a structure table as it was published. It never changes.
type Publication struct {
	ID          int64
	Title       string
	AsOf        time.Time
	Query       string
	Definition  string
	Figures     []byte
	PublishedBy string
	PublishedAt time.Time
}

// frozen is what a publication keeps of a table: also the titles, so that it reads the same whatever the program counts later.
type frozen struct {
	By      string         `json:"by"` // heads the first column
	Said    string         `json:"said"`
	LeftOut string         `json:"leftOut"`
	Columns []frozenColumn `json:"columns"`
	Lines   []frozenLine   `json:"lines"` // the last is all
}

type frozenColumn struct {
	Key   string `json:"key"`
	Group string `json:"group"`
	Title string `json:"title"`
	Born  string `json:"born,omitempty"`
	Mean  bool   `json:"mean,omitempty"`
}

type frozenLine struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	Cells []Cell `json:"cells"` // by the place of the column
}

// freeze keeps a table.
func freeze(p structure) frozen {
	f := frozen{By: p.byTitle(), Said: p.sentence(), LeftOut: p.leftOutWords()}
	for _, m := range measures {
		f.Columns = append(f.Columns, frozenColumn{m.Key, m.Group, m.Title, m.Born(p.On), m.Mean()})
	}
	for _, l := range append(slices.Clone(p.Table.Lines), p.Table.Total) {
		f.Lines = append(f.Lines, frozenLine{l.Key, l.Title, l.cells})
	}
	return f
}

func (p Publication) frozen() (f frozen, err error) {
	if err = json.Unmarshal(p.Figures, &f); err != nil {
		err = fmt.Errorf("figures of publication %d: %w", p.ID, err)
	}
	return f, err
}

// shown are the places of the columns that a choice of columns shows.
func (f frozen) shown(set columnSet) (places []int) {
	for i, c := range f.Columns {
		if slices.Contains(set.keys, c.Key) {
			places = append(places, i)
		}
	}
	return places
}

func (c frozenColumn) text(cell Cell) string {
	if c.Mean {
		return mean(cell.Sum, cell.N)
	}
	return strconv.Itoa(cell.N)
}

// name is the column with its upper title.
func (c frozenColumn) name() string {
	if c.Group != "" && c.Group != "年龄" {
		return c.Group + ":" + c.Title
	}
	return c.Title
}

// correction is a figure that the register gives otherwise by now.
type correction struct {
	Line, LineKey string
	Column        frozenColumn
	Was, Now      Cell
}

// corrections compares what was published with what is counted now, first of all, then line by line. Columns that are not
// counted any more, and lines that have gone, were right when they were published.
func (f frozen) corrections(now Table) (out []correction) {
	lines := map[string]Line{"": now.Total}
	for _, l := range now.Lines {
		lines[l.Key] = l
	}
	for _, l := range slices.Backward(f.Lines) {
		current, ok := lines[l.Key]
		if !ok {
			current = newLine(Heading{l.Key, l.Title}) // it counts nobody now
		}
		for i, c := range f.Columns {
			m := measureOf(c.Key)
			if m.Key != c.Key || i >= len(l.Cells) || l.Cells[i] == current.Cell(m) {
				continue
			}
			out = append(out, correction{l.Title, l.Key, c, l.Cells[i], current.Cell(m)})
		}
	}
	slices.SortStableFunc(out, func(a, b correction) int { return f.at(a.LineKey) - f.at(b.LineKey) })
	return out
}

// at orders lines: all first, then as published.
func (f frozen) at(key string) int {
	if key == "" {
		return -1
	}
	return slices.IndexFunc(f.Lines, func(l frozenLine) bool { return l.Key == key })
}
