package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"touyan/internal/platform/xlsx"
)

const (
	contentTypes = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`
	rootRels     = `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`
	bookRels     = `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
	bookXML      = `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><bookViews><workbookView/></bookViews><sheets><sheet name="花名册" sheetId="1" r:id="rId1"/></sheets></workbook>`
	// style 1: yyyy"年"m"月", 2: yyyy-mm-dd by id 14, 3: 0.00, 4: @ with a border
	stylesXML = `<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;;@"/></numFmts><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="176" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0"><alignment horizontal="center"/></xf></cellXfs><cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
)

// sheetMaker writes a workbook as WPS does: texts in a shared table, numbers bare.
type sheetMaker struct {
	rows   strings.Builder
	shared []string
	merges []string
	extra  string
}

func (m *sheetMaker) text(s string) int {
	m.shared = append(m.shared, s)
	return len(m.shared) - 1
}

// row writes cells: "" leaves a cell out, "n:1985.02" and "n1:31000" are numbers (with a style), "i:文字" is inline text,
// "e" an empty cell with a border, everything else shared text.
func (m *sheetMaker) row(n int, cells ...string) {
	fmt.Fprintf(&m.rows, `<row r="%d" spans="1:%d" ht="20" customHeight="1">`, n, max(len(cells), 1))
	for i, c := range cells {
		at := fmt.Sprintf("%c%d", 'A'+i, n)
		kind, value, ok := strings.Cut(c, ":")
		switch {
		case c == "":
		case c == "e":
			fmt.Fprintf(&m.rows, `<c r="%s" s="4"/>`, at)
		case ok && kind == "i":
			fmt.Fprintf(&m.rows, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, value)
		case ok && kind[0] == 'n':
			fmt.Fprintf(&m.rows, `<c r="%s" s="%s"><v>%s</v></c>`, at, "0"+kind[1:], value)
		default:
			fmt.Fprintf(&m.rows, `<c r="%s" s="4" t="s"><v>%d</v></c>`, at, m.text(c))
		}
	}
	m.rows.WriteString(`</row>`)
}

func (m *sheetMaker) parts() map[string]string {
	merges := ""
	for _, r := range m.merges {
		merges += `<mergeCell ref="` + r + `"/>`
	}
	if merges != "" {
		merges = fmt.Sprintf(`<mergeCells count="%d">%s</mergeCells>`, len(m.merges), merges)
	}
	var shared strings.Builder
	for _, s := range m.shared {
		shared.WriteString(`<si><t xml:space="preserve">` + s + `</t><phoneticPr fontId="0"/></si>`)
	}
	return map[string]string{
		"[Content_Types].xml": contentTypes, "_rels/.rels": rootRels, "xl/workbook.xml": bookXML,
		"xl/_rels/workbook.xml.rels": bookRels, "xl/styles.xml": stylesXML,
		"xl/sharedStrings.xml": `<?xml version="1.0" encoding="UTF-8"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + shared.String() + `</sst>`,
		"xl/worksheets/sheet1.xml": `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:Z99"/><sheetViews><sheetView workbookViewId="0"/></sheetViews><cols><col min="1" max="1" width="9" customWidth="1"/></cols><sheetData>` +
			m.rows.String() + `</sheetData>` + merges + m.extra + `<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>`,
	}
}

func (m *sheetMaker) bytes(t testing.TB) []byte { return pack(t, m.parts()) }

func pack(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for name, text := range parts {
		w, err := zw.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var roster = xlsx.Schema{
	Columns: []xlsx.Column{
		{Key: "village", Title: "所在村", Synonyms: []string{"村(社区)"}},
		{Key: "name", Title: "姓名", Required: true},
		{Key: "id", Title: "身份证号", Synonyms: []string{"公民身份号码"}, Required: true, Text: true},
		{Key: "birth", Title: "出生年月"},
		{Key: "fulltime", Title: "全日制学历", Synonyms: []string{"教育情况/全日制"}},
		{Key: "parttime", Title: "在职学历", Synonyms: []string{"教育情况/在职"}},
		{Key: "phone", Title: "手机号", Synonyms: []string{"联系电话"}, Text: true},
		{Key: "card", Title: "银行卡号", Text: true},
	},
	Ignore: []string{"年龄"},
}

func table(t testing.TB, data []byte) *xlsx.Table {
	t.Helper()
	b, err := xlsx.OpenBytes(data, xlsx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tab, err := b.Table(roster, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func rows(t testing.TB, tab *xlsx.Table) []xlsx.Row {
	t.Helper()
	var out []xlsx.Row
	for r, err := range tab.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}
