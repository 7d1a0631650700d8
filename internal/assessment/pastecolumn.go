package assessment

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/width"
	"touyan/internal/platform/points"
)

// ParseBlock reads what a spreadsheet puts on the clipboard: lines of cells divided by tabs, cells with line breaks in
// quotes. Blank lines stay, except at the end, since a block without names goes by position.
func ParseBlock(text string) [][]string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff"))
	var block [][]string
	for _, line := range splitLines(text) {
		reader := csv.NewReader(strings.NewReader(line))
		reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = '\t', true, -1
		cells, err := reader.Read()
		if err != nil {
			cells = []string{} // an empty line
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		block = append(block, cells)
	}
	blank := func(cells []string) bool { return strings.Join(cells, "") == "" }
	for len(block) > 0 && blank(block[len(block)-1]) {
		block = block[:len(block)-1]
	}
	return block
}

// splitLines divides at line breaks outside of quoted cells. encoding/csv would do so too, but it drops blank lines.
func splitLines(text string) []string {
	var lines []string
	start, quoted := 0, false
	for i := range len(text) {
		switch text[i] {
		case '"':
			if quoted || i == start || text[i-1] == '\t' {
				quoted = !quoted
			}
		case '\n':
			if !quoted {
				lines = append(lines, text[start:i])
				start = i + 1
			}
		}
	}
	if quoted { // a quote that begins a cell and never ends is no quoting
		return strings.Split(text, "\n")
	}
	return append(lines, text[start:])
}

// pasteLayout says where in a block things stand.
type pasteLayout struct {
	first   int // line of the first data
	name    int // column, -1 if none
	village int
	columns []PasteColumn
	other   map[int]bool // columns whose heading says that they hold no dimension
	problem string
}

var (
	bracketed     = regexp.MustCompile(`[(（\[【].*?[)）\]】]|[0-9]+分$`)
	nameHeads     = []string{"姓名", "名字", "干部姓名"}
	villageHeads  = []string{"村", "社区", "村社区", "村名", "村名称", "所在村", "所在村社区", "村别"}
	otherHeads    = []string{"序号", "合计", "小计", "总分", "总得分", "得分", "最终得分", "基础分", "名次", "排名", "等次", "年龄", "电话", "联系电话", "手机号", "备注"}
	summaryStarts = []string{"合计", "小计", "总计", "平均", "填表", "制表", "审核", "组织委员", "党委书记", "党工委书记", "备注", "说明"}
)

// head brings a column title to what can be compared: 党建引领(20分) → 党建引领.
func head(text string) string {
	return bracketed.ReplaceAllString(squeeze(width.Fold.String(text)), "")
}

// layout finds header, names, villages and the columns of numbers.
func (s Scheme) layout(block [][]string, targets []PasteTarget, at PasteAt) pasteLayout {
	l := pasteLayout{name: -1, village: -1, other: map[int]bool{}}
	titles := map[int]Dimension{}
	for i := range min(10, len(block)) {
		found := map[int]Dimension{}
		name, village := -1, -1
		for j, cell := range block[i] {
			h := head(cell)
			for _, d := range s.Dimensions {
				if h != "" && h == head(d.Title) {
					found[j] = d
				}
			}
			switch {
			case slices.Contains(nameHeads, h):
				name = j
			case slices.Contains(villageHeads, h):
				village = j
			}
		}
		if name >= 0 || len(found) > 0 { // a header of two lines: the last one counts, gaps filled from above
			l.first = i + 1
			l.name, l.village = max(l.name, name), max(l.village, village)
			for j, d := range found {
				titles[j] = d
			}
			for j, cell := range block[i] {
				l.other[j] = l.other[j] || slices.Contains(otherHeads, head(cell))
			}
		}
	}
	data := block[l.first:]
	if l.name < 0 {
		l.name = bestColumn(data, -1, func(cell string) bool {
			return slices.ContainsFunc(targets, func(t PasteTarget) bool { return squeeze(t.Name) == squeeze(cell) })
		})
	}
	if l.village < 0 && l.name >= 0 {
		l.village = bestColumn(data, l.name, func(cell string) bool {
			return slices.ContainsFunc(targets, func(t PasteTarget) bool { return sameVillage(t.Village, cell) })
		})
	}
	if len(titles) > 0 {
		for j := range columnCount(block) {
			if d, ok := titles[j]; ok {
				l.columns = append(l.columns, PasteColumn{Source: j, Dimension: d.Code})
			}
		}
		return l
	}
	s.columnsByOrder(&l, data, at.Dimension)
	return l
}

// columnsByOrder takes columns of numbers as dimensions from the one that was pasted at.
func (s Scheme) columnsByOrder(l *pasteLayout, data [][]string, dimension int) {
	for j := range columnCount(data) {
		named := l.name >= 0
		if l.other[j] || named && (j <= l.name || j == l.village || !numbers(data, j)) {
			continue // numbering, posts, sums and remarks beside the scores
		}
		if dimension < 0 || dimension >= len(s.Dimensions) {
			l.problem = fmt.Sprintf("粘贴的列数多于考评维度,请从正确的列开始粘贴,或带上表头“%s”等", s.Dimensions[0].Title)
			return
		}
		l.columns = append(l.columns, PasteColumn{Source: j, Dimension: s.Dimensions[dimension].Code})
		dimension++
	}
}

func columnCount(block [][]string) int {
	n := 0
	for _, cells := range block {
		n = max(n, len(cells))
	}
	return n
}

// bestColumn is the column of which most cells fit, at least half of those filled in; -1 if none does.
func bestColumn(data [][]string, except int, fits func(string) bool) int {
	best, most := -1, 0
	for j := range columnCount(data) {
		fit, filled := 0, 0
		for _, cells := range data {
			cell := cellAt(cells, j)
			if cell == "" {
				continue
			}
			filled++
			if fits(cell) {
				fit++
			}
		}
		if j != except && fit > most && 2*fit >= filled {
			best, most = j, fit
		}
	}
	return best
}

// numbers reports whether at least half of the filled cells of a column are numbers.
func numbers(data [][]string, j int) bool {
	good, filled := 0, 0
	for _, cells := range data {
		cell := cellAt(cells, j)
		if cell == "" {
			continue
		}
		filled++
		if _, err := points.Parse(cell); err == nil {
			good++
		}
	}
	return filled > 0 && 2*good >= filled
}

// sameVillage compares names with and without their ending, since sheets write 石门 for 石门村.
func sameVillage(a, b string) bool {
	return bareVillage(a) != "" && bareVillage(a) == bareVillage(b)
}

func bareVillage(name string) string {
	name = squeeze(name)
	for _, end := range []string{"村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"} {
		if bare, ok := strings.CutSuffix(name, end); ok && bare != "" {
			return bare
		}
	}
	return name
}

// summary reports whether a line without a cadre is a sum or a signature.
func summary(name string, targets []PasteTarget) bool {
	if slices.ContainsFunc(targets, func(t PasteTarget) bool { return squeeze(t.Name) == name }) {
		return false
	}
	return slices.ContainsFunc(summaryStarts, func(start string) bool { return strings.HasPrefix(name, start) })
}

// askMode sets a column's mode, and asks where its numbers fit the other one better: in a base dimension scores lie
// above half of the maximum on average, deductions below. Signed numbers say themselves what they are.
func (s Scheme) askMode(c *PasteColumn, data [][]string, mode EntryMode, answers PasteAnswers) {
	c.Mode = mode
	if answered, ok := answers.Modes[c.Dimension]; ok {
		c.Mode = answered
		return
	}
	d, _ := s.Dimension(c.Dimension)
	if d.Kind == DimensionBonus {
		return
	}
	var sum points.Points
	n := 0
	for _, cells := range data {
		text := cellAt(cells, c.Source)
		if sign, blank := signOf(text); blank || sign != 0 {
			continue
		}
		if v, err := points.Parse(text); err == nil {
			sum += v
			n++
		}
	}
	switch full := d.Max * points.Points(n); {
	case n == 0 || 2*sum == full:
	case mode == ModeScore && 2*sum < full:
		c.Question = fmt.Sprintf("“%s”一列的数字普遍较小(满分%s分),像是扣分。按扣分录入,还是按得分录入?", d.Title, d.Max)
	case mode == ModeDeduct && 2*sum > full:
		c.Question = fmt.Sprintf("“%s”一列的数字接近满分%s分,像是得分。按得分录入,还是按扣分录入?", d.Title, d.Max)
	}
}
