package duty

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"touyan/internal/platform/month"
)

// Candidate is a village that may be checked on a day.
type Candidate struct {
	Village int64
	Last    time.Time // its last check before that day; zero if never
}

// Suggestion is a village to check, with why.
type Suggestion struct {
	Candidate
	Why string
}

// suggested is how many of a township's villages the list of a day names: a fifth, at least three and at most ten.
func suggested(villages int) int { return min(villages, min(10, max(3, (villages+4)/5))) }

// Suggest names the villages that a township should check on a day (建议抽查名单). Two thirds are those that nobody has
// checked for longest; the rest is drawn by lot from all others, so that nobody can reckon when his turn comes. The lot
// depends on unit and day alone: whoever opens the list again on that day sees the same one.
func Suggest(list []Candidate, tenant, township int64, day time.Time) []Suggestion {
	n := suggested(len(list))
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Candidate) int { return cmp.Or(a.Last.Compare(b.Last), cmp.Compare(a.Village, b.Village)) })
	longest := n - n/3
	var out []Suggestion
	for _, c := range sorted[:longest] {
		why := "从未抽查"
		if !c.Last.IsZero() {
			why = fmt.Sprintf("距上次抽查%d天", int(month.Day(day).Sub(month.Day(c.Last)).Hours()/24))
		}
		out = append(out, Suggestion{c, why})
	}
	rest := sorted[longest:]
	slices.SortFunc(rest, func(a, b Candidate) int { return cmp.Compare(a.Village, b.Village) })
	lot := lotOf(tenant, township, day)
	lot.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	for _, c := range rest[:n-longest] {
		out = append(out, Suggestion{c, "随机抽取"})
	}
	return out
}

// lotOf is the lot of a unit and day.
func lotOf(tenant, township int64, day time.Time) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%d/%s", tenant, township, month.Day(day).Format(time.DateOnly))
	return rand.New(rand.NewPCG(h.Sum64(), uint64(township)))
}
