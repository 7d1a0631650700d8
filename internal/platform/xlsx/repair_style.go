package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

const highlight = "FFFFC7CE" // the light red that office programs use for bad values

// styleSheet is the style part of a workbook, to which copies of its cell styles with another fill can be added. All
// that is there stays as it is, since cells refer to styles by position.
type styleSheet struct {
	part    string // "" if the workbook has none; then nothing is coloured
	data    []byte
	xfs     [][]byte // the cell styles as written
	fills   int
	fillEnd int // offsets of </fills> and </cellXfs>
	xfEnd   int
	prefix  string
	added   []string
	known   map[string]int
}

func (b *Book) loadStyles() (*styleSheet, error) {
	s := &styleSheet{known: map[string]int{}}
	main, err := b.target("_rels/.rels", "", "/officeDocument")
	if err != nil {
		return nil, err
	}
	if main == "" {
		main = "xl/workbook.xml"
	}
	dir, base := "", main
	if i := strings.LastIndexByte(main, '/'); i >= 0 {
		dir, base = main[:i], main[i+1:]
	}
	part, err := b.target(dir+"/_rels/"+base+".rels", dir, "/styles")
	if err != nil || part == "" || b.parts[strings.ToLower(part)] == nil {
		return s, err
	}
	rc, err := b.open(part, smallPart)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	if s.data, err = io.ReadAll(rc); err != nil {
		return nil, readError(err)
	}
	if err := s.locate(); err != nil {
		return nil, readError(err)
	}
	if s.fillEnd > 0 && len(s.xfs) > 0 {
		s.part = b.parts[strings.ToLower(part)].Name
	}
	return s, nil
}

// locate notes where fills and cell styles end, and the bytes of every cell style.
func (s *styleSheet) locate() error {
	dec := xml.NewDecoder(bytes.NewReader(s.data))
	section, begin := "", 0
	for {
		at := int(dec.InputOffset())
		tok, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch name := t.Name.Local; {
			case name == "fills" || name == "cellXfs":
				section = name
				if t.Name.Space != "" {
					s.prefix = t.Name.Space + ":"
				}
			case name == "fill" && section == "fills":
				s.fills++
			case name == "xf" && section == "cellXfs":
				begin = at
			}
		case xml.EndElement:
			switch name := t.Name.Local; {
			case name == "xf" && section == "cellXfs":
				s.xfs = append(s.xfs, s.data[begin:dec.InputOffset()])
			case name == "fills":
				s.fillEnd, section = at, ""
			case name == "cellXfs":
				s.xfEnd, section = at, ""
			}
		}
	}
}

// bad gives the number of a copy of a style in the colour of problems; asText also makes the cell keep what is typed
// next as text, for numbers that lost their digits.
func (s *styleSheet) bad(style int, asText bool) int {
	if style < 0 || style >= len(s.xfs) {
		style = 0
	}
	if s.part == "" {
		return style
	}
	return s.add(fmt.Sprint("bad ", style, asText), func() string {
		xf := setAttr(string(s.xfs[style]), "fillId", strconv.Itoa(s.fills))
		xf = setAttr(xf, "applyFill", "1")
		if asText {
			xf = setAttr(setAttr(xf, "numFmtId", "49"), "applyNumberFormat", "1")
		}
		return xf
	})
}

// note is the style of the texts in the last column.
func (s *styleSheet) note() int {
	if s.part == "" {
		return 0
	}
	return s.add("note", func() string {
		p := s.prefix
		return fmt.Sprintf(`<%sxf numFmtId="49" fontId="0" fillId="%d" borderId="0" xfId="0" applyNumberFormat="1" `+
			`applyFill="1" applyAlignment="1"><%salignment vertical="center" wrapText="1"/></%sxf>`, p, s.fills, p, p)
	})
}

func (s *styleSheet) add(name string, xf func() string) int {
	n, ok := s.known[name]
	if !ok {
		n = len(s.xfs) + len(s.added)
		s.added, s.known[name] = append(s.added, xf()), n
	}
	return n
}

// bytes is the part with the additions.
func (s *styleSheet) bytes() []byte {
	p := s.prefix
	fill := fmt.Sprintf(`<%sfill><%spatternFill patternType="solid"><%sfgColor rgb="%s"/></%spatternFill></%sfill>`,
		p, p, p, highlight, p, p)
	cuts := []struct {
		at   int
		text string
	}{{s.fillEnd, fill}, {s.xfEnd, strings.Join(s.added, "")}}
	if s.xfEnd < s.fillEnd {
		cuts[0], cuts[1] = cuts[1], cuts[0]
	}
	var out bytes.Buffer
	from := 0
	for _, c := range cuts {
		out.Write(s.data[from:c.at])
		out.WriteString(c.text)
		from = c.at
	}
	out.Write(s.data[from:])
	text := recount(out.String(), "fills", s.fills+1)
	return []byte(recount(text, "cellXfs", len(s.xfs)+len(s.added)))
}

// recount corrects the number that a list states of its entries.
func recount(text, element string, n int) string {
	re := regexp.MustCompile(`<(\w+:)?` + element + `[^>]*>`)
	at := re.FindStringIndex(text)
	if at == nil {
		return text
	}
	return text[:at[0]] + setAttr(text[at[0]:at[1]], "count", strconv.Itoa(n)) + text[at[1]:]
}

var attrPatterns = map[string]*regexp.Regexp{}

func init() {
	for _, name := range []string{"fillId", "applyFill", "numFmtId", "applyNumberFormat", "count", "hidden", "spans", "s"} {
		attrPatterns[name] = regexp.MustCompile(`\s` + name + `\s*=\s*("[^"]*"|'[^']*')`)
	}
}

// setAttr gives the first tag in text an attribute, in place of the one it may have; an empty value removes it.
func setAttr(text, name, value string) string {
	end := strings.IndexByte(text, '>')
	if end < 0 {
		return text
	}
	tag := attrPatterns[name].ReplaceAllString(text[:end], "")
	if value != "" {
		at := strings.IndexAny(tag, " \t\r\n/")
		if at < 0 {
			at = len(tag)
		}
		tag = tag[:at] + " " + name + `="` + value + `"` + tag[at:]
	}
	return tag + text[end:]
}
