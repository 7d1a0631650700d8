package cadre

import (
	"slices"

	"touyan/internal/platform/pinyin"
)

// searchKeys are the spellings by which a person is found: those of the name, the usual one first since lists are sorted
// by it, and then those of the former name.
func searchKeys(name, former string) (full, initials []string) {
	full, initials = pinyin.Keys(name)
	if former == "" {
		return full, initials
	}
	more, heads := pinyin.Keys(former)
	return union(full, more), union(initials, heads)
}

// union adds what a list does not have yet.
func union(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
