// Package pinyin owns how the name of a person is spelled for search and sorting: whole syllables and their initials, in
// plain lower-case ASCII.
//
// A clerk types what he hears, so every reading that a name may have is given: surnames by the table of surnames (单 is
// shan, 曾 zeng), other polyphones by a table of those that occur in names. The dictionary of the library decides the
// rest with its first reading only, since most of its further readings are archaic (王 yu) and would drown a search.
package pinyin

import (
	"slices"
	"strings"
	"unicode"

	library "github.com/mozillazg/go-pinyin"
	"golang.org/x/text/width"
)

// MaxKeys bounds the spellings of one name; those nearest to the usual reading come first.
const MaxKeys = 16

// Keys gives the spellings of a name, each list without repetition and the usual one first: 单乐 gives shanle, danle,
// shanyue, chanle … and sl, dl, sy, cl …. Middle dots and characters without a known reading are left out; Latin letters
// and digits are kept.
func Keys(name string) (full, initials []string) {
	for _, spelling := range spellings(readings(name)) {
		var heads strings.Builder
		for _, syllable := range spelling {
			heads.WriteByte(syllable[0])
		}
		full = appendNew(full, strings.Join(spelling, ""))
		initials = appendNew(initials, heads.String())
	}
	return full, initials
}

// Sort is the usual spelling with a space between syllables, so that 西安 stands before 先 in byte order (C collation).
func Sort(name string) string {
	var first []string
	for _, r := range readings(name) {
		first = append(first, r[0])
	}
	return strings.Join(first, " ")
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// readings gives the readings of every character that has any, the usual one first. A run of Latin letters counts as
// single characters, so that its initials are typed in full.
func readings(name string) [][]string {
	runes := []rune(strings.ToLower(width.Fold.String(name)))
	var list [][]string
	if len(runes) > 2 {
		if double, found := compounds[string(runes[:2])]; found {
			for _, syllable := range strings.Fields(double) {
				list = append(list, umlaut([]string{syllable}))
			}
			runes = runes[2:]
		}
	}
	first := len(list) == 0
	for _, r := range runes {
		if found := reading(r, first); len(found) > 0 {
			list = append(list, umlaut(found))
			first = false
		}
	}
	return list
}

func reading(r rune, surname bool) []string {
	switch {
	case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		return []string{string(r)}
	case !unicode.Is(unicode.Han, r):
		return nil
	}
	if surname {
		if known, found := surnames[r]; found {
			return strings.Fields(known)
		}
	}
	if known, found := polyphones[r]; found {
		return strings.Fields(known)
	}
	all := library.SinglePinyin(r, library.NewArgs())
	if len(all) == 0 {
		return nil
	}
	return all[:1]
}

// umlaut adds lu beside lv (吕): both are typed for ü.
func umlaut(list []string) []string {
	for _, s := range list {
		if strings.Contains(s, "v") {
			list = appendNew(slices.Clip(list), strings.ReplaceAll(s, "v", "u"))
		}
	}
	return list
}

// spellings combines the readings, at most MaxKeys, in the order of how many characters leave their usual reading.
func spellings(chars [][]string) [][]string {
	if len(chars) == 0 {
		return nil
	}
	usual := make([]string, len(chars))
	for i, c := range chars {
		usual[i] = c[0]
	}
	list := [][]string{usual}
	type branch struct {
		spelling []string
		next     int // characters before it are settled, so that no combination comes twice
	}
	for level := []branch{{usual, 0}}; len(level) > 0; {
		var deeper []branch
		for _, b := range level {
			for i := b.next; i < len(chars); i++ {
				for _, other := range chars[i][1:] {
					if len(list) == MaxKeys {
						return list
					}
					s := slices.Clone(b.spelling)
					s[i] = other
					list = append(list, s)
					deeper = append(deeper, branch{s, i + 1})
				}
			}
		}
		level = deeper
	}
	return list
}
