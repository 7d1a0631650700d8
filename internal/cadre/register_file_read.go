package cadre

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"touyan/internal/platform/codelist"
	"touyan/internal/platform/fault"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/xlsx"
)

// entrySheet is a sheet of posts or entries of an upload, read and checked as far as it can be without the register.
type entrySheet struct {
	Name   string // of the tab
	Match  xlsx.Match
	Report *xlsx.Report
	Lines  []entryLine
	book   bookSheet // without sections for posts
	rows   map[int]xlsx.Row
}

// entryLine is one row: whose it is and what it says.
type entryLine struct {
	Row     int
	Who     string
	Number  string // the whole number, or
	Tail    string // its last four
	Section string
	Texts   []string // in the order of the section's fields, as a form writes them
	Has     []bool   // which of them the sheet has a column for
	Post    *postLine
}

// postLine is a row of 任职.
type postLine struct {
	Township string
	Unit     string
	Codes    []string
	Managed  string
	Paid     bool
	Since    time.Time
	Until    *time.Time // the last day
	exact    bool       // it says the day
	WayIn    string
	WayOut   string
	DocNo    string
	OutDocNo string
	Term     *int
	Contract *time.Time
	Note     string
}

// openEntries finds the sheets of posts and entries that a workbook has, with their tables.
func (u *upload) openEntries(book *xlsx.Book) (tables []*xlsx.Table, err error) {
	for _, name := range book.Sheets() {
		schema, sheet, known := schemaOf(name)
		if !known {
			continue
		}
		table, err := book.TableOn(name, schema, nil)
		if err != nil {
			return nil, xlsx.Fault(onSheet(name, err))
		}
		u.Entries = append(u.Entries, &entrySheet{Name: name, Match: table.Match, Report: table.Report(), book: sheet, rows: map[int]xlsx.Row{}})
		tables = append(tables, table)
	}
	return tables, nil
}

// readRows reads the rows of a sheet whose header is right.
func (e *entrySheet) readRows(table *xlsx.Table, today time.Time) error {
	if table.Match.Err() != nil {
		return nil
	}
	for row, err := range table.Rows() {
		if err != nil {
			return onSheet(e.Name, err)
		}
		e.rows[row.Number] = row
		e.Lines = append(e.Lines, e.read(row, today))
	}
	return nil
}

// onSheet names the sheet in what is wrong with it.
func onSheet(name string, err error) error {
	if p := xlsx.ProblemOf(err); p != nil {
		return &xlsx.Problem{Sentence: "工作表「" + name + "」:" + p.Sentence, TooLarge: p.TooLarge, Cause: p.Cause}
	}
	return err
}

// schemaOf tells what a tab holds by its name.
func schemaOf(tab string) (xlsx.Schema, bookSheet, bool) {
	tab = strings.Join(strings.Fields(tab), "")
	if tab == postSheet || tab == "任职情况" {
		return postings, bookSheet{}, true
	}
	for _, b := range bookSheets {
		if tab == b.Name || slices.Contains(b.Synonyms, tab) {
			return b.schema(), b, true
		}
	}
	return xlsx.Schema{}, bookSheet{}, false
}

func (e *entrySheet) posts() bool { return len(e.book.Sections) == 0 }

func (e *entrySheet) read(row xlsx.Row, today time.Time) entryLine {
	l := entryLine{Row: row.Number, Who: TidyName(row.Text("who"))}
	bad := func(key, format string, args ...any) { e.Report.Cell(row, key, format, args...) }
	for _, c := range e.Match.Columns {
		cell := row.Cell(c.Key)
		if trouble := cell.Trouble(); trouble != "" && c.Key != "who_id" {
			bad(c.Key, "%s", trouble)
		}
	}
	if l.Who == "" {
		bad("who", "没有填写姓名")
	}
	l.Number, l.Tail = numberOf(row, "who_id", "who_tail", today, bad)
	if e.posts() {
		l.Post = readPost(row, today, bad)
		return l
	}
	if l.Section = e.sectionOf(row, bad); l.Section != "" {
		e.readFields(row, &l, today, bad)
	}
	return l
}

var lastFour = regexp.MustCompile(`^\d{3}[\dX]$`)

// numberOf reads the number of a person, or the last four of it where the sheet has no more.
func numberOf(row xlsx.Row, idKey, tailKey string, today time.Time, bad func(string, string, ...any)) (number, tail string) {
	if c := row.Cell(idKey); !c.Blank() {
		card, err := cardOf(c, today)
		if err != nil {
			bad(idKey, "%s", fault.Of(err).Sentence)
		}
		return card.Number, ""
	}
	c := row.Cell(tailKey)
	if c.Blank() {
		bad("", "请填写身份证号,或身份证末四位")
		return "", ""
	}
	tail = strings.ToUpper(c.Text)
	if c.Kind == xlsx.Number && len(tail) < 4 { // a spreadsheet drops the zeros of 0019
		tail = strings.Repeat("0", 4-len(tail)) + tail
	}
	if !lastFour.MatchString(tail) {
		bad(tailKey, "身份证末四位应为4位数字,最后一位可以是X")
		return "", ""
	}
	return "", tail
}

// cardOf reads a number, and says what a spreadsheet program did to it.
func cardOf(c xlsx.Cell, today time.Time) (idcard.Card, error) {
	if c.Scientific || c.PrecisionLost {
		return idcard.Card{}, fault.Invalid("该身份证号已被表格软件改成科学计数法,末几位丢失,请按文本重填")
	}
	return idcard.Parse(c.Text, today)
}

// sectionOf tells which of its sections a row of the sheet belongs to.
func (e *entrySheet) sectionOf(row xlsx.Row, bad func(string, string, ...any)) string {
	if len(e.book.Sections) == 1 {
		return e.book.Sections[0]
	}
	switch text := row.Text(kindColumn); {
	case strings.Contains(text, "表彰"), strings.Contains(text, "奖"):
		return e.book.Sections[0]
	case strings.Contains(text, "处"):
		return e.book.Sections[1]
	case text == "":
		bad(kindColumn, "请填写表彰奖励或处分处理")
	default:
		bad(kindColumn, "应为表彰奖励或处分处理")
	}
	return ""
}

// readFields brings a row to the form in which a page would send it, and lets the section's own rules check it.
func (e *entrySheet) readFields(row xlsx.Row, l *entryLine, today time.Time, bad func(string, string, ...any)) {
	s, _ := sectionOf(l.Section)
	typed, columns, unread := map[string]string{}, map[string]string{}, map[string]bool{}
	for _, c := range e.book.Columns {
		name := e.book.field(s.Key, c.Key)
		if name == "" {
			continue
		}
		columns[name] = c.Key
	}
	l.Texts, l.Has = make([]string, len(s.Fields)), make([]bool, len(s.Fields))
	for i, f := range s.Fields {
		l.Has[i] = row.Has(columns[f.Name])
		text, err := f.fromCell(row.Cell(columns[f.Name]))
		if err != nil {
			bad(columns[f.Name], "%s", fault.Of(err).Sentence)
			unread[f.Name] = true
		}
		if text == "" {
			text = f.Default
		}
		typed[f.Name], l.Texts[i] = text, text
	}
	// Who has the highest education of all passes here; resolve compares with the file.
	_, problems := s.checked(Person{Education: "11"}, today, typed)
	for _, p := range problems {
		if !unread[p.Field] {
			bad(columns[p.Field], "%s", p.Sentence)
		}
	}
}

// fromCell reads a cell as the field's form writes it.
func (f entryField) fromCell(c xlsx.Cell) (string, error) {
	text := strings.TrimSpace(c.Text)
	if text == "" {
		return "", nil
	}
	switch f.Kind {
	case "code":
		code := f.codeOf(text)
		if code == "" {
			return "", fault.Invalid("%s无法识别,请从下拉列表中选择", f.Label)
		}
		return code, nil
	case "year":
		return strings.TrimSuffix(strings.TrimSuffix(text, "度"), "年"), nil
	case "month", "date":
		if text == "至今" && !f.Required {
			return "", nil
		}
		d, err := xlsx.ParseDate(c)
		if err != nil {
			return "", fault.Invalid("%s", err)
		}
		if d.Precision == xlsx.ToYear {
			return "", fault.Invalid("%s请写到月", f.Label)
		}
		if f.Kind == "month" {
			return d.First().Format("2006-01"), nil
		}
		return d.First().Format(time.DateOnly), nil
	}
	if f.Name == "name" {
		return TidyName(text), nil
	}
	return text, nil
}

// levelWords are how people write the levels beside their names in the list.
var levelWords = map[string]string{"乡": "township", "镇": "township", "乡镇": "township", "街道": "township", "县": "district", "区": "district", "县区": "district",
	"地市": "city", "市州": "city", "省部": "province", "全国": "nation", "中央": "nation"}

// codeOf finds a code by its name in the list, by the code itself, or by what people write for it.
func (f entryField) codeOf(text string) string {
	switch {
	case f.Label == "学历":
		code, _ := codelist.Education().Parse(text) // "" is said by the caller
		return code
	case f.Name == "relation":
		code, _ := codelist.Relation().Parse(text)
		return code
	}
	found := ""
	for _, w := range f.Words {
		short, _, _ := strings.Cut(w.Title, "(")
		if text == w.Title || text == w.Code || text == short {
			return w.Code
		}
		if len([]rune(text)) > 1 && strings.HasPrefix(w.Title, text) {
			if found != "" {
				return "" // it may mean either
			}
			found = w.Code
		}
	}
	if found == "" && f.Name == "level" {
		if level := strings.TrimSuffix(text, "级"); level != text {
			return f.codeOf(level)
		}
		return levelWords[text]
	}
	return found
}
