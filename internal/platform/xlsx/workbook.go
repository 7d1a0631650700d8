package xlsx

import (
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

const smallPart = 32 << 20 // workbook, relations and styles are far smaller in honest files

// Sheets lists the visible work sheets in the order of their tabs.
func (b *Book) Sheets() []string {
	names := make([]string, len(b.sheets))
	for i, s := range b.sheets {
		names[i] = s.name
	}
	return names
}

// elements calls see for every start tag of a part, with a reader for the text within it.
func (b *Book) elements(name string, limit int64, see func(xml.StartElement, *xml.Decoder) error) error {
	rc, err := b.open(name, limit)
	if err != nil {
		return err
	}
	defer rc.Close()
	dec := xml.NewDecoder(rc)
	for {
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return readError(err)
		}
		if el, ok := tok.(xml.StartElement); ok {
			if err := see(el, dec); err != nil {
				return readError(err)
			}
		}
	}
}

// readError keeps a Problem found beneath the decoder, such as a limit, and calls everything else damage.
func readError(err error) error {
	if p := ProblemOf(err); p != nil {
		return p
	}
	return damaged(err)
}

func attr(el xml.StartElement, name string) string {
	for _, a := range el.Attr {
		if a.Name.Local == name && a.Name.Space != "xmlns" {
			return a.Value
		}
	}
	return ""
}

func intAttr(el xml.StartElement, name string) int {
	n, _ := strconv.Atoi(attr(el, name))
	return n
}

func (b *Book) readWorkbook() error {
	main, err := b.target("_rels/.rels", "", "/officeDocument")
	if err != nil {
		return err
	}
	if main == "" {
		main = "xl/workbook.xml"
	}
	dir := path.Dir(main)
	rels, types := map[string]string{}, map[string]string{}
	err = b.elements(path.Join(dir, "_rels", path.Base(main)+".rels"), smallPart, func(el xml.StartElement, _ *xml.Decoder) error {
		if el.Name.Local == "Relationship" {
			id, kind := attr(el, "Id"), attr(el, "Type")
			rels[id] = resolve(dir, attr(el, "Target"))
			types[id] = kind[strings.LastIndexByte(kind, '/')+1:]
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = b.elements(main, smallPart, func(el xml.StartElement, _ *xml.Decoder) error {
		switch el.Name.Local {
		case "workbookPr":
			v := attr(el, "date1904")
			b.d1904 = v == "1" || v == "true"
		case "sheet":
			id, state := attr(el, "id"), attr(el, "state")
			if (state == "" || state == "visible") && types[id] == "worksheet" && rels[id] != "" {
				b.sheets = append(b.sheets, sheetEntry{attr(el, "name"), rels[id]})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(b.sheets) == 0 {
		return problem(nil, "文件中没有可以读取的工作表")
	}
	for id, kind := range types {
		switch kind {
		case "sharedStrings":
			err = b.readShared(rels[id])
		case "styles":
			err = b.readStyles(rels[id])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// target finds the first relation of a kind, "" if there is none.
func (b *Book) target(rels, dir, kind string) (string, error) {
	found := ""
	if b.parts[strings.ToLower(rels)] == nil {
		return "", nil
	}
	err := b.elements(rels, smallPart, func(el xml.StartElement, _ *xml.Decoder) error {
		if found == "" && el.Name.Local == "Relationship" && strings.HasSuffix(attr(el, "Type"), kind) {
			found = resolve(dir, attr(el, "Target"))
		}
		return nil
	})
	return found, err
}

// resolve gives the name of a part that a relation in dir points to.
func resolve(dir, target string) string {
	if strings.HasPrefix(target, "/") {
		return target[1:]
	}
	return path.Join(dir, target)
}

// readShared loads the table of texts that cells refer to by number.
func (b *Book) readShared(name string) error {
	if b.parts[strings.ToLower(name)] == nil {
		return nil // some writers declare the table and leave it out when no cell uses it
	}
	return b.elements(name, b.limits.Shared, func(el xml.StartElement, dec *xml.Decoder) error {
		if el.Name.Local != "si" {
			return nil
		}
		text, err := richText(dec, "si")
		b.shared = append(b.shared, text)
		return err
	})
}

// richText joins the runs of a text element up to its end tag; the phonetic guide (rPh) is not part of the text.
func richText(dec *xml.Decoder, end string) (string, error) {
	var text []byte // grows in place: a hostile file splits one text into a million runs
	inText, guide := false, 0
	for {
		tok, err := dec.RawToken()
		if err != nil {
			return "", unexpected(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "rPh":
				guide++
			case "t":
				inText = guide == 0
			}
		case xml.CharData:
			if inText {
				text = append(text, t...)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "rPh":
				guide--
			case "t":
				inText = false
			case end:
				return unescape(string(text)), nil
			}
		}
	}
}

// unexpected turns the end of a part within an element into an error that does not look like a proper end.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unescape reads the form _x000D_ in which workbooks write characters that XML does not allow.
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var out strings.Builder
	for {
		i := strings.Index(text, "_x")
		if i < 0 || len(text) < i+7 {
			break
		}
		if n, err := strconv.ParseUint(text[i+2:i+6], 16, 16); err == nil && text[i+6] == '_' {
			out.WriteString(text[:i])
			out.WriteRune(rune(n))
			text = text[i+7:]
			continue
		}
		out.WriteString(text[:i+2])
		text = text[i+2:]
	}
	out.WriteString(text)
	return out.String()
}
