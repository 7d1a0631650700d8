package xlsx

import (
	"strconv"
	"strings"
)

// Skipped is a row that holds no record.
type Skipped struct {
	Row int    `json:"row"`
	Why string `json:"why"`
}

var (
	sumWords  = []string{"合计", "小计", "总计", "共计", "合计人数"}
	signWords = []string{"填表人", "审核人", "制表人", "填报人", "复核人", "经办人", "负责人", "单位负责人", "主要负责人",
		"分管领导", "填表日期", "填报日期", "填报时间", "审核意见", "单位盖章", "盖章", "联系人", "填表说明", "填报说明", "说明", "备注", "注",
		"导出人", "导出时间", "用途"}
)

// leaveOut says why a row is no record, "" if it is one.
func (t *Table) leaveOut(number int, cells []Cell, blocks []area) string {
	first := squeeze(cells[0].Text)
	for _, c := range cells[:min(len(cells), 3)] {
		if isSum(squeeze(c.Text)) && t.requiredCells(cells) < t.requiredColumns() {
			return "合计行"
		}
	}
	if isSignature(first, len(cells)) {
		return "签字或说明行"
	}
	if t.repeatsHeader(cells) {
		return "重复的表头"
	}
	if number == t.Match.HeaderLast+1 && isColumnNumbers(cells) {
		return "栏次行"
	}
	if len(cells) == 1 {
		for _, a := range blocks {
			if a.top == number && a.left == cells[0].Col && a.right-a.left >= 2 {
				return "分组标题行"
			}
		}
	}
	return ""
}

// narrowSigns gives the full-width colon and brackets of Chinese text their plain form.
var narrowSigns = strings.NewReplacer("\uff1a", ":", "\uff08", "(", "\uff09", ")")

func isSum(text string) bool {
	text = strings.TrimRight(narrowSigns.Replace(text), ":")
	for _, w := range sumWords {
		if text == w || strings.HasPrefix(text, w+"(") {
			return true
		}
	}
	return false
}

// isSignature looks for a known word that ends at a colon, or stands in a row with little else.
func isSignature(text string, filled int) bool {
	text = strings.TrimLeft(narrowSigns.Replace(text), "(")
	for _, w := range signWords {
		rest, ok := strings.CutPrefix(text, w)
		if !ok {
			continue
		}
		rest = strings.TrimPrefix(rest, "(签字)")
		if strings.HasPrefix(rest, ":") || rest == "" && filled <= 4 {
			return true
		}
	}
	return false
}

// requiredCells counts the filled cells of required columns: a sum has a word and numbers, a record has all.
func (t *Table) requiredCells(cells []Cell) int {
	n := 0
	for _, c := range cells {
		for _, m := range t.Match.Columns {
			if m.Col == c.Col {
				if col, _ := t.schema.Column(m.Key); col.Required && !isSum(squeeze(c.Text)) {
					n++
				}
			}
		}
	}
	return n
}

func (t *Table) requiredColumns() int {
	n := 0
	for _, m := range t.Match.Columns {
		if col, _ := t.schema.Column(m.Key); col.Required {
			n++
		}
	}
	return max(n, 1)
}

// repeatsHeader finds the header that people copy to the top of every printed page.
func (t *Table) repeatsHeader(cells []Cell) bool {
	if t.titles == nil {
		t.titles = map[int]string{}
		for _, m := range t.Match.Columns {
			t.titles[m.Col] = m.Title
		}
	}
	same := 0
	for _, c := range cells {
		if title := t.titles[c.Col]; title != "" {
			if text := squeeze(c.Text); text != title && !strings.HasSuffix(title, "/"+text) &&
				!strings.HasPrefix(title, text+"/") {
				return false
			}
			same++
		}
	}
	return same >= min(2, len(t.titles))
}

// isColumnNumbers finds the line 1 2 3 4 … below the header of official forms.
func isColumnNumbers(cells []Cell) bool {
	for i, c := range cells {
		if c.Text != strconv.Itoa(i+1) {
			return false
		}
	}
	return len(cells) >= 3
}
