package cadre

import (
	"slices"
	"strings"
	"time"

	"touyan/internal/org"
	"touyan/internal/platform/fault"
)

func monthText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format("2006-01")
}

// places finds villages by the names that people write.
type places struct {
	byName map[string][]org.Village
	towns  map[int64]string
	exist  map[int64]bool
}

func newPlaces(villages []org.Village, towns []org.Township) places {
	p := places{map[string][]org.Village{}, map[int64]string{}, map[int64]bool{}}
	for _, t := range towns {
		p.towns[t.ID] = t.Name
	}
	for _, v := range villages {
		p.byName[bare(v.Name)] = append(p.byName[bare(v.Name)], v)
		p.exist[v.ID] = true
	}
	return p
}

// bare takes off the endings that rosters add or leave out.
func bare(name string) string {
	name = strings.Join(strings.Fields(name), "")
	for _, end := range []string{"村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"} {
		if rest, ok := strings.CutSuffix(name, end); ok && rest != "" {
			name = rest
		}
	}
	return name
}

// find gives the one village that is meant. A township may hold 后村 and 后村社区: the whole name decides between them.
func (p places) find(township, village string) (org.Village, error) {
	town, whole := strings.Join(strings.Fields(township), ""), strings.Join(strings.Fields(village), "")
	// 安化镇曾街村 in one cell
	for _, t := range p.towns {
		if rest, ok := strings.CutPrefix(whole, t); ok && rest != "" {
			town, whole = t, rest
		}
	}
	var found, exact []org.Village
	for _, v := range p.byName[bare(whole)] {
		if town != "" && !strings.HasPrefix(p.towns[v.TownshipID], strings.TrimRight(town, "镇乡街道")) {
			continue
		}
		found = append(found, v)
		if v.Name == whole || strings.HasSuffix(whole, "会") && v.Name == org.ShortName(whole, kindOf(whole)) {
			exact = append(exact, v)
		}
	}
	if len(exact) > 0 {
		found = exact
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return org.Village{}, fault.Invalid("没有找到这个村(社区),或不在您的管理范围内")
	}
	var towns, names []string
	for _, v := range found {
		names = append(names, v.Name)
		if t := p.towns[v.TownshipID]; !slices.Contains(towns, t) {
			towns = append(towns, t)
		}
	}
	if len(towns) == 1 {
		return org.Village{}, fault.Invalid("%s有%d个名称相近的村(社区),请写全称:%s", towns[0], len(found), strings.Join(names, "、"))
	}
	return org.Village{}, fault.Invalid("有%d个同名的村,请填写乡镇(街道):%s", len(found), strings.Join(towns, "、"))
}

// kindOf tells a community from a village by its committee.
func kindOf(name string) string {
	if strings.Contains(name, "居委会") || strings.Contains(name, "居民委员会") {
		return "community"
	}
	return "village"
}
