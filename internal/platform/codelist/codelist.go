// Package codelist owns the national code lists of the personnel file: sex (GB/T 2261.1), ethnic group (GB/T 3304),
// political status (GB/T 4762) and education (GB/T 4658-2006).
//
// Rows store the code, pages show the name, and Parse understands what people write into spreadsheets. Documents of
// appointment use other education codes (ZB 64); ZB64 maps onto them.
package codelist

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/width"
	"touyan/internal/platform/fault"
)

//go:embed codelists.json
var raw []byte

var source = sync.OnceValue(func() map[string]map[string]string {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		panic(fmt.Sprintf("codelist: embedded lists: %v", err))
	}
	lists := map[string]map[string]string{}
	for name, content := range all {
		var list map[string]string
		if json.Unmarshal(content, &list) == nil { // the note is a plain string
			lists[name] = list
		}
	}
	return lists
})

// Option is one code with the name that pages show.
type Option struct {
	Code string
	Name string
}

// List is one code list.
type List struct {
	title   string // as in sentences: 民族
	options []Option
	names   map[string]string
	words   map[string]string // normalised text → code
	strip   func(string) string
}

// build reads a list of the embedded file. Names of later files are further words for the codes of the first; codes in
// hidden are named but not offered; the words are synonyms.
func build(title string, files []string, hidden []string, words map[string]string, strip func(string) string) *List {
	l := &List{title: title, names: map[string]string{}, words: map[string]string{}, strip: strip}
	for _, file := range files {
		for code, name := range source()[file] {
			if _, named := l.names[code]; !named {
				l.names[code] = name
			}
			l.words[normalise(name)] = code
		}
	}
	for word, code := range words {
		if _, known := l.names[code]; !known {
			panic("codelist: " + title + " has no code " + code)
		}
		l.words[normalise(word)] = code
	}
	for code, name := range l.names {
		if !slices.Contains(hidden, code) {
			l.options = append(l.options, Option{Code: code, Name: name})
		}
	}
	slices.SortFunc(l.options, func(a, b Option) int { return strings.Compare(a.Code, b.Code) })
	return l
}

func normalise(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, width.Fold.String(text)))
}

// Name is what pages show for a code, empty for an unknown one.
func (l *List) Name(code string) string { return l.names[code] }

// Has reports whether the code is in the list.
func (l *List) Has(code string) bool { return l.names[code] != "" }

// Options are the codes to choose from, in the order of the standard.
func (l *List) Options() []Option { return slices.Clone(l.options) }

// Title is the name of the list: 民族.
func (l *List) Title() string { return l.title }

// Parse reads a code, a name or a usual short form. The error is a sentence.
func (l *List) Parse(text string) (string, error) {
	s := normalise(text)
	if s == "" {
		return "", fault.Invalid("请填写%s", l.title)
	}
	if l.Has(s) {
		return s, nil
	}
	if code, found := l.words[s]; found {
		return code, nil
	}
	if l.strip != nil {
		if code, found := l.words[l.strip(s)]; found {
			return code, nil
		}
	}
	if padded := "0" + s; len(s) == 1 && l.Has(padded) { // a spreadsheet drops the zero of 01
		return padded, nil
	}
	return "", fault.Invalid("%s无法识别,请从下拉列表中选择", l.title)
}
