package xlsx

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tokens reads the tags and texts of a part one by one. It knows of XML what spreadsheet programs write and refuses the
// rest. encoding/xml knows all of it and takes several times as long, and reading is most of what a preview does.
type tokens struct {
	r      *bufio.Reader
	kind   tokenKind
	name   []byte      // of a tag, without its prefix
	text   []byte      // of a text
	attrs  []attribute // of a start tag
	within bool        // the sign that begins a tag has been read
	closes bool        // the start tag ended itself: its end comes next
	buf    []byte      // of what is longer than the reader's buffer, or not as it was written
}

type tokenKind uint8

const (
	startTag tokenKind = iota
	endTag
	textToken
)

// attribute is a name without its prefix and a value; both are valid until the next token.
type attribute struct{ name, value []byte }

// maxTag is far more than any tag of a spreadsheet has.
const maxTag = 1 << 20

var errSyntax = errors.New("not the XML of a spreadsheet")

func newTokens(r io.Reader) *tokens { return &tokens{r: bufio.NewReaderSize(r, 64<<10)} }

// start reports whether the token is the start tag of an element.
func (t *tokens) start(name string) bool { return t.kind == startTag && string(t.name) == name }

// end reports whether the token is the end of an element.
func (t *tokens) end(name string) bool { return t.kind == endTag && string(t.name) == name }

// attr gives the value of an attribute, "" if the tag has none.
func (t *tokens) attr(name string) string {
	for _, a := range t.attrs {
		if string(a.name) == name {
			return string(a.value)
		}
	}
	return ""
}

func (t *tokens) intAttr(name string) int {
	n, _ := strconv.Atoi(t.attr(name))
	return n
}

// next goes to the next token, io.EOF behind the last. What the one before gave is no longer valid.
func (t *tokens) next() error {
	if t.closes {
		t.closes, t.kind, t.attrs = false, endTag, t.attrs[:0]
		return nil
	}
	for {
		if !t.within {
			text, err := t.until("<", false)
			if err != nil && !(errors.Is(err, io.EOF) && len(text) > 0) {
				return err
			}
			if err == nil {
				text, t.within = text[:len(text)-1], true
			}
			if len(text) > 0 {
				t.kind = textToken
				t.text, err = t.plain(text)
				return err
			}
		}
		t.within = false
		tag, err := t.until(">", true)
		if err != nil {
			return unexpected(err)
		}
		if seen, err := t.tag(tag); seen || err != nil {
			return err
		}
	}
}

// until reads up to a mark, in a tag only outside of quotes, and gives what it read with the mark.
func (t *tokens) until(mark string, tag bool) ([]byte, error) {
	last := mark[len(mark)-1]
	part, err := t.r.ReadSlice(last)
	if err == nil && bytes.HasSuffix(part, []byte(mark)) && (!tag || whole(part)) {
		return part, nil
	}
	t.buf = append(t.buf[:0], part...)
	for err == nil || errors.Is(err, bufio.ErrBufferFull) {
		if err == nil && bytes.HasSuffix(t.buf, []byte(mark)) && (!tag || whole(t.buf)) {
			return t.buf, nil
		}
		if tag && len(t.buf) > maxTag {
			return nil, errSyntax
		}
		part, err = t.r.ReadSlice(last)
		t.buf = append(t.buf, part...)
	}
	return t.buf, err
}

// whole reports whether no quote of a tag is open. Comments and the like are looked at elsewhere.
func whole(tag []byte) bool {
	if tag[0] == '!' || tag[0] == '?' {
		return true
	}
	var open byte
	for _, c := range tag {
		switch {
		case open == 0 && (c == '"' || c == '\''):
			open = c
		case c == open:
			open = 0
		}
	}
	return open == 0
}

// tag takes what stands between the signs of a tag, the last one included, and reports whether it is a token.
func (t *tokens) tag(tag []byte) (bool, error) {
	switch tag[0] {
	case '/':
		t.kind, t.attrs = endTag, t.attrs[:0]
		t.name = local(bytes.TrimSpace(tag[1 : len(tag)-1]))
		return true, nil
	case '?':
		return false, t.instruction(tag)
	case '!':
		return t.special(tag)
	}
	special, err := check(tag)
	if err != nil {
		return false, err
	}
	body := tag[:len(tag)-1]
	if rest, ok := bytes.CutSuffix(body, []byte("/")); ok {
		body, t.closes = rest, true
	}
	end := bytes.IndexAny(body, " \t\r\n")
	if end < 0 {
		end = len(body)
	}
	t.kind, t.name = startTag, local(body[:end])
	if len(t.name) == 0 {
		return false, errSyntax
	}
	return true, t.readAttrs(body[end:], special)
}

// readAttrs splits what stands behind the name of a start tag.
func (t *tokens) readAttrs(rest []byte, special bool) error {
	t.attrs = t.attrs[:0]
	for {
		if rest = bytes.TrimLeft(rest, " \t\r\n"); len(rest) == 0 {
			return nil
		}
		key, value, ok := bytes.Cut(rest, []byte("="))
		value = bytes.TrimLeft(value, " \t\r\n")
		if !ok || len(value) == 0 || value[0] != '"' && value[0] != '\'' {
			return errSyntax
		}
		end := bytes.IndexByte(value[1:], value[0])
		if end < 0 {
			return errSyntax
		}
		rest, value = value[end+2:], value[1:end+1]
		if special {
			var err error
			if value, err = resolved(nil, value); err != nil {
				return err
			}
		}
		if key = bytes.TrimRight(key, " \t\r\n"); bytes.HasPrefix(key, []byte("xmlns:")) {
			continue
		}
		t.attrs = append(t.attrs, attribute{local(key), value})
	}
}

// instruction passes over <?xml … ?>, and refuses another encoding than the one that every spreadsheet program writes.
func (t *tokens) instruction(tag []byte) error {
	if !bytes.HasSuffix(tag, []byte("?>")) {
		return errSyntax
	}
	if _, of, ok := bytes.Cut(tag, []byte("encoding=")); ok && !bytes.HasPrefix(bytes.ToLower(of[1:]), []byte("utf-8")) {
		return errSyntax
	}
	return nil
}

// special passes over a comment, gives the text of a CDATA section, and refuses a document type, which no spreadsheet has.
func (t *tokens) special(tag []byte) (bool, error) {
	tag = bytes.Clone(tag)
	mark := "-->"
	comment := bytes.HasPrefix(tag, []byte("!--"))
	if !comment {
		mark = "]]>"
		if !bytes.HasPrefix(tag, []byte("![CDATA[")) {
			return false, errSyntax
		}
	}
	if !bytes.HasSuffix(tag, []byte(mark)) {
		rest, err := t.until(mark, false)
		if err != nil {
			return false, unexpected(err)
		}
		tag = append(tag, rest...)
	}
	if comment {
		return false, nil
	}
	t.kind, t.text = textToken, tag[len("![CDATA["):len(tag)-len(mark)]
	_, err := check(t.text)
	return true, err
}

// plain gives a text as it is meant.
func (t *tokens) plain(text []byte) ([]byte, error) {
	special, err := check(text)
	if err != nil || !special {
		return text, err
	}
	return resolved(nil, text)
}

// check refuses what XML does not allow, and reports whether text is not as it was written.
func check(text []byte) (special bool, err error) {
	high := false
	for _, c := range text {
		switch {
		case c >= utf8.RuneSelf:
			high = true
		case c == '&' || c == '\r':
			special = true
		case c < 0x20 && c != '\t' && c != '\n':
			return false, errSyntax
		}
	}
	if high && (!utf8.Valid(text) || bytes.Contains(text, []byte("\ufffe")) || bytes.Contains(text, []byte("\uffff"))) {
		return false, errSyntax
	}
	return special, nil
}

// resolved appends a text with its references resolved and its line ends made one.
func resolved(out, text []byte) ([]byte, error) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				out = append(out, '\n')
			}
		case '&':
			end := bytes.IndexByte(text[i:], ';')
			if end < 0 {
				return nil, errSyntax
			}
			r, ok := referenced(string(text[i+1 : i+end]))
			if !ok {
				return nil, errSyntax
			}
			out = utf8.AppendRune(out, r)
			i += end
		default:
			out = append(out, c)
		}
	}
	return out, nil
}

// referenced is the sign that a reference such as amp or #x4E00 stands for.
func referenced(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	base := 10
	if hex, is := strings.CutPrefix(digits, "x"); is {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if !ok || err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) || n < 0x20 && n != '\t' && n != '\n' && n != '\r' || n == 0xfffe || n == 0xffff {
		return 0, false
	}
	return rune(n), true
}

// local is a name without its prefix.
func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i > 0 && i < len(name)-1 {
		return name[i+1:]
	}
	return name
}
