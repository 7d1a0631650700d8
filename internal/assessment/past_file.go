package assessment

import (
	"strings"

	"touyan/internal/org"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/money"
	"touyan/internal/platform/points"
	"touyan/internal/platform/xlsx"
)

// pastMonth is the table of a month that was assessed before the district had this program.
var pastMonth = xlsx.Schema{Columns: []xlsx.Column{
	{Key: "township", Title: "乡镇(街道)", Synonyms: []string{"乡镇", "街道", "所在乡镇"}, Required: true, Width: 16},
	{Key: "village", Title: "村(社区)", Synonyms: []string{"村", "社区", "村名", "所在村"}, Required: true, Width: 16},
	{Key: "name", Title: "姓名", Required: true, Width: 12},
	{Key: "tail", Title: "身份证后四位", Synonyms: []string{"身份证号后四位", "证件后四位"}, Text: true, Width: 14},
	{Key: "id", Title: "身份证号", Synonyms: []string{"公民身份号码", "身份证号码"}, Text: true, Width: 22},
	{Key: "post", Title: "职务", Width: 20},
	{Key: "total", Title: "得分", Synonyms: []string{"总分", "考评得分", "最终得分"}, Required: true, Width: 10},
	{Key: "grade", Title: "等次", Synonyms: []string{"考评等次"}, Width: 12, Options: []string{"优秀", "称职", "基本称职", "不称职", "不定等次"}},
	{Key: "amount", Title: "金额", Synonyms: []string{"绩效金额", "绩效报酬", "绩效"}, Width: 12},
}, Ignore: []string{"序号", "备注"}}

// gradeNotGiven is said of a row whose file names no grade.
const gradeNotGiven = "导入时未填等次"

// pastLine is one cadre's result of a past month as a file gives it, then as the register knows him.
type pastLine struct {
	row      xlsx.Row
	Name     string
	Tail, ID string
	Post     string
	Total    points.Points
	Grade    Grade
	NoGrade  string
	Amount   *money.Fen
	Township org.Township
	Village  org.Village
	Person   pastPerson
	Roster   *RosterRow // what the register says about his post then, if it does
}

type pastFile struct {
	Match  xlsx.Match
	Report *xlsx.Report
	Lines  []pastLine
}

func (f *pastFile) ok() bool { return f.Match.Err() == nil && f.Report.OK() && len(f.Lines) > 0 }

// units finds townships and villages by name.
type units struct {
	towns    []org.Township
	villages []org.Village
}

// readPast reads the file and everything that can be said without the register.
func readPast(data []byte, s Scheme, u units) (*pastFile, error) {
	book, err := xlsx.OpenBytes(data, xlsx.Limits{})
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	table, err := book.Table(pastMonth, nil)
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	f := &pastFile{Match: table.Match, Report: table.Report()}
	if table.Match.Err() != nil {
		return f, nil
	}
	if !table.Match.Has("tail") && !table.Match.Has("id") {
		return nil, fault.Invalid("表格应有“身份证后四位”或“身份证号”一列,同名的人才能分清")
	}
	for row, err := range table.Rows() {
		if err != nil {
			return nil, xlsx.Fault(err)
		}
		f.Lines = append(f.Lines, f.read(row, s, u))
	}
	if len(f.Lines) == 0 {
		return nil, fault.Invalid("表格中没有读到一行数据")
	}
	return f, nil
}

func (f *pastFile) read(row xlsx.Row, s Scheme, u units) pastLine {
	l := pastLine{row: row, Name: squeeze(row.Text("name")), Post: row.Text("post"), ID: strings.ToUpper(squeeze(row.Text("id"))),
		Tail: strings.ToUpper(squeeze(row.Text("tail")))}
	for _, m := range f.Match.Columns {
		if trouble := row.Cell(m.Key).Trouble(); trouble != "" {
			f.Report.Cell(row, m.Key, "%s", trouble)
		}
	}
	if l.Name == "" {
		f.Report.Cell(row, "name", "没有填写姓名")
	}
	f.locate(&l, u)
	switch c := row.Cell("id"); {
	case c.Scientific || c.PrecisionLost:
		f.Report.Cell(row, "id", "该身份证号已被表格软件改成科学计数法,末几位丢失,请按文本重填")
	case l.ID == "" && l.Tail == "":
		f.Report.Row(row, "身份证后四位与身份证号至少填一项")
	case l.ID == "" && len(l.Tail) != 4:
		f.Report.Cell(row, "tail", "身份证后四位应为4位,以0开头的请按文本填写")
	}
	f.result(&l, s)
	return l
}

// locate finds township and village, by name with or without its ending.
func (f *pastFile) locate(l *pastLine, u units) {
	town, village := squeeze(l.row.Text("township")), l.row.Text("village")
	for _, t := range u.towns {
		if t.Name == town || strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(t.Name, "街道"), "镇"), "乡") == town {
			l.Township = t
		}
	}
	if l.Township.ID == 0 {
		f.Report.Cell(l.row, "township", "没有找到这个乡镇(街道)")
		return
	}
	for _, v := range u.villages {
		if v.TownshipID == l.Township.ID && sameVillage(v.Name, village) {
			l.Village = v
		}
	}
	if l.Village.ID == 0 {
		f.Report.Cell(l.row, "village", "%s没有这个村(社区)", l.Township.Name)
	}
}

func (f *pastFile) result(l *pastLine, s Scheme) {
	switch score, err := points.Parse(l.row.Text("total")); {
	case l.row.Cell("total").Blank():
		f.Report.Cell(l.row, "total", "没有填写得分")
	case err != nil:
		f.Report.Cell(l.row, "total", "%s", fault.Of(err).Sentence)
	case score < 0 || score > s.TotalCap:
		f.Report.Cell(l.row, "total", "得分应在0到%s之间", s.TotalCap)
	default:
		l.Total = score
	}
	switch grade := squeeze(l.row.Text("grade")); grade {
	case "":
		l.NoGrade = gradeNotGiven
	case GradeNone.Title():
		l.NoGrade = "导入为不定等次"
	default:
		for _, g := range []Grade{GradeExcellent, GradeCompetent, GradeBasicallyCompetent, GradeIncompetent} {
			if g.Title() == grade {
				l.Grade = g
			}
		}
		if l.Grade == GradeNone {
			f.Report.Cell(l.row, "grade", "等次应为优秀、称职、基本称职、不称职或不定等次")
		}
	}
	if text := l.row.Text("amount"); text != "" {
		amount, err := money.Parse(text)
		if err != nil {
			f.Report.Cell(l.row, "amount", "%s", fault.Of(err).Sentence)
		} else if amount < 0 {
			f.Report.Cell(l.row, "amount", "金额不能为负数")
		}
		l.Amount = &amount
	}
}

// identify gives every line its person of the register. Whoever is not there, or is there twice, is an error of his row.
func (f *pastFile) identify(people []pastPerson, index func(id, tail string) ([]byte, []byte), roster []RosterRow) {
	posts := make(map[int64]*RosterRow, len(roster))
	for i := range roster {
		posts[roster[i].PersonID] = &roster[i]
	}
	byName := map[string][]pastPerson{}
	for _, p := range people {
		byName[p.Name] = append(byName[p.Name], p)
	}
	seen := map[int64]int{}
	for i := range f.Lines {
		l := &f.Lines[i]
		whole, tail := index(l.ID, l.Tail)
		var found []pastPerson
		for _, p := range byName[l.Name] {
			if l.ID != "" && string(p.IDIndex) == string(whole) || l.ID == "" && string(p.TailIndex) == string(tail) {
				found = append(found, p)
			}
		}
		switch {
		case l.Name == "" || l.ID == "" && len(l.Tail) != 4:
		case len(found) == 0:
			f.Report.Cell(l.row, "name", "花名册中没有这个人:姓名与身份证号对不上")
		case len(found) > 1:
			f.Report.Cell(l.row, "name", "花名册中有%d人同名且后四位相同,请填写完整的身份证号", len(found))
		case seen[found[0].ID] != 0:
			f.Report.Cell(l.row, "name", "与第%d行是同一人", seen[found[0].ID])
		default:
			l.Person, l.Roster = found[0], posts[found[0].ID]
			seen[l.Person.ID] = l.row.Number
		}
	}
}

// post is the title, code and pay position under which a line is kept: the file's word, else the register's of the time.
func (l pastLine) post() (title, code, pay, scheme string, days int) {
	title = l.Post
	if r := l.Roster; r != nil {
		code, pay, scheme, days = r.PositionCode, string(r.PayPosition), r.PayScheme, r.Days
		if title == "" {
			title = r.PositionTitle
		}
	}
	return title, code, pay, scheme, days
}
