package cadre

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"touyan/internal/access"
	"touyan/internal/platform/idcard"
	"touyan/internal/platform/xlsx"
)

// bookForm is what the page before an export of whole files asks for.
type bookForm struct {
	Query   string   `form:"query" json:"query"`
	Sheets  []string `form:"sheet" json:"sheets"`   // beside 人员
	Columns []string `form:"column" json:"columns"` // of 人员, beside village and name
	Open    []string `form:"open" json:"open"`      // what is masked elsewhere
	Purpose string   `form:"purpose" json:"purpose"`
}

// openChoices are what leaves the register only where it is ticked, by whoever may see it.
var openChoices = []Word{{"id", "身份证号"}, {"phone", "联系电话"}, {"bank", "一卡通账号"}, {"address", "户籍地址"}, {"family", "家庭主要成员"}, {"sanctions", "处分处理"}}

func (f bookForm) opens(what string) bool { return slices.Contains(f.Open, what) }

// bookFile is a person as a chunk of the export holds him.
type bookFile struct {
	Person
	Details Details
	Open    opened
	Number  string
	Phone   string
}

// bookColumn is a column of 人员 with its value. Needs names the choice that opens it.
type bookColumn struct {
	xlsx.Column
	Needs string
	value func(f bookFile, on time.Time) any
}

// fixedColumns stand on every sheet 人员: by them a row is read and found again.
var fixedColumns = []string{"township", "village", "name"}

// bookColumns are the columns of 人员 in their order, with the titles that the import reads.
var bookColumns = func() []bookColumn {
	d := func(f func(d Details) string) func(bookFile, time.Time) any {
		return func(p bookFile, _ time.Time) any { return f(p.Details) }
	}
	values := []struct {
		key, needs string
		value      func(f bookFile, on time.Time) any
	}{
		{"township", "", func(f bookFile, _ time.Time) any { return f.TownshipName }},
		{"village", "", func(f bookFile, _ time.Time) any { return f.VillageName }},
		{"name", "", func(f bookFile, _ time.Time) any { return f.Name }},
		{"tail", "tail", func(f bookFile, _ time.Time) any { return idcard.LastFour(f.Number) }},
		{"id", "id", func(f bookFile, _ time.Time) any { return f.Number }},
		{"former", "", func(f bookFile, _ time.Time) any { return f.FormerName }},
		{"sex", "", func(f bookFile, _ time.Time) any { return sexName(f.Sex) }},
		{"birth", "", func(f bookFile, _ time.Time) any { return f.BirthDate.Format(time.DateOnly) }},
		{"age", "", func(f bookFile, on time.Time) any { return f.Age(on) }},
		{"ethnic", "", func(f bookFile, _ time.Time) any { return codeName("ethnic", f.Ethnic) }},
		{"native_place", "", d(func(d Details) string { return d.NativePlace })},
		{"birth_place", "", d(func(d Details) string { return d.BirthPlace })},
		{"political", "", func(f bookFile, _ time.Time) any { return codeName("political", f.Political) }},
		{"joined", "", func(f bookFile, _ time.Time) any { return monthText(f.PartyJoin) }},
		{"party_full", "", d(func(d Details) string { return monthText(d.PartyFull) })},
		{"party_branch", "", d(func(d Details) string { return d.PartyBranch })},
		{"work_start", "", d(func(d Details) string { return monthText(d.WorkStart) })},
		{"education", "", func(f bookFile, _ time.Time) any { return codeName("education", f.Education) }},
		{"post", "", func(f bookFile, _ time.Time) any { return f.Title() }},
		{"origins", "", d(Details.originNames)},
		{"health", "", d(func(d Details) string { return wordOf(HealthWords, d.Health) })},
		{"marital", "", d(func(d Details) string { return wordOf(MaritalWords, d.Marital) })},
		{"technical_post", "", d(func(d Details) string { return d.TechnicalPost })},
		{"specialty", "", d(func(d Details) string { return d.Specialty })},
		{"certificates", "", d(func(d Details) string { return d.Certificates })},
		{"social_insurance", "", d(func(d Details) string { return wordOf(InsuranceWords, d.SocialInsurance) })},
		{"local", "", d(Details.local)},
		{"phone", "phone", func(f bookFile, _ time.Time) any { return f.Phone }},
		{"phone2", "phone", func(f bookFile, _ time.Time) any { return f.Open.Phone2 }},
		{"bank_name", "bank", d(func(d Details) string { return d.BankName })},
		{"bank_card", "bank", func(f bookFile, _ time.Time) any { return f.Open.Card }},
		{"address", "address", func(f bookFile, _ time.Time) any { return f.Open.Address }},
	}
	out := make([]bookColumn, len(values))
	for i, v := range values {
		c, known := people.Column(v.key)
		if !known {
			c = xlsx.Column{Key: v.key, Title: map[string]string{"age": "年龄", "post": "现任职务"}[v.key], Note: "方便查看,导入时不读取"}
		}
		c.Required, c.Options = false, nil
		out[i] = bookColumn{c, v.needs, v.value}
	}
	return out
}()

// chosen are the columns of 人员 that a form asks for.
func (f bookForm) chosen() (out []bookColumn) {
	for _, c := range bookColumns {
		switch {
		case c.Needs == "tail":
			if !f.opens("id") {
				out = append(out, c)
			}
		case c.Needs != "":
			if f.opens(c.Needs) {
				out = append(out, c)
			}
		case slices.Contains(fixedColumns, c.Key) || slices.Contains(f.Columns, c.Key):
			out = append(out, c)
		}
	}
	return out
}

// choosable are the columns of 人员 that may be left out.
func choosable() (out []Word) {
	for _, c := range bookColumns {
		if c.Needs == "" && !slices.Contains(fixedColumns, c.Key) {
			out = append(out, Word{c.Key, c.Title})
		}
	}
	return out
}

// chosenSheets are the sheets of entries that a form asks for, each with the sections that may leave.
func (f bookForm) chosenSheets() (out []bookSheet) {
	for _, b := range bookSheets {
		var open []string
		for _, key := range b.Sections {
			if s, _ := sectionOf(key); s.Private && f.opens(key) || !s.Private && slices.Contains(f.Sheets, b.Name) {
				open = append(open, key)
			}
		}
		if b.Sections = open; len(open) > 0 {
			out = append(out, b)
		}
	}
	return out
}

// sheetChoices are the sheets that may be left out; private ones stand among what is opened.
func sheetChoices() []Word {
	out := []Word{{postSheet, postSheet}}
	for _, b := range bookSheets {
		if s, _ := sectionOf(b.Sections[0]); !s.Private {
			out = append(out, Word{b.Name, b.Name})
		}
	}
	return out
}

// layouts are the sheets of the workbook in their order: 人员, 任职 if asked for, the sheets of entries.
func (f bookForm) layouts(unit string, on time.Time) []xlsx.Layout {
	lines := []string{"填报单位:" + unit + "  统计截至:" + on.Format(time.DateOnly)}
	sheet := func(name string, frozen int, columns []xlsx.Column) xlsx.Layout {
		columns = slices.Clone(columns)
		for i := range columns {
			columns[i].Options, columns[i].Note = nil, ""
		}
		return xlsx.Layout{Sheet: name, Title: "村(社区)干部档案:" + name, Lines: lines, Frozen: frozen, Columns: columns}
	}
	var columns []xlsx.Column
	for _, c := range f.chosen() {
		columns = append(columns, c.Column)
	}
	out := []xlsx.Layout{sheet(peopleSheet, len(fixedColumns), columns)}
	number := numberColumn(f.opens("id"))
	if slices.Contains(f.Sheets, postSheet) {
		out = append(out, sheet(postSheet, 2, append([]xlsx.Column{whoColumn, number}, postColumns...)))
	}
	for _, b := range f.chosenSheets() {
		out = append(out, sheet(b.Name, 3, append([]xlsx.Column{whereColumn, whoColumn, number}, b.Columns...)))
	}
	return out
}

// bookOf is the workbook of a filter on its way out. progress may be nil.
func (m *Module) bookOf(ctx context.Context, s access.Scope, f bookForm, progress func(done, total int) error) access.Export {
	filter := exportForm{Query: f.Query}.filter()
	on := filter.Day(s.Today())
	shown := m.inWords(ctx, s, f.Query)
	if len(f.Open) > 0 {
		var open []string
		for _, code := range f.Open {
			open = append(open, wordOf(openChoices, code))
		}
		shown = strings.TrimPrefix(shown+";完整显示"+strings.Join(open, "、"), ";")
	}
	held := access.PeopleOf()
	return access.Export{Name: "村(社区)干部全部档案", Object: "persons", Purpose: f.Purpose, Filter: shown, Sheets: f.layouts(s.Unit(), on), People: held,
		Fill: func(x *xlsx.BookWriter) error {
			return access.Read(ctx, s, func(tx *access.Tx) error {
				return m.eachPerson(ctx, tx, filter, on, progress, func(part []Person) error {
					for _, p := range part {
						held.Add(p.ID)
					}
					return m.fillBook(ctx, tx, x, f, part, on)
				})
			})
		}}
}

// fileChunk is how many whole files are held at once.
const fileChunk = 500

// eachPerson hands on what a filter shows, some hundred at a time.
func (m *Module) eachPerson(ctx context.Context, tx *access.Tx, filter Filter, on time.Time, progress func(done, total int) error, do func([]Person) error) error {
	ids, err := m.Store.ids(ctx, tx, filter, on)
	if err != nil {
		return err
	}
	done := 0
	for some := range slices.Chunk(ids, fileChunk) {
		part, err := m.Store.byIDs(ctx, tx, some, on)
		if err != nil {
			return err
		}
		if err := do(part); err != nil {
			return err
		}
		if done += len(some); progress != nil {
			if err := progress(done, len(ids)); err != nil {
				return err
			}
		}
	}
	return nil
}

// fillBook writes some people to all sheets of the workbook.
func (m *Module) fillBook(ctx context.Context, tx *access.Tx, x *xlsx.BookWriter, f bookForm, part []Person, on time.Time) error {
	ids := make([]int64, len(part))
	for i, p := range part {
		ids[i] = p.ID
	}
	details, err := detailsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	files := make([]bookFile, len(part))
	for i, p := range part {
		files[i] = bookFile{Person: p, Details: details[p.ID]}
		if err := m.openFor(tx.Tenant(), f, &files[i]); err != nil {
			return err
		}
	}
	if err := fillPeople(x.Sheet(0), f.chosen(), files, on); err != nil {
		return err
	}
	next := 1
	if slices.Contains(f.Sheets, postSheet) {
		held, err := postsOf(ctx, tx, ids)
		if err != nil {
			return err
		}
		if err := fillPosts(x.Sheet(next), f, files, held); err != nil {
			return err
		}
		next++
	}
	for i, b := range f.chosenSheets() {
		if err := fillSheet(ctx, tx, x.Sheet(next+i), b, f, files, ids); err != nil {
			return err
		}
	}
	return nil
}

// openFor unseals what the form asks for, and the number, whose last four name the person.
func (m *Module) openFor(tenant int64, f bookForm, file *bookFile) (err error) {
	if file.Number, err = m.Store.IDNumber(tenant, file.Person); err != nil {
		return err
	}
	sealed := file.Details
	if !f.opens("phone") {
		sealed.Phone2Cipher = nil
	} else if file.Phone, err = m.Store.keys.Decrypt(tenant, "cadre.phone", file.PhoneCipher); err != nil {
		return err
	}
	if !f.opens("bank") {
		sealed.BankCipher = nil
	}
	if !f.opens("address") {
		sealed.AddressCipher = nil
	}
	file.Open, err = m.Store.open(tenant, sealed)
	return err
}

func fillPeople(w *xlsx.Writer, columns []bookColumn, files []bookFile, on time.Time) error {
	values := make([]any, len(columns))
	for _, file := range files {
		for i, c := range columns {
			values[i] = c.value(file, on)
		}
		if err := w.Row(values...); err != nil {
			return err
		}
	}
	return nil
}

// named is how a sheet of entries names its person.
func (f bookForm) named(file bookFile) (name, number string) {
	if f.opens("id") {
		return file.Name, file.Number
	}
	return file.Name, idcard.LastFour(file.Number)
}

func fillPosts(w *xlsx.Writer, f bookForm, files []bookFile, held map[int64][]bookPost) error {
	for _, file := range files {
		name, number := f.named(file)
		for _, p := range held[file.ID] {
			until, term := "", ""
			if p.ToOn != nil {
				until = p.ToOn.AddDate(0, 0, -1).Format(time.DateOnly)
			}
			if p.TermNo != nil {
				term = strconv.Itoa(*p.TermNo)
			}
			if err := w.Row(name, number, p.TownshipName, p.VillageName, PositionTitle(p.PositionCode, p.Community), wordOf(Managements, p.ManagementType), p.IsPaid,
				p.FromOn.Format(time.DateOnly), wordOf(WaysIn, p.WayIn), p.DocNo, until, wordOf(WaysOut, p.WayOut), p.OutDocNo, term, dayText(p.ContractEndsOn), p.Note); err != nil {
				return err
			}
		}
	}
	return nil
}

func fillSheet(ctx context.Context, tx *access.Tx, w *xlsx.Writer, b bookSheet, f bookForm, files []bookFile, ids []int64) error {
	entries := make([]map[int64][][]string, len(b.Sections))
	for i, key := range b.Sections {
		var err error
		if entries[i], err = partsOf(ctx, tx, key, ids); err != nil {
			return err
		}
	}
	for _, file := range files {
		name, number := f.named(file)
		for i, key := range b.Sections {
			s, _ := sectionOf(key)
			for _, texts := range entries[i][file.ID] {
				values := []any{file.VillageName, name, number}
				for _, c := range b.Columns {
					values = append(values, b.shown(s, c.Key, texts))
				}
				if err := w.Row(values...); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// shown is what a column of a sheet says of an entry.
func (b bookSheet) shown(s section, column string, texts []string) string {
	if column == kindColumn {
		return s.Title
	}
	name := b.field(s.Key, column)
	for i, f := range s.Fields {
		if f.Name == name {
			if f.Kind == "code" {
				return wordOf(f.Words, texts[i])
			}
			return texts[i]
		}
	}
	return ""
}
