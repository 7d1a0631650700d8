package cadre

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"touyan/internal/platform/contact"
	"touyan/internal/platform/idcard"
)

// pair is two files that may be of one person.
type pair struct {
	First, Second int64
	SameName      bool // the same name, or one's former name, and the same month of birth
	Near          bool // ID numbers that differ in one or two characters
}

// numbered is a file with its number, opened for a comparison in memory.
type numbered struct {
	ID     int64
	Number string
}

// nearNumbers finds the pairs of numbers that differ in one or two characters.
//
// The characters are dealt into three hands of six, one after the other. Two numbers that differ in at most two places
// share one hand whole, so only numbers with a common hand are compared: a few thousand comparisons for a district
// instead of some ten million. Dealing them out, rather than cutting the number in three, keeps the hands different:
// nearly everybody shares the first six digits, which name the county.
func nearNumbers(files []numbered) []pair {
	hands := map[string][]int{}
	for i, f := range files {
		if len(f.Number) != 18 {
			continue
		}
		for hand := range 3 {
			key := []byte{byte('0' + hand)}
			for at := hand; at < 18; at += 3 {
				key = append(key, f.Number[at])
			}
			hands[string(key)] = append(hands[string(key)], i)
		}
	}
	found := map[[2]int64]bool{}
	for _, same := range hands {
		for i, a := range same {
			for _, b := range same[i+1:] {
				if apart(files[a].Number, files[b].Number) <= 2 {
					found[[2]int64{min(files[a].ID, files[b].ID), max(files[a].ID, files[b].ID)}] = true
				}
			}
		}
	}
	out := make([]pair, 0, len(found))
	for ids := range found {
		out = append(out, pair{First: ids[0], Second: ids[1], Near: true})
	}
	slices.SortFunc(out, pair.compare)
	return out
}

// apart counts the places in which two numbers of one length differ; above two it need not be exact. idcard.Near does the
// same for numbers as typed, at the price of normalising both for every pair.
func apart(a, b string) (n int) {
	for i := 0; i < len(a) && n <= 2; i++ {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// compare puts the likelier pairs first: the same name and near numbers, then the same name, then near numbers alone.
func (p pair) compare(q pair) int {
	if d := q.weight() - p.weight(); d != 0 {
		return d
	}
	if p.First != q.First {
		return int(p.First - q.First)
	}
	return int(p.Second - q.Second)
}

func (p pair) weight() int {
	switch {
	case p.SameName && p.Near:
		return 2
	case p.SameName:
		return 1
	}
	return 0
}

// reason says why the pair is shown.
func (p pair) reason() string {
	switch {
	case p.SameName && p.Near:
		return "姓名、出生年月相同,身份证号相近"
	case p.SameName:
		return "姓名和出生年月相同"
	}
	return "身份证号相差一两位"
}

// different says where two numbers differ without saying how.
func different(a, b string) string {
	var at []string
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			at = append(at, strconv.Itoa(i+1))
		}
	}
	if len(at) > 6 {
		return fmt.Sprintf("有%d位不同", len(at))
	}
	return "第" + strings.Join(at, "、") + "位不同"
}

// choice is one field of two files: what each says, and which one is to stay.
type choice struct {
	Key, Label    string
	First, Second string
	Note          string
}

func (c choice) same() bool { return c.First == c.Second && c.Note == "" }

// choices are the fields that a merge decides one by one.
func choices(a, b Person, numberA, numberB, phoneA, phoneB string) []choice {
	party := func(p Person) string {
		return strings.TrimSpace(codeName("political", p.Political) + " " + monthText(p.PartyJoin))
	}
	list := []choice{
		{Key: "name", Label: "姓名", First: a.Name, Second: b.Name},
		{Key: "former_name", Label: "曾用名", First: a.FormerName, Second: b.FormerName},
		{Key: "id", Label: "身份证号", First: idcard.Mask(numberA), Second: idcard.Mask(numberB), Note: different(numberA, numberB)},
		{Key: "ethnic", Label: "民族", First: codeName("ethnic", a.Ethnic), Second: codeName("ethnic", b.Ethnic)},
		{Key: "political", Label: "政治面貌、入党时间", First: party(a), Second: party(b)},
		{Key: "education", Label: "最高学历", First: codeName("education", a.Education), Second: codeName("education", b.Education)},
		{Key: "phone", Label: "联系电话", First: contact.MaskPhone(phoneA), Second: contact.MaskPhone(phoneB)},
		{Key: "unit", Label: "档案所在单位", First: a.TownshipName + a.VillageName, Second: b.TownshipName + b.VillageName},
		{Key: "died", Label: "去世日期", First: dayText(a.DiedOn), Second: dayText(b.DiedOn)},
	}
	if phoneA != phoneB && list[6].First == list[6].Second {
		list[6].Note = "隐藏的几位不同"
	}
	return list
}
