package assessment

import (
	"unicode"

	"touyan/internal/platform/fault"
	"touyan/internal/platform/points"
)

// Entry is one reason why a cell differs from full marks. Points are negative for a deduction, positive for a bonus
// and 0 for a veto. Item and Clause are empty while 待补依据.
type Entry struct {
	Dimension  string
	Item       string
	Points     points.Points
	Clause     string
	Reason     string
	ReportedBy string // 提供站所
}

// Grounded reports whether the entry says on which rule it rests.
func (e Entry) Grounded() bool { return e.Clause != "" }

// Score is what a row's entries come to.
type Score struct {
	Cells      map[string]points.Points // value per dimension, untouched ones included
	Base       points.Points
	Bonus      points.Points
	Total      points.Points
	Normalised points.Points
	Veto       VetoEffect
}

// Score adds up a row: entries of a capped item count up to its cap, a base cell never falls below 0, the bonus never
// exceeds its cap, the total stays within [0, TotalCap].
func (s Scheme) Score(entries []Entry) Score {
	score := Score{Cells: make(map[string]points.Points, len(s.Dimensions))}
	sums := make(map[string]points.Points, len(entries))
	capped := make(map[string]points.Points)
	for _, e := range entries {
		item, _ := s.Item(e.Item) // an open entry has none, and neither cap nor veto
		if item.Kind == ItemVeto {
			score.Veto = stronger(score.Veto, item.VetoEffect)
		}
		if item.Cap > 0 {
			before := capped[e.Item]
			capped[e.Item] = before + e.Points
			sums[e.Dimension] += capped[e.Item].Clamp(-item.Cap, item.Cap) - before.Clamp(-item.Cap, item.Cap)
			continue
		}
		sums[e.Dimension] += e.Points
	}
	for _, d := range s.Dimensions {
		value := (d.Full() + sums[d.Code]).Clamp(0, d.Max)
		score.Cells[d.Code] = value
		if d.Kind == DimensionBonus {
			score.Bonus += value
		} else {
			score.Base += value
		}
	}
	score.Bonus = min(score.Bonus, s.BonusCap)
	score.Total = (score.Base + score.Bonus).Clamp(0, s.TotalCap)
	score.Normalised = s.Normalise(score.Total)
	return score
}

func stronger(a, b VetoEffect) VetoEffect {
	if a == VetoGradeIncompetent || b == VetoNone {
		return a
	}
	return b
}

// EntryMode is what a number typed into a base cell means (录入方式).
type EntryMode string

// The modes. A number with a minus deducts in both.
const (
	ModeScore  EntryMode = "score"  // 得分
	ModeDeduct EntryMode = "deduct" // 扣分
)

// ParseTyped reads what was typed into a cell and gives the points by which the cell differs from Full: negative in a
// base dimension, positive in a bonus, 0 if the cell is full or empty. The error is a sentence for the cell.
func ParseTyped(text string, mode EntryMode, d Dimension) (points.Points, error) {
	sign, blank := signOf(text)
	if blank {
		return 0, nil
	}
	typed, err := points.Parse(text)
	if err != nil {
		return 0, err
	}
	if d.Kind == DimensionBonus {
		if typed < 0 {
			return 0, fault.Invalid("加分栏不能填负数,扣分请填在相应维度")
		}
		if typed > d.Max {
			return 0, fault.Invalid("“%s”最多%s分,不能填%s", d.Title, d.Max, typed)
		}
		return typed, nil
	}
	if sign == '+' {
		return 0, fault.Invalid("“%s”不能加分,加分请填在加分栏", d.Title)
	}
	if sign == '-' || mode == ModeDeduct {
		loss := max(typed, -typed)
		if loss > d.Max {
			return 0, fault.Invalid("“%s”满分%s分,最多扣%s分,不能扣%s", d.Title, d.Max, d.Max, loss)
		}
		return -loss, nil
	}
	if typed > d.Max {
		return 0, fault.Invalid("“%s”满分%s分,不能填%s", d.Title, d.Max, typed)
	}
	return typed - d.Max, nil
}

// signOf finds a written sign, which points.Parse swallows: +1 and 1 are the same number but not the same wish.
func signOf(text string) (sign rune, blank bool) {
	for _, r := range text {
		if unicode.IsSpace(r) {
			continue
		}
		switch r {
		case '+', '\uff0b':
			return '+', false
		case '-', '\uff0d', '\u2212', '\u2013':
			return '-', false
		}
		return 0, false
	}
	return 0, true
}

// EntriesForTyped gives the entries of one cell after its typed difference is taken over. A cell with one entry keeps
// its item, clause and reason and takes the new points; a cell with several can only be emptied or confirmed here, as
// nobody could tell which of them was meant. Vetoes are left alone. existing holds the cell's entries only.
func EntriesForTyped(existing []Entry, d Dimension, difference points.Points) ([]Entry, error) {
	var scored, vetoes []Entry
	var sum points.Points
	for _, e := range existing {
		if e.Points == 0 {
			vetoes = append(vetoes, e)
			continue
		}
		scored = append(scored, e)
		sum += e.Points
	}
	switch {
	case difference == 0:
		return vetoes, nil
	case max(sum, -d.Max) == difference: // a cell at 0 may have lost more than it had
		return existing, nil
	case len(scored) > 1:
		return existing, fault.Invalid("“%s”有%d条明细,请展开明细逐条修改", d.Title, len(scored))
	case len(scored) == 1:
		changed := scored[0]
		changed.Points = difference
		return append(vetoes, changed), nil
	}
	return append(vetoes, Entry{Dimension: d.Code, Points: difference}), nil
}

// CheckEntry refuses an entry that does not fit the scheme: wrong dimension or sign, above the maximum, an item that is
// unknown or not for the post. It fills in the item's clause where none was given.
func (s Scheme) CheckEntry(e Entry, position string) (Entry, error) {
	d, ok := s.Dimension(e.Dimension)
	if !ok {
		return e, fault.Invalid("考评方案中没有这个维度")
	}
	if e.Item == "" {
		switch {
		case e.Points == 0:
			return e, fault.Invalid("请填写分值")
		case d.Kind == DimensionBonus && e.Points < 0:
			return e, fault.Invalid("加分栏不能填负数,扣分请填在相应维度")
		case d.Kind == DimensionBase && e.Points > 0:
			return e, fault.Invalid("“%s”不能加分,加分请填在加分栏", d.Title)
		}
	} else {
		item, ok := s.Item(e.Item)
		if !ok || item.Dimension != e.Dimension {
			return e, fault.Invalid("“%s”没有这项考评内容", d.Title)
		}
		if !item.AppliesTo(position) {
			return e, fault.Invalid("“%s”不适用于该职务", item.Title)
		}
		switch {
		case item.Kind == ItemVeto && e.Points != 0:
			return e, fault.Invalid("“%s”是一票否决项,不填分值", item.Title)
		case item.Kind == ItemDeduct && e.Points >= 0:
			return e, fault.Invalid("“%s”是扣分项,请填写扣分", item.Title)
		case item.Kind == ItemAdd && e.Points <= 0:
			return e, fault.Invalid("“%s”是加分项,请填写加分", item.Title)
		}
		if e.Clause == "" {
			e.Clause = item.Clause
		}
	}
	if e.Points > d.Max || -e.Points > d.Max {
		return e, fault.Invalid("“%s”最多%s分,不能填%s", d.Title, d.Max, max(e.Points, -e.Points))
	}
	return e, nil
}
