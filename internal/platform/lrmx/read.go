package lrmx

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"

	"touyan/internal/platform/fault"
)

// Limits on what is read. A photo of two inches has some 100 KB; files with more than these are mistakes or attacks.
const (
	MaxFile     = 8 << 20
	MaxPhoto    = 5 << 20
	maxElements = 20_000
	maxDepth    = 32
)

const photoTooLarge = "照片超过5 MB,请换成两寸照片(通常不超过200 KB)后再导入"

// Read reads a form. A file that cannot be used is refused with a sentence; what was mended or dropped is in the notes.
func Read(r io.Reader) (Form, []Note, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return Form{}, nil, fmt.Errorf("lrmx: read: %w", err)
	}
	if len(raw) > MaxFile {
		if i := bytes.Index(raw, []byte("<"+photoName)); i >= 0 && len(raw)-i > base64.StdEncoding.EncodedLen(MaxPhoto) {
			return Form{}, nil, fault.TooLarge(photoTooLarge)
		}
		return Form{}, nil, fault.TooLarge("文件超过8 MB,不是正常的任免审批表文件")
	}
	if err := foreign(raw); err != nil {
		return Form{}, nil, err
	}
	text, notes, err := decode(raw)
	if err != nil {
		return Form{}, nil, err
	}
	p := parser{}
	err = p.parse(text)
	if err != nil && br.Match(text) && !bytes.Contains(text, []byte("</br")) { // <br> in the way of web pages is never closed
		p = parser{}
		err = p.parse(br.ReplaceAll(text, []byte("<br/>")))
	}
	if err != nil {
		return Form{}, nil, err
	}
	if p.form.Version == "" {
		p.note("Version", "没有版本号,已按"+DefaultVersion+"读取")
	} else if v := strings.TrimSpace(p.form.Version); v != "2.0" && !strings.HasPrefix(v, "3.2.") {
		p.note("Version", "版本号不是3.2或2.0,已按通用格式读取,请核对内容")
	}
	f, more := p.form.Tidy()
	return f, append(append(notes, p.notes...), more...), nil
}

// foreign names files of other kinds that people mistake for a form.
func foreign(raw []byte) error {
	head := bytes.TrimLeftFunc(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), unicode.IsSpace)
	switch {
	case len(head) == 0:
		return fault.Invalid("文件是空的")
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return fault.Invalid("这是压缩包或Office文件,不是.lrmx文件")
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return fault.Invalid("这是旧版Word或Excel文件,不是.lrmx文件")
	case head[0] == '"':
		return fault.Invalid("这是旧版.lrm文件,请用任免审批表编辑器打开后另存为.lrmx")
	}
	return nil
}

type parser struct {
	src   []byte
	dec   *xml.Decoder
	count int
	depth int
	form  Form
	notes []Note
	seen  map[string]bool
}

func (p *parser) note(element, sentence string) {
	n := Note{element, sentence}
	if len(p.notes) < 200 { // a hostile file repeats itself
		p.notes = append(p.notes, n)
	}
}

// next gives a token and where it begins. The end of the file is damage here: the root has not ended yet.
func (p *parser) next() (xml.Token, int64, error) {
	at := p.dec.InputOffset()
	tok, err := p.dec.Token()
	if err != nil {
		return nil, at, p.broken(err)
	}
	switch tok.(type) {
	case xml.Directive:
		return nil, at, fault.Invalid("文件含有DTD或实体声明,为安全起见不予读取")
	case xml.StartElement:
		p.count++
		p.depth++
		if p.count > maxElements || p.depth > maxDepth {
			return nil, at, fault.TooLarge("文件中的元素过多或嵌套过深,不是正常的任免审批表文件")
		}
	case xml.EndElement:
		p.depth--
	}
	return tok, at, nil
}

func (p *parser) broken(err error) error {
	var syntax *xml.SyntaxError
	if errors.Is(err, io.EOF) || errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF") {
		return fault.Because(fault.Invalid("文件不完整,后面的内容缺失,请重新导出或下载"), err)
	}
	line, _ := p.dec.InputPos()
	return fault.Because(fault.Invalid("文件第%d行不是正确的XML,可能已损坏", line), err)
}

func (p *parser) parse(src []byte) error {
	p.src, p.dec, p.seen = src, xml.NewDecoder(bytes.NewReader(src)), map[string]bool{}
	for {
		tok, at, err := p.next()
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return fault.Invalid("文件开头不是XML,不是任免审批表文件")
			}
		case xml.StartElement:
			if !p.bare(at, "Person") {
				return fault.Invalid("文件的根元素不是Person,不是任免审批表文件")
			}
			tag := bytes.TrimSuffix(p.src[at:p.dec.InputOffset()], []byte(">"))
			p.form.Attributes = string(bytes.TrimSpace(bytes.TrimSuffix(tag, []byte("/"))[len("<Person"):]))
			if err := p.person(); err != nil {
				return err
			}
			if len(bytes.TrimSpace(p.src[p.dec.InputOffset():])) > 0 {
				p.note("", "结尾标记之后还有内容,没有读取")
			}
			return nil
		}
	}
}

// bare reports whether the tag at an offset has exactly this name, without a prefix.
func (p *parser) bare(at int64, name string) bool {
	rest, ok := bytes.CutPrefix(p.src[at:], []byte("<"+name))
	return ok && len(rest) > 0 && strings.ContainsRune(" \t\r\n/>", rune(rest[0]))
}

// children calls see for every child until the element ends; text between them is noted and dropped.
func (p *parser) children(element string, see func(t xml.StartElement, at int64) error) error {
	for {
		tok, at, err := p.next()
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				p.note(element, "元素之间有多余的文字,没有读取")
			}
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if err := see(t, at); err != nil {
				return err
			}
		}
	}
}

func (p *parser) person() error {
	after := ""
	return p.children("", func(t xml.StartElement, at int64) error {
		i := indexOf(t.Name.Local)
		if i < 0 || !p.bare(at, t.Name.Local) {
			raw, err := p.skip(at)
			p.form.Extra = append(p.form.Extra, Extra{After: after, XML: raw})
			return err
		}
		e := elements[i]
		after = e.name
		if len(t.Attr) > 0 {
			p.note(e.name, "元素带有属性,没有保留")
		}
		if e.shape == asFamily {
			return p.family()
		}
		text, err := p.text(e.name)
		if err != nil {
			return err
		}
		if p.seen[e.name] {
			p.note(e.name, "重复出现,只读取第一处")
			return nil
		}
		p.seen[e.name] = true
		if e.shape == asPhoto {
			return p.photo(text)
		}
		*e.at(&p.form) = text
		return nil
	})
}

func (p *parser) family() error {
	return p.children(familyName, func(t xml.StartElement, at int64) error {
		if !p.bare(at, "Item") {
			raw, err := p.skip(at)
			p.form.Extra = append(p.form.Extra, Extra{After: place{indexOf(familyName), len(p.form.JiaTingChengYuan)}.String(), XML: raw})
			return err
		}
		if len(t.Attr) > 0 {
			p.note(familyName, "成员带有属性,没有保留")
		}
		m, err := p.item()
		if err != nil {
			return err
		}
		if tidied, _ := m.tidy(); !tidied.empty() { // forms come with empty rows
			p.form.JiaTingChengYuan = append(p.form.JiaTingChengYuan, m)
		}
		return nil
	})
}

func (p *parser) item() (Family, error) {
	var m Family
	after, seen := "", map[string]bool{}
	err := p.children(familyName, func(t xml.StartElement, at int64) error {
		for _, c := range members {
			if c.name != t.Name.Local || !p.bare(at, c.name) {
				continue
			}
			after = c.name
			text, err := p.text(familyName)
			if seen[c.name] || len(t.Attr) > 0 {
				p.note(familyName, c.title+"重复出现或带有属性,只读取第一处的文字")
			}
			if !seen[c.name] {
				*c.at(&m) = text
			}
			seen[c.name] = true
			return err
		}
		raw, err := p.skip(at)
		m.Extra = append(m.Extra, Extra{After: after, XML: raw})
		return err
	})
	return m, err
}

// text reads an element to its end. Line breaks may be elements; of other elements only the text is kept.
func (p *parser) text(element string) (string, error) {
	var b strings.Builder
	for depth := 1; ; {
		tok, _, err := p.next()
		if err != nil {
			return "", err
		}
		switch t := tok.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.StartElement:
			depth++
			if strings.EqualFold(t.Name.Local, "br") {
				b.WriteByte('\n')
			} else {
				p.note(element, "含有下级元素,只保留其中的文字")
			}
		case xml.EndElement:
			if depth--; depth == 0 {
				return b.String(), nil
			}
		}
	}
}

// skip gives an unknown element as it stands in the file.
func (p *parser) skip(at int64) (string, error) {
	for depth := 1; depth > 0; {
		tok, _, err := p.next()
		if err != nil {
			return "", err
		}
		switch tok.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return string(p.src[at:p.dec.InputOffset()]), nil
}

var dataURL = regexp.MustCompile(`^data:[a-zA-Z0-9/+.-]*;base64,`)

func (p *parser) photo(text string) error {
	text = dataURL.ReplaceAllString(strings.Join(strings.Fields(text), ""), "")
	if len(text) > base64.StdEncoding.EncodedLen(MaxPhoto) {
		return fault.TooLarge(photoTooLarge)
	}
	picture, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		p.note(photoName, "照片数据无法解码,没有读取")
		return nil
	}
	if p.form.ZhaoPian = picture; len(picture) > 0 && !IsJPEG(picture) {
		p.note(photoName, "照片不是JPEG格式,请在编辑器中重新插入")
	}
	return nil
}

// IsJPEG reports whether the bytes begin as a JPEG picture does.
func IsJPEG(picture []byte) bool { return bytes.HasPrefix(picture, []byte("\xff\xd8\xff")) }
