package xlsx

import (
	"strings"
)

// Column describes one column, for reading, for writing, or both: a template is written by the schema that reads it.
type Column struct {
	Key      string   // the caller's name of the column
	Title    string   // as written, and as named in messages
	Group    string   // the upper line of a two-line header; neighbours of one group share it
	Synonyms []string // further titles that are accepted; a two-line header is 上级/下级, e.g. 全日制教育/学历
	Required bool     // the file must have this column

	Width    float64  // in characters; default by the title
	Text     bool     // holds numbers that are not quantities (ID, card, phone): stored and formatted as text
	Decimals int      // of numbers, shown always; 0 shows them as they are
	Center   bool     // alignment; numbers go to the right otherwise, text to the left
	Hidden   bool     // a row code that brings the sheet back to its rows
	Options  []string // drop-down list of a template
	Note     string   // shown when a cell of the column is chosen
	Entry    bool     // takes input although the layout is locked
}

// Schema is the columns of a table.
type Schema struct {
	Columns []Column
	Ignore  []string // titles that are known and carry nothing to read, such as 年龄 that is computed
}

// always are titles of columns that no import reads: the running number and what RepairFile adds.
var always = []string{"序号", "编号", "行号", ProblemTitle}

// titleIndex finds keys by comparable title.
type titleIndex struct {
	keys    map[string]string
	ignored map[string]bool
	names   [][]string // comparable titles of each column, for misspelt ones
}

func (s Schema) index() titleIndex {
	ix := titleIndex{keys: map[string]string{}, ignored: map[string]bool{}}
	for _, c := range s.Columns {
		var names []string
		for _, t := range append([]string{c.Title}, c.Synonyms...) {
			names = append(names, titleKey(t))
		}
		ix.names = append(ix.names, names)
		for _, t := range append([]string{c.Group + c.Title, c.Key}, c.Synonyms...) {
			if k := titleKey(t); k != "" {
				if _, taken := ix.keys[k]; !taken {
					ix.keys[k] = c.Key
				}
			}
		}
	}
	for _, t := range append(always, s.Ignore...) {
		if k := titleKey(t); ix.keys[k] == "" {
			ix.ignored[k] = true
		}
	}
	return ix
}

// find looks a title up as written and without what stands in brackets.
func (ix titleIndex) find(title string) (key string, ignored bool) {
	for _, t := range []string{titleKey(title), titleKey(unbracket(title))} {
		if k := ix.keys[t]; k != "" {
			return k, false
		}
		if ix.ignored[t] {
			return "", true
		}
	}
	return "", false
}

// Column finds a column by its key.
func (s Schema) Column(key string) (Column, bool) {
	for _, c := range s.Columns {
		if c.Key == key {
			return c, true
		}
	}
	return Column{}, false
}

// titleKey reduces a title to what distinguishes it: no spaces, line breaks, stars, colons or slashes.
func titleKey(title string) string {
	t := strings.NewReplacer("*", "", ":", "", "\uff1a", "", "/", "", "、", "").Replace(squeeze(Normalize(title)))
	return strings.ToLower(t)
}

// unbracket removes hints such as 身份证号(18位).
func unbracket(title string) string {
	t := strings.NewReplacer("\uff08", "(", "\uff09", ")", "【", "(", "】", ")", "[", "(", "]", ")").Replace(title)
	for {
		open := strings.IndexByte(t, '(')
		if open < 0 {
			return t
		}
		end := strings.IndexByte(t[open:], ')')
		if end < 0 {
			return t[:open]
		}
		t = t[:open] + t[open+end+1:]
	}
}

// near tells whether two titles look like one misspelt: few letters differ, or one contains the other.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	short, long := min(len(x), len(y)), max(len(x), len(y))
	if short < 2 {
		return false
	}
	if strings.Contains(a, b) || strings.Contains(b, a) {
		return true
	}
	allowed := 1
	if short >= 5 {
		allowed = 2
	}
	return long-short <= allowed && distance(x, y) <= allowed
}

// distance counts insertions, deletions, substitutions and swaps of neighbours.
func distance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
