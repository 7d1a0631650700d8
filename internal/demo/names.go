package demo

import (
	"fmt"
	"strconv"
	"strings"

	"touyan/internal/platform/idcard"
)

// lists are the name lists by section of the file.
type lists map[string][]string

func readNames() (lists, error) {
	raw, err := files.ReadFile("data/names.txt")
	if err != nil {
		return nil, fmt.Errorf("read name lists: %w", err)
	}
	all, section := lists{}, ""
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		default:
			all[section] = append(all[section], strings.Fields(line)...)
		}
	}
	return all, nil
}

// pairs reads a section of words, each followed by a number.
func (l lists) pairs(section string) (words []string, weights []int) {
	for i, s := range l[section] {
		if i%2 == 0 {
			words = append(words, s)
			continue
		}
		n, _ := strconv.Atoi(s)
		weights = append(weights, n)
	}
	return words, weights
}

// identify gives everybody a name, an ID number and a mobile number.
func (d *District) identify(names lists) {
	r := d.dice("identify")
	surnames, weights := names.pairs("surname")
	muslims, muslimWeights := names.pairs("hui")
	local := make([][2]string, len(d.Villages)) // the surnames that half of a village bears
	for v := range local {
		local[v] = [2]string{surnames[r.weighted(weights...)], surnames[r.weighted(weights...)]}
	}
	numbers, phones := map[string]bool{}, map[string]bool{}
	for _, p := range d.People {
		surname := surnames[r.weighted(weights...)]
		switch {
		case p.Ethnic == hui:
			surname = muslims[r.weighted(muslimWeights...)]
		case !p.resident() && p.Sex == idcard.Male && r.chance(55):
			surname = local[p.Village][r.weighted(70, 30)]
		}
		p.Name = names.name(r, p, surname)
		p.IDNumber = d.number(r, p, numbers)
		p.Phone = phone(r, phones)
	}
	d.remarkable(r, names)
}

// name draws a given name of the fashion of somebody's youth. Tibetans mostly bear no surname.
func (l lists) name(r dice, p *Person, surname string) string {
	sex := "male"
	if p.Sex == idcard.Female {
		sex = "female"
	}
	if p.Ethnic == tibetan && r.chance(80) {
		given := l["tibetan "+sex]
		first, second := pick(r, given), pick(r, given)
		switch {
		case r.chance(25):
			return surname + first
		case first == second || len(first+second) > 15:
			return first
		}
		return first + second
	}
	era := ""
	switch {
	case p.age >= 50:
		era = " old"
	case p.age < 32:
		era = " young"
	}
	first, second := pick(r, l[sex+era+" first"]), pick(r, l[sex+era+" second"])
	if first == second && !r.chance(30) || r.chance(22) {
		first = ""
	}
	return surname + first + second
}

// number draws an ID number: most of the county's code of the time, some of where people married in from.
func (d *District) number(r dice, p *Person, used map[string]bool) string {
	mix := d.plan.areas
	elsewhere := 3
	if p.Sex == idcard.Female {
		elsewhere = 21
	}
	area := mix.old
	switch {
	case p.resident() && r.chance(45):
		area = pick(r, mix.far)
	case r.chance(elsewhere):
		area = pick(r, mix.near)
	case p.Birth.Year() >= 2003 || r.chance(5):
		area = mix.new
	}
	for {
		n := idcard.Make(area, p.Birth, r.IntN(500), p.Sex)
		if !used[n] {
			used[n] = true
			return n
		}
	}
}

// phone draws a mobile number whose middle four digits are zeros, so that it shows what it is.
func phone(r dice, used map[string]bool) string {
	for {
		n := fmt.Sprintf("1%s0000%04d", pick(r, []string{"39", "38", "36", "35", "50", "51", "52", "58", "59", "82", "83", "87", "88", "30", "32", "86", "33", "53", "89", "77", "80", "99", "73"}), r.IntN(10000))
		if !used[n] {
			used[n] = true
			return n
		}
	}
}

// remarkable makes sure that a demonstration of every size has the names that break programs: with a middle dot, with
// rare characters, and the same name twice in one township.
func (d *District) remarkable(r dice, names lists) {
	rare := names["rare"]
	for i, at := range r.shuffled(len(d.People))[:len(rare)] {
		p := d.People[at]
		if p.Ethnic == han && !p.resident() {
			runes := []rune(p.Name)
			p.Name = string(runes[:1]) + rare[i]
		}
	}
	for i, sex := range []idcard.Sex{idcard.Male, idcard.Female} {
		words, codes := names.pairs([]string{"dotted male", "dotted female"}[i])
		for _, p := range d.People {
			if len(words) > 0 && p.resident() && p.Sex == sex && p.holds(teamMember) {
				p.Name, p.Ethnic = words[0], fmt.Sprintf("%02d", codes[0])
				words, codes = words[1:], codes[1:]
			}
		}
	}
	for t := range d.Townships {
		if len(d.Townships[t].Villages) > 20 {
			d.namesake(t)
		}
	}
}

// namesake gives a committee member of a township's second village the name of the clerk of its first.
func (d *District) namesake(t int) {
	var from, to *Person
	for _, p := range d.People {
		switch {
		case p.ending || p.Ethnic != han:
		case p.Village == d.Townships[t].Villages[0] && p.holds(clerk) && from == nil:
			from = p
		case p.Village == d.Townships[t].Villages[1] && p.holds(vcMember, branch) && to == nil:
			to = p
		}
	}
	if from != nil && to != nil && from.Sex == to.Sex {
		to.Name = from.Name
	}
}
