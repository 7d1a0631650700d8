// Package xlsx owns spreadsheets, and no word of any domain: recognising and reading what people upload, finding the
// header of a real roster, reporting what is wrong by Excel row and column, handing the user's own file back with the
// problems marked, and writing exports, templates and their print set-up.
//
// Excelize writes. Reading is done here, as a stream, because the library's row reader gives texts only, and the type
// and format of a cell decide whether an ID number has lost its digits and what 1985.1 means. Rows are never held in
// memory, and there is no limit on their number.
//
// Import:
//
//	var roster = xlsx.Schema{Columns: []xlsx.Column{
//		{Key: "name", Title: "姓名", Required: true},
//		{Key: "id", Title: "身份证号", Synonyms: []string{"公民身份号码"}, Required: true, Text: true},
//		{Key: "joined", Title: "入党时间", Synonyms: []string{"入党年月"}},
//	}}
//
//	book, err := xlsx.Open(file, size, xlsx.Limits{}) // *xlsx.Problem: fault.Invalid("%s", p.Sentence), or TooLarge
//	table, err := book.Table(roster, remembered)      // remembered: title → key, as the user once assigned
//	if err := table.Match.Err(); err != nil { … }     // missing or doubled columns; table.Match feeds 核对表头
//	report := table.Report()
//	for row, err := range table.Rows() {
//		if err != nil { return err }
//		// row.Cell(key).Trouble() speaks of defects that are the same for every column
//		if c := row.Cell("id"); c.PrecisionLost {
//			report.Cell(row, "id", "该身份证号已被表格软件改成科学计数法,末几位丢失,请按文本重填")
//		}
//		if c := row.Cell("joined"); !c.Blank() {
//			if date, err := xlsx.ParseDate(c); err != nil { report.Cell(row, "joined", "%s", err) }
//		}
//	}
//	if !report.OK() { fixed, err := xlsx.RepairFile(original, report) … }
//
// Export (with Empty rows, Options and Note the same call writes a template):
//
//	w, err := xlsx.NewWriter(xlsx.Layout{
//		Title: "村(社区)干部花名册", Lines: []string{"填报单位:安化镇"}, Columns: roster.Columns, Frozen: 1,
//		Footer: []string{"导出人:张三  导出时间:2026-10-31 09:30  用途:年报"},
//	})
//	defer w.Discard()
//	err = w.Row("张三", "621202198502140019", "2006-07") // string, xlsx.Decimal("95.50"), int, nil, …
//	err = w.Finish(out)
package xlsx
