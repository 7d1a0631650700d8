package demo

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// dice is the randomness of one step. Each step has its own, named by a label, so that a change of one step leaves the
// others as they were.
type dice struct{ *rand.Rand }

func (d *District) dice(label string) dice {
	h := fnv.New64a()
	h.Write([]byte(d.Code + "/" + d.Spec.Anchor.String() + "/" + label))
	return dice{rand.New(rand.NewPCG(d.Spec.Seed, h.Sum64()))}
}

// chance is true in so many of a hundred cases.
func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// between is a number from lo to hi, both included.
func (d dice) between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

// bell is a number from lo to hi that most often lies in the middle.
func (d dice) bell(lo, hi int) int {
	span := hi - lo
	return lo + (d.IntN(span+1)+d.IntN(span+1)+d.IntN(span+1)+1)/3
}

// weighted gives the index of one weight, drawn in proportion.
func (d dice) weighted(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

// shuffled gives the numbers below n in a random order.
func (d dice) shuffled(n int) []int { return d.Perm(n) }

// day is a day from first to last, both included.
func (d dice) day(first, last time.Time) time.Time {
	days := int(last.Sub(first).Hours() / 24)
	if days <= 0 {
		return first
	}
	return first.AddDate(0, 0, d.IntN(days+1))
}

// spread divides total over the weights, at least lo and at most hi each: everyone gets lo, the rest is drawn.
func (d dice) spread(total, lo, hi int, weights []int) []int {
	out := make([]int, len(weights))
	left := make([]int, len(weights))
	rest := total
	for i, w := range weights {
		out[i], left[i] = lo, w
		rest -= lo
	}
	for ; rest > 0; rest-- {
		i := d.weighted(left...)
		if out[i]++; out[i] >= hi {
			left[i] = 0
		}
	}
	return out
}
