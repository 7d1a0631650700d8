// Package docx writes plain Word documents: titles, paragraphs and tables on A4, one section per part with its own page
// numbers. It writes exactly the WordprocessingML (ISO/IEC 29500) that Word and WPS need for that and reads nothing;
// the libraries in reach are abandoned, untested in the field, or under a copyleft licence.
//
// Sizes and margins follow GB/T 9704-2012, so that the text can be put under an office's letterhead as it is. A font
// that a machine lacks is replaced by Word itself.
package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// ContentType is what a Word document is sent as.
const ContentType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// Document is made of sections, each starting on a new page and numbered from 1.
type Document struct {
	Title    string
	Made     time.Time // written into the properties; the zip entries carry it too, so that equal input gives equal bytes
	Sections []Section
}

// Section is a run of blocks.
type Section []Block

// Block is a paragraph or a table.
type Block interface{ write(b *bytes.Buffer) }

// Style is a named form of paragraph.
type Style string

// The styles of a document.
const (
	Title    Style = "Title"    // 小标宋, 22 pt, centred
	Subtitle Style = "Subtitle" // 楷体, 16 pt, centred
	Body     Style = "Normal"   // 仿宋, 16 pt, first line indented by two characters
	Closing  Style = "Closing"  // 仿宋, 16 pt, to the right: signature and date
)

// Paragraph is a line or more of text in one style.
type Paragraph struct {
	Style Style
	Text  string
}

// Table has a head that Word repeats on each page. Widths are in per cent of the line; Centred tells which columns are.
type Table struct {
	Widths  []int
	Centred []bool
	Head    []string
	Rows    [][]string
}

// lineWidth is A4 without its margins, in twentieths of a point.
const lineWidth = 11906 - 1588 - 1474

func (p Paragraph) write(b *bytes.Buffer) {
	fmt.Fprintf(b, `<w:p><w:pPr><w:pStyle w:val="%s"/></w:pPr><w:r><w:t xml:space="preserve">%s</w:t></w:r></w:p>`, p.Style, escape(p.Text))
}

func (t Table) write(b *bytes.Buffer) {
	b.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, w := range t.Widths {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, lineWidth*w/100)
	}
	b.WriteString(`</w:tblGrid>`)
	t.row(b, t.Head, true)
	for _, r := range t.Rows {
		t.row(b, r, false)
	}
	b.WriteString(`</w:tbl>`)
}

func (t Table) row(b *bytes.Buffer, cells []string, head bool) {
	b.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
	if head {
		b.WriteString(`<w:tblHeader/>`)
	}
	b.WriteString(`</w:trPr>`)
	for i, c := range cells {
		style := "Cell"
		switch {
		case head:
			style = "CellHead"
		case t.Centred[i]:
			style = "CellCentred"
		}
		fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`+
			`<w:p><w:pPr><w:pStyle w:val="%s"/></w:pPr><w:r><w:t xml:space="preserve">%s</w:t></w:r></w:p></w:tc>`,
			lineWidth*t.Widths[i]/100, style, escape(c))
	}
	b.WriteString(`</w:tr>`)
}

// escape makes text safe for XML; what XML cannot hold at all becomes U+FFFD.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}

const properties = `<w:pgSz w:w="11906" w:h="16838"/>` +
	`<w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851" w:footer="1134" w:gutter="0"/><w:pgNumType w:start="1"/>`

// body writes the text; the properties of a section stand in its last paragraph, those of the last one at the end.
func (d Document) body() []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>`)
	sect := `<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:type w:val="nextPage"/>` + properties + `</w:sectPr>`
	for i, s := range d.Sections {
		for _, block := range s {
			block.write(&b)
		}
		if i < len(d.Sections)-1 {
			b.WriteString(`<w:p><w:pPr><w:pStyle w:val="Break"/>` + sect + `</w:pPr></w:p>`)
		}
	}
	b.WriteString(sect + `</w:body></w:document>`)
	return b.Bytes()
}

// Write writes the document.
func (d Document) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, part := range []struct {
		name    string
		content []byte
	}{
		{"[Content_Types].xml", []byte(contentTypes)},
		{"_rels/.rels", []byte(rootRelations)},
		{"docProps/core.xml", d.core()},
		{"word/document.xml", d.body()},
		{"word/styles.xml", []byte(styles)},
		{"word/footer1.xml", []byte(footer)},
		{"word/_rels/document.xml.rels", []byte(documentRelations)},
	} {
		f, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate, Modified: d.Made})
		if err != nil {
			return fmt.Errorf("document part %s: %w", part.name, err)
		}
		if _, err := f.Write(part.content); err != nil {
			return fmt.Errorf("document part %s: %w", part.name, err)
		}
	}
	return z.Close()
}

func (d Document) core() []byte {
	at := d.Made.UTC().Format("2006-01-02T15:04:05Z")
	return fmt.Appendf(nil, xml.Header+`<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" `+
		`xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`+
		`<dc:title>%s</dc:title><dcterms:created xsi:type="dcterms:W3CDTF">%s</dcterms:created>`+
		`<dcterms:modified xsi:type="dcterms:W3CDTF">%s</dcterms:modified></cp:coreProperties>`, escape(d.Title), at, at)
}
