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

// Holder is a file with the posts of a day, as a superior's table may ask for it.
type Holder struct {
	Fact
	IDIndex       []byte
	IDCipher      []byte
	PhoneCipher   []byte
	FormerName    string
	NativePlace   string
	BirthPlace    string
	WorkStart     *time.Time
	TechnicalPost string
	Specialty     string
	PartyBranch   string
	Died          bool
}

// serving reports whether somebody holds a post on the day.
func (h *Holder) serving() bool { return len(h.Posts) > 0 }

// fillColumn is a column that can be filled from the register.
type fillColumn struct {
	xlsx.Column
	value func(h *Holder) string
	// personal columns are filled only with the permission to reveal, and only if asked for.
	personal func(s cadre.Store, tenant int64, p cadre.Person) (string, error)
}

// filling are the columns of superiors' tables, with the words of the register's own import and those that only such tables use.
var filling = func() []fillColumn {
	values := map[string]func(h *Holder) string{
		"township": func(h *Holder) string { return h.TownshipName }, "village": func(h *Holder) string { return h.VillageName },
		"name": func(h *Holder) string { return h.Name }, "former": func(h *Holder) string { return h.FormerName },
		"sex": func(h *Holder) string { return h.sexWord() }, "birth": func(h *Holder) string { return dotted(&h.Birth) },
		"ethnic": func(h *Holder) string { return h.ethnicWord() }, "political": func(h *Holder) string { return h.politicalWord() },
		"joined": func(h *Holder) string { return dotted(h.PartyJoin) }, "education": func(h *Holder) string { return codelist.Education().Name(h.Education) },
		"position": func(h *Holder) string { return h.Title() }, "since": (*Holder).sinceMonth,
		"management": func(h *Holder) string { return ifServing(h, wordOf(cadre.Managements, h.Management())) },
		"paid":       func(h *Holder) string { return ifServing(h, map[bool]string{true: "是", false: "否"}[h.Paid]) },
	}
	var list []fillColumn
	for _, c := range cadre.RosterColumns() {
		c.Required = false
		one := fillColumn{Column: c, value: values[c.Key]}
		switch c.Key {
		case "id":
			one.personal = cadre.Store.IDNumber
		case "phone":
			one.personal = cadre.Store.Phone
		}
		if one.value != nil || one.personal != nil {
			list = append(list, one)
		}
	}
	more := func(key, title string, value func(h *Holder) string, synonyms ...string) {
		list = append(list, fillColumn{Column: xlsx.Column{Key: key, Title: title, Synonyms: synonyms}, value: value})
	}
	more("age", "年龄", func(h *Holder) string { return count(h.Age) }, "周岁", "现年龄")
	more("full", "转正时间", func(h *Holder) string { return dotted(h.PartyFull) }, "转正年月", "转为正式党员时间")
	more("party_years", "党龄", func(h *Holder) string { return count(h.PartyYears) })
	more("post_years", "任职年限", func(h *Holder) string { return ifServing(h, count(h.PostYears)) }, "任现职年限", "任职时长")
	more("origin", "来源", func(h *Holder) string { return h.originWords() }, "来源身份", "人员来源", "身份类别")
	more("native", "籍贯", func(h *Holder) string { return h.NativePlace })
	more("birthplace", "出生地", func(h *Holder) string { return h.BirthPlace })
	more("work", "参加工作时间", func(h *Holder) string { return dotted(h.WorkStart) }, "参加工作年月", "工作时间", "参工时间")
	more("technical", "专业技术职务", func(h *Holder) string { return h.TechnicalPost }, "职称", "专业技术职称")
	more("specialty", "熟悉专业有何专长", func(h *Holder) string { return h.Specialty }, "特长", "专长")
	more("branch", "所在党支部", func(h *Holder) string { return h.PartyBranch }, "党支部", "所在党组织", "组织关系所在党支部")
	more("dual", "是否一肩挑", func(h *Holder) string { return ifServing(h, map[bool]string{true: "是", false: "否"}[h.Dual()]) }, "一肩挑", "是否书记主任一肩挑")
	return list
}()

func ifServing(h *Holder, text string) string {
	if !h.serving() {
		return ""
	}
	return text
}

func (h *Holder) sinceMonth() string { return ifServing(h, h.Since.Format("2006.01")) }

// dotted is a month as personnel tables write it.
func dotted(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.Format("2006.01")
}

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
	village, township, sex := w.row.Text("village"), w.row.Text("township"), w.row.Text("sex")
	for _, h := range list {
		if village != "" && !strings.Contains(village, strings.TrimSuffix(strings.TrimSuffix(h.VillageName, "村"), "社区")) ||
			township != "" && !strings.Contains(township, h.TownshipName) && !strings.Contains(h.TownshipName, township) ||
			sex != "" && sex != h.sexWord() {
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
			if text != "" && c.personal == nil && !same(c.Key, cell, text) {
				r.note(w, fmt.Sprintf("%s列原有“%s”,登记为“%s”,未改动", col.Title, cell.Text, text))
			}
		case text == "" && c.personal == nil:
			r.note(w, "没有登记"+col.Title)
		case text != "":
			r.Entries = append(r.Entries, xlsx.Entry{Row: w.row.Number, Col: col.Col, Text: text})
		}
	}
	return nil
}

func (r *fillResult) note(w wanted, text string) {
	r.Findings = append(r.Findings, finding{w.row.Number, w.name, text})
}

// same reports whether a cell says what the register says, in its own words.
func same(key string, cell xlsx.Cell, text string) bool {
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
	case "education":
		code, err := codelist.Education().Parse(a)
		return err == nil && codelist.Education().Name(code) == b
	case "position":
		said, unknown := cadre.ParsePositions(a)
		ours, _ := cadre.ParsePositions(b)
		return len(unknown) == 0 && slices.Equal(said, ours)
	case "township", "village":
		return strings.Contains(a, b) || strings.Contains(b, a)
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
