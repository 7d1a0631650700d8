package xlsx

import (
	"fmt"
	"slices"
	"strings"
)

// Match says how the columns of a file correspond to a schema.
type Match struct {
	Sheet      string      `json:"sheet"`
	HeaderRow  int         `json:"headerRow"`   // first line of the header
	HeaderLast int         `json:"headerLast"`  // last line of the header, the same or the next row
	Columns    []Matched   `json:"columns"`     // found, in the order of the file
	Missing    []Missing   `json:"missing"`     // required and not found
	Unknown    []Unknown   `json:"unknown"`     // in the file, of no known meaning
	Duplicates []Duplicate `json:"duplicates"`  // a second column of the same meaning
	OtherSheet []string    `json:"otherSheets"` // further sheets that look like the same table and were not read
}

// Matched is a column of the file with a known meaning.
type Matched struct {
	Key    string `json:"key"`
	Title  string `json:"title"` // as the file writes it
	Col    int    `json:"col"`
	Letter string `json:"letter"`
}

// Missing is a required column that the file lacks, with the unknown title that it may have been misspelt as.
type Missing struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	Like  string `json:"like"`
}

// Unknown is a column that the user may assign; Samples are its first values.
type Unknown struct {
	Title   string   `json:"title"`
	Col     int      `json:"col"`
	Letter  string   `json:"letter"`
	Like    string   `json:"like"` // key of a column it may have been meant as
	Samples []string `json:"-"`    // personal values: shown once, never stored
}

// Duplicate is a column that was not read because an earlier one has the same meaning.
type Duplicate struct {
	Key    string `json:"key"`
	Title  string `json:"title"`
	Letter string `json:"letter"`
	First  string `json:"first"` // letter of the column that was read
}

// Has reports whether the file has the column.
func (m Match) Has(key string) bool {
	return slices.ContainsFunc(m.Columns, func(c Matched) bool { return c.Key == key })
}

// Sentences lists what is wrong with the header, nothing if it can be used.
func (m Match) Sentences() []string {
	var out []string
	for _, x := range m.Missing {
		s := fmt.Sprintf("缺少必填列「%s」", x.Title)
		if x.Like != "" {
			s += fmt.Sprintf(";是否写成了「%s」?", x.Like)
		}
		out = append(out, s)
	}
	for _, d := range m.Duplicates {
		out = append(out, fmt.Sprintf("%s列与%s列都是「%s」,请只保留一列", d.First, d.Letter, d.Title))
	}
	return out
}

// Err is a Problem if the header lacks a required column or has one twice.
func (m Match) Err() error {
	if s := m.Sentences(); len(s) > 0 {
		return problem(nil, "第%d行表头有误:%s", m.HeaderRow, strings.Join(s, ";"))
	}
	return nil
}

// headerTitle is one column of a header: the variants of its title, best first.
type headerTitle struct {
	col      int
	variants []string // the first is what messages show
}

// compare matches the titles of one possible header.
func (s Schema) compare(ix titleIndex, titles []headerTitle, remembered map[string]string) Match {
	var m Match
	first := map[string]string{}
	for _, t := range titles {
		letter := Cell{Row: 1, Col: t.col}.Letter()
		key, ignored := "", false
		if k, ok := remembered[titleKey(t.variants[0])]; ok {
			key, ignored = k, k == ""
		}
		for _, v := range t.variants {
			if key == "" && !ignored {
				key, ignored = ix.find(v)
			}
		}
		switch {
		case ignored:
		case key == "":
			m.Unknown = append(m.Unknown, Unknown{Title: t.variants[0], Col: t.col, Letter: letter})
		case first[key] != "":
			m.Duplicates = append(m.Duplicates, Duplicate{key, t.variants[0], letter, first[key]})
		default:
			first[key] = letter
			m.Columns = append(m.Columns, Matched{key, t.variants[0], t.col, letter})
		}
	}
	unknown := make([]string, len(m.Unknown))
	for i, u := range m.Unknown {
		unknown[i] = titleKey(u.Title)
	}
	for i, c := range s.Columns {
		if first[c.Key] == "" {
			m.lacks(c, ix.names[i], unknown)
		}
	}
	return m
}

// lacks notes an absent column, and the first unknown title that resembles one of its names.
func (m *Match) lacks(c Column, names, unknown []string) {
	like := slices.IndexFunc(unknown, func(title string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return near(name, title) })
	})
	title := ""
	if like >= 0 {
		m.Unknown[like].Like = c.Key
		title = m.Unknown[like].Title
		unknown[like] = "" // resembles one column only
	}
	if c.Required {
		m.Missing = append(m.Missing, Missing{c.Key, c.Title, title})
	}
}
