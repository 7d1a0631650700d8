package cadre

import (
	"slices"
	"strings"
	"sync"
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
	Tail      string // the last four, where a workbook of whole files says no more
	Born      xlsx.Date
	Details   Details
	has       map[string]bool // which optional columns the row fills: an empty cell never erases what the register knows
}

// upload is a whole file, read.
type upload struct {
	Match    xlsx.Match
	Lines    []line
	Report   *xlsx.Report
	Warnings []xlsx.Finding
	Skipped  int
	Whole    bool     // a workbook of whole files: posts stand on a sheet of their own
	Unread   []string // tabs of it under names that say nothing to us
	Entries  []*entrySheet
	schema   xlsx.Schema
	rows     map[int]xlsx.Row
}

// readUpload reads a file row by row and says everything that is wrong with it at once.
func readUpload(file []byte, remembered map[string]string, today time.Time) (*upload, error) {
	book, err := xlsx.OpenBytes(file, xlsx.Limits{})
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	u, table, err := openUpload(book, remembered)
	if err != nil {
		return nil, xlsx.Fault(err)
	}
	// The sheets know nothing of each other yet, so they are read side by side.
	var reading sync.WaitGroup
	var tables []*xlsx.Table
	if u.Whole {
		if tables, err = u.openEntries(book); err != nil {
			return nil, err
		}
	}
	failed := make([]error, len(u.Entries)+1)
	for i, e := range u.Entries {
		reading.Go(func() { failed[i+1] = e.readRows(tables[i], today) })
	}
	if table != nil && table.Match.Err() == nil {
		failed[0] = u.readPeople(table, today)
	}
	reading.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, xlsx.Fault(err)
		}
	}
	return u, nil
}

// readPeople reads the rows of people, or of a roster.
func (u *upload) readPeople(table *xlsx.Table, today time.Time) error {
	seen := map[string]int{}
	for row, err := range table.Rows() {
		if err != nil {
			return err
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
	return nil
}

// openUpload finds the sheet of people: 人员 in a workbook of whole files, which may lack it, and otherwise the sheet that
// looks most like a roster.
func openUpload(book *xlsx.Book, remembered map[string]string) (*upload, *xlsx.Table, error) {
	u := &upload{Report: &xlsx.Report{}, schema: roster, rows: map[int]xlsx.Row{}}
	peopleTab, posted := "", false
	for _, tab := range book.Sheets() {
		_, sheet, known := schemaOf(tab)
		u.Whole = u.Whole || known
		posted = posted || known && len(sheet.Sections) == 0
		switch name := strings.TrimSpace(tab); {
		case known:
		case peopleTab == "" && (name == peopleSheet || name == "花名册" || name == "基本信息"):
			peopleTab = tab
		case name != xlsx.OptionSheet:
			u.Unread = append(u.Unread, name)
		}
	}
	if !u.Whole && strings.TrimSpace(peopleTab) != peopleSheet {
		u.Unread = nil // of several rosters the reader says so itself
		table, err := book.Table(roster, remembered)
		if err != nil {
			return nil, nil, err
		}
		u.Match, u.Report = table.Match, table.Report()
		return u, table, nil
	}
	if peopleTab == "" {
		return u, nil, nil
	}
	// A sheet that says posts with their days is a roster, whatever its tab is called, unless 任职 says them.
	table, err := book.TableOn(peopleTab, roster, remembered)
	if err != nil {
		return nil, nil, onSheet(peopleTab, err)
	}
	if posted || !table.Match.Has("position") || !table.Match.Has("since") {
		u.schema, u.Whole = people, true
		if table, err = book.TableOn(peopleTab, people, remembered); err != nil {
			return nil, nil, onSheet(peopleTab, err)
		}
	}
	u.Match, u.Report = table.Match, table.Report()
	return u, table, nil
}

// headers lists what is wrong with the headers, of each sheet.
func (u *upload) headers() []string {
	list := u.Match.Sentences()
	for i := range list {
		if u.Whole {
			list[i] = "工作表「" + u.Match.Sheet + "」:" + list[i]
		}
	}
	for _, e := range u.Entries {
		for _, sentence := range e.Match.Sentences() {
			list = append(list, "工作表「"+e.Name+"」:"+sentence)
		}
	}
	return list
}

// reports are the findings of all sheets.
func (u *upload) reports() []*xlsx.Report {
	list := []*xlsx.Report{u.Report}
	for _, e := range u.Entries {
		list = append(list, e.Report)
	}
	return list
}

// ok holds if no sheet has anything wrong.
func (u *upload) ok() bool {
	for _, r := range u.reports() {
		if !r.OK() {
			return false
		}
	}
	return true
}

func (u *upload) read(row xlsx.Row, today time.Time) line {
	l := line{Row: row.Number, Township: row.Text("township"), Village: row.Text("village"), Name: TidyName(row.Text("name")),
		Former: TidyName(row.Text("former")), Note: row.Text("note"), has: map[string]bool{}}
	bad := func(key, format string, args ...any) { u.Report.Cell(row, key, format, args...) }
	for _, c := range u.schema.Columns {
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
	if !l.has["id"] && u.Whole {
		_, l.Tail = numberOf(row, "id", "tail", today, bad)
	}
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
	l.Since = sinceOf(row, today, bad)
	u.readDetails(row, &l, today, bad)
	return l
}

// readDetails reads what a file says beyond the register, by the rules of the page that asks for it.
func (u *upload) readDetails(row xlsx.Row, l *line, today time.Time, bad func(string, string, ...any)) {
	if !slices.ContainsFunc(detailColumns, func(c xlsx.Column) bool { return l.has[c.Key] }) {
		return
	}
	month := func(key string) string {
		if !l.has[key] {
			return ""
		}
		d, err := xlsx.ParseDate(row.Cell(key))
		if err != nil {
			bad(key, "%s", err)
			return ""
		}
		return d.First().Format("2006-01")
	}
	word := func(key string, words []Word) string {
		code := ""
		if l.has[key] {
			if code = (entryField{Words: words}).codeOf(row.Text(key)); code == "" {
				column, _ := roster.Column(key)
				bad(key, "%s应为%s", column.Title, strings.Join(titlesOf(words), "、"))
			}
		}
		return code
	}
	f := FileForm{NativePlace: row.Text("native_place"), BirthPlace: row.Text("birth_place"), PartyFull: month("party_full"), PartyBranch: row.Text("party_branch"),
		WorkStart: month("work_start"), Health: word("health", HealthWords), Marital: word("marital", MaritalWords), TechnicalPost: row.Text("technical_post"),
		Specialty: row.Text("specialty"), Certificates: row.Text("certificates"), SocialInsurance: word("social_insurance", InsuranceWords),
		Local: word("local", []Word{{"yes", "是"}, {"no", "否"}}), Address: row.Text("address"), Phone2: row.Text("phone2"), BankName: row.Text("bank_name"), BankCard: row.Text("bank_card")}
	for _, text := range strings.FieldsFunc(row.Text("origins"), func(r rune) bool { return strings.ContainsRune("、,,;; \n", r) }) {
		code := (entryField{Words: Origins}).codeOf(text)
		if code == "" {
			bad("origins", "不认识的来源身份“%s”", text)
			continue
		}
		f.Origins = append(f.Origins, code)
	}
	joined, born := l.Joined, &l.ID.Birth
	if joined == nil { // resolve compares with what the file says
		joined = &time.Time{}
	}
	if l.ID.Number == "" {
		born = nil
	}
	d, problems := f.check(today, born, joined)
	for _, p := range problems {
		bad(p.Field, "%s", p.Sentence)
	}
	if d.warning != "" {
		u.warn(row, "bank_card", d.warning)
	}
	l.Details = d
}

// warn notes what does not hinder an import.
func (u *upload) warn(row xlsx.Row, key, sentence string) {
	column, _ := u.schema.Column(key)
	u.Warnings = append(u.Warnings, xlsx.Finding{Row: row.Number, Column: column.Title, Ref: row.Cell(key).Ref(), Message: sentence})
}

func (u *upload) readID(row xlsx.Row, l *line, today time.Time, bad func(string, string, ...any)) {
	if !l.has["id"] {
		return
	}
	card, err := cardOf(row.Cell("id"), today)
	if err != nil {
		bad("id", "%s", fault.Of(err).Sentence)
		return
	}
	l.ID = card
	if w := card.Warning(); w != "" {
		u.warn(row, "id", w)
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
		}
		l.Born = d // resolve compares with the file, or with the number of who is new
	}
}

// agrees tells whether a date, as precise as it was written, is this day.
func agrees(d xlsx.Date, day time.Time) bool {
	return d.Year == 0 || d.Year == day.Year() && (d.Month == 0 || d.Month == int(day.Month())) && (d.Day == 0 || d.Day == day.Day())
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
	if l.has["phone"] {
		phone, err := contact.ParsePhone(row.Text("phone"))
		if err != nil {
			bad("phone", "%s", fault.Of(err).Sentence)
		}
		l.Phone = phone
	}
	l.Positions, l.Managed, l.Paid, l.WayIn = postWords(row, bad)
}
