package demo

import (
	"fmt"
	"strings"

	"touyan/internal/org"
)

func (d *District) readUnits() error {
	f, err := files.Open(d.plan.file)
	if err != nil {
		return fmt.Errorf("open divisions: %w", err)
	}
	defer f.Close()
	if d.Divisions, err = org.ReadDivisions(f, d.Code); err != nil {
		return fmt.Errorf("read divisions: %w", err)
	}
	at := map[string]int{}
	for _, v := range d.Divisions {
		t, known := at[v.TownshipCode]
		if !known {
			t = len(d.Townships)
			at[v.TownshipCode] = t
			d.Townships = append(d.Townships, Township{Code: v.TownshipCode, Name: v.TownshipName})
		}
		d.Townships[t].Villages = append(d.Townships[t].Villages, len(d.Villages))
		d.Villages = append(d.Villages, Village{Township: t, Code: v.Code, Official: v.OfficialName, Urban: v.UrbanRural,
			Name: shortVillage(v.Code, v.OfficialName), Successor: -1})
	}
	return nil
}

// village finds the index of a village by its code.
func (d *District) village(code string) int {
	for i, v := range d.Villages {
		if v.Code == code {
			return i
		}
	}
	return -1
}

// paidPerVillage divides the paid posts: each township gets its share by its number of villages (largest remainders),
// each village at least three, larger villages and communities more.
func (d *District) paidPerVillage(r dice) []int {
	out := make([]int, len(d.Villages))
	for t, want := range d.shares(d.plan.paid) {
		var weights []int
		for _, v := range d.Townships[t].Villages {
			w := 4
			if d.Villages[v].Urban != "220" {
				w = 9
			}
			weights = append(weights, w)
		}
		for i, n := range r.spread(want, 3, 5, weights) {
			out[d.Townships[t].Villages[i]] = n
		}
	}
	return out
}

// shares divides a total over the townships by their number of villages.
func (d *District) shares(total int) []int {
	n := 0
	for _, t := range d.Townships {
		n += len(t.Villages)
	}
	out := make([]int, len(d.Townships))
	rest := make([]int, len(d.Townships))
	given := 0
	for i, t := range d.Townships {
		out[i], rest[i] = total*len(t.Villages)/n, total*len(t.Villages)%n
		given += out[i]
	}
	for ; given < total; given++ {
		best := 0
		for i := range rest {
			if rest[i] > rest[best] {
				best = i
			}
		}
		out[best]++
		rest[best] = -1
	}
	return out
}

func shortTownship(name string) string {
	for _, end := range []string{"藏族乡", "街道", "镇", "乡"} {
		if short, ok := strings.CutSuffix(name, end); ok {
			return short
		}
	}
	return name
}

func shortVillage(code, official string) string {
	return org.ShortName(official, org.VillageKind(code, official))
}
