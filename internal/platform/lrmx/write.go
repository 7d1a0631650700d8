package lrmx

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"touyan/internal/platform/fault"
)

// Write writes a form, tidied: the mark of UTF-8, every element in its order, lines ended by CR LF, the photo as base64,
// unknown elements back at their places. It refuses unknown elements that are not whole.
func Write(w io.Writer, f Form) ([]Note, error) {
	f, notes := f.Tidy()
	if err := f.sound(); err != nil {
		return nil, err
	}
	out := writer{Writer: bufio.NewWriter(w), form: &f, extra: f.Extra}
	out.line("\ufeff" + `<?xml version="1.0" encoding="utf-8"?>`)
	if f.Attributes == "" {
		out.line("<Person>")
	} else {
		out.line("<Person " + f.Attributes + ">")
	}
	out.extras(place{-1, behind})
	for i, e := range elements {
		if !f.written(e) {
			continue
		}
		switch e.shape {
		case asFamily:
			out.family(i)
		case asPhoto:
			out.text("  ", e.name, base64.StdEncoding.EncodeToString(f.ZhaoPian))
		default:
			out.text("  ", e.name, *e.at(&f))
		}
		out.extras(place{i, behind})
	}
	out.line("</Person>")
	return notes, out.Flush() // a bufio.Writer keeps the first error
}

type writer struct {
	*bufio.Writer
	form  *Form
	extra []Extra // those not yet written
}

func (w *writer) line(parts ...string) {
	for _, p := range parts {
		_, _ = w.WriteString(p) // Flush gives the error
	}
	_, _ = w.WriteString("\r\n")
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", "\r\n")

func (w *writer) text(indent, name, text string) {
	if text == "" {
		w.line(indent, "<", name, " />")
		return
	}
	w.line(indent, "<", name, ">", escaper.Replace(text), "</", name, ">")
}

// extras writes the unknown elements of a place, the next in the tidied order.
func (w *writer) extras(at place) {
	for len(w.extra) > 0 && w.form.placeOf(w.extra[0]) == at {
		w.line("  ", w.extra[0].XML)
		w.extra = w.extra[1:]
	}
}

func (w *writer) family(index int) {
	w.line("  <", familyName, ">")
	w.extras(place{index, 0})
	for i, m := range w.form.JiaTingChengYuan {
		w.line("    <Item>")
		inner := m.Extra
		next := func(after string) {
			for len(inner) > 0 && inner[0].After == after {
				w.line("      ", inner[0].XML)
				inner = inner[1:]
			}
		}
		next("")
		for _, c := range members {
			w.text("      ", c.name, *c.at(&m))
			next(c.name)
		}
		w.line("    </Item>")
		w.extras(place{index, i + 1})
	}
	w.line("  </", familyName, ">")
}

// sound refuses attributes and unknown elements that would break the file, or that are known where they stand.
func (f *Form) sound() error {
	ok := single("<Person " + f.Attributes + "/>")
	for _, e := range f.Extra {
		name := tagName(e.XML)
		ok = ok && e.whole() && (f.placeOf(e).within == behind && indexOf(name) < 0 || f.placeOf(e).within != behind && name != "Item")
	}
	for _, m := range f.JiaTingChengYuan {
		for _, e := range m.Extra {
			ok = ok && e.whole() && !slices.ContainsFunc(members, func(c member) bool { return c.name == tagName(e.XML) })
		}
	}
	if !ok {
		return fault.Invalid("任免审批表中有不完整或与已知元素重名的未知元素,无法写出")
	}
	return nil
}

func (e Extra) whole() bool { return legal(e.XML) == e.XML && single(e.XML) }

// tagName is the name of the element with its prefix.
func tagName(text string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(text, "<"), ">")
	if i := strings.IndexAny(name, " \t\r\n/"); i >= 0 {
		name = name[:i]
	}
	return name
}

// single reports whether the text is one element and nothing else.
func single(text string) bool {
	dec := xml.NewDecoder(strings.NewReader(text))
	depth, ended := 0, false
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return ended
		}
		if err != nil || ended {
			return false
		}
		switch tok.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
			ended = depth == 0
		case xml.Directive:
			return false
		default:
			if depth == 0 {
				return false
			}
		}
	}
}

// Bytes writes a form into memory.
func (f Form) Bytes() ([]byte, error) {
	var b bytes.Buffer
	_, err := Write(&b, f)
	return b.Bytes(), err
}
