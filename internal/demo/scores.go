package demo

import (
	"fmt"
	"strings"
	"time"

	"touyan/internal/assessment"
	"touyan/internal/platform/points"
)

// marker gives a district's cadres their deductions and bonuses month by month: what somebody does badly he tends to do
// badly again, some townships are stricter than others, and the rest is chance.
type marker struct {
	d          *District
	scheme     assessment.Scheme
	reasons    map[string][]string
	ability    []int // per person, 0 to 100
	quality    []int // per village
	strictness []int // per township
	wide, own  []assessment.Item
	bonus      []assessment.Item
}

func (d *District) marker(scheme assessment.Scheme) (*marker, error) {
	r := d.dice("ability")
	m := &marker{d: d, scheme: scheme}
	var err error
	if m.reasons, err = readReasons(); err != nil {
		return nil, err
	}
	for range d.People {
		m.ability = append(m.ability, r.bell(0, 100))
	}
	for range d.Villages {
		m.quality = append(m.quality, r.bell(0, 100))
	}
	for range d.Townships {
		m.strictness = append(m.strictness, r.between(-30, 60))
	}
	for _, i := range scheme.Items {
		switch {
		case len(m.reasons[i.Code]) == 0:
		case i.Kind == assessment.ItemAdd:
			m.bonus = append(m.bonus, i)
		case i.Kind == assessment.ItemDeduct && i.VillageWide:
			m.wide = append(m.wide, i)
		case i.Kind == assessment.ItemDeduct:
			m.own = append(m.own, i)
		}
	}
	return m, nil
}

func readReasons() (map[string][]string, error) {
	raw, err := files.ReadFile("data/reasons.txt")
	if err != nil {
		return nil, fmt.Errorf("read reasons: %w", err)
	}
	all := map[string][]string{}
	for line := range strings.Lines(string(raw)) {
		item, texts, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || line[0] == '#' {
			continue
		}
		for text := range strings.SplitSeq(texts, " | ") {
			all[item] = append(all[item], text)
		}
	}
	return all, nil
}

// stations report what they saw (提供站所).
var stations = map[string][]string{
	"party_building": {"党建办"}, "rural_revitalization": {"农业农村综合服务中心"}, "governance": {"综治中心", "应急办"},
	"duty_attendance": {"党政综合办"}, "learning": {"党建办"}, "integrity": {"镇纪委"}, "bonus": {"党建办"},
}

func (m *marker) entry(r dice, item assessment.Item, count int, day time.Time) assessment.Entry {
	reason := strings.ReplaceAll(pick(r, m.reasons[item.Code]), "{d}", fmt.Sprintf("%d月%d日", day.Month(), day.Day()))
	e := assessment.Entry{Dimension: item.Dimension, Item: item.Code, Clause: item.Clause, Reason: reason,
		ReportedBy: pick(r, stations[item.Dimension]), Points: item.UnitPoints * points.Points(count)}
	switch item.Kind {
	case assessment.ItemDeduct:
		e.Points = -e.Points
	case assessment.ItemVeto:
		e.Points = 0
	}
	return e
}

// mark fills the entries of one village's rows for a month.
func (m *marker) mark(r dice, rows []*Row, first time.Time) {
	strict := m.strictness[rows[0].township()]
	q := m.quality[rows[0].Village]
	for range r.weighted(max(20, 70+q-strict), 40, 16, max(2, (70-q)/6)) {
		m.markVillage(r, rows, first)
	}
	for _, row := range rows {
		a := m.ability[row.Person]
		n := r.weighted(max(20, 70+a-strict), 46+strict/4, 22, max(2, (100-a)/8))
		switch {
		case a < 14:
			n += r.between(4, 9)
		case a < 26 && r.chance(60):
			n += r.between(1, 4)
		}
		for range n {
			item := pick(r, m.own)
			m.put(row, m.entry(r, item, 1+r.weighted(60-strict/2, 24+strict/3, max(1, 10+strict/2)), m.day(r, first)))
		}
		if r.chance(3 + a/8) {
			item := m.bonus[r.weighted(bonusWeights(m.bonus)...)]
			count := 1
			if item.Code == "contest_rank" {
				count = r.between(1, 3)
			}
			m.put(row, m.entry(r, item, count, m.day(r, first)))
		}
	}
}

func bonusWeights(items []assessment.Item) []int {
	var w []int
	for _, i := range items {
		w = append(w, map[string]int{"commended_township": 46, "commended_county": 6, "contest_rank": 20, "collective_income": 28}[i.Code])
	}
	return w
}

func (m *marker) day(r dice, first time.Time) time.Time { return first.AddDate(0, 0, r.IntN(26)) }

// markVillage lets a finding about the village fall on its cadres by post factor (按村扣分), by the module's own rule.
func (m *marker) markVillage(r dice, rows []*Row, first time.Time) {
	item := pick(r, m.wide)
	if item.UnitPoints > points.Of(1) && r.chance(70) {
		return // the grave ones are rare
	}
	e := m.entry(r, item, 1+r.weighted(70, 30), m.day(r, first))
	deduction := assessment.VillageDeduction{Villages: []int64{rows[0].VillageID}, Dimension: e.Dimension, Item: e.Item,
		Points: -e.Points, Clause: e.Clause, Reason: e.Reason, ReportedBy: e.ReportedBy}
	var targets []assessment.BulkTarget
	for i, row := range rows {
		targets = append(targets, assessment.BulkTarget{RowID: int64(i), VillageID: row.VillageID, Name: row.PersonName,
			Position: row.PositionCode, PayPosition: row.PayPosition, Writable: true, Entries: row.Entries})
	}
	lines, err := m.scheme.DeductVillages(deduction, targets)
	if err != nil {
		panic(fmt.Sprintf("demo: 按村扣分: %v", err)) // the default scheme does not fit the reasons
	}
	for _, l := range lines {
		if l.Entry != nil {
			m.put(rows[l.RowID], *l.Entry)
		}
	}
}

// put adds an entry if it keeps to the scheme: right post, and no more than a dimension has to lose.
func (m *marker) put(row *Row, e assessment.Entry) {
	if _, err := m.scheme.CheckEntry(e, row.PositionCode); err != nil {
		return
	}
	sum := e.Points
	for _, other := range row.Entries {
		if other.Dimension == e.Dimension {
			sum += other.Points
		}
		if other.Item == e.Item && (e.Points > 0 || other.Reason == e.Reason) {
			return // a bonus of the same kind, or the same finding twice
		}
	}
	if d, _ := m.scheme.Dimension(e.Dimension); sum <= d.Max && -sum <= d.Max {
		row.Entries = append(row.Entries, e)
	}
}
