package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/cadre"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/xlsx"
)

func fillSchema() xlsx.Schema {
	var s xlsx.Schema
	for _, c := range filling {
		s.Columns = append(s.Columns, c.Column)
	}
	return s
}

// wanted is a row of the superior's table that names somebody.
type wanted struct {
	row  xlsx.Row
	name string
	id   string // in capitals; empty if the row has none
}

// finding says what became of a row, where that is more than being filled.
type finding struct {
	Row  int
	Name string
	Text string
}

// find chooses whom a row means; the sentence says why nobody, or what to look at.
func (w wanted) find(byID map[string]*Holder, byName map[string][]*Holder) (h *Holder, remark string) {
	if w.id != "" {
		h = byID[w.id]
		switch {
		case h == nil:
			return nil, "身份证号在本单位登记中没有找到,未填"
		case w.name != "" && h.Name != w.name && h.FormerName != w.name:
			return nil, "身份证号与姓名不一致,未填"
		}
		return h, ""
	}
	list := w.narrow(byName[w.name])
	if len(list) > 1 {
		serving := slices.DeleteFunc(slices.Clone(list), func(h *Holder) bool { return !h.serving() })
		if len(serving) == 1 {
			return serving[0], fmt.Sprintf("同名%d人,已按在任的填写:%s", len(list), serving[0].described())
		}
	}
	switch len(list) {
	case 0:
		if len(byName[w.name]) > 0 {
			return nil, "有同名人员,但单位、性别或出生年月不符,未填"
		}
		return nil, "姓名在本单位登记中没有找到,未填"
	case 1:
		return list[0], ""
	}
	words := make([]string, len(list))
	for i, h := range list {
		words[i] = h.described()
	}
	return nil, fmt.Sprintf("同名%d人,未填:%s", len(list), strings.Join(words, ";"))
}

// narrow keeps of several people those who fit what else the row says.
func (w wanted) narrow(list []*Holder) (out []*Holder) {
	for _, h := range list {
		if sex := w.row.Text("sex"); sex != "" && sex != h.sexWord() || !h.in(w.row.Text("village")) || !h.in(w.row.Text("township")) || !h.in(w.row.Text("unit")) {
			continue
		}
		if c := w.row.Cell("birth"); !c.Blank() {
			if d, err := xlsx.ParseDate(c); err == nil && (d.Year != h.Birth.Year() || d.Month != 0 && d.Month != int(h.Birth.Month())) {
				continue
			}
		}
		out = append(out, h)
	}
	return out
}

// in reports whether a unit as tables write it can be where somebody's file is kept: 安化镇, 马家沟, 武都区安化镇马家沟村. What
// names no more than the district says nothing; villages of one name are told apart where the township is written.
func (h *Holder) in(unit string) bool {
	unit = strings.Join(strings.Fields(unit), "")
	for _, kind := range []string{"省", "市", "区", "县"} {
		if above, rest, ok := strings.Cut(unit, kind); ok && above != "" && !strings.HasSuffix(above, "社") {
			unit = rest
		}
	}
	if rest, ok := strings.CutPrefix(unit, h.TownshipName); ok {
		return rest == "" || names(rest, h.VillageName)
	}
	return unit == "" || unit == stem(h.TownshipName) || names(unit, h.VillageName)
}

// names reports whether a text begins with a village, and not with a longer name: 王家沟村 is not 王家村.
func names(text, village string) bool {
	rest, ok := strings.CutPrefix(text, stem(village))
	return ok && (rest == "" || slices.ContainsFunc([]string{"村", "社区", "居"}, func(kind string) bool { return strings.HasPrefix(rest, kind) }))
}

// stem is the name of a unit without its kind.
func stem(name string) string {
	for _, kind := range []string{"街道", "社区", "镇", "乡", "村"} {
		if short, ok := strings.CutSuffix(name, kind); ok && short != "" {
			return short
		}
	}
	return name
}

// described tells people of one name apart, without a number of a card.
func (h *Holder) described() string {
	return h.TownshipName + h.VillageName + ifServing(h, " "+h.Title()) + " " + h.birthMonth() + "生"
}

// fillResult is a filled table with what must be said about it.
type fillResult struct {
	Entries    []xlsx.Entry
	Findings   []finding
	Rows       int
	Filled     int      // rows
	Held       []int64  // the persons in them
	Unrevealed []string // columns that stay blank
}

// fillRow gives the entries of a row: blank cells only. What the table says otherwise than the register is told, not changed.
func (r *fillResult) fillRow(w wanted, h *Holder, m xlsx.Match, value func(c fillColumn, h *Holder) (string, error)) error {
	for _, col := range m.Columns {
		i := slices.IndexFunc(filling, func(c fillColumn) bool { return c.Key == col.Key })
		c, cell := filling[i], w.row.Cell(col.Key)
		text, err := value(c, h)
		if err != nil {
			return err
		}
		switch {
		case !cell.Blank():
			if text != "" && c.personal == nil && !h.same(c.Key, cell, text) {
				r.note(w, fmt.Sprintf("%s列原有“%s”,登记为“%s”,未改动", col.Title, cell.Text, text))
			}
		case text == "" && c.personal == nil && (c.expected == nil || c.expected(h)):
			r.note(w, "没有登记"+col.Title)
		case text != "":
			r.Entries = append(r.Entries, xlsx.Entry{Row: w.row.Number, Col: col.Col, Text: text, Number: c.number})
		}
	}
	return nil
}

func (r *fillResult) note(w wanted, text string) {
	r.Findings = append(r.Findings, finding{w.row.Number, w.name, text})
}

// same reports whether a cell says what the register says, in its own words.
func (h *Holder) same(key string, cell xlsx.Cell, text string) bool {
	a, b := strings.Join(strings.Fields(cell.Text), ""), strings.Join(strings.Fields(text), "")
	switch key {
	case "birth", "joined", "full", "work", "since":
		d, err := xlsx.ParseDate(cell)
		return err == nil && d.First().Format("2006.01") == text
	case "ethnic":
		code, err := codelist.Ethnic().Parse(a)
		return err == nil && codelist.Ethnic().Name(code) == b
	case "political":
		code, err := codelist.Political().Parse(a)
		return err == nil && codelist.Political().Name(code) == b
	case "education", "fulltime", "inservice":
		code, err := codelist.Education().Parse(a)
		return err == nil && codelist.Education().Name(code) == b
	case "position":
		said, unknown := cadre.ParsePositions(a)
		ours, _ := cadre.ParsePositions(b)
		return len(unknown) == 0 && slices.Equal(said, ours)
	case "township", "village", "unit":
		return h.in(a)
	}
	return a == b
}

// remarks is the sheet 填报说明.
func (r *fillResult) remarks(m xlsx.Match, head []string) xlsx.Remarks {
	lines := [][]string{{"填报说明"}}
	for _, h := range head {
		lines = append(lines, []string{h})
	}
	lines = append(lines, []string{fmt.Sprintf("共%d行人员,填写%d行,未填%d行;原有内容一律没有改动。", r.Rows, r.Filled, r.Rows-r.Filled)}, []string{""}, []string{"表头", "列", "填写内容"})
	for _, c := range m.Columns {
		i := slices.IndexFunc(filling, func(f fillColumn) bool { return f.Key == c.Key })
		what := filling[i].Title
		if slices.Contains(r.Unrevealed, c.Key) {
			what = "未填:没有选择填写身份证号、电话,或没有查看完整信息的权限"
		}
		lines = append(lines, []string{c.Title, c.Letter, what})
	}
	for _, u := range m.Unknown {
		lines = append(lines, []string{u.Title, u.Letter, "未填:登记中没有这一项"})
	}
	lines = append(lines, []string{""}, []string{"行", "姓名", "说明"})
	slices.SortStableFunc(r.Findings, func(a, b finding) int { return a.Row - b.Row })
	for _, f := range r.Findings {
		lines = append(lines, []string{strconv.Itoa(f.Row), f.Name, f.Text})
	}
	if len(r.Findings) == 0 {
		lines = append(lines, []string{"", "", "没有需要说明的行"})
	}
	return xlsx.Remarks{Sheet: "填报说明", Lines: lines}
}

// readWanted reads whom the table names.
func readWanted(table *xlsx.Table, today time.Time) (list []wanted, findings []finding, err error) {
	for row, err := range table.Rows() {
		if err != nil {
			return nil, nil, xlsx.Fault(err)
		}
		w := wanted{row: row, name: cadre.TidyName(row.Text("name"))}
		if c := row.Cell("id"); !c.Blank() {
			card, err := idcard.Parse(c.Text, today)
			if err != nil || c.Scientific || c.PrecisionLost {
				findings = append(findings, finding{row.Number, w.name, "身份证号有误,未填"})
				list = append(list, wanted{row: row, name: w.name, id: "?"})
				continue
			}
			w.id = card.Number
		}
		if w.name != "" || w.id != "" {
			list = append(list, w)
		}
	}
	return list, findings, nil
}
