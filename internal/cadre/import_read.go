package cadre

import (
	"fmt"
	"strings"
	"time"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/contact"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/xlsx"
)

// roster is the 花名册 as townships keep it: the titles that we write, and those that we find.
var roster = xlsx.Schema{
	Columns: append([]xlsx.Column{
		{Key: "township", Title: "乡镇(街道)", Synonyms: []string{"乡镇", "所在乡镇", "街道"}},
		{Key: "village", Title: "村(社区)", Synonyms: []string{"村", "所在村", "村名", "所在村(社区)", "单位"}, Required: true},
		{Key: "name", Title: "姓名", Required: true},
		{Key: "former", Title: "曾用名"},
		{Key: "id", Title: "身份证号", Synonyms: []string{"公民身份号码", "身份证号码", "身份证"}, Required: true, Text: true, Width: 22},
		{Key: "sex", Title: "性别", Options: []string{"男", "女"}},
		{Key: "birth", Title: "出生日期", Synonyms: []string{"出生年月", "出生时间"}},
		{Key: "ethnic", Title: "民族"},
		{Key: "political", Title: "政治面貌"},
		{Key: "joined", Title: "入党时间", Synonyms: []string{"入党年月", "入党日期"}},
		{Key: "education", Title: "最高学历", Synonyms: []string{"学历", "文化程度", "全日制教育/学历"}},
		{Key: "position", Title: "职务", Synonyms: []string{"现任职务", "所任职务", "任职情况"}, Required: true, Width: 26},
		{Key: "since", Title: "任职时间", Synonyms: []string{"任现职时间", "任职起始时间", "到任时间"}, Required: true},
		{Key: "way", Title: "任职方式", Options: []string{"换届选举", "补选", "上级任命或委派", "公开选聘", "选派"}},
		{Key: "management", Title: "管理类型", Options: []string{"普通", "专业化管理", "大学生村官", "一村一名大学生"}},
		{Key: "paid", Title: "是否领取报酬", Synonyms: []string{"是否享受报酬", "领取报酬"}, Options: []string{"是", "否"}},
		{Key: "phone", Title: "联系电话", Synonyms: []string{"手机号", "手机", "电话", "手机号码"}, Text: true, Width: 14},
		{Key: "note", Title: "备注"},
	}, detailColumns...),
	Ignore: []string{"年龄", "党龄", "任职年限"},
}

// line is one row of an upload, read and checked as far as it can be without the register.
type line struct {
	Row       int
	Township  string
	Village   string
	Name      string
	Former    string
	ID        idcard.Card
	Ethnic    string
	Political string
	Joined    *time.Time
	Education string
	Positions []string
	Since     time.Time
	WayIn     string
	Managed   string
	Paid      bool
	Phone     string
	Note      string
	has       map[string]bool // which optional columns the row fills: an empty cell never erases what the register knows
}

// upload is a whole file, read.
type upload struct {
	Match    xlsx.Match
	Lines    []line
	Report   *xlsx.Report
	Warnings []xlsx.Finding
	Skipped  int
	rows     map[int]xlsx.Row
}

// readUpload reads a file row by row and says everything that is wrong with it at once.
func readUpload(file []byte, remembered map[string]string, today time.Time) (*upload, error) {
	book, err := xlsx.OpenBytes(file, xlsx.Limits{})
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	table, err := book.Table(roster, remembered)
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	u := &upload{Match: table.Match, Report: table.Report(), rows: map[int]xlsx.Row{}}
	if table.Match.Err() != nil {
		return u, nil
	}
	seen := map[string]int{}
	for row, err := range table.Rows() {
		if err != nil {
			return nil, xlsx.Fault(err)
		}
		u.rows[row.Number] = row
		l := u.read(row, today)
		if l.ID.Number != "" {
			if first, twice := seen[l.ID.Number]; twice {
				u.Report.Cell(row, "id", "与第%d行的身份证号相同", first)
			} else {
				seen[l.ID.Number] = row.Number
			}
		}
		u.Lines = append(u.Lines, l)
	}
	u.Skipped = len(table.Skipped())
	return u, nil
}

func (u *upload) read(row xlsx.Row, today time.Time) line {
	l := line{Row: row.Number, Township: row.Text("township"), Village: row.Text("village"), Name: TidyName(row.Text("name")),
		Former: TidyName(row.Text("former")), Note: row.Text("note"), Managed: "ordinary", has: map[string]bool{}}
	bad := func(key, format string, args ...any) { u.Report.Cell(row, key, format, args...) }
	for _, c := range roster.Columns {
		cell := row.Cell(c.Key)
		l.has[c.Key] = row.Has(c.Key) && !cell.Blank()
		if trouble := cell.Trouble(); trouble != "" && !(c.Key == "id" && (cell.Scientific || cell.PrecisionLost)) {
			bad(c.Key, "%s", trouble)
		}
		if c.Required && cell.Blank() {
			bad(c.Key, "没有填写%s", c.Title)
		}
	}
	if l.Name != "" {
		if err := CheckName(l.Name); err != nil {
			bad("name", "%s", fault.Of(err).Sentence)
		}
	}
	if l.Former != "" {
		if err := CheckName(l.Former); err != nil {
			bad("former", "%s", fault.Of(err).Sentence)
		}
	}
	u.readID(row, &l, today, bad)
	u.readLists(row, &l, bad)
	if l.has["joined"] {
		if d, err := xlsx.ParseDate(row.Cell("joined")); err != nil {
			bad("joined", "%s", err)
		} else {
			t := d.First()
			l.Joined = &t
			if !l.ID.Birth.IsZero() && t.Before(l.ID.Birth.AddDate(18, 0, -31)) {
				bad("joined", "入党时间早于年满18周岁")
			}
			if t.After(today) {
				bad("joined", "入党时间在今天之后")
			}
		}
	}
	if l.has["since"] {
		if d, err := xlsx.ParseDate(row.Cell("since")); err != nil {
			bad("since", "%s", err)
		} else if l.Since = d.First(); l.Since.After(today) {
			bad("since", "任职时间在今天之后")
		}
	}
	return l
}

func (u *upload) readID(row xlsx.Row, l *line, today time.Time, bad func(string, string, ...any)) {
	if !l.has["id"] {
		return
	}
	if c := row.Cell("id"); c.Scientific || c.PrecisionLost {
		bad("id", "该身份证号已被表格软件改成科学计数法,末几位丢失,请按文本重填")
		return
	}
	card, err := idcard.Parse(row.Text("id"), today)
	if err != nil {
		bad("id", "%s", fault.Of(err).Sentence)
		return
	}
	l.ID = card
	if w := card.Warning(); w != "" {
		u.Warnings = append(u.Warnings, xlsx.Finding{Row: row.Number, Column: "身份证号", Ref: row.Cell("id").Ref(), Message: w})
	}
	if l.has["sex"] {
		if sex, err := codelist.Sex().Parse(row.Text("sex")); err != nil {
			bad("sex", "%s", fault.Of(err).Sentence)
		} else if sex != string(card.Sex) {
			bad("sex", "性别与身份证号不一致")
		}
	}
	if l.has["birth"] {
		d, err := xlsx.ParseDate(row.Cell("birth"))
		if err != nil {
			bad("birth", "%s", err)
		} else if b := card.Birth; d.Year != b.Year() || d.Month != 0 && d.Month != int(b.Month()) || d.Day != 0 && d.Day != b.Day() {
			bad("birth", "出生日期与身份证号不一致(身份证号为%s)", b.Format("2006-01"))
		}
	}
}

func (u *upload) readLists(row xlsx.Row, l *line, bad func(string, string, ...any)) {
	parse := func(key string, list *codelist.List, dst *string) {
		if !l.has[key] {
			return
		}
		code, err := list.Parse(row.Text(key))
		if err != nil {
			bad(key, "%s", fault.Of(err).Sentence)
			return
		}
		*dst = code
	}
	parse("ethnic", codelist.Ethnic(), &l.Ethnic)
	parse("political", codelist.Political(), &l.Political)
	parse("education", codelist.Education(), &l.Education)
	if l.has["position"] {
		codes, unknown := ParsePositions(row.Text("position"))
		if len(unknown) > 0 {
			bad("position", "不认识的职务:%s", strings.Join(unknown, "、"))
		}
		l.Positions = codes
	}
	if l.has["phone"] {
		phone, err := contact.ParsePhone(row.Text("phone"))
		if err != nil {
			bad("phone", "%s", fault.Of(err).Sentence)
		}
		l.Phone = phone
	}
	if m := row.Text("management"); m != "" {
		if l.Managed = ManagementOf(m); l.Managed == "" {
			bad("management", "管理类型应为普通、专业化管理、大学生村官或一村一名大学生")
		}
	}
	switch row.Text("paid") {
	case "是", "√", "有":
		l.Paid = true
	case "否", "×", "无":
	case "":
		l.Paid = true // a 花名册 lists those who are paid, unless it says otherwise
	default:
		bad("paid", "是否领取报酬应填是或否")
	}
	l.WayIn = WayInOf(row.Text("way"))
	if l.WayIn == "" {
		bad("way", "不认识的任职方式“%s”", fmt.Sprint(row.Text("way")))
	}
}
