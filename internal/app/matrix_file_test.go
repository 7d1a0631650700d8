package app_test

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// line is one route of testdata/matrix.txt: what it answers to whom. Its first comment explains the form.
type line struct {
	number  int
	method  string
	path    string // with named kinds: /cadres/{id=person}
	public  int    // status for a guest, of a public route
	own     []int  // status for each member at its own place; 403 written as "-" means for all places
	denied  []bool // the member has no permission
	form    url.Values
	file    *upload
	foreign map[string]int // parameter or field → status instead of 404 where its key is a foreign one
}

var (
	placeholder = regexp.MustCompile(`\{(\w+)=(\w+)\}`) // {id=person} of a path
	formKind    = regexp.MustCompile(`\{(\w+)\}`)       // {person} of a form
)

// pattern is the route as the program mounts it.
func (l line) pattern() string { return placeholder.ReplaceAllString(l.path, "{$1}") }

func (l line) String() string { return fmt.Sprintf("matrix.txt:%d: %s %s", l.number, l.method, l.path) }

// variable is a key that a request carries: a parameter of the path or a placeholder of the form.
type variable struct {
	name, kind string
	path       bool
}

func (l line) variables() []variable {
	var list []variable
	for _, m := range placeholder.FindAllStringSubmatch(l.path, -1) {
		list = append(list, variable{m[1], m[2], true})
	}
	var inForm []string
	for name, values := range l.form {
		for _, text := range append(values, name) {
			for _, m := range formKind.FindAllStringSubmatch(text, -1) {
				inForm = append(inForm, m[1])
			}
		}
	}
	slices.Sort(inForm)
	for _, kind := range slices.Compact(inForm) {
		list = append(list, variable{kind, kind, false})
	}
	return list
}

// fill puts keys into path and form.
func (l line) fill(keys map[variable]string) (string, url.Values) {
	path := l.path
	pairs := []string{}
	for v, key := range keys {
		if v.path {
			path = strings.Replace(path, "{"+v.name+"="+v.kind+"}", key, 1)
		} else {
			pairs = append(pairs, "{"+v.kind+"}", key)
		}
	}
	r := strings.NewReplacer(pairs...)
	form := url.Values{}
	for name, values := range l.form {
		for _, v := range values {
			form.Add(r.Replace(name), r.Replace(v))
		}
	}
	return path, form
}

func readMatrix(t testing.TB) []line {
	t.Helper()
	raw, err := os.ReadFile("testdata/matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []line
	for i, text := range strings.Split(string(raw), "\n") {
		words := slices.DeleteFunc(strings.Fields(text), func(w string) bool { return w == "|" })
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		bad := func(why string) { t.Helper(); t.Fatalf("matrix.txt:%d: %s: %s", i+1, why, text) }
		if strings.HasPrefix(text, "\t") {
			if len(list) == 0 {
				bad("belongs to no route")
			}
			if why := list[len(list)-1].detail(words); why != "" {
				bad(why)
			}
			continue
		}
		if len(words) < 4 {
			bad("want method, path and statuses")
		}
		l := line{number: i + 1, method: words[0], path: words[1], form: url.Values{}, foreign: map[string]int{}}
		if words[2] == "public" {
			if l.public, err = strconv.Atoi(words[3]); err != nil {
				bad("want a status")
			}
			list = append(list, l)
			continue
		}
		if len(words) != 2+len(members) {
			bad(fmt.Sprintf("want %d statuses, one per column", len(members)))
		}
		for _, w := range words[2:] {
			status := 403
			if w != "-" {
				if status, err = strconv.Atoi(w); err != nil {
					bad("want statuses or -")
				}
			}
			l.own, l.denied = append(l.own, status), append(l.denied, w == "-")
		}
		if !slices.ContainsFunc(l.own, func(s int) bool { return s < 400 || s == 422 }) {
			bad("no role can use this route")
		}
		list = append(list, l)
	}
	return list
}

// detail reads an indented line: form, file or foreign.
func (l *line) detail(words []string) (why string) {
	switch {
	case words[0] == "form" && len(words) == 2:
		for _, pair := range strings.Split(words[1], "&") {
			name, value, ok := strings.Cut(pair, "=")
			if !ok {
				return "want name=value"
			}
			l.form.Add(name, value)
		}
	case words[0] == "file" && len(words) == 2:
		f, ok := uploads[words[1]]
		if !ok {
			return "no upload of this name in the test"
		}
		l.file = &f
	case words[0] == "foreign" && len(words) >= 4: // name, status, reason
		status, err := strconv.Atoi(words[2])
		if err != nil || !slices.ContainsFunc(l.variables(), func(v variable) bool { return v.name == words[1] }) {
			return "want foreign NAME STATUS REASON with a name of the line"
		}
		l.foreign[words[1]] = status
	default:
		return "want form NAME=VALUE&…, file NAME or foreign NAME STATUS REASON"
	}
	return ""
}
