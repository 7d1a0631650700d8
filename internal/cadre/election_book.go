package cadre

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/codelist"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/xlsx"
)

// bookSchema is a township's term change as one sheet: a row per post of the old team, and rows for newcomers below. The row
// code brings a row back to its post, wherever it was moved.
func bookSchema() xlsx.Schema {
	titles := func(list []Word) (out []string) {
		for _, w := range list {
			out = append(out, w.Title)
		}
		return out
	}
	var posts []string
	for _, p := range positions {
		if has(Bodies, p.Body) {
			posts = append(posts, p.Village)
		}
	}
	return xlsx.Schema{Columns: []xlsx.Column{
		{Key: "code", Title: "行码", Hidden: true, Text: true},
		{Key: "village", Title: "村(社区)", Synonyms: []string{"村", "村名", "所在村"}, Required: true},
		{Key: "name", Title: "姓名", Required: true},
		{Key: "from", Title: "现任职务", Width: 22, Note: "新任人员不填"},
		{Key: "decision", Title: "去向", Synonyms: []string{"处理", "任免情况"}, Required: true, Options: titles(Decisions), Note: "连任、届满离任、转任;新任人员另起一行填新任"},
		{Key: "to", Title: "转任或新任职务", Synonyms: []string{"新职务", "拟任职务"}, Width: 22, Options: posts},
		{Key: "on", Title: "换届日期", Note: "该班子的换届日期,同一村同一班子应相同"},
		{Key: "doc", Title: "文号", Width: 22, Note: "同一村应相同"},
		{Key: "terms", Title: "管理和报酬", Width: 24, Options: titles(electionTerms), Note: "转任、新任的填写"},
		{Key: "number", Title: "身份证号", Text: true, Width: 22, Note: "新任人员:花名册中没有的或重名的填写"},
		{Key: "education", Title: "学历", Note: "没有档案的新任人员填写"},
		{Key: "political", Title: "政治面貌", Note: "没有档案的新任人员填写"},
	}, Ignore: []string{"任职自"}}
}

// bookRows gives the rows of a township as they stand.
func bookRows(r Round, ballots []ballot) (rows [][]any) {
	for _, b := range ballots {
		f := formOf(r, b)
		for _, c := range b.Rows {
			post, code := c.FromPosition, ""
			if c.AppointmentID != nil {
				code = "P" + strconv.FormatInt(*c.AppointmentID, 10)
			} else {
				post, code = c.ToPosition, "N"+strconv.FormatInt(c.ID, 10)
			}
			terms := ""
			if c.Decision == Shift || c.Decision == Enter {
				terms = wordOf(electionTerms, c.Terms)
			}
			education, political := "", ""
			if c.PersonID == nil {
				education, political = codeName("education", c.Education), codeName("political", c.Political)
			}
			rows = append(rows, []any{code, b.Village.Name, c.PersonName, b.title(c.FromPosition), wordOf(Decisions, c.Decision), b.title(c.ToPosition),
				f.Dates[bodyOf(post)], f.Doc, terms, "", education, political})
		}
	}
	return rows
}

// bookVillage is a village of an upload: what its rows say, laid over what stands, and which row said what.
type bookVillage struct {
	ballot  ballot
	form    villageForm
	draft   Draft
	choices []Choice
	at      map[string]xlsx.Row // by field of the form
	columns map[string]string   // likewise: the column
}

// book is an upload, read.
type book struct {
	Match    xlsx.Match
	Report   *xlsx.Report
	Villages []*bookVillage
	Lines    int
}

// readBook reads an upload against the ballots of its township; everything that is wrong with it stands in the report.
func (st Store) readBook(ctx context.Context, tx *access.Tx, r Round, ballots []ballot, content []byte) (*book, error) {
	file, err := xlsx.OpenBytes(content, xlsx.Limits{})
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	table, err := file.Table(bookSchema(), nil)
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	bk := &book{Match: table.Match, Report: table.Report()}
	if table.Match.Err() != nil {
		return bk, nil
	}
	for row, err := range table.Rows() {
		if err != nil {
			return nil, xlsx.Fault(err)
		}
		if strings.TrimSpace(row.Text("name")+row.Text("decision")+row.Text("number")) == "" {
			continue // a row prepared for a newcomer who never came
		}
		bk.Lines++
		bk.line(r, ballots, row)
	}
	for _, v := range bk.Villages {
		rd := &reading{tx: tx, store: st, round: r, ballot: v.ballot}
		if v.draft, v.choices, err = rd.read(ctx, v.form); err != nil {
			return nil, err
		}
		for _, p := range rd.problems {
			if row, ok := v.at[p.Field]; ok {
				bk.Report.Cell(row, v.columns[p.Field], "%s", p.Sentence)
			} else {
				bk.Report.Row(v.at["first"], "%s:%s", v.ballot.Village.Name, p.Sentence)
			}
		}
	}
	return bk, nil
}

// village finds the village of a row, which begins with what stands; its newcomers are those of the file alone.
func (bk *book) village(r Round, ballots []ballot, row xlsx.Row) *bookVillage {
	name := bare(row.Text("village"))
	for _, v := range bk.Villages {
		if v.ballot.Village.Name == row.Text("village") || bare(v.ballot.Village.Name) == name {
			return v
		}
	}
	var found []ballot
	for _, b := range ballots {
		if b.Village.Name == row.Text("village") {
			found = []ballot{b}
			break
		}
		if bare(b.Village.Name) == name {
			found = append(found, b)
		}
	}
	switch {
	case len(found) == 0:
		bk.Report.Cell(row, "village", "本乡镇(街道)没有这个村(社区)")
		return nil
	case len(found) > 1:
		bk.Report.Cell(row, "village", "有%d个名称相近的村(社区),请写全称", len(found))
		return nil
	case found[0].applied():
		bk.Report.Cell(row, "village", "本村的换届任免已经应用")
		return nil
	}
	v := &bookVillage{ballot: found[0], form: formOf(r, found[0]), at: map[string]xlsx.Row{"first": row}, columns: map[string]string{}}
	v.form.New = nil
	bk.Villages = append(bk.Villages, v)
	return v
}

// line reads one row into its village's form.
func (bk *book) line(r Round, ballots []ballot, row xlsx.Row) {
	v := bk.village(r, ballots, row)
	if v == nil {
		return
	}
	for _, key := range []string{"number", "on"} {
		if c := row.Cell(key); c.Scientific || c.PrecisionLost {
			bk.Report.Cell(row, key, "该身份证号已被表格软件改成科学计数法,末几位丢失,请按文本重填")
			return
		}
	}
	decision := code(Decisions, row.Text("decision"))
	if decision == "" && row.Text("decision") != "" {
		bk.Report.Cell(row, "decision", "去向应为连任、届满离任、转任或新任")
		return
	}
	to, ok := electedPost(row.Text("to"))
	if !ok {
		bk.Report.Cell(row, "to", "不认识的职务“%s”", row.Text("to"))
		return
	}
	terms := code(electionTerms, row.Text("terms"))
	if terms == "" && row.Text("terms") != "" {
		bk.Report.Cell(row, "terms", "管理和报酬请从下拉列表中选择")
	}
	if decision == Enter || strings.HasPrefix(row.Text("code"), "N") {
		bk.newcomer(v, row, to, terms)
		bk.date(v, row, to)
		return
	}
	s, problem := v.seatOf(row)
	if problem != "" {
		bk.Report.Cell(row, "name", "%s", problem)
		return
	}
	key := strconv.FormatInt(s.ID, 10)
	if was, twice := v.at["d."+key]; twice {
		bk.Report.Row(row, "与第%d行是同一个职务", was.Number)
		return
	}
	for field, column := range map[string]string{"d.": "decision", "to.": "to", "terms.": "terms"} {
		v.at[field+key], v.columns[field+key] = row, column
	}
	v.form.Seats[s.ID] = seatForm{decision, to, terms}
	bk.date(v, row, s.Position)
}

// seatOf finds the post of a row by its code, which must agree with the name, or by name and post where the code is lost.
func (v *bookVillage) seatOf(row xlsx.Row) (seat, string) {
	name := TidyName(row.Text("name"))
	if rest, ok := strings.CutPrefix(row.Text("code"), "P"); ok {
		id, _ := strconv.ParseInt(rest, 10, 64) // no number is no post
		s, ok := v.ballot.seat(id)
		switch {
		case !ok:
			return s, "该职务已不在原班子中,或不是本村的职务,请重新下载表格"
		case s.PersonName != name:
			return s, "行码与姓名不一致(行码是" + s.PersonName + "的),请不要改动原班子的姓名和行的对应"
		}
		return s, ""
	}
	var found []seat
	for _, s := range v.ballot.Seats {
		if s.PersonName == name && (row.Text("from") == "" || v.ballot.title(s.Position) == row.Text("from")) {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return seat{}, "原班子中没有找到此人的这一职务;新任人员的去向请填新任"
	}
	return found[0], ""
}

func (bk *book) newcomer(v *bookVillage, row xlsx.Row, to, terms string) {
	n := newForm{Name: TidyName(row.Text("name")), Number: row.Text("number"), Post: to, Terms: terms}
	if rest, ok := strings.CutPrefix(row.Text("code"), "N"); ok {
		id, _ := strconv.ParseInt(rest, 10, 64)
		if slices.ContainsFunc(v.ballot.Rows, func(c Choice) bool { return c.AppointmentID == nil && c.ID == id }) {
			n.Row = id // a line that was saved anew since has another key: he is looked up as typed
		}
	}
	for key, list := range map[string]*codelist.List{"education": codelist.Education(), "political": codelist.Political()} {
		if row.Text(key) == "" {
			continue
		}
		parsed, err := list.Parse(row.Text(key))
		if err != nil {
			bk.Report.Cell(row, key, "%s", fault.Of(err).Sentence)
			return
		}
		if key == "education" {
			n.Education = parsed
		} else {
			n.Status = parsed
		}
	}
	if len(v.form.New) == maxNewcomers {
		bk.Report.Row(row, "一个村的新任人员最多%d人", maxNewcomers)
		return
	}
	at := "n." + strconv.Itoa(len(v.form.New)) + "."
	for field, column := range map[string]string{"name": "name", "number": "number", "post": "to", "terms": "terms", "education": "education", "political": "political"} {
		v.at[at+field], v.columns[at+field] = row, column
	}
	v.form.New = append(v.form.New, n)
}

// date reads the day and the document of a row: the rows of one village agree on them.
func (bk *book) date(v *bookVillage, row xlsx.Row, post string) {
	body := bodyOf(post)
	if c := row.Cell("on"); !c.Blank() && body != "" {
		d, err := xlsx.ParseDate(c)
		if err != nil || d.Precision != xlsx.ToDay {
			bk.Report.Cell(row, "on", "换届日期应写成 2026-10-31 的形式,且是存在的日期")
		} else {
			text := d.First().Format(time.DateOnly)
			was, seen := v.at["on."+body]
			if seen && v.form.Dates[body] != text {
				bk.Report.Cell(row, "on", "与第%d行的换届日期不同,同一村同一班子应相同", was.Number)
			} else if !seen {
				v.at["on."+body], v.columns["on."+body], v.form.Dates[body] = row, "on", text
			}
		}
	}
	if doc := row.Text("doc"); doc != "" {
		if was, seen := v.at["doc"]; seen && v.form.Doc != doc {
			bk.Report.Cell(row, "doc", "与第%d行的文号不同,同一村应相同", was.Number)
		} else if !seen {
			v.at["doc"], v.columns["doc"], v.form.Doc = row, "doc", doc
		}
	}
}

// code gives the code of a word as people write it, empty if there is none.
func code(list []Word, text string) string {
	for _, w := range list {
		if w.Title == text {
			return w.Code
		}
	}
	return ""
}

// electedPost reads a post of the bodies by its title in a village or a community, or as rosters write it.
func electedPost(text string) (string, bool) {
	if text == "" {
		return "", true
	}
	for _, p := range positions {
		if has(Bodies, p.Body) && (p.Village == text || p.Community == text) {
			return p.Code, true
		}
	}
	codes, unknown := ParsePositions(text)
	if len(codes) == 1 && len(unknown) == 0 && bodyOf(codes[0]) != "" {
		return codes[0], true
	}
	return "", false
}
